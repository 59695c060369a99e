import json
from pathlib import Path

import pytest

from railwright.lab import host
from railwright.lab.host import NEEDED, prepare, restore

NEIGHBOURS = "net/ipv4/neigh/default/gc_thresh3"
WATCHERS = "fs/inotify/max_user_instances"


@pytest.fixture
def kernel(tmp_path: Path) -> Path:
    """A stand-in for /proc/sys without IPv6."""
    root = tmp_path / "sys"
    for name in NEEDED:
        if "ipv6" not in name:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text("1024\n")
    return root


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "lab").mkdir()
    (tmp_path / "mounts").write_text(f"tmpfs {tmp_path / 'netns'} tmpfs rw 0 0\n")
    monkeypatch.setattr(host, "_MOUNTS", tmp_path / "mounts")
    monkeypatch.setattr(host, "NETNS_FOLDER", tmp_path / "netns")
    return tmp_path / "lab"


def test_limits_are_raised_and_put_back(kernel: Path, base: Path) -> None:
    prepare(base, kernel)
    assert (kernel / NEIGHBOURS).read_text() == "65536\n"
    restore(base, kernel)
    assert {path.read_text() for path in kernel.rglob("*") if path.is_file()} == {"1024\n"}
    assert list(base.iterdir()) == []


def test_what_suffices_is_left_alone(kernel: Path, base: Path) -> None:
    (kernel / WATCHERS).write_text("1000000\n")
    prepare(base, kernel)
    assert (kernel / WATCHERS).read_text() == "1000000\n"
    restore(base, kernel)
    assert (kernel / WATCHERS).read_text() == "1000000\n"


def test_the_first_values_survive_a_second_lab(kernel: Path, base: Path) -> None:
    prepare(base, kernel)
    (kernel / WATCHERS).write_text("2048\n")  # lowered by somebody between two labs
    prepare(base, kernel)
    restore(base, kernel)
    assert (kernel / WATCHERS).read_text() == "1024\n"


def test_limits_stay_while_another_lab_runs(kernel: Path, base: Path) -> None:
    prepare(base, kernel)
    (base / "other").mkdir()
    (base / "other" / "state.json").write_text("{}")
    restore(base, kernel)
    assert (kernel / NEIGHBOURS).read_text() == "65536\n"


def test_limits_stay_while_a_lab_recorded_elsewhere_runs(kernel: Path, base: Path) -> None:
    prepare(base, kernel)
    namespace = base.parent / "netns" / "rw-elsewhere-ctl"
    namespace.mkdir(parents=True)
    restore(base, kernel)
    assert (kernel / NEIGHBOURS).read_text() == "65536\n"
    namespace.rmdir()
    restore(base, kernel)
    assert (kernel / NEIGHBOURS).read_text() == "1024\n"


def test_a_value_set_by_others_meanwhile_stays(kernel: Path, base: Path) -> None:
    prepare(base, kernel)
    (kernel / NEIGHBOURS).write_text("99999\n")
    restore(base, kernel)
    assert (kernel / NEIGHBOURS).read_text() == "99999\n"


def test_restoring_without_a_record_does_nothing(kernel: Path, base: Path) -> None:
    restore(base, kernel)
    assert (kernel / NEIGHBOURS).read_text() == "1024\n"


@pytest.mark.parametrize(
    ("mounts", "ours"),
    [
        ("tmpfs /run tmpfs rw 0 0\n", True),
        ("nsfs /run/netns/a nsfs rw 0 0\n", True),
        ("/dev/vda /run/netns ext4 rw 0 0\n", False),
    ],
)
def test_a_mount_that_was_not_there_is_ours(
    kernel: Path, base: Path, mounts: str, ours: bool
) -> None:
    (base.parent / "mounts").write_text(mounts.replace("/run/netns", str(base.parent / "netns")))
    prepare(base, kernel)
    assert json.loads((base / "host.json").read_text())["netns_mount_is_ours"] is ours
    restore(base, kernel)  # nothing is mounted there, so nothing is undone


def test_a_mount_that_was_there_stays(
    kernel: Path, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(base, kernel)
    monkeypatch.setattr(host, "_unmount_netns", lambda: pytest.fail("it is not ours"))
    restore(base, kernel)

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from railwright.lab import state
from railwright.lab.errors import LabError, LabUnavailableError
from railwright.lab.process import identify
from railwright.lab.state import LabFolder, LabState, Member

RECORD = LabState(
    cluster="c1",
    boot_id="boot",
    phase="building",
    fingerprint="f",
    namespaces=("rw-c1-ctl", "rw-c1-spine1"),
    members=(Member("spine1", "switch", "spine", "rw-c1-spine1", "10.0.0.2"),),
    cgroup="/sys/fs/cgroup/rw-c1",
)


def test_a_record_reads_back_as_it_was_written(tmp_path: Path) -> None:
    folder = LabFolder(tmp_path, "c1")
    assert state.load(folder) is None
    state.save(folder, RECORD)
    assert state.load(folder) == RECORD
    assert folder.root.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in folder.root.iterdir()] == ["state.json"]


@pytest.mark.parametrize("change", [{"format": 99}, {"more": 1}, {"members": [{}]}])
def test_a_record_of_another_version_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    folder = LabFolder(tmp_path, "c1")
    state.save(folder, RECORD)
    raw = json.loads(folder.record.read_text())
    folder.record.write_text(json.dumps({**raw, **change}))
    with pytest.raises(LabError, match="written by another version"):
        state.load(folder)


def test_a_broken_record_is_named(tmp_path: Path) -> None:
    folder = LabFolder(tmp_path, "c1")
    state.save(folder, RECORD)
    folder.record.write_text("{")
    with pytest.raises(LabError, match=r"state\.json: cannot be read"):
        state.load(folder)


def test_a_record_of_root_is_not_a_broken_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(LabUnavailableError, match="a lab belongs to root, run as root"):
        state.load(LabFolder(tmp_path, "c1"))


def test_what_an_interrupted_write_left_is_removed(tmp_path: Path) -> None:
    (tmp_path / ".new-abc").write_text("{")
    with state.locked(tmp_path):
        assert list(tmp_path.iterdir()) == []


def test_forgetting_leaves_nothing(tmp_path: Path) -> None:
    folder = LabFolder(tmp_path, "c1")
    state.save(folder, RECORD)
    (folder.device("spine1") / "files").mkdir(parents=True)
    folder.only.write_text("spine1\n")
    assert state.recorded(tmp_path) == ("c1",)
    state.forget(folder)
    assert list(tmp_path.iterdir()) == []
    assert state.recorded(tmp_path) == ()
    state.forget(folder)


def test_only_one_command_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "_LOCK_WAIT_S", 0.2)
    monkeypatch.setattr(state, "_LOCK_QUIET_S", 0.1)
    said: list[str] = []
    with (
        state.locked(tmp_path, said.append),
        pytest.raises(LabError, match="another railwright lab command"),
        state.locked(tmp_path, said.append),
    ):
        pytest.fail("the lock was given twice")
    assert said == ["waiting for another railwright lab command on this host to end"]
    with state.locked(tmp_path):
        pass


def test_a_device_runs_only_if_its_very_process_runs(tmp_path: Path) -> None:
    folder = LabFolder(tmp_path, "c1")
    record = folder.pid("spine1")
    record.parent.mkdir(parents=True)
    assert folder.started("spine1") is None
    own = Path("/proc/self/stat").read_text()
    record.write_text(own)
    assert folder.started("spine1") == identify(int(own.split()[0]))
    head, _, tail = own.rpartition(")")
    fields = tail.split()
    fields[19] = str(int(fields[19]) - 1)
    record.write_text(f"{head}) {' '.join(fields)}")
    assert folder.started("spine1") is None
    record.write_text("")
    assert folder.started("spine1") is None


def test_phases_change_nothing_else() -> None:
    assert RECORD.to("built") == replace(RECORD, phase="built")


KILLED_WITH_A_TOOL = """
import os, signal, sys, threading
from pathlib import Path
from railwright.lab import shell, state
base = Path(sys.argv[1])
tool = f"touch {base}/begun; sleep 0.5; touch {base}/ended"
outlives = ["setpriv", "--pdeathsig", "clear", "sh", "-c", tool]
with state.locked(base):
    threading.Thread(target=shell.run, args=(outlives,), daemon=True).start()
    while not (base / "begun").exists():
        pass
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_lock_is_free_when_the_last_tool_of_a_killed_command_ended(tmp_path: Path) -> None:
    """A tool that was just forked when its command was killed does not die with it."""
    subprocess.run([sys.executable, "-c", KILLED_WITH_A_TOOL, str(tmp_path)], check=False)
    assert (tmp_path / "begun").exists()
    with state.locked(tmp_path):
        assert (tmp_path / "ended").exists()

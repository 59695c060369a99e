"""What stops the package mirror: each in words with a remedy, and what is served left as it was."""

import hashlib
import json
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ansible import mirror_vendor
from tests.ansible.mirror_vendor import Bench, Key, command, tree
from tests.ansible.test_mirror import NEEDED

pytestmark = pytest.mark.skipif(
    any(shutil.which(name) is None for name in NEEDED), reason=f"needs {', '.join(NEEDED)}"
)


@pytest.fixture
def bench(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with mirror_vendor.bench(root, tmp_path_factory.mktemp("m")) as made:
        yield made


@pytest.fixture
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Key]:
    made = Key(tmp_path_factory.mktemp("s") / "g")
    yield made
    made.stop()


def served(bench: Bench) -> dict[str, bytes | str]:
    """What readers can see of the packages: the index and all files of it."""
    link = bench.mirror / "debian-12-one"
    return {"": str(link.readlink()), **tree(link), **tree(link / "pool")}


def test_a_wrong_checksum_names_file_and_sums_and_leaves_what_is_served(bench: Bench) -> None:
    bench.converge()
    before = served(bench)
    good = bench.maker.artefact("nccl.tar", b"good")
    bench.maker.artefact("nccl.tar", b"evil")
    message = bench.refused(release="two", packages={"unasked": "1"}, artefacts=[good])
    got = hashlib.sha256(b"evil").hexdigest()
    assert message.startswith(
        f"nccl.tar from {good['url']}: wanted sha256 {good['sha256']}, got {got}; nothing of it"
    )
    assert before.items() <= served(bench).items()
    assert not list(bench.mirror.rglob("nccl.tar*"))
    bench.maker.artefact("nccl.tar", b"good")
    again = bench.converge(release="two", packages={"unasked": "1"}, artefacts=[good])
    assert again["fetch"] == ["nccl.tar"]  # the package came with the run that failed


def test_a_package_that_is_not_what_the_index_says_is_refused(bench: Bench) -> None:
    path = bench.maker.folder / "repo/library_2.0.deb"
    path.write_bytes(b"x" * path.stat().st_size)
    message = bench.refused()
    assert message.startswith("library 2.0 from http://127.0.0.1")
    assert "wanted sha256" in message
    assert not (bench.mirror / "debian-12-one").exists()


def test_a_key_with_another_fingerprint_is_not_taken(bench: Bench, stranger: Key) -> None:
    (bench.maker.folder / "key.asc").write_text(stranger.public)
    message = bench.refused()
    wanted = bench.maker.key.fingerprint
    assert f"key.asc has {stranger.fingerprint}; wanted {wanted}; nothing is taken" in message
    assert not (bench.mirror / "pool").exists()


def test_a_file_with_further_keys_gives_only_the_named_one(bench: Bench, stranger: Key) -> None:
    both = stranger.public + bench.maker.key.public
    (bench.maker.folder / "key.asc").write_text(both)
    bench.maker.publish(stranger)
    assert "not signed by the key the release names" in bench.refused()
    bench.maker.publish()
    assert bench.converge()["changed"]


def test_a_key_without_a_fingerprint_in_the_release_is_not_taken(bench: Bench) -> None:
    repository = bench.maker.repository(fingerprints=[])
    message = bench.refused(repositories=[repository])
    assert "names no fingerprint" in message
    assert "add `fingerprints`" in message


def test_a_given_key_is_enough(bench: Bench, stranger: Key) -> None:
    bench.maker.publish(stranger)
    one = bench.maker.repository(key=stranger.public, fingerprints=[], key_url=None)
    assert bench.converge(repositories=[one])["changed"]


def test_a_repository_signed_by_somebody_else_is_refused(bench: Bench, stranger: Key) -> None:
    bench.converge()
    before = served(bench)
    bench.maker.publish(stranger)
    message = bench.refused(release="two")
    assert message.startswith("the package indices cannot be read: ")
    assert "NO_PUBKEY" in message
    assert message.endswith("take nothing from it until its maker says why")
    assert served(bench) == before


def test_everything_the_repositories_lack_is_named_at_once(bench: Bench) -> None:
    packages = {"driver": "9", "nosuch": None, "library": "2.0", "other": "1"}
    message = bench.refused(packages=packages)
    assert message.startswith(
        "not in the repositories: driver 9 (there: 1:580.1~rc1+b-1); nosuch; other 1; correct"
    )


def test_a_dependency_nobody_has_is_named(bench: Bench) -> None:
    bench.maker.package("lonely", "1", "absent (>= 3)")
    bench.maker.publish()
    message = bench.refused(packages={"lonely": "1"})
    assert "lonely : Depends: absent (>= 3) but it is not installable" in message


def test_a_server_that_does_not_answer_is_named(bench: Bench) -> None:
    away = "http://127.0.0.1:9/repo/"
    message = bench.refused(repositories=[bench.maker.repository(url=away)])
    assert "Could not connect to 127.0.0.1:9" in message
    assert "give this server a way there" in message
    keyless = bench.maker.repository(key_url="http://127.0.0.1:9/key")
    message = bench.refused(repositories=[keyless])
    assert "key of maker: http://127.0.0.1:9/key cannot be reached" in message


def test_an_archive_that_is_gone_is_named_with_the_answer(bench: Bench) -> None:
    one = {**bench.maker.artefact("a.tar", b"a"), "url": f"{bench.maker.url}/files/b.tar"}
    assert "/files/b.tar answers 404 File not found" in bench.refused(artefacts=[one])


def test_only_http_is_read(bench: Bench) -> None:
    one = {**bench.maker.artefact("a.tar", b"a"), "url": "file:///etc/passwd"}
    assert "only http and https are read" in bench.refused(artefacts=[one])


def test_a_run_killed_while_it_fetches_is_finished_by_the_next(bench: Bench, root: Path) -> None:
    bench.converge()
    before = served(bench)
    big = bench.maker.artefact("big.tar", bytes(range(256)) * 40_000)
    two: dict[str, Any] = {"release": "two", "packages": {"unasked": "1"}, "artefacts": [big]}
    event = threading.Event()
    bench.maker.served.hold["/files/big.tar"] = event
    running = subprocess.Popen(command(root, json.dumps(bench.wishes(**two))))
    try:
        part = bench.mirror / f".work/parts/{big['sha256']}.part"
        for _ in range(200):
            if part.exists() and part.stat().st_size:
                break
            time.sleep(0.1)
        running.send_signal(signal.SIGKILL)
        running.wait(10)
    finally:
        running.kill()
        running.wait()
        event.set()
    have = part.stat().st_size
    assert 0 < have < 256 * 40_000
    assert before.items() <= served(bench).items()
    assert bench.converge(**two)["fetch"] == ["big.tar"]
    assert bench.maker.served.ranges("/files/big.tar") == ["", f"bytes={have}-"]
    assert (bench.mirror / "artefacts/big.tar").read_bytes() == bytes(range(256)) * 40_000
    assert not bench.converge(**two)["changed"]


def test_a_damaged_memory_is_named(bench: Bench) -> None:
    bench.converge()
    (bench.mirror / ".work/debian-12.json").write_text("{")
    assert "debian-12.json is damaged; remove it and run again" in bench.refused()


def test_missing_programs_are_named_with_their_packages(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    message = bench.refused(unit="mirror.service")
    lacking = "apt-get, apt-cache, dpkg, gpg, gpg-agent, gpgv, nginx"
    assert message.startswith(f"this server lacks {lacking}; ")
    assert "install nginx-light gpg gpg-agent gpgv from the system's own sources" in message


ANSWER = "ansible.module_utils.railwright_mirror_serve.ANSWER_S"
STAND_IN = """#!/bin/sh
echo "$@" >> {log}
case "$1" in
  show) cat {state} ;;
  restart) [ -e {broken} ] && {{ echo "Job failed" >&2; exit 1; }}
    printf 'ActiveState=active\\nUnitFileState=enabled\\n' > {state} ;;
esac
"""


@pytest.fixture
def programs(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand-ins for systemctl and nginx; returns where they note and read what they know."""
    tools, log, state, broken = (bench.home / name for name in ("bin", "log", "state", "broken"))
    tools.mkdir()
    state.write_text("ActiveState=inactive\nUnitFileState=disabled\n")
    text = STAND_IN.format(log=log, state=state, broken=broken)
    for name, content in {"systemctl": text, "nginx": "#!/bin/sh\n"}.items():
        (tools / name).write_text(content)
        (tools / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:/usr/sbin:/usr/bin:/bin")
    bench.mirror.mkdir()
    return bench.home


def test_the_server_is_started_and_asked_for_what_lies_there(
    bench: Bench, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, state, broken = (programs / name for name in ("log", "state", "broken"))
    with mirror_vendor.serving(bench.mirror) as (url, _):
        place: dict[str, Any] = {"unit": "mirror.service", "address": url}
        assert bench.converge(**place)["changed"]
        assert "restart mirror.service" in log.read_text()
        assert not bench.converge(**place)["changed"]
        state.write_text("ActiveState=failed\nUnitFileState=enabled\n")
        assert bench.converge(check=True, **place)["changed"]
        broken.touch()
        message = bench.refused(**place)
        assert message.startswith("mirror.service: systemctl restart: Job failed; see `journalctl")
        broken.unlink()
    monkeypatch.setattr(ANSWER, 0.1)
    message = bench.refused(**place)
    assert "debian-12-one/InRelease is not served: mirror.service: http://127.0.0.1" in message
    with mirror_vendor.serving(bench.maker.folder / "repo") as (url, _):
        (bench.maker.folder / "repo/debian-12-one").symlink_to(".")
        message = bench.refused(unit="mirror.service", address=url)
        assert "is not served: other bytes come from there; see `journalctl" in message


def test_a_proxy_for_the_makers_is_not_asked_for_the_mirror_itself(
    bench: Bench, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mirror_vendor.serving(bench.mirror) as (url, _):
        place: dict[str, Any] = {"unit": "mirror.service", "address": url}
        bench.converge(**place)
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
        monkeypatch.setenv("no_proxy", "")
        monkeypatch.setattr(ANSWER, 0.1)
        assert bench.converge(**place) == {
            "changed": False,
            "fetch": [],
            "removed": [],
            "diff": {"prepared": ""},
        }
        assert "restart" in (programs / "log").read_text()
        # It is asked for what others have.
        message = bench.refused(artefacts=[bench.maker.artefact("new.tar", b"n")])
        assert message.startswith(f"key of maker: {bench.maker.url}/key.asc cannot be reached")


def test_an_index_without_strong_sums_is_refused(bench: Bench) -> None:
    bench.maker.publish(weak=True)
    message = bench.refused(packages={"unasked": "1"})
    assert message == "a repository has no SHA256 sums; it is too old to be trusted: use another"
    assert not (bench.mirror / "pool").exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "http://127.0.0.1/x [trusted=yes]"},
        {"suite": "s]"},
        {"components": ["main\ndeb"]},
        {"components": ["'x'"]},
    ],
)
def test_words_that_would_change_apts_settings_are_no_repository(
    bench: Bench, changes: dict[str, Any]
) -> None:
    message = bench.refused(repositories=[bench.maker.repository(**changes)])
    assert message.startswith("maker: no repository: [")
    assert bench.maker.served.asked == []

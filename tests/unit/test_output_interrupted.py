"""A write that ends anywhere: the next one finishes it, and nothing half-written looks done."""

import errno
import json
import os
import resource
import signal
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from railwright import output
from railwright.files import OutputFile, Part
from railwright.output import JOURNAL, MANIFEST, Inputs, OutputError
from railwright.output.folder import locked
from railwright.output.journal import read_journal

INPUTS = Inputs("cluster.yml", {"cluster.yml": "00"}, "engine")
OLDER = Inputs("cluster.yml", {"cluster.yml": "00"}, "older engine")
CALLS = ("open", "mkdir", "write", "fchmod", "rename", "unlink", "rmdir")
"""The system calls a write makes; it is stopped before each of them in turn."""

FIRST = {"keep/same": "1", "keep/changed": "1", "gone/a/b": "1", "gone/c": "1"}
SECOND = {"keep/same": "1", "keep/changed": "2", "new/a/b": "2", "new/c": "2", "z/y/x": "2"}
FILES = ("a", "b/c")
THIRD = {"keep/same": "1", "keep/changed": "3", "new/c": "2"}


def parts(files: dict[str, str]) -> list[Part]:
    return [partial(tuple, [OutputFile(path, text.encode())]) for path, text in files.items()]


def content(folder: Path) -> dict[str, str]:
    """Every file but the manifest, and every folder as a name that ends in a slash."""
    return {
        path.relative_to(folder).as_posix() + "/" * path.is_dir(): ""
        if path.is_dir()
        else path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.name != MANIFEST
    }


def with_folders(files: dict[str, str]) -> dict[str, str]:
    above = {f"{parent}/": "" for path in files for parent in list(Path(path).parents)[:-1]}
    return above | files


def in_child(act: Callable[[], Any]) -> int:
    """Run something in a forked process; return its exit status, negative for a signal."""
    pid = os.fork()
    if not pid:
        status = 1
        try:
            act()
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def stop_before(
    number: int, stop: Callable[[], None], where: Callable[[int], bool] = lambda _: True
) -> None:
    """Call `stop` before the `number`th call of each process whose id is `where` it should be."""
    left = [number]

    def counted(call: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
        if where(os.getpid()):
            left[0] -= 1
            if not left[0]:
                stop()
        return call(*args, **keywords)

    for name in CALLS:
        setattr(os, name, partial(counted, getattr(os, name)))


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def looks_done(folder: Path) -> bool:
    manifest = output.read_manifest(folder)
    return manifest is not None and output.unchanged(folder, manifest)


@pytest.mark.parametrize("before", [None, FIRST, SECOND], ids=["fresh", "rebuild", "inputs"])
@pytest.mark.parametrize("after", [SECOND, THIRD, FIRST], ids=["same", "other", "back"])
def test_killed_before_any_call_it_is_finished_by_the_next(
    tmp_path: Path, before: dict[str, str] | None, after: dict[str, str]
) -> None:
    def interrupted(number: int, folder: Path) -> None:
        stop_before(number, kill)
        output.write(folder, parts(SECOND), INPUTS)

    number, killed = 0, True
    while killed:
        number += 1
        folder = tmp_path / str(number)
        if before is not None:
            output.write(folder, parts(before), OLDER)
            (folder / "mine").write_text("mine")
        status = in_child(partial(interrupted, number, folder))
        killed = status == -signal.SIGKILL
        assert killed or status == 0
        if killed and looks_done(folder):  # before its first touch, or after its last
            assert {k: v for k, v in content(folder).items() if k != "mine"} in (
                with_folders(FIRST),
                with_folders(SECOND),
            )
        output.write(folder, parts(after), INPUTS)
        mine = {} if before is None else {"mine": "mine"}
        assert content(folder) == with_folders(after) | mine, number
        assert looks_done(folder)
        assert not output.write(folder, parts(after), INPUTS)
    assert number > 10


@pytest.mark.parametrize("before", [None, FIRST], ids=["fresh", "rebuild"])
def test_ctrl_c_leaves_no_temporary(tmp_path: Path, before: dict[str, str] | None) -> None:
    def interrupted(number: int, folder: Path) -> None:
        def interrupt() -> None:
            raise KeyboardInterrupt

        stop_before(number, interrupt)
        with pytest.raises(KeyboardInterrupt):
            output.write(folder, parts(SECOND), INPUTS)

    number = 0
    while True:
        number += 1
        folder = tmp_path / str(number)
        if before is not None:
            output.write(folder, parts(before), INPUTS)
        if in_child(partial(interrupted, number, folder)):  # it was not interrupted any more
            break
        if folder.exists():
            assert not list(folder.rglob(".new-*"))
        output.write(folder, parts(THIRD), INPUTS)
        assert content(folder) == with_folders(THIRD)
    assert number > 30


def slowly(number: int, text: str) -> Iterator[OutputFile]:
    time.sleep(0.0002)
    for name in FILES:
        yield OutputFile(f"n{number}/{name}", f"{text}{number}".encode())


def many(text: str, count: int = 400) -> list[Part]:
    return [partial(slowly, number, text) for number in range(count)]


@pytest.mark.parametrize("number", [1, 300, 500, 800])
@pytest.mark.parametrize("whose", ["worker", "all"])
def test_killed_with_several_workers_it_is_finished_by_the_next(
    tmp_path: Path, number: int, whose: str
) -> None:
    folder, old, one = (tmp_path / name for name in ("c", "old", "one"))
    for each in (folder, old):
        output.write(each, many("old"), INPUTS)

    def interrupted() -> None:
        parent = os.getpid()
        stop_before(number, kill, lambda pid: whose == "all" or pid != parent)
        with pytest.raises(OutputError, match="was killed by SIGKILL"):
            output.write(folder, many("new"), INPUTS, 3)

    status = in_child(interrupted)
    assert status == (-signal.SIGKILL if whose == "all" else 0)
    if looks_done(folder):
        assert content(folder) == content(old)
    changes = output.write(folder, many("newer", 300), INPUTS, 3)
    assert set(changes.removed) == {f"n{n}/{name}" for n in range(300, 400) for name in FILES}
    output.write(one, many("newer", 300), INPUTS, 1)
    assert content(folder) == content(one)
    assert (folder / MANIFEST).read_bytes() == (one / MANIFEST).read_bytes()


@pytest.mark.parametrize("number", [5, 50, 200])
def test_workers_whose_parent_was_killed_stop_and_the_next_write_waits_for_them(
    tmp_path: Path, number: int
) -> None:
    folder = tmp_path / "c"

    def interrupted() -> None:
        parent = os.getpid()
        stop_before(number, kill, lambda pid: pid == parent)
        output.write(folder, many("new", 2000), INPUTS, 3)

    assert in_child(interrupted) == -signal.SIGKILL
    with locked(folder):  # as soon as they have ended
        claims = read_journal(folder)
    assert claims is not None
    assert 0 < len(claims.paths) < 2000
    output.write(folder, many("newer", 20), INPUTS, 2)
    one = tmp_path / "one"
    output.write(one, many("newer", 20), INPUTS, 1)
    assert content(folder) == content(one)


def test_the_next_write_waits_for_workers_in_the_middle_of_a_part(tmp_path: Path) -> None:
    folder = tmp_path / "c"

    def long(number: int) -> Iterator[OutputFile]:
        for name in range(600):
            time.sleep(0.001)
            yield OutputFile(f"{number}/{name}", b"1")

    def interrupted() -> None:
        parent = os.getpid()
        stop_before(50, kill, lambda pid: pid == parent)
        output.write(folder, [partial(long, number) for number in range(20)], INPUTS, 3)

    assert in_child(interrupted) == -signal.SIGKILL
    output.write(folder, parts(THIRD), INPUTS)
    time.sleep(0.7)  # a whole part
    assert content(folder) == with_folders(THIRD)


def test_ctrl_c_with_several_workers_leaves_none_running(tmp_path: Path) -> None:
    folder = tmp_path / "c"

    def interrupt() -> None:
        raise KeyboardInterrupt

    def interrupted() -> None:
        parent = os.getpid()
        stop_before(50, interrupt, lambda pid: pid == parent)
        with pytest.raises(KeyboardInterrupt):
            output.write(folder, many("new", 2000), INPUTS, 3)
        with pytest.raises(ChildProcessError):
            os.wait()

    assert in_child(interrupted) == 0
    assert not list(folder.rglob(".new-*"))
    assert (folder / JOURNAL).exists()
    written = len(list(folder.iterdir()))
    assert 10 < written < 1000
    output.write(folder, many("newer", 20), INPUTS, 1)
    assert len(list(folder.iterdir())) == 21


@pytest.mark.parametrize("count", [1, 3])
def test_a_full_disk_is_a_message_and_mended_by_the_next(tmp_path: Path, count: int) -> None:
    folder = tmp_path / "c"
    sizes = range(0, 12_000, 1000)
    made: list[Part] = [partial(tuple, [OutputFile(f"d/{size}", b"x" * size)]) for size in sizes]

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (5500, 5500))
        with pytest.raises(OutputError, match=r"c/d/\d+: cannot be written: File too large"):
            output.write(folder, made, INPUTS, count)

    assert in_child(limited) == 0
    assert not list(folder.rglob(".new-*"))
    assert (folder / JOURNAL).exists()
    assert all(path.stat().st_size % 1000 == 0 for path in (folder / "d").iterdir())
    output.write(folder, made, INPUTS, count)
    assert looks_done(folder)
    assert len(list((folder / "d").iterdir())) == 12


@pytest.mark.parametrize("short", range(0, 60, 7))
def test_a_journal_that_was_cut_off_touched_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, short: int
) -> None:
    write, room = os.write, [short]

    def full(handle: int, text: bytes) -> int:
        done = write(handle, text[: room[0]]) if room[0] else 0
        room[0] -= done
        if not done:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return done

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OutputError, match=f"{JOURNAL}: cannot be written: No space left on device"):
        output.write(tmp_path / "c", parts(SECOND), INPUTS)
    monkeypatch.undo()
    assert [path.name for path in (tmp_path / "c").iterdir()] == [JOURNAL]
    output.write(tmp_path / "c", parts(THIRD), INPUTS)
    assert content(tmp_path / "c") == with_folders(THIRD)


def test_a_line_that_was_cut_off_spoils_no_other(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    folder.mkdir()
    (folder / JOURNAL).write_text('{"intent": "clu')

    def interrupted() -> None:
        stop_before(20, kill)
        output.write(folder, parts(SECOND), INPUTS)

    assert in_child(interrupted) == -signal.SIGKILL
    assert len(content(folder)) > 2
    output.write(folder, parts(THIRD), INPUTS)
    assert content(folder) == with_folders(THIRD)


def test_an_unfinished_folder_of_another_intent_is_refused(tmp_path: Path) -> None:
    def interrupted() -> None:
        stop_before(12, kill)
        output.write(tmp_path / "c", parts(SECOND), INPUTS)

    assert in_child(interrupted) == -signal.SIGKILL
    before = content(tmp_path / "c")
    with pytest.raises(OutputError, match=r"was built from cluster\.yml, not other\.yml"):
        output.write(tmp_path / "c", parts(THIRD), Inputs("other.yml", {}, "engine"))
    assert content(tmp_path / "c") == before


def test_a_journal_that_says_nothing_makes_no_folder_ours(tmp_path: Path) -> None:
    (tmp_path / JOURNAL).write_text('"thesis.tex"\n{"intent":')
    (tmp_path / "thesis.tex").write_text("do not touch")
    with pytest.raises(OutputError, match="was not built by railwright"):
        output.write(tmp_path, parts(FIRST), INPUTS)
    assert (tmp_path / "thesis.tex").exists()


def test_a_journal_that_was_tampered_with_removes_nothing_outside(tmp_path: Path) -> None:
    (tmp_path / "theirs").write_text("1")
    output.write(tmp_path / "c", parts(FIRST), INPUTS)
    claims = json.dumps({"intent": "cluster.yml"}) + '\n"../theirs"\n"/etc/hostname"\n'
    (tmp_path / "c" / JOURNAL).write_text(claims)
    with pytest.raises(OutputError, match="leaves the build folder"):
        output.write(tmp_path / "c", parts(FIRST), INPUTS)
    assert (tmp_path / "theirs").exists()


def test_check_does_not_mend(tmp_path: Path) -> None:
    def interrupted() -> None:
        stop_before(20, kill)
        output.write(tmp_path / "c", parts(SECOND), INPUTS)

    assert in_child(interrupted) == -signal.SIGKILL
    before = content(tmp_path / "c")
    assert output.compare(tmp_path / "c", parts(THIRD), INPUTS)
    assert content(tmp_path / "c") == before


def test_only_names_of_temporaries_are_swept(tmp_path: Path) -> None:
    output.write(tmp_path / "c", parts(FIRST), INPUTS)
    for name in (".new-1-2", ".new-york", ".new-1-2.txt"):
        (tmp_path / "c/keep" / name).write_text("")
    output.write(tmp_path / "c", parts(SECOND), INPUTS)
    assert (tmp_path / "c/keep/.new-1-2").exists()  # no write was cut off: not ours
    (tmp_path / "c" / JOURNAL).write_text('{"intent": "cluster.yml"}')
    output.write(tmp_path / "c", parts(SECOND), INPUTS)
    assert sorted(path.name for path in (tmp_path / "c/keep").iterdir()) == [
        ".new-1-2.txt",
        ".new-york",
        "changed",
        "same",
    ]

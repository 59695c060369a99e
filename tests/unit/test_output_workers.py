"""Sharing work among processes: all of it, once, with errors and deaths told."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from railwright import output
from railwright.errors import RailwrightError
from railwright.files import OutputFile
from railwright.output import Inputs, OutputError, workers

PARENT = os.getpid()


def handles() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def numbers(tasks: Iterator[int]) -> list[int]:
    drawn = []
    for task in tasks:
        time.sleep(0.0002)
        drawn.append(task)
    return drawn


@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize("tasks", [1, 3, 1024, 3000])
def test_every_task_is_drawn_once(tasks: int, count: int) -> None:
    results = workers.share(range(tasks), numbers, count)
    assert len(results) == count
    assert sorted(task for result in results for task in result) == list(range(tasks))
    if tasks > 1000 and count == 2:
        assert all(results)


def test_no_tasks_are_no_work() -> None:
    assert workers.share((), numbers, 2) == [[], []]


def fail(error: Exception, tasks: Iterator[int]) -> None:
    for _ in tasks:
        if os.getpid() != PARENT:
            raise error
        time.sleep(0.001)


def test_an_error_of_a_worker_is_the_same_message() -> None:
    with pytest.raises(OutputError, match=r"^a/b: cannot be written: it is Sunday$"):
        workers.share(
            range(5000),
            lambda tasks: fail(RailwrightError("a/b: cannot be written: it is Sunday"), tasks),
            3,
        )


def test_a_bug_in_a_worker_comes_with_its_traceback() -> None:
    with pytest.raises(RuntimeError, match=r"(?s)Traceback.*in fail.*ZeroDivisionError: zero"):
        workers.share(range(5000), lambda tasks: fail(ZeroDivisionError("zero"), tasks), 2)


def test_an_error_ends_the_work_of_the_others() -> None:
    start = time.monotonic()
    with pytest.raises(OutputError):
        workers.share(range(60_000), lambda tasks: fail(RailwrightError("no"), tasks), 2)
    assert time.monotonic() - start < 20  # of 60 s


@pytest.mark.parametrize(
    ("number", "text"), [(signal.SIGKILL, "was killed by SIGKILL"), (signal.SIGTERM, "SIGTERM")]
)
def test_a_worker_that_dies_is_told(number: signal.Signals, text: str) -> None:
    def die(tasks: Iterator[int]) -> int:
        for _ in tasks:
            if os.getpid() != PARENT:
                os.kill(os.getpid(), number)
            time.sleep(0.001)
        return 1

    with pytest.raises(OutputError, match=text):
        workers.share(range(500), die, 2)


def test_who_returns_early_ends_the_work_of_the_others() -> None:
    def search(tasks: Iterator[int]) -> bool:
        for task in tasks:
            time.sleep(0.0005)
            if task == 7:
                return True
        return False

    start = time.monotonic()
    assert any(workers.share(range(60_000), search, 3))
    assert time.monotonic() - start < 5  # of 10 s


def test_without_a_process_left_it_goes_on_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def fork() -> int:
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", fork)
    before = handles()
    assert workers.share(range(50), numbers, 4) == [list(range(50))]
    assert handles() == before


def test_handles_and_processes_are_given_back() -> None:
    before = handles()
    workers.share(range(50), numbers, 4)
    with pytest.raises(OutputError):
        workers.share(range(50), lambda tasks: fail(RailwrightError("no"), tasks), 4)
    assert handles() == before


def test_the_number_of_workers_follows_tasks_and_processors(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # What other tests left running in this process does not count.
    others = threading.active_count() - 1
    counted = threading.active_count
    monkeypatch.setattr(threading, "active_count", lambda: counted() - others)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(4)))
    assert [workers.count_for(tasks, 10) for tasks in (0, 19, 20, 1000)] == [1, 1, 2, 4]
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(100)))
    assert workers.count_for(10_000, 10) == workers.MOST
    ended = threading.Event()
    thread = threading.Thread(target=ended.wait)
    thread.start()
    try:
        assert workers.count_for(10_000, 10) == 1
    finally:
        ended.set()
        thread.join()


def test_a_write_says_what_a_worker_could_not_do(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    folder.mkdir()

    def parts(number: int) -> list[OutputFile]:
        time.sleep(0.001)
        return [OutputFile(f"{number}/x", b"1")]

    inputs = Inputs("cluster.yml", {}, "engine")
    output.write(folder, [partial(parts, 0)], inputs)
    (folder / "77").write_text("in the way")
    with pytest.raises(OutputError, match="c/77: cannot be read: Not a directory"):
        output.write(folder, [partial(parts, number) for number in range(100)], inputs, 3)
    (folder / "77").unlink()
    changes = output.write(folder, [partial(parts, number) for number in range(100)], inputs, 3)
    assert changes.total == 100

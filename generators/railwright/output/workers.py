"""Work shared among processes: forked, so that they have everything at hand and start at once.

The tasks wait in a pipe that every process draws from, so none idles while another has work left.
"""

import gc
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from signal import Signals
from typing import Any, TypeVar

import orjson

from railwright.errors import RailwrightError
from railwright.output.manifest import OutputError

Task = TypeVar("Task")

MOST = 8
"""Workers at most: each may come to need its own copy of the plan's memory."""
_DRAWS = 1024
"""Shares the tasks are divided into: as many numbers of 4 bytes as any pipe takes at once."""


@dataclass(frozen=True, slots=True)
class _Child:
    pid: int
    answer: int


def count_for(tasks: int, worth: int) -> int:
    """Return how many processes to use where each should have at least `worth` tasks.

    One where it is not known how many processors there are, and in a program with threads, which
    a fork would cut off.
    """
    threading = sys.modules.get("threading")
    if not hasattr(os, "memfd_create") or (threading and threading.active_count() > 1):
        return 1
    return max(1, min(len(os.sched_getaffinity(0)), MOST, tasks // worth))


def share(tasks: Sequence[Task], work: Callable[[Iterator[Task]], Any], workers: int) -> list[Any]:
    """Return the result of `work` from each process; each is given the tasks it draws.

    Results are what JSON can hold. A `work` that returns early ends that of all the others. Long
    tasks should come first.
    Raises: what `work` raises here; OutputError for a RailwrightError of another process and for
    one that was killed; RuntimeError with the traceback of anything else.
    """
    if workers < 2:
        return [work(iter(tasks))]
    queue = _queue(min(_DRAWS, len(tasks)))
    children: list[_Child] = []
    gc.freeze()
    try:
        for _ in range(workers - 1):
            try:
                children.append(_fork(queue, tasks, work))
            except OSError:  # no process or memory left: fewer will do
                break
        results = [work(_drawn(queue, tasks))]
        _drain(queue)
        while children:
            results.append(_result(children[-1]))
            os.close(children.pop().answer)
    finally:
        _drain(queue)
        for child in children:
            with suppress(ChildProcessError):  # it was the one with the error
                os.waitpid(child.pid, 0)
            os.close(child.answer)
        os.close(queue)
        gc.unfreeze()
    return results


def _queue(draws: int) -> int:
    reading, writing = os.pipe()
    os.write(writing, b"".join(number.to_bytes(4, "little") for number in range(draws)))
    os.close(writing)
    return reading


def _drawn(queue: int, tasks: Sequence[Task]) -> Iterator[Task]:
    draws = min(_DRAWS, len(tasks))
    while number := os.read(queue, 4):
        yield from tasks[int.from_bytes(number, "little") :: draws]


def _drain(queue: int) -> None:
    while os.read(queue, 4 * _DRAWS):
        pass


def _fork(queue: int, tasks: Sequence[Task], work: Callable[[Iterator[Task]], Any]) -> _Child:
    answer = os.memfd_create("railwright-worker")
    parent = os.getpid()
    try:
        pid = os.fork()
    except OSError:
        os.close(answer)
        raise
    if pid:
        return _Child(pid, answer)
    status = 1
    try:
        reply = _reply(work, _while_wanted(parent, _drawn(queue, tasks)))
        _drain(queue)
        with os.fdopen(answer, "wb") as stream:
            stream.write(reply)
        status = 0
    finally:
        os._exit(status)


def _while_wanted(parent: int, tasks: Iterator[Task]) -> Iterator[Task]:
    """Yield tasks while there is somebody to answer to."""
    for task in tasks:
        if os.getppid() != parent:
            os._exit(1)
        yield task


def _reply(work: Callable[[Iterator[Task]], Any], tasks: Iterator[Task]) -> bytes:
    try:
        return orjson.dumps({"result": work(tasks)})
    except RailwrightError as err:
        return orjson.dumps({"error": str(err)})
    except Exception:
        return orjson.dumps({"bug": traceback.format_exc()})


def _result(child: _Child) -> Any:
    _, status = os.waitpid(child.pid, 0)
    if status:
        raise OutputError(_death(status))
    with os.fdopen(child.answer, "rb", closefd=False) as stream:
        stream.seek(0)
        reply = orjson.loads(stream.read())
    if "error" in reply:
        raise OutputError(reply["error"])
    if "bug" in reply:
        raise RuntimeError(f"in a worker:\n{reply['bug']}")
    return reply["result"]


def _death(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    how = f"was killed by {Signals(-code).name}" if code < 0 else "could not end its work"
    return (
        f"a worker of this build {how}; memory may be short (each of the workers needs its own "
        "share of it); build again, with fewer processors if it happens again (taskset -c 0)"
    )

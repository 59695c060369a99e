"""Processes of the lab by identity: a number alone may belong to somebody else by now."""

import os
import select
import signal
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
_STATE, _START_TIME = 0, 19  # fields 3 and 22 of proc(5) stat, counted after the command's ')'


@dataclass(frozen=True, slots=True)
class Identity:
    """A process: its number and its start time in clock ticks since boot."""

    pid: int
    start_ticks: int


@dataclass(frozen=True, slots=True)
class Process:
    """A running process as /proc shows it; `arguments` is its command line."""

    identity: Identity
    command: str
    arguments: tuple[str, ...]


def parse_stat(text: str) -> Identity:
    """Return the identity in a /proc/PID/stat line. Raises: ValueError when it is not one."""
    head, _, tail = text.rpartition(")")
    fields = tail.split()
    if len(fields) <= _START_TIME:
        raise ValueError("not a process status line")
    return Identity(int(head.split(" ", 1)[0]), int(fields[_START_TIME]))


def identify(pid: int) -> Identity | None:
    """Return the identity of a process number, None when nothing runs under it."""
    stat = _read_stat(pid)
    return None if stat is None or _is_dead(stat) else parse_stat(stat)


def is_alive(identity: Identity) -> bool:
    """Return whether exactly this process still runs (a zombie does not)."""
    return identify(identity.pid) == identity


def kill(identities: Iterable[Identity], timeout_s: float = 10.0) -> tuple[Identity, ...]:
    """End the processes and wait; return those still there after `timeout_s` seconds.

    Each is pinned by a descriptor before its identity is checked, so that a number that is used
    again meanwhile is never hit.
    """
    waiting = {}
    for identity in identities:
        try:
            handle = os.pidfd_open(identity.pid)
        except ProcessLookupError:
            continue
        if not is_alive(identity):
            os.close(handle)
            continue
        with suppress(ProcessLookupError):  # it ended by itself just now
            signal.pidfd_send_signal(handle, signal.SIGKILL)
        waiting[handle] = identity
    left = []
    for handle, identity in waiting.items():
        ended, _, _ = select.select([handle], [], [], timeout_s)
        if not ended:
            left.append(identity)
        os.close(handle)
    return tuple(left)


def first_child(pid: int) -> int | None:
    """Return the first child of a process, None without one."""
    try:
        children = (PROC / f"{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return None
    return int(children[0]) if children else None


def by_network(inodes: Iterable[int]) -> dict[int, list[Process]]:
    """Return the running processes inside each of these network namespaces, given by inode."""
    found: dict[int, list[Process]] = {inode: [] for inode in inodes}
    for pid in _pids():
        try:
            inode = (PROC / f"{pid}/ns/net").stat().st_ino
            if inode not in found:
                continue
            arguments = (PROC / f"{pid}/cmdline").read_bytes().rstrip(b"\0").split(b"\0")
            command = (PROC / f"{pid}/comm").read_text().rstrip("\n")
        except OSError:
            continue
        if (identity := identify(pid)) is not None:
            words = tuple(word.decode(errors="replace") for word in arguments)
            found[inode].append(Process(identity, command, words))
    return found


def _pids() -> Iterator[int]:
    return (int(path.name) for path in PROC.iterdir() if path.name.isdigit())


def _read_stat(pid: int) -> str | None:
    try:
        return (PROC / f"{pid}/stat").read_text()
    except OSError:
        return None


def _is_dead(stat: str) -> bool:
    return stat.rpartition(")")[2].split()[_STATE] in ("Z", "X", "x")

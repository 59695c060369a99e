"""What a push does on the box itself: hold the lock, keep its files, run one job to its end.

The folder /tmp/railwright exists only while a change is under way or unsaved; a reboot removes it
together with the unsaved change. Jobs run detached from the login, so that a broken connection or
a killed controller never leaves a half-written configuration: the job ends, its status stays.
"""

import os
import secrets
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field

from railwright.device.clock import Clock
from railwright.device.errors import CommandError, JobLostError, LockedError, UnreachableError
from railwright.device.observe import WORK_FOLDER
from railwright.device.session import Result, Session, checked

STALE_S = 3600
"""Age after which a lock of another controller counts as forgotten: twice the longest push."""

_HELD = 4
_FOREIGN = 3
_RUNNING = 5
_LOST = 6
_FULL = 7
_SLICE_S = 5
_RETRY_S = 3.0
_STEAL_TRIES = 2

_PRELUDE = f"d={WORK_FOLDER}; umask 077; "
_LOCK = _PRELUDE + (
    'mkdir "$d" 2>/dev/null; '
    f'if [ ! -d "$d" ] || [ -L "$d" ] || [ ! -O "$d" ]; then exit {_FOREIGN}; fi; '
    'if mkdir "$d/lock" 2>/dev/null; then '
    'echo "$1" > "$d/lock/owner" && exit 0; '
    f'rm -f "$d/lock/owner"; rmdir "$d/lock" "$d"; exit {_FULL}; fi; '
    'cat "$d/lock/owner"; echo; echo $(( $(date +%s) - $(stat -c %Y "$d/lock") )); '
    f"exit {_HELD}"
)
_STEAL = _PRELUDE + (
    'if [ "$(cat "$d/lock/owner" 2>/dev/null)" = "$1" ]; then '
    'mv "$d/lock" "$d/lock.$$" && rm -rf "$d/lock.$$"; fi'
)
_UNLOCK = _PRELUDE + (
    'if [ "$(cat "$d/lock/owner" 2>/dev/null)" = "$1" ]; then rm -rf "$d/lock"; fi; '
    'if [ ! -e "$d/lock" ] && [ ! -e "$d/phase" ] && [ ! -e "$d/drained" ]; then rm -rf "$d"; fi'
)
_PUT = _PRELUDE + 'cat > "$d/$1.new" && mv "$d/$1.new" "$d/$1"'
_DROP = _PRELUDE + 'rm -f "$d/$1"'
_START = _PRELUDE + (
    'rm -f "$d/status" "$d/output"; echo "$1" > "$d/phase"; shift; '
    "setsid sh -c '"
    'd=$1; shift; "$@" > "$d/output" 2>&1; echo $? > "$d/status.new"; '
    'mv "$d/status.new" "$d/status"\' sh "$d" "$@" < /dev/null > /dev/null 2>&1 & '
    'echo $! > "$d/pid"'
)
_WAIT = _PRELUDE + (
    'tries=$(( $1 * 10 )); while [ "$tries" -gt 0 ] && [ ! -f "$d/status" ]; do '
    'if ! kill -0 "$(cat "$d/pid")" 2>/dev/null; then sleep 0.2; '
    f'[ -f "$d/status" ] || exit {_LOST}; fi; '
    "sleep 0.1; tries=$((tries - 1)); done; "
    f'[ -f "$d/status" ] || exit {_RUNNING}; '
    'cat "$d/status"; tail -c 4000 "$d/output"'
)


@dataclass(frozen=True, slots=True)
class Owner:
    """Who holds a lock: the controller's host name, the process and a random token."""

    host: str = field(default_factory=socket.gethostname)
    pid: int = field(default_factory=os.getpid)
    token: str = field(default_factory=lambda: secrets.token_hex(8))

    @property
    def text(self) -> str:
        """Return the owner as written into the lock."""
        return f"{self.host} {self.pid} {self.token}"


class Box:
    """The push's side of one switch."""

    def __init__(self, session: Session, owner: Owner, clock: Clock) -> None:
        self._session = session
        self._owner = owner
        self._clock = clock

    def lock(self) -> None:
        """Take the switch's lock.

        A lock whose process ended on this controller, or older than an hour, is taken over.
        Raises: LockedError when another push holds it, CommandError without room on the switch.
        """
        for _ in range(_STEAL_TRIES):
            result = self._script(_LOCK, self._owner.text)
            if result.status == 0:
                return
            if result.status == _FULL:
                raise CommandError(
                    f"{self._session.name}: {WORK_FOLDER} cannot be written: {result.error_text()};"
                    " make room on the switch and push again"
                )
            if result.status != _HELD:
                raise LockedError(
                    f"{self._session.name}: {WORK_FOLDER} cannot be used: it belongs to somebody "
                    "else or cannot be made; look at it on the switch and remove it"
                )
            holder, age_s = _holder(result.stdout)
            if not self._is_stale(holder, age_s):
                break
            self._script(_STEAL, holder)
        host, pid = (*holder.split(), "unknown", "unknown")[:2]
        raise LockedError(
            f"{self._session.name}: another push holds the switch: process {pid} on {host}, for "
            f"{age_s} s; wait for it, or remove {WORK_FOLDER}/lock on the switch if it is gone"
        )

    def unlock(self) -> None:
        """Give the lock back; a folder with nothing pending goes too."""
        self._script(_UNLOCK, self._owner.text)

    def put(self, name: str, content: bytes) -> str:
        """Write a file into the work folder, complete or not at all; return its path."""
        done = self._session.run(("sh", "-c", _PUT, "sh", name), content)
        if done.status != 0:
            raise CommandError(
                f"{self._session.name}: {self.path(name)} cannot be written: {done.error_text()}; "
                "make room on the switch and push again"
            )
        return self.path(name)

    @staticmethod
    def path(name: str) -> str:
        """Return where `put` writes a file."""
        return f"{WORK_FOLDER}/{name}"

    def run_job(self, phase: str, command: Sequence[str], limit_s: float) -> Result:
        """Run a command to its end, whatever happens to the connection; return what it left.

        `phase` is what a later push finds if this one is interrupted. Raises: CommandError when
        the job does not end in time, JobLostError when it vanishes.
        """
        checked(self._session, ("sh", "-c", _START, "sh", phase, *command))
        return self.wait_job(limit_s)

    def wait_job(self, limit_s: float) -> Result:
        """Return what the running or last job left. Raises: as `run_job`."""
        deadline = self._clock.now() + limit_s
        while True:
            self._clock.check()
            try:
                result = self._script(_WAIT, str(_SLICE_S))
            except UnreachableError:
                # A reload restarts the management network: call again until it answers.
                if self._clock.now() >= deadline:
                    raise
                self._clock.sleep(_RETRY_S)
                continue
            if result.status == 0:
                status, _, output = result.stdout.partition("\n")
                return Result(int(status), output, "")
            if result.status != _RUNNING:
                raise JobLostError(
                    f"{self._session.name}: the job on the switch ended without a status; see "
                    f"{WORK_FOLDER}/output there and run the push again"
                )
            if self._clock.now() >= deadline:
                raise CommandError(
                    f"{self._session.name}: the job on the switch still runs after {limit_s:.0f} "
                    "s; the next push waits for it first"
                )

    def forget(self, mark: str = "phase") -> None:
        """Remove a mark that tells the next push what is pending: `phase` or `drained`."""
        self._script(_DROP, mark)

    def _script(self, script: str, *words: str) -> Result:
        return self._session.run(("sh", "-c", script, "sh", *words))

    def _is_stale(self, holder: str, age_s: int) -> bool:
        words = holder.split()
        if len(words) == 3 and words[0] == self._owner.host and words[1].isdigit():
            return not _is_alive(int(words[1])) or age_s > STALE_S
        return age_s > STALE_S


def _holder(text: str) -> tuple[str, int]:
    """Return the owner's text and the lock's age in seconds, from the output of `_LOCK`."""
    lines = text.split("\n")
    age = lines[-2] if len(lines) > 1 else ""
    return lines[0].strip(), int(age) if age.strip().isdigit() else 0


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True

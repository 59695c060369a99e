"""Running the host's tools: lists of words, never a shell; what they say is kept on failure."""

import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from railwright.lab.errors import LabError

TOOL_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ENVIRONMENT = {"PATH": TOOL_PATH, "LC_ALL": "C.UTF-8"}
"""What every tool and every device starts with: nothing of the caller's environment."""

_LAST_LINES = 12
_DIES_WITH_US = ("setpriv", "--pdeathsig", "KILL")
"""Before a tool's name: a tool must not go on making things after this process was killed."""

_shared: list[int] = []
"""Locks of this process that its tools hold too, by file descriptor."""


@contextmanager
def sharing(lock: int) -> Iterator[None]:
    """Let every tool run meanwhile hold a lock (file descriptor) until the tool itself ends.

    A process may be killed after a tool was forked and before that asked to die with it: whoever
    takes the lock next then waits for the tool instead of working beside it.
    """
    _shared.append(lock)
    try:
        yield
    finally:
        _shared.remove(lock)


def run(argv: Sequence[str], *, lines: Iterable[str] = (), timeout_s: float = 120.0) -> str:
    """Run a tool to its end and return what it printed; `lines` are its input.

    Raises: LabError with the end of its error output when it fails, is missing or hangs.
    """
    text = "".join(f"{line}\n" for line in lines)
    try:
        done = subprocess.run(  # noqa: S603 (a list of words, no shell)
            [*_DIES_WITH_US, *argv],
            check=False,
            input=text,
            env=ENVIRONMENT,
            pass_fds=tuple(_shared),
            timeout=timeout_s,
            capture_output=True,
            text=True,
        )
    except FileNotFoundError:
        raise LabError(f"{_DIES_WITH_US[0]}: not found on this host") from None
    except subprocess.TimeoutExpired:
        raise LabError(f"{' '.join(argv)}: no end after {timeout_s:.0f} s") from None
    if done.returncode:
        said = last_lines(done.stderr or done.stdout)
        raise LabError(f"{' '.join(argv)}: exit status {done.returncode}\n{said}")
    return done.stdout


def last_lines(text: str) -> str:
    """Return the end of a tool's output, indented for an error message."""
    return "\n".join(f"  {line}" for line in text.strip().splitlines()[-_LAST_LINES:])

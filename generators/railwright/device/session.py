"""What the rest of this package needs from a connection to one device."""

import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from railwright.device.errors import CommandError
from railwright.sonic.masking import masked, printable

COMMAND_TIMEOUT_S = 60.0
"""Long enough for any single read on a loaded switch."""

SSH_PORT = 22
ANSWER_TIMEOUT_S = 3.0
_SHOWN_ERROR_CHARACTERS = 400
_SHOWN_COMMAND_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class Result:
    """What a command left: its exit status and both outputs."""

    status: int
    stdout: str
    stderr: str

    def error_text(self, hidden: Iterable[str] = ()) -> str:
        """Return the end of what the command said, on one line, fit for a message.

        `hidden` are secret values; they are replaced before the text is cut, which could leave a
        part of one.
        """
        said = masked(self.stderr.strip() or self.stdout.strip(), hidden)
        text = " ".join(said.split())
        return printable(text[-_SHOWN_ERROR_CHARACTERS:]) or "no message"


@dataclass(frozen=True, slots=True)
class Target:
    """One device: its name for messages, its management address and the user to log in as."""

    name: str
    address: str
    user: str
    port: int = 22


class Session(Protocol):
    """One login on one device.

    `run` raises UnreachableError when the connection cannot be made or breaks (a later call tries
    again), AuthError, HostKeyError or CommandTimeoutError; a command's own failure is in its
    Result.
    """

    @property
    def name(self) -> str:
        """Return the device's name, for messages."""
        ...

    def run(
        self,
        command: Sequence[str],
        stdin: bytes = b"",
        timeout_s: float = COMMAND_TIMEOUT_S,
    ) -> Result:
        """Run a command, given as its words; no shell interprets them."""
        ...


class Connector(Protocol):
    """What opens sessions; they connect when they are first used."""

    def session(self, target: Target) -> Session:
        """Return a session with one device."""
        ...


def checked(
    session: Session,
    command: Sequence[str],
    stdin: bytes = b"",
    timeout_s: float = COMMAND_TIMEOUT_S,
) -> str:
    """Return a command's standard output. Raises: CommandError when its exit status is not 0."""
    result = session.run(command, stdin, timeout_s)
    if result.status != 0:
        raise CommandError(
            f"{session.name}: `{shown(command)}` failed with status {result.status}: "
            f"{result.error_text()}; run it on the device to see why"
        )
    return result.stdout


def shown(command: Sequence[str]) -> str:
    """Return a command as it may stand in a message: on one line, cut if it is long."""
    text = " ".join(" ".join(command).split())
    return (
        text if len(text) <= _SHOWN_COMMAND_CHARACTERS else f"{text[:_SHOWN_COMMAND_CHARACTERS]}..."
    )


def answers(address: str) -> bool:
    """Return whether a device takes SSH connections at its management address."""
    try:
        with socket.create_connection((address, SSH_PORT), timeout=ANSWER_TIMEOUT_S):
            return True
    except OSError:
        return False

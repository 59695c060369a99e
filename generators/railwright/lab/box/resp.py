"""A small client for redis: one connection, commands sent in one batch, replies in order."""

import socket
from collections.abc import Iterable, Sequence
from typing import Any

from .errors import BoxError

Command = Sequence[str]
CHUNK_BYTES = 1 << 16


class RedisError(BoxError):
    """Redis answered with an error."""


class Redis:
    """One connection to a redis server, over a unix socket (a path) or TCP (host and port)."""

    def __init__(self, address: str | tuple[str, int], database: int) -> None:
        """Connect and select `database`; raises OSError when nobody listens at `address`."""
        if isinstance(address, str):
            self._socket = socket.socket(socket.AF_UNIX)
            self._socket.connect(address)
        else:
            self._socket = socket.create_connection(address)
        self._stream = self._socket.makefile("rb", CHUNK_BYTES)
        if database:
            self.run("SELECT", str(database))

    def run(self, *command: str) -> Any:
        """Run one command and return its reply (str, int, None or a list of those)."""
        return self.pipeline([command])[0]

    def pipeline(self, commands: Iterable[Command]) -> list[Any]:
        """Send all commands at once and return their replies in the same order."""
        batch = list(commands)
        self._socket.sendall(b"".join(map(_encode, batch)))
        replies = [self._reply() for _ in batch]
        _raise_first_error(replies)
        return replies

    def atomically(self, commands: Iterable[Command]) -> list[Any]:
        """Run the commands as one transaction: other clients see all of them or none."""
        replies: list[Any] = self.pipeline([("MULTI",), *commands, ("EXEC",)])[-1]
        _raise_first_error(replies)
        return replies

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()
        self._socket.close()

    def _reply(self) -> Any:
        line = self._stream.readline()
        if not line.endswith(b"\r\n"):
            raise BoxError("redis closed the connection")
        kind, rest = line[:1], line[1:-2]
        if kind == b"$":
            size = int(rest)
            return None if size < 0 else self._stream.read(size + 2)[:-2].decode()
        if kind == b"*":
            count = int(rest)
            return None if count < 0 else [self._reply() for _ in range(count)]
        if kind == b":":
            return int(rest)
        if kind == b"-":
            return RedisError(rest.decode())
        return rest.decode()


def _raise_first_error(replies: list[Any]) -> None:
    for reply in replies:
        if isinstance(reply, RedisError):
            raise reply


def _encode(command: Command) -> bytes:
    parts = [f"*{len(command)}\r\n".encode()]
    for word in command:
        data = word.encode()
        parts.append(b"$%d\r\n%s\r\n" % (len(data), data))
    return b"".join(parts)

"""What changes in CONFIG_DB, in order, from redis' own keyspace notifications and one channel.

SONiC's daemons learn of a row from the keyspace notifications of the database, so any write takes
effect, whoever made it. The channel `railwright-config` adds what those cannot say:

- `{"event": "reload"}`: the whole CONFIG_DB was replaced; services start anew;
- `{"event": "rows", "rows": ["TABLE|key", ...]}`: compare these rows with what is applied;
- `{"event": "sync", "id": "..."}`: answer in the marker once everything before it is applied.
"""

import json
import select
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

CHANNEL = "railwright-config"
CONFIG_DATABASE = 4
_KEYSPACE = f"__keyspace@{CONFIG_DATABASE}__:"

Kind = Literal["set", "del", "check", "reload", "sync"]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: `subject` is a row `TABLE|key`, or the id of a sync."""

    kind: Kind
    subject: str = ""


class Subscription:
    """A connection to redis that only listens."""

    def __init__(self, address: str | tuple[str, int]) -> None:
        """Subscribe at a unix socket (a path) or at host and port; raises OSError if it cannot."""
        if isinstance(address, str):
            self._socket = socket.socket(socket.AF_UNIX)
            self._socket.connect(address)
        else:
            self._socket = socket.create_connection(address)
        self._buffer = b""
        self._socket.sendall(f"SUBSCRIBE {CHANNEL}\r\nPSUBSCRIBE {_KEYSPACE}*\r\n".encode())

    def fileno(self) -> int:
        """Return the descriptor to wait on; it is readable when `collect` would find events."""
        return self._socket.fileno()

    def collect(self, quiet_s: float, limit_s: float) -> list[Event]:
        """Return the events that arrive until it is quiet for `quiet_s`, at most `limit_s`.

        A reload or sync ends the collection at once. Raises OSError when redis is gone.
        """
        deadline = time.monotonic() + limit_s
        found: list[Event] = []
        while time.monotonic() < deadline:
            if not select.select([self._socket], [], [], quiet_s)[0]:
                break
            data = self._socket.recv(1 << 16)
            if not data:
                raise ConnectionResetError("redis closed the subscription")
            messages, self._buffer = split(self._buffer + data)
            for words in messages:
                found += events(words)
            if any(event.kind in {"reload", "sync"} for event in found):
                break
        return found

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()


def split(data: bytes) -> tuple[list[list[str]], bytes]:
    """Return the complete messages (arrays of words) at the start of `data`, and the rest."""
    messages: list[list[str]] = []
    while (parsed := _message(data)) is not None:
        words, used = parsed
        messages.append(words)
        data = data[used:]
    return messages, data


def _message(data: bytes) -> tuple[list[str], int] | None:
    """Parse one array of bulk strings and integers; None while it is incomplete."""
    end = data.find(b"\r\n")
    if end < 0:
        return None
    count, at = int(data[1:end]), end + 2
    words: list[str] = []
    for _ in range(count):
        end = data.find(b"\r\n", at)
        if end < 0:
            return None
        kind, number, at = data[at : at + 1], int(data[at + 1 : end]), end + 2
        if kind == b":":
            words.append(str(number))
            continue
        if len(data) < at + number + 2:
            return None
        words.append(data[at : at + number].decode(errors="replace"))
        at += number + 2
    return words, at


def events(words: list[str]) -> Iterator[Event]:
    """Yield what one pushed message means; nothing for confirmations and unreadable text."""
    if words[:1] == ["pmessage"] and len(words) == 4:
        row = words[2].removeprefix(_KEYSPACE)
        if "|" in row:
            yield Event("del" if words[3] == "del" else "set", row)
        return
    if words[:1] != ["message"] or len(words) != 3:
        return
    try:
        body = json.loads(words[2])
    except ValueError:
        return
    kind = body.get("event") if isinstance(body, dict) else None
    if kind == "reload":
        yield Event("reload")
    elif kind == "sync":
        yield Event("sync", str(body.get("id", "")))
    elif kind == "rows":
        yield from (Event("check", row) for row in body.get("rows", ()) if isinstance(row, str))

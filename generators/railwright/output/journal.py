"""The journal of a write in progress: which intent it is for and which paths it may touch.

A file of lines, each one JSON value: an object that names the intent, or a path. Every process of
a write appends to it before it touches what it names. Each append starts on a line of its own and
a line that was cut off is no JSON, so whatever a kill or a full disk leaves can be read.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import orjson

JOURNAL = "manifest.journal"
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Claims:
    """What the journal of an unfinished write says; `intent` is None if it had not begun."""

    intent: str | None
    paths: tuple[str, ...]


def read_journal(folder: Path) -> Claims | None:
    """Return what an unfinished write claimed, None when there was none. Raises: OSError."""
    try:
        text = (folder / JOURNAL).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    intent, paths = None, []
    for line in text.split(b"\n"):
        try:
            entry = orjson.loads(line)
        except ValueError:
            continue
        if isinstance(entry, str):
            paths.append(entry)
        elif isinstance(entry, dict):
            intent = entry.get("intent", intent)
    return Claims(intent, tuple(paths))


class Journal:
    """Appends claims; opened by the first, so that a write without changes leaves no trace."""

    def __init__(self, folder: Path, intent: str) -> None:
        self._path = folder / JOURNAL
        self._intent = intent
        self._handle = -1

    def claim(self, paths: Iterable[str]) -> None:
        """Record that these paths may be touched from now on. Raises: OSError."""
        entries: list[object] = [*paths]
        if self._handle < 0:
            self._handle = os.open(self._path, _FLAGS, 0o644)
            entries.insert(0, {"intent": self._intent})
        lines = b"".join(b"\n" + orjson.dumps(entry) for entry in entries)
        try:
            write_all(self._handle, lines)
        except OSError as err:
            raise OSError(err.errno, err.strerror, str(self._path)) from err

    def close(self) -> None:
        """Close the file; it stays for the next write to find."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def remove(self) -> None:
        """End the write: nothing is claimed any more. Raises: OSError."""
        self.close()
        self._path.unlink(missing_ok=True)


def write_all(handle: int, content: bytes) -> None:
    """Write every byte to an open file. Raises: OSError."""
    written = os.write(handle, content)
    while written < len(content):
        written += os.write(handle, memoryview(content)[written:])

"""Files of an intent replaced together: one run at a time, all prepared before any is touched."""

import fcntl
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from railwright.errors import RailwrightError
from railwright.intent.as_built import dumps

PREFIX = ".railwright-redline-"
"""How the names of files begin that are being prepared; none is left by a run that ends."""
WAIT_S = 30.0
_TRY_S = 0.1


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Let one run at a time change the files of a folder; the next one waits for a while.

    The lock is on the folder itself and leaves nothing there. A file system that has none for
    folders goes without; what is on disk is compared all the same before it is replaced.
    Raises: RailwrightError when another run does not end.
    """
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        yield  # what reads the intent says what is wrong
        return
    try:
        _lock(handle, folder)
        yield
    finally:
        os.close(handle)


def _lock(handle: int, folder: Path) -> None:
    end = time.monotonic() + WAIT_S
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                raise RailwrightError(
                    f"{folder}: another `redline --write` is at work here; run this one again when "
                    "it has ended"
                ) from None
            time.sleep(_TRY_S)
        except OSError:
            return
        else:
            return


def replace(texts: Mapping[str, str], *, new: bool) -> None:
    """Replace files; the record is the last of them, there is none yet if it is `new`.

    Marks are news until their overrides are in place, so a run that was cut off is finished by the
    same run again. A new record is there empty before the intent names it.
    Raises: RailwrightError when one cannot be written; all are as they were then.
    """
    paths = [Path(name).resolve() for name in texts]
    record = paths[-1]
    wanted = [(path, text.encode()) for path, text in zip(paths, texts.values(), strict=True)]
    if new and not record.exists():
        wanted.insert(0, (record, dumps(()).encode()))
    for folder in {path.parent for path in paths}:
        _sweep(folder)
    prepared: list[tuple[Path, Path]] = []
    done: list[tuple[Path, bytes | None]] = []
    path = record
    try:
        for path, content in wanted:
            prepared.append((_prepared(path, content), path))
        for temporary, path in prepared:
            done.append((path, path.read_bytes() if path.exists() else None))
            temporary.replace(path)
        for folder in {path.parent for path in paths}:
            _sync(folder)
    except OSError as err:
        _undo(done)
        raise RailwrightError(f"{path}: cannot be written: {err.strerror}") from err
    finally:
        for temporary, _ in prepared:
            with suppress(OSError):
                temporary.unlink()


def _prepared(path: Path, content: bytes) -> Path:
    """Write what a file is to hold beside it, with its mode and its owner. Raises: OSError."""
    handle, name = tempfile.mkstemp(prefix=PREFIX, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            if path.exists():
                before = path.stat()
                with suppress(OSError):  # only root gives files away
                    os.fchown(stream.fileno(), before.st_uid, before.st_gid)
                os.fchmod(stream.fileno(), before.st_mode & 0o777)
            else:
                os.fchmod(stream.fileno(), 0o644)
            os.fsync(stream.fileno())
    except OSError:
        with suppress(OSError):
            Path(name).unlink()
        raise
    return Path(name)


def _undo(done: list[tuple[Path, bytes | None]]) -> None:
    """Put back what was there, the last one first."""
    for path, content in reversed(done):
        with suppress(OSError):
            if content is None:
                path.unlink(missing_ok=True)
            elif path.read_bytes() != content:
                _prepared(path, content).replace(path)


def _sweep(folder: Path) -> None:
    """Remove what a run left that was cut off; no other one is at work."""
    for path in folder.glob(f"{PREFIX}*"):
        with suppress(OSError):
            path.unlink()


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

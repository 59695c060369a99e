"""The files below one folder: looked at, replaced and removed by relative path, never outside.

Parents are verified once and remembered, and nothing is looked for in a folder that this process
made, so that a file costs little more than its own system calls.
"""

import fcntl
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import ELOOP, ENOTDIR
from itertools import count
from pathlib import Path
from typing import Literal

from railwright.files import OutputFile
from railwright.output.journal import write_all
from railwright.output.manifest import OutputError

Kind = Literal["added", "changed", "same"]

_TEMPORARY = re.compile(r"\.new-\d+-\d+")
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
_SPECIAL = ("", ".", "..")


class Folder:
    """One folder, as this process came to know it. Copies in forked processes are independent."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._root = str(root)
        self._was_there = {"": root.is_dir()}
        self._made: set[str] = set()
        self._numbers = count()

    def look(self, file: OutputFile) -> Kind:
        """Return what putting the file would be. Raises: OutputError, OSError."""
        if not self._holds(self._parent(file.path)):
            return "added"
        path = f"{self._root}/{file.path}"
        try:
            handle = os.open(path, _READ)
        except FileNotFoundError:
            return "added"
        except OSError as err:
            if err.errno == ELOOP:
                raise _symbolic_link(path) from err
            raise
        try:
            same = os.read(handle, len(file.content) + 1) == file.content
        except OSError as err:
            raise OSError(err.errno, err.strerror, path) from err
        finally:
            os.close(handle)
        return "same" if same else "changed"

    def put(self, file: OutputFile) -> None:
        """Replace or create one file atomically, its folders too. Raises: OutputError, OSError."""
        parent = self._parent(file.path)
        self._make(parent)
        target = f"{self._root}/{file.path}"
        here = f"{self._root}/{parent}" if parent else self._root
        temporary = f"{here}/.new-{os.getpid()}-{next(self._numbers)}"
        try:
            handle = os.open(temporary, _NEW, 0o600)
            try:
                try:
                    write_all(handle, file.content)
                    os.fchmod(handle, file.mode)
                finally:
                    os.close(handle)
                os.rename(temporary, target)  # noqa: PTH104 - a Path per file costs as much
            except BaseException:
                with suppress(OSError):
                    os.unlink(temporary)  # noqa: PTH108 - as above
                raise
        except OSError as err:
            raise OSError(err.errno, err.strerror, target) from err

    def has(self, path: str) -> bool:
        """Return whether something lies at the path. Raises: OutputError, OSError."""
        return self._holds(self._parent(path)) and os.path.lexists(f"{self._root}/{path}")

    def remove(self, path: str) -> bool:
        """Remove a file and the folders this empties; return whether it was there.

        Raises: OutputError, OSError.
        """
        parent = self._parent(path)
        found = self._holds(parent)
        if found:
            try:
                Path(self._root, path).unlink()
            except FileNotFoundError:
                found = False
        while parent:
            try:
                Path(self._root, parent).rmdir()
            except FileNotFoundError:  # a write was killed between two folders
                pass
            except OSError:
                break
            parent = parent.rpartition("/")[0]
        return found

    def sweep(self) -> None:
        """Remove the temporaries of a write that was killed. Raises: OSError."""
        for folder, _, names in os.walk(self._root):
            for name in names:
                if is_temporary(name):
                    Path(folder, name).unlink(missing_ok=True)

    def _parent(self, path: str) -> str:
        parent, slash, name = path.rpartition("/")
        if name in _SPECIAL or (slash and not parent):
            raise OutputError(f"{path}: leaves the build folder")
        return parent

    def _holds(self, folder: str) -> bool:
        """Return whether a folder was there before this write and may hold files."""
        known = self._was_there.get(folder)
        if known is None:
            known = self._holds(self._parent(folder)) and _is_folder(f"{self._root}/{folder}")
            self._was_there[folder] = known
        return known

    def _make(self, folder: str) -> None:
        if folder in self._made:
            return
        if not self._holds(folder):
            path = f"{self._root}/{folder}"
            if folder:
                self._make(self._parent(folder))
            try:
                os.mkdir(path)  # noqa: PTH102 - as above
            except FileExistsError:  # another worker was faster
                _is_folder(path)
        self._made.add(folder)


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """Hold the folder for one write; wait for one that is under way, and for its workers.

    A file system without locks is used without: there two writes at once are not kept apart.
    Raises: OSError.
    """
    handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def is_temporary(name: str) -> bool:
    """Return whether a file name is one that `put` gives to what it has not finished."""
    return _TEMPORARY.fullmatch(name) is not None


def _is_folder(path: str) -> bool:
    try:
        mode = os.lstat(path).st_mode
    except FileNotFoundError:
        return False
    if stat.S_ISLNK(mode):
        raise _symbolic_link(path)
    if not stat.S_ISDIR(mode):
        raise NotADirectoryError(ENOTDIR, os.strerror(ENOTDIR), path)
    return True


def _symbolic_link(path: str) -> OutputError:
    return OutputError(f"{path}: is a symbolic link; remove it and build again")

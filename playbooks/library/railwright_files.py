#!/usr/bin/python3
"""Converge a set of files on this host and remove what an earlier run laid down and no longer is.

Runs on targets with the standard library alone. `<state_dir>/<owner>.json` remembers which files
belong to an owner and which changes nobody confirmed yet, so that a run that was interrupted
before its handlers is finished by the next one. What lay at a path before the first of our files
is kept in `<state_dir>/kept/<path>` until that path is given up.
"""

from __future__ import annotations

import base64
import errno
import json
import os
import re
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = """
module: railwright_files
short_description: Converge a set of files
description:
  - Writes every file atomically, with mode and owner, and removes files that an earlier run with
    the same O(owner) wrote and O(files) no longer has. Other files are never touched.
  - Where a file or a link of somebody else (a package, the site) lies at a path that is taken over
    for the first time, it is kept below C(kept) in O(state_dir) with its mode and owner. It is put
    back, instead of nothing, when O(files) no longer has that path. A path that another owner has
    laid down is nobody else's, and stays where this one gives it up. What lies there instead of
    our file by then, a link or a folder, is left alone.
  - Folders that are missing are made with mode 0755, whatever the umask is.
  - A change counts as changed in every run until one with O(confirm) follows it, so that handlers
    run even if the run that wrote the files was interrupted.
options:
  owner:
    description: Name under which the laid-down paths are remembered.
    type: str
    required: true
  files:
    description: The complete set of files of this owner.
    type: list
    elements: dict
    default: []
    suboptions:
      path: {description: Absolute path., type: str, required: true}
      content: {description: Bytes in base64., type: str, required: true}
      mode: {description: Octal mode such as C(0644)., type: str, required: true}
  leave:
    description:
      - Paths that a system needs. One of them that O(files) no longer has stays as it is where
        nothing was kept that could be put back, and is ours no more.
    type: list
    elements: str
    default: []
  begin:
    description:
      - Write no file; note that something begins that only counts once O(confirm) follows it, such
        as C(packages). These words are among the paths that are unconfirmed until then.
    type: list
    elements: str
    default: []
  confirm:
    description: Write no file; note that all earlier changes have taken effect.
    type: bool
    default: false
  state_dir:
    description: Folder for the memory of all owners.
    type: path
    default: /var/lib/railwright
"""

RETURN = """
paths:
  description: Paths that were written, removed, or are still unconfirmed, and words of O(begin).
  type: list
  returned: always
"""

NAME = re.compile("[a-z0-9][a-z0-9_-]*")
KEPT = "kept"
"""Folder, beside the memories, of what lay at our paths before us."""


class File(NamedTuple):
    """What is at a path or should be; `owner` is (uid, gid), `target` that of a symbolic link."""

    content: bytes
    mode: int
    owner: tuple
    target: str = ""


class Memory(NamedTuple):
    """What is known about an owner: the paths it laid down, and what is not confirmed yet."""

    paths: frozenset
    pending: frozenset


def myself() -> tuple:
    """Return who this runs as, and whom the files will belong to."""
    return os.geteuid(), os.getegid()


def found(path: Path) -> File | None:
    """Return what is at a path; None for nothing, and for a device, which is to be replaced."""
    try:
        status = path.lstat()
    except FileNotFoundError:
        return None
    owner, mode = (status.st_uid, status.st_gid), stat.S_IMODE(status.st_mode)
    if stat.S_ISDIR(status.st_mode):
        raise OSError(errno.EISDIR, "a folder is in the way; move it", str(path))
    if stat.S_ISLNK(status.st_mode):
        return File(b"", mode, owner, str(path.readlink()))
    return File(path.read_bytes(), mode, owner) if stat.S_ISREG(status.st_mode) else None


def make_folder(path: Path) -> None:
    """Make a folder and what is missing above it, with mode 0755 whatever the umask is."""
    for one in reversed((path, *path.parents)):
        if not one.exists():
            one.mkdir()
            one.chmod(0o755)


def replace(path: Path, file: File) -> None:
    """Write atomically: a reader sees the old file or the new one. Raises OSError with the path."""
    # A fixed name, so that what a killed run left is overwritten by the next one.
    temporary = path.with_name(f".{path.name}.railwright")
    try:
        make_folder(path.parent)
        temporary.unlink(missing_ok=True)
        try:
            if file.target:
                temporary.symlink_to(file.target)
            else:
                write(temporary, file)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as err:
        raise OSError(err.errno, err.strerror, str(path)) from err


def write(path: Path, file: File) -> None:
    """Write a new file through to the disk."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(file.content)
        stream.flush()
        if file.owner != myself():
            os.fchown(stream.fileno(), *file.owner)
        os.fchmod(stream.fileno(), file.mode)
        os.fsync(stream.fileno())


def remember(path: Path, memory: Memory) -> None:
    """Write an owner's memory, if it differs from what is on disk."""
    values = {"paths": sorted(memory.paths), "pending": sorted(memory.pending)}
    content = json.dumps(values, indent=1).encode() + b"\n"
    before = found(path)
    if before is None or before.content != content:
        replace(path, File(content, 0o644, myself()))


def recalled(path: Path) -> Memory:
    """Return an owner's memory. Raises ValueError when it is damaged."""
    file = found(path)
    if file is None:
        return Memory(frozenset(), frozenset())
    try:
        values = json.loads(file.content)
        return Memory(frozenset(values["paths"]), frozenset(values["pending"]))
    except (ValueError, KeyError, TypeError):
        raise ValueError(f"{path} is damaged; remove it and run again") from None


def elsewhere(state: Path) -> frozenset:
    """Return the paths of all other owners; a file that is no memory counts as one of none."""
    paths: set = set()
    for other in state.parent.glob("*.json"):
        try:
            paths |= recalled(other).paths if other != state else set()
        except ValueError:
            continue
    return frozenset(paths)


def copy_of(state: Path, path: str) -> Path:
    """Return where the original of a path is kept."""
    return state.parent / KEPT / path.lstrip("/")


def keep(state: Path, path: str, original: File) -> None:
    """Keep what is at a path before it is overwritten for the first time."""
    folder = state.parent / KEPT
    make_folder(folder)
    folder.chmod(0o700)  # what was readable by root alone, for its folder's mode, stays so
    replace(copy_of(state, path), original)


def wanted(files: Iterable[dict[str, str]]) -> dict[str, File]:
    """Return the files to converge, by path. Raises ValueError for a path that is not absolute."""
    result = {}
    for one in files:
        if not one["path"].startswith("/") or os.path.normpath(one["path"]) != one["path"]:
            raise ValueError(f"{one['path']} is no absolute path without . and ..")
        content = base64.b64decode(one["content"])
        result[one["path"]] = File(content, int(one["mode"], 8), myself())
    return result


def text_of(file: File | None) -> str:
    """Return a file as a diff shows it."""
    if file is None:
        return ""
    return f"link to {file.target}\n" if file.target else file.content.decode("utf-8", "replace")


def difference(path: str, before: File | None, after: File | None) -> dict[str, str]:
    """Return the diff of one file; of one whose text stays, that of its mode and owner."""
    if before and after and (before.content, before.target) == (after.content, after.target):
        texts = [
            f"mode {one.mode:04o}, owner {one.owner[0]}:{one.owner[1]}\n" for one in (before, after)
        ]
    else:
        texts = [text_of(one) for one in (before, after)]
    return {
        "before": texts[0],
        "after": texts[1],
        "before_header": path if before else "/dev/null",
        "after_header": path if after else "/dev/null",
    }


def converge(
    state: Path, files: dict[str, File], leave: Iterable[str] = (), *, check: bool
) -> dict[str, Any]:
    """Compare, keep, write and remove; return the module's result."""
    memory, theirs = recalled(state), elsewhere(state)
    given_up = memory.paths - files.keys() - theirs
    leaving = {path for path in given_up if Path(path).is_file() and not Path(path).is_symlink()}
    leaving -= {path for path in leave if found(copy_of(state, path)) is None}
    here = {path: found(Path(path)) for path in sorted(leaving | files.keys())}
    after = {**files, **{path: found(copy_of(state, path)) for path in leaving}}
    changing = [path for path, file in here.items() if file != after[path]]
    pending = memory.pending | frozenset(changing)
    if not check:
        # Kept and claimed before anything is touched, forgotten after: an interrupted run loses
        # nothing, and takes nothing of its own for an original.
        take_over(state, here, files.keys() - memory.paths - theirs, frozenset(changing))
        remember(state, Memory(memory.paths | files.keys(), pending))
        for path in changing:
            put(Path(path), after[path])
        remember(state, Memory(frozenset(files), pending))
        for path in given_up:
            copy_of(state, path).unlink(missing_ok=True)
    return {
        "changed": bool(pending),
        "paths": sorted(pending),
        "diff": [difference(path, here[path], after[path]) for path in changing],
    }


def take_over(
    state: Path, here: dict[str, File | None], new: Iterable[str], changing: frozenset
) -> None:
    """Keep what lies at paths that are new to all owners; forget what was kept of them before."""
    for path in sorted(new):
        original = here[path]
        if original is not None and path in changing:
            keep(state, path, original)
        else:
            copy_of(state, path).unlink(missing_ok=True)


def put(path: Path, file: File | None) -> None:
    """Bring a path to what it should be."""
    if file is None:
        path.unlink()
    else:
        replace(path, file)


def begin(state: Path, words: Iterable[str], *, check: bool) -> dict[str, Any]:
    """Note that something begins which has to be confirmed; return the module's result."""
    memory = recalled(state)
    pending = memory.pending | frozenset(words)
    if not check:
        remember(state, Memory(memory.paths, pending))
    return {"changed": pending != memory.pending, "paths": sorted(pending)}


def confirm(state: Path, *, check: bool) -> dict[str, Any]:
    """Note that every change has taken effect; return the module's result."""
    memory = recalled(state)
    if memory.pending and not check:
        remember(state, Memory(memory.paths, frozenset()))
    return {"changed": False, "paths": sorted(memory.pending)}


def main() -> None:
    """Run as a module."""
    file = {name: {"type": "str", "required": True} for name in ("path", "content", "mode")}
    words = {"type": "list", "elements": "str", "default": []}
    module = AnsibleModule(
        argument_spec={
            "owner": {"type": "str", "required": True},
            "files": {"type": "list", "elements": "dict", "default": [], "options": file},
            **{name: dict(words) for name in ("leave", "begin")},
            "confirm": {"type": "bool", "default": False},
            "state_dir": {"type": "path", "default": "/var/lib/railwright"},
        },
        supports_check_mode=True,
    )
    options = module.params
    for name in (options["owner"], *options["begin"]):
        if not NAME.fullmatch(name):
            module.fail_json(msg=f"{name!r}: owners and words are of a-z, 0-9, - and _")
    state = Path(options["state_dir"]) / f"{options['owner']}.json"
    try:
        if options["confirm"]:
            result = confirm(state, check=module.check_mode)
        elif options["begin"]:
            result = begin(state, options["begin"], check=module.check_mode)
        else:
            files, leave = wanted(options["files"]), options["leave"]
            result = converge(state, files, leave, check=module.check_mode)
    except OSError as err:
        module.fail_json(msg=f"{err.filename}: {err.strerror}")
    except ValueError as err:
        module.fail_json(msg=str(err))
    module.exit_json(**result)


if __name__ == "__main__":
    main()

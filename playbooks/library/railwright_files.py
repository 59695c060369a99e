#!/usr/bin/python3
"""Converge a set of files on this host and remove what an earlier run laid down and no longer is.

Runs on targets with the standard library alone. `<state_dir>/<owner>.json` remembers which files
belong to an owner and which changes nobody confirmed yet, so that a run that was interrupted
before its handlers is finished by the next one.
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
  description: Paths that were written, removed, or are still unconfirmed.
  type: list
  returned: always
"""

NAME = re.compile("[a-z0-9][a-z0-9_-]*")


class File(NamedTuple):
    """A file as it is or should be; `owner` is (uid, gid)."""

    content: bytes
    mode: int
    owner: tuple


class Memory(NamedTuple):
    """What is known about an owner: the paths it laid down, and those not confirmed yet."""

    paths: frozenset
    pending: frozenset


def found(path: Path) -> File | None:
    """Return what is at a path; None for nothing, and for a link, which is to be replaced."""
    try:
        status = path.lstat()
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(status.st_mode):
        raise OSError(errno.EISDIR, "a folder is in the way; move it", str(path))
    if not stat.S_ISREG(status.st_mode):
        return None
    owner = (status.st_uid, status.st_gid)
    return File(path.read_bytes(), stat.S_IMODE(status.st_mode), owner)


def replace(path: Path, content: bytes, mode: int) -> None:
    """Write atomically: a reader sees the old file or the new one. Raises OSError with the path."""
    # A fixed name, so that what a killed run left is overwritten by the next one.
    temporary = path.with_name(f".{path.name}.railwright")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.unlink(missing_ok=True)
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fchmod(stream.fileno(), mode)
                os.fsync(stream.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as err:
        raise OSError(err.errno, err.strerror, str(path)) from err


def remember(path: Path, memory: Memory) -> None:
    """Write an owner's memory, if it differs from what is on disk."""
    values = {"paths": sorted(memory.paths), "pending": sorted(memory.pending)}
    content = json.dumps(values, indent=1).encode() + b"\n"
    before = found(path)
    if before is None or before.content != content:
        replace(path, content, 0o644)


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


def wanted(files: Iterable[dict[str, str]]) -> dict[str, File]:
    """Return the files to converge, by path. Raises ValueError for a path that is not absolute."""
    owner = (os.geteuid(), os.getegid())
    result = {}
    for one in files:
        if not one["path"].startswith("/"):
            raise ValueError(f"{one['path']} is no absolute path")
        result[one["path"]] = File(base64.b64decode(one["content"]), int(one["mode"], 8), owner)
    return result


def difference(path: str, before: File | None, after: File | None) -> dict[str, str]:
    """Return the diff of one file; of one whose text stays, that of its mode and owner."""
    if before and after and before.content == after.content:
        texts = [
            f"mode {one.mode:04o}, owner {one.owner[0]}:{one.owner[1]}\n" for one in (before, after)
        ]
    else:
        texts = [one.content.decode("utf-8", "replace") if one else "" for one in (before, after)]
    return {
        "before": texts[0],
        "after": texts[1],
        "before_header": path if before else "/dev/null",
        "after_header": path if after else "/dev/null",
    }


def converge(state: Path, files: dict[str, File], *, check: bool) -> dict[str, Any]:
    """Compare, write and remove; return the module's result."""
    memory = recalled(state)
    paths = sorted(memory.paths | files.keys())
    here = {path: found(Path(path)) for path in paths}
    changing = [path for path in paths if here[path] != files.get(path)]
    pending = memory.pending | frozenset(changing)
    if not check:
        # Claimed before anything is touched, forgotten after: an interrupted run loses nothing.
        remember(state, Memory(frozenset(paths), pending))
        for path in changing:
            if path in files:
                replace(Path(path), files[path].content, files[path].mode)
            else:
                Path(path).unlink()
        remember(state, Memory(frozenset(files), pending))
    return {
        "changed": bool(pending),
        "paths": sorted(pending),
        "diff": [difference(path, here[path], files.get(path)) for path in changing],
    }


def confirm(state: Path, *, check: bool) -> dict[str, Any]:
    """Note that every change has taken effect; return the module's result."""
    memory = recalled(state)
    if memory.pending and not check:
        remember(state, Memory(memory.paths, frozenset()))
    return {"changed": False, "paths": sorted(memory.pending)}


def main() -> None:
    """Run as a module."""
    file = {name: {"type": "str", "required": True} for name in ("path", "content", "mode")}
    module = AnsibleModule(
        argument_spec={
            "owner": {"type": "str", "required": True},
            "files": {"type": "list", "elements": "dict", "default": [], "options": file},
            "confirm": {"type": "bool", "default": False},
            "state_dir": {"type": "path", "default": "/var/lib/railwright"},
        },
        supports_check_mode=True,
    )
    options = module.params
    if not NAME.fullmatch(options["owner"]):
        module.fail_json(msg=f"owner {options['owner']!r}: use a-z, 0-9, - and _")
    state = Path(options["state_dir"]) / f"{options['owner']}.json"
    try:
        if options["confirm"]:
            result = confirm(state, check=module.check_mode)
        else:
            result = converge(state, wanted(options["files"]), check=module.check_mode)
    except OSError as err:
        module.fail_json(msg=f"{err.filename}: {err.strerror}")
    except ValueError as err:
        module.fail_json(msg=str(err))
    module.exit_json(**result)


if __name__ == "__main__":
    main()

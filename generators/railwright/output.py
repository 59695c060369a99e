"""Writing artefacts: atomically, pruning what is no longer made, with a manifest of hashes.

Before anything is touched the manifest claims every path that is about to change, without a
hash; the real one is written last, so that an interrupted build is finished by the next one.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from railwright.errors import RailwrightError
from railwright.files import OutputFile

MANIFEST = "manifest.json"
FORMAT = 1
TEMPORARY = ".new-"


class OutputError(RailwrightError):
    """The build folder cannot be written, or belongs to another intent."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a build was made from: intent file names and their hashes, and the engine's hash."""

    intent: str
    files: Mapping[str, str]
    engine: str


@dataclass(frozen=True, slots=True)
class Changes:
    """Paths a build adds, rewrites or removes, relative to the cluster's folder."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    total: int

    def __bool__(self) -> bool:
        """Return whether anything differs."""
        return bool(self.added or self.changed or self.removed)


def sha256(content: bytes) -> str:
    """Return the hex digest the manifest uses."""
    return hashlib.sha256(content).hexdigest()


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """Return the manifest of a build folder, None without one. Raises: OutputError if broken."""
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except NotADirectoryError as err:
        raise OutputError(f"{folder}: is not a folder; choose another --out") from err
    except (OSError, ValueError) as err:
        raise OutputError(
            f"{path}: cannot be read ({err}); remove the folder and build again"
        ) from err
    if not isinstance(manifest, dict) or not _is_ours(manifest):
        raise OutputError(
            f"{path}: is not a manifest of this version; remove the folder and build again"
        )
    return manifest


def _is_ours(manifest: Mapping[str, Any]) -> bool:
    texts = (manifest.get("intent"), manifest.get("engine"))
    tables = (manifest.get("inputs"), manifest.get("files"))
    return (
        manifest.get("format") == FORMAT
        and all(isinstance(one, str) for one in texts)
        and all(isinstance(one, dict) for one in tables)
    )


def unchanged(folder: Path, manifest: Mapping[str, Any]) -> bool:
    """Return whether every file of the manifest is on disk with its recorded hash."""
    try:
        return all(
            sha256((folder / path).read_bytes()) == digest
            for path, digest in manifest["files"].items()
        )
    except OSError:
        return False


def compare(folder: Path, files: Iterable[OutputFile], inputs: Inputs) -> Changes:
    """Return what writing `files` would change.

    Raises: OutputError for a foreign folder or one that cannot be read.
    """
    try:
        return _compare(folder, files, inputs)
    except OSError as err:
        raise OutputError(f"{err.filename or folder}: cannot be read: {err.strerror}") from err


def _compare(folder: Path, files: Iterable[OutputFile], inputs: Inputs) -> Changes:
    old = _owned(folder, inputs)
    wanted = {file.path: file for file in files}
    added, changed = [], []
    for path, file in wanted.items():
        try:
            if _inside(folder, path).read_bytes() != file.content:
                changed.append(path)
        except FileNotFoundError:
            added.append(path)
    removed = [path for path in old if path not in wanted and (folder / path).exists()]
    return Changes(tuple(added), tuple(changed), tuple(removed), len(wanted))


def write(folder: Path, files: Iterable[OutputFile], inputs: Inputs) -> Changes:
    """Make the folder hold exactly `files`; touch only what differs.

    Raises: OutputError when the folder belongs to another intent or cannot be written.
    """
    listed = tuple(files)
    try:
        changes = compare(folder, listed, inputs)
        touched = {*changes.added, *changes.changed}
        _sweep(folder)
        if changes:
            claimed = dict.fromkeys((*(file.path for file in listed), *changes.removed), "")
            _replace(folder / MANIFEST, _manifest(claimed, inputs), 0o644)
        for file in listed:
            if file.path in touched:
                _replace(_inside(folder, file.path), file.content, file.mode)
        for path in changes.removed:
            _inside(folder, path).unlink(missing_ok=True)
            _remove_empty_parents(folder, path)
        digests = {file.path: sha256(file.content) for file in listed}
        manifest = _manifest(digests, inputs)
        target = folder / MANIFEST
        if not target.exists() or target.read_bytes() != manifest:
            _replace(target, manifest, 0o644)
    except OSError as err:
        raise OutputError(f"{err.filename or folder}: cannot be written: {err.strerror}") from err
    return changes


def _manifest(digests: Mapping[str, str], inputs: Inputs) -> bytes:
    manifest = {
        "format": FORMAT,
        "intent": inputs.intent,
        "inputs": dict(sorted(inputs.files.items())),
        "engine": inputs.engine,
        "files": dict(sorted(digests.items())),
    }
    return (json.dumps(manifest, indent=1) + "\n").encode()


def _owned(folder: Path, inputs: Inputs) -> Iterable[str]:
    manifest = read_manifest(folder)
    if manifest is None:
        if folder.is_dir() and not all(_is_temporary(path) for path in folder.iterdir()):
            raise OutputError(
                f"{folder}: is not empty and has no {MANIFEST}; this folder was not "
                "built by railwright; choose another --out or remove it"
            )
        return ()
    if manifest["intent"] != inputs.intent:
        raise OutputError(
            f"{folder}: was built from {manifest['intent']}, not {inputs.intent}; "
            "give the clusters different names or choose another --out"
        )
    owned: Iterable[str] = manifest["files"]
    return owned


def _inside(folder: Path, path: str) -> Path:
    """Return the target of a relative path; refuse to leave the folder, also by symbolic link."""
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts or not parts.parts:
        raise OutputError(f"{path}: leaves the build folder")
    target = folder
    for part in parts.parts:
        target = target / part
        if target.is_symlink():
            raise OutputError(f"{target}: is a symbolic link; remove it and build again")
    return target


def _replace(target: Path, content: bytes, mode: int) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=TEMPORARY)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        temporary.chmod(mode)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _is_temporary(path: Path) -> bool:
    return path.name.startswith(TEMPORARY)


def _sweep(folder: Path) -> None:
    """Remove what a write that was killed left behind: a claim has no hashes, so it is known."""
    manifest = read_manifest(folder)
    if manifest is None or "" in manifest["files"].values():
        for path in folder.rglob(f"{TEMPORARY}*"):
            path.unlink(missing_ok=True)


def _remove_empty_parents(folder: Path, path: str) -> None:
    for parent in PurePosixPath(path).parents:
        here = folder / parent
        if here == folder or any(here.iterdir()):
            return
        here.rmdir()

"""The manifest: what a folder was built from and the hash of every file in it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from railwright.errors import RailwrightError
from railwright.files import EXTRAS, Extra

MANIFEST = "manifest.json"
FORMAT = 1


class OutputError(RailwrightError):
    """The build folder cannot be written, or belongs to another intent."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a build was made from: intent file names and their hashes, and the engine's hash.

    `extras` is what was asked for beyond what every build writes.
    """

    intent: str
    files: Mapping[str, str]
    engine: str
    extras: frozenset[Extra] = frozenset()


def sha256(content: bytes) -> str:
    """Return the hex digest the manifest uses."""
    return hashlib.sha256(content).hexdigest()


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """Return the manifest of a build folder, None without one. Raises: OutputError if broken."""
    path = folder / MANIFEST
    try:
        manifest = orjson.loads(path.read_bytes())
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
    extras = manifest.get("extras", [])
    return (
        manifest.get("format") == FORMAT
        and all(isinstance(one, str) for one in texts)
        and all(isinstance(one, dict) for one in tables)
        and isinstance(extras, list)
        and all(one in EXTRAS for one in extras)
    )


def extras_of(manifest: Mapping[str, Any]) -> frozenset[Extra]:
    """Return what a build was asked for beyond what every build writes."""
    return frozenset(one for one in EXTRAS if one in manifest.get("extras", ()))


def dumps(digests: Mapping[str, str], inputs: Inputs) -> bytes:
    """Return the bytes of a manifest; `digests` maps paths to hex digests, in any order."""
    manifest = {
        "format": FORMAT,
        "intent": inputs.intent,
        "inputs": dict(sorted(inputs.files.items())),
        "engine": inputs.engine,
        "extras": sorted(inputs.extras),
        "files": dict(sorted(digests.items())),
    }
    return orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)

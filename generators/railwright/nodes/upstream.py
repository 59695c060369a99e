"""Where a site reads the repositories of packages' makers instead of from them themselves."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from railwright.errors import RailwrightError

KEYS = ("url", "key", "checksums")
URL = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~/-]*)?")
SHA256 = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Upstream:
    """A substitute: `<url>/<host>/<path>` for every `https://<host>/<path>`.

    `key` is the path of the public key that alone signs what is there; `checksums` are SHA-256 of
    archives by file name that win over those of a release.
    """

    url: str = ""
    key: str = ""
    checksums: dict[str, str] = field(default_factory=dict)


def load(path: Path) -> Upstream:
    """Return what a file says. Raises: RailwrightError with the file and the wrong key."""
    try:
        found = yaml.safe_load(path.read_text())
    except OSError as err:
        raise RailwrightError(f"{path}: cannot be read: {err.strerror}") from err
    except (yaml.YAMLError, UnicodeDecodeError):
        raise RailwrightError(f"{path}: this is no YAML") from None
    if not isinstance(found, dict):
        raise _wrong(path, "file", "a mapping")
    if unknown := sorted(map(str, found.keys() - set(KEYS))):
        raise RailwrightError(f"{path}: {unknown[0]}: unknown; use {', '.join(KEYS)}")
    url, key = found.get("url", ""), found.get("key", "")
    checksums = found.get("checksums", {})
    if not isinstance(url, str) or not URL.fullmatch(url):
        raise _wrong(path, "url", "http://<host>/<path> of the substitute")
    if not isinstance(key, str) or not key:
        raise _wrong(path, "key", "the path of its public key")
    if not _are_checksums(checksums):
        raise _wrong(path, "checksums", "SHA-256 (64 hexadecimal digits) by file name")
    return Upstream(url.rstrip("/"), str(path.parent / key), checksums)


def _are_checksums(found: Any) -> bool:
    return isinstance(found, dict) and all(
        isinstance(name, str) and isinstance(value, str) and SHA256.fullmatch(value)
        for name, value in found.items()
    )


def _wrong(path: Path, key: str, wanted: str) -> RailwrightError:
    return RailwrightError(f"{path}: {key}: give {wanted}")

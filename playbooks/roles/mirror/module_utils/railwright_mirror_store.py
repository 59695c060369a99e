"""Files of the mirror: fetched where they were left off, verified, written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import http.client
import json
import os
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

ATTEMPTS = 3
TIMEOUT_S = 60
CHUNK_BYTES = 1 << 20
SPARE_BYTES = 16 << 20
"""Left free beside what is fetched: indices, and what a full disk would break elsewhere."""
DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class MirrorError(Exception):
    """What stops the mirror: the fact, then the remedy."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}; {remedy}")
        self.what = what


class Item(NamedTuple):
    """A file of the mirror.

    `path` is relative to the mirror's folder; `size` in bytes, 0 where unknown; `stanza` is its
    paragraph of the package index, empty for what is no package.
    """

    name: str
    path: str
    url: str
    size: int
    sha256: str
    stanza: str = ""


def run(argv: list[str], given: bytes = b"", home: Path | None = None) -> Any:
    """Run a program with plain English output; the caller looks at its exit status."""
    env = {**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}
    if home is not None:
        env["GNUPGHOME"] = str(home)
    return subprocess.run(argv, input=given, capture_output=True, check=False, env=env)  # noqa: S603


def digest(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    state = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            state.update(chunk)
    return state.hexdigest()


def write(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Write a file so that a reader sees the old one or the new one, also after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.new")
    try:
        with temporary.open("wb") as stream:
            os.fchmod(stream.fileno(), mode)
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def read_json(path: Path) -> Any:
    """Return what a file of ours says, None without one. Raises: MirrorError if damaged."""
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValueError:
        raise MirrorError(f"{path} is damaged", "remove it and run again") from None


def read_url(url: str, *, name: str, direct: bool = False) -> bytes:
    """Return a small file of a server, which no proxy is asked for if `direct`.

    Raises: MirrorError if it cannot be had.
    """
    try:
        with _open(url, direct=direct) as answer:
            return bytes(answer.read(4 << 20))
    except (OSError, http.client.HTTPException) as err:
        raise _unreachable(name, url, err) from None


def size_of(item: Item) -> int:
    """Return the bytes of a file on its server, 0 where that does not say."""
    if item.size:
        return item.size
    try:
        with _open(item.url, method="HEAD") as answer:
            return int(answer.headers.get("Content-Length") or 0)
    except (OSError, ValueError, http.client.HTTPException) as err:
        raise _unreachable(item.name, item.url, err) from None


def part_of(parts: Path, item: Item) -> Path:
    """Return where a file lies while it is fetched; its checksum keeps versions apart."""
    return parts / f"{item.sha256}.part"


def require_space(root: Path, parts: Path, items: list[Item], sizes: dict[str, int]) -> None:
    """Refuse to begin what does not fit. Raises: MirrorError with bytes needed and free."""
    there = 0
    for item in items:
        with contextlib.suppress(FileNotFoundError):
            there += part_of(parts, item).stat().st_size
    needed = sum(sizes[item.path] for item in items) - there + SPARE_BYTES
    disk = next(one for one in (root, *root.parents) if one.exists())
    values = os.statvfs(disk)
    free = values.f_bavail * values.f_frsize
    if items and needed > free:
        raise MirrorError(
            f"{root}: {len(items)} files need {needed} bytes, {free} are free",
            "make room or mount a larger file system there; nothing was changed",
        )


def fetch(root: Path, parts: Path, item: Item) -> None:
    """Bring a file to the mirror, going on where an earlier run ended.

    Raises: MirrorError for a server that cannot be reached, a wrong checksum or a full disk; what
    came is kept for the next run unless it is wrong.
    """
    parts.mkdir(parents=True, exist_ok=True)
    part, target = part_of(parts, item), root / item.path
    try:
        _complete(part, item)
        got = digest(part)
        if got != item.sha256:
            part.unlink()
            raise MirrorError(
                f"{item.name} from {item.url}: wanted sha256 {item.sha256}, got {got}",
                "nothing of it was kept; if the maker did replace the file, correct the release "
                "or give the new sum in `checksums` (docs/mirror.md)",
            )
        with part.open("rb") as stream:
            os.fsync(stream.fileno())
        part.chmod(0o644)
        target.parent.mkdir(parents=True, exist_ok=True)
        part.replace(target)
    except OSError as err:
        if err.errno in DISK_FULL:
            raise disk_full(root, item.name) from None
        raise


def disk_full(root: Path, name: str) -> MirrorError:
    """Return what to say when the disk fills in mid-work."""
    return MirrorError(
        f"{root}: the disk is full (at {name})",
        "make room and run again: it goes on from there, and what is served stayed as it was",
    )


def _complete(part: Path, item: Item) -> None:
    """Fetch until all is there. A server that breaks off is asked again, for the rest only."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            _rest(part, item)
            return
        except (http.client.HTTPException, OSError) as err:
            if isinstance(err, OSError) and err.errno in DISK_FULL:
                raise
            refused = isinstance(err, urllib.error.HTTPError) and err.code < 500
            if refused or attempt == ATTEMPTS:
                raise _unreachable(item.name, item.url, err) from None


def _rest(part: Path, item: Item) -> None:
    have = part.stat().st_size if part.exists() else 0
    if item.size and have > item.size:
        part.unlink()
        have = 0
    if item.size and have == item.size:
        return
    try:
        answer = _open(item.url, {"Range": f"bytes={have}-"} if have else {})
    except urllib.error.HTTPError as err:
        if err.code != http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise
        err.close()
        return  # nothing is left to send; the checksum says whether that is right
    with answer, part.open("ab" if answer.status == http.client.PARTIAL_CONTENT else "wb") as out:
        expected = int(answer.headers.get("Content-Length") or -1)
        came = 0
        while chunk := answer.read(CHUNK_BYTES):
            out.write(chunk)
            came += len(chunk)
        if expected not in {-1, came}:
            raise http.client.IncompleteRead(b"", expected - came)


def _open(
    url: str, headers: dict[str, str] | None = None, method: str = "GET", *, direct: bool = False
) -> Any:
    if urlsplit(url).scheme not in {"http", "https"}:
        raise OSError(errno.EPROTONOSUPPORT, "only http and https are read")
    asked = urllib.request.Request(url, headers=headers or {}, method=method)  # noqa: S310
    # Made anew each time: the one that urlopen() keeps has the proxies of its first use.
    proxies = urllib.request.ProxyHandler({} if direct else None)
    return urllib.request.build_opener(proxies).open(asked, timeout=TIMEOUT_S)


def _unreachable(name: str, url: str, err: Exception) -> MirrorError:
    reason = getattr(err, "reason", None) or err
    if isinstance(err, urllib.error.HTTPError):
        return MirrorError(
            f"{name}: {url} answers {err.code} {err.reason}",
            "the maker has moved or removed it: correct the release, or see the upstream server",
        )
    return MirrorError(
        f"{name}: {url} cannot be reached: {reason}",
        "give this server a way there (route, DNS, http_proxy/https_proxy) or a site's copy as "
        "`upstream`; run again: it goes on from there",
    )

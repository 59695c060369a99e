"""A site's own packages: what no maker's repository has, in a folder of the mirror's server."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path
from typing import Any

from ansible.module_utils.railwright_mirror_store import (
    Item,
    MirrorError,
    digest,
    fetch,
    part_of,
    run,
    write,
)

NAME = "a site's own packages"
IDENTITY = ("Package", "Version", "Architecture")
PLACES = ("Filename:", "Size:", "MD5sum:", "SHA1:", "SHA256:", "SHA512:")


def packages(folder: Path) -> list[Path]:
    """Return the packages in the folder, sorted; none where there is no folder.

    They are installed as root and signed by nobody. Raises: MirrorError for one that another user
    may have written.
    """
    if not os.path.lexists(folder):
        return []
    for place in (folder.parent, folder):  # who may write the parent may exchange the folder
        _require_ours(place, stat.S_ISDIR)
    found = sorted(folder.glob("*.deb"))
    for path in found:
        _require_ours(path, stat.S_ISREG)
    return found


def _require_ours(path: Path, is_kind: Any) -> None:
    status = path.lstat()
    if not is_kind(status.st_mode):
        raise MirrorError(f"{path} is no file or folder of its own", "put the package itself there")
    if status.st_uid != os.geteuid() or status.st_mode & 0o022:
        raise MirrorError(
            f"{path} can be written by others than root",
            f"see that its packages are yours, then: chown root {path}; chmod go-w {path}",
        )


def marks(folder: Path) -> list[list[Any]]:
    """Return what changes when the packages do: names, sizes in bytes and checksums."""
    return [[path.name, path.stat().st_size, digest(path)] for path in packages(folder)]


def items(folder: Path, pool: str, architecture: str) -> list[Item]:
    """Return the packages as files of the mirror, their place for an address.

    Raises: MirrorError for a file that is no package, or none of this architecture, and for two of
    one version.
    """
    found: dict[str, Item] = {}
    for path in packages(folder):
        done = run(["dpkg-deb", "--field", str(path)])
        lines = done.stdout.decode(errors="replace").splitlines()
        fields = dict(line.split(": ", 1) for line in lines if ": " in line)
        if done.returncode or any(name not in fields for name in IDENTITY):
            said = " ".join(done.stderr.decode(errors="replace").split()) or "it has no name"
            raise MirrorError(f"{path} is no package: {said}", "build it anew or take it away")
        name, version, meant = (fields[one] for one in IDENTITY)
        if meant not in {architecture, "all"}:
            raise MirrorError(
                f"{path} is for {meant}, nodes have {architecture}",
                "take it away or build for them",
            )
        label, sha256 = f"{name} {version}", digest(path)
        if label in found:
            raise MirrorError(f"{found[label].url} and {path} are both {label}", "keep one of them")
        target = f"{name}_{version.split(':')[-1]}_{meant}.{sha256[:8]}.deb"
        size = path.stat().st_size
        kept = [line for line in lines if line and not line.startswith(PLACES)]
        stanza = [*kept, f"Size: {size}", f"SHA256: {sha256}", f"Filename: pool/{target}"]
        text = "\n".join(stanza) + "\n"
        found[label] = Item(label, f"{pool}/{target}", str(path), size, sha256, text)
    return sorted(found.values())


def repository(found: list[Item], folder: Path) -> bytes:
    """Lay links to the packages into `folder`/pool, for apt to read; return their index."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "pool").mkdir(parents=True)
    for item in found:
        (folder / "pool" / Path(item.path).name).symlink_to(item.url)
    text = "\n".join(item.stanza for item in found).encode()
    write(folder / "Packages", text)
    return text


def take(root: Path, parts: Path, item: Item) -> None:
    """Copy a package of the site to the mirror. Raises: as `fetch`; MirrorError if it is gone."""
    parts.mkdir(parents=True, exist_ok=True)
    try:
        shutil.copyfile(item.url, part_of(parts, item))
    except FileNotFoundError:
        raise MirrorError(f"{item.url} is gone", "lay it there again") from None
    fetch(root, parts, item)

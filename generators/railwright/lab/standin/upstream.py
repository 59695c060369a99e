"""The vendors' package servers of a lab: one folder tree, `<host>/<path>` as in their addresses.

Built once per content of the catalog and of this package, kept in the cache beside the root file
system; a build that ends early leaves no entry.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from urllib.parse import urlsplit

from railwright.catalog.stack_model import Artefact, Repository, StackRelease, System
from railwright.errors import RailwrightError
from railwright.lab import requirements
from railwright.lab import rootfs as rootfs_cache
from railwright.lab.errors import LabError
from railwright.lab.standin import contents, pins, repository
from railwright.lab.standin.debs import Deb, Item, tar
from railwright.lab.standin.own_versions import OWN_VERSIONS
from railwright.lab.standin.repository import signing
from railwright.lab.standin.unpinned import unpinned

WWW = "www"
KEY = "key.asc"
CHECKSUMS = "checksums.json"
_KEPT = 8
"""Builds that stay, the last ones: other labs may still serve from them."""

_STATUS = "var/lib/dpkg/status"
_LEFT_OUT = ("Package", "Version", "Architecture", "Status", "Conffiles", "Description")

Place = tuple[str, str, tuple[str, ...]]


def ensure(cache: Path, rootfs: Path, of: System, say: Callable[[str], None]) -> Path:
    """Return the folder with the package servers of a system, built first when the cache has none.

    Raises: LabError when it cannot be built.
    """
    releases = pins.releases(of)
    top = cache / "standin"
    done = top / _digest(releases, rootfs, of)
    if done.is_dir():
        return done
    requirements.check_signing()
    top.mkdir(parents=True, exist_ok=True)
    with rootfs_cache.exclusive(top):
        if done.is_dir():  # somebody else built it while we waited
            return done
        for leftover in top.glob(".building-*"):
            shutil.rmtree(leftover)
        partial = top / f".building-{done.name}"
        say(f"building stand-in packages of {len(releases)} releases for {of}")
        try:
            _build(partial, releases, rootfs, of)
        except (LabError, OSError, RailwrightError):
            shutil.rmtree(partial, ignore_errors=True)
            raise
        partial.rename(done)
        for old in sorted(top.iterdir(), key=lambda one: one.stat().st_mtime)[:-_KEPT]:
            shutil.rmtree(old)
    return done


def _digest(releases: list[StackRelease], rootfs: Path, of: System) -> str:
    digest = hashlib.sha256(f"{rootfs.name} {of}".encode())
    for one in releases:
        digest.update(one.model_dump_json().encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    digest.update((Path(__file__).parent / "node" / "kmods.py").read_bytes())
    return digest.hexdigest()[:16]


def _build(target: Path, releases: list[StackRelease], rootfs: Path, of: System) -> None:
    own = installed(rootfs)
    with signing() as signer:
        public = signer.public()
        for place, (one, debs) in sorted(_repositories(releases, of, own).items()):
            url, suite, components = place
            folder = folder_of(target / WWW, url)
            origin = one.origin or urlsplit(url).hostname or ""
            repository.write(folder, debs.values(), suite, components, origin, signer)
        for one in _all_repositories(releases, of):
            if one.key_url:
                _write(folder_of(target / WWW, one.key_url), public)
    (target / KEY).write_bytes(public)
    checksums = {}
    for release in releases:
        for artefact in release.systems[of].artefacts.values():
            content = tarball(artefact)
            _write(folder_of(target / WWW, artefact.url), content)
            checksums[artefact.url.rpartition("/")[2]] = hashlib.sha256(content).hexdigest()
    (target / CHECKSUMS).write_text(json.dumps(checksums, indent=1, sort_keys=True) + "\n")


def _all_repositories(releases: list[StackRelease], of: System) -> Iterator[Repository]:
    for release in releases:
        yield from release.systems[of].repositories.values()


def _repositories(
    releases: list[StackRelease], of: System, own: dict[str, Deb]
) -> dict[Place, tuple[Repository, dict[str, Deb]]]:
    """Return every repository with its packages by file name, over all releases."""
    found: dict[Place, tuple[Repository, dict[str, Deb]]] = {}
    versions = {**OWN_VERSIONS[of], **{one: deb.version for one, deb in own.items()}}
    for release in releases:
        system = release.systems[of]
        for one in system.repositories.values():
            found.setdefault(pins.place(one), (one, {}))
        base = found[pins.place(system.repositories[pins.own_repository(system)])][1]
        base |= {deb.file_name: deb for deb in own.values()}
        for pin in chain(pins.pins(system), unpinned(release, of)):
            if pin.version is None and pin.package in own:
                continue
            deb = contents.deb(pin, versions)
            _, debs = found[pins.place(system.repositories[pin.repository])]
            debs[deb.file_name] = deb
    return found


def installed(rootfs: Path) -> dict[str, Deb]:
    """Return what the root file system has, as packages of the system's repository.

    Fields are the installed ones' own, so apt takes both for the same and never replaces them.
    """
    found = {}
    for record in (rootfs / _STATUS).read_text().strip().split("\n\n"):
        fields: dict[str, str] = {}
        name = ""
        for line in record.splitlines():
            if line.startswith(" "):
                fields[name] += f"\n{line}"
            else:
                name, _, value = line.partition(":")
                fields[name] = value.strip()
        kept = {name: value for name, value in fields.items() if name not in _LEFT_OUT}
        package = fields["Package"]
        mark = Item(f"usr/share/railwright-standin/{package}", f"{fields['Version']}\n".encode())
        found[package] = Deb(package, fields["Version"], fields["Architecture"], kept, (mark,))
    return found


def folder_of(root: Path, url: str) -> Path:
    """Return where an address `https://host/path` is below the root of the servers.

    Raises: LabError for an address that leads elsewhere.
    """
    parts = urlsplit(url)
    target = (root / (parts.hostname or "") / parts.path.strip("/")).resolve()
    if not parts.hostname or not target.is_relative_to(root.resolve()):
        raise LabError(f"{url}: not an address of a package server")
    return target


def _write(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


def tarball(artefact: Artefact) -> bytes:
    """Return the stand-in of an artefact, an archive of its folder, packed as its name says."""
    top, version = artefact.folder, artefact.version
    script = f"#!/bin/sh\necho 'mpirun (Open MPI) of HPC-X {version}'\n".encode()
    build = f"prefix=/build-result/{top}/ucx\nName: ucx\nVersion: {version}\nLibs: -lucp\n".encode()
    module = "#%Module1.0\nset hpcx_dir [file dirname [file dirname $ModulesCurrentModulefile]]\n"
    items = [
        Item(f"{top}/VERSION", f"HPC-X v{version}\n".encode()),
        Item(f"{top}/hpcx-init.sh", b"hpcx_load() { module load hpcx; }\n"),
        Item(f"{top}/ompi/bin/mpirun", script, 0o755),
        Item(f"{top}/ucx/lib/pkgconfig/ucx.pc", build),
        Item(f"{top}/hcoll/lib/pkgconfig/hcoll.pc", build.replace(b"ucx", b"hcoll")),
        Item(f"{top}/nccl_rdma_sharp_plugin/lib/libnccl-net.so", b"stand-in\n"),
        Item(f"{top}/utils/hpcx_rebuild.sh", b"#!/bin/sh\nexit 0\n", 0o755),
        *(Item(f"{top}/modulefiles/{one}", module.encode()) for one in ("hpcx", "hpcx-ompi")),
    ]
    name = artefact.url.rpartition("/")[2]
    is_bzip2 = name.endswith((".tbz", ".tbz2", ".tar.bz2"))
    return tar(items, "bz2" if is_bzip2 else "gz" if name.endswith("gz") else "")

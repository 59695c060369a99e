#!/usr/bin/python3
"""Converge a signed package repository and the files beside it, from what a release pins.

What is served changes in one step, after everything is there: `<system>-<release>` is a link to
the index in use, and there is one of the release before. A run that was broken off is finished by
the next one, which fetches only what is lacking.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ansible.module_utils import railwright_mirror_own as own
from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.railwright_mirror_apt import AptRoot, held
from ansible.module_utils.railwright_mirror_dnf import DnfRoot
from ansible.module_utils.railwright_mirror_keys import stop_agent
from ansible.module_utils.railwright_mirror_serve import serve
from ansible.module_utils.railwright_mirror_state import SIGNED, Mirror, architecture
from ansible.module_utils.railwright_mirror_store import (
    DISK_FULL,
    Item,
    MirrorError,
    digest,
    disk_full,
    fetch,
    require_space,
    size_of,
)

DOCUMENTATION = """
module: railwright_mirror
short_description: Converge a signed local package repository
description:
  - Fetches packages with everything they need, and files that are no packages, from the
    repositories of their makers; verifies every signature and checksum; writes an index signed by
    a key that is made here and never leaves; removes what no release in use needs.
  - Contacts no other server while what is wanted is what is there, unless O(refresh).
  - The release before the one in use is served as well, so that nodes can be upgraded one by one
    and going back fetches nothing.
options:
  root: {description: Folder that is served., type: path, default: /var/lib/railwright-mirror}
  key_home:
    description: GnuPG home of the signing key, never served.
    type: path
    default: /var/lib/railwright/mirror-key
  own:
    description:
      - Folder with a site's own packages, in one folder of each operating system. They are in the
        index, wanted or not. Of apt.
    type: path
    default: /var/lib/railwright-mirror-own
  system: {description: Name of the operating system., type: str, required: true}
  name: {description: "What the index is served as, below O(root).", type: str, required: true}
  kind: {description: Packaging., type: str, choices: [apt, dnf], required: true}
  release: {description: Name of the stack release., type: str, required: true}
  repositories:
    description: Where packages come from; each with its keys by fingerprint, or as text.
    type: list
    elements: dict
    required: true
    suboptions:
      name: {description: For messages., type: str, required: true}
      check_valid_until:
        description: Of apt; whether an index may be too old.
        type: bool
        default: true
      url: {description: Address., type: str, required: true}
      suite: {description: Of apt; C(/) for a flat repository., type: str, default: /}
      components: {description: Of apt., type: list, elements: str, default: []}
      key_url: {description: Address of the keys; none for those of the system., type: str}
      key: {description: Keys as text, trusted as they are., type: str, no_log: false}
      fingerprints: {description: Of keys to take., type: list, elements: str}
  preferences: {description: Of apt (apt_preferences(5))., type: str, default: ""}
  repo_files: {description: "Of dnf, its repositories (dnf.conf(5)).", type: str, default: ""}
  packages: {description: Versions by name; null for any., type: dict, required: true}
  artefacts:
    description: Files that are no packages.
    type: list
    elements: dict
    default: []
    suboptions:
      name: {description: File name., type: str, required: true}
      url: {description: Address., type: str, required: true}
      sha256: {description: Checksum., type: str, required: true}
  refresh:
    description: Look again at what has no pinned version; else it stays what it was.
    type: bool
    default: false
  unit: {description: systemd unit that serves the folder; empty for none., type: str, default: ""}
  address: {description: "Where it is served, as a URL.", type: str, default: ""}
  restart: {description: The files of the unit are new., type: bool, default: false}
"""

RETURN = """
fetch: {description: What was or would be fetched., type: list, returned: always}
removed: {description: Files that no release needs any more., type: list, returned: always}
"""

TOOLS = {
    "apt": ("apt-get", "apt-cache", "dpkg", "gpg", "gpg-agent", "gpgv"),
    "dnf": ("dnf", "rpmkeys", "createrepo_c", "gpg", "gpg-agent"),
}
TOOL_PACKAGES = {
    "apt": "nginx-light gpg gpg-agent gpgv",
    "dnf": "nginx dnf-plugins-core createrepo_c gnupg2",
}


def collect(mirror: Mirror, folder: Path, *, check: bool) -> tuple[list[Item], list[str]]:
    """Return every file that is wanted, and what is to be said of it.

    For dnf the packages are fetched on the way. Raises: MirrorError.
    """
    if mirror.options["kind"] == "dnf":
        return collect_rpm(mirror, DnfRoot(folder), check=check) + artefacts(mirror), []
    options, packages = mirror.options, mirror.options["packages"]
    apt = AptRoot(folder, architecture())
    mine = own.items(mirror.own, mirror.pool, architecture())
    # What the site builds itself is meant to be taken: an earlier version has no say against it.
    built = {item.name.split(" ", 1)[0] for item in mine}
    old = {} if options["refresh"] else mirror.kept()
    kept = {name: version for name, version in old.items() if name not in built}
    apt.lay_out(options["repositories"], held(kept) + options["preferences"], mine)
    apt.update()
    require_none_missing(apt.missing(packages), mirror.own)
    try:
        items, why = apt.closure(packages, mirror.pool), "not in the repositories any more"
    except MirrorError as err:
        if not kept:
            raise
        apt.prefer(options["preferences"])
        items, why = apt.closure(packages, mirror.pool), err.what
    by_name = {item.name: item for item in [*items, *mine]}
    return sorted(by_name.values()) + artefacts(mirror), moved(kept, items, why)


def moved(kept: dict[str, str], items: list[Item], why: str) -> list[str]:
    """Say which packages do not have the version they had, though nobody asked for others."""
    found = dict(item.name.split(" ", 1) for item in items)
    others = [
        f"{name} {found[name]} instead of {version}"
        for name, version in sorted(kept.items())
        if found.get(name, version) != version
    ]
    if not others:
        return []
    return [f"versions that the release leaves open are others now: {', '.join(others)} ({why})"]


def collect_rpm(mirror: Mirror, dnf: DnfRoot, *, check: bool) -> list[Item]:
    """Return the packages that are wanted, each fetched unless `check`."""
    packages, pool = mirror.options["packages"], mirror.root / mirror.pool
    dnf.lay_out(mirror.options["repositories"], mirror.options["repo_files"])
    require_none_missing(dnf.missing(packages), None)
    names = dnf.files(packages)
    if not check:
        dnf.download(packages, names, pool)
    return [
        Item(name, f"{mirror.pool}/{name}", "", path.stat().st_size, digest(path))
        if (path := pool / name).is_file()
        else Item(name, f"{mirror.pool}/{name}", "", 0, "")
        for name in names
    ]


def artefacts(mirror: Mirror) -> list[Item]:
    """Return the files that are no packages."""
    return [
        Item(one["name"], f"artefacts/{one['name']}", one["url"], 0, one["sha256"])
        for one in mirror.options["artefacts"]
    ]


def require_none_missing(missing: list[str], folder: Path | None) -> None:
    """Refuse a release that names what no repository has. Raises: MirrorError with all of it."""
    if missing:
        built = f"; what you build yourself goes to {folder}" if folder else ""
        raise MirrorError(
            f"not in the repositories: {'; '.join(missing)}",
            f"correct the release or its repositories; makers remove old versions at times{built}",
        )


def converge(mirror: Mirror, *, check: bool) -> dict[str, Any]:
    """Bring the mirror to what is wanted; return the module's result. Raises: MirrorError."""
    mirror.load()
    known = None if mirror.options["refresh"] else mirror.known()
    if known and mirror.is_current(known):
        return outcome([], [], [], changed=False)
    said: list[str] = []
    if known:
        items = [Item(*row) for row in known["items"]]
    else:
        with private_root(mirror, check=check) as folder:
            items, said = collect(mirror, folder, check=check)
    lacking = [item for item in items if not mirror.has(item)]
    changed = bool(lacking) or mirror.differs(items)
    if names := mirror.clashes(items):
        said += mirror.leave(f"another {', '.join(names)} is wanted now")
    holes = mirror.holes(lacking)
    parts, both = mirror.work / "parts", [*lacking, *holes]
    sizes = {item.path: size_of(item) if item.url else 0 for item in both}
    require_space(mirror.root, parts, both, sizes)
    if check or not changed:
        return outcome(both, [], said, changed=changed)
    for item in lacking:
        bring(mirror, parts, item)
    if lost := mend(mirror, parts, holes):
        both, said = lacking, [*said, *lost]
    entry = known if known and mirror.serves(known) else mirror.publish(mirror.wanted(items))
    mirror.remember(entry)
    removed = mirror.superfluous()
    for path in removed:
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    shutil.rmtree(parts, ignore_errors=True)
    return outcome(both, [path.name for path in removed], said, changed=True)


def bring(mirror: Mirror, parts: Path, item: Item) -> None:
    """Bring a file to the mirror from where it comes from. Raises: MirrorError."""
    if not item.url:
        raise MirrorError(f"{item.name} is damaged or gone", "run with its release to have it")
    (own.take if mirror.is_own(item) else fetch)(mirror.root, parts, item)


def mend(mirror: Mirror, parts: Path, holes: list[Item]) -> list[str]:
    """Fetch what the release before lacks; without it that is given up. Return what to say."""
    try:
        for item in holes:
            bring(mirror, parts, item)
    except MirrorError as err:
        return mirror.leave(err.what)
    mirror.mark(holes)
    return []


@contextlib.contextmanager
def private_root(mirror: Mirror, *, check: bool) -> Iterator[Path]:
    """Give the folder for indices of others: a passing one where nothing may change."""
    if check:
        with tempfile.TemporaryDirectory(prefix="rw-mirror-") as folder:
            yield Path(folder)
    else:
        folder = mirror.work / f"root-{mirror.system}"
        folder.mkdir(parents=True, exist_ok=True)
        yield folder


def outcome(
    items: list[Item], removed: list[str], said: list[str], *, changed: bool
) -> dict[str, Any]:
    """Return the module's result, with a diff that names every file."""
    lines = [f"+ {item.name}" for item in items] + [f"- {name}" for name in removed]
    return {
        "changed": changed,
        "fetch": [item.name for item in items],
        "removed": removed,
        "diff": {"prepared": "".join(f"{line}\n" for line in lines)},
        **({"warnings": said} if said else {}),
    }


@contextlib.contextmanager
def alone(mirror: Mirror) -> Iterator[None]:
    """Keep a second run out. Raises: MirrorError while one is at work."""
    mirror.work.mkdir(parents=True, exist_ok=True)
    mirror.work.chmod(0o700)
    with (mirror.work / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise MirrorError(
                f"{mirror.root} is being built by another run", "wait for it to end"
            ) from None
        yield


def require_tools(kind: str, *others: str) -> None:
    """Refuse a server without the programs. Raises: MirrorError naming all that are missing."""
    if missing := [name for name in (*TOOLS[kind], *others) if not shutil.which(name)]:
        raise MirrorError(
            f"this server lacks {', '.join(missing)}",
            f"install {TOOL_PACKAGES[kind]} from the system's own sources: there is no mirror yet "
            "that has them",
        )


def seen(mirror: Mirror, *, check: bool) -> bool:
    """Have the index served; return whether its server had to be started. Raises: MirrorError."""
    name = f"{mirror.options['name']}/{SIGNED[mirror.options['kind']]}"
    url, restart = f"{mirror.options['address']}/{name}", mirror.options["restart"]
    return serve(mirror.options["unit"], url, mirror.root / name, restart=restart, check=check)


def work(options: dict[str, Any], *, check: bool) -> dict[str, Any]:
    """Do all of it, as the module's options say. Raises: MirrorError."""
    require_tools(options["kind"], *(["nginx"] if options["unit"] else []))
    mirror = Mirror(options)
    try:
        with contextlib.nullcontext() if check else alone(mirror):
            result = converge(mirror, check=check)
            if options["unit"]:
                result["changed"] |= seen(mirror, check=check)
            return result
    except OSError as err:
        if err.errno in DISK_FULL:
            raise disk_full(mirror.root, str(err.filename or "the index")) from None
        raise
    finally:
        stop_agent(mirror.home)


def main() -> None:
    """Run as a module."""
    text: dict[str, Any] = {"type": "str", "required": True}
    words: dict[str, Any] = {"type": "list", "elements": "str", "default": []}
    repository = {
        **{name: text for name in ("name", "url")},
        "suite": {"type": "str", "default": "/"},
        "key_url": {"type": "str"},
        "key": {"type": "str", "no_log": False},
        "check_valid_until": {"type": "bool", "default": True},
        **{name: words for name in ("components", "fingerprints")},
    }
    artefact = {name: text for name in ("name", "url", "sha256")}
    lists: dict[str, Any] = {"type": "list", "elements": "dict"}
    module = AnsibleModule(
        argument_spec={
            "root": {"type": "path", "default": "/var/lib/railwright-mirror"},
            "key_home": {"type": "path", "default": "/var/lib/railwright/mirror-key"},
            "own": {"type": "path", "default": "/var/lib/railwright-mirror-own"},
            **{name: text for name in ("system", "name", "release")},
            "kind": {**text, "choices": ["apt", "dnf"]},
            "repositories": {**lists, "required": True, "options": repository},
            **{name: {"type": "str", "default": ""} for name in ("preferences", "repo_files")},
            "packages": {"type": "dict", "required": True},
            "artefacts": {**lists, "default": [], "options": artefact},
            **{name: {"type": "bool", "default": False} for name in ("refresh", "restart")},
            "unit": {"type": "str", "default": ""},
            "address": {"type": "str", "default": ""},
        },
        supports_check_mode=True,
    )
    os.umask(0o022)
    try:
        result = work(module.params, check=module.check_mode)
    except MirrorError as err:
        module.fail_json(msg=str(err))
    except OSError as err:
        module.fail_json(msg=f"{err.filename}: {err.strerror}")
    module.exit_json(**result)


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""Converge a signed package repository and the files beside it, from what a release pins.

What is served changes in one step, after everything is there: `<system>` is a link to the index
in use. A run that was broken off is finished by the next one, which fetches only what is lacking.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.railwright_mirror_apt import AptRoot
from ansible.module_utils.railwright_mirror_apt import index as apt_index
from ansible.module_utils.railwright_mirror_dnf import DnfRoot
from ansible.module_utils.railwright_mirror_dnf import index as dnf_index
from ansible.module_utils.railwright_mirror_keys import ensure_own, own_fingerprint, stop_agent
from ansible.module_utils.railwright_mirror_store import (
    DISK_FULL,
    Item,
    MirrorError,
    digest,
    disk_full,
    fetch,
    read_json,
    read_url,
    require_space,
    run,
    size_of,
    write,
)

DOCUMENTATION = """
module: railwright_mirror
short_description: Converge a signed local package repository
description:
  - Fetches packages with everything they need, and files that are no packages, from the
    repositories of their makers; verifies every signature and checksum; writes an index signed by
    a key that is made here and never leaves; removes what no release in use needs.
  - Contacts no other server while what is wanted is what is there, unless O(refresh).
  - Files of the release before the one in use are kept, so that going back fetches nothing.
options:
  root: {description: Folder that is served., type: path, default: /var/lib/railwright-mirror}
  key_home:
    description: GnuPG home of the signing key, never served.
    type: path
    default: /var/lib/railwright/mirror-key
  system: {description: Name of the operating system., type: str, required: true}
  kind: {description: Packaging., type: str, choices: [apt, dnf], required: true}
  release: {description: Name of the stack release., type: str, required: true}
  repositories:
    description: Where packages come from; each with its keys by fingerprint, or as text.
    type: list
    elements: dict
    required: true
    suboptions:
      name: {description: For messages., type: str, required: true}
      url: {description: Address., type: str, required: true}
      suite: {description: Of apt; C(/) for a flat repository., type: str, default: /}
      components: {description: Of apt., type: list, elements: str, default: []}
      origin: {description: What its Release file calls itself., type: str}
      only: {description: Packages that come from nowhere else., type: list, elements: str}
      never: {description: Packages that never do., type: list, elements: str}
      key_url: {description: Address of the keys; none for those of the system., type: str}
      key: {description: Keys as text, trusted as they are., type: str, no_log: false}
      fingerprints: {description: Of keys to take., type: list, elements: str}
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
  refresh: {description: Look again at what has no pinned version., type: bool, default: false}
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
SIGNED = {"apt": "InRelease", "dnf": "repodata/repomd.xml"}
ANSWER_S = 10.0
"""How long a server that was just started may take to answer."""

Entry = dict[str, Any]
"""One state of the mirror: release, digest of what was wanted, key, index folder, items, marks."""


class Mirror:
    """The folders of the mirror for one operating system, and what they hold."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        self.root, self.system = Path(options["root"]), options["system"]
        self.home = Path(options["key_home"])
        self.work = self.root / ".work"
        self.pool, self.link = f"pool/{self.system}", self.root / self.system
        self.state = self.work / f"{self.system}.json"
        self.entries: list[Entry] = []
        wanted = {name: options[name] for name in ("kind", "repositories", "packages", "artefacts")}
        text = json.dumps([options["release"], wanted], sort_keys=True)
        self.want = hashlib.sha256(text.encode()).hexdigest()

    def known(self) -> Entry | None:
        """Return what was collected for these very wishes, None if not or not whole any more."""
        found = next((one for one in self.entries if one["want"] == self.want), None)
        whole = found and all(self.has(Item(*row)) for row in found["items"])
        return found if whole else None

    def has(self, item: Item) -> bool:
        """Return whether a file is there as wanted; its sum is taken where its time is new."""
        try:
            status = (self.root / item.path).stat()
        except OSError:
            return False
        if item.size and status.st_size != item.size:
            return False
        for one in self.entries:
            if one["marks"].get(item.path) == [item.sha256, status.st_mtime_ns]:
                return True
        return digest(self.root / item.path) == item.sha256

    def serves(self, entry: Entry) -> bool:
        """Return whether readers get this state, signed by our key."""
        if not self.link.is_symlink() or str(self.link.readlink()) != entry["index"]:
            return False
        signed = self.link / SIGNED[self.options["kind"]]
        return (
            signed.is_file()
            and (self.root / "key.asc").is_file()
            and entry["key"] == own_fingerprint(self.home)
        )

    def collect(self, folder: Path, *, check: bool) -> list[Item]:
        """Return every file that is wanted; for dnf the packages are fetched on the way."""
        options, packages = self.options, self.options["packages"]
        if options["kind"] == "dnf":
            return self._collect_rpm(DnfRoot(folder), check=check) + self._artefacts()
        apt = AptRoot(folder, _architecture())
        apt.lay_out(options["repositories"])
        apt.update()
        require_none_missing(apt.missing(packages))
        return apt.closure(packages, self.pool) + self._artefacts()

    def _collect_rpm(self, dnf: DnfRoot, *, check: bool) -> list[Item]:
        packages, pool = self.options["packages"], self.root / self.pool
        dnf.lay_out(self.options["repositories"])
        require_none_missing(dnf.missing(packages))
        names = dnf.files(packages)
        if not check:
            dnf.download(packages, pool)
        return [
            Item(name, f"{self.pool}/{name}", "", path.stat().st_size, digest(path))
            if (path := pool / name).is_file()
            else Item(name, f"{self.pool}/{name}", "", 0, "")
            for name in names
        ]

    def _artefacts(self) -> list[Item]:
        return [
            Item(one["name"], f"artefacts/{one['name']}", one["url"], 0, one["sha256"])
            for one in self.options["artefacts"]
        ]

    def publish(self, items: list[Item]) -> Entry:
        """Write the signed index into a new folder and let readers see it in one step."""
        kind = self.options["kind"]
        key = ensure_own(self.home, self.root / "key.asc")
        indices = self.root / "indices" / self.system
        indices.mkdir(parents=True, exist_ok=True)
        new = indices / ".new"
        shutil.rmtree(new, ignore_errors=True)
        try:
            new.mkdir()
            (new / "pool").symlink_to(f"../../../{self.pool}")
            packages = [item for item in items if item.path.startswith(f"{self.pool}/")]
            if kind == "apt":
                apt_index(new, packages, self.system, _architecture(), self.home)
            else:
                dnf_index(new, [Path(item.path).name for item in packages], self.home)
            named = indices / digest(new / SIGNED[kind])[:16]
            if not named.exists():
                new.rename(named)
        finally:
            shutil.rmtree(new, ignore_errors=True)
        target = f"indices/{self.system}/{named.name}"
        switched = self.root / f".{self.system}.new"
        switched.unlink(missing_ok=True)
        switched.symlink_to(target)
        switched.replace(self.link)
        return {
            "release": self.options["release"],
            "want": self.want,
            "key": key,
            "index": target,
            "items": [list(self._sized(item)) for item in items],
            "marks": {item.path: self._mark(item) for item in items},
        }

    def _sized(self, item: Item) -> Item:
        return item._replace(size=(self.root / item.path).stat().st_size)

    def _mark(self, item: Item) -> list[Any]:
        return [item.sha256, (self.root / item.path).stat().st_mtime_ns]

    def remember(self, entry: Entry) -> None:
        """Note what is served now; the release before it is kept, older ones are not."""
        others = [one for one in self.entries if one["release"] != entry["release"]]
        self.entries = [entry, *others[:1]]
        write(self.state, json.dumps(self.entries).encode())

    def superfluous(self, entry: Entry) -> list[Path]:
        """Return the files that neither the release in use nor the one before it needs."""
        entries = [one for path in self.work.glob("*.json") for one in read_json(path)]
        needed = {row[1] for one in entries for row in one["items"]}
        there = [*self.root.glob(f"{self.pool}/*"), *self.root.glob("artefacts/*")]
        found = [path for path in there if str(path.relative_to(self.root)) not in needed]
        used = Path(entry["index"]).name
        indices = self.root.glob(f"indices/{self.system}/*")
        return sorted([*found, *(path for path in indices if path.name != used)])


def require_none_missing(missing: list[str]) -> None:
    """Refuse a release that names what no repository has. Raises: MirrorError with all of it."""
    if missing:
        raise MirrorError(
            f"not in the repositories: {'; '.join(missing)}",
            "correct the release or its repositories; makers remove old versions at times",
        )


def _architecture() -> str:
    return str(run(["dpkg", "--print-architecture"]).stdout.decode().strip())


def converge(mirror: Mirror, *, check: bool) -> dict[str, Any]:
    """Bring the mirror to what is wanted; return the module's result. Raises: MirrorError."""
    mirror.entries = read_json(mirror.state) or []
    known = None if mirror.options["refresh"] else mirror.known()
    if known and mirror.serves(known):
        return outcome([], [], changed=False)
    if known:
        items = [Item(*row) for row in known["items"]]
    else:
        with private_root(mirror, check=check) as folder:
            items = mirror.collect(folder, check=check)
    lacking = [item for item in items if not mirror.has(item)]
    parts = mirror.work / "parts"
    sizes = {item.path: size_of(item) if item.url else 0 for item in lacking}
    require_space(mirror.root, parts, lacking, sizes)
    if check or not (lacking or differs(mirror, items)):
        return outcome(lacking, [], changed=bool(lacking) or differs(mirror, items))
    for item in lacking:
        fetch(mirror.root, parts, item)
    entry = mirror.publish(items)
    mirror.remember(entry)
    removed = mirror.superfluous(entry)
    for path in removed:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.rmtree(parts, ignore_errors=True)
    return outcome(lacking, [path.name for path in removed], changed=True)


def differs(mirror: Mirror, items: list[Item]) -> bool:
    """Return whether readers get something else than these files."""
    served = mirror.entries[0] if mirror.entries else None
    if not served or served["want"] != mirror.want or not mirror.serves(served):
        return True
    return {(row[1], row[4]) for row in served["items"]} != {(i.path, i.sha256) for i in items}


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


def outcome(items: list[Item], removed: list[str], *, changed: bool) -> dict[str, Any]:
    """Return the module's result, with a diff that names every file."""
    lines = [f"+ {item.name}" for item in items] + [f"- {name}" for name in removed]
    return {
        "changed": changed,
        "fetch": [item.name for item in items],
        "removed": removed,
        "diff": {"prepared": "".join(f"{line}\n" for line in lines)},
    }


def serve(mirror: Mirror, *, check: bool) -> bool:
    """Have the folder served; return whether its server had to be started.

    Raises: MirrorError when it cannot be started or serves something else.
    """
    unit, address = mirror.options["unit"], mirror.options["address"]
    asked = ["systemctl", "show", "--property=ActiveState", "--property=UnitFileState", unit]
    state = set(run(asked).stdout.decode().split())
    stopped = state != {"ActiveState=active", "UnitFileState=enabled"}
    stopped |= mirror.options["restart"]
    remedy = f"see `journalctl -u {unit}` on this server"
    if check:
        return stopped
    for words in (["daemon-reload"], ["enable", unit], ["restart", unit]) if stopped else ():
        done = run(["systemctl", *words])
        if done.returncode:
            said = " ".join(done.stderr.decode(errors="replace").split())
            raise MirrorError(f"{unit}: systemctl {words[0]}: {said}", remedy)
    name = f"{mirror.system}/{SIGNED[mirror.options['kind']]}"
    until = time.monotonic() + ANSWER_S
    while True:
        reason = "other bytes come from there"
        try:
            if read_url(f"{address}/{name}", name=unit) == (mirror.root / name).read_bytes():
                return stopped
        except MirrorError as err:
            reason = err.what
        if time.monotonic() > until:
            raise MirrorError(f"{mirror.root / name} is not served: {reason}", remedy)
        time.sleep(0.5)


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


def work(options: dict[str, Any], *, check: bool) -> dict[str, Any]:
    """Do all of it, as the module's options say. Raises: MirrorError."""
    require_tools(options["kind"], *(["nginx"] if options["unit"] else []))
    mirror = Mirror(options)
    try:
        with contextlib.nullcontext() if check else alone(mirror):
            result = converge(mirror, check=check)
            if options["unit"]:
                result["changed"] |= serve(mirror, check=check)
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
        **{name: {"type": "str"} for name in ("origin", "key_url")},
        "key": {"type": "str", "no_log": False},
        **{name: words for name in ("components", "only", "never", "fingerprints")},
    }
    artefact = {name: text for name in ("name", "url", "sha256")}
    lists: dict[str, Any] = {"type": "list", "elements": "dict"}
    module = AnsibleModule(
        argument_spec={
            "root": {"type": "path", "default": "/var/lib/railwright-mirror"},
            "key_home": {"type": "path", "default": "/var/lib/railwright/mirror-key"},
            **{name: text for name in ("system", "release")},
            "kind": {**text, "choices": ["apt", "dnf"]},
            "repositories": {**lists, "required": True, "options": repository},
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

"""What the mirror holds: the releases it has packages of, and the signed index of each.

An index is read through a link named after system and release, which changes in one step. The
release in use has one, and so has the one before, whose nodes are perhaps not upgraded yet.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from ansible.module_utils import railwright_mirror_own as own
from ansible.module_utils.railwright_mirror_apt import index as apt_index
from ansible.module_utils.railwright_mirror_dnf import index as dnf_index
from ansible.module_utils.railwright_mirror_keys import ensure_own, own_fingerprint
from ansible.module_utils.railwright_mirror_store import Item, digest, read_json, run, write

SIGNED = {"apt": "InRelease", "dnf": "repodata/repomd.xml"}
ASKED = ("release", "kind", "repositories", "preferences", "repo_files", "packages", "artefacts")

Entry = dict[str, Any]
"""What one release is served from, as `Mirror.publish` makes it."""
FIELDS = frozenset({"release", "name", "want", "key", "index", "sums", "items", "marks"})


def architecture() -> str:
    """Return the architecture of this server's packages, in dpkg's words."""
    return str(run(["dpkg", "--print-architecture"]).stdout.decode().strip())


class Mirror:
    """The folders of the mirror for one operating system, and what they hold."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        self.root, self.system = Path(options["root"]), options["system"]
        self.home, self.own = Path(options["key_home"]), Path(options["own"]) / options["system"]
        self.work = self.root / ".work"
        self.pool = f"pool/{self.system}"
        self.state = self.work / f"{self.system}.json"
        self.entries: list[Entry] = []
        self.want = ""
        self._key: str | None = None

    def load(self) -> None:
        """Read what was noted, and what is wanted now. Raises: MirrorError if that is damaged."""
        self.entries = [one for one in read_json(self.state) or [] if one.keys() >= FIELDS]
        wanted = [self.options[name] for name in ASKED]
        text = json.dumps([wanted, own.marks(self.own)], sort_keys=True)
        self.want = hashlib.sha256(text.encode()).hexdigest()

    def known(self) -> Entry | None:
        """Return what was collected for these very wishes, None if not or not whole any more."""
        found = next((one for one in self.entries if one["want"] == self.want), None)
        return found if found and self.whole(found) else None

    def kept(self) -> dict[str, str]:
        """Return the versions that this release leaves open and was served with until now."""
        entry = next((one for one in self.entries if one["release"] == self.options["release"]), {})
        items = [Item(*row) for row in entry.get("items", [])]
        pairs = [item.name.split(" ", 1) for item in items if item.stanza and not self.is_own(item)]
        return {name: version for name, version in pairs if not self.options["packages"].get(name)}

    def is_own(self, item: Item) -> bool:
        """Return whether a file is one of the site's own packages."""
        return Path(item.url).parent == self.own

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

    def whole(self, entry: Entry) -> bool:
        """Return whether every file of a release is there as wanted."""
        return all(self.has(Item(*row)) for row in entry["items"])

    def before(self) -> list[Entry]:
        """Return the release before the one that is wanted, if there is one."""
        return [one for one in self.entries if one["release"] != self.options["release"]][:1]

    def _items_before(self) -> list[Item]:
        return [Item(*row) for one in self.before() for row in one["items"]]

    def clashes(self, items: list[Item]) -> list[str]:
        """Return the names of files that the release before has with other bytes."""
        sums = {item.path: item.sha256 for item in items if item.sha256}
        found = self._items_before()
        return [item.name for item in found if sums.get(item.path, item.sha256) != item.sha256]

    def holes(self, lacking: list[Item]) -> list[Item]:
        """Return what the release before lacks beside what is fetched anyway."""
        paths = {item.path for item in lacking}
        found = self._items_before()
        return [item for item in found if item.path not in paths and not self.has(item)]

    def leave(self, why: str) -> list[str]:
        """Give up the release before, as it cannot be whole; return what is to be said of it."""
        before = self.before()
        self.entries = [one for one in self.entries if one not in before]
        return [
            f"release {one['release']} is not served any more: {why}; run with it to have it again"
            for one in before
        ]

    def mark(self, items: list[Item]) -> None:
        """Note files of the release before that were fetched and verified just now."""
        for one in self.before():
            one["marks"].update({item.path: self._mark(item) for item in items})

    def serves(self, entry: Entry) -> bool:
        """Return whether readers get this state byte by byte, signed by our key."""
        link = self.root / entry["name"]
        if not link.is_symlink() or str(link.readlink()) != entry["index"]:
            return False
        if self._key is None:
            self._key = own_fingerprint(self.home)
        return entry["key"] == self._key and entry["sums"] == self._sums(entry["index"])

    def _sums(self, index: str) -> dict[str, str]:
        """Return the checksums of the files of an index and of the key it is signed with."""
        folder = self.root / index
        paths = [Path(at) / name for at, _, names in os.walk(folder) for name in names]
        paths.append(self.root / "key.asc")
        return {str(one.relative_to(self.root)): digest(one) for one in paths if one.is_file()}

    def is_current(self, entry: Entry) -> bool:
        """Return whether this is the release in use, and readers get it and the one before."""
        if entry is not self.entries[0]:
            return False
        return all(self.serves(one) and self.whole(one) for one in self.entries)

    def differs(self, items: list[Item]) -> bool:
        """Return whether readers get something else than these files."""
        served = self.entries[0] if self.entries else None
        if not served or served["want"] != self.want or not self.is_current(served):
            return True
        found = {(row[1], row[4]) for row in served["items"]}
        return found != {(item.path, item.sha256) for item in items}

    def wanted(self, items: list[Item]) -> Entry:
        """Return what is to be served for the wishes, before there is an index of it."""
        release, name = self.options["release"], self.options["name"]
        return {"release": release, "name": name, "want": self.want, "items": items}

    def publish(self, wanted: Entry) -> Entry:
        """Write the signed index into a new folder and let readers see it in one step."""
        kind, items = self.options["kind"], [Item(*row) for row in wanted["items"]]
        self._key = ensure_own(self.home, self.root / "key.asc")
        indices = self.root / "indices" / self.system
        indices.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(dir=indices))
        try:
            new.chmod(0o755)
            (new / "pool").symlink_to(f"../../../{self.pool}")
            packages = [item for item in items if item.path.startswith(f"{self.pool}/")]
            if kind == "apt":
                apt_index(new, packages, self.system, architecture(), self.home)
            else:
                dnf_index(new, [Path(item.path).name for item in packages], self.home)
        except BaseException:
            shutil.rmtree(new, ignore_errors=True)
            raise
        target = str(new.relative_to(self.root))
        self._link(wanted["name"], target)
        return {
            **wanted,
            "key": self._key,
            "index": target,
            "sums": self._sums(target),
            "items": [list(self._sized(item)) for item in items],
            "marks": {item.path: self._mark(item) for item in items},
        }

    def _link(self, name: str, target: str) -> None:
        switched = self.root / f".{name}.new"
        switched.unlink(missing_ok=True)
        switched.symlink_to(target)
        switched.replace(self.root / name)

    def _sized(self, item: Item) -> Item:
        path = self.root / item.path
        return item._replace(size=path.stat().st_size) if path.is_file() else item

    def _mark(self, item: Item) -> list[Any]:
        path = self.root / item.path
        return [item.sha256, path.stat().st_mtime_ns if path.is_file() else 0]

    def remember(self, entry: Entry) -> None:
        """Note what is served now; the index of the release before it is mended if need be."""
        before = [one if self.serves(one) else self._again(one) for one in self.before()]
        self.entries = [entry, *before]
        write(self.state, json.dumps(self.entries).encode())

    def _again(self, entry: Entry) -> Entry:
        # Nobody looked at its files: what was known of them holds, not what lies there now.
        return {**self.publish(entry), "marks": entry["marks"], "items": entry["items"]}

    def superfluous(self) -> list[Path]:
        """Return what neither the release in use nor the one before it needs, links first."""
        entries = [one for path in self.work.glob("*.json") for one in read_json(path)]
        needed = {row[1] for one in entries for row in one["items"]}
        there = [*self.root.glob(f"{self.pool}/*"), *self.root.glob("artefacts/*")]
        found = [path for path in there if str(path.relative_to(self.root)) not in needed]
        used = {Path(one["index"]).name for one in self.entries}
        indices = self.root.glob(f"indices/{self.system}/*")
        found += (path for path in indices if path.name not in used)
        named = {one["name"] for one in self.entries}
        links = [path for path in self.root.iterdir() if path.is_symlink()]
        mine = (
            path for path in links if str(path.readlink()).startswith(f"indices/{self.system}/")
        )
        return [*sorted(path for path in mine if path.name not in named), *sorted(found)]

"""Whose files differ, by device, and how every switch takes its new configuration."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass

from railwright.diff import configs
from railwright.diff.configs import PortHarm
from railwright.diff.model import FileChanges, RowChanges, Snapshot, Touched
from railwright.diff.snapshot import CONFIG, SWITCHES
from railwright.naming import natural_key
from railwright.sonic.classes import ChangeClass

Files = Mapping[str, Mapping[str, str]]
"""Digests by device (`switches/spine1/`) and by path within it."""
Ports = Mapping[str, Set[str]]
"""Ports by device."""


@dataclass(frozen=True, slots=True)
class Folders:
    """The devices of two sides, each `switches/<host>` or `nodes/<host>`, and their digests."""

    old: Files
    new: Files

    @property
    def added(self) -> tuple[str, ...]:
        """Return the devices that only the new side has, in order."""
        return tuple(map(_device, _in_order(self.new.keys() - self.old.keys())))

    @property
    def removed(self) -> tuple[str, ...]:
        """Return the devices that only the old side has, in order."""
        return tuple(map(_device, _in_order(self.old.keys() - self.new.keys())))

    @property
    def differing(self) -> list[str]:
        """Return the folders that both have and that differ, in order."""
        both = self.old.keys() & self.new.keys()
        return _in_order(one for one in both if self.old[one] != self.new[one])

    @classmethod
    def of(cls, old: Snapshot, new: Snapshot) -> "Folders":
        """Return the folders of two snapshots."""
        return cls(_by_device(old.files), _by_device(new.files))


def touched(
    old: Snapshot, new: Snapshot, folders: Folders, growing: Ports
) -> Iterator[tuple[Touched, PortHarm]]:
    """Yield every device whose files differ, and what its buffers do to its ports.

    `growing` are ports that get a cable or a reservation and had no cable before.
    """
    for folder in folders.differing:
        device = _device(folder)
        before, after = folders.old[folder], folders.new[folder]
        rows: tuple[RowChanges, ...] = ()
        harm = ChangeClass.HITLESS if folder.startswith(SWITCHES) else None
        ports: PortHarm = {}
        if before.get(CONFIG) != after.get(CONFIG):
            found = configs.compare(
                old.config(device), new.config(device), growing.get(device, frozenset())
            )
            rows, harm, ports = found.rows, found.harm, found.ports
        one = Touched(device, harm, rows, _files(before, after))
        if one.rows or one.files:
            yield one, ports


def _files(before: Mapping[str, str], after: Mapping[str, str]) -> FileChanges:
    names = sorted((before.keys() | after.keys()) - {CONFIG})
    return FileChanges(
        added=tuple(name for name in names if name not in before),
        changed=tuple(
            name
            for name in names
            if name in before and name in after and before[name] != after[name]
        ),
        removed=tuple(name for name in names if name not in after),
    )


def _by_device(files: Mapping[str, str]) -> Files:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for path, digest in files.items():
        kind, device, name = path.split("/", 2)
        found[f"{kind}/{device}"][name] = digest
    return found


def _in_order(folders: Iterable[str]) -> list[str]:
    """Return folders in natural order, switches before nodes."""
    return sorted(folders, key=lambda one: (not one.startswith(SWITCHES), natural_key(one)))


def _device(folder: str) -> str:
    return folder.partition("/")[2]

"""The two sides of a comparison and what separates them, as values.

Every value is the text that a CSV of the plan holds, so that an intent and a folder built from it
are equal.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from railwright.sonic.classes import ChangeClass
from railwright.sonic.configdb import ConfigDb

Key = tuple[str, ...]
Result = Literal["identical", "additions", "changes"]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows by identity: the columns that name a row, those compared, and the rows' cells."""

    key_columns: tuple[str, ...]
    columns: tuple[str, ...]
    rows: Mapping[Key, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One side: what it is called, its tables on demand, its devices' files and configurations.

    `files` maps `switches/<host>/<path>` and `nodes/<host>/<path>` to a digest; `config` returns
    the configuration of a switch that `files` names.
    """

    name: str
    table: Callable[[str], Table]
    files: Mapping[str, str]
    config: Callable[[str], ConfigDb]


@dataclass(frozen=True, slots=True)
class Entry:
    """A row that only one side has: its key and its other cells by column."""

    key: Key
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Edit:
    """A row whose cells differ; `old` and `new` hold only the columns that do."""

    key: Key
    old: Mapping[str, str]
    new: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TableDiff:
    """The differences of one table; `key_columns` name the parts of every key."""

    key_columns: tuple[str, ...]
    added: tuple[Entry, ...] = ()
    removed: tuple[Entry, ...] = ()
    changed: tuple[Edit, ...] = ()

    @property
    def disturbs(self) -> bool:
        """Return whether something that exists is removed or changed."""
        return bool(self.removed or self.changed)

    def __bool__(self) -> bool:
        """Return whether anything differs."""
        return bool(self.added or self.disturbs)


@dataclass(frozen=True, slots=True)
class Cables:
    """What happens on the floor, and to the links that are only reserved.

    A reserved link that becomes deployed is `added`. `moved` has another end or port, `changed`
    keeps its ends and has another speed or length.
    """

    added: tuple[Entry, ...] = ()
    removed: tuple[Entry, ...] = ()
    moved: tuple[Edit, ...] = ()
    changed: tuple[Edit, ...] = ()
    reserved: TableDiff = field(default_factory=lambda: TableDiff(("id",)))

    @property
    def disturbs(self) -> bool:
        """Return whether a cable or a reservation that exists is touched."""
        return bool(self.removed or self.moved or self.changed or self.reserved.disturbs)

    def __bool__(self) -> bool:
        """Return whether anything differs."""
        return bool(self.added or self.reserved or self.disturbs)


@dataclass(frozen=True, slots=True)
class RowChanges:
    """What happens to the rows of one CONFIG_DB table of one switch: row keys of each kind.

    `claimed` are rows of ports that a new cable or reservation claims, `fields` the names of the
    fields that differ in the rows `changed`.
    """

    table: str
    added: tuple[str, ...] = ()
    claimed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()

    @property
    def disturbs(self) -> bool:
        """Return whether a row in use changes or goes."""
        return bool(self.changed or self.removed)


@dataclass(frozen=True, slots=True)
class FileChanges:
    """Files of one device, other than a switch's `config_db.json`: paths of each kind."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    @property
    def disturbs(self) -> bool:
        """Return whether a file that exists changes or goes."""
        return bool(self.changed or self.removed)

    def __bool__(self) -> bool:
        """Return whether any file differs."""
        return bool(self.added or self.disturbs)


@dataclass(frozen=True, slots=True)
class Touched:
    """A device of both sides whose configuration differs.

    `harm` is the worst class among the changes of a switch, None for a node.
    """

    device: str
    harm: ChangeClass | None
    rows: tuple[RowChanges, ...]
    files: FileChanges

    @property
    def disturbs(self) -> bool:
        """Return whether anything but growth touches this device."""
        return self.files.disturbs or any(one.disturbs for one in self.rows)


@dataclass(frozen=True, slots=True)
class Configurations:
    """Whose configuration appears, goes or differs; devices in natural order."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    touched: tuple[Touched, ...] = ()

    @property
    def disturbs(self) -> bool:
        """Return whether a configuration goes, or changes by more than growth."""
        return bool(self.removed) or any(one.disturbs for one in self.touched)

    def __bool__(self) -> bool:
        """Return whether anything differs."""
        return bool(self.added or self.removed or self.touched)


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything that separates `old` from `new`; `sizes` counts what the new side has."""

    old: str
    new: str
    devices: TableDiff
    addresses: TableDiff
    asns: TableDiff
    subnets: TableDiff
    cables: Cables
    configurations: Configurations
    sizes: Mapping[str, int]

    @property
    def result(self) -> Result:
        """Return whether nothing differs, things are only added, or something existing changes."""
        parts = (
            self.devices,
            self.addresses,
            self.asns,
            self.subnets,
            self.cables,
            self.configurations,
        )
        if any(part.disturbs for part in parts):
            return "changes"
        return "additions" if any(parts) else "identical"

"""The two sides of a comparison and what separates them, as values.

Every value is the text that a CSV of the plan holds, so that an intent and a folder built from it
are equal.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from railwright.sonic.classes import ChangeClass
from railwright.sonic.configdb import ConfigDb

Key = tuple[str, ...]
Result = Literal["identical", "additions", "changes"]
RECORDED = "recorded"
"""What is done about cables and modules that the as-built record says are so: nothing."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows by identity: the columns that name a row, those compared, and the rows' cells."""

    key_columns: tuple[str, ...]
    columns: tuple[str, ...]
    rows: Mapping[Key, tuple[str, ...]]

    def only(self, columns: tuple[str, ...]) -> "Table":
        """Return the table with these of its columns beside the key."""
        if columns == self.columns:
            return self
        places = [self.columns.index(column) for column in columns]
        rows = {key: tuple(cells[at] for at in places) for key, cells in self.rows.items()}
        return Table(self.key_columns, columns, rows)

    def column(self, name: str) -> int:
        """Return where the cells of a column are. Raises: ValueError without such a column."""
        return self.columns.index(name)


class Built(NamedTuple):
    """A deployed cable as the as-built record has it; `port` and `length_m` empty if it is silent.

    `device` and `cage` are those of its upper end as planned.
    """

    links: tuple[str, ...]
    device: str
    cage: str
    port: str
    length_m: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One side: what it is called, its tables on demand, its devices' files and configurations.

    `files` maps `switches/<host>/<path>` and `nodes/<host>/<path>` to a digest; `config` returns
    the configuration of a switch that `files` names. `missing` are the tables that this side does
    not have. `built` returns the deployed cables by id, none where nothing is recorded.
    """

    name: str
    table: Callable[[str], Table]
    files: Mapping[str, str]
    config: Callable[[str], ConfigDb]
    missing: frozenset[str] = frozenset()
    built: Callable[[], Mapping[str, Built]] = dict


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
class Installed:
    """What happens to things that stand or lie on the floor, and to those only reserved.

    A reserved one that becomes deployed is `added`. `changed` holds those that stay, by what is
    done to them (`moved`, `replaced` ...), every such verb of the table in order; those that were
    done already are `recorded`.
    """

    added: tuple[Entry, ...]
    removed: tuple[Entry, ...]
    changed: Mapping[str, tuple[Edit, ...]]
    reserved: TableDiff

    @property
    def key_columns(self) -> tuple[str, ...]:
        """Return the columns that name a row."""
        return self.reserved.key_columns

    @property
    def disturbs(self) -> bool:
        """Return whether something that exists, or a reservation, is touched."""
        return bool(self.removed or any(self.changed.values()) or self.reserved.disturbs)

    def __bool__(self) -> bool:
        """Return whether anything differs."""
        return bool(self.added or self.reserved or self.disturbs)


@dataclass(frozen=True, slots=True)
class Room:
    """The headroom row of a port: the cable length it is for and its xoff, as the plan has them."""

    cable_m: str
    xoff_bytes: str


@dataclass(frozen=True, slots=True)
class LengthChange:
    """Ports of one device whose cables get another length, and to which the same happens.

    `old_m` and `new_m` are the lengths, shortest first. `old_room` and `new_room` are None for
    ports without headroom, as those of nodes are. `harm` is how the device takes it, None where
    it has nothing to take, or for a node. `nodes`, `rails` and `planes` are behind host
    ports in service; `fabric` of the device's `all_fabric` links in service to other switches are
    at these ports.
    """

    device: str
    network: str
    ports: tuple[str, ...]
    old_m: tuple[str, ...]
    new_m: tuple[str, ...]
    old_room: Room | None = None
    new_room: Room | None = None
    harm: ChangeClass | None = None
    nodes: tuple[str, ...] = ()
    rails: tuple[str, ...] = ()
    planes: tuple[str, ...] = ()
    fabric: int = 0
    all_fabric: int = 0


@dataclass(frozen=True, slots=True)
class Lengths:
    """What other cable lengths do to devices, per device.

    `moved` are lossless ports that come to another headroom row, `kept` those that stay in theirs,
    `nics` the ports of nodes whose settings name the length.
    """

    moved: tuple[LengthChange, ...] = ()
    kept: tuple[LengthChange, ...] = ()
    nics: tuple[LengthChange, ...] = ()

    def __bool__(self) -> bool:
        """Return whether a length differs at a port that it matters to."""
        return bool(self.moved or self.kept or self.nics)


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
    """Everything that separates `old` from `new`; `sizes` counts what the new side has.

    `unknown` are the tables that one side does not have, so that they are not compared. Lengths
    and the bill of materials follow from the rest: alone they disturb nothing.
    """

    old: str
    new: str
    devices: TableDiff
    places: Installed
    racks: Installed
    addresses: TableDiff
    asns: TableDiff
    subnets: TableDiff
    links: Installed
    cables: Installed
    modules: Installed
    lengths: Lengths
    configurations: Configurations
    bom: TableDiff
    sizes: Mapping[str, int]
    unknown: tuple[str, ...] = ()

    @property
    def result(self) -> Result:
        """Return whether nothing differs, things are only added, or something existing changes."""
        parts = (
            self.devices,
            self.places,
            self.racks,
            self.addresses,
            self.asns,
            self.subnets,
            self.links,
            self.cables,
            self.modules,
            self.configurations,
        )
        if any(part.disturbs for part in parts):
            return "changes"
        return "additions" if any(parts) or self.bom else "identical"

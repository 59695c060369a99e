"""Two snapshots compared: tables by identity, cables by what a person does, configurations last."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

from railwright.diff import configs
from railwright.diff.model import (
    Cables,
    Configurations,
    Difference,
    Edit,
    Entry,
    FileChanges,
    Key,
    RowChanges,
    Snapshot,
    Table,
    TableDiff,
    Touched,
)
from railwright.diff.snapshot import CONFIG, SWITCHES
from railwright.naming import natural_key
from railwright.sonic.classes import ChangeClass

ENDS = ("a_device", "a_port", "z_device", "z_port")
DEPLOYED = "deployed"

Files = Mapping[str, Mapping[str, str]]
"""Digests by device (`switches/spine1/`) and by path within it."""


def compare(old: Snapshot, new: Snapshot) -> Difference:
    """Return everything that separates two snapshots.

    Of a table's columns only those are compared that both sides have, so that a folder built
    before a column existed still compares.
    """
    devices = _aligned(old.table("devices"), new.table("devices"))
    links = _aligned(old.table("links"), new.table("links"))
    cables = _cables(*links)
    return Difference(
        old=old.name,
        new=new.name,
        devices=_table(*devices),
        addresses=_table(*_aligned(old.table("addresses"), new.table("addresses"))),
        asns=_table(*_aligned(old.table("asns"), new.table("asns"))),
        subnets=_subnets(*_aligned(old.table("subnets"), new.table("subnets"))),
        cables=cables,
        configurations=_configurations(old, new, _growing(*links)),
        sizes={
            "devices": len(devices[1].rows),
            "cables": len(_deployed_keys(links[1])),
            "configurations": len(_by_device(new.files)),
        },
    )


def _aligned(old: Table, new: Table) -> tuple[Table, Table]:
    if old.columns == new.columns or not old.rows or not new.rows:
        return old, new
    common = tuple(column for column in new.columns if column in old.columns)
    return _only(old, common), _only(new, common)


def _only(table: Table, columns: tuple[str, ...]) -> Table:
    places = [table.columns.index(column) for column in columns]
    rows = {key: tuple(cells[place] for place in places) for key, cells in table.rows.items()}
    return Table(table.key_columns, columns, rows)


def _table(old: Table, new: Table) -> TableDiff:
    both = old.rows.keys() & new.rows.keys()
    return TableDiff(
        old.key_columns,
        added=_entries(new, new.rows.keys() - both),
        removed=_entries(old, old.rows.keys() - both),
        changed=_edits(old, new, (key for key in both if old.rows[key] != new.rows[key])),
    )


def _entries(table: Table, keys: Iterable[Key]) -> tuple[Entry, ...]:
    return tuple(
        Entry(key, dict(zip(table.columns, table.rows[key], strict=True))) for key in _sorted(keys)
    )


def _edits(
    old: Table, new: Table, keys: Iterable[Key], always: Sequence[str] = ()
) -> tuple[Edit, ...]:
    """Return what differs in each row, and the columns that are `always` told."""
    found = []
    for key in _sorted(keys):
        told = [
            (column, before, after)
            for column, before, after in zip(old.columns, old.rows[key], new.rows[key], strict=True)
            if before != after or column in always
        ]
        found.append(Edit(key, {one[0]: one[1] for one in told}, {one[0]: one[2] for one in told}))
    return tuple(found)


def _sorted(keys: Iterable[Key]) -> list[Key]:
    return sorted(keys, key=lambda key: [natural_key(part) for part in key])


def _subnets(old: Table, new: Table) -> TableDiff:
    """Return the table's differences; an owner's only prefix that becomes another is a change."""
    found = _table(old, new)
    gone, come = _only_prefixes(found.removed), _only_prefixes(found.added)
    pairs = [(one, come[place]) for place, one in gone.items() if place in come]
    paired = {entry.key for pair in pairs for entry in pair}
    replaced = tuple(
        Edit(before.key, {"prefix": before.key[-1]}, {"prefix": after.key[-1]})
        for before, after in pairs
    )
    return TableDiff(
        found.key_columns,
        added=tuple(one for one in found.added if one.key not in paired),
        removed=tuple(one for one in found.removed if one.key not in paired),
        changed=found.changed + replaced,
    )


def _only_prefixes(entries: Iterable[Entry]) -> dict[Key, Entry]:
    by_owner: dict[Key, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_owner[entry.key[:-1]].append(entry)
    return {owner: found[0] for owner, found in by_owner.items() if len(found) == 1}


def _cables(old: Table, new: Table) -> Cables:
    """Return what happens to links; one that is only reserved now has no cable to change."""
    was, will = _deployed_keys(old), _deployed_keys(new)
    old, new = _without_state(old), _without_state(new)
    planned = _table(old, new)
    in_place = [edit for edit in planned.changed if edit.key in was and edit.key in will]
    moved = [edit.key for edit in in_place if not edit.old.keys().isdisjoint(ENDS)]
    return Cables(
        added=_entries(new, will - was),
        removed=_entries(old, was - will),
        moved=_edits(old, new, moved, always=ENDS),
        changed=tuple(edit for edit in in_place if edit.old.keys().isdisjoint(ENDS)),
        reserved=TableDiff(
            planned.key_columns,
            added=tuple(one for one in planned.added if one.key not in will),
            removed=tuple(one for one in planned.removed if one.key not in was),
            changed=tuple(one for one in planned.changed if one.key not in was | will),
        ),
    )


def _without_state(links: Table) -> Table:
    return _only(links, tuple(column for column in links.columns if column != DEPLOYED))


def _deployed_keys(links: Table) -> Set[Key]:
    if not links.rows:
        return frozenset()
    place = links.columns.index(DEPLOYED)
    return {key for key, cells in links.rows.items() if cells[place] == str(True)}


def _growing(old: Table, new: Table) -> Mapping[str, Set[str]]:
    """Return by device the ports that get a cable or a reservation and had no cable before."""
    was, will = _deployed_keys(old), _deployed_keys(new)
    in_service = set(_ends(old, was))
    ports: dict[str, set[str]] = defaultdict(set)
    for device, port in _ends(new, (will - was) | (new.rows.keys() - old.rows.keys())):
        if (device, port) not in in_service:
            ports[device].add(port)
    return ports


def _ends(links: Table, keys: Iterable[Key]) -> Iterator[tuple[str, str]]:
    if not links.rows:
        return
    a_device, a_port, z_device, z_port = map(links.columns.index, ENDS)
    for key in keys:
        cells = links.rows[key]
        yield cells[a_device], cells[a_port]
        yield cells[z_device], cells[z_port]


def _configurations(
    old: Snapshot, new: Snapshot, growing: Mapping[str, Set[str]]
) -> Configurations:
    before, after = _by_device(old.files), _by_device(new.files)
    both = before.keys() & after.keys()
    touched = (
        _touched(old, new, folder, (before[folder], after[folder]), growing)
        for folder in _folders(both)
        if before[folder] != after[folder]
    )
    return Configurations(
        added=tuple(map(_device, _folders(after.keys() - both))),
        removed=tuple(map(_device, _folders(before.keys() - both))),
        touched=tuple(one for one in touched if one.rows or one.files),
    )


def _touched(
    old: Snapshot,
    new: Snapshot,
    folder: str,
    files: tuple[Mapping[str, str], Mapping[str, str]],
    growing: Mapping[str, Set[str]],
) -> Touched:
    before, after = files
    device = _device(folder)
    rows: tuple[RowChanges, ...] = ()
    harm = ChangeClass.HITLESS if folder.startswith(SWITCHES) else None
    if before.get(CONFIG) != after.get(CONFIG):
        rows, harm = configs.compare(
            old.config(device), new.config(device), growing.get(device, frozenset())
        )
    names = sorted((before.keys() | after.keys()) - {CONFIG})
    return Touched(
        device,
        harm,
        rows,
        FileChanges(
            added=tuple(name for name in names if name not in before),
            changed=tuple(
                name
                for name in names
                if name in before and name in after and before[name] != after[name]
            ),
            removed=tuple(name for name in names if name not in after),
        ),
    )


def _by_device(files: Mapping[str, str]) -> Files:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for path, digest in files.items():
        kind, device, name = path.split("/", 2)
        found[f"{kind}/{device}"][name] = digest
    return found


def _folders(folders: Iterable[str]) -> list[str]:
    """Return folders in natural order, switches before nodes."""
    return sorted(folders, key=lambda one: (not one.startswith(SWITCHES), natural_key(one)))


def _device(folder: str) -> str:
    return folder.partition("/")[2]

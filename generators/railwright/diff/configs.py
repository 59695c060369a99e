"""What separates two configurations of one switch, row by row, and how it would take that."""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from itertools import groupby

from railwright.diff.model import RowChanges
from railwright.sonic.changes import Change, Kind
from railwright.sonic.classes import ChangeClass, Verdict, classify, worst
from railwright.sonic.configdb import ConfigDb, Row, key_parts, sort_key
from railwright.sonic.masking import shown_key, shown_row, shown_value
from railwright.sonic.normalise import normalise

PORTS_AS_FIELDS = frozenset({"CABLE_LENGTH"})
"""Tables whose fields are ports: each field counts for itself, as a row does elsewhere."""


PortHarm = Mapping[str, ChangeClass]
"""The worst that happens to a port through its own buffer rows; only ports that have any."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What separates two configurations, and the worst class among all, and by port of buffers."""

    rows: tuple[RowChanges, ...]
    harm: ChangeClass
    ports: PortHarm


def compare(old: ConfigDb, new: ConfigDb, growing: Set[str]) -> Compared:
    """Return the differences of each table and how the switch takes them.

    Both sides are normalised first: what a switch treats alike is no difference. `growing` are
    the ports that a new cable or reservation claims; nothing depends yet on what their rows hold.
    """
    # Most tables are equal as they are, and normalising costs more than comparing.
    differing = {table for table in old.keys() | new.keys() if old.get(table) != new.get(table)}
    before, after = (
        normalise({table: rows for table, rows in config.items() if table in differing})
        for config in (old, new)
    )
    changes = tuple(_changes(before, after))
    tables = tuple(
        _summary(table, list(group), growing)
        for table, group in groupby(changes, key=lambda change: change.table)
    )
    verdicts = classify(changes, old)
    return Compared(tables, worst(verdicts), _port_harm(verdicts, (old, new)))


def _port_harm(verdicts: Iterable[Verdict], configs: Iterable[ConfigDb]) -> PortHarm:
    """Return what changes of cable lengths, groups and the profiles in use do to each port."""
    ports: dict[str, ChangeClass] = {}
    profiles: dict[str, ChangeClass] = {}
    for verdict in verdicts:
        change = verdict.change
        if change.table == "BUFFER_PROFILE":
            _raise(profiles, change.key, verdict.harm)
        elif change.table == "BUFFER_PG":
            _raise(ports, key_parts(change.key)[0], verdict.harm)
        elif change.table == "CABLE_LENGTH" and change.field is not None:
            _raise(ports, change.field, verdict.harm)
    if profiles:
        for config in configs:
            for key, row in config.get("BUFFER_PG", {}).items():
                name = row.get("profile")
                if isinstance(name, str) and name in profiles:
                    _raise(ports, key_parts(key)[0], profiles[name])
    return ports


def _raise(found: dict[str, ChangeClass], name: str, harm: ChangeClass) -> None:
    found[name] = max(harm, found.get(name, harm))


def _changes(old: ConfigDb, new: ConfigDb) -> Iterator[Change]:
    """Yield every difference by table and row, without secrets.

    Unlike a change plan this asks not who owns a row: both sides are ours.
    """
    for table in sorted(old.keys() | new.keys()):
        before, after = old.get(table, {}), new.get(table, {})
        if before == after:
            continue
        for key in sorted(before.keys() | after.keys(), key=sort_key):
            yield from _row_changes(table, key, before.get(key), after.get(key))


def _row_changes(table: str, key: str, old: Row | None, new: Row | None) -> Iterator[Change]:
    shown = shown_key(table, key)
    if old is None or new is None:
        before, after = (None if row is None else shown_row(table, row) for row in (old, new))
        yield Change(table, shown, None, _kind(before, after), before, after)
    elif old != new:
        for field in sorted(old.keys() | new.keys(), key=sort_key):
            if old.get(field) != new.get(field):
                was, will = (shown_value(table, field, row.get(field)) for row in (old, new))
                yield Change(table, shown, field, _kind(was, will), was, will)


def _kind(old: object, new: object) -> Kind:
    if old is None:
        return "add"
    return "remove" if new is None else "change"


def _summary(table: str, changes: Iterable[Change], growing: Set[str]) -> RowChanges:
    # Dictionaries are ordered sets here: several fields of a row name it only once.
    rows: dict[str, dict[str, None]] = {name: {} for name in ("added", "claimed", "removed")}
    changed: dict[str, None] = {}
    fields: dict[str, None] = {}
    for change in changes:
        by_field = table in PORTS_AS_FIELDS and change.field is not None
        name = f"{change.key}|{change.field}" if by_field else change.key
        whole = by_field or change.field is None
        if whole and change.kind == "add":
            rows["added"][name] = None
        elif not growing.isdisjoint(key_parts(name)):
            rows["claimed"][name] = None
        elif whole and change.kind == "remove":
            rows["removed"][name] = None
        else:
            changed[name] = None
            if change.field is not None and not by_field:
                fields[change.field] = None
    found = {kind: tuple(names) for kind, names in rows.items()}
    return RowChanges(table, changed=tuple(changed), fields=tuple(fields), **found)

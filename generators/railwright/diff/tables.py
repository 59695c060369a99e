"""Two tables compared by identity: what is new, gone, changed, and what is done to things."""

from collections import defaultdict
from collections.abc import Iterable, Sequence, Set

from railwright.diff.model import Edit, Entry, Installed, Key, Table, TableDiff
from railwright.diff.shapes import DEPLOYED, Verb
from railwright.naming import natural_key


def aligned(old: Table, new: Table) -> tuple[Table, Table]:
    """Return both with the columns both have: one may come from an older version."""
    if old.columns == new.columns or not old.rows or not new.rows:
        return old, new
    common = tuple(column for column in new.columns if column in old.columns)
    return old.only(common), new.only(common)


def without(table: Table, column: str) -> Table:
    """Return a table without one of its columns."""
    return table.only(tuple(one for one in table.columns if one != column))


def table(old: Table, new: Table, told: Sequence[str] = ()) -> TableDiff:
    """Return the differences of two aligned tables; columns `told` are told of each change."""
    both = old.rows.keys() & new.rows.keys()
    return TableDiff(
        old.key_columns,
        added=_entries(new, new.rows.keys() - both),
        removed=_entries(old, old.rows.keys() - both),
        changed=_edits(old, new, (key for key in both if old.rows[key] != new.rows[key]), told),
    )


def subnets(old: Table, new: Table) -> TableDiff:
    """Return the table's differences; an owner's only prefix that becomes another is a change."""
    found = table(old, new)
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


def installed(old: Table, new: Table, verbs: Sequence[Verb]) -> Installed:
    """Return what happens to things; one that is only reserved now cannot be changed yet.

    A thing is done the first of the verbs that one of its differing columns calls for.
    """
    was, will = deployed(old), deployed(new)
    either = was | will
    old, new = without(old, DEPLOYED), without(new, DEPLOYED)
    planned = table(old, new)
    done: dict[str, list[Key]] = {one.name: [] for one in verbs}
    for edit in planned.changed:
        if edit.key in was and edit.key in will:
            done[_verb(edit, verbs).name].append(edit.key)
    return Installed(
        added=_entries(new, will - was),
        removed=_entries(old, was - will),
        changed={one.name: _edits(old, new, done[one.name], one.told) for one in verbs},
        reserved=TableDiff(
            planned.key_columns,
            added=tuple(one for one in planned.added if one.key not in will),
            removed=tuple(one for one in planned.removed if one.key not in was),
            changed=tuple(one for one in planned.changed if one.key not in either),
        ),
    )


def deployed(things: Table) -> Set[Key]:
    """Return the keys of the rows that are more than reserved."""
    if not things.rows:
        return frozenset()
    place = things.column(DEPLOYED)
    return {key for key, cells in things.rows.items() if cells[place] == str(True)}


def _verb(edit: Edit, verbs: Sequence[Verb]) -> Verb:
    """Return what is done; the last verb is for everything else."""
    return next((one for one in verbs if not edit.old.keys().isdisjoint(one.columns)), verbs[-1])


def _entries(rows: Table, keys: Iterable[Key]) -> tuple[Entry, ...]:
    return tuple(
        Entry(key, dict(zip(rows.columns, rows.rows[key], strict=True))) for key in _sorted(keys)
    )


def _edits(
    old: Table, new: Table, keys: Iterable[Key], told: Sequence[str] = ()
) -> tuple[Edit, ...]:
    """Return what differs in each row, and the columns that are `told` in any case."""
    found = []
    for key in _sorted(keys):
        cells = [
            (column, before, after)
            for column, before, after in zip(old.columns, old.rows[key], new.rows[key], strict=True)
            if before != after or column in told
        ]
        found.append(
            Edit(key, {one[0]: one[1] for one in cells}, {one[0]: one[2] for one in cells})
        )
    return tuple(found)


def _sorted(keys: Iterable[Key]) -> list[Key]:
    return sorted(keys, key=lambda key: [natural_key(part) for part in key])


def _only_prefixes(entries: Iterable[Entry]) -> dict[Key, Entry]:
    by_owner: dict[Key, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_owner[entry.key[:-1]].append(entry)
    return {owner: found[0] for owner, found in by_owner.items() if len(found) == 1}

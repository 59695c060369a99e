"""Lines of a difference for people: every row spelled out, or rows that are alike put together."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from railwright.diff.model import Edit, Entry, RowChanges, Touched
from railwright.naming import spans
from railwright.sonic.classes import ChangeClass

SHORT = 8
"""Lines of a list and names of a line, unless everything is asked for."""

_NOTHING = "(none)"


def counts(*found: tuple[int, str]) -> str:
    """Return `3 removed, 1 new`, without what there is none of."""
    return ", ".join(f"{count} {what}" for count, what in found if count)


def many(count: int, one: str, more: str = "") -> str:
    """Return `1 port`, `2 ports`."""
    return f"{count} {one if count == 1 else more or f'{one}s'}"


def amounts(*found: tuple[int, str, str]) -> str:
    """Return `2 parts more, 1 part fewer`, without what there is none of."""
    return ", ".join(f"{many(count, what)} {rest}".rstrip() for count, what, rest in found if count)


def all_names(names: Iterable[str]) -> str:
    """Return every name, runs of numbers joined."""
    return spans(names)


def some_names(names: Iterable[str]) -> str:
    """Return the first few names, runs of numbers joined, and how many follow."""
    parts = spans(names).split(", ")
    more = len(parts) - SHORT
    return ", ".join([*parts[:SHORT], *([f"and {more} more"] if more > 0 else [])])


def grouped(entries: Iterable[Entry], by: Callable[[Entry], str]) -> dict[str, list[Entry]]:
    """Return entries by what they have in common, in the order of their first."""
    found: dict[str, list[Entry]] = defaultdict(list)
    for one in entries:
        found[by(one)].append(one)
    return found


def entries(rows: Iterable[Entry]) -> list[str]:
    """Return rows, cell after cell."""
    return [" ".join(part for part in (*one.key, *one.cells.values()) if part) for one in rows]


def edits(changed: Iterable[Edit], key: slice = slice(None)) -> list[str]:
    """Return rows with what differs in them; `key` says which parts name them."""
    return [f"{' '.join(one.key[key])}: {edited(one, one.old)}" for one in changed]


def edits_alike(changed: Iterable[Edit]) -> list[str]:
    """Return rows with those together in which the same columns differ; one alone in full."""
    alike: dict[tuple[str, ...], list[Edit]] = defaultdict(list)
    for one in changed:
        differing = (column for column in one.old if one.old[column] != one.new[column])
        alike[tuple(differing)].append(one)
    return [
        edits(of)[0]
        if len(of) == 1
        else f"{len(of)} x another {', '.join(columns)}: {some_names(one.key[0] for one in of)}"
        for columns, of in alike.items()
    ]


def edited(edit: Edit, columns: Iterable[str]) -> str:
    """Return `mtu 9100 -> 9000, vlan 7 -> (none)`."""
    return ", ".join(
        f"{column} {edit.old[column] or _NOTHING} -> {edit.new[column] or _NOTHING}"
        for column in columns
    )


def devices(found: Iterable[Entry]) -> list[str]:
    """Return devices one by one."""
    return [f"{one.key[0]} {one.cells['role']} {one.cells.get('platform', '')}" for one in found]


def devices_by_role(found: Iterable[Entry]) -> list[str]:
    """Return devices role by role."""
    roles = grouped(found, lambda one: one.cells["role"])
    return [f"{len(of)} {role}: {some_names(names(of))}" for role, of in roles.items()]


def names(found: Iterable[Entry]) -> list[str]:
    """Return what names the rows."""
    return [one.key[0] for one in found]


def addresses(found: Iterable[Entry]) -> list[str]:
    """Return addresses one by one."""
    return [
        f"{' '.join(one.key)} {one.cells['address']}/{one.cells['prefix_length']}" for one in found
    ]


def addresses_by_kind(found: Iterable[Entry]) -> list[str]:
    """Return addresses kind by kind."""
    kinds = grouped(found, lambda one: one.key[2])
    return [f"{len(of)} {kind}: {some_names(set(names(of)))}" for kind, of in kinds.items()]


def links(found: Iterable[Entry]) -> list[str]:
    """Return links one by one."""
    return [f"{one.key[0]}: {_end(one, 'a')} - {_end(one, 'z')}, {_make(one)}" for one in found]


def links_by_kind(found: Iterable[Entry]) -> list[str]:
    """Return links with those of the same speed and kind together."""
    return [
        f"{len(group)} x {make}: {some_names({one.cells['a_device'] for one in group})} - "
        f"{some_names({one.cells['z_device'] for one in group})}"
        for make, group in grouped(found, _make).items()
    ]


def _make(one: Entry) -> str:
    make = f"{one.cells['speed_gbps']}G {one.cells['kind']}"
    return f"{make}, {one.cells['length_m']} m" if "length_m" in one.cells else make


def _end(one: Entry, side: str) -> str:
    return f"{one.cells[f'{side}_device']} {one.cells[f'{side}_port']}".rstrip()


def link_moves(found: Iterable[Edit]) -> list[str]:
    """Return links with the ends that move, and whatever else differs."""
    return [_move(one) for one in found]


def _move(edit: Edit) -> str:
    ends = []
    for side in ("a", "z"):
        before, after = (
            f"{cells[f'{side}_device']} {cells[f'{side}_port']}" for cells in (edit.old, edit.new)
        )
        if before != after:
            ends.append(f"{before} -> {after}")
    rest = [column for column in edit.old if column[:2] not in {"a_", "z_"}]
    return f"{edit.key[0]}: {'; '.join(ends)}" + (f"; {edited(edit, rest)}" if rest else "")


def touched_alike(touched: Iterable[Touched]) -> list[str]:
    """Return devices by what happens to them, the worst first."""
    alike: dict[tuple[ChangeClass | None, str], list[str]] = defaultdict(list)
    for one in touched:
        alike[one.harm, _touch(one)].append(one.device)
    worst_first = sorted(alike, key=lambda one: (one[0] is None, -(one[0] or 0)))
    return [
        f"{_how_many(alike[one], one[0])} {some_names(alike[one])}: {one[1]}" for one in worst_first
    ]


def _how_many(found: Sequence[str], harm: ChangeClass | None) -> str:
    return many(len(found), "node") if harm is None else many(len(found), "switch", "switches")


def _touch(one: Touched) -> str:
    parts = [f"{row.table} {_row_counts(row)}" for row in one.rows]
    if one.files:
        files = one.files
        parts.append(
            "files "
            + counts(
                (len(files.removed), "removed"),
                (len(files.changed), "changed"),
                (len(files.added), "added"),
            )
        )
    harm = [] if one.harm is None else [one.harm.text]
    return "; ".join([*harm, *parts])


def _row_counts(row: RowChanges) -> str:
    fields = f" ({', '.join(row.fields)})" if 0 < len(row.fields) <= SHORT else ""
    return counts(
        (len(row.removed), "removed"),
        (len(row.changed), f"changed{fields}"),
        (len(row.claimed), "claimed"),
        (len(row.added), "added"),
    )


def touched(found: Iterable[Touched]) -> list[str]:
    """Return every device with every row and file."""
    lines = []
    for one in found:
        lines.append(f"{one.device}: {_touch(one)}")
        for row in one.rows:
            for kind in ("removed", "changed", "claimed", "added"):
                if keys := getattr(row, kind):
                    lines.append(f"  {row.table} {kind}: {', '.join(keys)}")
        for kind in ("removed", "changed", "added"):
            lines += [f"  {name} {kind}" for name in getattr(one.files, kind)]
    return lines

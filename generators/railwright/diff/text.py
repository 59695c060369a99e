"""A difference for people: totals first, then short lists, what disturbs before what is new."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from railwright.diff.model import Difference, Edit, Entry, RowChanges, TableDiff, Touched
from railwright.naming import spans
from railwright.sonic.classes import ChangeClass
from railwright.sonic.masking import printable

SHORT = 8
"""Lines of a list and names of a line, unless everything is asked for."""

_TITLE_WIDTH = 16
_NOTHING = "(none)"
_VERDICTS = {
    "additions": "additions only, nothing that exists changes",
    "changes": "something that exists changes",
}
Section = tuple[str, Sequence[str]]


def render(found: Difference, *, everything: bool = False) -> str:
    """Return the text of a difference; `everything` spells out every row, cable and file."""
    if found.result == "identical":
        sizes = ", ".join(f"{count} {what}" for what, count in found.sizes.items())
        return f"{found.old} and {found.new} are identical: {sizes}\n"
    lines = [f"{found.old} -> {found.new}: {_VERDICTS[found.result]}", ""]
    lines += [f"{name:<{_TITLE_WIDTH}}{text}" for name, text in _totals(found) if text]
    shortened = False
    for title, body in _sections(found, everything=everything):
        if not body:
            continue
        shown = body if everything else body[:SHORT]
        lines += ["", title, *(f"  {printable(line)}" for line in shown)]
        if len(shown) < len(body):
            shortened = True
            lines.append(f"  ... and {len(body) - len(shown)} more")
    if shortened:
        lines += ["", "--all prints every line"]
    return "\n".join(lines) + "\n"


def _totals(found: Difference) -> Iterator[tuple[str, str]]:
    cables = found.cables
    yield "devices", _table_total(found.devices, "changed")
    yield "addresses", _table_total(found.addresses, "renumbered")
    yield "ASNs", _table_total(found.asns, "renumbered")
    yield "subnets", _table_total(found.subnets, "changed")
    yield (
        "cables",
        _counts(
            (len(cables.removed), "to remove"),
            (len(cables.moved), "to move"),
            (len(cables.changed), "changed"),
            (len(cables.added), "to add"),
        ),
    )
    yield "reserved links", _table_total(cables.reserved, "changed")
    configurations = found.configurations
    disturbed = [one for one in configurations.touched if one.disturbs]
    grown = [one for one in configurations.touched if not one.disturbs]
    yield (
        "configurations",
        _counts(
            (len(configurations.removed), "removed"),
            (len(disturbed), f"changed{_worst(disturbed)}"),
            (len(grown), f"touched by growth{_worst(grown)}"),
            (len(configurations.added), "new"),
        ),
    )


def _table_total(table: TableDiff, changed: str) -> str:
    return _counts(
        (len(table.removed), "removed"), (len(table.changed), changed), (len(table.added), "new")
    )


def _counts(*counts: tuple[int, str]) -> str:
    return ", ".join(f"{count} {what}" for count, what in counts if count)


def _worst(touched: Iterable[Touched]) -> str:
    harms = [one.harm for one in touched if one.harm is not None]
    return f" (worst: {max(harms).text})" if harms else ""


def _sections(found: Difference, *, everything: bool) -> Iterator[Section]:
    cables = found.cables
    names = _all_names if everything else _some_names
    device_lines = _device_lines if everything else _devices_by_role
    address_lines = _address_lines if everything else _addresses_by_kind
    cable_lines = _cable_lines if everything else _cables_by_kind
    touched_lines = _touched_lines if everything else _touched_alike
    touched = found.configurations.touched
    yield "devices removed", device_lines(found.devices.removed)
    yield "devices changed", _edit_lines(found.devices.changed)
    yield "addresses renumbered", _edit_lines(found.addresses.changed)
    yield "addresses removed", address_lines(found.addresses.removed)
    yield "ASNs renumbered", _edit_lines(found.asns.changed)
    yield "ASNs removed", _entry_lines(found.asns.removed)
    yield "subnets changed", _subnet_edit_lines(found.subnets.changed)
    yield "subnets removed", _entry_lines(found.subnets.removed)
    yield "cables to remove", cable_lines(cables.removed)
    yield "cables to move", [_move(edit) for edit in cables.moved]
    yield "cables changed", _edit_lines(cables.changed)
    yield "reserved links removed", cable_lines(cables.reserved.removed)
    yield "reserved links changed", _edit_lines(cables.reserved.changed)
    yield "configurations removed", _names_line(found.configurations.removed, names)
    yield "configurations changed", touched_lines([one for one in touched if one.disturbs])
    yield (
        "configurations touched by growth",
        touched_lines([one for one in touched if not one.disturbs]),
    )
    yield "new devices", device_lines(found.devices.added)
    yield "new addresses", address_lines(found.addresses.added)
    yield "new ASNs", _entry_lines(found.asns.added)
    yield "new subnets", _entry_lines(found.subnets.added)
    yield "cables to add", cable_lines(cables.added)
    yield "new reserved links", cable_lines(cables.reserved.added)


def _all_names(names: Iterable[str]) -> str:
    return spans(names)


def _some_names(names: Iterable[str]) -> str:
    parts = spans(names).split(", ")
    more = len(parts) - SHORT
    return ", ".join([*parts[:SHORT], *([f"and {more} more"] if more > 0 else [])])


def _names_line(names: Sequence[str], shown: Callable[[Iterable[str]], str]) -> list[str]:
    return [shown(names)] if names else []


def _entry_lines(entries: Iterable[Entry]) -> list[str]:
    return [
        " ".join(part for part in (*entry.key, *entry.cells.values()) if part) for entry in entries
    ]


def _edit_lines(edits: Iterable[Edit]) -> list[str]:
    return [f"{' '.join(edit.key)}: {_edited(edit, edit.old)}" for edit in edits]


def _subnet_edit_lines(edits: Iterable[Edit]) -> list[str]:
    return [f"{' '.join(edit.key[:-1])}: {_edited(edit, edit.old)}" for edit in edits]


def _edited(edit: Edit, columns: Iterable[str]) -> str:
    return ", ".join(
        f"{column} {edit.old[column] or _NOTHING} -> {edit.new[column] or _NOTHING}"
        for column in columns
    )


def _device_lines(entries: Iterable[Entry]) -> list[str]:
    return [f"{one.key[0]} {one.cells['role']} {one.cells.get('platform', '')}" for one in entries]


def _devices_by_role(entries: Iterable[Entry]) -> list[str]:
    roles: dict[str, list[str]] = defaultdict(list)
    for one in entries:
        roles[one.cells["role"]].append(one.key[0])
    return [f"{len(names)} {role}: {_some_names(names)}" for role, names in roles.items()]


def _address_lines(entries: Iterable[Entry]) -> list[str]:
    return [
        f"{' '.join(one.key)} {one.cells['address']}/{one.cells['prefix_length']}"
        for one in entries
    ]


def _addresses_by_kind(entries: Iterable[Entry]) -> list[str]:
    kinds: dict[str, list[str]] = defaultdict(list)
    for one in entries:
        kinds[one.key[2]].append(one.key[0])
    return [f"{len(names)} {kind}: {_some_names(set(names))}" for kind, names in kinds.items()]


def _cable_lines(entries: Iterable[Entry]) -> list[str]:
    return [f"{one.key[0]}: {_end(one, 'a')} - {_end(one, 'z')}, {_make(one)}" for one in entries]


def _cables_by_kind(entries: Iterable[Entry]) -> list[str]:
    makes: dict[str, list[Entry]] = defaultdict(list)
    for one in entries:
        makes[_make(one)].append(one)
    return [
        f"{len(group)} x {make}: {_some_names({one.cells['a_device'] for one in group})} - "
        f"{_some_names({one.cells['z_device'] for one in group})}"
        for make, group in makes.items()
    ]


def _make(one: Entry) -> str:
    return f"{one.cells['speed_gbps']}G {one.cells['kind']}, {one.cells['length_m']} m"


def _end(one: Entry, side: str) -> str:
    return f"{one.cells[f'{side}_device']} {one.cells[f'{side}_port']}".rstrip()


def _move(edit: Edit) -> str:
    ends = []
    for side in ("a", "z"):
        before, after = (
            f"{cells[f'{side}_device']} {cells[f'{side}_port']}" for cells in (edit.old, edit.new)
        )
        if before != after:
            ends.append(f"{before} -> {after}")
    rest = [column for column in edit.old if column[:2] not in {"a_", "z_"}]
    return f"{edit.key[0]}: {'; '.join(ends)}" + (f"; {_edited(edit, rest)}" if rest else "")


def _touched_alike(touched: Iterable[Touched]) -> list[str]:
    alike: dict[tuple[ChangeClass | None, str], list[str]] = defaultdict(list)
    for one in touched:
        alike[one.harm, _touch(one)].append(one.device)
    worst_first = sorted(alike, key=lambda one: (one[0] is None, -(one[0] or 0)))
    return [
        f"{_how_many(alike[one], one[0])} {_some_names(alike[one])}: {one[1]}"
        for one in worst_first
    ]


def _how_many(devices: Sequence[str], harm: ChangeClass | None) -> str:
    one, more = ("node", "nodes") if harm is None else ("switch", "switches")
    return f"{len(devices)} {one if len(devices) == 1 else more}"


def _touch(one: Touched) -> str:
    parts = [f"{row.table} {_row_counts(row)}" for row in one.rows]
    if one.files:
        files = one.files
        counts = _counts(
            (len(files.removed), "removed"),
            (len(files.changed), "changed"),
            (len(files.added), "added"),
        )
        parts.append(f"files {counts}")
    harm = [] if one.harm is None else [one.harm.text]
    return "; ".join([*harm, *parts])


def _row_counts(row: RowChanges) -> str:
    fields = f" ({', '.join(row.fields)})" if 0 < len(row.fields) <= SHORT else ""
    return _counts(
        (len(row.removed), "removed"),
        (len(row.changed), f"changed{fields}"),
        (len(row.claimed), "claimed"),
        (len(row.added), "added"),
    )


def _touched_lines(touched: Iterable[Touched]) -> list[str]:
    lines = []
    for one in touched:
        lines.append(f"{one.device}: {_touch(one)}")
        for row in one.rows:
            for kind in ("removed", "changed", "claimed", "added"):
                if keys := getattr(row, kind):
                    lines.append(f"  {row.table} {kind}: {', '.join(keys)}")
        for kind in ("removed", "changed", "added"):
            lines += [f"  {name} {kind}" for name in getattr(one.files, kind)]
    return lines

"""Lines about the floor for people: places, racks, cables, modules and what to order."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from railwright.diff.lines import edited, entries, grouped, names, some_names
from railwright.diff.model import Edit, Entry, TableDiff
from railwright.diff.shapes import UNITS
from railwright.naming import natural_key

NO_PART = "(no part)"
MISSING = "missing"


class _Order(NamedTuple):
    """A part: how many were ordered, how many are to be, and what its price becomes."""

    part: str
    old: int
    new: int
    price: str = ""

    @property
    def more(self) -> int:
        return self.new - self.old


def places(found: Iterable[Entry]) -> list[str]:
    """Return where devices stand, one by one."""
    return [f"{one.key[0]}: {_units(one.cells)}" for one in found]


def places_by_rack(found: Iterable[Entry]) -> list[str]:
    """Return devices rack by rack."""
    racks = grouped(found, lambda one: one.cells["rack"])
    return [f"{rack}: {some_names(names(racks[rack]))}" for rack in sorted(racks, key=natural_key)]


def place_moves(moved: Iterable[Edit]) -> list[str]:
    """Return `gpu0007: A05 units 9-16 -> B03 units 1-8`, and whatever else differs."""
    return [
        f"{one.key[0]}: {_units(one.old)} -> {_units(one.new)}"
        + "".join(f", {edited(one, (column,))}" for column in one.old if column not in UNITS)
        for one in moved
    ]


def _units(cells: Mapping[str, str]) -> str:
    bottom, height = int(cells["bottom_u"]), int(cells["height_u"])
    units = f"unit {bottom}" if height == 1 else f"units {bottom}-{bottom + height - 1}"
    return f"{cells['rack']} {units}"


def racks(found: Iterable[Entry]) -> list[str]:
    """Return racks one by one."""
    return entries(found)


def racks_by_kind(found: Iterable[Entry]) -> list[str]:
    """Return racks with those of the same kind and profile together."""
    kinds = grouped(found, lambda one: f"{one.cells['kind']}, {one.cells['profile']}")
    return [f"{len(of)} {kind}: {some_names(names(of))}" for kind, of in kinds.items()]


def cables(found: Iterable[Entry]) -> list[str]:
    """Return cables one by one, with the label of the lower end."""
    return [f"{one.key[0]}: {_part(one.cells)}, {one.cells['a_label']}" for one in found]


def cables_by_part(found: Iterable[Entry]) -> list[str]:
    """Return cables with those of one part number together."""
    return [
        f"{len(of)} x {part}: {_between(one.cells for one in of)}"
        for part, of in grouped(found, lambda one: _part(one.cells)).items()
    ]


def replacements(found: Iterable[Edit]) -> list[str]:
    """Return cables to pull again, with the part that goes and the one that comes."""
    return [f"{one.key[0]}: {_part(one.old)} -> {_part(one.new)}" for one in found]


def replacements_by_part(found: Iterable[Edit]) -> list[str]:
    """Return cables to pull again, with those of the same parts together."""
    parts: dict[str, list[Edit]] = defaultdict(list)
    for one in found:
        parts[f"{_part(one.old)} -> {_part(one.new)}"].append(one)
    return [f"{len(of)} x {part}: {_between(one.new for one in of)}" for part, of in parts.items()]


def _part(cells: Mapping[str, str]) -> str:
    return f"{cells['part'] or NO_PART} {cells['medium']} {float(cells['length_m']):g} m"


def _between(found: Iterable[Mapping[str, str]]) -> str:
    ends = {(cells["a_device"], cells["z_device"]) for cells in found}
    return " - ".join(some_names({end[side] for end in ends}) for side in (0, 1))


def modules(found: Iterable[Entry]) -> list[str]:
    """Return modules one by one."""
    return [f"{one.key[0]}: {one.cells['part']}" for one in found]


def modules_by_part(found: Iterable[Entry]) -> list[str]:
    """Return modules with those of one part number together."""
    return [
        f"{len(of)} x {part}: {some_names({one.cells['device'] for one in of})}"
        for part, of in grouped(found, lambda one: one.cells["part"]).items()
    ]


def exchanges(found: Iterable[Edit]) -> list[str]:
    """Return modules to exchange."""
    return [f"{one.key[0]}: {one.old['part']} -> {one.new['part']}" for one in found]


def exchanges_by_part(found: Iterable[Edit]) -> list[str]:
    """Return modules to exchange, with those of the same parts together."""
    parts: dict[str, list[Edit]] = defaultdict(list)
    for one in found:
        parts[f"{one.old['part']} -> {one.new['part']}"].append(one)
    return [
        f"{len(of)} x {part}: {some_names({one.new['device'] for one in of})}"
        for part, of in parts.items()
    ]


def orders(bom: TableDiff) -> list[str]:
    """Return parts of which more or fewer are ordered, or at another price, more first."""
    # What comes inside another part is ordered neither before nor after.
    orders = (one for one in _orders(bom) if one.more or one.price)
    found = sorted(orders, key=lambda one: one.more <= 0)
    return [f"{one.part}: {', '.join(filter(None, (_order(one), one.price)))}" for one in found]


def ordered(bom: TableDiff) -> tuple[int, int, int]:
    """Return of how many parts more are ordered, of how many fewer, how many prices differ."""
    found = list(_orders(bom))
    return (
        sum(one.more > 0 for one in found),
        sum(one.more < 0 for one in found),
        sum(bool(one.price) for one in found),
    )


def _orders(bom: TableDiff) -> Iterator[_Order]:
    for entry in bom.added:
        yield _Order(" ".join(entry.key), 0, int(entry.cells["order"]))
    for edit in bom.changed:
        price = ""
        if "unit_price" in edit.old:
            before, after = (cells["unit_price"] or MISSING for cells in (edit.old, edit.new))
            price = f"unit price {before} -> {after}"
        yield _Order(" ".join(edit.key), int(edit.old["order"]), int(edit.new["order"]), price)
    for entry in bom.removed:
        yield _Order(" ".join(entry.key), int(entry.cells["order"]), 0)


def _order(one: _Order) -> str:
    return f"{one.old} -> {one.new} ({one.more:+})" if one.more else ""

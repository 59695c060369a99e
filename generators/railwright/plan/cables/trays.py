"""How full cable trays are: of every tray the cross-section with the most in it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import pi
from typing import Literal, NamedTuple

from railwright.catalog import loader as catalog
from railwright.plan.cables.model import Cable
from railwright.plan.cables.route import CROSS, Ways
from railwright.plan.grown import at_capacity
from railwright.plan.model import Plan
from railwright.plan.placement.model import FloorPlan, Rack
from railwright.units import Medium

TrayKind = Literal["row", "cross", "room"]
_PERCENT = 100


class Tray(NamedTuple):
    """A tray: along a row, across the rows of a room, or from one room to the next.

    `name` is what the ways of cables call it (`A`, `X12`); trays of several rooms may share it.
    The `room` of one between two rooms has both: `hall1/hall2`.
    """

    kind: TrayKind
    room: str
    name: str


class _Span(NamedTuple):
    """The part of a tray a cable lies in: positions of a row, or rows by number, or all of it."""

    tray: Tray
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Section:
    """What is in a tray: `cables` with their `area_mm2` where they fill the most of it.

    `kg_per_m` is the most anywhere along the tray. `between` are the two ends of the fullest part:
    positions of a row, names of rows; it is empty where the tray is, and of a tray between rooms.
    """

    cables: int = 0
    area_mm2: float = 0.0
    kg_per_m: float = 0.0
    between: tuple[str, ...] = ()

    @property
    def needed_mm2(self) -> float:
        """Return the least cross-section of the tray, filled as far as the catalog allows."""
        return self.area_mm2 * _PERCENT / catalog.tray_fill().fill_percent


@dataclass(frozen=True, slots=True)
class TrayLoad:
    """What a tray holds now, and with all of the capacity: None where that cannot be planned."""

    tray: Tray
    deployed: Section
    capacity: Section | None


def loads(plan: Plan) -> Iterator[TrayLoad]:
    """Yield every tray of the floor, row by row, then room by room; none without a floor."""
    if plan.floor is None:
        return
    now = sections(plan.floor, (one for one in plan.cabled.cables if one.deployed))
    full = at_capacity(plan)
    later = sections(full.floor, full.cabled.cables) if full and full.floor else None
    for tray, section in now.items():
        yield TrayLoad(tray, section, later[tray] if later else None)


def sections(floor: FloorPlan, cables: Iterable[Cable]) -> dict[Tray, Section]:
    """Return the fullest cross-section of every tray of a floor."""
    between: Counter[tuple[str, str, int]] = Counter()
    kinds = _kinds()
    for cable in cables:
        if cable.trays and cable.medium:
            between.update((*racks, kinds[cable.medium]) for racks in _racks(cable))
    changes: dict[Tray, dict[int, Counter[int]]] = {tray: {} for tray in _trays(floor)}
    paths = _Paths(floor)
    for (lower, upper, kind), many in between.items():
        for tray, first, last in paths.spans(lower, upper):
            at = changes[tray]
            at.setdefault(first, Counter())[kind] += many
            at.setdefault(last, Counter())[kind] -= many
    return {tray: _fullest(floor, tray, at) for tray, at in changes.items()}


def _racks(cable: Cable) -> Iterator[tuple[str, str]]:
    """Yield the racks a cable runs between; a splitter counts once to every rack it goes to."""
    upper = cable.ends[-1].rack
    for lower in dict.fromkeys(end.rack for end in cable.ends[:-1]):
        if lower and upper and lower != upper:
            yield lower, upper


def _fullest(floor: FloorPlan, tray: Tray, changes: Mapping[int, Counter[int]]) -> Section:
    """Return the fullest section of a tray from what begins and ends where along it."""
    sizes = catalog.tray_fill().cables
    areas_mm2 = [pi / 4 * one.diameter_mm**2 for one in sizes]
    held = [0] * len(sizes)
    found, heaviest = Section(), 0.0
    for first, last in pairwise(sorted(changes)):
        for kind, many in changes[first].items():
            held[kind] += many
        area_mm2 = sum(many * one for many, one in zip(held, areas_mm2, strict=True))
        heaviest = max(heaviest, sum(n * one.kg_per_m for n, one in zip(held, sizes, strict=True)))
        if area_mm2 > found.area_mm2:
            found = Section(sum(held), area_mm2, between=_named(floor, tray, first, last))
    return Section(found.cables, found.area_mm2, heaviest, found.between)


def _named(floor: FloorPlan, tray: Tray, first: int, last: int) -> tuple[str, ...]:
    if tray.kind == "row":
        return str(first), str(last)
    return (floor.rows[first].name, floor.rows[last].name) if tray.kind == "cross" else ()


def _trays(floor: FloorPlan) -> Iterator[Tray]:
    yield from (Tray("row", row.room, row.name) for row in floor.rows)
    names = [f"{CROSS}{round(at_m / floor.pitch_m)}" for at_m in floor.cross_m]
    rooms = list(dict.fromkeys(row.room for row in floor.rows))
    yield from (Tray("cross", room, name) for room in rooms for name in names)
    yield from (_joint(names[0], one, other) for one, other in pairwise(rooms))


def _joint(name: str, room: str, after: str) -> Tray:
    return Tray("room", f"{room}/{after}", name)


@cache
def _kinds() -> Mapping[Medium, int]:
    """Return which size of the catalog a cable has, by medium."""
    sizes = catalog.tray_fill().cables
    return {medium: number for number, one in enumerate(sizes) for medium in one.media}


class _Paths:
    """The parts of trays that cables lie in, between any two racks."""

    def __init__(self, floor: FloorPlan) -> None:
        self._floor = floor
        self._ways = Ways(floor)
        self._number = {row.name: number for number, row in enumerate(floor.rows)}
        self._rows: dict[str, list[int]] = {}
        for number, row in enumerate(floor.rows):
            self._rows.setdefault(row.room, []).append(number)

    def spans(self, lower: str, upper: str) -> Iterator[_Span]:
        """Yield the parts of trays between two racks, each from its lower end."""
        a, z = self._floor.rack[lower], self._floor.rack[upper]
        names = self._ways.along(lower, upper).trays
        if a.row == z.row:
            yield _span(Tray("row", a.room, a.row), a.position, z.position)
            return
        if a.row != names[0]:
            a, z = z, a
        cross = names[1]
        at = int(cross.removeprefix(CROSS))
        yield _span(Tray("row", a.room, a.row), a.position, at)
        yield from self._across(a, z, cross)
        yield _span(Tray("row", z.room, z.row), at, z.position)

    def _across(self, a: Rack, z: Rack, cross: str) -> Iterator[_Span]:
        """Yield the parts of trays across rows, room by room."""
        rooms = list(self._rows)
        passed = rooms[rooms.index(a.room) : rooms.index(z.room) + 1]
        for room in passed:
            first = self._number[a.row] if room == a.room else self._rows[room][0]
            last = self._number[z.row] if room == z.room else self._rows[room][-1]
            yield _span(Tray("cross", room, cross), first, last)
        yield from (_Span(_joint(cross, *both), 0, 1) for both in pairwise(passed))


def _span(tray: Tray, one: int, other: int) -> _Span:
    return _Span(tray, min(one, other), max(one, other))

"""What the drawings show, taken from the plan once: boxes, racks, rows, aisles and rooms."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, pairwise
from typing import Literal

from railwright.catalog import loader
from railwright.catalog.physical_model import Palette, RackProfile
from railwright.emitters.floor.style import rail_class
from railwright.plan.members import Member, members
from railwright.plan.model import Plan
from railwright.plan.placement.model import FloorPlan, Place, Rack, Row
from railwright.plan.placement.power import Power, cords, of_hot_aisles, of_racks, of_rooms, of_rows
from railwright.plan.placement.rows import rack_name

_TIERS = {"leaf": "LF", "spine": "SP", "superspine": "SS"}
_SERVERS = {"gpu_node": "GPU", "storage_node": "STO", "management_node": "MGT"}
_POWER = {"rack": of_racks, "row": of_rows, "room": of_rooms, "aisle": of_hot_aisles}
_KINDS = {"network": "NET", "storage": "STO"}


@dataclass(frozen=True, slots=True)
class Box:
    """A device in its rack: `tag` is written on the colour of class `cls`.

    `rail` is None unless it is the leaf of one; `cords` are feed and outlet of each power supply
    in order, `A1 B1`.
    """

    place: Place
    model: str
    tag: str
    cls: str
    rail: int | None
    cords: str


@dataclass(frozen=True, slots=True)
class Left:
    """A place that a device was moved from; `said` is which one, and where to."""

    bottom_u: int
    height_u: int
    said: str


@dataclass(frozen=True, slots=True)
class Cabinet:
    """A rack, what stands in it from the lowest unit up, and in a few letters what it is for.

    `left` are places that overrides left empty, `load_kg` is what stands in it, without the rack.
    """

    rack: Rack
    profile: RackProfile
    boxes: tuple[Box, ...]
    left: tuple[Left, ...]
    short: str
    power: Power
    load_kg: float


@dataclass(frozen=True, slots=True)
class Spot:
    """A rack position without a rack; `blocked` says why none can stand there, else it is empty."""

    name: str
    position: int
    x_m: float
    blocked: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row with everything in it by position: cabinets and spots; no `power` without racks."""

    row: Row
    cabinets: tuple[Cabinet, ...]
    spots: tuple[Spot, ...]
    power: Power | None


@dataclass(frozen=True, slots=True)
class Aisle:
    """The floor before or behind rows, from `low_m` to `high_m` across its room.

    `power` is that of the rows that blow into it, None for a cold aisle.
    """

    kind: Literal["cold", "hot"]
    low_m: float
    high_m: float
    power: Power | None


@dataclass(frozen=True)
class FloorView:
    """A floor with the plan it belongs to; `who` are the members by name.

    `power` is that of each `rack`, `row`, `room` and hot `aisle` by name.
    """

    cluster: str
    floor: FloorPlan
    who: Mapping[str, Member]
    palette: Palette
    power: Mapping[str, Mapping[str, Power]]

    @cached_property
    def lines(self) -> Mapping[str, Line]:
        """Return the rows with what stands in them."""
        racks = groupby(sorted(self.floor.racks, key=lambda one: one.row), lambda one: one.row)
        of_row = {name: sorted(there, key=lambda one: one.position) for name, there in racks}
        return {row.name: self._line(row, of_row.get(row.name, ())) for row in self.floor.rows}

    @cached_property
    def rooms(self) -> Mapping[str, tuple[Line, ...]]:
        """Return the rows of every room, from its first on."""
        lines = groupby(self.lines.values(), lambda one: one.row.room)
        return {room: tuple(there) for room, there in lines}

    def position_at(self, x_m: float) -> int:
        """Return the rack position that is this far along a row."""
        return round(x_m / self.floor.pitch_m)

    @cached_property
    def depth_m(self) -> float:
        """Return the depth of the deepest rack, which rows are laid out for."""
        return max(one.depth_m for one in self.floor.profiles.values())

    def aisles(self, room: str) -> Iterator[Aisle]:
        """Yield the aisles of a room, the outer two as wide as the floor's geometry has them."""
        rows = [one.row for one in self.rooms[room]]
        half_m, geometry = self.depth_m / 2, self.floor.geometry
        for low, high in pairwise((None, *rows, None)):
            cold = low.front == "high" if low else high is not None and high.front == "low"
            width_m = geometry.cold_aisle_m if cold else geometry.hot_aisle_m
            if low:
                low_m = low.y_m + half_m
                high_m = high.y_m - half_m if high else low_m + width_m
            elif high:
                high_m = high.y_m - half_m
                low_m = high_m - width_m
            name = f"{low.name if low else ''}/{high.name if high else ''}"
            yield Aisle("cold" if cold else "hot", low_m, high_m, self.power["aisle"].get(name))

    def _line(self, row: Row, racks: Sequence[Rack]) -> Line:
        taken = {rack.position for rack in racks}
        free = [at for at in range(1, row.positions + 1) if at not in taken]
        names = {at: rack_name(row.name, at, self._longest) for at in free}
        return Line(
            row=row,
            cabinets=tuple(self._cabinet(rack) for rack in racks),
            spots=tuple(
                Spot(name, at, at * self.floor.pitch_m, self.floor.blocked.get(name, ""))
                for at, name in names.items()
            ),
            power=self.power["row"].get(row.name),
        )

    @cached_property
    def _longest(self) -> int:
        return max(one.positions for one in self.floor.rows)

    def _cabinet(self, rack: Rack) -> Cabinet:
        places = self.floor.in_rack[rack.name]
        plugs: dict[str, list[str]] = {place.device: [] for place in places}
        for cord in cords(self.floor, rack.name):
            plugs[cord.device].append(f"{cord.feed}{cord.outlet}")
        return Cabinet(
            rack=rack,
            profile=self.floor.profiles[rack.profile],
            boxes=tuple(self._box(place, " ".join(plugs[place.device])) for place in places),
            left=self._left.get(rack.name, ()),
            short=_KINDS.get(rack.kind) or self._scalable_unit(places),
            power=self.power["rack"][rack.name],
            load_kg=sum(one.weight_kg for one in places),
        )

    def _scalable_unit(self, places: Sequence[Place]) -> str:
        """Return `SU3`, in a fabric of pods `2/3`: the SU of the nodes in a rack."""
        for place in places:
            member = self.who[place.device]
            if member.role == "gpu_node":
                return f"{member.pod}/{member.su}" if self._pods else f"SU{member.su}"
        return ""

    @cached_property
    def _left(self) -> Mapping[str, tuple[Left, ...]]:
        """Return what devices were moved from, by rack."""
        found: dict[str, tuple[Left, ...]] = {}
        for one in self.floor.vacated:
            now = self.floor.places[one.device]
            said = f"{one.device} moved to {now.rack} U{now.bottom_u}"
            own = Left(one.bottom_u, one.height_u, said)
            found[one.rack] = (*found.get(one.rack, ()), own)
        return found

    @cached_property
    def _pods(self) -> bool:
        return any((one.pod or 1) > 1 for one in self.who.values())

    def _box(self, place: Place, plugs: str) -> Box:
        member = self.who[place.device]
        rail = member.rail if member.role == "leaf" else None
        if rail is not None:
            tag, cls = f"R{rail}", rail_class(self.palette, rail)
        elif member.network is None:
            tag, cls = _SERVERS[member.role], member.role
        else:
            tag = _TIERS[member.role]
            cls = f"net-{'fabric' if member.network == 'compute' else member.network}"
        return Box(place, member.platform, tag, cls, rail, plugs)


def counted(count: int, noun: str) -> str:
    """Return a number with what it is the number of."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def view_of(plan: Plan) -> FloorView | None:
    """Return what there is to draw, None without a floor or racks."""
    if plan.floor is None or not plan.floor.racks:
        return None
    return FloorView(
        cluster=plan.intent.cluster,
        floor=plan.floor,
        who={one.name: one for one in members(plan.intent, plan.built)},
        palette=loader.palette(),
        power={
            kind: {one.name: one for one in table(plan.floor)} for kind, table in _POWER.items()
        },
    )

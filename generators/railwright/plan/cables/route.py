"""The way of a cable: up to the trays, along rows and across them, and down again.

Trays are a graph: one along every row, some across all rows of a room, and between two rooms one
at the first cross tray. Cables follow them, so distances are those of streets, never the beeline.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from railwright.plan.cables.model import Route
from railwright.plan.placement.model import FloorPlan, Rack

CROSS = "X"
"""What names of cross trays begin with; the position that they lie above follows."""
_PERCENT = 100


class Term(NamedTuple):
    """One part of a cable's length, in metres."""

    name: str
    length_m: float


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a device's cables come out: its rack, and how high its middle is above the floor.

    `unit` is the unit that labels name, None for a PDU, which fills none.
    """

    rack: str
    height_m: float
    unit: int | None

    def __str__(self) -> str:
        """Return the spot for people."""
        return self.rack if self.unit is None else f"{self.rack} unit {self.unit}"


def spots_of(floor: FloorPlan) -> dict[str, Spot]:
    """Return where every placed device is; PDUs hang beside their racks, at half the height."""
    rack_unit_m = floor.geometry.rack_unit_m
    found: dict[str, Spot] = {}
    for place in floor.places.values():
        middle_u = place.bottom_u - 1 + place.height_u / 2
        height_m = floor.profile_of(place.rack).plinth_m + middle_u * rack_unit_m
        found[place.device] = Spot(place.rack, height_m, place.top_u)
    for pdu, rack in floor.rack_of_pdu.items():
        profile = floor.profile_of(rack)
        height_m = profile.plinth_m + profile.rack_units / 2 * rack_unit_m
        found[pdu] = Spot(rack, height_m, None)
    return found


class Ways:
    """The ways between places of a floor; ways between racks are remembered."""

    def __init__(self, floor: FloorPlan) -> None:
        self._floor = floor
        self._rooms = tuple(dict.fromkeys(row.room for row in floor.rows))
        self._row_number = {row.name: number for number, row in enumerate(floor.rows)}
        self._ends: dict[str, tuple[float, float]] = {}
        for row in floor.rows:
            first, _ = self._ends.get(row.room, (row.y_m, row.y_m))
            self._ends[row.room] = first, row.y_m
        self._known: dict[tuple[str, str], Route] = {}
        self._slack = 1 + floor.geometry.slack_percent / _PERCENT

    def cable_m(self, a: Spot, z: Spot) -> float:
        """Return how long a cable between two places must be: its way and slack, in metres."""
        return round(self._way_m(a, z) * self._slack, 2)

    def terms(self, a: Spot, z: Spot) -> tuple[Term, ...]:
        """Return what the length of a cable between two places is the sum of."""
        geometry = self._floor.geometry
        lateral = Term("sideways to both boxes", 2 * geometry.lateral_m)
        parts: tuple[Term, ...]
        if a.rack == z.rack:
            parts = (Term("between the boxes", abs(a.height_m - z.height_m)), lateral)
        else:
            along = self.along(a.rack, z.rack)
            tray_m = geometry.tray_height_m
            parts = (
                Term(f"up from {a}", tray_m - a.height_m),
                Term(f"trays {', '.join(along.trays)}", along.length_m),
                Term(f"down to {z}", tray_m - z.height_m),
                lateral,
                Term("service loops at both ends", 2 * geometry.service_loop_m),
            )
        way_m = sum(one.length_m for one in parts)
        return (*parts, Term(f"slack, {geometry.slack_percent:g} %", way_m * (self._slack - 1)))

    def _way_m(self, a: Spot, z: Spot) -> float:
        geometry = self._floor.geometry
        if a.rack == z.rack:
            return abs(a.height_m - z.height_m) + 2 * geometry.lateral_m
        # The heights are added to one another first: the sum is then the same in both directions.
        down_m = 2 * geometry.tray_height_m - (a.height_m + z.height_m)
        both_m = 2 * (geometry.lateral_m + geometry.service_loop_m)
        return down_m + both_m + self.along(a.rack, z.rack).length_m

    def along(self, a: str, z: str) -> Route:
        """Return the way in the trays between two racks, from the lower one; none within one."""
        if a == z:
            return Route(0.0, ())
        if (found := self._known.get((a, z))) is None:
            found = self._known[a, z] = self._known[z, a] = self._shortest(*self._sorted(a, z))
        return found

    def _sorted(self, a: str, z: str) -> tuple[Rack, Rack]:
        """Return two racks, the one of the earlier row or position first."""
        racks: Mapping[str, Rack] = self._floor.rack
        one, other = racks[a], racks[z]
        number = self._row_number
        ahead = (number[one.row], one.x_m) <= (number[other.row], other.x_m)
        return (one, other) if ahead else (other, one)

    def _shortest(self, a: Rack, z: Rack) -> Route:
        if a.row == z.row:
            return Route(abs(a.x_m - z.x_m), (a.row,))
        cross_m = self._floor.cross_m
        if a.room != z.room:
            cross_m = cross_m[:1]
        across = self._across_m(a, z)

        def bends(at_m: float) -> float:
            return abs(a.x_m - at_m) + abs(z.x_m - at_m)

        at_m = min(cross_m, key=bends)
        name = f"{CROSS}{round(at_m / self._floor.pitch_m)}"
        return Route(bends(at_m) + across, (a.row, name, z.row))

    def _across_m(self, a: Rack, z: Rack) -> float:
        """Return the way across rows; between rooms it passes the rows' ends and the gaps."""
        rows, gaps = self._floor.row, self._floor.room_gap_m
        a_m, z_m = rows[a.row].y_m, rows[z.row].y_m
        if a.room == z.room:
            return abs(a_m - z_m)
        first, last = self._rooms.index(a.room), self._rooms.index(z.room)
        way_m = abs(self._ends[a.room][1] - a_m) + abs(z_m - self._ends[z.room][0])
        for number in range(first + 1, last + 1):
            room = self._rooms[number]
            way_m += gaps.get(room, 0.0)
            if number < last:
                way_m += abs(self._ends[room][1] - self._ends[room][0])
        return way_m

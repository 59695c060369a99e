"""Power, weight and cooling of racks, rows, rooms and hot aisles, and every power cord.

Heat and air are those of the whole capacity: cooling is built once.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from railwright.catalog import loader as catalog
from railwright.plan.placement.load import FEEDS, draws_w
from railwright.plan.placement.model import FloorPlan, Place, Row

BTU_PER_WH = 3.412142
_SECONDS_PER_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Power:
    """What a rack, a row, a room or a hot aisle draws, weighs and gives off.

    `it_w` is planned for what is deployed, `reserved_w` for what the capacity adds. `feeds_w` is
    the draw from every feed with all of them on, `worst_w` the most that any feed carries with
    another one lost, both of the whole capacity; `limit_w` is what a feed may carry, None but for
    racks. `weight_kg` includes the racks. Of a hot aisle only power and heat are known.
    """

    name: str
    devices: int
    deployed: int
    it_w: int
    reserved_w: int
    feeds_w: tuple[float, ...]
    worst_w: float
    limit_w: int | None
    weight_kg: float

    @property
    def capacity_w(self) -> int:
        """Return what is planned for everything, reserved devices included."""
        return self.it_w + self.reserved_w

    @property
    def btu_per_h(self) -> float:
        """Return the heat of everything."""
        return self.capacity_w * BTU_PER_WH

    @property
    def airflow_m3_per_h(self) -> float:
        """Return the air that carries the heat away, warming as the catalog assumes."""
        air = catalog.air()
        per_m3_j = air.density_kg_per_m3 * air.heat_capacity_j_per_kg_k * air.warming_k
        return self.capacity_w * _SECONDS_PER_HOUR / per_m3_j


@dataclass(frozen=True, slots=True)
class Cord:
    """A power cord: supply number (from 1) of a device into an outlet of the PDU on a feed.

    `pdu` is its name, empty where the intent has none for it.
    """

    device: str
    supply: int
    feed: str
    pdu: str
    outlet: int


def of_racks(floor: FloorPlan) -> tuple[Power, ...]:
    """Return every rack, in order."""
    return tuple(_sum(floor, one.name, [one.name]) for one in floor.racks)


def of_rows(floor: FloorPlan) -> tuple[Power, ...]:
    """Return every row that has racks, in order; a feed is that of all its racks."""
    return tuple(
        _sum(floor, row, [one.name for one in racks])
        for row, racks in groupby(floor.racks, key=lambda one: one.row)
    )


def of_rooms(floor: FloorPlan) -> tuple[Power, ...]:
    """Return every room that has racks, in order."""
    return tuple(
        _sum(floor, room, [one.name for one in racks])
        for room, racks in groupby(floor.racks, key=lambda one: one.room)
    )


def of_hot_aisles(floor: FloorPlan) -> tuple[Power, ...]:
    """Return every hot aisle with the heat of the rows that face it.

    An aisle is called after its rows, `B/C`; one at the edge of a room `/A` or `D/`.
    """
    found = []
    for name, rows in _hot_aisles(floor.rows):
        own = {row.name for row in rows}
        racks = [one.name for one in floor.racks if one.row in own]
        if racks:
            found.append(_sum(floor, name, racks))
    return tuple(found)


def cords(floor: FloorPlan, rack: str) -> tuple[Cord, ...]:
    """Return the power cords of a rack, box by box from the lowest unit up.

    Raises: KeyError for an unknown rack.
    """
    pdus, feeds = floor.rack[rack].pdus, floor.profile_of(rack).feeds
    found = []
    for place in floor.in_rack[rack]:
        for supply, outlet in enumerate(place.outlets):
            feed = (place.first_feed + supply) % feeds
            pdu = pdus[feed] if feed < len(pdus) else ""
            found.append(Cord(place.device, supply + 1, FEEDS[feed], pdu, outlet))
    return tuple(found)


def _hot_aisles(rows: Sequence[Row]) -> Iterator[tuple[str, list[Row]]]:
    """Yield every hot aisle with the rows whose backs face it, room by room."""
    for _, of_room in groupby(rows, key=lambda one: one.room):
        own = list(of_room)
        if own[0].front == "high":
            yield f"/{own[0].name}", own[:1]
        for one, other in pairwise(own):
            if one.front == "low":
                yield f"{one.name}/{other.name}", [one, other]
        if own[-1].front == "low":
            yield f"{own[-1].name}/", own[-1:]


def _sum(floor: FloorPlan, name: str, racks: Sequence[str]) -> Power:
    """Return what some racks draw together."""
    places = [place for rack in racks for place in floor.in_rack[rack]]
    profiles = [floor.profile_of(rack) for rack in racks]
    live = [one for one in places if one.deployed]
    draws = _draws_w(floor, places, max(one.feeds for one in profiles))
    it_w = sum(one.power_w for one in live)
    weight_kg = sum(one.weight_kg for one in places) + sum(one.weight_kg for one in profiles)
    return Power(
        name=name,
        devices=len(places),
        deployed=len(live),
        it_w=it_w,
        reserved_w=sum(one.power_w for one in places) - it_w,
        feeds_w=tuple(draws[-1]),
        worst_w=max(max(row) for row in draws),
        limit_w=profiles[0].pdu.usable_w if len(racks) == 1 else None,
        weight_kg=round(weight_kg, 2),
    )


def _draws_w(floor: FloorPlan, places: Iterable[Place], feeds: int) -> list[list[float]]:
    """Return the draw from every feed: first with each one lost in turn, then with all of them."""
    found = [[0.0] * feeds for _ in range(feeds + 1)]
    for place in places:
        own = floor.profile_of(place.rack).feeds
        draws = draws_w(place.power_w, place.supplies, own, place.first_feed)
        for lost, row in enumerate(found):
            for feed, draw_w in enumerate(draws[lost] if lost < own else draws[own]):
                row[feed] += draw_w
    return found

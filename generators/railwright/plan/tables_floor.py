"""The floor, its cables and what they cost as flat rows, one function per table.

Where a cell holds several values they are in order with a space between; the several lower ends of
a splitter cable have ` + ` between them.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from railwright.plan.bom.of_plan import bom as bill
from railwright.plan.bom.parts import adapters
from railwright.plan.cables.model import CableEnd
from railwright.plan.cables.trays import Section, loads
from railwright.plan.members import members
from railwright.plan.model import Plan
from railwright.plan.placement import power as power_of
from railwright.plan.placement.model import FloorPlan
from railwright.plan.placement.power import Power

if TYPE_CHECKING:
    from railwright.plan.tables import Cell, Row

AND = " + "
INCLUDED, MISSING = "included", "missing"
"""What a line of the bill of materials has for the source of a price where there is none."""


def cables(plan: Plan) -> "Iterator[Row]":
    """Yield one row per cable that somebody pulls, reserved ones included."""
    for cable in plan.cabled.cables:
        yield {
            "id": cable.id,
            "links": " ".join(cable.links),
            "network": cable.network,
            "rail": cable.rail,
            "plane": cable.plane,
            "medium": cable.medium,
            "part": cable.part,
            "computed_m": cable.computed_m,
            "length_m": cable.length_m,
            **_ends("a", cable.ends[:-1]),
            **_ends("z", cable.ends[-1:]),
            "colour": cable.colour,
            "bundle": cable.bundle,
            "trays": _joined(cable.trays),
            "wave": cable.wave,
            "deployed": cable.deployed,
        }


def _ends(side: str, ends: Sequence[CableEnd]) -> "Row":
    """Return the columns of one end, or of the lower ends of a splitter."""
    one = ends[0]
    if len(ends) == 1:
        top_u: Cell = one.top_u
        cells = (one.device, " ".join(one.ports), one.cage, one.socket, one.rack, top_u, one.label)
    else:
        cells = (
            AND.join(end.device for end in ends),
            AND.join(" ".join(end.ports) for end in ends),
            AND.join(end.cage for end in ends),
            AND.join(end.socket for end in ends),
            AND.join(end.rack or "" for end in ends) if one.rack else None,
            AND.join(str(end.top_u or "") for end in ends) if one.top_u else None,
            AND.join(end.label for end in ends),
        )
    names = ("device", "ports", "cage", "socket", "rack", "top_u", "label")
    return {f"{side}_{name}": cell for name, cell in zip(names, cells, strict=True)}


def modules(plan: Plan) -> "Iterator[Row]":
    """Yield one row per transceiver and adapter in a cage, reserved ones included."""
    known = adapters()
    for module in plan.cabled.modules:
        yield {
            "id": module.id,
            "kind": "adapter" if module.part in known else "module",
            "device": module.device,
            "cage": module.cage,
            "part": module.part,
            "network": module.network,
            "deployed": module.deployed,
        }


def racks(plan: Plan) -> "Iterator[Row]":
    """Yield one row per rack; none without a floor."""
    floor = plan.floor
    if floor is None:
        return
    for rack in floor.racks:
        places = floor.in_rack[rack.name]
        yield {
            "name": rack.name,
            "row": rack.row,
            "room": rack.room,
            "position": rack.position,
            "x_m": rack.x_m,
            "y_m": floor.row[rack.row].y_m,
            "kind": rack.kind,
            "profile": rack.profile,
            "rack_units": floor.profiles[rack.profile].rack_units,
            "used_u": sum(place.height_u for place in places),
            "devices": len(places),
            "pdus": _joined(rack.pdus),
            "deployed": rack.deployed,
        }


def places(plan: Plan) -> "Iterator[Row]":
    """Yield one row per device that stands somewhere, reserved ones included."""
    floor = plan.floor
    if floor is None:
        return
    cords = _cords(floor)
    for member in members(plan.intent, plan.built):
        if (place := floor.places.get(member.name)) is None:
            continue
        yield {
            "device": place.device,
            "role": member.role,
            "network": member.network,
            "rack": place.rack,
            "bottom_u": place.bottom_u,
            "top_u": place.top_u,
            "height_u": place.height_u,
            "power_w": place.power_w,
            "weight_kg": place.weight_kg,
            "cords": _joined(cords.get(place.device, ())),
            "pinned": place.pinned,
            "deployed": place.deployed,
        }


def _cords(floor: FloorPlan) -> dict[str, list[str]]:
    """Return the feed and the outlet of every power supply, by device: `A1`, `B1`."""
    found: dict[str, list[str]] = {}
    for rack in floor.racks:
        for cord in power_of.cords(floor, rack.name):
            found.setdefault(cord.device, []).append(f"{cord.feed}{cord.outlet}")
    return found


def power(plan: Plan) -> "Iterator[Row]":
    """Yield one row per rack, row, room and hot aisle: power, weight, heat and air."""
    if plan.floor is None:
        return
    scopes: tuple[tuple[str, Iterable[Power]], ...] = (
        ("rack", power_of.of_racks(plan.floor)),
        ("row", power_of.of_rows(plan.floor)),
        ("room", power_of.of_rooms(plan.floor)),
        ("hot aisle", power_of.of_hot_aisles(plan.floor)),
    )
    for scope, sums in scopes:
        for one in sums:
            yield {
                "scope": scope,
                "name": one.name,
                "devices": one.devices,
                "deployed": one.deployed,
                "it_w": one.it_w,
                "reserved_w": one.reserved_w,
                "feeds_w": " ".join(str(round(feed_w)) for feed_w in one.feeds_w),
                "worst_w": round(one.worst_w),
                "limit_w": one.limit_w,
                "weight_kg": one.weight_kg,
                "btu_per_h": round(one.btu_per_h),
                "airflow_m3_per_h": round(one.airflow_m3_per_h),
            }


def trays(plan: Plan) -> "Iterator[Row]":
    """Yield one row per cable tray: its fullest cross-section; none without a floor."""
    for load in loads(plan):
        yield {
            "tray": load.tray.name,
            "kind": load.tray.kind,
            "room": load.tray.room,
            **_section("", load.deployed),
            **_section("capacity_", load.capacity),
        }


def _section(prefix: str, section: Section | None) -> "Row":
    names = ("cables", "area_mm2", "needed_mm2", "kg_per_m", "between")
    cells: tuple[Cell, ...] = (None,) * len(names)
    if section:
        cells = (
            section.cables,
            round(section.area_mm2),
            round(section.needed_mm2),
            round(section.kg_per_m, 2),
            "-".join(section.between) or None,
        )
    return {f"{prefix}{name}": cell for name, cell in zip(names, cells, strict=True)}


def bom(plan: Plan) -> "Iterator[Row]":
    """Yield one row per part number; prices are decimal numbers as text, None where missing."""
    found = bill(plan)
    for line in found.lines:
        price = line.price
        without = INCLUDED if line.included else MISSING
        yield {
            "kind": line.kind,
            "part": line.part,
            "description": line.description,
            "quantity": line.quantity,
            "reserved": line.reserved,
            "spares": line.spares,
            "order": line.order,
            "unit_price": str(price.price) if price else None,
            "price": str(line.cost) if price else None,
            "currency": found.currency if price else None,
            "assumed": line.assumed,
            "source": price.source if price else without,
        }


def _joined(values: Iterable[str]) -> str | None:
    return " ".join(values) or None

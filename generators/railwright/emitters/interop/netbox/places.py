"""The site, its rooms and the racks in them."""

from collections.abc import Iterator

from railwright.emitters.interop import table
from railwright.emitters.interop.table import Cell
from railwright.files import OutputFile
from railwright.plan.model import Plan

SITES = ("name", "slug", "status")
LOCATIONS = ("site", "name", "slug", "status")
RACKS = ("site", "location", "name", "status", "width", "u_height")
PLANNED = "planned"
_WIDTH_IN = 19


def emit(plan: Plan) -> Iterator[OutputFile]:
    """Yield the tables of sites, locations and racks; the last two only with a floor."""
    name = plan.intent.cluster
    yield table.file("netbox-sites.csv", SITES, [(name, name, PLANNED)])
    if plan.floor is None:
        return
    used = _used_racks(plan)
    racks = [rack for rack in plan.floor.racks if rack.name in used]
    rooms = dict.fromkeys(rack.room for rack in racks)
    yield table.file(
        "netbox-locations.csv", LOCATIONS, [(name, room, room, PLANNED) for room in rooms]
    )
    rows: list[tuple[Cell, ...]] = [
        (
            *(name, rack.room, rack.name, PLANNED),
            *(_WIDTH_IN, plan.floor.profiles[rack.profile].rack_units),
        )
        for rack in racks
    ]
    yield table.file("netbox-racks.csv", RACKS, rows)


def _used_racks(plan: Plan) -> frozenset[str | None]:
    """Return the racks that deployed devices stand or hang in."""
    return frozenset(rack_of(plan, device.name) for device in plan.devices)


def rack_of(plan: Plan, device: str) -> str | None:
    """Return the rack of a device, None where it stands nowhere."""
    if plan.floor is None:
        return None
    place = plan.floor.places.get(device)
    return place.rack if place else plan.floor.rack_of_pdu.get(device)

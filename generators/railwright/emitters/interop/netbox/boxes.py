"""Devices, and the manufacturers, device types and roles that they refer to."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from railwright.catalog import loader as catalog
from railwright.emitters.interop import table
from railwright.emitters.interop.netbox.places import PLANNED, rack_of
from railwright.emitters.interop.table import Cell
from railwright.files import OutputFile
from railwright.plan.model import Device, Plan, Role

MANUFACTURERS = ("name", "slug")
DEVICE_TYPES = ("manufacturer", "model", "slug", "u_height", "is_full_depth")
ROLES = ("name", "slug", "color", "vm_role")
DEVICES = (
    *("name", "role", "manufacturer", "device_type", "serial", "status"),
    *("site", "rack", "position", "face"),
)
_COLOURS: Mapping[Role, str] = {
    "leaf": "2196f3",
    "spine": "3f51b5",
    "superspine": "673ab7",
    "gpu_node": "4caf50",
    "storage_node": "795548",
    "management_node": "607d8b",
    "pdu": "ff9800",
}
"""Our choice among the colours that NetBox offers."""
_PDU_MAKER = "generic"
"""The catalog says what PDUs carry, not who makes them."""
_SLUG_CHARS = 100
"""The longest slug NetBox takes."""


@dataclass(frozen=True, slots=True)
class BoxType:
    """What NetBox calls a device type. `rack_units` is 0 for what hangs beside the others."""

    manufacturer: str
    model: str
    rack_units: int


def emit(plan: Plan) -> Iterator[OutputFile]:
    """Yield the tables of manufacturers, device types, roles and devices."""
    types = _Types(plan)
    used = dict.fromkeys(types.of(device) for device in plan.devices)
    makers = dict.fromkeys(one.manufacturer for one in used)
    roles = dict.fromkeys(device.role for device in plan.devices)
    yield table.file(
        "netbox-manufacturers.csv", MANUFACTURERS, [(maker, _slug(maker)) for maker in makers]
    )
    yield table.file("netbox-device-types.csv", DEVICE_TYPES, map(_type_row, used))
    yield table.file("netbox-device-roles.csv", ROLES, map(_role_row, roles))
    yield table.file(
        "netbox-devices.csv",
        DEVICES,
        [_device_row(plan, device, types.of(device)) for device in plan.devices],
    )


def _type_row(one: BoxType) -> tuple[Cell, ...]:
    slug = _slug(f"{one.manufacturer} {one.model}")
    return one.manufacturer, one.model, slug, one.rack_units, one.rack_units > 0


def _role_row(role: Role) -> tuple[Cell, ...]:
    name = _role_name(role)
    return name, name, _COLOURS[role], False


def _device_row(plan: Plan, device: Device, box: BoxType) -> tuple[Cell, ...]:
    asset = plan.intent.assets.of.get(device.name) if plan.intent.assets else None
    place = plan.floor.places.get(device.name) if plan.floor else None
    return (
        *(device.name, _role_name(device.role), box.manufacturer, box.model),
        *(asset.serial if asset else None, PLANNED, plan.intent.cluster),
        rack_of(plan, device.name),
        *((place.bottom_u, "front") if place else (None, None)),
    )


def _role_name(role: Role) -> str:
    return role.replace("_", "-")


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower())[:_SLUG_CHARS].strip("-")


class _Types:
    """The device types of devices; remembers those of platforms."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._boxes: dict[tuple[bool, str], BoxType] = {}

    def of(self, device: Device) -> BoxType:
        if device.role == "pdu":
            return self._pdu(device.name)
        key = device.is_switch, device.platform
        if (found := self._boxes.get(key)) is None:
            look_up = catalog.switch if device.is_switch else catalog.node
            entry = look_up(device.platform)
            height = entry.chassis.rack_units if entry.chassis else 0
            found = self._boxes[key] = BoxType(entry.vendor, entry.model, height)
        return found

    def _pdu(self, name: str) -> BoxType:
        """Return the type of a PDU: that of its rack's profile, a nameless one without a floor."""
        floor = self._plan.floor
        rack = floor.rack_of_pdu.get(name) if floor else None
        model = f"PDU {floor.profile_of(rack).pdu.model}" if floor and rack else "PDU"
        return BoxType(_PDU_MAKER, model, 0)

"""Interfaces: every port of switches and nodes, a breakout's lanes each with a name of its own."""

from collections.abc import Iterator, Mapping

from railwright.emitters.interop import table
from railwright.emitters.interop.table import Cell
from railwright.emitters.interop.wires import Wires
from railwright.files import OutputFile
from railwright.plan.cables import sockets
from railwright.plan.cables.cages import PortCage
from railwright.plan.model import Device, Port
from railwright.units import kbps

COLUMNS = ("device", "name", "label", "type", "speed", "enabled", "mtu", "mgmt_only")
OTHER = "other"
TYPES: Mapping[str, Mapping[int, str]] = {
    "RJ45": {1: "1000base-t", 10: "10gbase-t"},
    "SFP": {1: "1000base-x-sfp"},
    "SFP+": {10: "10gbase-x-sfpp"},
    "SFP28": {25: "25gbase-x-sfp28"},
    "QSFP28": {100: "100gbase-x-qsfp28"},
    "QSFP56": {200: "200gbase-x-qsfp56"},
    "QSFP112": {400: "400gbase-x-qsfp112"},
    "QSFP-DD": {
        100: "100gbase-x-qsfpdd",
        200: "200gbase-x-qsfpdd",
        400: "400gbase-x-qsfpdd",
        800: "800gbase-x-qsfpdd",
    },
    "OSFP-IHS": {400: "400gbase-x-osfp", 800: "800gbase-x-osfp"},
    "OSFP-RHS": {400: "400gbase-x-osfp-rhs", 800: "800gbase-x-osfp"},
}
"""NetBox's types by form factor of the cage and the speed in Gb/s up to which one stands for it.

Source: InterfaceTypeChoices of NetBox 3.6 to 4.6, of which all have these.
"""


def table_of(wires: Wires) -> OutputFile:
    """Return `netbox-interfaces.csv`."""
    return table.file("netbox-interfaces.csv", COLUMNS, _rows(wires))


def type_of(cage: PortCage | None, speed_gbps: int) -> str:
    """Return NetBox's type of an interface: the slowest of its cage's that is fast enough."""
    known = TYPES.get(cage.kind.form_factor or "", {}) if cage else {}
    return next((known[most] for most in sorted(known) if most >= speed_gbps), OTHER)


def _rows(wires: Wires) -> Iterator[tuple[Cell, ...]]:
    plan = wires.plan
    beside = _beside_ports(wires)
    for device in plan.devices:
        for port in plan.ports.get(device.name, ()):
            yield _port_row(wires, port)
        for name, speed_gbps in beside.get(device.name, {}).items():
            yield _beside_row(wires, device, name, speed_gbps)


def _beside_ports(wires: Wires) -> Mapping[str, Mapping[str, int]]:
    """Return the speeds of linked interfaces that are no data ports: management, BMC, PDU."""
    devices = wires.plan.device
    found: dict[str, dict[str, int]] = {}
    for wire in wires.all:
        end = wire.link.a
        if wire.link.kind == "access" and end.device in devices:
            found.setdefault(end.device, {})[end.port] = wire.link.speed_gbps
    return found


def _port_row(wires: Wires, port: Port) -> tuple[Cell, ...]:
    return (
        *_named(wires, port.device, port.name, port.speed_gbps),
        *(port.enabled, port.mtu_bytes, False),
    )


def _beside_row(wires: Wires, device: Device, name: str, speed_gbps: int) -> tuple[Cell, ...]:
    inband = device.is_node and name == "eth0"
    return *_named(wires, device.name, name, speed_gbps), True, None, not inband


def _named(wires: Wires, device: str, name: str, speed_gbps: int) -> tuple[Cell, ...]:
    cage = wires.cages.of(device, name)
    label = sockets.own(cage) if cage else None
    return device, name, label, type_of(cage, speed_gbps), kbps(speed_gbps)

"""Why a file of another tool cannot hold a link; what it leaves out is never left out silently."""

from collections.abc import Iterator, Mapping
from typing import Literal

from railwright.emitters.interop.wires import Wire, Wires
from railwright.naming import OOB_LEG
from railwright.plan.model import Device, Link

File = Literal[
    "netbox-cables.csv", "p2p.xlsx", "topology.dot", "containerlab.clab.yml"
]  # in the order of `left-out.csv`

_Trait = Literal["border", "pdu", "bmc", "node eth0", "switch eth0", "oob leg"]
_BORDER = "its far end is a router outside the plan, whose port is not known"
_UNSAID = "the node announces its rails and storage ports by LLDP, not this port"
_ETH0 = "containerlab keeps eth0 of every node for its own management network"

_WHY: Mapping[File, Mapping[_Trait, str]] = {
    "netbox-cables.csv": {"border": _BORDER},
    "p2p.xlsx": {
        "border": _BORDER,
        "pdu": "the format knows hosts and switches, a PDU is neither",
        "bmc": "a BMC is no interface of the host that the tool looks at",
    },
    "topology.dot": {
        "border": _BORDER,
        "pdu": "a PDU does not announce itself by LLDP under its planned name",
        "bmc": "a BMC does not announce itself by LLDP under its node's name",
        "node eth0": _UNSAID,
        "oob leg": _UNSAID,
    },
    "containerlab.clab.yml": {
        "border": _BORDER,
        "pdu": "there is no container for a PDU",
        "bmc": "there is no container for a BMC",
        "node eth0": _ETH0,
        "switch eth0": _ETH0,
    },
}
FILES: tuple[File, ...] = tuple(_WHY)


def held(wires: Wires, file: File) -> Iterator[Wire]:
    """Yield the wires that a file can hold."""
    devices = wires.plan.device
    for wire in wires.all:
        if why_not(devices, wire.link, file) is None:
            yield wire


def left_out(wires: Wires, file: File) -> int:
    """Return how many wires a file leaves out."""
    return len(wires.all) - sum(1 for _ in held(wires, file))


def why_not(devices: Mapping[str, Device], link: Link, file: File) -> str | None:
    """Return why a file cannot hold a link, None where it can."""
    trait = _trait(devices, link)
    return _WHY[file].get(trait) if trait else None


def _trait(devices: Mapping[str, Device], link: Link) -> _Trait | None:
    """Return what is special about a link. Its lower end is what hangs on an access switch."""
    if not link.z.port or link.z.device not in devices:
        return "border"
    device, port = devices[link.a.device], link.a.port
    if device.role == "pdu":
        return "pdu"
    if port == "bmc":
        return "bmc"
    if port == OOB_LEG:
        return "oob leg"
    if port == "eth0":
        return "switch eth0" if device.is_switch else "node eth0"
    return None

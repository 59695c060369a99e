"""Which cage a port is behind, what goes into it, and which ports share it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from railwright.catalog.model import NodeModel, SwitchPlatform
from railwright.intent.cabling import Owner
from railwright.intent.model import Intent
from railwright.naming import rail_interface, storage_interface
from railwright.plan.fabric import Fabric
from railwright.plan.members import PDU_PLATFORM, Member, members
from railwright.plan.model import Role
from railwright.plan.ports import Faceplate, Slot
from railwright.plan.shape import Network

RJ45 = "RJ45"
_OWNERS: Mapping[Role, Owner] = {
    "gpu_node": "gpu",
    "storage_node": "storage",
    "management_node": "management",
    "leaf": "leaf",
    "spine": "spine",
    "superspine": "superspine",
}


@dataclass(frozen=True, slots=True, eq=False)
class CageKind:
    """What cages have in common for whom to choose parts: they are cabled alike.

    `form_factor` is None where the catalog does not know it, `ports` into how many ports the cage
    is split, `owner` None for PDUs. There is one object of each kind, made by `cage_kind`, so that
    comparing many is cheap.
    """

    owner: Owner | None
    platform: str
    form_factor: str | None
    ports: int


@cache
def cage_kind(owner: Owner | None, platform: str, form_factor: str | None, ports: int) -> CageKind:
    """Return the one kind with these values."""
    return CageKind(owner, platform, form_factor, ports)


@dataclass(frozen=True, slots=True)
class PortCage:
    """The cage of one port: its label on the box, its id there, and which of its ports it is.

    `parent` is SONiC's name of the whole cage on switches and the label elsewhere; `place` counts
    the ports of the cage from 1.
    """

    label: str
    parent: str
    place: int
    kind: CageKind


class Cages:
    """The cages of every member of the plan, reserved ones included, by device and port."""

    def __init__(
        self,
        intent: Intent,
        models: Mapping[str, NodeModel],
        fabrics: Mapping[Network, Fabric],
    ) -> None:
        self._members = {one.name: one for one in members(intent, fabrics)}
        self._switches = {
            (network, role): _of_switch(fabric.platforms[role], plate, role)
            for network, fabric in fabrics.items()
            for role, plate in fabric.faceplates.items()
        }
        planes = fabrics["compute"].shape.planes
        self._servers = {
            (role, name): dict(_of_server(model, role, planes))
            for name, model in models.items()
            for role in ("gpu_node", "storage_node", "management_node")
        }
        self._pdu = {"eth0": _rj45(None, PDU_PLATFORM, "eth0")}

    def of(self, device: str, port: str) -> PortCage | None:
        """Return the cage behind a port, None for a device or port outside the plan."""
        member = self._members.get(device)
        return None if member is None else self._of(member).get(port)

    def ports_of(self, device: str) -> Mapping[str, PortCage]:
        """Return the cages of a device by port. Raises: KeyError for an unknown device."""
        return self._of(self._members[device])

    def _of(self, member: Member) -> Mapping[str, PortCage]:
        if member.network is not None:
            return self._switches[member.network, member.role]
        if member.role == "pdu":
            return self._pdu
        return self._servers[member.role, member.platform]


def _of_switch(platform: SwitchPlatform, plate: Faceplate, role: Role) -> dict[str, PortCage]:
    slots = (*plate.down, *plate.up, *plate.border, *plate.spares)
    split = Counter(slot.parent for slot in slots)
    native = {port.name: port.speed_gbps for port in platform.aux_ports}

    def kind(slot: Slot) -> CageKind:
        fixed = platform.aux_types.get(native.get(slot.name, 0))
        form_factor = fixed if slot.fixed else platform.cage_type
        return cage_kind(_OWNERS[role], platform.name, form_factor, split[slot.parent])

    found = {
        slot.name: PortCage(str(slot.cage), slot.parent, max(slot.subport, 1), kind(slot))
        for slot in slots
    }
    found["eth0"] = _rj45(_OWNERS[role], platform.name, "eth0")
    return found


def _of_server(model: NodeModel, role: Role, planes: int) -> Iterator[tuple[str, PortCage]]:
    owner = _OWNERS[role]
    shared = model.rail_cages.ports if model.rail_cages else 1
    form_factor = model.rail_cages.form_factor if model.rail_cages else None
    for nic in model.nics:
        for plane in range(planes):
            label, place = _host_cage(nic.cage, plane, planes, shared)
            yield (
                rail_interface(nic.rail, plane if planes > 1 else None),
                PortCage(label, label, place, cage_kind(owner, model.name, form_factor, shared)),
            )
    front = model.frontend_cages.form_factor if model.frontend_cages else None
    for port in model.frontend:
        kind = cage_kind(owner, model.name, front, 1)
        yield storage_interface(port.port), PortCage(port.cage, port.cage, 1, kind)
    if model.inband:
        kind = cage_kind(owner, model.name, model.inband.form_factor, 1)
        yield "eth0", PortCage(model.inband.cage, model.inband.cage, 1, kind)
    for name in ("bmc", "oob0"):
        yield name, _rj45(owner, model.name, name)


def _host_cage(label: str, plane: int, planes: int, shared: int) -> tuple[str, int]:
    """Return the label of a rail port's cage, and which of the cage's ports it is."""
    if planes > 1:
        return (label, plane + 1) if shared > 1 else (f"{label}P{plane + 1}", 1)
    if shared > 1:
        return label[:-2], int(label[-1])
    return label, 1


def _rj45(owner: Owner | None, platform: str, name: str) -> PortCage:
    return PortCage(name, name, 1, cage_kind(owner, platform, RJ45, 1))

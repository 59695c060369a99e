"""A node profile from what was found: what the files say, and the rest as of a known server."""

from collections.abc import Sequence
from dataclasses import dataclass

from railwright.catalog.model import (
    Chassis,
    ComputeNic,
    FrontEndNic,
    NicModel,
    NodeModel,
)
from railwright.importing.addresses import Port
from railwright.importing.front import FrontEnd
from railwright.importing.lspci import Function
from railwright.importing.rails import Matched
from railwright.importing.saved import Saved

SPEEDS_GBPS = {"101b": 200, "101d": 100, "101f": 25, "1021": 400, "1023": 800, "a2dc": 400}
"""What all ports of a NIC carry together at most, by device id (NVIDIA's product briefs): what is
assumed of a NIC that the known server does not have."""
SLOWEST_GBPS = 100


@dataclass(frozen=True, slots=True)
class Known:
    """What stands in where files say nothing: a server, and the NICs of the catalog."""

    like: NodeModel
    nics: tuple[tuple[str, NicModel], ...]
    """Every NIC of the catalog with the server it stands at."""


def build(
    name: str, files: Sequence[Saved], matched: Matched, front: FrontEnd, known: Known
) -> NodeModel:
    """Return the profile of a server; its assumptions are all that the files do not say."""
    like, rails = known.like, matched.rails
    planes = len(rails[0].ports)
    assumptions = [*matched.assumptions, *front.assumptions]
    first = rails[0].ports[0].function
    rail_nic = _nic(first, known, files, "rail", assumptions)
    front_nic = None
    if front.ports:
        front_nic = _nic(front.ports[0][0].function, known, files, "front-end", assumptions)
    same = _same(rail_nic, like.rail_nic) and like.planes == planes and bool(like.nics)
    device_id = rail_nic.pci_device_id if rail_nic else first.device_id
    speed_gbps = like.nics[0].speed_gbps if same else _speed_gbps(device_id, planes)
    assumptions += _of_ports(len(rails), planes, speed_gbps)
    labels = _labels([rail.ports[0] for rail in rails], planes, like, assumptions)
    front_labels, speeds = _front(front, front_nic, like, assumptions)
    assumptions += _of_box(like)
    return NodeModel(
        name=name,
        vendor=like.vendor,
        model=name,
        gpus=max(rail.gpu for rail in rails) + _share(matched),
        planes=planes,
        nics=tuple(
            ComputeNic(
                number,
                rail.ports[0].function.address,
                rail.ports[0].rdma,
                rail.gpu,
                rail.gpu_function.address,
                rail.numa,
                label,
                speed_gbps,
            )
            for number, (rail, label) in enumerate(zip(rails, labels, strict=True))
        ),
        frontend=tuple(
            FrontEndNic(number, port.function.address, port.rdma, numa, label, speeds)
            for number, ((port, numa), label) in enumerate(
                zip(front.ports, front_labels, strict=True)
            )
        ),
        rail_nic=rail_nic,
        frontend_nic=front_nic,
        rail_cages=like.rail_cages if planes == like.planes else None,
        frontend_cages=like.frontend_cages if front.ports else None,
        chassis=_chassis(like),
        inband=like.inband,
        bmc_speed_gbps=like.bmc_speed_gbps,
        assumptions=tuple(assumptions),
        source=_source(files),
    )


def _share(matched: Matched) -> int:
    """Return how many GPUs share a NIC."""
    gpus = [rail.gpu for rail in matched.rails]
    return gpus[1] - gpus[0] if len(gpus) > 1 else 1


def _source(files: Sequence[Saved]) -> str:
    named = "; ".join(f"{one.name} (sha256 {one.sha256})" for one in files)
    return f"imported from {named}; the rest as the assumptions say"


def _nic(
    function: Function, known: Known, files: Sequence[Saved], what: str, assumptions: list[str]
) -> NicModel | None:
    """Return the NIC of the catalog with a function's device id, else of its name."""
    for server, nic in known.nics:
        found = (
            function.device_id == nic.pci_device_id
            if function.device_id
            else f"[{nic.model}]" in function.device
        )
        if found:
            by = f"device id {function.device_id}" if function.device_id else "its name"
            source = f"{by} in {files[1].name}; what it can do as in {server}: {nic.source}"
            return nic.model_copy(update={"source": source})
    assumptions.append(
        f"the {what} NICs ({function.device}) are none of the catalog, so their limits are not "
        "checked; add a NIC model to the profile (docs/catalog.md)"
    )
    return None


def _same(one: NicModel | None, other: NicModel | None) -> bool:
    return one is not None and other is not None and one.pci_device_id == other.pci_device_id


def _speed_gbps(device_id: str | None, planes: int) -> int:
    return max(SPEEDS_GBPS.get(device_id or "", SLOWEST_GBPS) // planes, 1)


def _of_ports(rails: int, planes: int, speed_gbps: int) -> list[str]:
    each = f"{rails} rail NICs of {planes} ports" if planes > 1 else f"{rails} rail ports"
    found = [
        f"the {each} are assumed to run at {speed_gbps}G; confirm on a node with 'ethtool <port>'"
    ]
    if planes > 1:
        found.append(
            "every port of a rail NIC is assumed to be on a plane of its own; for one network of "
            "all ports write a rail per port"
        )
    return found


def _labels(
    ports: Sequence[Port], planes: int, like: NodeModel, assumptions: list[str]
) -> list[str]:
    """Return the cage labels of rails: the known server's where it has as many of the kind."""
    if len(like.nics) != len(ports) or like.planes != planes:
        assumptions.append(
            f"cage labels NIC0 to NIC{len(ports) - 1} are placeholders and the cages' form factor "
            "is unknown; cabling needs what is on the server's rear panel"
        )
        return [f"NIC{number}" for number in range(len(ports))]
    by_address = {nic.pci: nic.cage for nic in like.nics if nic.pci}
    addresses = [one.function.address for one in ports]
    if set(addresses) <= set(by_address):
        assumptions.append(
            f"cages and their labels are those of {like.name}, whose NICs have the same PCI "
            "addresses; compare them with the server's rear panel"
        )
        return [by_address[address] for address in addresses]
    assumptions.append(
        f"cages and their labels are those of {like.name}, rail by rail; cabling needs what is on "
        "the server's rear panel"
    )
    return [nic.cage for nic in like.nics]


def _front(
    front: FrontEnd, nic: NicModel | None, like: NodeModel, assumptions: list[str]
) -> tuple[list[str], tuple[int, ...]]:
    """Return the cage labels and the speeds of front-end ports."""
    if not front.ports:
        return [], ()
    ports = [one for one, _ in front.ports]
    speeds = like.frontend[0].speeds_gbps if like.frontend else (200, 100)
    there = {one.pci: one.cage for one in like.frontend if one.pci}
    addresses = [one.function.address for one in ports]
    if _same(nic, like.frontend_nic) and set(addresses) <= set(there):
        return [there[address] for address in addresses], speeds
    labels = [one.cage for one in like.frontend][: len(ports)]
    labels += [f"FE{number}" for number in range(len(labels), len(ports))]
    assumptions.append(
        f"cages, labels and speeds ({', '.join(f'{one}G' for one in speeds)}) of the storage and "
        f"front-end ports ({', '.join(one.rdma for one in ports)}) are those of {like.name}; take "
        "them from the vendor"
    )
    return labels, speeds


def _chassis(like: NodeModel) -> Chassis | None:
    if like.chassis is None:
        return None
    source = f"ASSUMED as of {like.name}: {like.chassis.source.removeprefix('ASSUMED ')}"
    return like.chassis.model_copy(update={"assumed": True, "source": source})


def _of_box(like: NodeModel) -> list[str]:
    found = []
    if like.chassis is not None:
        box = like.chassis
        found.append(
            f"{box.rack_units}U, {box.max_power_w} W, {box.weight_kg:g} kg and "
            f"{box.power_supplies.count} power supplies of which {box.power_supplies.needed} have "
            f"to run (as of {like.name}): take all of it from the vendor"
        )
    if like.inband is not None:
        found.append(
            f"the in-band port ({like.inband.cage}) and a BMC of {like.bmc_speed_gbps}G are those "
            f"of {like.name}; take labels and speeds from the vendor"
        )
    return found

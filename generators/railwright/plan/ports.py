"""Switch ports: which cage serves what, how it is split, and the port rows that follow.

Ports are a function of the shape (hence of capacity): NIC cages count from the front, uplink
cages from the second half, so that both can grow without moving the other.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from railwright.catalog.model import Cage, ComputeNic, Sku, SwitchPlatform
from railwright.catalog.ports import SplitPort, default_mode, find_mode, split
from railwright.intent.model import Intent
from railwright.naming import rail_interface
from railwright.plan.model import Device, FabricShape, Link, Port, PortUse
from railwright.plan.topology import Splits


@dataclass(frozen=True, slots=True)
class Slot:
    """One logical port of a switch role before it belongs to a device."""

    cage: Cage
    port: SplitPort
    use: PortUse


@dataclass(frozen=True, slots=True)
class Faceplate:
    """Every port of one switch role: NIC ports in node order, uplinks in order, and the rest.

    `unusual` lists the cages whose split is not the HWSKU's default.
    """

    hwsku: str
    hosts: tuple[Slot, ...]
    uplinks: tuple[Slot, ...]
    spares: tuple[Slot, ...]
    modes: dict[str, str]
    unusual: tuple[str, ...]


def sku_of(platform: SwitchPlatform, role: Literal["leaf", "spine"]) -> Sku:
    """Return the HWSKU a role uses on a platform that can have the role."""
    wanted = platform.roles[role].hwsku
    return next(sku for sku in platform.skus if sku.name == wanted)


def leaf_faceplate(platform: SwitchPlatform, shape: FabricShape, splits: Splits) -> Faceplate:
    """Return the ports of a leaf: cages split for NICs, and uplink cages."""
    sku = sku_of(platform, "leaf")
    host_cages = -(-shape.nodes_per_su // splits.host.ports)
    half = len(platform.cages) // 2
    by_host = sorted(
        platform.cages, key=lambda cage: (default_mode(sku, cage) != splits.host.mode, cage.cage)
    )
    hosts = sorted(by_host[:host_cages], key=lambda cage: cage.cage)
    free = [cage for cage in platform.cages if cage not in hosts]
    by_uplink = sorted(
        free,
        key=lambda cage: (
            default_mode(sku, cage) != splits.uplink.mode,
            cage.cage <= half,
            cage.cage,
        ),
    )
    uplinks = sorted(by_uplink[: shape.uplinks_per_leaf], key=lambda cage: cage.cage)
    modes = {cage.name: splits.host.mode for cage in hosts}
    modes |= {cage.name: splits.uplink.mode for cage in uplinks}
    return _faceplate(platform, sku, hosts, uplinks, modes, shape.nodes_per_su)


def spine_faceplate(platform: SwitchPlatform, shape: FabricShape, splits: Splits) -> Faceplate:
    """Return the ports of a spine: unsplit cages towards the leaves, from the front."""
    sku = sku_of(platform, "spine")
    used = shape.sus * shape.leaves_per_su * shape.links_per_pair
    mode = find_mode(platform, 1, splits.uplink.speed_gbps).mode
    by_mode = sorted(platform.cages, key=lambda cage: (default_mode(sku, cage) != mode, cage.cage))
    uplinks = sorted(by_mode[:used], key=lambda cage: cage.cage)
    return _faceplate(platform, sku, [], uplinks, {cage.name: mode for cage in uplinks}, 0)


def _faceplate(
    platform: SwitchPlatform,
    sku: Sku,
    hosts: Sequence[Cage],
    uplinks: Sequence[Cage],
    modes: dict[str, str],
    nodes: int,
) -> Faceplate:
    host_slots = _slots(platform, hosts, modes, "host")
    used = {cage.name for cage in (*hosts, *uplinks)}
    rest = [cage for cage in platform.cages if cage.name not in used]
    all_modes = {
        cage.name: modes.get(cage.name, default_mode(sku, cage)) for cage in platform.cages
    }
    unserved = [Slot(slot.cage, slot.port, "spare") for slot in host_slots[nodes:]]
    return Faceplate(
        hwsku=sku.name,
        hosts=tuple(host_slots[:nodes]),
        uplinks=tuple(_slots(platform, uplinks, modes, "fabric")),
        spares=(*unserved, *_slots(platform, rest, all_modes, "spare")),
        modes=all_modes,
        unusual=tuple(
            cage.name for cage in platform.cages if all_modes[cage.name] != default_mode(sku, cage)
        ),
    )


def _slots(
    platform: SwitchPlatform, cages: Sequence[Cage], modes: dict[str, str], use: PortUse
) -> list[Slot]:
    return [
        Slot(cage, port, use) for cage in cages for port in split(platform, cage, modes[cage.name])
    ]


def of_devices(
    intent: Intent,
    devices: Iterable[Device],
    links: Iterable[Link],
    nics: Iterable[ComputeNic],
    faceplates: Mapping[str, Faceplate],
) -> Iterator[tuple[str, tuple[Port, ...]]]:
    """Yield every device's ports; `faceplates` is by switch role.

    A port is enabled when a deployed link ends there, reserved when a reserved one does, spare
    when none does.
    """
    live = {(end.device, end.port): link.deployed for link in links for end in (link.a, link.z)}
    compute = intent.networks.compute
    for device in devices:
        if not device.is_switch:
            rails = (_rail_port(device.name, nic, compute.host_mtu_bytes) for nic in nics)
            yield device.name, tuple(port for port in rails if (device.name, port.name) in live)
            continue
        faceplate = faceplates[device.role]
        rows = (
            _switch_port(device.name, slot, compute.mtu_bytes, live)
            for slot in (*faceplate.hosts, *faceplate.uplinks, *faceplate.spares)
        )
        yield device.name, tuple(sorted(rows, key=lambda port: (port.cage, port.subport)))


def _switch_port(
    device: str, slot: Slot, mtu_bytes: int, live: Mapping[tuple[str, str], bool]
) -> Port:
    return Port(
        device=device,
        name=slot.port.name,
        alias=slot.port.alias,
        cage=slot.cage.cage,
        parent=slot.cage.name,
        index=slot.cage.panel_index,
        subport=slot.port.subport,
        lanes=",".join(map(str, slot.port.lanes)),
        speed_gbps=slot.port.speed_gbps,
        mtu_bytes=mtu_bytes,
        use=slot.use if (device, slot.port.name) in live else "spare",
        enabled=live.get((device, slot.port.name), False),
    )


def _rail_port(device: str, nic: ComputeNic, mtu_bytes: int) -> Port:
    return Port(
        device=device,
        name=rail_interface(nic.rail),
        alias=nic.cage,
        cage=nic.rail,
        parent=nic.cage,
        index=nic.rail,
        subport=0,
        lanes="",
        speed_gbps=nic.speed_gbps,
        mtu_bytes=mtu_bytes,
        use="host",
        enabled=True,
    )

"""The kinds of lossless switches in a plan: which are alike, and their mix of ports.

Ports are counted from links, never built: half a million of them take well under a second.
"""

from collections import Counter
from collections.abc import Mapping

from railwright.intent.roce import Roce
from railwright.plan.fabric import Fabric
from railwright.plan.headroom.engine import buffer_model
from railwright.plan.headroom.formula import LANES_OF_A_DOUBLE_PORT
from railwright.plan.lossless.model import Kind, Mix
from railwright.plan.model import Device, HeadroomKey, Link, Plan, PortUse, Role
from railwright.plan.qos import roce_of
from railwright.plan.shape import Network

_Counts = tuple[tuple[tuple[PortUse, int, int, float], int], ...]
"""Ports by use, speed, lanes and cable length: what makes two switches alike."""


def of_plan(plan: Plan) -> tuple[Kind, ...]:
    """Return every kind of switch that carries lossless traffic, in plan order.

    Ports reserved for growth count: their headroom is needed on the day they are cabled.
    """
    lanes = _Lanes(plan.built)
    alike: dict[tuple[Network, Role, str, str, bool, _Counts], list[Device]] = {}
    for device in plan.switches:
        if device.network in plan.qos and device.network and device.hwsku:
            counts = _counts(device, plan.links_of.get(device.name, {}), lanes)
            model = device.platform, device.hwsku
            key = device.network, device.role, *model, _floods(plan, device), counts
            alike.setdefault(key, []).append(device)
    roles = Counter(key[:3] for key in alike)
    found = (
        _kind(plan, tuple(devices), key[-1], alone=roles[key[:3]] == 1)
        for key, devices in alike.items()
    )
    return tuple(kind for kind in found if kind.mix)


def of_device(plan: Plan, device: Device) -> Kind | None:
    """Return the kind of one switch, None for one without lossless ports."""
    if device.network not in plan.qos or not device.hwsku:
        return None
    counts = _counts(device, plan.links_of.get(device.name, {}), _Lanes(plan.built))
    kind = _kind(plan, (device,), counts, alone=True)
    return kind if kind.mix else None


def _floods(plan: Plan, device: Device) -> bool:
    """Return whether hosts of the switch's network share one of its VLANs."""
    return any(svi.network == device.network for svi in plan.svis_of.get(device.name, ()))


class _Lanes:
    """How many lanes each port of a role has, looked up once per role."""

    def __init__(self, fabrics: Mapping[Network, Fabric]) -> None:
        self._fabrics = fabrics
        self._known: dict[tuple[Network, Role], dict[str, int]] = {}

    def of(self, network: Network, role: Role) -> dict[str, int]:
        found = self._known.get((network, role))
        if found is None:
            plate = self._fabrics[network].faceplates[role]
            slots = (*plate.down, *plate.up, *plate.border, *plate.spares)
            found = {slot.name: slot.lanes.count(",") + 1 for slot in slots}
            self._known[network, role] = found
        return found


def _counts(device: Device, links: Mapping[str, Link], lanes: _Lanes) -> _Counts:
    assert device.network is not None  # noqa: S101 (a switch belongs to one network)
    of_port = lanes.of(device.network, device.role)
    counts = Counter(
        (link.kind, link.speed_gbps, of_port[port], link.length.length_m)
        for port, link in links.items()
        if port in of_port
    )
    return tuple(sorted(counts.items()))


def _kind(plan: Plan, devices: tuple[Device, ...], counts: _Counts, *, alone: bool) -> Kind:
    first = devices[0]
    network = first.network
    roce = network and roce_of(plan.intent, network)
    assert network is not None  # noqa: S101 (only switches of networks with RDMA are counted)
    assert isinstance(roce, Roce)  # noqa: S101
    hwsku = first.hwsku or ""
    mix = [
        _mix(plan, use, HeadroomKey(network, first.platform, hwsku, speed, lanes, length_m), ports)
        for (use, speed, lanes, length_m), ports in counts
        if use != "border"  # a router outside may not pause us: it has no lossless group
    ]
    return Kind(
        network=network,
        role=first.role,
        platform=first.platform,
        hwsku=hwsku,
        model=buffer_model(plan.platforms[first.platform], roce),
        devices=tuple(device.name for device in devices),
        mix=tuple(mix),
        lossless_classes=sum(one.lossless for one in plan.qos[network]),
        cabled_ports=sum(ports for _, ports in counts),
        wide_ports=sum(
            ports for (_, _, lanes, _), ports in counts if lanes == LANES_OF_A_DOUBLE_PORT
        ),
        alone=alone,
        floods=_floods(plan, first),
    )


def _mix(plan: Plan, use: PortUse, key: HeadroomKey, ports: int) -> Mix:
    room = plan.headroom[key]
    return Mix(
        use=use,
        key=key,
        ports=ports,
        xon_bytes=room.xon_bytes,
        xoff_bytes=room.xoff_bytes,
        size_bytes=room.size_bytes,
        threshold=room.threshold,
        bound_bytes=room.bound_bytes,
    )

"""The kinds of lossless switches in a plan: which are alike, and their mix of ports.

Alike are switches whose ports have the same headroom: as many of each use, speed and lanes with
the same row of a table or, where the switch computes, with the same result. Cables need not be
equally long: hardly any two switches of a floor have the same metres.

Ports are counted from links, never built: half a million of them take well under a second.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from railwright.intent.roce import Roce
from railwright.plan.fabric import Fabric
from railwright.plan.headroom.engine import buffer_model
from railwright.plan.headroom.formula import LANES_OF_A_DOUBLE_PORT
from railwright.plan.lossless.model import Kind, Mix
from railwright.plan.model import Device, HeadroomKey, Link, Plan, PortUse, Role
from railwright.plan.qos import roce_of
from railwright.plan.shape import Network

_NONE = -1
"""What stands for a figure that ports do not have: it sorts before all that they may have."""


class _Cable(NamedTuple):
    """What the headroom of a port of one switch depends on."""

    use: PortUse
    speed_gbps: int
    lanes: int
    length_m: float


class _Room(NamedTuple):
    """The headroom of some ports of a switch: where two have the same, lengths do not matter.

    `row_m` is the row of the table, where it is from one. Nothing is set aside for border ports: a
    router outside may not pause us.
    """

    use: PortUse
    speed_gbps: int
    lanes: int
    method: str = ""
    row_m: int = _NONE
    xon_bytes: int = _NONE
    xoff_bytes: int = _NONE
    size_bytes: int = _NONE
    threshold: int = _NONE
    xon_offset_bytes: int = _NONE


_Counts = tuple[tuple[_Room, int], ...]
"""Ports by their headroom: what makes two switches alike."""
_Lengths = dict[_Room, set[float]]
"""The cable lengths of alike ports, over all switches of a kind."""


def of_plan(plan: Plan) -> tuple[Kind, ...]:
    """Return every kind of switch that carries lossless traffic, in plan order.

    Ports reserved for growth count: their headroom is needed on the day they are cabled.
    """
    sizes = _Sizes(plan)
    alike: dict[tuple[Network, Role, str, str, bool, _Counts], tuple[list[Device], _Lengths]] = {}
    for device in plan.switches:
        if device.network in plan.qos and device.network and device.hwsku:
            counts, lengths = sizes.of(device)
            model = device.platform, device.hwsku
            key = device.network, device.role, *model, _floods(plan, device), counts
            devices, known = alike.setdefault(key, ([], {}))
            devices.append(device)
            for room, found in lengths.items():
                known.setdefault(room, set()).update(found)
    roles = Counter(key[:3] for key in alike)
    kinds = (
        _kind(plan, tuple(devices), key[-1], lengths, alone=roles[key[:3]] == 1)
        for key, (devices, lengths) in alike.items()
    )
    return tuple(kind for kind in kinds if kind.mix)


def of_device(plan: Plan, device: Device) -> Kind | None:
    """Return the kind of one switch, None for one without lossless ports."""
    if device.network not in plan.qos or not device.hwsku:
        return None
    counts, lengths = _Sizes(plan).of(device)
    kind = _kind(plan, (device,), counts, lengths, alone=True)
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


class _Sizes:
    """How many ports of a switch have which headroom, looked up once per length of cable."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._lanes = _Lanes(plan.built)
        self._rooms: dict[tuple[Network, str, str, _Cable], _Room] = {}

    def of(self, device: Device) -> tuple[_Counts, _Lengths]:
        """Return the ports of a switch by headroom, and the lengths of their cables."""
        counts: Counter[_Room] = Counter()
        lengths: _Lengths = {}
        for cable, ports in self._cables(device).items():
            room = self._room(device, cable)
            counts[room] += ports
            lengths.setdefault(room, set()).add(cable.length_m)
        return tuple(sorted(counts.items())), lengths

    def _cables(self, device: Device) -> dict[_Cable, int]:
        assert device.network is not None  # noqa: S101 (a switch belongs to one network)
        lanes = self._lanes.of(device.network, device.role)
        links: Mapping[str, Link] = self._plan.links_of.get(device.name, {})
        counts = Counter(
            (link.kind, link.speed_gbps, lanes[port], link.length.length_m)
            for port, link in links.items()
            if port in lanes
        )
        return {_Cable(*cable): ports for cable, ports in counts.items()}

    def _room(self, device: Device, cable: _Cable) -> _Room:
        assert device.network is not None  # noqa: S101
        at = device.network, device.platform, device.hwsku or "", cable
        found = self._rooms.get(at)
        if found is None:
            found = self._rooms[at] = _room(self._plan, *at)
        return found


def _room(plan: Plan, network: Network, platform: str, hwsku: str, cable: _Cable) -> _Room:
    if cable.use == "border":
        return _Room(cable.use, cable.speed_gbps, cable.lanes)
    room = plan.headroom[HeadroomKey(network, platform, hwsku, *cable[1:])]
    return _Room(
        use=cable.use,
        speed_gbps=cable.speed_gbps,
        lanes=cable.lanes,
        method=room.method,
        row_m=room.cable_m if room.method == "table" else _NONE,
        xon_bytes=room.xon_bytes,
        xoff_bytes=room.xoff_bytes,
        size_bytes=room.size_bytes,
        threshold=room.threshold,
        xon_offset_bytes=_NONE if room.xon_offset_bytes is None else room.xon_offset_bytes,
    )


def _kind(
    plan: Plan, devices: tuple[Device, ...], counts: _Counts, lengths: _Lengths, *, alone: bool
) -> Kind:
    first = devices[0]
    network = first.network
    roce = network and roce_of(plan.intent, network)
    assert network is not None  # noqa: S101 (only switches of networks with RDMA are counted)
    assert isinstance(roce, Roce)  # noqa: S101
    hwsku = first.hwsku or ""
    return Kind(
        network=network,
        role=first.role,
        platform=first.platform,
        hwsku=hwsku,
        model=buffer_model(plan.platforms[first.platform], roce),
        devices=tuple(device.name for device in devices),
        mix=tuple(_mixes(plan, (network, first.platform, hwsku), counts, lengths)),
        lossless_classes=sum(one.lossless for one in plan.qos[network]),
        cabled_ports=sum(ports for _, ports in counts),
        wide_ports=sum(ports for room, ports in counts if room.lanes == LANES_OF_A_DOUBLE_PORT),
        alone=alone,
        floods=_floods(plan, first),
    )


def _mixes(
    plan: Plan, switch: tuple[Network, str, str], counts: _Counts, lengths: _Lengths
) -> Iterator[Mix]:
    for room, ports in counts:
        if room.use == "border":
            continue
        own = tuple(sorted(lengths[room]))
        keys = [HeadroomKey(*switch, room.speed_gbps, room.lanes, length_m) for length_m in own]
        yield Mix(
            use=room.use,
            key=keys[-1],
            ports=ports,
            xon_bytes=room.xon_bytes,
            xoff_bytes=room.xoff_bytes,
            size_bytes=room.size_bytes,
            threshold=room.threshold,
            bound_bytes=max(plan.headroom[key].bound_bytes for key in keys),
            lengths_m=own,
        )

"""Links between switches that the design does not have, on ports that are spare.

A link exists from the day one of its switches does and is deployed when both are, as all links of
the capacity are, so that growth changes nothing about it.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from railwright.intent.model import Intent
from railwright.intent.overrides import LinkOverride, SwitchPort
from railwright.plan.bits import dotted
from railwright.plan.cabling import core_length, fabric_length
from railwright.plan.fabric import Fabric
from railwright.plan.model import Length, Link, LinkEnd
from railwright.plan.overrides import prefixes
from railwright.plan.overrides.model import AT, Overridden, listed, slots_of, taken_by
from railwright.plan.overrides.switches import SwitchPlace, unknown
from railwright.plan.ports import Slot
from railwright.plan.shape import Network

TIERS = ("leaf", "spine", "superspine")  # from the lowest


@dataclass(frozen=True, slots=True)
class _End:
    """One end of an extra link: the port that was asked for, and where its switch is."""

    key: str
    port: SwitchPort
    place: SwitchPlace


@dataclass(frozen=True, slots=True)
class _Box:
    """The data ports of one switch with how many share each one's cage, and the spare ones."""

    slots: Mapping[str, Slot]
    splits: Mapping[str, int]
    spare: tuple[str, ...]

    def like(self, slot: Slot, split: int) -> list[str]:
        """Return the spare ports that a cable can join with a port of another switch."""
        return [
            name
            for name in self.spare
            if (self.slots[name].speed_gbps, self.splits[name]) == (slot.speed_gbps, split)
        ]


class _Ports:
    """The ports of switches, deployed or reserved, and the links that have them."""

    def __init__(self, found: Overridden, fabrics: Mapping[Network, Fabric]) -> None:
        self.taken = taken_by(found.links)
        self._deployed = {device.name for device in found.devices}
        self._fabrics = fabrics

    def is_deployed(self, name: str) -> bool:
        """Return whether a switch is there already."""
        return name in self._deployed

    def of(self, end: _End) -> _Box:
        """Return the ports of a switch.

        The links of a reserved switch are not all made yet, so there only those ports are spare
        that the design never uses.
        """
        name, fabric = end.port.device, self._fabrics[end.place.network]
        slots = slots_of(fabric, end.place.role)
        cages = Counter(slot.parent for slot in slots.values())
        never = {slot.name for slot in fabric.faceplates[end.place.role].spares}
        return _Box(
            slots=slots,
            splits={port: cages[slot.parent] for port, slot in slots.items()},
            spare=tuple(
                port
                for port in slots
                if (name, port) not in self.taken and (self.is_deployed(name) or port in never)
            ),
        )


def apply(
    intent: Intent,
    found: Overridden,
    fabrics: Mapping[Network, Fabric],
    places: Mapping[str, SwitchPlace],
    numbers: Mapping[str, int],
) -> None:
    """Add the extra links; `numbers` are the ASNs of all switches."""
    ports = _Ports(found, fabrics)
    used: dict[str, str] = {}
    for number, override in enumerate(intent.overrides.links):
        path = f"{AT}.links[{number}]"
        ends = _ends(override, path, found, places)
        if ends is None:
            continue
        problems = len(found.problems)
        _check_ports(ends, path, found, ports)
        network = ends[0].place.network
        prefix = str(override.prefix)
        if reason := prefixes.refusal(intent, fabrics, network, override.prefix, used):
            found.refuse(f"{path}.prefix", reason)
        asns = {numbers[end.port.device] for end in ends}
        if len(asns) == 1:
            found.refuse(
                f"{path}.z.device",
                f"{override.a.device} and {override.z.device} both have ASN {asns.pop()}, and eBGP "
                f"needs two; join other switches, or give one another ASN with {AT}.asns",
            )
        used.setdefault(prefix, path)
        for end in ends:
            ports.taken.setdefault((end.port.device, end.port.port), path)
        live = [ports.is_deployed(end.port.device) for end in ends]
        if len(found.problems) == problems and any(live):
            found.extra[path] = _link(intent, override, path, fabrics, ends, deployed=all(live))


def _ends(
    override: LinkOverride, path: str, found: Overridden, places: Mapping[str, SwitchPlace]
) -> tuple[_End, _End] | None:
    """Return both ends, or None after saying why the link cannot be."""
    ends = []
    for key, port in (("a", override.a), ("z", override.z)):
        if (place := places.get(port.device)) is None:
            found.refuse(f"{path}.{key}.device", unknown(port.device, places))
        else:
            ends.append(_End(key, port, place))
    if len(ends) < 2:
        return None
    a, z = ends
    upper, lower = z.port.device, a.port.device
    what = ""
    if upper == lower:
        what = f"{lower} cannot be linked to itself; name another switch"
    elif a.place.network != z.place.network:
        what = (
            f"{upper} is a {z.place.network} switch and {lower} a {a.place.network} switch; a link "
            "joins two switches of one network"
        )
    elif TIERS.index(z.place.role) < TIERS.index(a.place.role):
        what = f"{upper}, a {z.place.role}, is below {lower}, a {a.place.role}; swap a and z"
    if what:
        found.refuse(f"{path}.z.device", what)
        return None
    return a, z


def _check_ports(ends: tuple[_End, _End], path: str, found: Overridden, ports: _Ports) -> None:
    """Say what is wrong with the ports of a link."""
    boxes = [ports.of(end) for end in ends]
    wrong = False
    for end, box in zip(ends, boxes, strict=True):
        if what := _unfit(end, box, ports):
            found.refuse(f"{path}.{end.key}.port", what)
            wrong = True
    if wrong:
        return
    (a, z), (lower, upper) = ends, boxes
    slot, split = lower.slots[a.port.port], lower.splits[a.port.port]
    other, others = upper.slots[z.port.port], upper.splits[z.port.port]
    if (slot.speed_gbps, split) == (other.speed_gbps, others):
        return
    fitting = upper.like(slot, split)
    mend = f"choose a spare one of {z.port.device} that is alike: {listed(fitting)}"
    found.refuse(
        f"{path}.z.port",
        f"{z.port} is {_kind(other, others)}, {a.port} is {_kind(slot, split)}; "
        + (mend if fitting else f"no spare port of {z.port.device} is like that: choose others"),
    )


def _unfit(end: _End, box: _Box, ports: _Ports) -> str:
    """Return why a port cannot have an extra link, nothing when it can."""
    switch, name = end.port.device, end.port.port
    if name in box.spare:
        return ""
    if name not in box.slots:
        what = f"{switch} has no port {name!r}"
    elif owner := ports.taken.get((switch, name)):
        what = f"{end.port} is the port of {owner}"
    else:
        what = f"{end.port} is kept for a link that {switch} has when it is deployed"
    if not box.spare:
        return f"{what}; no port is spare there: join other switches"
    spare = [f"{port} ({_kind(box.slots[port], box.splits[port])})" for port in box.spare]
    return f"{what}; choose a spare one: {listed(spare)}"


def _kind(slot: Slot, split: int) -> str:
    return f"{slot.speed_gbps}G" if split == 1 else f"{slot.speed_gbps}G, 1 of {split} in a cage"


def _link(
    intent: Intent,
    override: LinkOverride,
    path: str,
    fabrics: Mapping[Network, Fabric],
    ends: tuple[_End, _End],
    *,
    deployed: bool,
) -> Link:
    lower, upper = (end.place for end in ends)
    even = int(override.prefix.first)
    slot = slots_of(fabrics[lower.network], lower.role)[override.a.port]
    length = core_length if upper.role == "superspine" else fabric_length
    return Link(
        id=override.id,
        kind="fabric",
        network=lower.network,
        a=LinkEnd(override.a.device, override.a.port, dotted(even + 1)),
        z=LinkEnd(override.z.device, override.z.port, dotted(even)),
        speed_gbps=slot.speed_gbps,
        prefix=str(override.prefix),
        length=length(intent.lengths)
        if override.length_m is None
        else Length(override.length_m, f"of this link (intent {path}.length_m)", assumed=False),
        pod=lower.pod,
        su=lower.su,
        rail=lower.rail,
        plane=lower.plane,
        deployed=deployed,
    )

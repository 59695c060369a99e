"""Cabling as it is: LLDP neighbours against the plan, and the moves that mend it.

BMCs, PDUs and routers outside the plan may say nothing, or anything: on their links only a
neighbour that is another device of the plan is wrong, and a silent port is not counted.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping

from railwright.device.lldp import Neighbour, Neighbours
from railwright.device.verify_model import Checked, VerifyFinding
from railwright.naming import natural_key
from railwright.plan.model import Link, LinkEnd, LinkKind, Plan
from railwright.sonic.masking import printable

_MAY_BE_SILENT: frozenset[LinkKind] = frozenset({"access", "border"})


class _Labels:
    """The ports of a plan by their names and by what they announce, each device's when asked for.

    SONiC announces a port's alias (lldpmgrd), hosts announce its name.
    """

    def __init__(self, plan: Plan) -> None:
        self.devices = plan.device
        self._ports = plan.ports
        self._known: dict[str, tuple[dict[str, str], dict[str, str]]] = {}

    def named(self, seen: Neighbour) -> Neighbour:
        """Return the neighbour with its port's name where it announced an alias."""
        device = self.devices.get(seen.system)
        if device is None or not device.is_switch:
            return seen
        _aliases, names = self._of(seen.system)
        return Neighbour(seen.system, names.get(seen.port, seen.port), seen.description)

    def place(self, device: str, port: str) -> str:
        """Return a port as people find it: with the label on the faceplate where that differs."""
        aliases, _names = self._of(device)
        label = aliases.get(port, port)
        named = f"{device} {port}" if port else device  # the port of a router outside is unknown
        return printable(named) + (f" ({label})" if label != port else "")

    def _of(self, device: str) -> tuple[dict[str, str], dict[str, str]]:
        """Return a device's aliases by name and names by alias."""
        if device not in self._known:
            ports = self._ports[device] if device in self.devices else ()
            aliases = {port.name: port.alias for port in ports}
            self._known[device] = aliases, {alias: name for name, alias in aliases.items()}
        return self._known[device]

    def shown(self, seen: Neighbour) -> str:
        """Return a neighbour as people find it."""
        if seen.system not in self.devices:
            return str(seen)
        named = self.named(seen)
        return self.place(named.system, named.port)

    def is_planned(self, planned: LinkEnd, seen: Neighbour) -> bool:
        """Return whether a neighbour is the planned one."""
        named = self.named(seen)
        return (named.system, named.port) == (planned.device, planned.port)


def check(plan: Plan, heard: Mapping[str, Neighbours], present: Collection[str]) -> Checked:
    """Return what is wrong with the cabling of deployed links.

    `heard` holds every device that could be read. A silent port counts as a fault only if its
    planned peer is among `present`, the devices that exist here.
    """
    labels = _Labels(plan)
    count = 0
    findings: list[VerifyFinding] = []
    for device in (one.name for one in plan.devices if one.name in heard):
        neighbours = heard[device]
        ports = {port.name for port in plan.ports[device]}
        links = plan.links_of.get(device, {})
        for name in sorted(ports | neighbours.keys(), key=natural_key):
            link = _deployed(links.get(name))
            seen = neighbours.get(name, ())
            count += link is not None and (bool(seen) or link.kind not in _MAY_BE_SILENT)
            if fault := _fault(labels, device, link, seen, present):
                text = f"{labels.place(device, name)} {fault}"
                findings.append(VerifyFinding("cabling", device, name, text))
    return Checked(count, tuple(findings))


def moves(plan: Plan, heard: Mapping[str, Neighbours]) -> tuple[str, ...]:
    """Return the cable moves that mend what `check` finds, each cable once.

    Two ports of one device that hear each other's planned neighbour are swapped there; any other
    wrong cable is moved at its far end, seen from the lower tier.
    """
    labels = _Labels(plan)
    wrong = {
        device.name: dict(_wrong(plan, labels, device.name, heard[device.name]))
        for device in plan.devices
        if device.name in heard
    }
    mended: set[tuple[str, str]] = set()
    result = []
    for device, ports in wrong.items():
        for port, other in _swaps(plan, device, ports):
            ends = {(device, port), (device, other), *_far(ports, (port, other))}
            if mended.isdisjoint(ends):
                mended |= ends
                result.append(f"on {device}, swap the cables in {port} and {other}")
    for device, ports in wrong.items():
        for port, neighbour in ports.items():
            link = plan.links_of[device][port]
            ends = {(device, port), (neighbour.system, neighbour.port)}
            if link.a.device == device and mended.isdisjoint(ends):
                planned = link.peer(device)
                result.append(
                    f"move the far end of the cable in {labels.place(device, port)} from "
                    f"{labels.shown(neighbour)} to {labels.place(planned.device, planned.port)}"
                )
    return tuple(result)


def _fault(
    labels: _Labels,
    device: str,
    link: Link | None,
    seen: tuple[Neighbour, ...],
    present: Collection[str],
) -> str:
    heard = " and ".join(map(labels.shown, seen))
    ours = any(neighbour.system in labels.devices for neighbour in seen)
    if link is None:
        # A device that is not in the plan is the site's own matter.
        return f"sees {heard}; nothing is planned there" if ours else ""
    planned = link.peer(device)
    wanted = f"planned is {labels.place(planned.device, planned.port)}"
    if link.kind in _MAY_BE_SILENT and not ours:
        return ""
    if not seen:
        return f"sees nobody; {wanted}" if planned.device in present else ""
    if any(labels.is_planned(planned, neighbour) for neighbour in seen):
        return ""
    return f"sees {heard}; {wanted}"


def _deployed(link: Link | None) -> Link | None:
    return link if link is not None and link.deployed else None


def _wrong(
    plan: Plan, labels: _Labels, device: str, neighbours: Neighbours
) -> Iterator[tuple[str, Neighbour]]:
    """Yield (port, the only neighbour it hears) of every cabled port that hears a wrong one."""
    for port, link in plan.links_of.get(device, {}).items():
        seen = neighbours.get(port, ())
        if not link.deployed or len(seen) != 1 or labels.is_planned(link.peer(device), seen[0]):
            continue
        if seen[0].system in labels.devices or link.kind not in _MAY_BE_SILENT:
            yield port, labels.named(seen[0])


def _swaps(plan: Plan, device: str, wrong: Mapping[str, Neighbour]) -> Iterator[tuple[str, str]]:
    links = plan.links_of.get(device, {})
    planned = {
        (links[port].peer(device).device, links[port].peer(device).port): port for port in wrong
    }
    for port, seen in wrong.items():
        other = planned.get((seen.system, seen.port))
        if other is None or natural_key(other) <= natural_key(port):
            continue
        back = wrong[other]
        if planned.get((back.system, back.port)) == port:
            yield port, other


def _far(wrong: Mapping[str, Neighbour], ports: Iterable[str]) -> set[tuple[str, str]]:
    return {(wrong[port].system, wrong[port].port) for port in ports}

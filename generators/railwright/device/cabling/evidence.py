"""What every port hears, one claim a port, and the names that two devices announce.

Left out is what is the site's own matter: strangers on ports without a planned cable, on ports to
BMCs, PDUs and routers, and whatever a management port hears that has no planned cable.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from railwright.device.cabling.model import End, Seen
from railwright.device.cabling.names import Names, short
from railwright.device.lldp import Neighbour
from railwright.naming import natural_key
from railwright.plan.model import Link, LinkKind, Plan

MAY_BE_SILENT: frozenset[LinkKind] = frozenset({"access", "border"})
"""Links whose far end need not speak LLDP, and may say anything."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A name that is announced by several devices: who hears it, with the chassis ids heard."""

    device: str
    heard: Mapping[End, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was read, judged port by port.

    `read` are the devices whose own neighbours count. `claims` is what each port hears, `vague`
    the ports that hear what may be the planned device at a port that nobody knows, `torn` those
    that hear several ports of the plan, none of them planned there. `silenced` are the ports that
    hear a name of `duplicates`.
    """

    read: frozenset[str]
    claims: Mapping[End, End]
    vague: Mapping[End, str]
    torn: Mapping[End, tuple[End, ...]]
    duplicates: tuple[Duplicate, ...]
    silenced: frozenset[End]

    @property
    def twice(self) -> frozenset[str]:
        """Return the names that are announced by several devices."""
        return frozenset(one.device for one in self.duplicates)


@dataclass(slots=True)
class _Hearing:
    """One port, its planned peer if it is cabled, and what it hears."""

    end: End
    peer: End | None
    kind: LinkKind | None
    seen: tuple[Neighbour, ...]


def gather(plan: Plan, seen: Seen, names: Names) -> Evidence:
    """Return what every port hears, from LLDP and from the learned MAC addresses."""
    duplicates = tuple(_duplicates(plan, seen, names))
    twice = frozenset(one.device for one in duplicates)
    read = frozenset(seen.heard) - twice
    claims: dict[End, End] = {}
    vague: dict[End, str] = {}
    torn: dict[End, tuple[End, ...]] = {}
    for hearing in _hearings(plan, seen, names, leave_out=twice):
        if hearing.peer and any(names.is_at(one, hearing.peer) for one in hearing.seen):
            if hearing.peer.device not in twice:
                claims[hearing.end] = hearing.peer
            continue
        ends = [names.end(one, hearing.end) for one in hearing.seen]
        found = [end for end in ends if end.device not in twice and _matters(plan, hearing, end)]
        found = [end for end in found if end.device] or found
        if not found:
            continue
        ours = sorted({end for end in found if not end.at})
        if hearing.peer in ours or len(ours) == 1:
            claims[hearing.end] = hearing.peer if hearing.peer in ours else ours[0]
        elif ours:
            torn[hearing.end] = tuple(ours)
        elif hearing.peer and _may_be_peer(found, hearing.peer, read):
            vague[hearing.end] = hearing.peer.device
        else:
            claims[hearing.end] = max(found, key=lambda end: _weight(plan, end))
    _learned(plan, seen, names, claims, torn)
    return Evidence(
        read=read,
        claims=claims,
        vague=vague,
        torn=torn,
        duplicates=duplicates,
        silenced=frozenset(end for one in duplicates for end in one.heard),
    )


def other_domains(plan: Plan, seen: Seen, names: Names) -> dict[str, list[str]]:
    """Return the domains that devices of the plan announce in place of the planned one."""
    found: dict[str, set[str]] = {}
    for hearing in _hearings(plan, seen, names) if names.domain else ():
        for one in hearing.seen if hearing.kind not in MAY_BE_SILENT else ():
            if domain := names.other_domain(one.system):
                found.setdefault(domain, set()).add(short(one.system))
    return {domain: sorted(devices, key=natural_key) for domain, devices in sorted(found.items())}


def _weight(plan: Plan, end: End) -> tuple[bool, str, str, End]:
    """Return what says which of several strangers a port hears: not how they spell their names."""
    return end.device in plan.device, short(end.device), end.port.lower(), end


def _hearings(
    plan: Plan, seen: Seen, names: Names, leave_out: Collection[str] = ()
) -> Iterator[_Hearing]:
    """Yield every port that hears something and whose hearing may matter."""
    for device in plan.device:
        if device in leave_out or not (heard := seen.heard.get(device)):
            continue
        links = plan.links_of.get(device, {})
        for port, neighbours in heard.items():
            link = links.get(port)
            if link is None and not names.is_data_port(device, port):
                continue
            peer = None
            if link is not None:
                far = link.peer(device)
                if not link.deployed and any(short(one.system) == far.device for one in neighbours):
                    continue  # reserved, and plugged before it is deployed
                peer = End(far.device, far.port) if link.deployed else None
            kind = link.kind if link is not None and link.deployed else None
            yield _Hearing(End(device, port), peer, kind, neighbours)


def _matters(plan: Plan, hearing: _Hearing, end: End) -> bool:
    if end.device in plan.device:
        return not (hearing.kind in MAY_BE_SILENT and end.at and _same_device(hearing, end))
    return hearing.peer is not None and hearing.kind not in MAY_BE_SILENT


def _may_be_peer(found: Iterable[End], peer: End, read: Collection[str]) -> bool:
    """Return whether what is heard may be the planned peer at a port nobody knows.

    A device without name may be one whose daemon is not up, unless that was read.
    """
    return any(
        end.device == peer.device or (not end.device and peer.device not in read) for end in found
    )


def _same_device(hearing: _Hearing, end: End) -> bool:
    return hearing.peer is not None and hearing.peer.device == end.device


def _duplicates(plan: Plan, seen: Seen, names: Names) -> Iterator[Duplicate]:
    """Yield the names of the plan that two devices announce on data links.

    Either two ports hear them with chassis ids that have nothing in common (an id that changed is
    heard beside the new one until it ages), or more ports hear one than it has.
    """
    first: dict[str, str] = {}
    counts: dict[str, int] = {}
    suspects: set[str] = set()
    for hearing in _hearings(plan, seen, names):
        if hearing.kind in MAY_BE_SILENT:
            continue  # a BMC may announce the name of its server
        for one in hearing.seen:
            name = names.device(one.system)
            if name is None:
                continue
            counts[name] = counts.get(name, 0) + 1
            if one.chassis and first.setdefault(name, one.chassis) != one.chassis:
                suspects.add(name)
    suspects |= {name for name, count in counts.items() if count > names.ports(name)}
    if not suspects:
        return
    heard: dict[str, dict[End, set[str]]] = {}
    for hearing in _hearings(plan, seen, names):
        for one in hearing.seen if hearing.kind not in MAY_BE_SILENT else ():
            name = names.device(one.system)
            if name in suspects:
                places = heard.setdefault(name, {})
                places.setdefault(hearing.end, set()).add(one.chassis)
    for name in sorted(heard):
        found = {end: frozenset(ids) for end, ids in heard[name].items()}
        if len(found) > names.ports(name) or _disjoint(found.values()):
            yield Duplicate(name, found)


def _disjoint(sets: Iterable[frozenset[str]]) -> bool:
    distinct = sorted({frozenset(one - {""}) for one in sets} - {frozenset()}, key=sorted)
    return any(
        one.isdisjoint(other) for place, one in enumerate(distinct) for other in distinct[:place]
    )


def _learned(
    plan: Plan,
    seen: Seen,
    names: Names,
    claims: dict[End, End],
    torn: dict[End, tuple[End, ...]],
) -> None:
    """Add what learned MAC addresses say of ports where LLDP says nothing.

    An address that is learned where it is planned counts there only: elsewhere it is ageing.
    """
    where: dict[End, dict[End, None]] = {}
    for switch, learned in seen.learned.items():
        for port, macs in learned.items():
            here = End(switch, port)
            link = plan.links_of.get(switch, {}).get(port)
            if _passes_on(link) or here in claims or not names.is_data_port(switch, port):
                continue
            for end in sorted(names.macs[mac] for mac in macs & names.macs.keys()):
                where.setdefault(end, {})[here] = None
    found: dict[End, list[End]] = {}
    for end, places in where.items():
        link = plan.links_of.get(end.device, {}).get(end.port)
        peer = link.peer(end.device) if link else None
        planned = End(peer.device, peer.port) if peer else None
        for place in [planned] if planned in places else list(places):
            if place is not None:
                found.setdefault(place, []).append(end)
    for place, ends in found.items():
        link = plan.links_of.get(place.device, {}).get(place.port)
        peer = link.peer(place.device) if link else None
        planned = End(peer.device, peer.port) if peer else None
        if planned in ends or len(ends) == 1:
            claims[place] = planned if planned is not None and planned in ends else ends[0]
        else:
            torn[place] = tuple(ends)


def _passes_on(link: Link | None) -> bool:
    """Return whether a port leads to another switch, behind which any address may be."""
    return link is not None and link.deployed and link.kind not in MAY_BE_SILENT

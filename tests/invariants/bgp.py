"""What BGP makes of a plan's sessions: shortest AS path, loops rejected, nothing else.

No policy, no allowas-in: routes that need one of them are missing here.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from railwright.plan.model import BgpSession, Plan

Path = tuple[int, ...]


@dataclass(frozen=True)
class Speakers:
    """Every speaker's ASN and its neighbours; parallel sessions are one edge."""

    asn: dict[str, int] = field(default_factory=dict)
    peers: dict[str, set[str]] = field(default_factory=dict)


def speakers(sessions: Iterable[BgpSession]) -> Speakers:
    """Return who speaks to whom, routers outside the plan included.

    Raises: AssertionError when two sessions give one speaker two ASNs.
    """
    found = Speakers()
    for session in sessions:
        ends = ((session.link.a.device, session.asn_a), (session.link.z.device, session.asn_z))
        for (name, asn), (peer, _) in (ends, ends[::-1]):
            assert found.asn.setdefault(name, asn) == asn, f"{name} speaks with two ASNs"
            found.peers.setdefault(name, set()).add(peer)
    return found


def reached(found: Speakers, origin: str) -> Mapping[str, Path]:
    """Return the AS path by which every speaker knows a prefix of `origin`, its own empty.

    A speaker takes the shortest path offered and offers it to all its peers; one that holds its
    own ASN it rejects. Who is not in the result has no route.
    """
    known: dict[str, Path] = {origin: ()}
    offering = [origin] if origin in found.peers else []
    while offering:
        offers: dict[str, Path] = {}
        for speaker in offering:
            path = (found.asn[speaker], *known[speaker])
            for peer in found.peers.get(speaker, ()):
                if peer in known or found.asn[peer] in path:
                    continue
                offers[peer] = min(path, offers.get(peer, path))
        known.update(offers)
        offering = list(offers)
    return known


def lost(found: Speakers, domain: Collection[str]) -> list[tuple[str, str]]:
    """Return the pairs (origin, speaker) of a domain without a route."""
    return [
        (origin, speaker)
        for origin in sorted(domain)
        for speaker in sorted(set(domain) - reached(found, origin).keys())
    ]


def domains(plan: Plan) -> dict[tuple[object, ...], set[str]]:
    """Return the leaves that must reach each other: all of a network, plane, isolated rail."""
    found: dict[tuple[object, ...], set[str]] = {}
    for device in plan.switches:
        if device.role != "leaf" or device.network is None:
            continue
        shape = plan.fabrics[device.network]
        rail = device.rail if shape.isolated_rails or not shape.spines else None
        found.setdefault((device.network, device.plane, rail), set()).add(device.name)
    return found

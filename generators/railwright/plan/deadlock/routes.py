"""The routes BGP settles on in one network, as FRR chooses them, with some of it down.

Shortest AS path; every equally long one is used (multipath-relax, maximum-paths above any number
of uplinks); a path that holds the listener's ASN more often than allowas-in says is refused. The
locally originated route of a prefix wins over any other.

Exact for these rules, with three limits. Which of several equally long paths a device tells its
neighbours depends on their age in FRR; here it is the smallest by ASNs. Sessions between two
devices of one ASN are left out: a route learned over iBGP keeps a next hop on a link prefix that
nobody advertises, so it is used at most where a default route resolves that. And a border router
is taken to pass on all it hears. The proof for any failure has none of these limits.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from railwright.plan.deadlock.graph import BORDER, DEFAULT_ROUTE, SessionGraph
from railwright.plan.deadlock.model import Failure

AsPath = tuple[int, ...]
NextHops = Mapping[str, tuple[str, ...]]

HEALTHY = Failure()


@dataclass(frozen=True, slots=True)
class Live:
    """What is up: eBGP neighbours of every device that is, and who can originate what."""

    graph: SessionGraph
    neighbours: Mapping[str, tuple[str, ...]]
    origins: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Routes:
    """The routes to one prefix: its `owners`, and everybody else's next hops, sorted."""

    owners: tuple[str, ...]
    next_hops: NextHops

    def reaches(self, device: str) -> bool:
        """Return whether a device has a route to the prefix."""
        return device in self.next_hops or device in self.owners


def live(graph: SessionGraph, failure: Failure = HEALTHY) -> Live:
    """Return what a failure leaves of a network."""
    down = set(failure.devices)
    cut = {frozenset(pair) for pair in failure.pairs}
    asns = {name: speaker.asn for name, speaker in graph.devices.items()}
    neighbours = {
        name: tuple(
            peer
            for peer in peers
            if peer not in down and asns[peer] != asns[name] and frozenset((name, peer)) not in cut
        )
        for name, peers in graph.neighbours.items()
        if name not in down
    }
    owners: dict[str, list[str]] = {}
    for name, prefixes in graph.origins.items():
        for prefix in prefixes if name in neighbours else ():
            if prefix != DEFAULT_ROUTE or _has_way_out(graph, name, neighbours[name]):
                owners.setdefault(prefix, []).append(name)
    return Live(graph, neighbours, {prefix: tuple(names) for prefix, names in owners.items()})


def _has_way_out(graph: SessionGraph, name: str, peers: Iterable[str]) -> bool:
    """Return whether a device has a default route of its own: outside, or a link to there."""
    devices = graph.devices
    return devices[name].role == BORDER or any(devices[peer].role == BORDER for peer in peers)


def routes(up: Live, owners: Iterable[str]) -> Routes:
    """Return everybody's routes to a prefix with these owners.

    Level by level: what is n devices away hears only from devices n - 1 away, so each level
    follows from the one before and no device ever changes its mind.
    """
    devices = up.graph.devices
    level = tuple(owners)
    known: dict[str, AsPath] = dict.fromkeys(level, ())
    next_hops: dict[str, tuple[str, ...]] = {}
    while level:
        offers: dict[str, list[tuple[AsPath, str]]] = {}
        for speaker in level:
            path = (devices[speaker].asn, *known[speaker])
            for peer in up.neighbours[speaker]:
                if peer in known:
                    continue
                listener = devices[peer]
                if path.count(listener.asn) <= listener.allowas_in:
                    offers.setdefault(peer, []).append((path, speaker))
        for peer, offered in offers.items():
            known[peer] = min(offered)[0]
            next_hops[peer] = tuple(sorted(speaker for _, speaker in offered))
        level = tuple(offers)
    return Routes(tuple(owners), next_hops)

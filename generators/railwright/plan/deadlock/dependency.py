"""Which buffers wait for which, by the routes installed: the graph for one state of a network.

A packet from u that v sends on to w makes the buffer of hop `u > v` wait for that of `v > w`.
Exact for the routes of `routes.py`, and every installed route counts, also that of a switch which
nobody sends such packets to once all have converged: while they converge, somebody does. Packets
are looked up by longest prefix: a leaf's block, else the default route (no other prefix is taken
to cover one: that is for `anyfailure.py`); one for a lost host of a
leaf ends there in the blackhole, or follows the default route where there is none. Hosts do not
forward, unknown addresses on a VLAN are flooded to host ports only, so hops to and from hosts are
on no cycle and are left out, like those to and from border routers, which PFC does not pause.
"""

from collections.abc import Mapping

from railwright.plan.deadlock import cycles
from railwright.plan.deadlock.graph import BORDER, DEFAULT_ROUTE, SessionGraph
from railwright.plan.deadlock.model import Failure, Hop
from railwright.plan.deadlock.routes import HEALTHY, Live, Routes, live, routes

NOWHERE = Routes((), {})

Dependencies = Mapping[Hop, Mapping[Hop, str]]
"""For every hop the hops its buffer waits for, each with the first prefix whose packets do it."""


def dependencies(graph: SessionGraph, failure: Failure = HEALTHY) -> Dependencies:
    """Return which hop waits for which while a failure lasts."""
    up = live(graph, failure)
    default = _to(up, DEFAULT_ROUTE)
    devices = graph.devices
    found: dict[Hop, dict[Hop, str]] = {}
    for prefix in _prefixes(graph):
        known = default if prefix == DEFAULT_ROUTE else _to(up, prefix)
        ways = {
            name: _onward(up, name, known, default)
            for name, peers in up.neighbours.items()
            if peers
        }
        for tx, receivers in ways.items():
            for rx in receivers if devices[tx].role != BORDER else ():
                if devices[rx].role == BORDER:
                    continue
                waits = found.setdefault(Hop(tx, rx), {})
                for onward in ways.get(rx, ()):
                    if devices[onward].role != BORDER:
                        waits.setdefault(Hop(rx, onward), prefix)
    return found


def cycle_of(waits: Dependencies) -> tuple[Hop, ...]:
    """Return a shortest cycle of hops that wait for each other, () when there is none."""

    def after(hop: Hop) -> Mapping[Hop, str]:
        return waits.get(hop, {})

    stuck = cycles.remaining(waits, after)
    return cycles.shortest(stuck, after) if stuck else ()


def _prefixes(graph: SessionGraph) -> list[str]:
    """Return every destination, also those whose owners are down: packets for them travel too."""
    return sorted({prefix for own in graph.origins.values() for prefix in own})


def _to(up: Live, prefix: str) -> Routes:
    owners = up.origins.get(prefix, ())
    return routes(up, owners) if owners else NOWHERE


def _onward(up: Live, name: str, known: Routes, default: Routes) -> tuple[str, ...]:
    """Return where a device sends a packet for a prefix, or for a lost host of its own."""
    if name in known.owners:
        if known is default:  # over its own links to a border router
            return tuple(one for one in up.neighbours[name] if up.graph.devices[one].role == BORDER)
        return () if name in up.graph.blackhole else _by_default(up, name, default)
    return known.next_hops.get(name) or _by_default(up, name, default)


def _by_default(up: Live, name: str, default: Routes) -> tuple[str, ...]:
    if name in default.owners:
        return tuple(one for one in up.neighbours[name] if up.graph.devices[one].role == BORDER)
    return default.next_hops.get(name, ())

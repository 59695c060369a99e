"""Routes as configured: no circle of pauses under any failure, and a way to every block.

The proof of the plan is repeated on what the switches are told, so that AS numbers that agree
everywhere and are wrong all the same are found too.
"""

from collections import Counter
from collections.abc import Iterator

from railwright.plan.deadlock.anyfailure import turns, waiting
from railwright.plan.deadlock.cycles import shortest
from railwright.plan.deadlock.graph import DEFAULT_ROUTE, SessionGraph
from railwright.plan.deadlock.model import Hop
from railwright.plan.deadlock.routes import live, routes
from railwright.proof.model import Finding
from railwright.proof.rows import place
from railwright.proof.scene import Scene
from railwright.proof.sessions import graph_of
from railwright.proof.sheet import LOOPS, PLAN

RULE = "plan: one AS number per leaf, one per group of spines"


def check(scene: Scene) -> None:
    """Judge the routes of every network as its switches are configured, where all are known."""
    if not scene.is_whole:
        return
    for network in scene.plan.fabrics:
        graph = graph_of(scene.plan, network, scene.switches)
        if not graph.pairs:
            continue
        scene.sheet.count(PLAN, LOOPS, 2 * len(graph.pairs))
        if network in scene.plan.qos:
            scene.sheet.differ(*_circle(graph))
        scene.sheet.differ(*_unreached(graph))


def _circle(graph: SessionGraph) -> Iterator[Finding]:
    """Yield the shortest circle of buffers that may wait for each other, at each of its devices."""
    turned = turns(graph)
    left = waiting(turned)
    if not left:
        return
    yield from _odd_ones(graph)
    circle = shortest(left, turned.after)
    way = " > ".join(_shown(graph, hop) for hop in circle)
    for name in dict.fromkeys(hop.rx for hop in circle):
        yield Finding(
            PLAN,
            LOOPS,
            place(name, "DEVICE_METADATA", "localhost", "bgp_asn"),
            f"AS {graph.devices[name].asn} in {way}",
            RULE,
            "no circle",
            "after some failures buffers can wait for each other in a circle: traffic stops",
        )


def _odd_ones(graph: SessionGraph) -> Iterator[Finding]:
    """Yield the switches whose AS number differs from that of those beside them.

    Switches without addresses of their own that have the same neighbours stand side by side: they
    share one AS number, so that no path comes down from one and goes up to the next.
    """
    beside: dict[tuple[str, ...], list[str]] = {}
    for name, speaker in graph.devices.items():
        if speaker.is_lossless and name not in graph.origins:
            beside.setdefault(graph.neighbours[name], []).append(name)
    for names in beside.values():
        asns = Counter(graph.devices[name].asn for name in names)
        usual = asns.most_common(1)[0][0]
        for name in names:
            if (asn := graph.devices[name].asn) != usual:
                first = next(one for one in names if graph.devices[one].asn == usual)
                yield Finding(
                    PLAN,
                    LOOPS,
                    place(name, "DEVICE_METADATA", "localhost", "bgp_asn"),
                    f"AS {asn}",
                    place(first, "DEVICE_METADATA", "localhost", "bgp_asn"),
                    f"AS {usual}, as beside it",
                    "a path may come down from one of them and go up to the other",
                )


def _shown(graph: SessionGraph, hop: Hop) -> str:
    return f"{hop.tx} {graph.ports(hop.tx, hop.rx)[0]}"


def _unreached(graph: SessionGraph) -> Iterator[Finding]:
    """Yield the switches without a route to somebody's prefix, though sessions lead there."""
    up = live(graph)
    component = _components(graph)
    for prefix, owners in up.origins.items():
        if prefix == DEFAULT_ROUTE:
            continue
        found = routes(up, owners)
        near = {component[one] for one in owners}
        for name, speaker in graph.devices.items():
            if speaker.is_lossless and component[name] in near and not found.reaches(name):
                yield Finding(
                    PLAN,
                    LOOPS,
                    place(name, "DEVICE_METADATA", "localhost", "bgp_asn"),
                    f"AS {speaker.asn}: no route",
                    place(owners[0], "DEVICE_METADATA", "localhost", "bgp_asn"),
                    "a route to its hosts",
                    "a switch refuses every path that holds its own AS number",
                )


def _components(graph: SessionGraph) -> dict[str, int]:
    """Return a number for every device, the same for those that sessions join."""
    found: dict[str, int] = {}
    for number, start in enumerate(graph.devices):
        if start in found:
            continue
        found[start] = number
        waiting_for = [start]
        while waiting_for:
            for peer in graph.neighbours[waiting_for.pop()]:
                if peer not in found:
                    found[peer] = number
                    waiting_for.append(peer)
    return found

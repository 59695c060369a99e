"""Routes as configured: no circle of pauses under any failure, a way to every block, one owner.

The proof of the plan is repeated on what the switches are told, so that AS numbers that agree
everywhere and are wrong all the same are found too. It speaks of routed links only: a link between
switches that is switched is found here as well, since no loop check of BGP sees what is on it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from railwright.plan.deadlock.anyfailure import turns, waiting
from railwright.plan.deadlock.cycles import shortest
from railwright.plan.deadlock.graph import DEFAULT_ROUTE, Pair, SessionGraph, of_plan
from railwright.plan.deadlock.model import Hop
from railwright.plan.deadlock.routes import live, routes
from railwright.plan.model import Plan
from railwright.proof.model import Finding
from railwright.proof.rows import place
from railwright.proof.scene import Scene
from railwright.proof.sessions import advertised, graph_of
from railwright.proof.sheet import LOOPS, PLAN
from railwright.proof.switches import Switch

RULE = "plan: one AS number per leaf, one per group of spines"


SWITCHED = ("VLAN_MEMBER", "PORTCHANNEL_MEMBER")
"""Tables whose rows take a port out of routing, or into a bundle that nothing here looks at."""

SHOWN = 3
"""Missing sessions that a finding names."""

Places = Mapping[str, Mapping[str, str]]
"""For every prefix the switches that advertise it, each with the place of the row that does."""


def check(scene: Scene) -> None:
    """Judge the routes of every network as its switches are configured, where all are known."""
    if not scene.is_whole:
        return
    scene.sheet.differ(*_switched(scene))
    for network in scene.plan.fabrics:
        planned = of_plan(scene.plan, network)
        if not planned.pairs:
            continue
        graph = graph_of(scene.plan, network, scene.switches)
        places = _places(scene, graph)
        blocks = _blocks(planned)
        scene.sheet.count(PLAN, LOOPS, 2 * len(graph.pairs) + len(blocks))
        if network in scene.plan.qos:
            scene.sheet.differ(*_circle(graph))
        scene.sheet.differ(*_silent(scene, blocks, places), *_owned_twice(blocks, places))
        scene.sheet.differ(*_unreached(graph, planned))


def _switched(scene: Scene) -> Iterator[Finding]:
    """Yield the ports between switches that are members of a VLAN or a bundle."""
    for device, switch in scene.read():
        between = {port.name: link for port, link in scene.cabled(device) if link.kind == "fabric"}
        scene.sheet.count(PLAN, LOOPS, len(between))
        for table in SWITCHED:
            for key in switch.table(table):
                if link := between.get(key.rpartition("|")[2]):
                    yield Finding(
                        PLAN,
                        LOOPS,
                        place(device.name, table, key),
                        "a member",
                        f"plan: link {link.id}",
                        "a routed port",
                        "no loop check of BGP sees what is switched between switches: frames, and "
                        "pauses with them, can go round in a circle",
                    )


def _blocks(planned: SessionGraph) -> dict[str, str]:
    """Return who is to advertise each prefix of hosts."""
    return {
        prefix: name
        for name, own in planned.origins.items()
        for prefix in own
        if prefix != DEFAULT_ROUTE
    }


def _places(scene: Scene, graph: SessionGraph) -> Places:
    found: dict[str, dict[str, str]] = {}
    for name in graph.devices:
        if switch := scene.switches.get(name):
            for prefix, table, key in advertised(switch):
                found.setdefault(prefix, {}).setdefault(name, place(name, table, key))
    return found


def _silent(scene: Scene, blocks: Mapping[str, str], places: Places) -> Iterator[Finding]:
    """Yield the prefixes of the plan that their owner does not advertise."""
    for prefix, owner in blocks.items():
        switch = scene.switches.get(owner)
        if switch is None or owner in places.get(prefix, ()):
            continue
        others = ", ".join(places.get(prefix, ()))
        yield Finding(
            PLAN,
            LOOPS,
            _planned_place(scene.plan, switch, prefix),
            f"{prefix} is advertised by {others or 'nobody'}",
            f"plan: block of {owner}",
            f"advertised by {owner}",
            "the other switches have no route to its hosts",
        )


def _planned_place(plan: Plan, switch: Switch, prefix: str) -> str:
    """Return the place of the row, or of its field, that should advertise a prefix."""
    for svi in plan.svis_of.get(switch.name, ()):
        if svi.prefix == prefix:
            length = prefix.partition("/")[2]
            return place(switch.name, "VLAN_INTERFACE", f"Vlan{svi.vlan}|{svi.gateway}/{length}")
    for key in switch.table("STATIC_ROUTE"):
        if key.rpartition("|")[2] == prefix:
            return place(switch.name, "STATIC_ROUTE", key, "advertise")
    return place(switch.name, "STATIC_ROUTE", prefix)


def _owned_twice(blocks: Mapping[str, str], places: Places) -> Iterator[Finding]:
    """Yield the switches that advertise what another one owns."""
    for prefix, where in places.items():
        owner = blocks.get(prefix, next(iter(where)))
        for name, there in where.items():
            if name != owner and prefix != DEFAULT_ROUTE:
                yield Finding(
                    PLAN,
                    LOOPS,
                    there,
                    f"{prefix} is advertised by {name}",
                    where.get(owner, f"plan: block of {owner}"),
                    f"advertised by {owner} alone",
                    f"packets for one prefix go to {owner} or {name}, whichever is nearer, and "
                    "while routes converge they can go round in a circle",
                )


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


def _unreached(graph: SessionGraph, planned: SessionGraph) -> Iterator[Finding]:
    """Yield the switches without a route to somebody's prefix, though sessions lead there."""
    up = live(graph)
    component = _components(graph)
    missing = sorted(pair for pair in planned.pairs if not _has(graph, pair))
    whole = live(replace(graph, pairs=_joined(graph, planned))) if missing else up
    for prefix, owners in up.origins.items():
        if prefix == DEFAULT_ROUTE:
            continue
        found = routes(up, owners)
        near = {component[one] for one in owners}
        lost = [
            name
            for name, speaker in graph.devices.items()
            if speaker.is_lossless and component[name] in near and not found.reaches(name)
        ]
        with_all = routes(whole, owners) if lost and missing else found
        for name in lost:
            if with_all.reaches(name):
                yield _cut_off(name, owners[0], missing)
            else:
                yield _refused(name, owners[0], graph.devices[name].asn)


def _has(graph: SessionGraph, pair: Pair) -> bool:
    return pair in graph.pairs or pair[::-1] in graph.pairs


def _joined(graph: SessionGraph, planned: SessionGraph) -> dict[Pair, tuple[tuple[str, str], ...]]:
    """Return the pairs of a network with those of the plan that it lacks."""
    added = {
        pair: ports
        for pair, ports in planned.pairs.items()
        if not _has(graph, pair) and graph.devices.keys() >= set(pair)
    }
    return {**graph.pairs, **added}


def _refused(name: str, owner: str, asn: int) -> Finding:
    return Finding(
        PLAN,
        LOOPS,
        place(name, "DEVICE_METADATA", "localhost", "bgp_asn"),
        f"AS {asn}: no route",
        place(owner, "DEVICE_METADATA", "localhost", "bgp_asn"),
        "a route to its hosts",
        "a switch refuses every path that holds its own AS number",
    )


def _cut_off(name: str, owner: str, missing: list[Pair]) -> Finding:
    """Return that a switch has no route for want of sessions, those at its ends named first."""
    ends = {name, owner}
    nearest = sorted(missing, key=ends.isdisjoint)
    more = f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
    named = ", ".join(f"{a} - {z}" for a, z in nearest[:SHOWN])
    return Finding(
        PLAN,
        LOOPS,
        f"switches/{name}/config_db.json BGP_NEIGHBOR",
        "no route",
        f"switches/{owner}/config_db.json BGP_NEIGHBOR",
        "a route to its hosts",
        f"sessions that the plan has cannot come up: {named}{more}",
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

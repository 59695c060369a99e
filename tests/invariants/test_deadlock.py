"""The deadlock proof against networks that are run: whatever happens there, the proof allowed."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from itertools import combinations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from railwright.intent.model import Intent
from railwright.plan.deadlock.anyfailure import turns, waiting
from railwright.plan.deadlock.dependency import cycle_of, dependencies
from railwright.plan.deadlock.graph import BORDER, DEFAULT_ROUTE, SessionGraph, Speaker, paired
from railwright.plan.deadlock.model import Failure, Hop
from railwright.plan.deadlock.proof import prove_graph, quick
from railwright.plan.deadlock.routes import live, routes
from tests.invariants.flapping import Flapping
from tests.invariants.plans import DRAWN, plan_of
from tests.invariants.strategies import intents

TINY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
ASNS = 4  # few, so that loop checks bite


@st.composite
def graphs(draw: st.DrawFn, *, most: int = 6) -> SessionGraph:
    """Draw a network of any shape: ASNs, loop checks, origins and blackholes as they fall."""
    names = [f"s{n}" for n in range(draw(st.integers(2, most)))]
    devices = {
        name: Speaker(draw(st.integers(1, ASNS)), "leaf", draw(st.sampled_from([0, 0, 0, 0, 1, 2])))
        for name in names
    }
    origins = {name: (f"of-{name}",) for name in names if draw(st.booleans())}
    pairs = [pair for pair in combinations(names, 2) if draw(st.integers(0, 9)) < 6]
    if draw(st.booleans()):
        devices["out"] = Speaker(draw(st.integers(1, ASNS + 2)), BORDER)
        uplinks = [name for name in names if draw(st.booleans())]
        pairs += [(name, "out") for name in uplinks]
        for name in uplinks if draw(st.booleans()) else ["out"]:
            origins[name] = (*origins.get(name, ()), DEFAULT_ROUTE)
    return SessionGraph(
        network="compute",
        devices=devices,
        pairs=paired((a, f"to-{z}", z, f"to-{a}") for a, z in pairs),
        origins=origins,
        blackhole=frozenset(name for name in names if draw(st.integers(0, 3))),
    )


def is_cyclic(found: Collection[tuple[str, str, str]]) -> bool:
    """Return whether turns close a circle: by taking away what nothing leads on from."""
    left = set(found)
    while left:
        starts = {(tx, at) for tx, at, _ in left}
        kept = {one for one in left if (one[1], one[2]) in starts}
        if kept == left:
            return True
        left = kept
    return False


@TINY
@given(graphs(), st.integers(0, 2**32))
def test_no_packet_ever_takes_a_turn_that_the_proof_excludes(
    graph: SessionGraph, seed: int
) -> None:
    allowed = turns(graph)
    network = Flapping(graph, seed)
    for a, z in sorted(graph.pairs):
        network.connect(a, z)
    network.run(250)
    network.settle()
    taken = network.turns()
    for tx, at, rx in sorted(taken):
        assert Hop(at, rx) in set(allowed.after(Hop(tx, at))), (tx, at, rx)
        assert Hop(tx, at) in set(allowed.before(Hop(at, rx))), (tx, at, rx)
    if is_cyclic(taken):
        assert waiting(allowed)
        assert prove_graph(graph).verdict == "failed"


@TINY
@given(graphs(), st.integers(0, 2**32))
def test_routes_are_those_that_messages_settle_on(graph: SessionGraph, seed: int) -> None:
    """With the tie broken alike; sessions within an ASN, whose routes are not used, left out."""
    asn = {name: one.asn for name, one in graph.devices.items()}
    graph = replace(
        graph, pairs={(a, z): one for (a, z), one in graph.pairs.items() if asn[a] != asn[z]}
    )
    network = Flapping(graph, seed, smallest=True)
    for a, z in sorted(graph.pairs):
        network.connect(a, z)
    network.run(60)
    network.settle()
    cut = tuple(pair for pair in sorted(graph.pairs) if frozenset(pair) not in network.up)
    up = live(graph, Failure(pairs=cut))
    for prefix in network.prefixes:
        owners = up.origins.get(prefix, ())
        found = routes(up, owners).next_hops if owners else {}
        for name in graph.devices:
            if name not in owners:
                assert sorted(network.next_hops(name, prefix)) == sorted(found.get(name, ()))


def states(graph: SessionGraph) -> list[Failure]:
    """Return every set of pairs that may be down; a device that is down is its pairs."""
    pairs = sorted(graph.pairs)
    return [
        Failure(pairs=one) for count in range(len(pairs) + 1) for one in combinations(pairs, count)
    ]


@settings(TINY, max_examples=60)
@given(graphs(most=4))
def test_nothing_is_proven_that_some_set_of_failures_breaks(graph: SessionGraph) -> None:
    proof = prove_graph(graph)
    allowed = turns(graph)
    for failure in states(graph):
        found = dependencies(graph, failure)
        for hop, others in found.items():
            assert set(others) <= set(allowed.after(hop))
        if cycle_of(found):
            assert proof.verdict == "failed"


@settings(TINY, max_examples=60)
@given(graphs(most=4))
def test_a_failure_that_is_shown_closes_the_cycle_that_is_shown(graph: SessionGraph) -> None:
    proof = prove_graph(graph)
    assert (proof.verdict == "failed") == (proof.cycle is not None)
    if proof.cycle is None:
        return
    hops = [one.hop for one in proof.cycle.hops]
    waits: Mapping[Hop, Collection[Hop]]
    if proof.cycle.failure is None:
        allowed = turns(graph)
        waits = {hop: set(allowed.after(hop)) for hop in hops}
    else:
        waits = dependencies(graph, proof.cycle.failure)
    assert all(after in waits[hop] for hop, after in zip(hops, hops[1:] + hops[:1], strict=True))


@DRAWN
@given(intents())
def test_every_fabric_that_is_planned_is_proven(intent: Intent) -> None:
    plan = plan_of(intent)
    for network in plan.qos:
        proof = quick(plan, network)
        assert (proof.verdict, proof.method) == ("proven", "any failure")
        assert proof.unreachable == ()

"""Verdicts: planned fabrics are proven, spoilt ones are caught with the cycle that spoils them."""

from dataclasses import replace

import pytest

from railwright.plan.deadlock import cycles
from railwright.plan.deadlock.anyfailure import turns, waiting
from railwright.plan.deadlock.dependency import cycle_of, dependencies
from railwright.plan.deadlock.failures import doubles, doubles_count, parts, sampled_doubles
from railwright.plan.deadlock.graph import BORDER, DEFAULT_ROUTE, SessionGraph, Speaker
from railwright.plan.deadlock.model import Cycle, Failure, Hop
from railwright.plan.deadlock.pods import fewer_pods
from railwright.plan.deadlock.proof import prove, prove_graph, quick
from railwright.plan.deadlock.simulation import simulate
from railwright.plan.deadlock.twins import ENOUGH, Patterns, components, reduced, twins
from tests.unit.plan.deadlock_graphs import (
    SPINES,
    bordered,
    clos,
    own_asn_per_spine,
    pods,
    with_allowas,
    with_asns,
    with_links,
)
from tests.unit.plan.deadlock_graphs import graph as graph_of
from tests.unit.plan.made import ALL_NETWORKS, compute_plan, planned


def two_owners(prefix: str, other: str) -> SessionGraph:
    """Return two leaves under two spines, a switch behind each leaf that owns a prefix."""
    devices = {f"spine{n}": Speaker(SPINES, "spine") for n in (1, 2)}
    devices |= {f"leaf{n}": Speaker(n, "leaf") for n in range(1, 5)}
    devices |= {"behind3": Speaker(33, "leaf"), "behind4": Speaker(44, "leaf")}
    fabric = [(f"leaf{leaf}", f"spine{spine}") for leaf in range(1, 5) for spine in (1, 2)]
    known = graph_of(devices, [*fabric, ("leaf3", "behind3"), ("leaf4", "behind4")])
    return replace(known, origins={**known.origins, "behind3": (prefix,), "behind4": (other,)})


PODS = pods(3, 2, 2, 2)
RECEIVED, ORIGINATED = bordered(4, 3, originated=False), bordered(4, 3, originated=True)
SOUND = {
    "two tiers": clos(4, 4),
    "three tiers": PODS,
    "a way out": RECEIVED,
    "a way out from the spines": ORIGINATED,
    "another ASN for a leaf": with_asns(clos(4, 4), {"leaf1": 77}),
    "one ASN for two leaves": with_asns(clos(4, 4), {"leaf2": 1}),
    "one ASN for leaves of two pods": with_asns(PODS, {"pod2-leaf1": 11}),
    "leaves that accept their own ASN": with_allowas(RECEIVED, "leaf"),
    "owners of different prefixes": two_owners("172.16.0.0/13", "172.24.0.0/13"),
    "no blackhole, but no default route either": replace(clos(4, 4), blackhole=frozenset()),
}
SPOILT = {
    "an ASN per spine": own_asn_per_spine(clos(4, 4)),
    "an ASN per spine, two spines": own_asn_per_spine(clos(4, 2)),
    "an ASN per spine, with a way out": own_asn_per_spine(RECEIVED),
    "one odd spine": with_asns(clos(4, 4), {"spine4": 77}),
    "one spine with the ASN of another pod": with_asns(PODS, {"pod2-spine1": SPINES}),
    "spines that accept their own ASN": with_allowas(clos(4, 4), "spine"),
    "a leaf of one pod on a leaf of another": with_links(PODS, ("pod1-leaf1", "pod2-leaf1")),
    "a leaf on a spine of another pod": with_links(PODS, ("pod1-leaf1", "pod2-spine1")),
    "no blackhole": replace(RECEIVED, blackhole=frozenset()),
    "no blackhole at one leaf": replace(ORIGINATED, blackhole=frozenset({"leaf1", "leaf2"})),
}
UNPROVABLE = {
    "a link between leaves": with_links(clos(4, 4), ("leaf1", "leaf2")),
    "a link between spines": with_links(clos(4, 4), ("spine1", "spine2")),
    "an odd super-spine": with_asns(PODS, {"core1-1": 77}),
    "a prefix with two owners": two_owners("172.16.0.0/12", "172.16.0.0/12"),
    "a prefix that covers another's": two_owners("172.16.0.0/12", "172.16.8.0/21"),
    "two leaves with one prefix": replace(
        clos(4, 2), origins={"leaf1": ("172.16.0.0/12",), "leaf2": ("172.16.0.0/12",)}
    ),
}
"""Nothing excludes a cycle there, but no failure of one or two devices or pairs closes one."""


@pytest.mark.parametrize("name", SOUND)
def test_sound(name: str) -> None:
    proof = prove_graph(SOUND[name])
    assert (proof.verdict, proof.method, proof.cycle) == ("proven", "any failure", None)


@pytest.mark.parametrize("name", SPOILT)
def test_spoilt(name: str) -> None:
    graph = SPOILT[name]
    proof = prove_graph(graph)
    assert (proof.verdict, proof.method) == ("failed", "simulation")
    assert proof.cycle is not None
    assert proof.cycle.failure is not None
    assert len(proof.cycle.failure.devices) + len(proof.cycle.failure.pairs) <= 2
    check_closed(graph, proof.cycle)


@pytest.mark.parametrize("name", UNPROVABLE)
def test_unprovable(name: str) -> None:
    graph = UNPROVABLE[name]
    proof = prove_graph(graph)
    assert (proof.verdict, proof.method) == ("failed", "any failure")
    assert proof.complete_doubles
    assert proof.cycle is not None
    assert proof.cycle.failure is None
    allowed = turns(graph)
    hops = [one.hop for one in proof.cycle.hops]
    for hop, onward in zip(hops, hops[1:] + hops[:1], strict=True):
        assert onward in set(allowed.after(hop))
    assert not any(cycle_of(dependencies(graph, one)) for one in every_failure(graph))


def every_failure(graph: SessionGraph) -> list[Failure]:
    return [Failure(), *parts(graph), *doubles(graph)]


def check_closed(graph: SessionGraph, cycle: Cycle) -> None:
    """Check that each hop of a cycle waits for the next one, on ports that are cabled."""
    assert cycle.failure is not None
    waits = dependencies(graph, cycle.failure)
    hops = [one.hop for one in cycle.hops]
    for one, onward in zip(cycle.hops, hops[1:] + hops[:1], strict=True):
        assert onward in waits[one.hop]
        assert (one.tx_port, one.rx_port) == graph.ports(*one.hop)
        assert one.hop.rx == onward.tx


@pytest.mark.parametrize("name", [*SOUND, *SPOILT, *UNPROVABLE])
def test_symmetry_leaves_nothing_out(name: str) -> None:
    """Every failure of the whole network, tried one by one, against those that stand for all."""
    graph = (SOUND | SPOILT | UNPROVABLE)[name]
    plain = any(cycle_of(dependencies(graph, one)) for one in every_failure(graph))
    assert bool(simulate(graph).cycle) == plain
    assert bool(waiting(turns(reduced(graph)))) == bool(waiting(turns(graph)))


def test_larger_fabrics_are_reduced_without_a_change_of_verdict() -> None:
    for graph in (clos(9, 7), own_asn_per_spine(clos(9, 7)), with_allowas(clos(8, 8), "spine")):
        assert len(reduced(graph).devices) == 2 * ENOUGH
        healthy = any(cycle_of(dependencies(graph, one)) for one in parts(graph))
        assert not healthy
        found = simulate(graph)
        crossed = Failure(pairs=(("leaf1", "spine2"), ("leaf2", "spine1")))
        assert bool(cycle_of(dependencies(graph, crossed))) == bool(found.cycle)


MANY_PODS = pods(ENOUGH + 2, 1, 2, 1)  # the fewest that are more than enough


@pytest.mark.parametrize(
    ("graph", "left"),
    [
        (MANY_PODS, ENOUGH),
        (with_links(MANY_PODS, ("pod1-leaf1", "pod2-spine2")), 2 + ENOUGH),
        (with_allowas(MANY_PODS, "spine"), ENOUGH),
        (with_asns(MANY_PODS, {"pod3-spine1": 7, "core1-1": 8}), 1 + ENOUGH),
    ],
)
def test_a_few_pods_stand_for_all(graph: SessionGraph, left: int) -> None:
    few = fewer_pods(graph)
    assert len({name.partition("-")[0] for name in few.devices if name.startswith("pod")}) == left
    assert bool(waiting(turns(few))) == bool(waiting(turns(graph)))
    plain = any(cycle_of(dependencies(graph, one)) for one in every_failure(graph))
    assert bool(simulate(graph).cycle) == plain


def test_pods_that_differ_all_stay() -> None:
    graph = pods(7, 2, 2, 1)
    first = ("pod1-spine1", "core1-1")
    assert first in graph.pairs
    for other in (
        with_asns(graph, {f"pod{pod}-spine1": 70 + pod for pod in range(1, 4)}),
        with_asns(graph, {"pod1-leaf1": 1000, "pod2-leaf1": 1000}),
        replace(graph, blackhole=graph.blackhole - {"pod1-leaf1"}),
        replace(graph, pairs={a: z for a, z in graph.pairs.items() if a != first}),
    ):
        assert set(fewer_pods(graph).devices) < set(fewer_pods(other).devices)
    assert fewer_pods(clos(9, 9)).devices == clos(9, 9).devices


def test_every_single_and_double_failure_is_counted() -> None:
    graph = clos(6, 4)
    found = simulate(graph)
    whole = 6 + 4 + 24
    assert (found.singles, found.doubles) == (whole, whole * (whole - 1) // 2)
    assert found.complete_singles
    assert found.complete_doubles
    assert found.states < 20  # swapping leaves or spines makes the rest of these
    assert doubles_count(graph) == found.doubles == len(list(doubles(graph)))


def test_beyond_the_budget_failures_are_a_sample() -> None:
    graph = PODS
    cost = 2 * len(graph.pairs) * len(graph.blackhole)
    found = simulate(graph, budget_steps=60 * cost)
    assert found.complete_singles
    assert not found.complete_doubles
    assert 0 < found.doubles < doubles_count(graph)
    few = simulate(graph, budget_steps=5 * cost)
    assert not few.complete_singles
    assert few.singles == 4
    assert (few.doubles, few.complete_doubles) == (0, False)
    none = simulate(graph, budget_steps=cost - 1)
    assert (none.states, none.singles, none.complete_singles) == (0, 0, False)


def test_a_pod_that_is_spoilt_on_its_own_is_found_at_once() -> None:
    graph = own_asn_per_spine(pods(3, 4, 2, 2))
    suspects = {"pod2-spine1", "pod2-leaf1"}
    cost = 2 * len(graph.pairs) * 12
    assert not simulate(graph, budget_steps=4 * cost).cycle
    found = simulate(graph, suspects, budget_steps=4 * cost)
    assert found.states == 2
    assert {name[:4] for pair in found.failure.pairs for name in pair} == {"pod2"}
    assert cycle_of(dependencies(graph, found.failure)) == found.cycle


def test_a_sample_is_the_same_each_time_and_holds_no_failure_twice() -> None:
    graph = clos(6, 4)
    once = list(sampled_doubles(graph, 50))
    assert once == list(sampled_doubles(graph, 50))
    assert len(set(once)) == len(once) > 30


def test_parts_that_nothing_joins_are_tried_apart() -> None:
    one = clos(3, 2)
    names = {name: f"other-{name}" for name in one.devices}
    both = replace(
        one,
        devices={**one.devices, **{names[name]: speaker for name, speaker in one.devices.items()}},
        pairs={**one.pairs, **{(names[a], names[z]): own for (a, z), own in one.pairs.items()}},
        origins={**one.origins, **{names[a]: (f"other-{a}",) for a in one.origins}},
    )
    assert [len(part.devices) for part in components(both)] == [5, 5]
    assert simulate(both).states == 2 * simulate(one).states
    assert simulate(both).doubles == doubles_count(both)


def test_twins() -> None:
    graph = with_asns(clos(4, 3), {"spine3": 77, "leaf4": 1})
    found = twins(graph)
    assert found["leaf2"] == ("leaf2", "leaf3")
    assert found["leaf1"] == ("leaf1", "leaf4")  # of one ASN: alike, but unlike the others
    assert found["spine1"] == ("spine1", "spine2")
    assert found["spine3"] == ("spine3",)
    assert twins(graph, {"leaf2"})["leaf3"] == ("leaf3",)
    assert twins(replace(graph, blackhole=frozenset({"leaf2"})))["leaf2"] == ("leaf2",)


def test_failures_of_twins_are_alike() -> None:
    patterns = Patterns(clos(4, 4))
    first = patterns.of(Failure(pairs=(("leaf1", "spine1"), ("leaf2", "spine2"))))
    assert first == patterns.of(Failure(pairs=(("leaf4", "spine3"), ("leaf3", "spine1"))))
    assert first != patterns.of(Failure(pairs=(("leaf1", "spine1"), ("leaf2", "spine1"))))
    assert first != patterns.of(Failure(pairs=(("leaf1", "spine1"), ("leaf1", "spine2"))))
    down = patterns.of(Failure(("leaf1",), (("leaf1", "spine1"),)))
    assert down != patterns.of(Failure(("leaf1",), (("leaf2", "spine1"),)))


def test_a_cycle_is_told_with_ports_and_packets() -> None:
    proof = prove_graph(own_asn_per_spine(clos(4, 2)))
    assert proof.cycle is not None
    assert proof.cycle.failure is not None
    assert proof.cycle.failure.describe() == "leaf1 - spine2 down and leaf2 - spine1 down"
    assert proof.cycle.describe().count(";") == len(proof.cycle.hops) - 1 == 3
    first = proof.cycle.hops[0]
    assert first.describe() == f"{first.hop.tx} {first.tx_port} > {first.hop.rx} {first.rx_port}"
    assert first.why.startswith("to block-of-leaf")
    assert proof.cycle.devices == tuple(one.hop.tx for one in proof.cycle.hops)


def test_the_default_route_is_no_route_of_a_leafs_own() -> None:
    """With a blackhole a packet for a lost host ends at its leaf, without it climbs again."""
    waits = dependencies(RECEIVED)
    assert all(Hop("leaf1", one) not in waits.get(Hop("spine1", "leaf1"), {}) for one in SOUND)
    open_end = dependencies(replace(RECEIVED, blackhole=frozenset()))
    assert open_end[Hop("spine1", "leaf1")] == {
        Hop("leaf1", f"spine{spine}"): "block-of-leaf1" for spine in (1, 2, 3)
    }


def test_packets_that_a_default_route_takes_over() -> None:
    """The middle switch still knows a prefix by the end one, which lost it and has a default."""
    ends = {"far": Speaker(1, "leaf"), "end": Speaker(2, "leaf"), "middle": Speaker(3, "leaf")}
    chain = [("far", "end"), ("end", "middle")]
    there, back = Hop("end", "middle"), Hop("middle", "end")
    assert back not in set(turns(graph_of(ends, chain)).after(there))
    ends["out"] = Speaker(4, BORDER)
    behind = graph_of(ends, [*chain, ("middle", "out")], default=["out"])
    assert back in set(turns(behind).after(there))
    before = graph_of(ends, [*chain, ("far", "out")], default=["out"])
    assert back not in set(turns(before).after(there))


def test_nothing_waits_for_a_router_outside() -> None:
    for waits in (dependencies(RECEIVED), dependencies(ORIGINATED)):
        assert not any("border" in hop for hop in waits)
        assert not any("border" in hop for others in waits.values() for hop in others)
    assert not any("border" in hop for hop in turns(RECEIVED).full)
    assert DEFAULT_ROUTE in RECEIVED.origins["border"]


@pytest.mark.parametrize("name", [*SOUND, *SPOILT, *UNPROVABLE])
def test_counting_by_side_is_counting_by_turn(name: str) -> None:
    allowed = turns((SOUND | SPOILT | UNPROVABLE)[name])
    hops = [Hop(at, peer) for at, sides in allowed.sides.items() for peer in sides]
    after = {hop: list(allowed.after(hop)) for hop in hops}
    assert allowed.hops == len(hops)
    assert allowed.dependencies() == sum(map(len, after.values()))
    assert bool(waiting(allowed)) == bool(cycles.remaining(hops, allowed.after))
    for hop in hops:
        assert set(allowed.before(hop)) == {one for one in hops if hop in after[one]}


def test_a_shortest_cycle() -> None:
    ring = {
        Hop(f"s{n}", f"s{(n + 1) % 5}"): [Hop(f"s{(n + 1) % 5}", f"s{(n + 2) % 5}")]
        for n in range(5)
    }
    ring[Hop("s1", "s2")].append(Hop("s2", "s0"))
    ring[Hop("s2", "s0")] = [Hop("s0", "s1")]
    assert cycles.shortest(ring, ring.__getitem__) == (
        Hop("s0", "s1"),
        Hop("s1", "s2"),
        Hop("s2", "s0"),
    )
    assert cycles.shortest([Hop("s0", "s1"), Hop("s1", "s2")], ring.__getitem__) == ()


def test_turning_straight_back_is_shown_only_where_there_is_nothing_else() -> None:
    there, back = Hop("a", "b"), Hop("b", "a")
    waits = {there: [back], back: [there]}
    assert cycles.shortest(waits, waits.__getitem__) == (there, back)
    around = [Hop("c", "d"), Hop("d", "e"), Hop("e", "c")]
    waits |= {hop: [onward] for hop, onward in zip(around, around[1:] + around[:1], strict=True)}
    assert cycles.shortest(waits, waits.__getitem__) == tuple(around)


def test_the_whole_proof_of_a_cluster() -> None:
    plan = planned(ALL_NETWORKS)
    for network in ("compute", "storage"):
        proof = prove(plan, network)
        assert (proof.verdict, proof.method) == ("proven", "any failure")
        assert proof.complete_singles
        assert proof.complete_doubles
        assert proof.doubles == proof.singles * (proof.singles - 1) // 2
        assert proof.unreachable == ()
        assert proof.victims
        short = quick(plan, network)
        assert (short.singles, short.doubles, short.victims) == (0, 0, ())
        assert (short.hops, short.dependencies) == (proof.hops, proof.dependencies)


def test_without_spines_there_is_nothing_to_wait_for() -> None:
    proof = prove(compute_plan(8, design="rail-only", nodes_per_su=8), "compute")
    assert (proof.verdict, proof.hops, proof.dependencies) == ("proven", 0, 0)
    assert "only ever waits for hosts" in proof.notes[0]
    assert proof.victims[0].links == ()
    assert proof.victims[0].hosts == 7

"""The routes BGP settles on, rule by rule."""

from dataclasses import replace
from itertools import pairwise

from railwright.plan.deadlock.graph import DEFAULT_ROUTE, SessionGraph
from railwright.plan.deadlock.model import Failure
from railwright.plan.deadlock.routes import Routes, live, routes
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


def to(graph: SessionGraph, prefix: str, failure: Failure | None = None) -> Routes:
    up = live(graph, failure or Failure())
    return routes(up, up.origins.get(prefix, ()))


def test_all_equally_short_paths_are_used() -> None:
    found = to(clos(3, 4), "block-of-leaf1")
    assert found.next_hops["leaf2"] == ("spine1", "spine2", "spine3", "spine4")
    assert found.next_hops["spine3"] == ("leaf1",)
    assert found.owners == ("leaf1",)
    assert "leaf1" not in found.next_hops
    assert found.reaches("leaf1")


def test_equal_length_is_enough_whatever_the_asns() -> None:
    found = to(own_asn_per_spine(clos(3, 4)), "block-of-leaf1")
    assert found.next_hops["leaf2"] == ("spine1", "spine2", "spine3", "spine4")


def test_a_spine_without_its_link_has_no_way_round() -> None:
    found = to(clos(3, 2), "block-of-leaf1", Failure(pairs=(("leaf1", "spine1"),)))
    assert not found.reaches("spine1")
    assert found.next_hops["leaf2"] == ("spine2",)


def test_with_an_asn_per_spine_it_goes_down_and_up_again() -> None:
    graph = own_asn_per_spine(clos(3, 2))
    found = to(graph, "block-of-leaf1", Failure(pairs=(("leaf1", "spine1"),)))
    assert found.next_hops["spine1"] == ("leaf2", "leaf3")


def test_so_it_does_where_a_spine_accepts_its_own_asn_once() -> None:
    graph = with_allowas(clos(3, 2), "spine")
    down = Failure(pairs=(("leaf1", "spine1"),))
    assert to(graph, "block-of-leaf1", down).next_hops["spine1"] == ("leaf2", "leaf3")


def test_allowas_in_counts() -> None:
    """Twice down and up: only who accepts its ASN twice goes that way."""
    names = ["leaf1", "spine1", "leaf2", "spine2", "leaf3", "spine3"]
    known = clos(3, 3)
    pairs = {pair: known.ports(*pair) for pair in pairwise(names)}
    chain = replace(known, pairs={pair: (ports,) for pair, ports in pairs.items()})
    assert not to(chain, "block-of-leaf1").reaches("spine2")
    once = to(with_allowas(chain, "spine", 1), "block-of-leaf1")
    assert once.next_hops["spine2"] == ("leaf2",)
    assert not once.reaches("spine3")
    assert to(with_allowas(chain, "spine", 2), "block-of-leaf1").reaches("spine3")


def test_shorter_beats_more() -> None:
    graph = with_links(clos(3, 4), ("leaf1", "leaf2"))
    assert to(graph, "block-of-leaf1").next_hops["leaf2"] == ("leaf1",)
    # The lateral path is as long as that of the spines for nobody else.
    assert to(graph, "block-of-leaf1").next_hops["leaf3"][0] == "spine1"


def test_three_tiers_climb_once() -> None:
    found = to(pods(2, 2, 2, 2), "block-of-pod1-leaf1")
    assert found.next_hops["pod2-leaf1"] == ("pod2-spine1", "pod2-spine2")
    assert found.next_hops["pod2-spine1"] == ("core1-1", "core1-2")
    assert found.next_hops["core1-1"] == ("pod1-spine1",)
    assert found.next_hops["pod1-leaf2"] == ("pod1-spine1", "pod1-spine2")


def test_leaves_of_one_asn_do_not_hear_each_other() -> None:
    found = to(with_asns(clos(3, 2), {"leaf2": 1}), "block-of-leaf1")
    assert not found.reaches("leaf2")
    assert found.reaches("leaf3")


def test_sessions_within_an_asn_give_no_route() -> None:
    found = to(with_asns(clos(3, 2), {"leaf2": SPINES}), "block-of-leaf1")
    assert not found.reaches("leaf2")


def test_devices_that_are_down_say_and_hear_nothing() -> None:
    found = to(clos(3, 2), "block-of-leaf1", Failure(devices=("spine1",)))
    assert found.next_hops["leaf2"] == ("spine2",)
    gone = live(clos(3, 2), Failure(devices=("leaf1",)))
    assert "block-of-leaf1" not in gone.origins


def test_a_received_default_route_comes_from_the_border() -> None:
    graph = bordered(3, 2, originated=False)
    assert to(graph, DEFAULT_ROUTE).next_hops["leaf1"] == ("spine1", "spine2")
    cut = to(graph, DEFAULT_ROUTE, Failure(pairs=(("spine1", "border"),)))
    assert cut.next_hops["leaf1"] == ("spine2",)
    assert not cut.reaches("spine1")


def test_an_originated_default_route_goes_with_the_way_out() -> None:
    graph = bordered(3, 2, originated=True)
    up = live(graph)
    assert up.origins[DEFAULT_ROUTE] == ("spine1", "spine2")
    cut = live(graph, Failure(pairs=(("spine1", "border"),)))
    assert cut.origins[DEFAULT_ROUTE] == ("spine2",)
    assert DEFAULT_ROUTE not in live(graph, Failure(devices=("border",))).origins

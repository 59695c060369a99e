"""The map of ASNs: groups, and the sides that a group's neighbours are on."""

from collections.abc import Iterable
from itertools import combinations

import pytest

from railwright.plan.deadlock.asmap import AsMap, asmap
from railwright.plan.deadlock.graph import SessionGraph
from tests.unit.plan.deadlock_graphs import (
    bordered,
    clos,
    pods,
    scattered,
    with_asns,
    with_links,
)


def groups(found: AsMap) -> set[frozenset[str]]:
    members: dict[int, set[str]] = {}
    for name, group in found.group.items():
        members.setdefault(group, set()).add(name)
    return {frozenset(names) for names in members.values()}


def test_devices_of_one_asn_that_meet_are_one_group() -> None:
    found = groups(asmap(pods(2, 2, 2, 2)))
    assert frozenset({"pod1-spine1", "pod1-spine2"}) in found
    assert frozenset({"core1-1", "core1-2", "core2-1", "core2-2"}) in found
    assert frozenset({"pod1-leaf1"}) in found


def test_those_that_never_meet_are_apart() -> None:
    found = groups(asmap(with_asns(pods(2, 2, 2, 2), {"pod2-leaf1": 11})))
    assert {frozenset({"pod1-leaf1"}), frozenset({"pod2-leaf1"})} <= found


def test_a_planned_fabric_has_every_neighbour_group_on_a_side_of_its_own() -> None:
    """Its map is a tree: no way from one side of a group to another but through it."""
    found = asmap(pods(2, 3, 2, 2))
    sides = {found.side_of("pod1-spine1", f"pod1-leaf{leaf}") for leaf in (1, 2, 3)}
    assert len(sides | {found.side_of("pod1-spine1", "core1-1")}) == 4
    assert found.side_of("pod1-leaf1", "pod1-spine1") == found.side_of("pod1-leaf1", "pod1-spine2")


def test_a_lateral_link_joins_sides() -> None:
    found = asmap(with_links(clos(3, 2), ("leaf1", "leaf2")))
    assert found.side_of("spine1", "leaf1") == found.side_of("spine1", "leaf2")
    assert found.side_of("spine1", "leaf1") != found.side_of("spine1", "leaf3")


def reached(known: SessionGraph, start: str, without: str) -> set[str]:
    found, todo = {start}, [start]
    while todo:
        for peer in known.neighbours[todo.pop()]:
            if peer != without and peer not in found:
                found.add(peer)
                todo.append(peer)
    return found


@pytest.mark.parametrize("seed", range(60))
def test_sides_are_what_hangs_together_without_the_device(seed: int) -> None:
    known = scattered(seed)
    found = asmap(known)
    for name, peers in known.neighbours.items():
        for one, other in combinations(peers, 2):
            together = other in reached(known, one, name)
            assert (found.side_of(name, one) == found.side_of(name, other)) == together
        for peer in peers:
            side = (found.group[name], found.side_of(name, peer))
            behind = bool(reached(known, peer, name) & known.fallback_origins)
            assert (side in found.fallback_sides) == behind


def sides_with_default(found: AsMap, name: str, peers: Iterable[str]) -> set[str]:
    return {
        peer
        for peer in peers
        if (found.group[name], found.side_of(name, peer)) in found.fallback_sides
    }


@pytest.mark.parametrize("originated", [False, True])
def test_where_default_routes_come_from(originated: bool) -> None:
    known = bordered(3, 2, originated=originated)
    found = asmap(known)
    leaf = sides_with_default(found, "leaf1", known.neighbours["leaf1"])
    assert leaf == {"spine1", "spine2"}
    spine = sides_with_default(found, "spine1", known.neighbours["spine1"])
    assert spine == (set() if originated else {"border"})

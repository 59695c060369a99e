"""What a host that pauses forever stops, and which watchdog ends it."""

from dataclasses import replace
from math import ceil

import pytest

from railwright.plan.deadlock.anyfailure import turns
from railwright.plan.deadlock.dependency import dependencies
from railwright.plan.deadlock.graph import SessionGraph
from railwright.plan.deadlock.model import Hop
from railwright.plan.deadlock.proof import prove
from railwright.plan.deadlock.victims import stopped_hops
from tests.unit.plan.deadlock_graphs import (
    bordered,
    clos,
    own_asn_per_spine,
    pods,
    scattered,
)
from tests.unit.plan.made import ALL_NETWORKS, compute_plan, planned


def plainly_stopped(graph: SessionGraph, switch: str) -> set[Hop]:
    """Return what waits for a switch by the routes of the healthy network, step by step."""
    waits = dependencies(graph)
    stopped = {hop for hop in waits if hop.rx == switch}
    while fresh := {
        hop for hop, others in waits.items() if hop not in stopped and stopped & others.keys()
    }:
        stopped |= fresh
    return stopped


def test_the_pause_spreads_along_the_routes_of_the_healthy_fabric() -> None:
    for graph in (clos(4, 3), pods(3, 2, 2, 2), bordered(3, 2, originated=False)):
        for leaf in graph.origins:
            if graph.devices[leaf].role == "leaf":
                found = stopped_hops(turns(graph), leaf)
                # With a default route the proof also allows turns that only a failure makes.
                plain = plainly_stopped(graph, leaf)
                assert plain <= found
                assert plain == found or graph.default_origins


def test_a_link_that_carries_nothing_to_the_leaf_goes_on() -> None:
    found = stopped_hops(turns(clos(4, 3)), "leaf1")
    assert Hop("spine1", "leaf1") in found
    assert Hop("leaf2", "spine3") in found
    assert Hop("spine1", "leaf2") not in found
    assert Hop("leaf1", "spine1") not in found


def test_where_traffic_may_turn_anywhere_everything_stops() -> None:
    graph = own_asn_per_spine(clos(4, 3))
    assert len(stopped_hops(turns(graph), "leaf1")) == turns(graph).hops


@pytest.mark.parametrize("seed", range(40))
def test_every_hop_that_waits_for_a_stopped_one_stops(seed: int) -> None:
    turned = turns(scattered(seed))
    for switch in turned.sides:
        stopped = {Hop(peer, switch) for peer in turned.sides[switch]}
        todo = list(stopped)
        while todo:
            fresh = set(turned.before(todo.pop())) - stopped
            stopped |= fresh
            todo += fresh
        assert stopped_hops(turned, switch) == stopped


def test_figures_of_a_cluster() -> None:
    plan = compute_plan(24, nodes_per_su=8)
    (found,) = prove(plan, "compute").victims
    fabric = [one for one in plan.links if one.kind == "fabric"]
    at_leaf = sum(one.a.device == "su1-rail0-leaf" for one in fabric)
    assert (found.host, found.port, found.switch) == ("gpu0001", "rail0", "su1-rail0-leaf")
    assert found.switch_port == plan.links_of["gpu0001"]["rail0"].z.port
    assert dict(found.links) == {"leaf > spine": len(fabric) - at_leaf, "spine > leaf": at_leaf}
    assert (found.hosts, found.hosts_of) == (24 * 8 - 1, 24 * 8)
    steps = ceil(len(plan.ports["su1-rail0-leaf"]) / 32)
    assert found.freed_after_ms == 2 * 200 * steps  # detection, after a poll as long
    assert "PFC watchdog of su1-rail0-leaf Ethernet0, which drops" in found.freed_by
    assert "stops 191 of 191 other host ports" in found.describe()


def test_every_kind_of_host_on_the_storage_network() -> None:
    found = prove(planned(ALL_NETWORKS), "storage").victims
    assert [one.host for one in found] == ["storage01", "mgmt01", "gpu0001"]
    assert all(one.port == "storage0" for one in found)


def test_a_watchdog_that_only_reports_frees_nobody() -> None:
    plan = planned({"nodes": {"gpu": {"count": 16}}, "roce": {"watchdog": {"action": "alert"}}})
    (found,) = prove(plan, "compute").victims
    assert found.freed_after_ms is None
    assert found.freed_by.startswith("nothing")
    given = {"action": "forward", "detection_ms": 300, "restoration_ms": 300, "poll_ms": 100}
    plan = planned({"nodes": {"gpu": {"count": 16}}, "roce": {"watchdog": given}})
    (found,) = prove(plan, "compute").victims
    assert found.freed_after_ms == 400
    assert "without heeding" in found.freed_by


def test_hosts_behind_a_leaf_that_sends_nothing_there_go_on() -> None:
    """Rails that nothing joins: only the hosts of the same leaf stop."""
    plan = compute_plan(16, design="rail-isolated", nodes_per_su=8)
    (found,) = prove(plan, "compute").victims
    assert found.hosts == 16 - 1
    assert found.hosts_of == 16 * 8
    whole = replace(plan, sessions=())
    (alone,) = prove(whole, "compute").victims
    assert (alone.hosts, alone.links) == (8 - 1, ())

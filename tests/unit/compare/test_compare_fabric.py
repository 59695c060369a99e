"""What a fabric achieves, against the plan's own links and the figures of the summary."""

from collections import defaultdict, deque
from collections.abc import Iterator
from typing import Any

import pytest

from railwright.compare.fabric import bisection_gbps, figures
from railwright.plan import summary
from railwright.plan.model import Plan
from tests.unit.plan.made import compute_plan, planned

RAIL_OPTIMISED: dict[str, Any] = {"nodes_per_su": 4}
PODS: dict[str, Any] = {"design": "three-tier", "nodes_per_su": 4, "sus_per_pod": 1}


def crossed(plan: Plan, start: str, rail: int | None) -> Iterator[tuple[str, int | None, int]]:
    """Yield node, rail and switches on the way for every NIC that a node's NIC reaches."""
    near: dict[tuple[str, int | None], set[tuple[str, int | None]]] = defaultdict(set)
    for link in plan.links:
        if link.deployed and link.network == "compute":
            a = (link.a.device, link.rail if link.kind == "host" else None)
            z = (link.z.device, None)
            near[a].add(z)
            near[z].add(a)
    seen = {(start, rail): 0}
    queue = deque(seen)
    while queue:
        here = queue.popleft()
        for one in sorted(near[here], key=str):
            if one in seen:
                continue
            seen[one] = seen[here] + 1
            if one[0] in {node.name for node in plan.gpu_nodes}:
                yield one[0], one[1], seen[one] - 1
            else:
                queue.append(one)


@pytest.mark.parametrize(
    ("count", "compute"),
    [
        pytest.param(3, RAIL_OPTIMISED, id="one SU deployed"),
        pytest.param(8, RAIL_OPTIMISED, id="two SUs"),
        pytest.param(8, {"design": "rail-only"}, id="rail-only"),
        pytest.param(8, {"design": "rail-isolated", "nodes_per_su": 4}, id="rail-isolated"),
        pytest.param(8, {"design": "leaf-spine", "nodes_per_su": 4}, id="leaf-spine"),
        pytest.param(8, PODS, id="two pods"),
        pytest.param(4, PODS, id="one of two pods deployed"),
    ],
)
def test_hops_are_those_of_the_shortest_ways(count: int, compute: dict[str, Any]) -> None:
    plan = compute_plan(count, 8, **compute)
    ways = figures(plan).ways
    su = {node.name: (node.pod, node.su) for node in plan.gpu_nodes}
    found: dict[tuple[bool, bool], set[int]] = defaultdict(set)
    for node, rail, switches in crossed(plan, "gpu0001", 0):
        found[rail == 0, su[node] == su["gpu0001"]].add(switches)
    one_rail = found[True, True] | found[True, False]
    others = found[False, True] | found[False, False]
    assert ways.same_rail_near == min(one_rail)
    assert ways.same_rail_far == max(one_rail)
    assert ways.other_rail_near == (min(others) if others else None)
    assert ways.other_rail_far == (max(others) if others else None)


@pytest.mark.parametrize(
    "compute",
    [
        pytest.param({}, id="1:1"),
        pytest.param({"oversubscription": 2.0, "nodes_per_su": 64}, id="2:1"),
        pytest.param({"design": "three-tier", "sus_per_pod": 1}, id="three tiers"),
        pytest.param({"design": "rail-isolated", "nodes_per_su": 64}, id="isolated rails"),
    ],
)
def test_bisection_agrees_with_the_summary_where_everything_is_deployed(
    compute: dict[str, Any],
) -> None:
    plan = compute_plan(128, **compute)
    assert bisection_gbps(plan) == summary.bisection_gbps(plan.shape)


def test_bisection_counts_what_is_deployed() -> None:
    half, whole = compute_plan(64, 128), compute_plan(128)
    assert 2 * bisection_gbps(half) == bisection_gbps(whole)


def test_rails_that_never_meet_have_no_bisection_between_them() -> None:
    found = figures(compute_plan(8, design="rail-only"))
    assert found.bisection_gbps == 8 * 8 * 400 // 2
    assert found.between_rails_gbps == 0
    assert found.oversubscription is None
    assert found.spare_cages_spine is None
    assert found.tiers == 1


def test_three_tiers_have_two_ratios() -> None:
    found = figures(compute_plan(8, **PODS, pod_oversubscription=2.0))
    assert found.tiers == 3
    assert found.oversubscription == 1
    assert found.core_oversubscription == 2


def test_bandwidth_of_a_node_is_that_of_all_planes() -> None:
    plan = planned({"nodes": {"gpu": {"model": "hgx-h100-2x200g", "count": 8}}})
    assert figures(plan).nic_gbps == 8 * 2 * 200

"""Expected fullest link: against exact figures and thrown flows; tiers and their flows."""

import random
from dataclasses import replace
from fractions import Fraction
from itertools import product
from math import comb
from typing import Any

import pytest

from railwright.plan.lossless.ecmp import expected_max, spreads
from tests.unit.plan.lossless.proofs import reference
from tests.unit.plan.made import ALL_NETWORKS, planned


def exact(flows: int, paths: int) -> float:
    """Return the expected maximum over all ways to throw flows into links."""
    ways: dict[tuple[int, int], Fraction] = {}

    def probability(most: int, flows: int, paths: int) -> Fraction:
        """Return the probability that no link has more than `most`."""
        if paths == 1:
            return Fraction(int(flows <= most))
        key = flows, paths
        if key not in ways:
            ways[key] = sum(
                (
                    comb(flows, here)
                    * Fraction(1, paths) ** here
                    * Fraction(paths - 1, paths) ** (flows - here)
                    * probability(most, flows - here, paths - 1)
                    for here in range(min(most, flows) + 1)
                ),
                Fraction(0),
            )
        return ways[key]

    total = Fraction(0)
    for most in range(flows):
        ways.clear()
        total += 1 - probability(most, flows, paths)
    return float(total)


def test_the_exact_figure_is_that_of_all_ways() -> None:
    throws = [max(map(one.count, range(3))) for one in product(range(3), repeat=5)]
    assert exact(5, 3) == pytest.approx(sum(throws) / len(throws))


@pytest.mark.parametrize(
    ("flows", "paths"), [(2, 2), (4, 2), (8, 4), (16, 8), (32, 4), (10, 16), (40, 8)]
)
def test_within_two_hundredths_of_the_exact_figure(flows: int, paths: int) -> None:
    assert expected_max(flows, paths) == pytest.approx(exact(flows, paths), rel=0.02)


def test_thrown_flows_agree_at_the_size_of_the_reference() -> None:
    dice = random.Random(7)  # noqa: S311
    throws = []
    for _ in range(2000):
        links = [0] * 32
        for _ in range(256):
            links[dice.randrange(32)] += 1
        throws.append(max(links))
    assert expected_max(256, 32) == pytest.approx(sum(throws) / len(throws), rel=0.02)


@pytest.mark.parametrize(("flows", "paths", "most"), [(9, 1, 9), (0, 4, 0), (1, 64, 1)])
def test_edges(flows: int, paths: int, most: int) -> None:
    assert expected_max(flows, paths) == pytest.approx(most, abs=0.03)


def test_the_reference_spreads_over_all_uplinks() -> None:
    up, down = spreads(reference("cx864e-n"), "compute")
    assert (up.role, up.paths, up.flows, up.flow_gbps) == ("leaf", 32, 64 * 4, 100.0)
    assert (down.role, down.paths, down.flows) == ("spine", 4, 32)
    assert up.mean_load == down.mean_load == 1.0
    assert up.worst_load == pytest.approx(expected_max(256, 32) / 8)
    assert up.fabric_worst_load > up.worst_load
    assert up.seed != down.seed


@pytest.mark.parametrize("qps", [1, 8])
def test_more_queue_pairs_spread_better(qps: int) -> None:
    one = spreads(reference("cx864e-n", qps_per_connection=qps), "compute")[0]
    four = spreads(reference("cx864e-n"), "compute")[0]
    assert (one.worst_load < four.worst_load) == (qps > 4)
    assert one.mean_load == four.mean_load


def test_pods_choose_once_more_each_way() -> None:
    three: dict[str, Any] = {"design": "three-tier", "nodes_per_su": 8, "sus_per_pod": 2}
    plan = planned({"nodes": {"gpu": {"count": 64}}, "networks": {"compute": three}})
    core = plan.shape.core
    assert core is not None
    found = {(one.role, one.towards): one for one in spreads(plan, "compute")}
    up, down = found["spine", "super-spines"], found["superspine", "one spine"]
    assert up.upwards
    assert not down.upwards
    assert (up.paths, down.paths) == (core.uplinks_per_spine, core.links_per_pair)
    assert down.flows * core.superspines == up.flows
    assert down.mean_load == up.mean_load
    assert len({one.seed for one in found.values()}) == len({one.role for one in found.values()})


def test_a_single_link_between_pods_is_no_choice() -> None:
    three: dict[str, Any] = {"design": "three-tier", "nodes_per_su": 8, "sus_per_pod": 2}
    plan = planned({"nodes": {"gpu": {"count": 64}}, "networks": {"compute": three}})
    assert plan.shape.core is not None
    core = replace(plan.shape.core, links_per_pair=1)
    fabrics = {**plan.fabrics, "compute": replace(plan.shape, core=core)}
    found = spreads(replace(plan, fabrics=fabrics), "compute")
    assert {one.role for one in found} == {"leaf", "spine"}


def test_no_choice_no_spread() -> None:
    assert spreads(planned({"networks": {"compute": {"design": "rail-only"}}}), "compute") == ()
    assert spreads(planned(ALL_NETWORKS), "oob") == ()

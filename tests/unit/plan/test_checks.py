"""Warnings about a plan that can be built but should be looked at twice."""

import pytest

from railwright.intent.model import ComputeNetwork
from railwright.plan.build import build
from railwright.plan.checks import check
from railwright.plan.checks.buffers import headroom_bytes
from tests.invariants.strategies import make


def warnings(compute: ComputeNetwork, nodes: int = 128) -> dict[str, str]:
    return {one.path: one.what for one in check(build(make(compute, nodes, nodes)))}


def test_reference_leaf_headroom_is_what_the_tables_add_up_to() -> None:
    plan = build(make(ComputeNetwork(leaf="dbmvtx9180"), 128, 128))
    assert headroom_bytes(plan, plan.device["su1-rail0-leaf"]) == 64 * 129_920 + 32 * 285_312
    assert headroom_bytes(plan, plan.device["spine1"]) == 64 * 285_312


@pytest.mark.parametrize(("platform", "warned"), [("7060x6-64pe", True), ("dbmvtx9180", False)])
def test_headroom_above_its_pool_is_a_warning(platform: str, warned: bool) -> None:
    found = warnings(ComputeNetwork(leaf=platform))
    assert any("share a pool" in what for what in found.values()) == warned
    if warned:
        assert "1.39:1" in found["networks.compute.leaf"]


def test_few_spines_and_no_room_are_warnings() -> None:
    assert "2 spines" in warnings(ComputeNetwork(leaf="cx864e-n"), 32)["networks.compute"]
    assert "cannot grow" in warnings(ComputeNetwork(leaf="cx864e-n"))["nodes.gpu.capacity"]

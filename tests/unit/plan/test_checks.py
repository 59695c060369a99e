"""Warnings about a plan that can be built but should be looked at twice."""

import pytest

from railwright.plan.checks import check
from railwright.plan.checks.buffers import headroom_bytes
from tests.unit.plan.made import compute_plan


def warnings(leaf: str, nodes: int = 128) -> dict[str, str]:
    return {one.path: one.what for one in check(compute_plan(nodes, leaf=leaf))}


def test_reference_leaf_headroom_is_what_the_tables_add_up_to() -> None:
    plan = compute_plan(128, leaf="dbmvtx9180")
    assert headroom_bytes(plan, plan.device["su1-rail0-leaf"]) == 64 * 129_920 + 32 * 285_312
    assert headroom_bytes(plan, plan.device["spine1"]) == 64 * 285_312


@pytest.mark.parametrize(("platform", "warned"), [("7060x6-64pe", True), ("dbmvtx9180", False)])
def test_headroom_above_its_pool_is_a_warning(platform: str, warned: bool) -> None:
    found = warnings(platform)
    assert any("share a pool" in what for what in found.values()) == warned
    if warned:
        assert "1.39:1" in found["networks.compute.leaf"]


def test_few_spines_and_no_room_are_warnings() -> None:
    assert "2 spines" in warnings("cx864e-n", 32)["networks.compute"]
    assert "cannot grow" in warnings("cx864e-n")["nodes.gpu.capacity"]

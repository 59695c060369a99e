"""Warnings about a plan that can be built but should be looked at twice."""

from railwright.plan.checks import check
from tests.unit.plan.made import compute_plan


def warnings(leaf: str, nodes: int = 128) -> dict[str, str]:
    return {one.path: one.what for one in check(compute_plan(nodes, leaf=leaf))}


def test_few_spines_and_no_room_are_warnings() -> None:
    assert "2 spines" in warnings("cx864e-n", 32)["networks.compute"]
    assert "cannot grow" in warnings("cx864e-n")["nodes.gpu.capacity"]

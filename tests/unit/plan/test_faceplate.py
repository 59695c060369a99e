"""Which cage serves what, on platforms with and without a mixed HWSKU."""

import pytest

from railwright.intent.model import ComputeNetwork
from railwright.plan.build import build
from railwright.plan.model import Plan
from tests.invariants.strategies import make


def cages(plan: Plan, device: str, use: str) -> list[int]:
    return sorted({port.cage for port in plan.ports[device] if port.use == use})


def test_nics_from_the_front_uplinks_from_the_second_half() -> None:
    plan = build(make(ComputeNetwork(leaf="cx864e-n"), 128, 128))
    assert cages(plan, "su1-rail0-leaf", "host") == list(range(1, 33))
    assert cages(plan, "su1-rail0-leaf", "fabric") == list(range(33, 65))
    assert cages(plan, "spine1", "fabric") == list(range(1, 65))


def test_small_sus_leave_both_sides_room() -> None:
    compute = ComputeNetwork(leaf="cx864e-n", nodes_per_su=4, rails=2)
    plan = build(make(compute, 8, 8))
    assert cages(plan, "su1-rail0-leaf", "host") == [1, 2]
    assert cages(plan, "su1-rail0-leaf", "fabric") == [33, 34]


def test_a_mixed_hwsku_is_used_as_it_ships() -> None:
    plan = build(make(ComputeNetwork(leaf="7060x6-64pe"), 128, 128))
    assert not [text for text in plan.assumptions if "breakout" in text]
    leaf = plan.device["su1-rail0-leaf"]
    assert leaf.hwsku is not None
    assert leaf.hwsku.endswith("P32O64")


@pytest.mark.parametrize("platform", ["cx864e-n", "dbmvtx9180", "sn5600"])
def test_a_breakout_no_hwsku_ships_is_flagged(platform: str) -> None:
    plan = build(make(ComputeNetwork(leaf=platform), 128, 128))
    flagged = [text for text in plan.assumptions if text.startswith("leaf breakout")]
    assert len(flagged) == 1
    assert "confirm on hardware" in flagged[0]

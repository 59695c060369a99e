"""Which cage serves what, on platforms with and without a mixed HWSKU."""

import pytest

from railwright.plan.model import Plan
from tests.unit.plan.made import compute_plan


def cages(plan: Plan, device: str, use: str) -> list[int]:
    return sorted({port.cage for port in plan.ports[device] if port.use == use})


def test_nics_from_the_front_uplinks_from_the_second_half() -> None:
    plan = compute_plan(128, leaf="cx864e-n")
    assert cages(plan, "su1-rail0-leaf", "host") == list(range(1, 33))
    assert cages(plan, "su1-rail0-leaf", "fabric") == list(range(33, 65))
    assert cages(plan, "spine1", "fabric") == list(range(1, 65))


def test_small_sus_leave_both_sides_room() -> None:
    plan = compute_plan(8, leaf="cx864e-n", nodes_per_su=4, rails=2)
    assert cages(plan, "su1-rail0-leaf", "host") == [1, 2]
    assert cages(plan, "su1-rail0-leaf", "fabric") == [33, 34]


def test_a_mixed_hwsku_is_used_as_it_ships() -> None:
    plan = compute_plan(128, leaf="7060x6-64pe")
    assert not [text for text in plan.assumptions if "breakout" in text]
    leaf = plan.device["su1-rail0-leaf"]
    assert leaf.hwsku is not None
    assert leaf.hwsku.endswith("P32O64")


@pytest.mark.parametrize("platform", ["cx864e-n", "dbmvtx9180", "sn5600"])
def test_a_breakout_no_hwsku_ships_is_flagged(platform: str) -> None:
    plan = compute_plan(128, leaf=platform)
    flagged = [text for text in plan.assumptions if text.startswith("leaf breakout")]
    assert len(flagged) == 1
    assert "confirm on hardware" in flagged[0]

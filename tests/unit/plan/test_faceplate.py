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
    assert not [text for text in plan.assumptions if text.startswith("leaf breakout")]
    leaf = plan.device["su1-rail0-leaf"]
    assert leaf.hwsku is not None
    assert leaf.hwsku.endswith("P32O64")


def test_a_spine_on_the_leaves_hwsku_joins_the_cages_that_it_ships_split() -> None:
    plan = compute_plan(128, leaf="7060x6-64pe")
    assert plan.device["spine1"].hwsku == plan.device["su1-rail0-leaf"].hwsku
    (flagged,) = [text for text in plan.assumptions if "breakout" in text]
    assert flagged == (
        "spine breakout: 32 cages (Ethernet256 to Ethernet504) are not split as HWSKU "
        "Arista-7060X6-64PE-B-P32O64 of 7060x6-64pe ships them: confirm on hardware"
    )
    ports = {port.cage: port for port in plan.ports["spine1"]}
    assert {port.speed_gbps for port in ports.values()} == {800}
    last = ports[64]
    assert (last.name, last.alias, last.index) == ("Ethernet504", "etp64", 64)
    assert last.lanes == "497,498,499,500,501,502,503,504"
    small = compute_plan(16, leaf="7060x6-64pe", nodes_per_su=16)
    assert cages(small, "spine1", "fabric")[-1] <= 32
    assert not [text for text in small.assumptions if text.startswith("spine breakout")]


@pytest.mark.parametrize("platform", ["cx864e-n", "dbmvtx9180", "sn5600"])
def test_a_breakout_no_hwsku_ships_is_flagged(platform: str) -> None:
    plan = compute_plan(128, leaf=platform)
    flagged = [text for text in plan.assumptions if text.startswith("leaf breakout")]
    assert len(flagged) == 1
    assert "confirm on hardware" in flagged[0]

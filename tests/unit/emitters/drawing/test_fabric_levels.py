"""How much of a network is drawn by name follows from the numbers of its capacity alone."""

from typing import Any

import pytest

from railwright.emitters.drawing import levels
from railwright.emitters.drawing.levels import Level, level_of, run_of
from railwright.emitters.drawing.seats import Seating
from railwright.plan import identity
from railwright.plan.shape import FabricShape
from tests.unit.plan.made import compute_plan, shaped


def three_tiers(nodes: int, per_su: int, sus: int) -> FabricShape:
    found = compute_plan(nodes, design="three-tier", nodes_per_su=per_su, sus_per_pod=sus, rails=2)
    return found.shape


@pytest.mark.parametrize(
    ("hosts", "changes", "level"),
    [
        (128, {}, Level("switch", "switch", "all")),  # 16 leaves and 8 spines: each by name
        (160, {"nodes_per_su": 64}, Level("unit", "switch", "all")),  # 24 leaves: too many
        (256, {}, Level("unit", "switch", "all")),  # 32 leaves on 16 spines: the SUs on each spine
        (512, {}, Level("unit", "group", "all")),  # 64 leaves on 32 spines
        (64, {"nodes_per_su": 8, "shared_leaf": True}, Level("switch", "switch", "all")),
        (160, {"nodes_per_su": 8, "shared_leaf": True}, Level("switch", "group", "all")),
        (300, {"nodes_per_su": 12, "rails": 2}, Level("card", "all", "all", card=1)),  # 25 SUs
        (128, {"isolated_rails": True}, Level("switch", "switch", "all")),
        (512, {"isolated_rails": True}, Level("unit", "group", "all")),
        (512, {"isolated_rails": True, "nodes_per_su": 16}, Level("unit", "group", "all", 2)),
    ],
)
def test_switches_are_drawn_one_by_one_until_they_are_too_many(
    hosts: int, changes: dict[str, Any], level: Level
) -> None:

    assert level_of(shaped(hosts, **changes)) == level


@pytest.mark.parametrize(
    ("nodes", "per_su", "sus", "level"),
    [
        (16, 4, 2, Level("switch", "switch", "switch")),
        (40, 4, 2, Level("unit", "switch", "switch")),
        (80, 4, 2, Level("card", "card", "all", card=1)),
        (126, 2, 1, Level("card", "card", "all", card=2)),
    ],
)
def test_pods_become_cards(nodes: int, per_su: int, sus: int, level: Level) -> None:
    assert level_of(three_tiers(nodes, per_su, sus)) == level


def test_runs_cover_everything_once() -> None:
    runs = sorted({run_of(number, 7, 60) for number in range(1, 61)})
    assert [number for low, high in runs for number in range(low, high + 1)] == list(range(1, 61))
    assert runs[-1] == (57, 60)


@pytest.mark.parametrize(
    "shape",
    [
        shaped(128),
        shaped(256),
        shaped(512),
        shaped(300, nodes_per_su=12, rails=2),
        shaped(512, isolated_rails=True),
        shaped(256, planes=2, nic_gbps=400),
        three_tiers(16, 4, 2),
        three_tiers(40, 4, 2),
        three_tiers(126, 2, 1),
    ],
    ids=lambda shape: f"{shape.design}-{shape.total_leaves}",
)
def test_no_tier_has_more_boxes_than_the_rule_allows(shape: FabricShape) -> None:
    level = level_of(shape)
    seating = Seating(shape, level)
    leaves = {
        seating.leaf(one, identity.name_of_leaf(shape, one)).id for one in identity.leaves(shape)
    }
    spines = {
        seating.spine(one, identity.name_of_spine(shape, one)).id for one in identity.spines(shape)
    }
    cores = {
        seating.superspine(one, identity.name_of_superspine(shape, one)).id
        for one in identity.superspines(shape)
    }
    most = levels.MOST_CARDS if level.card else levels.MOST_BOXES
    assert max(len(leaves), len(spines), len(cores)) <= most
    assert not leaves & spines
    assert not spines & cores

"""Names and positions of rows and racks, rooms, pillars, trays."""

from typing import Any

import pytest

from railwright.catalog import loader as catalog
from railwright.intent.floor import Floor
from railwright.plan.placement.model import FloorPlan
from railwright.plan.placement.rows import parse, rack_name, row_name, rows
from tests.unit.plan.made import planned


def floor_of(**floor: Any) -> FloorPlan:
    """Return the floor of 64 nodes, four per rack, in one SU."""
    plan = planned({"nodes": {"gpu": {"count": 64}}, "floor": floor})
    assert plan.floor is not None
    return plan.floor


@pytest.mark.parametrize(
    ("index", "name"),
    [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (499, "SF")],
)
def test_rows_are_lettered(index: int, name: str) -> None:
    assert row_name(index) == name


@pytest.mark.parametrize(
    ("position", "longest", "name"),
    [(7, 12, "A07"), (99, 99, "A99"), (7, 100, "A007"), (100, 100, "A100")],
)
def test_positions_have_three_digits_where_a_row_is_that_long(
    position: int, longest: int, name: str
) -> None:
    assert rack_name("A", position, longest) == name
    assert parse(name) == ("A", position)


def test_a_name_without_a_row_is_no_position() -> None:
    with pytest.raises(ValueError, match="'07' is no rack position"):
        parse("07")


def test_rooms_follow_each_other_and_each_begins_with_its_own_aisle() -> None:
    asked = Floor.model_validate(
        {
            "rooms": [{"name": "east", "rows": 3}, {"name": "west", "rows": 2, "tray_m": 30}],
            "first_aisle": "hot",
        }
    )
    found = rows(asked, catalog.geometry(), depth_m=1.2, positions=9)
    assert [(one.name, one.room) for one in found] == [
        ("A", "east"),
        ("B", "east"),
        ("C", "east"),
        ("D", "west"),
        ("E", "west"),
    ]
    assert [one.y_m for one in found] == pytest.approx([0.6, 2.8, 5.2, 35.2, 37.4])
    assert [one.front for one in found] == ["low", "high", "low", "low", "high"]


def test_pillars_are_stepped_over_and_keep_their_reason() -> None:
    free = floor_of(rows=1)
    held = floor_of(rows=1, blocked=[{"rack": "A05", "reason": "a pillar"}])
    assert held.blocked == {"A05": "a pillar"}
    names = [rack.name for rack in held.racks]
    assert names[:5] == ["A01", "A02", "A03", "A04", "A06"]
    assert len(names) == len(free.racks)
    assert held.rack["A06"].x_m == pytest.approx(6 * 0.7)


def test_the_intent_says_how_far_everything_is_apart() -> None:
    found = floor_of(
        rows=2, rack_pitch_m=0.8, cold_aisle_m=2.0, tray_height_m=3.1, cross_trays=[9, 2]
    )
    assert found.pitch_m == 0.8
    assert found.cross_m == pytest.approx((1.6, 7.2))
    assert found.rows[1].y_m == pytest.approx(0.6 + 1.2 + 2.0)
    assert found.geometry.tray_height_m == 3.1
    assert found.geometry.hot_aisle_m == catalog.geometry().hot_aisle_m


def test_rows_may_be_longer_than_they_need_be() -> None:
    found = floor_of(rows=1, racks_per_row=120)
    assert found.rows[0].positions == 120
    assert found.racks[0].name == "A001"
    assert found.cross_m == (found.rack["A009"].x_m,), "above the middle of the racks there are"


def test_switches_may_have_other_racks() -> None:
    found = floor_of(rows=1, network_rack="rack-42u-2x16a")
    assert {one.kind: one.profile for one in found.racks} == {
        "compute": "rack-48u-3x32a",
        "network": "rack-42u-2x16a",
    }
    assert found.pitch_m == 0.7, "the wider of both"


@pytest.mark.parametrize(
    ("floor", "racks"),
    [
        ({}, 16),
        ({"nodes_per_rack": 2}, 32),
        ({"rack": "rack-42u-2x32a"}, 32),
        ({"rack": "rack-42u-2x16a"}, 64),
        ({"rack": "rack-42u-2x32a", "node_power_w": 7000}, 22),
        ({"first_u": 18}, 22),
    ],
)
def test_nodes_per_rack_follow_from_power_units_and_what_is_asked(
    floor: dict[str, Any], racks: int
) -> None:
    found = floor_of(rows=1, network_rack="rack-48u-3x32a", **floor)
    assert sum(rack.kind == "compute" for rack in found.racks) == racks


def test_a_rack_never_holds_nodes_of_two_sus() -> None:
    plan = planned(
        {
            "nodes": {"gpu": {"count": 12}},
            "networks": {"compute": {"nodes_per_su": 6}},
            "floor": {"rows": 1},
        }
    )
    assert plan.floor is not None
    own = [[one.device for one in plan.floor.in_rack[rack.name]] for rack in plan.floor.racks]
    assert [len(one) for one in own if one[0].startswith("gpu")] == [4, 2, 4, 2]


def test_storage_racks_stand_at_row_ends_right_first() -> None:
    plan = planned(
        {
            "nodes": {"gpu": {"count": 8}, "storage": {"count": 60}},
            "networks": {"storage": {"leaf": "sn4600"}},
            "floor": {"rows": 1, "rack": "rack-42u-2x32a"},
        }
    )
    assert plan.floor is not None
    kinds = [rack.kind for rack in plan.floor.racks]
    assert kinds.count("storage") == 5
    assert kinds[:2] == ["storage"] * 2
    assert kinds[-3:] == ["storage"] * 3
    assert [len(plan.floor.in_rack[one.name]) for one in plan.floor.racks if one.kind == "storage"]

"""Power, weight, heat and cords of the reference, against sums made by hand."""

import pytest

from railwright.plan.placement import power
from railwright.plan.placement.model import FloorPlan
from tests.unit.plan.made import planned
from tests.unit.plan.placement.test_placement_reference import REFERENCE

DGX_AIRFLOW_M3_PER_H = 1105 * 1.699  # 1105 CFM at 80 % of the fans' speed, by its user guide


@pytest.fixture(scope="module")
def floor() -> FloorPlan:
    plan = planned(REFERENCE)
    assert plan.floor is not None
    return plan.floor


def test_a_rack_of_four_nodes(floor: FloorPlan) -> None:
    own = next(one for one in power.of_racks(floor) if one.name == "A01")
    assert (own.devices, own.deployed, own.it_w, own.reserved_w) == (4, 4, 40_800, 0)
    assert own.feeds_w == (13_600, 13_600, 13_600)
    assert (own.worst_w, own.limit_w) == (20_400, 21_851)
    assert own.weight_kg == pytest.approx(4 * 130.45 + 160)
    assert own.btu_per_h == pytest.approx(40_800 * 3.412142)


def test_air_of_a_node_is_about_what_its_maker_says(floor: FloorPlan) -> None:
    own = next(one for one in power.of_racks(floor) if one.name == "A01")
    assert own.airflow_m3_per_h / 4 == pytest.approx(DGX_AIRFLOW_M3_PER_H, rel=0.1)


def test_rows_and_rooms_are_the_sums_of_their_racks(floor: FloorPlan) -> None:
    racks, rows, rooms = power.of_racks(floor), power.of_rows(floor), power.of_rooms(floor)
    assert [one.name for one in rows] == ["A", "B", "C", "D"]
    assert [one.name for one in rooms] == ["room1"]
    for each in (racks, rows, rooms):
        assert sum(one.it_w for one in each) == sum(
            place.power_w for place in floor.places.values() if place.deployed
        )
        assert sum(one.reserved_w for one in each) == 4 * 1600 + 2 * 1000
        assert sum(one.weight_kg for one in each) == pytest.approx(
            sum(place.weight_kg for place in floor.places.values()) + 37 * 160
        )
    assert all(one.limit_w is None for one in (*rows, *rooms))
    by_hand = sum(one.feeds_w[0] for one in racks if one.name.startswith("B"))
    assert rows[1].feeds_w[0] == pytest.approx(by_hand)
    assert rows[1].worst_w <= sum(one.worst_w for one in racks if one.name.startswith("B"))


def test_hot_aisles_have_the_rows_that_blow_into_them(floor: FloorPlan) -> None:
    rows = {one.name: one.capacity_w for one in power.of_rows(floor)}
    aisles = {one.name: one.capacity_w for one in power.of_hot_aisles(floor)}
    assert aisles == {"/A": rows["A"], "B/C": rows["B"] + rows["C"], "D/": rows["D"]}


def test_cords_of_a_node_take_every_feed_twice(floor: FloorPlan) -> None:
    own = [one for one in power.cords(floor, "A01") if one.device == "gpu0002"]
    assert [(one.supply, one.feed, one.pdu, one.outlet) for one in own] == [
        (1, "A", "pdu16", 3),
        (2, "B", "pdu17", 3),
        (3, "C", "pdu18", 3),
        (4, "A", "pdu16", 4),
        (5, "B", "pdu17", 4),
        (6, "C", "pdu18", 4),
    ]


def test_a_feed_without_a_pdu_in_the_plan_has_no_name() -> None:
    plan = planned(REFERENCE, {"nodes": {"pdus": {"count": 2}}})
    assert plan.floor is not None
    assert {(one.feed, one.pdu) for one in power.cords(plan.floor, "A05")} == {
        ("A", "pdu01"),
        ("B", "pdu02"),
        ("C", ""),
    }


def test_an_unknown_rack_is_an_error(floor: FloorPlan) -> None:
    with pytest.raises(KeyError):
        power.cords(floor, "Z99")

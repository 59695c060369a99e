"""The reference on four rows: racks, rows and places as a data centre engineer would draw them."""

from collections import Counter
from typing import Any

import pytest

from railwright.catalog import loader as catalog
from railwright.plan.model import Plan
from railwright.plan.placement.model import FloorPlan
from tests.unit.plan.made import INBAND, OOB, planned

REFERENCE: dict[str, Any] = {
    "nodes": {
        "gpu": {"count": 128},
        "storage": {"count": 8, "capacity": 12},
        "management": {"count": 2, "capacity": 4},
        "pdus": {"count": 111},
    },
    "networks": {
        "storage": {"leaf": "sn4600", "oversubscription": 3.0},
        "inband": INBAND,
        "oob": OOB,
    },
    "floor": {"rows": 4},
}


@pytest.fixture(scope="module")
def plan() -> Plan:
    return planned(REFERENCE)


@pytest.fixture(scope="module")
def floor(plan: Plan) -> FloorPlan:
    assert plan.floor is not None
    return plan.floor


def devices(floor: FloorPlan, rack: str) -> list[str]:
    """Return what stands in a rack from the top down."""
    return [place.device for place in reversed(floor.in_rack[rack])]


def test_four_nodes_of_40_8_kw_share_a_rack_as_nvidia_prefers(floor: FloorPlan) -> None:
    racks = [rack for rack in floor.racks if rack.kind == "compute"]
    assert len(racks) == 32
    for number, rack in enumerate(racks):
        places = floor.in_rack[rack.name]
        assert [one.bottom_u for one in places] == [1, 9, 17, 25]
        first = 4 * number + 1
        assert [one.device for one in places] == [f"gpu{first + one:04d}" for one in range(4)]


def test_every_row_has_eight_racks_of_nodes_and_its_switches_in_the_middle(
    floor: FloorPlan,
) -> None:
    assert [row.name for row in floor.rows] == ["A", "B", "C", "D"]
    for row in floor.rows:
        kinds = [rack.kind for rack in floor.racks if rack.row == row.name]
        storage = ["storage"] if row.name == "A" else []
        assert kinds == ["compute"] * 4 + ["network"] + ["compute"] * 4 + storage
    assert floor.cross_m == (floor.rack["A05"].x_m,)


def test_switches_stand_in_the_rows_of_what_they_serve(floor: FloorPlan) -> None:
    assert devices(floor, "A05")[:6] == [
        "su1-rail0-leaf",
        "su1-rail1-leaf",
        "su1-rail2-leaf",
        "su1-rail3-leaf",
        "spine1",
        "spine2",
    ]
    assert devices(floor, "D05")[:6] == [
        "su2-rail4-leaf",
        "su2-rail5-leaf",
        "su2-rail6-leaf",
        "su2-rail7-leaf",
        "spine7",
        "spine8",
    ]
    assert devices(floor, "C05")[-1] == "mgmt03"


def test_the_leaves_of_a_storage_pair_are_two_rows_apart(floor: FloorPlan) -> None:
    racks = [floor.places[f"storage{number}-leaf"].rack for number in range(1, 7)]
    assert list(zip(racks[::2], racks[1::2], strict=True)) == [
        ("A05", "C05"),
        ("A05", "C05"),
        ("B05", "D05"),
    ]


def test_access_switches_stand_among_whom_they_serve(floor: FloorPlan) -> None:
    """Of 48 ports, 32 are for the in-band ports or BMCs of one row, 16 for something else."""
    for network in ("inband", "oob"):
        own = [floor.places[f"{network}{number}-leaf"].rack for number in range(1, 5)]
        assert own == ["A05", "B05", "C05", "D05"]


def test_the_first_switch_leaves_a_unit_for_its_cables(floor: FloorPlan) -> None:
    places = [floor.places[name] for name in devices(floor, "A05")[:3]]
    assert [(one.bottom_u, one.top_u) for one in places] == [(46, 47), (43, 44), (40, 41)]


def test_rows_lie_a_rack_and_an_aisle_apart_cold_first(floor: FloorPlan) -> None:
    assert [row.y_m for row in floor.rows] == [0.6, 3.0, 5.2, 7.6]
    assert [row.front for row in floor.rows] == ["high", "low", "high", "low"]
    assert floor.rack["A05"].x_m == pytest.approx(5 * 0.7)


def test_everything_but_pdus_has_a_place(plan: Plan, floor: FloorPlan) -> None:
    roles = Counter(one.role for one in plan.devices if one.name not in floor.places)
    assert roles == {"pdu": 111}
    assert {place.device for place in floor.places.values() if not place.deployed} == {
        "storage09",
        "storage10",
        "storage11",
        "storage12",
        "mgmt03",
        "mgmt04",
    }


def test_pdus_follow_racks_those_of_switches_first(floor: FloorPlan) -> None:
    assert floor.rack["A05"].pdus == ("pdu01", "pdu02", "pdu03")
    assert floor.rack["D05"].pdus == ("pdu10", "pdu11", "pdu12")
    assert floor.rack["A10"].pdus == ("pdu13", "pdu14", "pdu15")
    assert floor.rack["A01"].pdus == ("pdu16", "pdu17", "pdu18")
    assert floor.rack["D09"].pdus == ("pdu109", "pdu110", "pdu111")
    assert floor.rack_of_pdu["pdu18"] == "A01"


def test_what_geometry_and_rack_assume_is_shown_with_a_floor_only(plan: Plan) -> None:
    told = {*catalog.geometry().assumptions, *catalog.rack("rack-48u-3x32a").assumptions}
    assert any("from the same side" in one for one in told)
    assert told <= set(plan.assumptions)
    assert told.isdisjoint(planned(REFERENCE, {"floor": None}).assumptions)


def test_without_a_floor_nothing_has_a_place() -> None:
    assert planned(REFERENCE, {"floor": None}).floor is None

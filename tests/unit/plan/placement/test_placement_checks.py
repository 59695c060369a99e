"""Warnings about the floor, and explanations of places and power."""

from dataclasses import replace
from typing import Any

import pytest

from railwright.intent import schema
from railwright.plan.checks.floor import check_floor
from railwright.plan.explain import ExplainError, explain
from railwright.plan.model import Plan
from railwright.plan.placement.load import Box
from railwright.plan.placement.refusals import Wanted, homeless
from tests.unit.plan.made import planned
from tests.unit.plan.placement.test_placement_reference import REFERENCE

LESS = {"node_power_w": 8000, "nodes_per_rack": 4}


@pytest.fixture(scope="module")
def plan() -> Plan:
    return planned(REFERENCE)


def warned(plan: Plan) -> dict[str, str]:
    found = list(check_floor(plan))
    assert all(one.severity == "warning" for one in found)
    return {one.path: one.what for one in found}


def test_the_reference_has_nothing_to_warn_of(plan: Plan) -> None:
    assert warned(plan) == {}
    assert warned(planned(REFERENCE, {"floor": None})) == {}


@pytest.mark.parametrize(
    ("pdus", "what"),
    [
        (
            {"count": 64},
            "the 37 racks of the capacity have 111 PDUs, 64 are planned: 47 have no name and no "
            "address; set count to 111",
        ),
        (
            {"count": 111, "capacity": 120},
            "the 37 racks of the capacity have 111 PDUs, 120 are planned: 9 hang in no rack; set "
            "capacity to 111",
        ),
        (
            {"count": 108, "capacity": 111},
            "racks with deployed devices have PDUs that are not deployed: pdu109-pdu111; raise "
            "count so that they have addresses",
        ),
    ],
)
def test_pdus_and_racks_are_compared(pdus: dict[str, Any], what: str) -> None:
    assert warned(planned(REFERENCE, {"nodes": {"pdus": pdus}})) == {"nodes.pdus": what}


def test_a_rack_with_too_few_feeds_for_the_supplies_is_warned_of() -> None:
    floor = {"rows": 4, "rack": "rack-48u-2x63a", "network_rack": "rack-48u-3x32a"}
    said = warned(planned(REFERENCE, {"nodes": {"pdus": None}, "floor": floor}))
    assert said == {
        "floor.rack": "dgx-h100 in rack-48u-2x63a has 6 power supplies on 2 feeds: losing one "
        "feed leaves 3, 4 are needed, so that a lost feed slows or stops it; choose a rack "
        "profile with more feeds"
    }


def test_a_platform_without_a_size_is_warned_of_once(plan: Plan) -> None:
    models = {
        name: one.model_copy(update={"chassis": None}) for name, one in plan.node_models.items()
    }
    bare = replace(plan, node_models=models | {"dgx-h100": plan.node_models["dgx-h100"]})
    found = [one.what for one in check_floor(bare)]
    assert found == [
        "management-server has no chassis in the catalog, so mgmt01-mgmt04 stand nowhere and "
        "lengths there stay assumed; add its size to the catalog",
        "storage-server has no chassis in the catalog, so storage01-storage12 stand nowhere and "
        "lengths there stay assumed; add its size to the catalog",
    ]


def test_a_box_higher_than_any_rack_is_refused(plan: Plan) -> None:
    assert plan.floor is not None
    asked = planned({"floor": {"rows": 1, "gap_u": 2, "first_u": 4}}).intent.floor
    assert asked is not None
    profile = plan.floor.profiles["rack-48u-3x32a"]
    tall = Box("leaf", "leaf", "giant", 44, 1000, 10, 2, 1, deployed=True)
    found = list(homeless(asked, Wanted(profile, profile), [tall, tall]))
    assert [(one.path, one.what) for one in found] == [
        (
            "floor.rack",
            "giant fits no rack-48u-3x32a: it is 44U high and 2 free above, the rack has 48 units "
            "of which 4 is the first that is used; choose another rack profile",
        )
    ]


@pytest.mark.parametrize(
    ("device", "value"),
    [
        ("gpu0006", "A02 units 9 to 16"),
        ("su1-rail0-leaf", "A05 units 46 to 47"),
        ("spine8", "D05 units 31 to 32"),
        ("mgmt01", "A05 unit 1"),
        ("storage02", "A10 units 3 to 4"),
        ("pdu03", "A05 feed C"),
    ],
)
def test_every_place_is_explained_with_keys_that_exist(plan: Plan, device: str, value: str) -> None:
    found = explain(plan, device, ("place",))
    assert (found.subject, found.value) == (f"{device} place", value)
    for path in {one.path for one in found.inputs if one.path}:
        assert schema.at(tuple(path.split("."))), path


def test_power_is_explained(plan: Plan) -> None:
    found = explain(plan, "gpu0006", ("power",))
    assert found.value == "10.2 kW"
    given = {one.name: one.value for one in found.inputs}
    assert given["cords"].startswith("1 to feed A outlet 3, 2 to feed B outlet 3, ")
    assert given["rack A02"] == (
        "40.8 kW; with one of 3 feeds lost another one carries 20.4 kW of 21.9 kW"
    )
    less = planned(REFERENCE, {"floor": {"rows": 4, "node_power_w": 8000}})
    asked = explain(less, "gpu0006", ("power",))
    assert (asked.value, asked.inputs[0].path) == ("8.0 kW", "floor.node_power_w")


def test_an_override_explains_itself() -> None:
    place = {"device": "spine1", "rack": "A01", "bottom_u": 40, "reason": "a broken rail"}
    place_and_power = {"overrides": {"places": [place]}, "floor": {"rows": 4, **LESS}}
    found = explain(planned(REFERENCE, place_and_power), "spine1", ("place",))
    assert (found.value, found.how) == ("A01 units 40 to 41", "overridden: a broken rail")
    assert "overrides.places[0].rack" in {one.path for one in found.inputs}


@pytest.mark.parametrize(
    ("changes", "device", "subject", "what"),
    [
        ({"floor": None}, "gpu0001", "place", "nothing stands anywhere: the intent has no `floor`"),
        ({"floor": None}, "gpu0001", "power", "nothing stands anywhere: the intent has no `floor`"),
        ({}, "pdu01", "power", "pdu01 is a PDU: what it carries is its rack's power"),
        (
            {"nodes": {"pdus": {"count": 120}}},
            "pdu112",
            "place",
            "pdu112 hangs in no rack: there are more PDUs than racks need",
        ),
    ],
)
def test_what_has_no_place_says_why(
    changes: dict[str, Any], device: str, subject: str, what: str
) -> None:
    with pytest.raises(ExplainError) as caught:
        explain(planned(REFERENCE, changes), device, (subject,))
    assert str(caught.value) == what

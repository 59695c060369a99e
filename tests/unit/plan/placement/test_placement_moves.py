"""Devices placed by hand: only they move, and only to where there is room."""

from itertools import permutations
from typing import Any

import pytest

from railwright.catalog import loader as catalog
from railwright.plan.model import Plan
from railwright.plan.placement import power
from railwright.plan.placement.load import Box, Plugs
from railwright.plan.placement.model import Vacated
from railwright.plan.placement.plugs import Sockets
from tests.unit.plan.made import planned, refusal

RACK = catalog.rack("rack-48u-3x32a")
SMALL: dict[str, Any] = {
    "nodes": {"gpu": {"count": 12, "capacity": 16}},
    "floor": {"rows": 2, "nodes_per_rack": 4, "node_power_w": 8000},
}


def moved(*places: tuple[str, str, int]) -> Plan:
    """Return the small cluster with devices moved to a rack and a lowest unit."""
    asked = [
        {"device": device, "rack": rack, "bottom_u": unit, "reason": "because"}
        for device, rack, unit in places
    ]
    return planned(SMALL, {"overrides": {"places": asked}})


@pytest.fixture(scope="module")
def before() -> Plan:
    return planned(SMALL)


def test_only_the_device_moves_and_its_place_stays_empty(before: Plan) -> None:
    after = moved(("spine1", "A01", 40))
    assert before.floor is not None
    assert after.floor is not None
    old, new = dict(before.floor.places), dict(after.floor.places)
    was, now = old.pop("spine1"), new.pop("spine1")
    assert old == new
    assert (now.rack, now.bottom_u, now.top_u, now.pinned) == ("A01", 40, 41, True)
    assert all(one.bottom_u != was.bottom_u for one in after.floor.in_rack[was.rack])
    assert list(after.floor.places) == list(before.floor.places)


def test_a_place_left_empty_is_remembered(before: Plan) -> None:
    after = moved(("spine1", "A01", 40), ("gpu0001", "A01", 9), ("gpu0002", "A01", 1))
    assert before.floor is not None
    assert after.floor is not None
    was = before.floor.places["spine1"]
    assert before.floor.vacated == ()
    assert after.floor.vacated == (Vacated(was.rack, was.bottom_u, was.height_u, "spine1"),)


def test_a_moved_device_gets_free_outlets(before: Plan) -> None:
    after = moved(("spine1", "A01", 40), ("spine2", "A01", 43))
    assert after.floor is not None
    cords = power.cords(after.floor, "A01")
    assert len({(one.feed, one.outlet) for one in cords}) == len(cords)
    assert before.floor is not None
    others = [one for one in cords if one.device.startswith("gpu")]
    assert others == list(power.cords(before.floor, "A01"))


def plugs(plan: Plan, device: str) -> tuple[str, int, tuple[int, ...]]:
    """Return the rack of a device and where it is plugged in."""
    assert plan.floor is not None
    place = plan.floor.places[device]
    return place.rack, place.first_feed, place.outlets


def test_two_devices_of_a_rack_may_exchange_their_places_and_keep_their_plugs(
    before: Plan,
) -> None:
    after = moved(("gpu0001", "A01", 9), ("gpu0002", "A01", 1))
    assert after.floor is not None
    assert [one.device for one in after.floor.in_rack["A01"]][:2] == ["gpu0002", "gpu0001"]
    for name in ("gpu0001", "gpu0002"):
        assert plugs(after, name) == plugs(before, name)


def test_a_device_that_takes_the_place_of_another_takes_its_plugs(before: Plan) -> None:
    assert before.floor is not None
    other = before.floor.places["gpu0006"]
    assert other.rack != "A01"
    after = moved(("gpu0001", other.rack, other.bottom_u), ("gpu0006", "A01", 1))
    assert plugs(after, "gpu0001") == plugs(before, "gpu0006")
    assert plugs(after, "gpu0006") == plugs(before, "gpu0001")


def test_a_device_that_moves_within_its_rack_keeps_its_plugs(before: Plan) -> None:
    assert before.floor is not None
    rack = before.floor.places["spine1"].rack
    after = moved(("su1-rail0-leaf", "A01", 43), ("spine1", rack, 1))
    assert plugs(after, "spine1") == plugs(before, "spine1")


@pytest.mark.parametrize(
    "others",
    [
        [("spine2", "A01", 43)],
        [("gpu0001", "A01", 38)],
        [("gpu0001", "B01", 40)],
        [("spine2", "A01", 43), ("gpu0001", "A01", 33), ("gpu0003", "A01", 1)],
    ],
)
def test_cords_do_not_depend_on_who_moves_later_away_or_within(
    others: list[tuple[str, str, int]],
) -> None:
    alone = plugs(moved(("spine1", "A01", 46)), "spine1")
    assert alone[0] == "A01"
    for asked in permutations([("spine1", "A01", 46), *others]):
        assert plugs(moved(*asked), "spine1") == alone


def box(name: str, power_w: int, supplies: int) -> Box:
    return Box(name, "leaf", "p", 1, power_w, 10, supplies, 1, deployed=True)


def test_every_feed_is_tried_before_a_rack_is_too_full() -> None:
    """Feed A has the fewest outlets in use, but a heavy load on its only one."""
    there = [
        (box("heavy", 20_000, 1), Plugs(0, (1,)), True),
        *((box(f"light{feed}{at}", 10, 1), Plugs(feed, (at,)), True) for feed, at in LIGHT),
    ]
    sockets = Sockets(RACK, there)
    assert sockets.plug(box("pin", 3_000, 1)) == Plugs(1, (3,))
    assert sockets.plug(box("pin2", 18_000, 1)) == Plugs(2, (3,))
    assert sockets.excess(box("pin3", 20_000, 1)) == (
        "with one of 3 feeds lost feed A carries 40.0 kW of 21.9 kW"
    )
    assert sockets.plug(box("pin3", 20_000, 1)) is None


LIGHT = [(1, 1), (1, 2), (2, 1), (2, 2)]


def test_outlets_of_devices_that_left_are_used_where_no_others_are_free() -> None:
    pdu = RACK.pdu.model_copy(update={"outlets": 3})
    there = [(box(f"b{at}", 10, 3), Plugs(0, (at, at, at)), at > 1) for at in (1, 2)]
    sockets = Sockets(RACK.model_copy(update={"pdu": pdu}), there)
    assert sockets.plug(box("pin", 10, 3)) == Plugs(0, (3, 3, 3))
    assert sockets.plug(box("pin2", 10, 3)) == Plugs(0, (1, 1, 1))
    assert sockets.plug(box("pin3", 10, 1)) is None
    assert sockets.excess(box("pin3", 10, 1)) == "feed A needs 4 outlets, its PDU has 3"


def test_a_pin_may_use_the_gap_and_the_units_below_the_first() -> None:
    floor = {"floor": {"first_u": 3, "gap_u": 2}}
    place = {"device": "spine1", "rack": "A01", "bottom_u": 1, "reason": "because"}
    after = planned(SMALL, floor, {"overrides": {"places": [place]}})
    assert after.floor is not None
    assert [(one.device, one.bottom_u) for one in after.floor.in_rack["A01"]][:2] == [
        ("spine1", 1),
        ("gpu0001", 3),
    ]


def test_a_rack_counts_as_deployed_when_somebody_moves_a_device_there(before: Plan) -> None:
    assert before.floor is not None
    last = before.floor.places["gpu0016"].rack
    assert not before.floor.rack[last].deployed
    after = moved(("spine1", last, 40))
    assert after.floor is not None
    assert after.floor.rack[last].deployed


def test_an_overfull_rack_is_refused_at_its_override() -> None:
    asked = [
        {"device": f"gpu{number:04d}", "rack": "B01", "bottom_u": unit, "reason": "because"}
        for number, unit in ((1, 33), (2, 41))
    ]
    said = refusal(SMALL, {"overrides": {"places": asked}})
    assert said == {
        "overrides.places[1].rack": "B01 cannot carry gpu0002 besides the rest: with one of 3 "
        "feeds lost feed B carries 24.0 kW of 21.9 kW; choose another rack",
    }


@pytest.mark.parametrize(
    ("given", "near"),
    [
        ("rack-48u-3x23a", "rack-48u-3x32a"),
        ("48u-2x63a", "rack-48u-2x63a"),
        ("rack-42u", "rack-42u-2x32a"),
        ("rack-42u-2x16", "rack-42u-2x16a"),
    ],
)
@pytest.mark.parametrize("key", ["rack", "network_rack"])
def test_an_unknown_rack_profile_has_its_nearest_suggested(key: str, given: str, near: str) -> None:
    said = refusal(SMALL, {"floor": {key: given}})
    assert f"did you mean {near!r}?" in said[f"floor.{key}"]

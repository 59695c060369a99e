"""The way of a cable over a floor, against lengths added up by hand."""

from itertools import pairwise

import pytest

from railwright.plan.cables.model import Route
from railwright.plan.cables.route import Spot, Ways, spots_of
from tests.unit.plan.floorplan import PITCH_M, floor_plan, placed

UNIT_M = 0.04445
PLINTH_M = 0.1
LATERALS_M = 2 * 0.4
LOOPS_M = 2 * 0.5
SLACK = 1.10


def spot(rack: str, unit: float) -> Spot:
    return Spot(rack, PLINTH_M + unit * UNIT_M, round(unit))


@pytest.fixture(scope="module")
def ways() -> Ways:
    return Ways(floor_plan())


def test_a_device_is_at_the_middle_of_its_units() -> None:
    floor = floor_plan(placed("gpu0001", "A03", 9, 8))
    found = spots_of(floor)["gpu0001"]
    assert found.rack == "A03"
    assert found.unit == 16
    assert found.height_m == pytest.approx(PLINTH_M + 12 * UNIT_M)


def test_a_pdu_is_at_the_middle_of_its_rack_and_in_no_unit() -> None:
    found = spots_of(floor_plan())["pdu-B07"]
    assert (found.rack, found.unit, str(found)) == ("B07", None, "B07")
    assert found.height_m == pytest.approx(PLINTH_M + 24 * UNIT_M)


def test_within_a_rack_a_cable_goes_straight_up(ways: Ways) -> None:
    a, z = spot("A03", 4), spot("A03", 40)
    assert ways.cable_m(a, z) == pytest.approx((36 * UNIT_M + LATERALS_M) * SLACK, abs=0.006)
    assert ways.along("A03", "A03") == Route(0.0, ())


def test_the_worked_example_of_nine_racks() -> None:
    """Units 20 and 40 of racks 9 x 0.6 m apart, trays at 2.6 m: 9.5 m, with slack 10.5 m."""
    up_m, down_m = 2.6 - PLINTH_M - 20 * UNIT_M, 2.6 - PLINTH_M - 40 * UNIT_M
    by_hand = (up_m + down_m + 9 * 0.6 + LATERALS_M + LOOPS_M) * SLACK
    assert by_hand == pytest.approx(10.5, abs=0.06)
    floor = floor_plan()
    ways = Ways(floor)
    found = ways.cable_m(spot("A01", 20), spot("A10", 40))
    assert found == pytest.approx(by_hand + 9 * (PITCH_M - 0.6) * SLACK, abs=0.006)


def test_rows_are_crossed_at_the_cross_tray(ways: Ways) -> None:
    along = ways.along("A02", "C04")
    assert along.trays == ("A", "X10", "C")
    assert along.length_m == pytest.approx(((10 - 2) + (10 - 4)) * PITCH_M + 4.6)


def test_the_nearest_of_several_cross_trays_is_taken() -> None:
    ways = Ways(floor_plan(cross=(1, 12)))
    assert ways.along("A02", "B03").trays == ("A", "X1", "B")
    assert ways.along("A02", "B03").length_m == pytest.approx((1 + 2) * PITCH_M + 2.4)
    assert ways.along("A11", "B20").trays == ("A", "X12", "B")


def test_a_cross_tray_between_two_racks_costs_nothing_extra() -> None:
    ways = Ways(floor_plan(cross=(5,)))
    assert ways.along("A03", "B09").length_m == pytest.approx(6 * PITCH_M + 2.4)


def test_rooms_are_joined_at_the_first_cross_tray() -> None:
    ways = Ways(floor_plan(cross=(10, 4)))
    along = ways.along("B12", "D15")
    assert along.trays == ("B", "X10", "D")
    to_last_row_m, gap_m = 4.6 - 2.4, 20.0
    assert along.length_m == pytest.approx((2 + 5) * PITCH_M + to_last_row_m + gap_m)


def test_trays_are_named_from_the_lower_rack(ways: Ways) -> None:
    assert ways.along("C04", "A02") == ways.along("A02", "C04")
    assert ways.along("A09", "A02").trays == ("A",)


def test_lengths_are_the_same_in_both_directions(ways: Ways) -> None:
    spots = [spot(rack, unit) for rack in ("A01", "A02", "C19", "D05") for unit in (1, 20.5, 47)]
    for a in spots:
        for z in spots:
            assert ways.cable_m(a, z) == ways.cable_m(z, a)


def test_a_rack_further_along_the_row_needs_a_longer_cable(ways: Ways) -> None:
    for first, other in (("A01", "A"), ("B20", "C")):
        positions = range(11, 20)
        lengths = [ways.cable_m(spot(first, 8), spot(f"{other}{one:02d}", 40)) for one in positions]
        steps = [later - sooner for sooner, later in pairwise(lengths)]
        assert steps == [pytest.approx(PITCH_M * SLACK, abs=0.011)] * len(steps)


def test_terms_add_up_to_the_length(ways: Ways) -> None:
    for a, z in ((spot("A01", 4), spot("A01", 40)), (spot("A01", 4), spot("D19", 40))):
        terms = ways.terms(a, z)
        assert sum(one.length_m for one in terms) == pytest.approx(ways.cable_m(a, z), abs=0.006)
    assert [one.name for one in terms] == [
        "up from A01 unit 4",
        "trays A, X10, D",
        "down to D19 unit 40",
        "sideways to both boxes",
        "service loops at both ends",
        "slack, 10 %",
    ]

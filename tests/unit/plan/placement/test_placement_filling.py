"""Racks filled in turn: as few as possible, but no group of boxes all in one of several."""

from dataclasses import replace

from railwright.catalog import loader as catalog
from railwright.plan.placement.filling import Filling, in_turn
from railwright.plan.placement.load import Box

PROFILE = catalog.rack("rack-48u-3x32a")


def box(name: str, height_u: int) -> Box:
    """Return a switch that weighs and draws little."""
    return Box(name, "leaf", "made", height_u, 100, 10.0, 2, 1, deployed=True)


def held(racks: list[Filling]) -> list[list[str]]:
    return [[one.box.name for one in rack.standing] for rack in racks]


def test_boxes_go_to_racks_in_turn() -> None:
    boxes = [box(f"b{number}", 12) for number in range(5)]
    assert held(in_turn(boxes, [], PROFILE, 1, 0, {})) == [["b0", "b2", "b4"], ["b1", "b3"]]


def test_a_pair_is_parted_even_if_that_takes_a_rack_more() -> None:
    boxes = [box("tall", 40), box("low", 20), box("left", 10), box("right", 10)]
    pair = {"left": 0, "right": 0}
    assert held(in_turn(boxes, [], PROFILE, 1, 0, {})) == [["tall"], ["low", "left", "right"]]
    assert held(in_turn(boxes, [], PROFILE, 1, 0, pair)) == [["tall"], ["low", "right"], ["left"]]


def test_a_pair_shares_the_only_rack() -> None:
    boxes = [box("left", 2), replace(box("right", 2), role="spine")]
    racks = in_turn(boxes, [], PROFILE, 1, 1, {"left": 0, "right": 0})
    assert held(racks) == [["left", "right"]]

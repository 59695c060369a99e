"""The drawings of the floor: everything that stands there, where it stands, and legible."""

import re
from itertools import combinations, pairwise
from typing import Any

import pytest

from railwright import svg
from railwright.catalog import loader as catalog
from railwright.emitters.floor import style
from railwright.emitters.floor.elevation import INNER_PX, UNIT_PX
from railwright.plan.members import members
from railwright.plan.model import Plan
from tests.unit.emitters.floor_pictures import Shape, drawings, shapes, tags
from tests.unit.plan.made import ALL_NETWORKS, planned

_WORST = "worst feed {worst:.1f} of {limit:.1f} kW"
_PX_PER_M = 44
_AT_LEAST_PX = 6.0  # of letters, in a drawing seen at its own size
_LIGHT = "<b> & 'beam' \"7\""
_CONTRAST = 4.5  # that WCAG 2 asks for of small text
_BYTES_PER_RACK = 1000
_FLOOR: dict[str, Any] = {
    "rooms": [{"name": "hall1", "rows": 2}, {"name": "hall2", "rows": 1, "tray_m": 9.0}],
    "racks_per_row": 16,
    "rack": "rack-42u-2x32a",
    "network_rack": "rack-48u-2x63a",
    "cross_trays": [2, 5],
    "blocked": [{"rack": "A02", "reason": f"pillar {_LIGHT}"}],
}
_BOXES = ("box", "later", "pinned")


@pytest.fixture(scope="module")
def plan() -> Plan:
    spare = {"device": "mgmt01", "rack": "C01", "bottom_u": 30, "reason": "near the door"}
    return planned(ALL_NETWORKS, {"floor": _FLOOR, "overrides": {"places": [spare]}})


@pytest.fixture(scope="module")
def drawn(plan: Plan) -> dict[str, list[Shape]]:
    return {path: shapes(svg_) for path, svg_ in drawings(plan).items()}


def floor_of(plan: Plan) -> Any:
    assert plan.floor is not None
    return plan.floor


def in_rack(drawn: dict[str, list[Shape]], rack: str) -> list[Shape]:
    path = f"floor/row-{rack.rstrip('0123456789')}.svg"
    return [one for one in drawn[path] if one.racks[:1] == (rack,)]


def said(drawn: list[Shape]) -> list[str]:
    return [one.text for one in drawn if one.tag == "text"]


def box_of(drawn: dict[str, list[Shape]], rack: str, device: str) -> Shape:
    """Return the rectangle around a device's name."""
    there = in_rack(drawn, rack)
    (name,) = (one for one in there if one.text == device)
    (found,) = (
        one
        for one in there
        if one.cls & set(_BOXES) and one.y <= name.y <= one.bottom and one.height < 40 * UNIT_PX
    )
    return found


def test_nothing_is_drawn_without_a_floor() -> None:
    assert drawings(planned(ALL_NETWORKS)) == {}


def test_there_is_a_plan_and_a_drawing_per_row_with_racks(plan: Plan) -> None:
    rows = dict.fromkeys(rack.row for rack in floor_of(plan).racks)
    assert list(drawings(plan)) == ["floor/plan.svg", *(f"floor/row-{row}.svg" for row in rows)]


def test_every_device_stands_in_its_units(plan: Plan, drawn: dict[str, list[Shape]]) -> None:
    floor = floor_of(plan)
    for rack in floor.racks:
        frame = next(one for one in in_rack(drawn, rack.name) if one.cls & {"frame", "later"})
        assert frame.height == floor.profile_of(rack.name).rack_units * UNIT_PX
        for place in floor.in_rack[rack.name]:
            box = box_of(drawn, rack.name, place.device)
            assert box.bottom == pytest.approx(frame.bottom - (place.bottom_u - 1) * UNIT_PX)
            assert box.height == place.height_u * UNIT_PX
            assert (box.x, box.width) == (frame.x, INNER_PX)


def test_every_device_is_drawn_once(plan: Plan, drawn: dict[str, list[Shape]]) -> None:
    rows = [one for path, own in drawn.items() if "row-" in path for one in said(own)]
    assert len(floor_of(plan).places) > 60
    assert all(rows.count(device) == 1 for device in floor_of(plan).places)


def test_reserved_pinned_and_deployed_devices_look_different(
    plan: Plan, drawn: dict[str, list[Shape]]
) -> None:
    looks = {
        (place.deployed, place.pinned): box_of(drawn, place.rack, place.device).cls
        for place in floor_of(plan).places.values()
    }
    assert looks == {
        (True, False): {"box"},
        (True, True): {"pinned"},
        (False, False): {"later"},
    }


def test_a_place_that_a_device_was_moved_from_says_where_it_is(
    plan: Plan, drawn: dict[str, list[Shape]]
) -> None:
    (left,) = floor_of(plan).vacated
    assert left.device == "mgmt01"
    there = in_rack(drawn, left.rack)
    (box,) = (one for one in there if "left" in one.cls)
    frame = next(one for one in there if one.cls & {"frame", "later"})
    assert box.height == left.height_u * UNIT_PX
    assert box.bottom == pytest.approx(frame.bottom - (left.bottom_u - 1) * UNIT_PX)
    (words,) = (one for one in there if one.text == "mgmt01 moved to C01 U30")
    assert box.y < words.y < box.bottom
    meaning = "planned place of a device that an override moved: empty"
    assert [path for path, own in drawn.items() if meaning in said(own)] == [
        f"floor/row-{left.rack.rstrip('0123456789')}.svg"
    ]


def test_a_leaf_has_the_number_and_the_colour_of_its_rail(
    plan: Plan, drawn: dict[str, list[Shape]]
) -> None:
    places = floor_of(plan).places
    leaves = [one for one in members(plan.intent, plan.built) if one.role == "leaf"]
    rails = [one for one in leaves if one.rail is not None]
    assert {one.rail for one in rails} == set(range(8))
    for leaf in rails:
        box = box_of(drawn, places[leaf.name].rack, leaf.name)
        inside = [
            one
            for one in in_rack(drawn, places[leaf.name].rack)
            if box.y <= one.y < box.bottom and one.x < box.x + 30
        ]
        assert any(f"rail{leaf.rail}" in one.cls for one in inside if one.tag == "rect")
        assert f"R{leaf.rail}" in said(inside)
    sheet = drawings(plan)["floor/row-A.svg"]
    for number, colour in enumerate(catalog.palette().rails):
        assert f".rail{number} {{ fill: {colour.hex}; }}" in sheet


def test_racks_say_what_they_draw_and_carry(plan: Plan, drawn: dict[str, list[Shape]]) -> None:
    floor = floor_of(plan)
    for rack in floor.racks:
        places, profile = floor.in_rack[rack.name], floor.profile_of(rack.name)
        there = in_rack(drawn, rack.name)
        draw = sum(one.power_w for one in places) / 1000
        assert any(one.startswith(f"{draw:.1f} kW") for one in said(there))
        # With two feeds, either carries everything once the other is lost.
        limit_w = profile.pdu.usable_w
        assert _WORST.format(worst=draw, limit=limit_w / 1000) in said(there)
        bars = [one for one in there if one.cls & {"load", "more"}]
        full = next(one for one in there if "meter" in one.cls).width
        assert sum(one.width for one in bars) == pytest.approx(
            full * draw * 1000 / limit_w, abs=0.02
        )
        for pdu in rack.pdus:
            assert any(pdu in one for one in said(there))


def test_rows_are_drawn_as_they_look_from_the_cold_aisle(
    plan: Plan, drawn: dict[str, list[Shape]]
) -> None:
    floor = floor_of(plan)
    assert {row.front for row in floor.rows} == {"low", "high"}
    for row in floor.rows:
        frames = {
            one.racks[0]: one
            for one in drawn[f"floor/row-{row.name}.svg"]
            if one.racks and one.cls & {"frame", "later", "none", "hatch"} and one.height > 500
        }
        order = sorted(frames, key=lambda rack: (frames[rack].y // 300, frames[rack].x))
        assert order == sorted(order, reverse=row.front == "low")


def test_what_the_intent_says_is_text_and_never_markup(
    plan: Plan, drawn: dict[str, list[Shape]]
) -> None:
    for path in ("floor/plan.svg", "floor/row-A.svg"):
        assert any(_LIGHT in one for one in said(drawn[path]))
    for picture in drawings(plan).values():
        assert tags(picture) <= {
            *("svg", "title", "desc", "style", "defs", "pattern", "g", "a", "use"),
            *("rect", "line", "text"),
        }


def test_the_plan_is_to_scale(plan: Plan, drawn: dict[str, list[Shape]]) -> None:
    floor = floor_of(plan)
    racks = [one for one in drawn["floor/plan.svg"] if one.cls & _kinds() and one.width > 20]
    racks = [one for one in racks if one.height > 30]
    assert len(racks) == len(floor.racks)
    rows: dict[int, list[Shape]] = {}
    for one in racks:
        rows.setdefault(round(one.y), []).append(one)
    for drawn_row, row in zip(sorted(rows), ("A", "B", "C"), strict=True):
        real = [one.x_m for one in floor.racks if one.row == row]
        middles = sorted(one.x + one.width / 2 for one in rows[drawn_row])
        gaps = [(b - a) / _PX_PER_M for a, b in pairwise(middles)]
        assert gaps == pytest.approx([b - a for a, b in pairwise(real)], abs=0.01)


def _kinds() -> set[str]:
    return {"compute", "network", "storage", "later"}


def test_the_plan_labels_aisles_trays_and_rooms(drawn: dict[str, list[Shape]]) -> None:
    texts = said(drawn["floor/plan.svg"])
    assert sum(one.startswith("cold aisle, 1.2 m") for one in texts) == 2
    assert sum(bool(re.fullmatch(r"hot aisle, 1\.0 m, [\d.]+ kW", one)) for one in texts) == 3
    assert texts.count("X2") == texts.count("X5") == 2
    assert any(
        one.startswith("hall2: ") and one.endswith("; 9 m of tray at X2 to hall1") for one in texts
    )


def test_nothing_lies_outside_the_paper_or_on_another_rack(
    plan: Plan, drawn: dict[str, list[Shape]]
) -> None:
    for path, own in drawn.items():
        paper = own[0]
        for one in own:
            length = 0.6 * one.size * len(one.text) * (0.5 if "m" in one.cls else 1)
            right = one.x + (0 if "e" in one.cls else length) if one.text else one.right
            assert one.x >= 0, one
            assert right <= paper.right + 0.1, (path, one)
            assert one.bottom <= paper.bottom
        frames = [one for one in own if one.cls & {"frame"}]
        for a, b in combinations(frames, 2):
            apart = a.right <= b.x or b.right <= a.x or a.bottom <= b.y or b.bottom <= a.y
            assert apart, (a, b)


def test_letters_are_large_enough(drawn: dict[str, list[Shape]]) -> None:
    for own in drawn.values():
        assert min(one.size for one in own if one.tag == "text") >= _AT_LEAST_PX


def test_growing_into_the_capacity_moves_nothing() -> None:
    grown = {"nodes": {"gpu": {"count": 40}, "storage": {"count": 5}}}
    where = []
    for more in ({}, grown):
        plan = planned(ALL_NETWORKS, more, {"floor": {"rows": 2}})
        names = floor_of(plan).places
        rows = {path: shapes(one) for path, one in drawings(plan).items() if "row-" in path}
        where.append(
            {
                one.text: (path, one.x, one.y)
                for path, own in rows.items()
                for one in own
                if one.text in names
            }
        )
    assert where[0] == where[1]
    assert len(where[0]) > 60


def test_drawings_are_the_same_every_time(plan: Plan) -> None:
    assert drawings(plan) == drawings(plan)


def test_a_long_row_is_drawn_in_strips_like_a_page() -> None:
    floor = {"rows": 1, "nodes_per_rack": 1}
    (row,) = (
        text
        for path, text in drawings(planned(ALL_NETWORKS, {"floor": floor})).items()
        if "row-" in path
    )
    paper = shapes(row)[0]
    assert svg.unlike_page(paper.width, paper.height) < svg.unlike_page(2, 1)


def test_the_plan_of_a_large_floor_is_bounded_and_its_rows_can_be_read() -> None:
    changes = {
        "nodes": {"gpu": {"count": 512}},
        "floor": {"rows": 16, "nodes_per_rack": 1},
    }
    plan = planned(changes)
    picture = drawings(plan)["floor/plan.svg"]
    assert len(picture) < _BYTES_PER_RACK * len(floor_of(plan).racks)
    own = shapes(picture)
    rows = [one for one in own if one.text in {row.name for row in floor_of(plan).rows}]
    assert len(rows) == 16
    assert min(one.size for one in rows) > own[0].height / 60


def test_letters_stand_out_on_every_colour() -> None:
    sheet = style.sheet(catalog.palette())
    fills = dict(re.findall(r"^\.([\w-]+) \{ fill: (#[0-9a-f]{6}); \}$", sheet, re.MULTILINE))
    inks = re.findall(r"^text\.on-([\w-]+) \{ fill: (#[0-9a-f]{6}); \}$", sheet, re.MULTILINE)
    assert len(inks) == len(catalog.palette().rails) + len(catalog.palette().networks) + 3
    for name, ink in inks:
        assert contrast(fills[name], ink) >= _CONTRAST, name


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours (WCAG 2)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

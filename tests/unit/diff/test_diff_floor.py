"""The floor between two designs: places, racks, cables, modules and what to order."""

from typing import Any

import pytest

from railwright.diff import floor_lines, text
from railwright.diff.compare import compare
from railwright.diff.model import Difference, Edit
from tests.unit.diff.samples import cable, module, order, place, rack, snapshot


def of_tables(old: dict[str, Any], new: dict[str, Any]) -> Difference:
    return compare(snapshot(**old), snapshot(**new))


def keys(entries: Any) -> list[str]:
    return [one.key[0] for one in entries]


def test_a_device_that_moves_tells_both_places() -> None:
    found = of_tables(
        {"places": [place("gpu0001", "A01", 9), place("gpu0002", "A01", 17)]},
        {"places": [place("gpu0001", "B03", 9), place("gpu0002", "A01", 17)]},
    )
    assert found.result == "changes"
    (moved,) = found.places.changed["moved"]
    assert moved.old == {"rack": "A01", "bottom_u": "9", "height_u": "8"}
    assert floor_lines.place_moves([moved]) == ["gpu0001: A01 units 9-16 -> B03 units 9-16"]
    lines = text.render(found).splitlines()
    assert "places            1 moved" in lines
    assert "devices to move" in lines


def test_other_power_cords_are_no_move() -> None:
    old, new = (place("gpu0001", "A01", 9, cords=cords) for cords in ("A1 B1", "A2 B1"))
    found = of_tables({"places": [old]}, {"places": [new]})
    assert not found.places.changed["moved"]
    assert found.places.changed["changed"][0].new == {"cords": "A2 B1"}
    assert "  gpu0001: cords A1 B1 -> A2 B1" in text.render(found).splitlines()


def test_a_reserved_place_that_is_filled_is_growth() -> None:
    reserved = place("gpu0001", "A01", 9, deployed=False)
    found = of_tables({"places": [reserved]}, {"places": [{**reserved, "deployed": True}]})
    assert keys(found.places.added) == ["gpu0001"]
    assert found.result == "additions"
    assert floor_lines.places_by_rack(found.places.added) == ["A01: gpu0001"]
    assert floor_lines.places(found.places.added) == ["gpu0001: A01 units 9-16"]


def test_a_reserved_place_that_moves_is_a_change() -> None:
    found = of_tables(
        {"places": [place("gpu0001", "A01", 9, deployed=False)]},
        {"places": [place("gpu0001", "A02", 1, deployed=False)]},
    )
    assert found.result == "changes"
    lines = text.render(found).splitlines()
    assert "reserved places   1 changed" in lines
    assert "  gpu0001: rack A01 -> A02, bottom_u 9 -> 1" in lines


def test_a_move_tells_other_power_cords() -> None:
    found = of_tables(
        {"places": [place("gpu0001", "A01", 9, cords="A1 B1")]},
        {"places": [place("gpu0001", "B03", 1, cords="A4 B4")]},
    )
    assert floor_lines.place_moves(found.places.changed["moved"]) == [
        "gpu0001: A01 units 9-16 -> B03 units 1-8, cords A1 B1 -> A4 B4"
    ]


def test_what_changes_alike_shares_a_line() -> None:
    names = [f"gpu{number:04}:rail0" for number in range(1, 5)]
    old = [cable(one) for one in names]
    new = [cable(one, a_rack="B03", a_label=f"B03:{one}") for one in names[:3]]
    found = of_tables({"cables": old}, {"cables": [*new, cable(names[3], trays="A X2 B")]})
    lines = text.render(found).splitlines()
    assert "  3 x another a_rack, a_label: gpu0001:rail0, gpu0002:rail0, gpu0003:rail0" in lines
    assert "  gpu0004:rail0: trays A -> A X2 B" in lines
    assert "  gpu0002:rail0: a_rack A01 -> B03" in text.render(found, everything=True)


def test_one_unit_is_no_range() -> None:
    one = Edit(
        ("su1-rail0-leaf",),
        {"rack": "A05", "bottom_u": "40", "height_u": "1"},
        {"rack": "A05", "bottom_u": "38", "height_u": "2"},
    )
    assert floor_lines.place_moves([one]) == ["su1-rail0-leaf: A05 unit 40 -> A05 units 38-39"]


def test_racks() -> None:
    found = of_tables(
        {"racks": [rack("A01"), rack("A02"), rack("A03", devices=4)]},
        {"racks": [rack("A01", profile="rack-42u-2x32a"), rack("A03", devices=3), rack("A10")]},
    )
    assert keys(found.racks.removed) == ["A02"]
    assert keys(found.racks.added) == ["A10"]
    assert [one.new for one in found.racks.changed["changed"]] == [{"profile": "rack-42u-2x32a"}]
    lines = text.render(found).splitlines()
    assert "  1 compute, rack-48u-3x32a: A02" in lines
    assert "  A01: profile rack-48u-3x32a -> rack-42u-2x32a" in lines


@pytest.mark.parametrize(
    ("column", "value", "verb"),
    [
        ("part", "B", "replaced"),
        ("length_m", 50.0, "replaced"),
        ("medium", "SMF", "replaced"),
        ("z_socket", "18/1", "moved"),
        ("a_device", "gpu0009", "moved"),
        ("a_label", "A02-16:OSFP4P1 / A05-40:17/1", "relabelled"),
        ("colour", "blue", "relabelled"),
        ("trays", "A X7 C", "rerouted"),
        ("z_rack", "B05", "rerouted"),
        ("bundle", "A01-A05/compute/2", "regrouped"),
        ("wave", "2-fabric", "regrouped"),
    ],
)
def test_what_somebody_does_about_a_cable(column: str, value: Any, verb: str) -> None:
    old = cable("gpu0001:rail0")
    found = of_tables({"cables": [old]}, {"cables": [{**old, column: value}]})
    done = {name: len(edits) for name, edits in found.cables.changed.items() if edits}
    assert done == {verb: 1}
    assert found.result == "changes"


@pytest.mark.parametrize("column", ["computed_m", "a_top_u", "links"])
def test_what_is_no_change_of_a_cable(column: str) -> None:
    old = cable("gpu0001:rail0")
    found = of_tables({"cables": [old]}, {"cables": [{**old, column: "7"}]})
    assert found.result == "identical"


def test_cables_to_pull_again_are_put_together_by_their_parts() -> None:
    ids = [f"gpu{number:04}:rail0" for number in range(1, 13)]
    old = [cable(one) for one in ids]
    new = [cable(one, part="B", length_m=50.0) for one in ids[:11]] + [cable(ids[11], part="C")]
    found = of_tables({"cables": old}, {"cables": new}).cables.changed["replaced"]
    assert floor_lines.replacements_by_part(found) == [
        "11 x A MMF 15 m -> B MMF 50 m: gpu0001-gpu0011 - su1-rail0-leaf",
        "1 x A MMF 15 m -> C MMF 15 m: gpu0012 - su1-rail0-leaf",
    ]
    assert floor_lines.replacements(found)[0] == "gpu0001:rail0: A MMF 15 m -> B MMF 50 m"


def test_cables_that_come_and_go() -> None:
    found = of_tables(
        {"cables": [cable("gpu0001:rail0"), cable("gpu0002:rail0", deployed=False)]},
        {"cables": [cable("gpu0002:rail0"), cable("gpu0003:rail0", deployed=False, part=None)]},
    ).cables
    assert floor_lines.cables_by_part(found.removed) == ["1 x A MMF 15 m: gpu0001 - su1-rail0-leaf"]
    assert floor_lines.cables(found.added) == [
        "gpu0002:rail0: A MMF 15 m, A01-16:OSFP4P1 / A05-40:17/1"
    ]
    assert floor_lines.cables_by_part(found.reserved.added) == [
        "1 x (no part) MMF 15 m: gpu0003 - su1-rail0-leaf"
    ]


def test_modules_to_exchange() -> None:
    names = [f"spine1:{cage}" for cage in (1, 2)]
    found = of_tables(
        {"modules": [module(one) for one in names]},
        {"modules": [module(one, part="MMS4X00-NM") for one in (*names, "spine2:1")]},
    )
    exchanged = found.modules.changed["exchanged"]
    assert floor_lines.exchanges_by_part(exchanged) == ["2 x MMA4Z00-NS -> MMS4X00-NM: spine1"]
    assert floor_lines.exchanges(exchanged)[1] == "spine1:2: MMA4Z00-NS -> MMS4X00-NM"
    assert floor_lines.modules_by_part(found.modules.added) == ["1 x MMS4X00-NM: spine2"]
    assert floor_lines.modules(found.modules.added) == ["spine2:1: MMS4X00-NM"]


def test_what_to_order_comes_before_what_is_left_over() -> None:
    found = of_tables(
        {"bom": [order("A", 10), order("B", 9), order("C", 8), order("P", 7), order("S", 6)]},
        {
            "bom": [
                *(order("A", 4), order("B", 12), order("N", 3), order("S", 6)),
                order("P", 7, unit_price="1.50"),
            ]
        },
    )
    assert floor_lines.orders(found.bom) == [
        "cable N: 0 -> 3 (+3)",
        "cable B: 9 -> 12 (+3)",
        "cable A: 10 -> 4 (-6)",
        "cable P: unit price missing -> 1.50",
        "cable C: 8 -> 0 (-8)",
    ]
    lines = text.render(found).splitlines()
    assert "order             2 parts more, 2 parts fewer, 1 part at another price" in lines


def test_an_order_alone_disturbs_nothing() -> None:
    found = of_tables({"bom": [order("A", 10)]}, {"bom": [order("A", 4)]})
    assert found.result == "additions"


def test_parts_inside_others_are_not_ordered() -> None:
    found = of_tables({"bom": []}, {"bom": [order("ConnectX-7", 0, kind="nic")]})
    assert floor_lines.orders(found.bom) == []
    assert floor_lines.ordered(found.bom) == (0, 0, 0)

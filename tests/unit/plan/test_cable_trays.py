"""How full trays are, against sums by hand."""

from math import pi
from typing import get_args

import pytest

from railwright.catalog import loader as catalog
from railwright.plan.cables.model import Cable, CableEnd
from railwright.plan.cables.route import Ways
from railwright.plan.cables.trays import Section, Tray, loads, sections
from railwright.plan.grown import grown
from railwright.units import Medium
from tests.unit.plan.floorplan import floor_plan
from tests.unit.plan.made import ALL_NETWORKS, made, merged, planned

FLOOR = {"floor": {"rows": 2}}
ROW_A, ROW_B, ROW_C = (Tray("row", "hall1", name) for name in "ABC")
CROSS = Tray("cross", "hall1", "X10")
OTHER_CROSS = Tray("cross", "hall2", "X10")
JOINT = Tray("room", "hall1/hall2", "X10")


def end(rack: str) -> CableEnd:
    return CableEnd("device", ("port",), "1", "1", rack, 1, "label")


def cable(*racks: str, medium: Medium = "MMF") -> Cable:
    """Return a cable between racks of the floor by hand, the upper end last."""
    return Cable(
        id="cable",
        links=("link",),
        network="compute",
        medium=medium,
        part="part",
        computed_m=10.0,
        length_m=10.0,
        ends=tuple(end(rack) for rack in racks),
        rail=0,
        plane=None,
        colour="orange",
        bundle="bundle",
        trays=Ways(floor_plan()).along(racks[0], racks[-1]).trays,
        wave="2-fabric",
        deployed=True,
    )


def held(*cables: Cable) -> dict[Tray, Section]:
    """Return the sections of trays that hold something."""
    found = sections(floor_plan(), cables)
    return {tray: section for tray, section in found.items() if section.cables}


@pytest.mark.parametrize(
    ("medium", "area_mm2", "needed_mm2", "kg_per_m"),
    [("MMF", 14_476, 36_191, 18.4), ("DAC", 2048 * 69.8, 2048 * 69.8 / 0.4, 92)],
)
def test_the_worked_example_of_2048_cables(
    medium: Medium, area_mm2: float, needed_mm2: float, kg_per_m: float
) -> None:
    found = held(*[cable("A03", "A09", medium=medium)] * 2048)[ROW_A]
    assert found.cables == 2048
    assert found.area_mm2 == pytest.approx(area_mm2, rel=0.001)
    assert found.needed_mm2 == pytest.approx(needed_mm2, rel=0.001)
    assert found.kg_per_m == pytest.approx(kg_per_m, rel=0.003)


def test_the_fullest_part_is_where_cables_lie_side_by_side() -> None:
    """Two of three lie from 5 to 7; the third comes after both have left."""
    found = held(cable("A02", "A07"), cable("A09", "A05"), cable("A12", "A14"))
    assert set(found) == {ROW_A}
    assert (found[ROW_A].cables, found[ROW_A].between) == (2, ("5", "7"))


def test_one_that_begins_where_another_ends_lies_beside_none() -> None:
    found = held(cable("A02", "A07"), cable("A07", "A09"))
    assert (found[ROW_A].cables, found[ROW_A].between) == (1, ("2", "7"))


def test_thick_cables_fill_more_than_many_thin_ones() -> None:
    """Two coppers fill 139.7 mm2, ten fibres 70.7 mm2 and weigh as much."""
    thick = [cable("A02", "A04", medium="DAC")] * 2
    found = held(*thick, *[cable("A06", "A08")] * 10)[ROW_A]
    assert (found.cables, found.between) == (2, ("2", "4"))
    assert found.area_mm2 == pytest.approx(2 * pi / 4 * 9.43**2)


def test_the_heaviest_part_need_not_be_the_fullest() -> None:
    found = held(cable("A02", "A04", medium="DAC"), *[cable("A06", "A08")] * 6)[ROW_A]
    assert (found.cables, found.between) == (1, ("2", "4"))
    assert found.kg_per_m == pytest.approx(6 * 0.009)


@pytest.mark.parametrize("racks", [("A04", "C15"), ("C15", "A04")])
def test_between_rows_a_cable_lies_in_three_trays(racks: tuple[str, str]) -> None:
    found = held(cable(*racks))
    assert {tray: section.between for tray, section in found.items()} == {
        ROW_A: ("4", "10"),
        CROSS: ("A", "C"),
        ROW_C: ("10", "15"),
    }


def test_a_rack_below_the_cross_tray_needs_no_tray_of_its_row() -> None:
    assert set(held(cable("B10", "C15"))) == {CROSS, ROW_C}


def test_between_rooms_a_cable_passes_the_rest_of_its_own() -> None:
    found = held(cable("B02", "D05"))
    assert set(found) == {ROW_B, CROSS, JOINT, Tray("row", "hall2", "D")}
    assert found[CROSS].between == ("B", "C")
    assert (found[JOINT].cables, found[JOINT].between) == (1, ())


def test_a_splitter_counts_once_for_every_rack_it_goes_to() -> None:
    found = held(cable("A02", "A02", "A04", "A12"))
    assert (found[ROW_A].cables, found[ROW_A].between) == (2, ("4", "12"))


def test_trays_without_cables_are_listed_as_empty() -> None:
    found = sections(floor_plan(cross=(3, 10)), [])
    assert set(found.values()) == {Section()}
    names = [(tray.kind, tray.name) for tray in found]
    assert names[4:] == [("cross", name) for name in ("X3", "X10")] * 2 + [("room", "X3")]


def test_every_cable_has_a_size() -> None:
    listed = [medium for one in catalog.tray_fill().cables for medium in one.media]
    assert sorted(listed) == sorted(get_args(Medium))


def test_growth_fills_trays_to_what_was_said_before() -> None:
    """What the capacity will hold is what is there once it is deployed."""
    now = list(loads(planned(ALL_NETWORKS, FLOOR)))
    full = grown(made(merged(ALL_NETWORKS, FLOOR)))
    counts = {name: {"count": one.count} for name, one in full.nodes if getattr(one, "count", None)}
    later = list(loads(planned(merged(ALL_NETWORKS, {"nodes": counts}), FLOOR)))
    assert [one.capacity for one in now] == [one.deployed for one in later]
    for one in now:
        assert one.capacity
        assert one.deployed.cables <= one.capacity.cables
        assert one.deployed.kg_per_m <= one.capacity.kg_per_m
    assert any(one.capacity and one.deployed.cables < one.capacity.cables for one in now)


def test_without_a_floor_there_are_no_trays() -> None:
    assert list(loads(planned())) == []

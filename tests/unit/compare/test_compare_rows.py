"""Rows and notes: what is set side by side, and what must not be."""

from dataclasses import replace

import pytest

from railwright.compare.model import Comparison, Power, Row
from railwright.compare.rows import compare
from tests.unit.compare.measures_made import FIGURES, PARTS, SMALLER, cost, made

PRICED = cost("USD", 400, 1000)


def percent(found: Comparison, section: str, name: str) -> list[float | None]:
    changes = found.row(section, name).changes_percent
    return [None if one is None else round(one, 1) for one in changes]


@pytest.fixture(scope="module")
def found() -> Comparison:
    small = replace(FIGURES, tiers=1, oversubscription=None, between_rails_gbps=0)
    return compare([made("big"), made("small", parts={"compute": SMALLER}, figures=small)])


def test_savings_are_against_the_first_design(found: Comparison) -> None:
    assert found.row("compute", "switches").values == (24, 8)
    assert percent(found, "compute", "switches") == [0, -66.7]
    assert percent(found, "compute", "modules: 800G in switches") == [0, -66.7]
    assert percent(found, "compute", "modules") == [0, -40]
    assert percent(found, "compute", "power: switches") == [0, -66.7]


def test_what_only_one_design_has_is_none_of_it_in_the_other(found: Comparison) -> None:
    assert found.row("compute", "switches: spines").values == (8, 0)
    assert found.row("compute", "cables: DAC").values == (0, 256)
    assert percent(found, "compute", "cables: DAC") == [None, None]
    with pytest.raises(KeyError):
        found.row("compute", "switches: super-spines")


def test_ranks_have_no_percentage(found: Comparison) -> None:
    for name in ("design", "tiers", "nodes per SU", "oversubscription of leaves"):
        assert percent(found, "compute", name) == [None, None]
    assert found.row("compute", "oversubscription of leaves").values == (1.0, None)


@pytest.mark.parametrize("first", [0, None, "rail-only"])
def test_there_is_no_share_of_nothing(first: float | str | None) -> None:
    assert Row("s", "n", "", (first, 5)).changes_percent == (None, None)


def test_totals_of_designs_with_other_networks_are_not_compared() -> None:
    more = made("more", parts={"compute": SMALLER, "storage": SMALLER})
    found = compare([made("less"), more])
    assert found.row("storage", "switches").values == (None, 8)
    assert found.row("everything", "switches").values == (24, 16)
    assert percent(found, "everything", "switches") == [None, None]
    assert percent(found, "everything", "power per GPU") == [None, None]
    assert percent(found, "compute", "switches") == [0, -66.7]
    assert found.notes == (
        "more and less do not plan the same networks (storage in one only): "
        "compare compute, not everything",
    )


def test_designs_of_other_sizes_are_compared_per_gpu(found: Comparison) -> None:
    half = compare([made("one"), made("two", gpus=512, nodes=64, parts={"compute": SMALLER})])
    assert percent(half, "compute", "switches") == [None, None]
    assert percent(half, "compute", "bisection") == [None, None]
    assert percent(half, "per GPU", "compute switches per 1000") == [0, -33.3]
    assert half.row("per GPU", "compute modules").values == (2.5, 3)
    assert half.notes[0].startswith("two has 512 GPUs, one 1,024: ")
    assert "per GPU" not in {row.section for row in found.rows}


def test_unknown_power_stays_unknown() -> None:
    found = compare([made("known"), made("not", power=Power(1_305_600, 0, None))])
    assert found.row("everything", "power").values == (1358.4, None)
    assert percent(found, "everything", "power") == [0, None]


def test_complete_prices_give_a_saving() -> None:
    found = compare([made("a", cost=cost("USD", 400, 1000)), made("b", cost=cost("USD", 100, 700))])
    assert percent(found, "everything", "cost of the network") == [0, -75]
    assert percent(found, "everything", "cost") == [0, -30]


def test_missing_prices_give_no_saving_and_say_so_in_the_name() -> None:
    found = compare(
        [made("a", cost=cost("USD", 400, 1000)), made("b", cost=cost("USD", 100, 700, "optic"))]
    )
    row = found.row("everything", "cost, as far as priced")
    assert row.values == (1000, 700)
    assert row.changes_percent == (None, None)


def test_currencies_are_never_set_against_each_other() -> None:
    found = compare(
        [made("a", cost=cost("EUR", 400, 1000)), made("b", cost=cost("USD", 100, 700)), made("c")]
    )
    rows = [row for row in found.rows if row.name == "cost"]
    assert [(row.unit, row.values) for row in rows] == [
        ("EUR", (1000, None, None)),
        ("USD", (None, 700, None)),
    ]
    assert all(row.changes_percent == (None,) * 3 or row.unit == "EUR" for row in rows)


@pytest.mark.parametrize("racks", [(37, None), (None, 37)])
def test_what_needs_a_floor_is_not_compared_with_a_design_without(
    racks: tuple[int | None, ...],
) -> None:
    beside = {"compute": SMALLER, "oob": SMALLER}
    bigger = made("a", racks=racks[0], parts={"compute": PARTS, "oob": SMALLER}, cost=PRICED)
    found = compare([bigger, made("b", racks=racks[1], parts=beside, cost=PRICED)])
    assert found.row("everything", "racks").values == racks
    for section, name in (
        ("compute", "cables"),
        ("compute", "cables: DAC"),
        ("compute", "modules"),
        ("compute", "modules: 800G in switches"),
        ("compute", "power: modules"),
        ("everything", "cables"),
        ("everything", "modules"),
        ("everything", "racks"),
        ("everything", "power"),
        ("everything", "power: GPU nodes"),
        ("everything", "power per GPU"),
        ("everything", "cost of the network"),
        ("everything", "cost"),
    ):
        assert percent(found, section, name) == [None, None], name
    assert percent(found, "compute", "switches") == [0, -66.7]
    assert percent(found, "compute", "power: switches") == [0, -66.7]
    assert percent(found, "everything", "switches") == [0, -50]
    with_floor, without = ("a", "b") if racks[0] else ("b", "a")
    assert found.notes == (
        f"{with_floor} has a floor and {without} has none: cables, modules, racks, planned power "
        "and cost are not comparable, switches and links are",
    )


def test_floors_on_both_sides_are_compared() -> None:
    found = compare([made("a", racks=40), made("b", racks=30, parts={"compute": SMALLER})])
    assert percent(found, "everything", "racks") == [0, -25]
    assert percent(found, "compute", "modules") == [0, -40]
    assert not found.notes


def test_figures_per_gpu_mind_floors_too() -> None:
    small = made("b", racks=20, gpus=512, parts={"compute": SMALLER})
    found = compare([made("a"), small])
    assert percent(found, "per GPU", "compute switches per 1000") == [0, -33.3]
    assert percent(found, "per GPU", "compute cables") == [None, None]
    assert percent(found, "per GPU", "compute modules") == [None, None]


def test_notes_say_what_is_not_known_of_each() -> None:
    lonely = replace(FIGURES.ways, other_rail_near=None, other_rail_far=None)
    one = made("one", gaps=("no floor",), figures=replace(FIGURES, ways=lonely))
    assert compare([one]).notes == (
        "one: no floor",
        "one: other rails are reached over NVLink in a node, never over switches",
    )

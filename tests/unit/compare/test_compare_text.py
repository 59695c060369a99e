"""The text: values as people write them, alignment, what is left out where designs are alike."""

from dataclasses import replace

import pytest

from railwright.compare.claims.model import Claim, Evidence
from railwright.compare.model import Comparison, Row
from railwright.compare.rows import compare
from railwright.compare.side_by_side import Compared
from railwright.compare.text import render, shown
from tests.unit.compare.measures_made import PARTS, SMALLER, made


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        ("rail-only", "rail-only"),
        (0, "0"),
        (100, "100"),
        (1024, "1,024"),
        (204.8, "204.8"),
        (5.333, "5.33"),
        (439 / 62.7142857, "7"),
        (1_000_000.0, "1,000,000"),
    ],
)
def test_values_are_whole_where_they_are(value: float | str | None, text: str) -> None:
    assert shown(value) == text


def test_columns_are_aligned_and_units_stand_once() -> None:
    rows = (
        Row("compute", "bisection", "Tb/s", (204.8, 102.4)),
        Row("compute", "oversubscription", ":1", (None, 2.0), comparable=False),
        Row("everything", "switches", "", (24, 8)),
    )
    found = Comparison((made("first"), made("the-second")), rows, ("a note",))
    assert render(Compared(found)) == (
        "                    first  the-second\n"
        "compute\n"
        "  bisection, Tb/s   204.8  102.4 (-50.0 %)\n"
        "  oversubscription  -      2:1\n"
        "everything\n"
        "  switches          24     8 (-66.7 %)\n"
        "\n"
        "in brackets: the change against the first design; -50.0 % is half of it saved\n"
        "note: a note\n"
    )


def test_networks_beside_compute_are_only_named_where_they_are_alike() -> None:
    beside = {"compute": PARTS, "storage": SMALLER, "oob": SMALLER}
    more = beside | {"oob": replace(SMALLER, links={("access", 1): 250})}
    lines = render(Compared(compare([made("a", parts=beside), made("b", parts=more)]))).splitlines()
    assert "storage: the same in all" in lines
    assert "oob" in lines
    assert "compute" in lines
    assert "cluster" in lines


def test_one_design_alone_shows_everything() -> None:
    lines = render(Compared(compare([made("a", parts={"compute": PARTS, "oob": SMALLER})])))
    assert "the same in all" not in lines


def test_a_claim_shows_its_arithmetic() -> None:
    claim = Claim(
        "less",
        "half of it",
        "somebody",
        (
            Evidence("a", "4 / 2", 2, ":1", holds=False, source="a sheet"),
            Evidence("b", "8 - 4", 4, "W", against="c", holds=True),
            Evidence("d", "price of e", None),
            Evidence("f", "", 7, ":1", source="a paper", basis="cited"),
            Evidence("g", "2 x 2", 4, basis="assumed"),
        ),
        ("mind this",),
    )
    assert render(Compared(None, (claim, claim))) == "\n".join(
        [
            "less: half of it\n"
            "  verdict   holds only for b against c\n"
            "  claimed   somebody\n"
            "  fails     a: 4 / 2 = 2:1 [a sheet]\n"
            "  holds     b against c: 8 - 4 = 4 W\n"
            "            d: price of e = not known\n"
            "  cited     f: 7:1 [a paper]\n"
            "  assumed   g: 2 x 2 = 4\n"
            "  note      mind this\n"
        ]
        * 2
    )

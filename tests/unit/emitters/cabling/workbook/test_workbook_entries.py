"""What a wave's sheet already says, from the marks there are."""

from dataclasses import replace
from typing import Any

import pytest

from railwright.emitters.cabling.workbook.entries import Entry, counts, entry
from railwright.intent.as_built import Mark
from tests.unit.emitters.cabling.workbook import books


def mark(what: Any, value: Any, by: str = "Ann", note: str = "") -> Mark:
    return Mark("gpu0001:rail0", what, value, by, "2026-03-01T09:30:00Z", note)


CASES: dict[str, tuple[tuple[Mark, ...], Entry]] = {
    "nothing": ((), Entry()),
    "pulled": (
        (mark("pulled", True),),
        Entry(status="pulled", by="Ann", at="2026-03-01 09:30"),
    ),
    "taken back": ((mark("pulled", False),), Entry()),
    "tested includes the rest": (
        (mark("tested", True, "Cy", "ok"),),
        Entry(status="tested", tested_by="Cy", tested_at="2026-03-01 09:30", result="ok"),
    ),
    "a failed test is no result": (
        (mark("connected", True), mark("tested", False, "Cy", "no light")),
        Entry(status="connected", by="Ann", at="2026-03-01 09:30"),
    ),
    "a deviation has its author": (
        (mark("port", "Ethernet8", "Dee", "dead"),),
        Entry(by="Dee", at="2026-03-01 09:30", as_built_port="Ethernet8", reason="dead"),
    ),
    "a length has its reason": (
        (mark("length_m", 12.5, "Dee", "store"),),
        Entry(by="Dee", at="2026-03-01 09:30", as_built_length_m=12.5, reason="store"),
    ),
    "a deviation taken back": (
        (mark("pulled", True), mark("port", None, "Dee", "as planned after all")),
        Entry(status="pulled", by="Ann", at="2026-03-01 09:30"),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_marks_become_cells(case: str) -> None:
    marks, wanted = CASES[case]
    pull = replace(books.on_floor().pulls[0], marks={one.what: one for one in marks})
    assert entry(pull) == wanted


def test_a_step_counts_for_those_before_it() -> None:
    found = counts(["planned", "pulled", "pulled", "connected", "tested"])
    assert found == {"pulled": 4, "connected": 2, "tested": 1}

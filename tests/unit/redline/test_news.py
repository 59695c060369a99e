"""What is new in a sheet: nothing that is known, planned or replaced; doubt is a conflict."""

from dataclasses import replace

import pytest

from railwright.errors import Problem
from railwright.intent.as_built import Mark, What
from railwright.plan.cables.standing import Standing
from railwright.redline.marks import Key, identified, settled
from railwright.redline.model import Place, Statement
from railwright.redline.news import News, Planned, of_statements

CABLE = "gpu0001:rail0"
PLACE = Place("w.xlsx", "1-oob!C3")
NOW, FIRST = "11111111", "22222222"
PLAN = Planned(Standing(NOW, NOW, (NOW,), "Ethernet0", 5.0), "Ethernet0", 5.0)
REDLINED = Planned(Standing(NOW, FIRST, (NOW, FIRST), "Ethernet0", 5.0), "Ethernet8", 5.0)
LI = Mark(CABLE, "connected", True, "Li", "2026-03-02T09:30:45Z", id="phone-1")


def row(what: What = "connected", value: object = True, **more: object) -> Statement:
    one = Statement(CABLE, NOW, what, value, "Anna", "2026-03-03T09:30:00Z", "", PLACE)  # type: ignore[arg-type]
    return replace(one, **more)  # type: ignore[arg-type]


def news(*rows: Statement, known: tuple[Mark, ...] = (), planned: Planned = PLAN) -> News:
    groups: dict[Key, tuple[Mark, ...]] = {}
    for mark in known:
        key = mark.cable, mark.what
        groups[key] = (*groups.get(key, ()), mark)
    return of_statements(rows, groups, {CABLE: planned})


def after(*rows: Statement, known: tuple[Mark, ...], planned: Planned = PLAN) -> list[set[str]]:
    return [set(one.mark.after) for one in news(*rows, known=known, planned=planned).marks]


def test_what_nobody_said_is_new_with_an_id_that_follows() -> None:
    (one,) = news(row()).marks
    assert one.mark == identified(row().mark)
    assert one.mark.after == ()


@pytest.mark.parametrize(
    "one",
    [
        row("port", "Ethernet0"),
        row("length_m", 5.0),
        row("connected", False),
    ],
)
def test_what_is_planned_is_no_news(one: Statement) -> None:
    assert news(one).marks == ()


def test_what_is_known_is_no_news_whoever_says_it_again() -> None:
    assert news(row(), known=(LI,)).marks == ()
    assert news(row("port", "Ethernet8", note="other"), known=(port("Ethernet8"),)).marks == ()


def test_another_result_of_a_test_is_news() -> None:
    tested = replace(LI, what="tested", note="-1.2 dBm")
    assert news(row("tested", note="-1.2 dBm"), known=(tested,)).marks == ()
    assert news(row("tested", note=""), known=(tested,)).marks == ()
    assert after(row("tested", note="-3 dBm"), known=(tested,)) == [set()]
    amended = row("tested", note="-3 dBm", by="Li", at="2026-03-02T09:30:00Z")
    assert after(amended, known=(tested,)) == [{"phone-1"}]


def test_a_step_that_was_taken_back_is_in_doubt() -> None:
    back = replace(LI, value=False)
    assert after(row(), known=(back,)) == [set()]


def test_an_old_sheet_brings_nothing_back() -> None:
    back = replace(LI, value=False, id="phone-2", at="2026-03-04T00:00:00Z", after=("phone-1",))
    record = settled([LI, back], back, LI)
    printed = row(by="Li", at="2026-03-02T09:30:00Z")
    assert news(printed, known=(record,)).marks == ()


def port(value: str, at: str = "2026-03-02T09:30:45Z") -> Mark:
    return Mark(CABLE, "port", value, "Li", at, "dead", "phone-1")


def test_another_port_replaces_one_that_the_sheet_was_printed_with() -> None:
    known = (port("Ethernet8"),)
    other = row("port", "Ethernet16", note="x")
    assert after(other, known=known, planned=REDLINED) == [{"phone-1"}]
    assert after(replace(other, check=FIRST), known=known, planned=REDLINED) == [set()]
    assert after(other, known=known) == [set()]
    earlier = replace(other, at="2026-03-01T00:00:00Z")
    assert after(earlier, known=known, planned=REDLINED) == [set()]


def test_a_replaced_port_on_an_old_sheet_is_no_news() -> None:
    first, second = port("Ethernet8"), replace(port("Ethernet16"), id="phone-2", after=("phone-1",))
    record = settled([first, second], second, first)
    old = row("port", "Ethernet8", check=FIRST, note="dead")
    assert news(old, known=(record,), planned=REDLINED).marks == ()
    typed = replace(old, check=NOW)
    assert after(typed, known=(record,), planned=REDLINED) == [{"phone-2", *record.after}]


def test_a_remark_goes_on_with_the_one_before() -> None:
    remark = replace(LI, what="remark", value="bent")
    assert after(row("remark", "bent, replaced"), known=(remark,)) == [{"phone-1"}]
    assert after(row("remark", "fine"), known=(remark,)) == [set()]


def test_what_is_lacking_matters_only_for_news() -> None:
    lacking = (Problem("1-oob!D3", "by: is missing"),)
    assert news(row(lacking=lacking), known=(LI,)).problems == ()
    found = news(row(lacking=lacking))
    assert found.problems == lacking
    assert found.marks == ()


def test_a_step_below_the_status_comes_with_it_alone() -> None:
    below = row("pulled", under="connected")
    assert len(news(row(), below).marks) == 2
    assert news(row(), below, known=(LI,)).marks == ()


def test_a_lower_status_is_noted_if_it_is_later() -> None:
    weak = row(value=False, weak=True)
    assert news(weak, known=(LI,)).behind == (weak,)
    assert news(replace(weak, at="2026-03-01T00:00:00Z"), known=(LI,)).behind == ()
    assert news(weak).behind == ()

"""Marks put together: no order matters, nothing is lost, a conflict is one on every side."""

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from railwright.intent.as_built import Mark
from railwright.redline.marks import (
    DifferentError,
    grouped,
    identified,
    known_ids,
    settled,
    state_of,
    union,
)

CABLES = ("gpu0001:rail0", "gpu0001:rail1")


@st.composite
def histories(draw: st.DrawFn) -> list[Mark]:
    """Marks as devices make them: each replaces some marks and whatever those replaced."""
    made: list[Mark] = []
    for number in range(draw(st.integers(1, 8))):
        cable = draw(st.sampled_from(CABLES))
        known = [one for one in made if one.cable == cable and draw(st.booleans())]
        after = {name for one in known for name in (one.id, *one.after)}
        made.append(
            Mark(
                cable,
                "pulled",
                draw(st.booleans()),
                draw(st.sampled_from(("Li", "Anna"))),
                f"2026-03-01T09:{draw(st.integers(0, 59)):02d}:00Z",
                id=f"device{number % 3}-{number}",
                after=tuple(sorted(after)),
            )
        )
    return made


def by_id(marks: list[Mark]) -> dict[str, Mark]:
    return {mark.id: mark for mark in marks}


@given(histories(), st.data())
def test_union_has_no_order_and_repeats_change_nothing(
    made: list[Mark], data: st.DataObject
) -> None:
    parts = [
        by_id(data.draw(st.lists(st.sampled_from(made), unique_by=lambda mark: mark.id)))
        for _ in range(3)
    ]
    one, two, three = parts
    assert union(one, two) == union(two, one)
    assert union(union(one, two), three) == union(one, union(two, three))
    assert union(one, one) == one
    assert union(one, two).keys() == one.keys() | two.keys()


@given(histories(), st.randoms())
def test_what_stands_does_not_depend_on_order(made: list[Mark], random: object) -> None:
    turned = list(reversed(made))
    for key, group in grouped(made).items():
        state = state_of(group)
        assert state == state_of(grouped(turned)[key])
        assert state.heads
        replaced = {name for mark in group for name in mark.after}
        assert {head.id for head in state.heads} == {mark.id for mark in group} - replaced


@given(histories(), st.data())
def test_the_record_forgets_nothing_that_was_settled(made: list[Mark], data: st.DataObject) -> None:
    """A record of the last mark only, merged with any old export, comes to the same."""
    for group in grouped(made).values():
        state = state_of(group)
        if not state.agreed:
            continue
        row = settled(group, state.last, None)
        assert {row.id, *row.after} >= {mark.id for mark in group}
        old = data.draw(st.lists(st.sampled_from(group), unique_by=lambda mark: mark.id))
        again = union({row.id: row}, by_id(old))
        after = state_of(again.values())
        assert after.heads == (row,)
        assert settled(again.values(), after.last, row) == row


@given(histories(), st.data())
def test_exports_in_any_order_one_by_one_come_to_the_same(
    made: list[Mark], data: st.DataObject
) -> None:
    files = [
        by_id(data.draw(st.lists(st.sampled_from(made), unique_by=lambda mark: mark.id)))
        for _ in range(3)
    ]
    results = set()
    for order in permutations(files):
        known: dict[str, Mark] = {}
        for file in order:
            known = union(known, file)
        results.add(
            tuple(sorted((key, state_of(group)) for key, group in grouped(known.values()).items()))
            if known
            else ()
        )
    assert len(results) == 1


def test_one_id_for_two_marks_is_refused() -> None:
    mark = Mark(CABLES[0], "pulled", True, "Li", "2026-03-01T09:00:00Z", id="a-1")
    assert union({"a-1": mark}, {"a-1": replace(mark, after=("b",))})["a-1"].after == ("b",)
    with pytest.raises(DifferentError):
        union({"a-1": mark}, {"a-1": replace(mark, value=False)})


def test_marks_in_a_circle_have_no_heads() -> None:
    one = Mark(CABLES[0], "pulled", True, "Li", "2026-03-01T09:00:00Z", id="a", after=("b",))
    assert state_of([one, replace(one, id="b", after=("a",))]).heads == ()


def test_a_record_knows_its_row_where_a_sheet_shows_it() -> None:
    row = Mark(CABLES[0], "port", "Ethernet8", "Li", "2026-03-01T09:00:30Z", "dead", id="phone-1")
    next_one = replace(row, value="Ethernet16", id="phone-2", after=("phone-1",))
    record = settled([row, next_one], next_one, row)
    printed = identified(replace(row, id="", at="2026-03-01T09:00:00Z"))
    assert printed.id in record.after
    assert identified(replace(row, id="")).id in known_ids([record])

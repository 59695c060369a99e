"""Names of sheets."""

import pytest

from railwright.emitters.cabling.workbook.names import LONGEST, Names


def test_a_plain_name_is_kept() -> None:
    names = Names()
    assert [names.give(one) for one in ("5-su1-rail0", "机柜 A01")] == ["5-su1-rail0", "机柜 A01"]


@pytest.mark.parametrize("wanted", ["a[b]c", "a:b", "a*b?", "a/b\\c", "'quoted'", "", "History"])
def test_a_name_that_excel_refuses_is_changed(wanted: str) -> None:
    name = Names().give(wanted)
    assert name == name.strip("'") != ""
    assert not set("[]:*?/\\") & set(name)
    assert name.lower() != "history"


def test_long_names_stay_apart() -> None:
    names = Names()
    given = [names.give(f"{'long-' * 10}{number}") for number in range(50)]
    assert len({one.lower() for one in given}) == 50
    assert max(map(len, given)) <= LONGEST


def test_names_differ_in_more_than_case() -> None:
    names = Names()
    assert names.give("spine1").lower() != names.give("SPINE1").lower()


def test_a_shortened_name_does_not_depend_on_the_others() -> None:
    long = "x" * 40
    alone = Names().give(long)
    names = Names()
    names.give("y" * 40)
    assert names.give(long) == alone

"""Bit fields: sized from capacity, widened to octets where they fit, refused where they do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from netaddr import IPNetwork

from railwright.plan.bits import Field, Layout, dotted, lay_out, lay_out_all

FIELDS = (Field("rail", 7), Field("su", 2, octet=True), Field("port", 127, octet=True))


def test_octets_where_they_fit() -> None:
    layout = lay_out(IPNetwork("10.16.0.0/12"), FIELDS)
    assert isinstance(layout, Layout)
    assert layout.widths == (3, 8, 8)
    assert dotted(layout.value(rail=3, su=2, port=10)) == "10.19.2.10"
    assert layout.prefix_length("port") == 24
    assert layout.prefix_length("su", "port") == 16
    assert layout.describe() == "10.16.0.0/12: rail 3 bits, su 8 bits, port 8 bits"


def test_the_least_significant_field_gets_its_octet_first() -> None:
    layout = lay_out(IPNetwork("10.16.0.0/18"), FIELDS)
    assert isinstance(layout, Layout)
    assert layout.widths == (3, 2, 8)


def test_exact_fit_and_one_bit_short() -> None:
    exact = lay_out(IPNetwork("10.16.0.0/20"), FIELDS)
    assert isinstance(exact, Layout)
    assert exact.widths == (3, 2, 7)
    assert lay_out(IPNetwork("10.16.0.0/21"), FIELDS) == 1


def test_a_number_too_large_for_its_field_is_an_error() -> None:
    layout = lay_out(IPNetwork("10.16.0.0/12"), FIELDS)
    assert isinstance(layout, Layout)
    with pytest.raises(ValueError, match="rail 8 does not fit 3 bits"):
        layout.value(rail=8, su=1, port=0)


FIELD_LISTS = st.lists(
    st.tuples(st.integers(0, 40), st.booleans(), st.booleans()), min_size=1, max_size=5
).map(
    lambda rows: tuple(
        Field(f"field{place}", largest, octet, fill)
        for place, (largest, octet, fill) in enumerate(rows)
    )
)


@given(fields=FIELD_LISTS, length=st.integers(4, 30), data=st.data())
def test_numbers_come_back_out_of_an_address(
    fields: tuple[Field, ...], length: int, data: st.DataObject
) -> None:
    pool = IPNetwork(f"96.0.0.0/{length}")
    layout = lay_out(pool, fields)
    if isinstance(layout, int):
        assert layout == sum(field.bits for field in fields) - (32 - length) > 0
        return
    numbers = {field.name: data.draw(st.integers(0, field.largest)) for field in fields}
    address = layout.value(**numbers)
    assert pool.first <= address <= pool.last
    assert layout.numbers(address) == numbers
    assert list(layout.numbers(address)) == [field.name for field in fields]


@given(fields=FIELD_LISTS, length=st.integers(4, 30))
def test_every_field_holds_its_largest_number(fields: tuple[Field, ...], length: int) -> None:
    layout = lay_out(IPNetwork(f"96.0.0.0/{length}"), fields)
    if isinstance(layout, int):
        return
    room = 32 - length
    assert all(width >= field.bits for width, field in zip(layout.widths, fields, strict=True))
    filled = any(field.fill for field in fields)
    assert sum(layout.widths) == room if filled else sum(layout.widths) <= room


def test_the_first_fill_field_takes_what_is_left() -> None:
    fields = (Field("tier", 3), Field("leaf", 7, fill=True), Field("su", 2, octet=True))
    layout = lay_out(IPNetwork("10.224.0.0/16"), fields)
    assert isinstance(layout, Layout)
    assert layout.widths == (2, 6, 8)
    other = lay_out(IPNetwork("10.224.0.0/16"), (Field("tier", 3), Field("spine", 8, fill=True)))
    assert isinstance(other, Layout)
    assert other.widths[0] == layout.widths[0]
    ends = [dotted(layout.value(tier=0, leaf=63, su=255)), dotted(other.value(tier=1, spine=0))]
    assert ends == ["10.224.63.255", "10.224.64.0"]


def test_fields_without_bits_are_not_described() -> None:
    layout = lay_out(IPNetwork("10.0.0.0/24"), (Field("plane", 0), Field("port", 255)))
    assert isinstance(layout, Layout)
    assert layout.describe() == "10.0.0.0/24: port 8 bits"


def test_all_pools_are_laid_out_and_each_problem_is_told_once() -> None:
    pools = {"large": IPNetwork("10.0.0.0/8"), "small": IPNetwork("10.9.9.0/30"), "none": None}
    layouts, problems = lay_out_all(
        {
            "one": ("large", FIELDS),
            "two": ("small", (Field("port", 7),)),
            "three": ("small", (Field("su", 1), Field("port", 31))),
            "four": ("none", FIELDS),
        },
        pools,
    )
    assert set(layouts) == {"one"}
    assert {one.path: one.what for one in problems} == {
        "pools.small": "10.9.9.0/30 is too small by 4 bits: this capacity needs su 1 bit, port 5 "
        "bits; give a prefix of /26 or shorter",
        "pools.none": "is missing; add it",
    }


def test_a_pool_that_no_prefix_mends_asks_for_less_capacity() -> None:
    _, problems = lay_out_all(
        {"one": ("hosts", (Field("port", 2**40),))}, {"hosts": IPNetwork("10.0.0.0/8")}
    )
    assert problems[0].what.endswith("lower the capacity")

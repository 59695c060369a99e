"""Bit fields: sized from capacity, widened to octets where they fit, refused where they do not."""

import pytest
from netaddr import IPNetwork

from railwright.plan.bits import Field, Layout, dotted, lay_out

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

"""Figures in words."""

from math import inf

import pytest

from railwright.proof.report import text


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (129920, "126.9 KiB"),
        (1 << 20, "1.00 MiB"),
        (164869876, "157.23 MiB"),
        (-(1 << 21), "-2.00 MiB"),
        (None, "unknown"),
    ],
)
def test_sizes_have_the_unit_that_suits_them(number: int | None, words: str) -> None:
    assert text.size(number) == words


@pytest.mark.parametrize(
    ("ratio", "words"),
    [
        (0.8, "0.80x"),
        (1.0, "1.00x"),
        (99.99, "99.99x"),
        (1234.5, "1,234x"),
        (inf, "no room at all"),
        (None, "-"),
    ],
)
def test_ratios_are_factors(ratio: float | None, words: str) -> None:
    assert text.times(ratio) == words


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([], ""),
        (["Ethernet0"], "Ethernet0"),
        (["Ethernet0", "Ethernet8"], "Ethernet0, Ethernet8"),
        ([f"Ethernet{number}" for number in range(0, 256, 4)], "Ethernet0-Ethernet252 by 4"),
        (["Ethernet8", "Ethernet10", "Ethernet9"], "Ethernet8-Ethernet10"),
        (
            ["Ethernet0", "Ethernet4", "Ethernet8", "Ethernet64", "Ethernet72", "Ethernet80"],
            "Ethernet0-Ethernet8 by 4, Ethernet64-Ethernet80 by 8",
        ),
        (["uplink", "Ethernet4"], "Ethernet4, uplink"),
    ],
)
def test_ports_are_listed_by_stride(names: list[str], words: str) -> None:
    assert text.ports(names) == words


def test_words_of_a_sentence() -> None:
    assert text.listed([]) == "none"
    assert text.listed(["a"]) == "a"
    assert text.listed(["a", "b", "c"]) == "a, b and c"
    assert text.count(1, "switch", "switches") == "1 switch"
    assert text.count(2000, "port") == "2,000 ports"

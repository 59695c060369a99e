"""Headroom against its first-principles bound: proven from the bound on, named below it."""

from dataclasses import replace

import pytest

from railwright.plan.lossless.cover import SHOWN, cover_of
from railwright.plan.lossless.model import Kind
from tests.unit.plan.lossless.proofs import by_name, kind_of, reference


def with_xoff(kind: Kind, *beside: int) -> Kind:
    """Return the kind with as many mixes, each with xoff so far from its bound."""
    first = kind.mix[0]
    mix = (
        replace(
            first,
            key=first.key._replace(length_m=float(index + 1)),
            lengths_m=(float(index + 1),),
            xoff_bytes=first.bound_bytes + off,
        )
        for index, off in enumerate(beside)
    )
    return replace(kind, mix=tuple(mix))


@pytest.mark.parametrize("platform", ["cx864e-n", "7060x6-64pe", "sn5600"])
def test_every_platform_of_the_reference_covers(platform: str) -> None:
    for proof in by_name(reference(platform)).values():
        assert (proof.cover.verdict, proof.cover.short_bytes) == ("proven", 0)


@pytest.mark.parametrize(("beside", "verdict"), [(1, "proven"), (0, "proven"), (-1, "unproven")])
def test_the_bound_is_the_edge(beside: int, verdict: str) -> None:
    found = cover_of(with_xoff(kind_of(reference("cx864e-n")), 5, beside))
    assert found.verdict == verdict
    assert found.short_bytes == max(0, -beside)


def test_the_ports_that_lack_most_are_named_first_and_the_rest_counted() -> None:
    kind = with_xoff(kind_of(reference("cx864e-n")), -10, -30, 0, -20, -5, -40)
    found = cover_of(kind)
    assert found.short_bytes == 40
    assert [found.why.find(f"ports at {length_m} m") > 0 for length_m in range(1, 7)] == [
        False,
        True,
        False,
        True,
        False,
        True,
    ]
    assert found.why.index("40 missing") < found.why.index("30 missing")
    assert f"{5 - SHOWN} more kinds of port" in found.why


def test_ports_with_several_lengths_are_named_by_their_range() -> None:
    kind = with_xoff(kind_of(reference("cx864e-n")), -10)
    mix = (replace(kind.mix[0], lengths_m=(0.5, 1.0)),)
    assert "ports at 0.5 to 1 m (xoff" in cover_of(replace(kind, mix=mix)).why

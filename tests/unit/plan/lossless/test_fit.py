"""Buffer fit: verdicts for the right reason, and what else would fit."""

from dataclasses import replace
from typing import Any

import pytest

from railwright.plan.lossless.fit import Case, fit_of
from railwright.plan.lossless.model import Fit, Kind
from tests.unit.plan.lossless.proofs import SECOND, by_name, case, reference
from tests.unit.plan.made import planned

LEAF, SPINE = "compute leaf", "compute spine"


def fit(leaf: str, name: str = LEAF, **roce: Any) -> Fit:
    return by_name(reference(leaf, **roce))[name].fit


def refit(one: Case) -> Fit:
    return fit_of(one, one.budget)


@pytest.mark.parametrize(
    ("platform", "name", "ratio"),
    [
        ("cx864e-n", LEAF, 0.2403),
        ("cx864e-n", SPINE, 0.2516),
        ("sn5600", LEAF, 0.0923),
        ("sn5600", SPINE, 0.0846),
    ],
)
def test_the_reference_fits(platform: str, name: str, ratio: float) -> None:
    found = fit(platform, name)
    assert found.verdict == "proven"
    assert found.ratio == pytest.approx(ratio, abs=5e-5)
    assert found.accept_ratio is None
    assert found.pausing_ports == (96 if name == LEAF else 64)


@pytest.mark.parametrize(
    ("name", "ratio", "pausing", "bound"),
    [(LEAF, 1.3885, 60, 0.2262), (SPINE, 1.3734, 46, 0.1921)],
)
def test_tomahawk_5_does_not_fit(name: str, ratio: float, pausing: int, bound: float) -> None:
    found = fit("7060x6-64pe", name)
    assert found.verdict == "failed"
    assert found.ratio == pytest.approx(ratio, abs=5e-5)
    assert found.accept_ratio == found.ratio
    assert found.pausing_ports == pausing
    assert found.bound_ratio == pytest.approx(bound, abs=5e-5)
    assert (found.more_ports, found.more_classes, found.longest_m) == (0, 0, 0)


@pytest.mark.parametrize(("accepted", "verdict"), [(1.36, "failed"), (1.38, "accepted")])
def test_an_accepted_ratio_is_held_to_the_real_one(accepted: float, verdict: str) -> None:
    accept = {"ratio": accepted, "reason": "tried in the lab"}
    found = fit("7060x6-64pe", SPINE, headroom={"accept": accept})
    assert found.verdict == verdict
    assert ("accepted up to 1.38:1: tried in the lab" in found.why) == (verdict == "accepted")


def grown(kind: Kind, **more: int) -> Kind:
    """Return a kind with more ports of its largest headroom or more lossless classes."""
    largest = max(kind.mix, key=lambda one: one.xoff_bytes)
    ports = more.get("ports", 0)
    return replace(
        kind,
        mix=(*kind.mix, replace(largest, ports=ports)) if ports else kind.mix,
        lossless_classes=kind.lossless_classes + more.get("classes", 0),
        cabled_ports=kind.cabled_ports + ports,
        wide_ports=kind.wide_ports + ports * (largest.key.lanes == 8),
    )


@pytest.mark.parametrize("platform", ["cx864e-n", "sn5600"])
def test_what_is_said_to_fit_fits_and_one_more_does_not(platform: str) -> None:
    one = case(reference(platform))
    found = refit(one)
    assert found.more_ports
    for ports, verdict in ((found.more_ports, "proven"), (found.more_ports + 1, "failed")):
        assert refit(replace(one, kind=grown(one.kind, ports=ports))).verdict == verdict


def test_so_many_classes_fit_as_are_said_to() -> None:
    one = case(reference("cx864e-n"))
    found = refit(one)
    assert found.more_classes == 72_581_120 // 17_444_864 - 1
    more = grown(one.kind, classes=found.more_classes)
    assert refit(replace(one, kind=more)).verdict == "proven"
    more = grown(one.kind, classes=found.more_classes + 1)
    assert refit(replace(one, kind=more)).verdict == "failed"


def test_priorities_limit_the_classes_where_buffers_do_not() -> None:
    assert fit("sn5600").more_classes == 5
    assert fit("sn5600", **SECOND).more_classes == 4


@pytest.mark.parametrize(("platform", "nodes"), [("sn5600", 128), ("7060x6-64pe", 16)])
def test_the_longest_cable_is_the_last_that_fits(platform: str, nodes: int) -> None:
    changes = {"nodes": {"gpu": {"count": nodes}}, "networks": {"compute": {"leaf": platform}}}

    def leaf(length_m: float) -> Fit:
        return by_name(planned(changes, {"lengths": {"fabric_m": length_m}}))[LEAF].fit

    now = leaf(40.0)
    assert now.longest_m
    assert leaf(now.longest_m).verdict == "proven"
    if platform == "sn5600":
        assert leaf(now.longest_m + 1).verdict == "failed"
    else:
        assert now.longest_m == 300  # the table ends there


def test_a_leaf_without_spines_has_no_cables_between_switches() -> None:
    plan = planned({"networks": {"compute": {"design": "rail-only"}}})
    assert by_name(plan)[LEAF].fit.longest_m is None


def test_headroom_that_nobody_shares_cannot_be_accepted() -> None:
    accept = {"ratio": 16.0, "reason": "no"}
    one = case(reference("sn5600", headroom={"model": "traditional", "accept": accept}), SPINE)
    assert refit(one).verdict == "proven"
    crowded = refit(replace(one, kind=grown(one.kind, ports=100)))
    assert crowded.ratio
    assert crowded.ratio > 1
    assert (crowded.verdict, crowded.accept_ratio) == ("failed", None)
    assert "every group reserves its own" in crowded.why


@pytest.mark.parametrize(("ports", "pausing"), [(1, 1), (0, 0)])
def test_what_lets_no_port_pause_cannot_be_accepted(ports: int, pausing: int) -> None:
    accept = {"ratio": 16.0, "reason": "no"}
    one = case(reference("7060x6-64pe", headroom={"accept": accept}), SPINE)
    (mix,) = one.kind.mix
    limit = max(mix.xoff_bytes * ports, mix.xoff_bytes - 1)
    found = fit_of(one, replace(one.budget, need_bytes=2 * mix.xoff_bytes, limit_bytes=limit))
    assert found.pausing_ports == pausing
    if ports:
        assert found.verdict == "accepted"
    else:
        assert (found.verdict, found.accept_ratio) == ("failed", None)
        assert found.why.endswith("so not even one port may pause")


def test_nothing_left_to_share_fails() -> None:
    one = case(reference("sn5600", headroom={"shared_pool_ratio": 1}))
    crowded = refit(replace(one, kind=grown(one.kind, ports=2000)))
    assert crowded.verdict == "failed"
    assert "nothing is left for the shared buffer" in crowded.why


@pytest.mark.parametrize(("length_m", "verdict"), [(40.0, "proven"), (1500.0, "failed")])
def test_one_port_may_not_take_too_much_of_a_shared_pool(length_m: float, verdict: str) -> None:
    shared = {"headroom": {"shared_pool_ratio": 1}}
    changes = {"networks": {"compute": {"leaf": "sn5600"}}, "lengths": {"fabric_m": length_m}}
    found = by_name(planned(changes, {"roce": shared}))[SPINE].fit
    assert found.verdict == verdict
    if verdict == "failed":
        assert f"a port may take {(8192 + 2 * 20) * 192}" in found.why


def test_a_shared_pool_ratio_has_to_be_accepted() -> None:
    settings: dict[str, Any] = {"shared_pool_ratio": 2}
    bare = fit("sn5600", headroom=settings)
    assert bare.verdict == "failed"
    assert bare.ratio
    assert 1.7 < bare.ratio < 2
    accept = {"accept": {"ratio": 2.0, "reason": "half of the ports at most"}}
    assert fit("sn5600", headroom=settings | accept).verdict == "accepted"
    assert fit("sn5600", headroom={"shared_pool_ratio": 1}).verdict == "proven"

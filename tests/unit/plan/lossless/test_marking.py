"""Marking before pause: the formulas against a step-by-step fill, margins, and failures."""

from dataclasses import replace

import pytest

from railwright.plan.lossless.egress import alpha
from railwright.plan.lossless.marking import marking_of, point_of, queues_before_pause
from railwright.plan.lossless.model import Marking
from railwright.plan.marking import marking_of as configured
from railwright.plan.qos import Marking as Slope
from tests.unit.plan.lossless.proofs import SECOND, by_name, case, reference

LEAF, SPINE = "compute leaf", "compute spine"
MIB = 1 << 20


def filled(senders: int, queues: int, kmin: int, shared: int, share: float, step: int) -> str:
    """Return what comes first when `senders` groups fill `queues` queues evenly, step by step."""
    held = [0] * senders
    while True:
        for group in range(senders):
            held[group] += step
        total = sum(held)
        if total >= queues * kmin:
            return "marked"
        if max(held) >= share * (shared - total):
            return "paused"


@pytest.mark.parametrize("threshold", [-3, -1, 0, 1, 3])
@pytest.mark.parametrize("senders", [1, 2, 7, 31])
@pytest.mark.parametrize("kmin", [10_000, 300_000, 900_000])
def test_incast_agrees_with_filling_step_by_step(threshold: int, senders: int, kmin: int) -> None:
    point = point_of(senders, kmin, 1_000_000, alpha(threshold))
    came_first = filled(senders, 1, kmin, 1_000_000, alpha(threshold), 10)
    assert came_first == ("marked" if point.margin > 1 else "paused")


@pytest.mark.parametrize("threshold", [-2, 0, 2])
@pytest.mark.parametrize("kmin", [7_000, 60_000, 499_000, 500_000, 2_000_000])
def test_the_strict_case_agrees_with_filling_step_by_step(threshold: int, kmin: int) -> None:
    most = queues_before_pause(kmin, 1_000_000, alpha(threshold))
    share = alpha(threshold)
    assert most == 0 or most * kmin < share * (1_000_000 - most * kmin)
    assert (most + 1) * kmin >= share * (1_000_000 - (most + 1) * kmin)
    if most:
        assert filled(1, most, kmin, 1_000_000, share, 10) == "marked"


@pytest.mark.parametrize(
    ("platform", "name", "margin", "queues"),
    [
        ("cx864e-n", LEAF, 55.25, 55),
        ("cx864e-n", SPINE, 55.28, 55),
        ("7060x6-64pe", LEAF, 25.64, 25),
        ("7060x6-64pe", SPINE, 25.71, 25),
        ("sn5600", LEAF, 32.72, 32),
        ("sn5600", SPINE, 33.15, 33),
    ],
)
def test_the_reference_is_marked_first(
    platform: str, name: str, margin: float, queues: int
) -> None:
    for found in by_name(reference(platform))[name].marking:
        assert found.verdict == "proven"
        assert min(one.margin for one in found.incast) == pytest.approx(margin, abs=0.005)
        assert found.incast[0].senders == 1
        assert found.incast[-1].senders == found.ports - 1
        assert found.queues_before_pause == queues


def test_margins_grow_with_the_senders() -> None:
    margins = [one.margin for one in by_name(reference("sn5600"))[LEAF].marking[0].incast]
    assert margins == sorted(margins)


def test_every_class_and_speed_is_looked_at() -> None:
    found = by_name(reference("sn5600", **SECOND))[LEAF].marking
    assert {(one.class_name, one.speed_gbps) for one in found} == {
        (name, speed) for name in ("rdma", "rdma2") for speed in (400, 800)
    }


def test_a_class_has_its_own_thresholds() -> None:
    second = {"dscp": 34, "priority": 4, "ecn": {"kmin_bytes": 4 * MIB, "kmax_bytes": 8 * MIB}}
    found = by_name(reference("sn5600", second=second))[LEAF].marking
    assert {one.class_name: one.kmin_bytes for one in found} == {"rdma": MIB, "rdma2": 4 * MIB}


def marked(kmin: int) -> Marking:
    one = case(reference("sn5600"))
    return marking_of(one, "rdma", 400, Slope(kmin, 2 * kmin, 5, "test"), one.budget)


@pytest.mark.parametrize(("kmin", "verdict"), [(34_306_303, "proven"), (34_306_304, "failed")])
def test_thresholds_beyond_the_pause_fail(kmin: int, verdict: str) -> None:
    assert marked(kmin).verdict == verdict  # half of 68612608: one group, alpha 1


def test_what_others_may_take_is_the_edge() -> None:
    one = case(reference("sn5600"))
    slope = Slope(MIB, 2 * MIB, 5, "test")
    found = marking_of(one, "rdma", 400, slope, one.budget)
    taken = 68_612_608 - 2 * MIB
    assert f"take {taken} bytes of the shared buffer" in found.why
    left = replace(one.budget, least_shared_bytes=68_612_608 - taken)
    assert marking_of(one, "rdma", 400, slope, left).verdict == "failed"
    left = replace(one.budget, least_shared_bytes=68_612_608 - taken + 2)
    assert marking_of(one, "rdma", 400, slope, left).verdict == "proven"


@pytest.mark.parametrize(("kmax", "late"), [(34_306_304, False), (34_306_305, True)])
def test_the_margin_to_kmax_says_whether_all_is_marked_before_pause(kmax: int, late: bool) -> None:
    one = case(reference("sn5600"))
    found = marking_of(one, "rdma", 400, Slope(MIB, kmax, 5, "test"), one.budget)
    assert (found.verdict, found.marks_all_too_late) == ("proven", late)
    assert found.worst
    assert found.worst.senders == 1
    assert found.full_margin == pytest.approx(68_612_608 / 2 / kmax)
    assert found.full_margin == pytest.approx(found.worst.pause_bytes / kmax)


@pytest.mark.parametrize("dcqcn", [True, False])
def test_marks_that_no_nic_hears_are_told_apart(dcqcn: bool) -> None:
    for proof in by_name(reference("sn5600", dcqcn=dcqcn)).values():
        assert {one.reacts for one in proof.marking} == {dcqcn}
        assert {one.verdict for one in proof.marking} == {"proven"}


def test_unknown_thresholds_or_buffers_prove_nothing() -> None:
    one = case(reference("sn5600"))
    assert marking_of(one, "rdma", 400, None, one.budget).verdict == "unproven"
    unknown = replace(one.budget, least_shared_bytes=None)
    slope = Slope(MIB, 2 * MIB, 5, "test")
    assert marking_of(one, "rdma", 400, slope, unknown).verdict == "unproven"


@pytest.mark.parametrize("platform", ["cx864e-n", "sn5600"])
def test_shares_are_of_the_buffer_that_the_switch_is_configured_with(platform: str) -> None:
    ecn = {"kmin_percent": 1.0, "kmax_percent": 2.5}
    plan = reference(platform, ecn=ecn)
    for name, proof in by_name(plan).items():
        device = plan.device[proof.kind.devices[-1]]
        one = next(each for each in plan.qos["compute"] if each.lossless)
        slope = configured(plan, device, one)
        assert slope
        assert proof.fit.shared_bytes
        assert slope.kmin_bytes == int(proof.fit.shared_bytes * 0.01), name
        assert {each.kmin_bytes for each in proof.marking} == {slope.kmin_bytes}


def test_thresholds_are_reckoned_within_one_slice_of_the_buffer() -> None:
    found = by_name(reference("7060x6-64pe"))[LEAF].marking[0]
    shared = 147_226_020 - 38_843_712 - 96 * 8636
    assert found.shared_bytes == shared // 2
    assert found.incast[0].pause_bytes == shared // 2 // 2

"""The verdict over all, and what it says it hangs on."""

from dataclasses import replace
from typing import Any

import pytest

from railwright.plan.lossless.model import Verdict
from railwright.plan.model import Plan
from railwright.proof.model import Agreement, Row
from railwright.proof.report import markdown
from railwright.proof.report.claims import statement
from railwright.proof.report.collect import document
from railwright.proof.report.document import Claim, Document, worst
from railwright.proof.report.page import page
from tests.unit.plan.made import compute_plan
from tests.unit.proof import report_made as made


@pytest.fixture(scope="module")
def plan() -> Plan:
    return compute_plan(16)


def with_switches(plan: Plan, **parts: Any) -> Document:
    """Return the document where the spines' proof has some parts replaced."""
    kinds = (made.kind_proof(plan, "leaf"), made.kind_proof(plan, "spine", **parts))
    return document(plan, made.proofs(plan, switches=kinds))


def claim(found: Document, anchor: str) -> Claim:
    return next(one for one in found.claims if one.anchor == anchor)


@pytest.mark.parametrize(
    ("verdicts", "verdict"),
    [
        ((), "proven"),
        (("proven", "proven"), "proven"),
        (("proven", "accepted"), "accepted"),
        (("accepted", "unproven", "proven"), "unproven"),
        (("unproven", "failed", "accepted"), "failed"),
    ],
)
def test_the_worst_verdict_decides(verdicts: tuple[Verdict, ...], verdict: Verdict) -> None:
    assert worst(verdicts) == verdict


def test_everything_proven_is_said_in_one_sentence(plan: Plan) -> None:
    found = document(plan, made.proofs(plan))
    assert found.verdict == "proven"
    assert {one.verdict for one in found.claims} == {"proven"}
    assert found.statement.startswith("Headroom covers what is in flight")
    assert [one.anchor for one in found.claims] == [
        "headroom",
        "buffers",
        "egress",
        "marking",
        "deadlock",
        "agreement",
    ]


def test_a_failed_fit_fails_the_report_and_names_the_switch(plan: Plan) -> None:
    fit = replace(made.FIT, verdict="failed", ratio=1.2, why="30 MiB of 25 MiB")
    found = with_switches(plan, fit=fit)
    assert found.verdict == "failed"
    assert found.statement.startswith(
        "Headroom fits the buffer, compute: compute spine: 30 MiB of 25 MiB. "
    )
    assert claim(found, "egress").verdict == "proven"


def test_what_the_intent_accepts_is_said_to_be_accepted(plan: Plan) -> None:
    fit = replace(made.FIT, verdict="accepted", ratio=1.2, why="accepted up to 1.3: bursts")
    found = with_switches(plan, fit=fit)
    assert found.verdict == "accepted"
    assert found.statement.startswith(
        "Everything is proven but for what the intent accepts: headroom fits the buffer, compute: "
    )
    assert "compute spine: accepted up to 1.3: bursts. " in found.statement


def test_headroom_below_its_bound_is_not_proven_and_says_why(plan: Plan) -> None:
    short = replace(made.COVER, verdict="unproven", short_bytes=9, why="9 bytes are missing")
    found = with_switches(plan, cover=short)
    assert (found.verdict, claim(found, "headroom").verdict) == ("unproven", "unproven")
    assert claim(found, "headroom").says == "compute spine: 9 bytes are missing"
    assert found.statement.startswith(
        "Headroom covers what is in flight, compute: compute spine: 9 bytes are missing. "
    )


def test_marks_that_nobody_hears_are_said_to_be_so(plan: Plan) -> None:
    found = with_switches(plan, marking=(replace(made.MARKING, reacts=False),))
    assert found.verdict == "proven"
    assert claim(found, "marking").says.endswith("; no NIC slows down on marks, as DCQCN is off")
    assert " No NIC of compute slows down on ECN marks: PFC alone" in found.statement
    assert "DCQCN is off: switches mark" in markdown.text(page(found))


def test_full_marking_after_pause_names_the_worst_switch(plan: Plan) -> None:
    found = with_switches(plan, marking=(replace(made.MARKING, full_margin=0.7),))
    assert claim(found, "marking").verdict == "proven"
    assert claim(found, "marking").says.endswith(
        "; every packet is marked only after pause: it comes at 0.70x what a group holds at Kmax, "
        "compute spine, 1 sender"
    )
    unmarked = with_switches(plan, marking=(replace(made.MARKING, full_margin=1.0),))
    assert "only after pause" not in claim(unmarked, "marking").says


def test_the_fullest_buffer_decides_the_fit(plan: Plan) -> None:
    found = with_switches(plan, fit=replace(made.FIT, ratio=0.95))
    assert claim(found, "buffers").says == "the fullest is compute spine with 95% of its pool"


def test_a_buffer_without_limit_has_no_ratio(plan: Plan) -> None:
    fit = replace(made.FIT, verdict="unproven", ratio=None, limit_bytes=None, why="no pool known")
    found = with_switches(plan, fit=fit)
    assert (found.verdict, claim(found, "buffers").says) == (
        "unproven",
        "compute spine: no pool known",
    )


def test_the_queue_with_least_room_decides_the_egress(plan: Plan) -> None:
    tight = replace(made.EGRESS, queue_bytes=81 << 20, why="one MiB is left")
    found = with_switches(plan, egress=tight)
    says = "the tightest queue, compute spine, takes 81.00 MiB, ingress admits 80.00 MiB"
    assert claim(found, "egress").says == says


def test_a_queue_that_drops_says_why(plan: Plan) -> None:
    tight = replace(made.EGRESS, verdict="failed", queue_bytes=79 << 20, why="it is 1 MiB short")
    found = with_switches(plan, egress=tight)
    assert (found.verdict, claim(found, "egress").says) == (
        "failed",
        "compute spine: it is 1 MiB short",
    )


def test_the_smallest_margin_decides_marking(plan: Plan) -> None:
    point = replace(made.MARKING.incast[1], margin=1.25, senders=31)
    found = with_switches(plan, marking=(replace(made.MARKING, incast=(point,)),))
    assert claim(found, "marking").says == "smallest margin 1.25x, compute spine, 31 senders"


def test_a_class_that_cannot_be_marked_is_named(plan: Plan) -> None:
    lacking = replace(made.MARKING, verdict="unproven", why="no thresholds are known")
    found = with_switches(plan, marking=(lacking,))
    assert (found.verdict, claim(found, "marking").says) == ("unproven", "no thresholds are known")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"cycle": made.CYCLE}, "a cycle of 2 hops"),
        (
            {"unreachable": ("10.16.1.0/24",)},
            "64 hops, 512 dependencies, no cycle; no route to 10.16.1.0/24",
        ),
    ],
)
def test_a_failed_deadlock_proof_says_why(plan: Plan, changes: Any, says: str) -> None:
    failed = replace(made.DEADLOCK, verdict="failed", **changes)
    found = document(plan, made.proofs(plan, deadlock=(failed,)))
    assert (found.verdict, claim(found, "deadlock").says) == ("failed", f"any failure: {says}")


def test_one_mismatch_fails_the_report(plan: Plan) -> None:
    rows = (*made.AGREEMENT.rows, Row("switch - plan", "PFC", 6, (made.FINDING,)))
    found = document(plan, made.proofs(plan, agreement=Agreement(rows)))
    assert found.verdict == "failed"
    assert claim(found, "agreement").says == "230 values compared, 1 differs"


def test_several_failures_are_counted(plan: Plan) -> None:
    failed = replace(made.DEADLOCK, verdict="failed", cycle=made.CYCLE)
    agreement = Agreement((Row("switch - plan", "PFC", 6, (made.FINDING,)),))
    found = document(plan, made.proofs(plan, deadlock=(failed,), agreement=agreement))
    assert "a cycle of 2 hops (1 more claim likewise)." in found.statement


def test_assumed_headroom_is_said_at_the_top(plan: Plan) -> None:
    found = document(plan, made.proofs(plan))
    assert all(row.assumed for row in found.ports)
    assert found.statement.endswith("The headroom of 3 kinds of port is assumed until confirmed.")
    known = [replace(row, assumed=False) for row in found.ports]
    assert "assumed" not in statement(found.claims, known, found.switches)


def test_a_part_that_was_compared_is_not_called_the_whole(plan: Plan) -> None:
    part = replace(made.AGREEMENT, compared_devices=1_200, devices=16_000)
    found = document(plan, made.proofs(plan, agreement=part))
    says = claim(found, "agreement").says
    assert "of 1,200 of 16,000 devices, some of each kind with all their neighbours," in says
    text = markdown.text(page(found))
    assert "1,200 of 16,000" in text
    assert "left to the deadlock proof" in text

"""Single sections: bars that add up, what would still fit, the matrix, notes said once."""

from dataclasses import replace
from typing import Any

import pytest

from railwright.plan.lossless.model import Fit
from railwright.plan.model import Plan
from railwright.proof.model import Agreement, Row
from railwright.proof.report.blocks import Bars, Block, Items, Section, Table
from railwright.proof.report.collect import document
from railwright.proof.report.document import Document
from railwright.proof.report.sections import (
    SECTIONS,
    agreement,
    buffers,
    classes,
    deadlock,
    ecmp,
    headroom,
    marking,
)
from tests.unit.plan.made import compute_plan
from tests.unit.proof import report_made as made

MIB = made.MIB


@pytest.fixture(scope="module")
def plan() -> Plan:
    return compute_plan(16)


def fitted(plan: Plan, **changes: Any) -> Section:
    """Return the buffer section of one kind of switch."""
    one = made.kind_proof(plan, fit=replace(made.FIT, **changes))
    return buffers.fit(document(plan, made.proofs(plan, switches=(one,))))


def only(section: Section, kind: type[Block]) -> Any:
    """Return the one block of a kind."""
    (found,) = [block for block in section.blocks if isinstance(block, kind)]
    return found


def texts(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table.rows]


def test_rows_have_a_cell_for_every_column(plan: Plan) -> None:
    found = document(plan, made.proofs(plan))
    tables = [
        block for section in SECTIONS for block in section(found).blocks if isinstance(block, Table)
    ]
    assert len(tables) > 10
    assert all(len(row) == len(one.columns) for one in tables for row in one.rows)


@pytest.mark.parametrize(
    ("changes", "parts"),
    [
        ({}, {"headroom": 20, "free": 5, "shared": 60, "other": 15}),
        ({"need_bytes": 30 * MIB}, {"headroom": 25, "beyond": 5, "shared": 60, "other": 10}),
        # Pools are what headroom leaves: nothing of the limit is set aside.
        ({"limit_bytes": 90 * MIB}, {"headroom": 20, "shared": 60, "other": 20}),
        ({"limit_bytes": None, "shared_bytes": None}, {"headroom": 20, "other": 80}),
        ({"limit_bytes": -MIB}, {"beyond": 20, "shared": 60, "other": 20}),
        ({"buffer_bytes": None}, {"headroom": 20, "shared": 60}),
    ],
)
def test_bars_divide_the_buffer(plan: Plan, changes: Any, parts: dict[str, int]) -> None:
    (bar,) = only(fitted(plan, **changes), Bars).bars
    whole = sum(parts.values())
    assert {one.fill: round(one.percent * whole / 100, 6) for one in bar.segments} == parts
    assert sum(one.percent for one in bar.segments) == pytest.approx(100)


def test_shares_are_those_of_the_buffer_even_beyond_it(plan: Plan) -> None:
    section = fitted(plan, need_bytes=45 * MIB, shared_bytes=70 * MIB)
    (bar,) = only(section, Bars).bars
    assert [one.text for one in bar.segments] == [
        "25.00 MiB, 25.0%",
        "20.00 MiB, 20.0%",
        "70.00 MiB, 70.0%",
    ]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "24 more ports, or cables up to 120 m between switches"),
        ({"more_ports": 1, "more_classes": 1, "longest_m": 0.0},
         "1 more port, or 1 more lossless class"),
        ({"more_ports": 0, "more_classes": 0, "longest_m": 0.0}, "nothing"),
        ({"more_ports": None, "more_classes": None, "longest_m": None},
         "any number of ports, or any number of lossless classes, or cables of any length "
         "between switches"),
    ],
)  # fmt: skip
def test_what_would_still_fit(plan: Plan, changes: Any, words: str) -> None:
    assert texts(only(fitted(plan, **changes), Table))[0][-1] == words


def test_an_unknown_limit_is_said_to_be_unknown(plan: Plan) -> None:
    unknown: Fit = replace(
        made.FIT, verdict="unproven", limit_bytes=None, ratio=None, shared_bytes=None
    )
    section = fitted(plan, **{name: getattr(unknown, name) for name in Fit.__slots__})
    row = texts(only(section, Table))[0]
    assert (section.verdict, row[2]) == ("unproven", "not proven")
    assert row[4:6] == ["unknown", "-"]


def mixed(plan: Plan) -> Document:
    """Return the document of leaves of three kinds, the second the tightest."""
    whole = made.kind_proof(plan)
    names = whole.kind.devices
    kinds = ((names[:2], 0.5, 40.0), (names[2:5], 0.9, 12.0), (names[5:], 0.7, 30.0))
    proofs = []
    for devices, ratio, margin in kinds:
        point = replace(made.MARKING.incast[0], margin=margin)
        proofs.append(
            replace(
                whole,
                kind=replace(whole.kind, devices=devices, alone=False),
                fit=replace(made.FIT, ratio=ratio, need_bytes=int(25 * MIB * ratio)),
                egress=replace(made.EGRESS, queue_bytes=int(100 * MIB - 10 * MIB * ratio)),
                marking=(replace(made.MARKING, incast=(point,)),),
            )
        )
    return document(plan, made.proofs(plan, switches=tuple(proofs)))


def test_alike_switches_are_one_line_with_the_tightest_and_the_range(plan: Plan) -> None:
    found = mixed(plan)
    third = found.switches[1].kind.devices[0]
    first = [
        texts(only(section(found), Table))[0][:3]
        for section in (buffers.fit, buffers.egress, marking.section)
    ]
    title = "compute leaf, cx864e-n, 8 switches"
    assert first == [
        [title, f"{third} and 2 alike; all: 0.50x to 0.90x", "proven"],
        [title, f"{third} and 2 alike; all: 1.14x to 1.19x", "proven"],
        [title, f"{third} and 2 alike; all: 12.00x to 40.00x", "rdma"],
    ]
    (bar,) = only(buffers.fit(found), Bars).bars
    assert bar.label.startswith(f"{title}, the fullest: {third} (all: 50% to 90% of the pool)")
    assert [len(only(one(found), Table).rows) for one in (buffers.fit, headroom.section)] == [1, 2]
    says = {one.anchor: one.says for one in found.claims}
    assert says["buffers"] == f"compute leaf, fullest {third}: 90% of its pool"
    assert says["marking"] == f"smallest margin 12.00x, compute leaf {third}, 1 sender"


def test_a_worse_verdict_is_shown_before_a_larger_figure(plan: Plan) -> None:
    found = mixed(plan)
    accepted = replace(found.switches[0].fit, verdict="accepted")
    switches = (replace(found.switches[0], fit=accepted), *found.switches[1:])
    row = texts(only(buffers.fit(replace(found, switches=switches)), Table))[0]
    assert row[2] == "accepted"
    assert row[1].endswith("and 1 alike; all: 0.50x to 0.90x, 2 accepted, 6 proven")


def test_the_matrix_leaves_out_what_was_not_compared(plan: Plan) -> None:
    rows = (
        Row("switch - plan", "ports", 12, ()),
        Row("leaf - spine", "ports", 4, (made.FINDING,)),
        Row("cable - plan", "ends of cables", 0, ()),
    )
    found = document(plan, made.proofs(plan, agreement=Agreement(rows)))
    matrix, mismatches = [one for one in agreement.section(found).blocks if isinstance(one, Table)]
    assert [column.title for column in matrix.columns] == [
        "Subject",
        "switch - plan",
        "leaf - spine",
    ]
    assert texts(matrix) == [["ports", "12", "1 of 4 differ"]]
    assert made.FINDING.place in texts(mismatches)[0][1]


def test_a_class_that_only_one_side_pauses_stands_out(plan: Plan) -> None:
    found = document(plan, made.proofs(plan))
    rows = tuple(replace(one, nic_pauses=not one.nic_pauses) for one in found.classes)
    table = classes.section(replace(found, classes=rows)).blocks[0]
    assert isinstance(table, Table)
    assert [row[7].tone for row in table.rows] == ["bad", "bad", "bad"]
    assert [row[7].text for row in table.rows] == ["paused", "not paused", "paused"]


def test_a_margin_of_one_stands_out(plan: Plan) -> None:
    point = replace(made.MARKING.incast[0], margin=1.0)
    one = made.kind_proof(plan, marking=(replace(made.MARKING, incast=(point,)),))
    section = marking.section(document(plan, made.proofs(plan, switches=(one,))))
    details: Any = section.blocks[-1]
    assert [cell.tone for cell in details.blocks[0].rows[0]] == ["plain"] * 3 + ["bad"]


def test_headroom_says_its_row_and_its_addends(plan: Plan) -> None:
    found = document(plan, made.proofs(plan))
    section = headroom.section(found)
    table = only(section, Table)
    assert texts(table)[0][6].startswith("table row ")
    derived = [block.title for block in section.blocks if hasattr(block, "title")]
    assert len(derived) == len(found.ports)
    assert all("bytes, derived" in one for one in derived)


def test_headroom_below_the_bound_stands_out(plan: Plan) -> None:
    found = document(plan, made.proofs(plan))
    assert not any(row.below_bound for row in found.ports)
    rows = (replace(found.ports[0], bound_bytes=found.ports[0].xoff_bytes + 1), *found.ports[1:])
    table = only(headroom.section(replace(found, ports=rows)), Table)
    assert [row[-1].tone for row in table.rows] == ["note", "plain", "plain"]
    short = (made.kind_proof(plan, cover=replace(made.COVER, verdict="unproven")),)
    assert headroom.section(replace(found, ports=rows, switches=short)).verdict == "unproven"
    assert headroom.section(found).verdict == "proven"


def test_what_is_said_of_several_networks_is_said_once(plan: Plan) -> None:
    storage = replace(made.DEADLOCK, network="storage", notes=(*made.DEADLOCK.notes, "more"))
    found = document(plan, made.proofs(plan, deadlock=(made.DEADLOCK, storage)))
    assert only(deadlock.section(found), Items).texts == (
        f"compute and storage: {made.DEADLOCK.notes[0]}",
        "storage: more",
    )


def test_a_sample_of_failures_is_called_one(plan: Plan) -> None:
    sampled = replace(made.DEADLOCK, complete_doubles=False, singles=0)
    found = document(plan, made.proofs(plan, deadlock=(sampled,)))
    table = next(one for one in deadlock.section(found).blocks if isinstance(one, Table))
    assert texts(table)[0][-3:] == ["none", "276 (a sample)", "14"]


def test_a_host_that_nothing_frees_stands_out(plan: Plan) -> None:
    stuck = replace(made.DEADLOCK.victims[0], freed_after_ms=None)
    proof = replace(made.DEADLOCK, victims=(stuck,))
    found = document(plan, made.proofs(plan, deadlock=(proof,)))
    table = [one for one in deadlock.section(found).blocks if isinstance(one, Table)][-1]
    assert (table.rows[0][-1].text, table.rows[0][-1].tone) == ("never", "bad")


def test_fabrics_without_a_choice_of_links_have_no_ecmp_section(plan: Plan) -> None:
    found = document(plan, made.proofs(plan, ecmp=()))
    assert ecmp.section(found).blocks == ()
    assert ecmp.section(document(plan, made.proofs(plan))).blocks != ()

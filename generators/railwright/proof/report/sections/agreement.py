"""Agreement: what was compared between which places, and every mismatch with both sources."""

from typing import get_args

from railwright.proof.model import Agreement, Finding, Pair, Row
from railwright.proof.report.blocks import Block, Cell, Prose, Section, table
from railwright.proof.report.document import Document
from railwright.proof.report.text import exact

_LEAD = (
    "The configurations as rendered, taken for what they mean: how many values were compared of "
    "each subject, pair by pair, and how many differ. The rules that compare follow references as "
    "switches and servers do, and share nothing with what renders but the names of files. "
    "Nothing was read back from a disk or from a device, and cables as they lie are "
    "not part of it."
)
PAIRS: tuple[Pair, ...] = get_args(Pair)


def section(document: Document) -> Section:
    """Return the matrix and the mismatches."""
    if not document.agreement.rows:
        return Section("agreement", "Agreement", ())
    blocks: list[Block] = [Prose(_lead(document.agreement)), _matrix(document.agreement.rows)]
    findings = document.agreement.findings
    if findings:
        blocks.append(_mismatches(findings))
    return Section("agreement", "Agreement", tuple(blocks), "failed" if findings else "proven")


def _lead(agreement: Agreement) -> str:
    if agreement.compared_devices == agreement.devices:
        return _LEAD
    return (
        f"{_LEAD} In a cluster of this size some devices of each kind were compared, with all "
        f"their neighbours: {exact(agreement.compared_devices)} of {exact(agreement.devices)}. "
        "What their routes can do is left to the deadlock proof, which covers all."
    )


def _matrix(rows: tuple[Row, ...]) -> Block:
    found = {(row.subject, row.pair): row for row in rows if row.compared or row.findings}
    used = [pair for pair in PAIRS if any(pair == other for _, other in found)]
    lines: list[tuple[str | Cell, ...]] = [
        (subject, *(_cell(found.get((subject, pair))) for pair in used))
        for subject in dict.fromkeys(subject for subject, _ in found)
    ]
    return table("|".join(["Subject", *(f"{pair} #" for pair in used)]), lines)


def _cell(row: Row | None) -> Cell:
    if row is None:
        return Cell("", "muted")
    if row.findings:
        return Cell(f"{exact(len(row.findings))} of {exact(row.compared)} differ", "bad")
    return Cell(exact(row.compared), "good")


def _mismatches(findings: tuple[Finding, ...]) -> Block:
    rows: list[tuple[str | Cell, ...]] = [
        (
            f"{one.pair}: {one.subject}",
            f"{one.place}: {one.found}",
            f"{one.other_place}: {one.expected}",
            one.effect,
        )
        for one in findings
    ]
    return table("What|Found|Expected|Effect", rows)

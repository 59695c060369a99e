"""What the report rests on: what is granted, what is assumed, what the build warns of."""

from railwright.proof.report.blocks import Block, Items, Prose, Section
from railwright.proof.report.document import Document


def section(document: Document) -> Section:
    """Return everything that a reader has to agree with before the proof means anything."""
    blocks: list[Block] = [Prose("Every proof takes for granted:"), Items(document.granted)]
    if document.assumptions:
        blocks += [Prose("This plan assumes, until confirmed:"), Items(document.assumptions)]
    if document.warnings:
        blocks += [Prose("The build warns of:"), Items(document.warnings)]
    return Section("assumptions", "Assumptions", tuple(blocks))

"""The first and the last section: every claim on a page, and room for who signs it."""

from railwright.proof.report.blocks import Block, Cell, Prose, Section, table
from railwright.proof.report.document import Document
from railwright.proof.report.text import count, exact, listed, verdict_cell


def section(document: Document) -> Section:
    """Return the claims, one a row."""
    rows: list[tuple[str | Cell, ...]] = [
        (one.title, verdict_cell(one.verdict), one.network or "all", one.says)
        for one in document.claims
    ]
    blocks: list[Block] = [Prose(_scope(document)), table("Claim|Verdict|Network|By what", rows)]
    if document.description:
        blocks.insert(0, Prose(document.description))
    return Section("overview", "What is proven", tuple(blocks))


def _scope(document: Document) -> str:
    switches = sum(len(one.kind.devices) for one in document.switches)
    ports = sum(one.kind.ports * len(one.kind.devices) for one in document.switches)
    networks = dict.fromkeys(one.kind.network for one in document.switches)
    nics = sum(row.ports for row in document.nics)
    return (
        f"Scope: {listed(networks)}: {count(switches, 'switch', 'switches')} with "
        f"{exact(ports)} lossless ports, those reserved for growth included, and "
        f"{count(nics, 'server port')}. {count(len(document.assumptions), 'figure')} or choices "
        "are assumed; they are listed at the end."
    )


def signature(_: Document) -> Section:
    """Return the lines to sign on."""
    rows: list[tuple[str | Cell, ...]] = [("", "", ""), ("", "", "")]
    return Section("signature", "Signed", (table("Name|Date|Signature", rows),))

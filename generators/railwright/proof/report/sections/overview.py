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


def signature(document: Document) -> Section:
    """Return what is signed, and the lines to sign on."""
    rows: list[tuple[str | Cell, ...]] = [("prepared by", "", "", ""), ("checked by", "", "", "")]
    signed = Prose(
        f"Signed are the configurations that railwright {document.railwright} renders from the "
        f"intent of {document.cluster} with the SHA-256 {document.intent_sha256} (of its canonical "
        "JSON, defaults included, assets, prices, the as-built record and the language of sheets "
        "left out). A report with the same two is of the same configurations."
    )
    return Section("signature", "Signed", (signed, table("|".join(_SIGNED), rows)))


_SIGNED = ("Role", "Name", "Date", "Signature")

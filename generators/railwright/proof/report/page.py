"""The report as readers see it: the verdict, then sections."""

from dataclasses import dataclass

from railwright.plan.lossless.model import Verdict
from railwright.proof.report.blocks import Section
from railwright.proof.report.document import Document
from railwright.proof.report.sections import SECTIONS


@dataclass(frozen=True, slots=True)
class Page:
    """Title, verdict, what it means in a sentence, and the sections."""

    title: str
    verdict: Verdict
    statement: str
    sections: tuple[Section, ...]


def page(document: Document) -> Page:
    """Return the page of a document; sections that have nothing to say are left out."""
    made = (section(document) for section in SECTIONS)
    return Page(
        title=f"Lossless report: {document.cluster}",
        verdict=document.verdict,
        statement=document.statement,
        sections=tuple(one for one in made if one.blocks),
    )

"""PDF files read back: their text, their pictures, their fonts, the codes on them."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pypdfium2  # type: ignore[import-untyped]  # it has no stubs
import zxingcpp
from PIL.Image import Image

from railwright.emitters.cabling import pdf
from railwright.emitters.cabling.job import Job, job_of
from railwright.intent.model import Language
from railwright.plan.model import Plan

MM_PER_INCH = 25.4
FOLDER = "cabling/pdf/"
_HYPHEN = "\x02"  # what PDFium makes of one at the end of a line


def job_in(language: Language, plan: Plan) -> Job:
    """The job of a plan whose sheets are in a language."""
    return job_of(replace(plan, intent=plan.intent.model_copy(update={"language": language})))


def files(job: Job) -> dict[str, bytes]:
    """Every PDF file by its name."""
    made = [file for part in pdf.parts(job) for file in part()]
    assert len({file.path for file in made}) == len(made)
    return {file.path.removeprefix(FOLDER).removesuffix(".pdf"): file.content for file in made}


def texts(content: bytes) -> list[str]:
    """The text of every page, in one line each, with its hyphens at the ends of lines."""
    document = pypdfium2.PdfDocument(content)
    pages = [page.get_textpage().get_text_bounded() for page in document]
    return [" ".join(page.replace(_HYPHEN, "-").split()) for page in pages]


def text(content: bytes) -> str:
    """The text of all pages."""
    return " ".join(texts(content))


def pictures(content: bytes, dpi: int) -> Iterator[Image]:
    """A picture of every page."""
    for page in pypdfium2.PdfDocument(content):
        yield page.render(scale=dpi / 72).to_pil()


def codes(content: bytes, dpi: int = 300) -> Iterator[list[str]]:
    """What the QR codes of every page say, column by column from the left, each downwards."""
    for picture in pictures(content, dpi):
        found = zxingcpp.read_barcodes(picture)
        places = [(one.position.top_left.x // dpi, one.position.top_left.y, one) for one in found]
        yield [one.text for *_, one in sorted(places, key=lambda place: place[:2])]


def objects(content: bytes) -> list[bytes]:
    """The dictionaries of the objects of a file, as they are written."""
    return [
        found[1] for found in re.finditer(rb"\d+ 0 obj(.*?)(?:stream|endobj)", content, re.DOTALL)
    ]

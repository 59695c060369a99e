"""Drawing on the pages of one PDF file: boxes, lines, QR codes, and text that always fits."""

from collections.abc import Sequence
from functools import cache, lru_cache, partial
from io import BytesIO
from typing import Literal, NamedTuple

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject

from railwright.emitters.cabling.pdf import fit
from railwright.emitters.cabling.pdf.fonts import Typeface
from railwright.emitters.cabling.pdf.qr import Code
from railwright.intent.model import Language

WIDTH_MM = A4[0] / mm
HEIGHT_MM = A4[1] / mm
INK = "#000000"
QUIET = "#3d4752"
"""For what is read second: dark enough for a bad printer and a bad light."""
RULE = "#9aa4ae"
LEADING_MM = 0.43
"""From one line of text to the next, per point of its size."""
_DESCENT_MM = 0.09  # below the base line, per point
_BOLD = 0.03
"""How far outlines are thickened, in parts of the font size."""
_UNKNOWN = "?"
_PAGES: dict[Language, str] = {"en": "en", "zh": "zh-CN"}

Align = Literal["left", "middle", "right"]


class Area(NamedTuple):
    """A rectangle: its upper left corner from that of the page, in millimetres, y downwards."""

    x: float
    y: float
    width: float
    height: float


class Style(NamedTuple):
    """How text looks; `size` is in points and the most where text is made to fit."""

    size: float
    bold: bool = False
    ink: str = INK


class Stroke(NamedTuple):
    """How a line looks; no dashes where `dash_mm` is 0."""

    ink: str = INK
    width_mm: float = 0.2
    dash_mm: float = 0.0


class Lines(NamedTuple):
    """A text of at most so many lines."""

    said: str
    style: Style
    most: int


class Pen:
    """Draws one file on A4 pages, portrait. The bytes depend on what is drawn alone."""

    def __init__(self, title: str, subject: str, face: Typeface, language: Language) -> None:
        self._face = face
        self._stream = BytesIO()
        self._canvas = Canvas(
            self._stream,
            pagesize=A4,
            invariant=1,
            pageCompression=1,
            initialFontName=face.regular,  # type: ignore[arg-type]  # the stubs say float
            lang=_PAGES[language],
        )
        self._canvas.setTitle(title)
        self._canvas.setSubject(subject)
        self._canvas.setAuthor("railwright")
        self._canvas.setCreator("railwright")

    def bookmark(self, name: str, level: int = 0) -> None:
        """Let the outline lead to this page."""
        key = f"p{self._canvas.getPageNumber()}-{level}"
        self._canvas.bookmarkPage(key)
        self._canvas.addOutlineEntry(name, key, level)

    def next_page(self) -> None:
        """End the page."""
        self._canvas.showPage()

    def finish(self) -> bytes:
        """End the file and return it."""
        self._canvas.save()
        return self._stream.getvalue()

    def box(self, area: Area, fill: str = "", stroke: Stroke | None = None) -> None:
        """Draw a rectangle, filled where a colour is given."""
        if fill:
            self._canvas.setFillColor(_colour(fill))
        if stroke:
            self._set(stroke)
        lower = HEIGHT_MM - area.y - area.height
        self._canvas.rect(
            *(area.x * mm, lower * mm, area.width * mm, area.height * mm),
            stroke=stroke is not None,
            fill=bool(fill),
        )

    def line(self, x1: float, y1: float, x2: float, y2: float, stroke: Stroke) -> None:
        """Draw a straight line."""
        self._set(stroke)
        self._canvas.line(x1 * mm, (HEIGHT_MM - y1) * mm, x2 * mm, (HEIGHT_MM - y2) * mm)

    def text(self, x: float, y: float, said: str, style: Style, align: Align = "left") -> None:
        """Write one line on the base line `y`, as wide as it is."""
        canvas, size = self._canvas, style.size
        said = printable(self._face, said)
        if align != "left":
            wide = self._wide(style.bold)(said) * size
            x -= wide if align == "right" else wide / 2
        name = self._face.bold if style.bold else self._face.regular
        canvas.setFont(name, size)
        ink = _colour(style.ink)
        canvas.setFillColor(ink)
        thick = style.bold and self._face.thickened
        if thick:
            canvas.setStrokeColor(ink)
            canvas.setLineWidth(size * _BOLD)
            canvas.setDash()
        canvas.drawString(x * mm, (HEIGHT_MM - y) * mm, said, mode=2 if thick else 0)

    def fitted(
        self, x: float, y: float, width: float, said: str, style: Style, align: Align = "left"
    ) -> None:
        """Write one line on the base line `y`, smaller or with an ellipsis if it is too wide.

        `x` is where its left end, its middle or its right end is.
        """
        found = fit.in_line(self._wide(style.bold), printable(self._face, said), width, style.size)
        self.text(x, y, found.lines[0], style._replace(size=found.size), align)

    def paragraph(
        self, x: float, y: float, width: float, said: str, style: Style, most: int
    ) -> float:
        """Write at most so many lines below `y`, and return where the last one ends."""
        return self._write(x, y, self._lines(Lines(said, style, most), width), style)

    def stack(self, area: Area, texts: Sequence[Lines]) -> None:
        """Write texts one below the other, none larger than the one above it.

        All of them are smaller if they are too high.
        """
        for percent in range(100, 40, -5):
            found = [self._lines(one, area.width, percent / 100) for one in texts]
            if sum(len(one.lines) * one.size * LEADING_MM for one in found) <= area.height:
                break
        y, size = area.y, found[0].size
        for one, fitted in zip(texts, found, strict=True):
            size = min(size, fitted.size)
            y = self._write(area.x, y, fitted._replace(size=size), one.style)

    def upright(self, x: float, y: float, said: str, style: Style) -> None:
        """Write one line that is read from below, beginning at a point of its base line."""
        self._canvas.saveState()
        self._canvas.translate(x * mm, (HEIGHT_MM - y) * mm)
        self._canvas.rotate(90)
        self.text(0, HEIGHT_MM, said, style)
        self._canvas.restoreState()

    def wide(self, said: str, style: Style) -> float:
        """Return how wide a line is."""
        return wide(self._face, said, style)

    def tick(self, area: Area, ink: str) -> None:
        """Draw a check mark into a box."""
        x, y, width, height = area
        stroke = Stroke(ink, 0.5)
        self.line(x + 0.2 * width, y + 0.55 * height, x + 0.42 * width, y + 0.78 * height, stroke)
        self.line(x + 0.42 * width, y + 0.78 * height, x + 0.82 * width, y + 0.22 * height, stroke)

    def code(self, x: float, y: float, side: float, code: Code) -> None:
        """Draw a QR code, its quiet zone within the square."""
        self._canvas.saveState()
        self._canvas.setFillColor(_colour(INK))
        self._canvas.translate(x * mm, (HEIGHT_MM - y) * mm)
        module = side * mm / code.modules
        self._canvas.scale(module, -module)
        self._canvas.drawPath(_path(code), stroke=0, fill=1)
        self._canvas.restoreState()

    def _wide(self, bold: bool) -> fit.Measure:
        return partial(_width, self._face.bold if bold else self._face.regular)

    def _lines(self, one: Lines, width: float, part: float = 1.0) -> fit.Fitted:
        size = max(one.style.size * part, fit.LEAST)
        said = printable(self._face, one.said)
        return fit.in_lines(self._wide(one.style.bold), said, width, size, one.most)

    def _write(self, x: float, y: float, fitted: fit.Fitted, style: Style) -> float:
        for line in fitted.lines:
            y += fitted.size * LEADING_MM
            self.text(x, y - fitted.size * _DESCENT_MM, line, style._replace(size=fitted.size))
        return y

    def _set(self, stroke: Stroke) -> None:
        self._canvas.setStrokeColor(_colour(stroke.ink))
        self._canvas.setLineWidth(stroke.width_mm * mm)
        self._canvas.setDash([stroke.dash_mm * mm] if stroke.dash_mm else [])


def printable(face: Typeface, said: str) -> str:
    """Return a text with a question mark for what the font has no glyph of."""
    if said.isascii() and said.isprintable():
        return said
    return "".join([one if face.has(one) else _UNKNOWN for one in said])


def wide(face: Typeface, said: str, style: Style) -> float:
    """Return how wide a line of text is, in millimetres."""
    font = face.bold if style.bold else face.regular
    return _width(font, printable(face, said)) * style.size


@cache
def _colour(written: str) -> Color:
    return HexColor(written)


@lru_cache(maxsize=1 << 16)
def _width(font: str, said: str) -> float:
    """Return how wide a text is in millimetres, at a size of one point."""
    return pdfmetrics.stringWidth(said, font, 1) / mm


@lru_cache(maxsize=4)
def _path(code: Code) -> PDFPathObject:
    """Return the outline of a QR code, kept for the other end of its cable."""
    path = PDFPathObject()
    for column, row, length in code.runs:
        path.rect(column, row, length, 1)
    return path

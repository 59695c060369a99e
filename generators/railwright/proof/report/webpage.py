"""The report as one HTML file: no scripts, nothing loaded from elsewhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from railwright.files import templates
from railwright.proof.report.blocks import Bar, Cell, Column, Fill
from railwright.proof.report.page import Page
from railwright.proof.report.text import word

_TEMPLATE = "report.html.j2"
_SHORT = 38
"""Characters that a cell keeps on one line."""
_SHORT_TITLE = 16
"""Characters of a title that may stand in a narrow column."""
_UNITS = 1000
"""Width of a bar in the units of its drawing."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A rectangle of a bar."""

    fill: Fill
    x: float
    width: float


def text(page: Page) -> str:
    """Return the page as HTML; every text of it is escaped."""
    environment = Environment(
        loader=FileSystemLoader(templates() / "lossless"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "word": word,
        "drawn": drawn,
        "kind": _kind,
        "style": _style,
        "heading": _heading,
    }
    return environment.get_template(_TEMPLATE).render(page=page, units=_UNITS)


def drawn(bar: Bar) -> Iterator[Drawn]:
    """Yield the rectangles of a bar, from its left end to its right."""
    ends = accumulate(segment.percent for segment in bar.segments)
    for segment, end in zip(bar.segments, ends, strict=True):
        start = end - segment.percent
        yield Drawn(
            segment.fill, round(start * _UNITS / 100, 1), round(segment.percent * _UNITS / 100, 1)
        )


def _style(cell: Cell, column: Column) -> str:
    """Return the classes of a cell: its tone, a figure's side, whether it keeps on one line."""
    short = "short" if len(cell.text) <= _SHORT else "long"
    return " ".join(filter(None, (cell.tone, "number" if column.numeric else "", short)))


def _heading(column: Column) -> str:
    """Return the classes of a column's title: a figure's side, room for many words."""
    long = "long" if len(column.title) > _SHORT_TITLE else ""
    return " ".join(filter(None, ("number" if column.numeric else "", long)))


def _kind(block: object) -> str:
    return type(block).__name__

"""What a report is made of: sections of prose, tables, bars and folded details, as plain text.

Markdown and HTML are two renderings of these; nothing here knows of either, and every text is
plain: what it says is escaped where it is rendered.
"""

from dataclasses import dataclass
from typing import Literal

from railwright.plan.lossless.model import Verdict
from railwright.plan.model import Term

Tone = Literal["plain", "good", "note", "bad", "muted"]
Fill = Literal["headroom", "beyond", "free", "shared", "other"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table."""

    text: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Column:
    """A column's title; `numeric` ones are set to the right."""

    title: str
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of as many cells as there are columns; the first cell of a row names it."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph."""

    text: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Items:
    """A list of sentences."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines kept as they are: a cycle, a derivation."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar: its share of the whole bar in percent, and its figure as text."""

    fill: Fill
    name: str
    percent: float
    text: str


@dataclass(frozen=True, slots=True)
class Bar:
    """Something whole, divided."""

    label: str
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars with common meanings of their parts."""

    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Details:
    """Blocks that a reader opens: derivations behind a figure."""

    title: str
    blocks: "tuple[Block, ...]"


Block = Table | Prose | Items | Lines | Bars | Details


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report; `anchor` is where links lead, `verdict` its outcome if it has one."""

    anchor: str
    title: str
    blocks: tuple[Block, ...]
    verdict: Verdict | None = None


def terms(addends: tuple[Term, ...], title: str) -> Lines:
    """Return addends of a sum, one a line, their bytes right-aligned."""
    figures = [f"{one.bytes:,.0f}" for one in addends]
    width = max(map(len, figures), default=0)
    lines = (
        f"  {figure:>{width}}  {one.name}" for figure, one in zip(figures, addends, strict=True)
    )
    return Lines((title, *lines))


def table(titles: str, rows: "list[tuple[str | Cell, ...]]") -> Table:
    """Return a table; titles are joined by `|`, those that end in ` #` are of numeric columns."""
    columns = tuple(
        Column(title.removesuffix(" #"), title.endswith(" #")) for title in titles.split("|")
    )
    cells = tuple(tuple(Cell(one) if isinstance(one, str) else one for one in row) for row in rows)
    return Table(columns, cells)

"""The report as Markdown (CommonMark with tables), for reviews and pull requests."""

import re
from collections.abc import Iterator
from itertools import accumulate

from railwright.proof.report.blocks import (
    Bar,
    Bars,
    Block,
    Cell,
    Details,
    Items,
    Lines,
    Prose,
    Section,
    Table,
)
from railwright.proof.report.page import Page
from railwright.proof.report.text import word

_WIDTH = 60
"""Characters of a bar."""
_MARKS = {"headroom": "#", "beyond": "!", "free": "-", "shared": "=", "other": "."}
_SPECIAL = re.compile(r"[\\`*\[\]<>|~&$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_LEADING = re.compile(r"(?:[#+=-]|[0-9]+(?=[.)]))")


def text(page: Page) -> str:
    """Return the page; every text of it is escaped."""
    return "\n".join((*_head(page), *(line for part in page.sections for line in _section(part))))


def _head(page: Page) -> Iterator[str]:
    yield f"# {escape(page.title)}"
    yield ""
    yield f"**{word(page.verdict).capitalize()}.** {escape(page.statement)}"
    yield ""


def _section(section: Section) -> Iterator[str]:
    outcome = f" ({word(section.verdict)})" if section.verdict else ""
    yield f"## {escape(section.title)}{outcome}"
    yield ""
    for block in section.blocks:
        yield from _block(block, "###")


def _block(block: Block, level: str) -> Iterator[str]:
    match block:
        case Prose():
            yield escape(block.text, first=True)
        case Items():
            yield from (f"- {escape(one, first=True)}" for one in block.texts)
        case Lines():
            yield from ("```text", *(one.replace("```", "'''") for one in block.texts), "```")
        case Table():
            yield from _table(block)
        case Bars():
            yield from _bars(block)
        case Details():
            yield f"{level} {escape(block.title)}"
            yield ""
            for inner in block.blocks:
                yield from _block(inner, f"{level}#")
            return
    yield ""


def _table(table: Table) -> Iterator[str]:
    yield _row([escape(column.title) for column in table.columns])
    yield _row(["---:" if column.numeric else "---" for column in table.columns])
    for cells in table.rows:
        yield _row([_cell(cell) for cell in cells])


def _row(texts: list[str]) -> str:
    return f"| {' | '.join(texts)} |"


def _cell(cell: Cell) -> str:
    written = escape(cell.text)
    return f"**{written}**" if cell.tone == "bad" and written else written


def _bars(bars: Bars) -> Iterator[str]:
    yield "```text"
    for bar in bars.bars:
        yield bar.label.replace("```", "'''")
        yield f"  [{_drawn(bar)}]"
        for segment in bar.segments:
            yield f"  {_MARKS[segment.fill]} {segment.name}: {segment.text}"
    yield "```"


def _drawn(bar: Bar) -> str:
    """Return the bar in characters: ends are rounded, so that the whole keeps its width."""
    ends = [round(end * _WIDTH / 100) for end in accumulate(one.percent for one in bar.segments)]
    starts = [0, *ends[:-1]]
    return "".join(
        _MARKS[segment.fill] * (end - start)
        for segment, start, end in zip(bar.segments, starts, ends, strict=True)
    )


def escape(text: str, *, first: bool = False) -> str:
    """Return text that Markdown shows as it is; `first` where it begins a line."""
    written = _SPECIAL.sub(_escaped, " ".join(text.split()))
    if first and (mark := _LEADING.match(written)):
        end = mark.end() if written[0].isdigit() else 0
        written = f"{written[:end]}\\{written[end:]}"
    return written


def _escaped(found: re.Match[str]) -> str:
    entities = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
    return entities.get(found[0], f"\\{found[0]}")

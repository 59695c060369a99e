"""The pull lists of racks: every cable end in one rack, for a person who stands before it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from xlsxwriter.worksheet import Worksheet

from railwright.emitters.cabling.ends import End, ticked_at
from railwright.emitters.cabling.job import Plug
from railwright.emitters.cabling.workbook.cells import Value, put
from railwright.emitters.cabling.workbook.columns import far_sockets, named, plugged, several
from railwright.emitters.cabling.workbook.style import A4, Style, broken
from railwright.emitters.cabling.workbook.table import Column, Look, Table, changes
from railwright.intent.as_built import STEPS

TITLE, HEADINGS, FIRST = 0, 1, 2
FIRST_COLUMN = len(STEPS)
"""The boxes to tick stand left of the table."""
_OPEN, _DONE = "☐", "☑"
_TICK_WIDTH = 3.7
_ROW_POINTS = 27.0
_HEAD_POINTS = 70.0


@dataclass(frozen=True, slots=True)
class RackSheet:
    """Writes pull lists, which all have the same columns."""

    style: Style
    table: Table[End]

    def write(self, sheet: Worksheet, title: str, found: Sequence[End]) -> None:
        """Write the list of one rack."""
        last, last_column = FIRST + len(found) - 1, FIRST_COLUMN + len(self.table.columns) - 1
        self.style.page(sheet, A4, landscape=True)
        sheet.set_default_row(_ROW_POINTS)
        sheet.set_row(HEADINGS, _HEAD_POINTS)
        sheet.freeze_panes(FIRST, 0)
        sheet.autofilter(HEADINGS, 0, last, last_column)
        sheet.repeat_rows(TITLE, HEADINGS)
        sheet.print_area(TITLE, 0, last, last_column)
        put(sheet, TITLE, 0, title, self.style.title)
        starts = changes(found, lambda end: end.plug.device)
        self._boxes(sheet, found, starts)
        shade = self.style.shade
        self.table.write(sheet, FIRST, found, lambda end: shade(end.pull.cable), starts)
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{last + 1}"})

    def _boxes(self, sheet: Worksheet, found: Sequence[End], starts: Sequence[bool]) -> None:
        """Write the boxes of every cable at one of its ends, at the others where those are."""
        style = self.style
        sheet.set_column(0, FIRST_COLUMN - 1, _TICK_WIDTH)
        for column, step in enumerate(STEPS):
            put(sheet, HEADINGS, column, style.words[step], style.tick_head)
        for row, (end, start) in enumerate(zip(found, starts, strict=True), start=FIRST):
            marks = end.pull.marks
            if end.is_ticked:
                look = style.cell("tick", starts=start)
                for column, step in enumerate(STEPS):
                    mark = marks.get(step)
                    put(sheet, row, column, _DONE if mark and mark.value is True else _OPEN, look)
                continue
            there = style.words["ticked_at"].format(place=_there(end))
            for column, text in enumerate((there, *(None for _ in STEPS[1:]))):
                put(sheet, row, column, text, style.elsewhere(column, FIRST_COLUMN, starts=start))


def _there(end: End) -> str:
    """Return where a cable is ticked off that is not here: a rack, or a unit of this one."""
    there = ticked_at(end.pull)
    if there.rack != end.plug.rack:
        return str(there.rack)
    return f"U{there.top_u}" if there.top_u else there.device


def columns(style: Style) -> Iterator[Column[End]]:
    """Yield the columns: this end first, then the far one, then the cable itself."""
    words = style.words
    yield Column("unit", words["unit"], 5, "strong_centred", lambda end: end.plug.top_u)
    yield Column("device", words["device"], 13.5, "text", lambda end: end.plug.device)
    yield Column("socket", words["socket"], 10, "strong_centred", lambda end: end.plug.socket)
    yield Column("label", words["label"], 26, "shade", lambda end: broken(end.plug.label))
    yield Column("colour", words["colour"], 5.5, "shade_centred", _letters(style))
    yield Column("module", words["module"], 12, "text", lambda end: plugged(end.plug))
    yield from _far_end(words)
    yield Column(
        "length_m", words["length"], 7.5, "strong_centred", lambda end: end.pull.cable.length_m
    )
    yield Column("part", words["part"], 12, "text", lambda end: end.pull.cable.part)
    yield Column("cable", words["cable"], 17, "text", lambda end: end.pull.id)


def _far_end(words: Mapping[str, str]) -> Iterator[Column[End]]:
    far: tuple[tuple[str, float, Look, Callable[[End], Value]], ...] = (
        ("rack", 7, "strong_centred", _far(lambda plug: plug.rack)),
        ("unit", 6, "strong_centred", _far(lambda plug: plug.top_u)),
        ("device", 13.5, "text", _far(lambda plug: named(plug, words))),
        ("socket", 10, "strong_centred", lambda end: "\n".join(far_sockets(end.plug, end.far))),
    )
    for name, width, look, value in far:
        yield Column(f"far_{name}", f"{words['far_end']}: {words[name]}", width, look, value)


def _letters(style: Style) -> Callable[[End], Value]:
    return lambda end: style.letters(end.pull)


def _far(of_plug: Callable[[Plug], Value]) -> Callable[[End], Value]:
    return lambda end: several(end.far, of_plug)

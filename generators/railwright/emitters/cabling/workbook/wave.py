"""The sheets of install waves: one line per cable, and the columns that people fill in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xlsxwriter.worksheet import Worksheet

from railwright.emitters.cabling.job import Pull
from railwright.emitters.cabling.workbook.cells import put
from railwright.emitters.cabling.workbook.columns import FILLED, LAST_PRINTED
from railwright.emitters.cabling.workbook.entries import UNTOUCHED, Entry
from railwright.emitters.cabling.workbook.hints import hints
from railwright.emitters.cabling.workbook.paint import paint
from railwright.emitters.cabling.workbook.style import A3, Style
from railwright.emitters.cabling.workbook.table import Table

KEYS, HEADINGS, FIRST = 0, 1, 2
"""The rows (from 0) of the keys for machines, of the headings, of the first cable."""
_LINE_POINTS = 14.0
_LINES = 2
_PORT = "as_built_port"
_SPARSE = tuple(one.key for one in FILLED if one.key not in ("status", _PORT))
"""The columns whose cells are only written with something in them: most of them are empty."""


@dataclass(frozen=True, slots=True)
class WaveSheet:
    """Writes the sheets of waves, which all have the same columns.

    What people fill in stands between `table`, which is printed, and `looked_up`, which is not.
    """

    style: Style
    table: Table[Pull]
    looked_up: Table[Pull]

    @property
    def status_column(self) -> int:
        """Return where the status stands, from 0."""
        return len(self.table.columns)

    def write(self, sheet: Worksheet, pulls: Sequence[Pull], entries: Sequence[Entry]) -> None:
        """Write the sheet of a wave; `entries` are what is known of each of its cables."""
        last = FIRST + len(pulls) - 1
        places = {key: at for at, key in enumerate(self._keys())}
        self._page(sheet, last, places)
        self._head(sheet)
        for row, pull in enumerate(pulls, start=FIRST):
            if (ends := len(pull.lower)) > 1:
                sheet.set_row(row, ends * _LINES * _LINE_POINTS)
        for table in (self.table, self.looked_up):
            table.write(sheet, FIRST, pulls, lambda pull: self.style.shade(pull.cable))
        self._entries(sheet, pulls, entries)
        hints(sheet, self.style, places, (FIRST, last))
        paint(sheet, self.style, places, (FIRST, last), _SPARSE)
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{last + 1}"})

    def _keys(self) -> list[str]:
        keys = [*(one.key for one in self.table.columns), *(one.key for one in FILLED)]
        return [*keys, *(one.key for one in self.looked_up.columns)]

    def _page(self, sheet: Worksheet, last: int, places: Mapping[str, int]) -> None:
        self.style.page(sheet, A3, landscape=True)
        sheet.set_default_row(_LINES * _LINE_POINTS)
        sheet.set_row(KEYS, None, None, {"hidden": True})
        sheet.set_row(HEADINGS, 3 * _LINE_POINTS)
        sheet.freeze_panes(FIRST, 1)
        sheet.autofilter(HEADINGS, 0, last, len(places) - 1)
        sheet.repeat_rows(HEADINGS)
        sheet.print_area(HEADINGS, 0, last, places[LAST_PRINTED])

    def _head(self, sheet: Worksheet) -> None:
        style = self.style
        for column, key in enumerate(self._keys()):
            put(sheet, KEYS, column, key, style.prose)
        for column, one in enumerate(FILLED, start=self.status_column):
            put(sheet, HEADINGS, column, style.words[one.word], style.entry_head)
            sheet.set_column(column, column, one.width, style.filled(one.key))

    def _entries(self, sheet: Worksheet, pulls: Sequence[Pull], entries: Sequence[Entry]) -> None:
        style = self.style
        looks = {one.key: style.entry(one.key) for one in FILLED}
        closed = style.entry(_PORT, closed=True)
        places = {one.key: column for column, one in enumerate(FILLED, start=self.status_column)}
        for row, (pull, known) in enumerate(zip(pulls, entries, strict=True), start=FIRST):
            put(sheet, row, places["status"], style.words[known.status], looks["status"])
            look = looks[_PORT] if pull.redlines else closed
            put(sheet, row, places[_PORT], known.as_built_port, look)
            if known != UNTOUCHED:
                for key in _SPARSE:
                    if value := getattr(known, key):
                        put(sheet, row, places[key], value, looks[key])

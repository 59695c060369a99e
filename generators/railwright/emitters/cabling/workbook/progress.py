"""How far the work is: a line per wave that follows the status cells of its sheet."""

from collections.abc import Sequence
from dataclasses import dataclass

from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from railwright.emitters.cabling.workbook.cells import across, lead, put
from railwright.emitters.cabling.workbook.entries import STATUSES, Entry, counts
from railwright.emitters.cabling.workbook.style import STATUS_COLOURS, Style
from railwright.emitters.cabling.workbook.wave import FIRST
from railwright.intent.as_built import STEPS

_WAVE, _WHAT, _CABLES, _FIRST_STEP = 0, 1, 2, 3
_LEFT = _FIRST_STEP + len(STEPS)


@dataclass(frozen=True, slots=True)
class Progress:
    """One wave: its sheet, what it is about, and what is known of its cables.

    `status_column` is where the status stands on that sheet, from 0.
    """

    sheet: str
    what: str
    entries: tuple[Entry, ...]
    status_column: int


def write(sheet: Worksheet, style: Style, row: int, waves: Sequence[Progress]) -> int:
    """Write the table from `row` on; return the row after it."""
    words = style.words
    heads = ("wave", "what", "cables", *STEPS, "left")
    for column, head in enumerate(heads):
        put(sheet, row, column, words[head], style.head)
    first = row + 1
    for at, wave in enumerate(waves, start=first):
        _wave(sheet, style, at, wave)
    last = first + len(waves) - 1
    total = style.cell("strong_centred", starts=True)
    done = [counts([one.status for one in wave.entries]) for wave in waves]
    sums = [sum(len(wave.entries) for wave in waves)]
    sums += [sum(one[step] for one in done) for step in STEPS]
    sums.append(sums[0] - sums[-1])
    across(sheet, last + 1, (_WAVE, _WHAT), words["total"], style.cell("strong", starts=True))
    for column, known in enumerate(sums, start=_CABLES):
        area = f"{xl_rowcol_to_cell(first, column)}:{xl_rowcol_to_cell(last, column)}"
        sheet.write_formula(last + 1, column, f"=SUM({area})", total, known)
    ready = style.book.add_format({"bg_color": STATUS_COLOURS["tested"]})
    left = f"=${xl_rowcol_to_cell(first, _LEFT)}=0"
    rule = {"type": "formula", "criteria": left, "format": ready}
    sheet.conditional_format(first, _WAVE, last + 1, _LEFT, rule)
    return last + 2


def _wave(sheet: Worksheet, style: Style, row: int, wave: Progress) -> None:
    known = counts([one.status for one in wave.entries])
    number = style.cell("centred")
    lead(sheet, row, _WAVE, wave.sheet, style.cell_link)
    put(sheet, row, _WHAT, wave.what, style.cell("text"))
    put(sheet, row, _CABLES, len(wave.entries), number)
    column = wave.status_column
    area = xl_range_abs(FIRST, column, FIRST + len(wave.entries) - 1, column)
    for place, step in enumerate(STEPS, start=1):
        count = "+".join(
            f"COUNTIF('{wave.sheet}'!{area},\"{style.words[one]}\")" for one in STATUSES[place:]
        )
        sheet.write_formula(row, _CABLES + place, f"={count}", number, known[step])
    done = xl_rowcol_to_cell(row, _LEFT - 1)
    left = f"={xl_rowcol_to_cell(row, _CABLES)}-{done}"
    sheet.write_formula(row, _LEFT, left, number, len(wave.entries) - known[STEPS[-1]])

"""`cabling.csv` as somebody filled it in."""

from railwright.emitters.cabling.table import COLUMNS
from railwright.errors import Problem
from railwright.intent.csv_table import CsvTable
from railwright.redline.model import Cell, Contents, Place, Statement
from railwright.redline.sheet import of_table

_ADDED = ("by", "at", "reason")
"""Columns that somebody may add, who says what was built otherwise."""
_NEEDED = ("cable", "check")


def read(data: bytes, file: str) -> tuple[Contents, list[Problem]]:
    """Return what the table says and every problem in it."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        line = data.count(b"\n", 0, err.start) + 1
        what = "is not UTF-8 text; save the table as CSV UTF-8"
        return Contents(), [Problem("", what, file=file, line=line)]
    allowed = tuple(dict.fromkeys((*COLUMNS, *_ADDED)))
    table = CsvTable(file, allowed, _NEEDED)
    said: list[Statement] = []
    for line, cells in table.rows(text):
        table.unique(line, "cable", "cable", cells["cable"])
        at = Place(file, line=line)
        record = {key: Cell(text, Place(file, line=line, key=key)) for key, text in cells.items()}
        said += of_table(record, at, table.problems)
    return Contents(statements=tuple(said)), table.problems

"""CSV tables that people also open in spreadsheets."""

import csv
import io
from collections.abc import Iterable, Sequence

from railwright.cells import escaped
from railwright.files import OutputFile

FOLDER = "cabling/interop"
Cell = str | int | float | bool | None
"""Text, a number, `true` or `false`, or nothing."""


def file(name: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> OutputFile:
    """Return a table with one line of headings."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_written(cell) for cell in row] for row in rows)
    return OutputFile(f"{FOLDER}/{name}", stream.getvalue().encode())


def _written(cell: Cell) -> str | int | None:
    match cell:
        case str():
            return escaped(cell)
        case bool():
            return "true" if cell else "false"
        case float():
            return f"{cell:.10g}"
    return cell

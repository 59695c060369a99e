"""What no program that writes the same cells with XlsxWriter can undercut.

    .venv/bin/python -m bench.xlsx_floor WORKBOOK...

Reads every workbook back with openpyxl, then writes the same cells of the same types in as many
different formats, with the same merged ranges, lists and column widths, through bare XlsxWriter
into memory. Only the writing is timed. Prints one JSON object: `wall_s`, `cpu_s`, `cells`.
"""

import argparse
import io
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson
import xlsxwriter
from bench.measure import BenchError
from openpyxl import load_workbook
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

Look = tuple[bool, float, str | None, str | None, bool, str, str | None, bool]
"""Bold, size, colours of text and fill, borders, number format, alignment, wrapping."""


@dataclass(frozen=True, slots=True)
class XlsxFloor:
    """What writing the cells took, and how many they were."""

    wall_s: float
    cpu_s: float
    cells: int


@dataclass(frozen=True, slots=True)
class Read:
    """One sheet as it was read: row, column, value and look of every cell, and what is around."""

    name: str
    cells: tuple[tuple[int, int, Any, Look], ...]
    merged: tuple[tuple[int, int, int, int], ...]
    lists: tuple[tuple[str, str], ...]
    widths: tuple[tuple[str, float], ...]


def read(path: Path) -> list[Read]:
    """Return the sheets of a workbook."""
    return [_sheet(sheet) for sheet in load_workbook(path).worksheets]


def written(sheets: Sequence[Read]) -> bytes:
    """Return a workbook with these sheets."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    formats: dict[Look, Any] = {}
    for one in sheets:
        sheet = book.add_worksheet(one.name)
        for row, column, value, look in one.cells:
            if (form := formats.get(look)) is None:
                form = formats[look] = book.add_format(_properties(look))
            if value is None:
                sheet.write_blank(row, column, None, form)
            elif isinstance(value, str):
                sheet.write_string(row, column, value, form)
            elif isinstance(value, bool):
                sheet.write_boolean(row, column, value, form)
            else:
                sheet.write_number(row, column, value, form)
        for corners in one.merged:
            sheet.merge_range(*corners, "")
        for cells, source in one.lists:
            sheet.data_validation(cells, {"validate": "list", "source": source})
        for letter, width in one.widths:
            sheet.set_column(f"{letter}:{letter}", width)
    book.close()
    return stream.getvalue()


def floor(paths: Sequence[Path]) -> XlsxFloor:
    """Return what writing the cells of some workbooks takes."""
    books = [read(path) for path in paths]
    start, start_cpu = time.perf_counter(), time.process_time()
    for book in books:
        written(book)
    wall_s, cpu_s = time.perf_counter() - start, time.process_time() - start_cpu
    return XlsxFloor(wall_s, cpu_s, sum(len(sheet.cells) for book in books for sheet in book))


def in_own_process(paths: Sequence[Path]) -> XlsxFloor:
    """Return the floor of some workbooks, measured in a fresh process. Raises: BenchError."""
    argv = [sys.executable, "-m", "bench.xlsx_floor", *(str(path.resolve()) for path in paths)]
    root = Path(__file__).parents[1]
    done = subprocess.run(argv, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchError(f"{' '.join(argv)}: exit status {done.returncode}\n{done.stderr}")
    return XlsxFloor(**orjson.loads(done.stdout))


def _sheet(sheet: Worksheet) -> Read:
    merged = tuple(
        (one.min_row - 1, one.min_col - 1, one.max_row - 1, one.max_col - 1)
        for one in sheet.merged_cells.ranges
    )
    lists = tuple(
        (str(span), f"={one.formula1}" if not one.formula1.startswith('"') else one.formula1)
        for one in sheet.data_validations.dataValidation
        if one.type == "list" and one.formula1
        for span in one.sqref.ranges
    )
    sizes = sheet.column_dimensions.items()
    widths = tuple((letter, one.width) for letter, one in sizes if one.customWidth)
    return Read(sheet.title, tuple(_cells(sheet)), merged, lists, widths)


def _cells(sheet: Worksheet) -> Iterator[tuple[int, int, Any, Look]]:
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell, Cell) and (cell.value is not None or cell.has_style):
                yield cell.row - 1, cell.column - 1, cell.value, _look(cell)


def _look(cell: Cell) -> Look:
    font, fill, border = cell.font, cell.fill, cell.border
    return (
        bool(font.b),
        float(font.sz or 11),
        _hex(font.color.rgb) if font.color else None,
        _hex(fill.fgColor.rgb) if fill.fill_type else None,
        bool(border.left and border.left.style),
        cell.number_format,
        cell.alignment.horizontal,
        bool(cell.alignment.wrap_text),
    )


def _hex(colour: object) -> str | None:
    return f"#{colour[-6:]}" if isinstance(colour, str) else None


def _properties(look: Look) -> dict[str, object]:
    bold, size, ink, fill, border, number, align, wrap = look
    found: dict[str, object] = {"bold": bold, "font_size": size, "text_wrap": wrap}
    found |= {"border": 1} if border else {}
    found |= {"num_format": number} if number != "General" else {}
    chosen = {"font_color": ink, "bg_color": fill, "align": align}
    return found | {key: value for key, value in chosen.items() if value}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench.xlsx_floor",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("workbooks", type=Path, nargs="+", metavar="WORKBOOK")
    arguments = parser.parse_args()
    print(orjson.dumps(asdict(floor(arguments.workbooks))).decode())


if __name__ == "__main__":
    main()

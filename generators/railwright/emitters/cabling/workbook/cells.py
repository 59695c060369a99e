"""Cells: every one typed, text safe from being taken for a formula or a link."""

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from railwright.cells import escaped

Value = str | float | None


def put(sheet: Worksheet, row: int, column: int, value: Value, look: Format) -> None:
    """Write a value as what it is: text, a number, or nothing for None and for empty text."""
    if value is None or value == "":
        sheet.write_blank(row, column, None, look)
    elif isinstance(value, str):
        sheet.write_string(row, column, escaped(value), look)
    else:
        sheet.write_number(row, column, value, look)


def across(sheet: Worksheet, row: int, columns: tuple[int, int], text: str, look: Format) -> None:
    """Write text into several cells of a row joined to one."""
    sheet.merge_range(row, columns[0], row, columns[1], "", look)
    put(sheet, row, columns[0], text, look)


def lead(sheet: Worksheet, row: int, column: int, name: str, look: Format) -> None:
    """Write a link to the sheet of that name."""
    quoted = name.replace("'", "''")
    sheet.write_url(row, column, f"internal:'{quoted}'!A1", look, escaped(name))

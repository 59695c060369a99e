"""The workbook as somebody filled it in: the sheets of waves, told by the keys in their first row.

A workbook comes from anybody: its size is limited before it is unpacked, nothing in it is
evaluated, and only the cells of the columns that count are looked at.
"""

import io
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from openpyxl import load_workbook
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils import get_column_letter

from railwright.catalog import loader as catalog
from railwright.errors import Problem
from railwright.intent.as_built import STEPS, printable
from railwright.intent.written import shown
from railwright.redline.model import Cell, Contents, Place, Record, Statement
from railwright.redline.sheet import of_workbook

MAX_UNPACKED_BYTES = 512 * 1024 * 1024
MAX_PARTS = 10_000
MAX_SHEETS = 5_000
MAX_ROWS = 100_000
MAX_COLUMNS = 128
MAX_RECORDS = 200_000
MAX_ROWS_IN_ALL = 500_000
MAX_WRONG = 1000
TITLE_CHARS = 31
KEYS = (
    *("cable", "check", "status", "by", "at", "tested_by", "tested_at", "result"),
    *("as_built_port", "as_built_length_m", "reason", "remark"),
)
_FIRST_ROW = 3
_FORMULA = "="
_NOT_A_WORKBOOK = (
    "is no workbook that can be read; save it as Excel workbook (.xlsx), without a password"
)


class _UnreadableError(Exception):
    """Why a workbook is not read, in words that follow its name."""


def read(data: bytes, file: str) -> tuple[Contents, list[Problem]]:
    """Return what the sheets of waves say and every problem in them."""
    problems: list[Problem] = []
    try:
        _check_size(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the library's, about what it does not read
            said = tuple(_Reader(file, problems).statements(data))
    except _UnreadableError as err:
        return Contents(), [*problems, Problem("", str(err), file=file)]
    return Contents(statements=said), problems


def _check_size(data: bytes) -> None:
    """Raise _UnreadableError for what is no archive, or one that unpacks to too much.

    The sizes in an archive's directory hold: no more than they say is ever unpacked.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise _UnreadableError(_NOT_A_WORKBOOK) from None
    names = {part.filename for part in parts}
    if len(names) < len(parts):
        raise _UnreadableError(_NOT_A_WORKBOOK)
    size_bytes = sum(part.file_size for part in parts)
    if len(parts) > MAX_PARTS or size_bytes > MAX_UNPACKED_BYTES:
        what = f"unpacks to {len(parts)} parts of {size_bytes} bytes"
        limit = f"{MAX_PARTS} parts of {MAX_UNPACKED_BYTES} bytes are allowed"
        raise _UnreadableError(f"{what}; {limit}")


class _Reader:
    """Reads the sheets of one workbook."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        self._file = file
        self._problems = problems
        self._statuses = dict(_statuses())
        self._first: dict[str, Place] = {}

    def statements(self, data: bytes) -> Iterator[Statement]:
        """Yield what every sheet of a wave says. Raises: _UnreadableError."""
        found = False
        for name, rows in _sheets(data):
            columns = self._columns(name, next(rows, ()))
            if columns is None:
                continue
            found = True
            next(rows, None)  # the headings, for people
            for number, row in enumerate(rows, _FIRST_ROW):
                record = self._record(name, number, columns, row)
                if record:
                    yield from self._of_row(name, number, record)
        if not found:
            raise _UnreadableError(
                "has no sheet of a wave: their first, hidden row holds keys and begins with "
                "`cable`; hand in the workbook that was built"
            )

    def _columns(self, sheet: str, keys: tuple[object, ...]) -> Mapping[str, int] | None:
        """Return the columns by key, None for a sheet of another kind."""
        if not keys or keys[0] != "cable":
            return None
        columns = {key: number for number, key in enumerate(keys) if isinstance(key, str)}
        lacking = [key for key in KEYS if key not in columns]
        if lacking:
            what = f"lacks the keys {', '.join(lacking)}; put back what was in this hidden row"
            self._problems.append(Problem(f"{sheet}!1", what, file=self._file))
        return None if lacking else {key: columns[key] for key in KEYS}

    def _record(
        self, sheet: str, number: int, columns: Mapping[str, int], row: tuple[object, ...]
    ) -> Record | None:
        """Return the cells of a row that count, None for an empty row."""
        values = {key: row[place] if place < len(row) else None for key, place in columns.items()}
        if all(value is None or value == "" for value in values.values()):
            return None
        for key, value in values.items():
            if isinstance(value, str) and value.startswith(_FORMULA):
                at = self._place(sheet, number, columns[key], key)
                self._problems.append(at.problem("is a formula; write what it comes to"))
                values[key] = None
        return {
            key: Cell(value, self._place(sheet, number, columns[key], key))
            for key, value in values.items()
        }

    def _place(self, sheet: str, number: int, column: int, key: str) -> Place:
        return Place(self._file, f"{sheet}!{get_column_letter(column + 1)}{number}", key=key)

    def _of_row(self, sheet: str, number: int, record: Record) -> tuple[Statement, ...]:
        if len(self._problems) > MAX_WRONG:
            raise _UnreadableError("has more problems than these; mend them first")
        at = record["cable"].place
        cable = str(record["cable"].value)
        first = self._first.setdefault(cable, at)
        if first is not at:
            self._problems.append(at.problem(f"is already in {first.path}; remove one"))
            return ()
        if len(self._first) > MAX_RECORDS:
            raise _UnreadableError(f"has more than {MAX_RECORDS} cables; hand in fewer at once")
        row = Place(self._file, f"{sheet}!{number}")
        return of_workbook(record, row, self._statuses, self._problems)


def _sheets(data: bytes) -> Iterator[tuple[str, Iterator[tuple[object, ...]]]]:
    """Yield the name and the rows of every sheet. Raises: _UnreadableError."""
    stream = io.BytesIO(data)
    parts = _guarded(lambda: _parts(stream))
    if len(set(parts)) < len(parts):
        raise _UnreadableError(_NOT_A_WORKBOOK)
    book = _guarded(lambda: load_workbook(stream, read_only=True, keep_links=False))
    if len(book.sheetnames) > MAX_SHEETS:
        raise _UnreadableError(
            f"has {len(book.sheetnames)} sheets; at most {MAX_SHEETS} are allowed"
        )
    rows = 0
    for sheet in book.worksheets:
        if len(sheet.title) > TITLE_CHARS or not printable(sheet.title):
            raise _UnreadableError(
                f"has a sheet that is called {shown(sheet.title)}; a name has at most "
                f"{TITLE_CHARS} printable characters"
            )
        read = _Counted(_rows(sheet))
        yield sheet.title, read
        rows += read.number
        if rows > MAX_ROWS_IN_ALL:
            raise _UnreadableError(
                f"has more than {MAX_ROWS_IN_ALL} rows in all sheets; hand in fewer at once"
            )


class _Counted(Iterator[tuple[object, ...]]):
    """Rows that are counted while they are read."""

    def __init__(self, rows: Iterator[tuple[object, ...]]) -> None:
        self._rows = rows
        self.number = 0

    def __next__(self) -> tuple[object, ...]:
        self.number += 1
        return next(self._rows)


def _parts(stream: io.BytesIO) -> list[str]:
    """Return the part of the archive that every sheet is in; reading one reads all of it."""
    reader = ExcelReader(stream, read_only=True, keep_links=False)
    reader.read_manifest()
    reader.read_workbook()
    return [str(relation.target) for _, relation in reader.parser.find_sheets()]


def _rows(sheet: Any) -> Iterator[tuple[object, ...]]:
    rows = _guarded(lambda: sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True))
    for number in range(1, MAX_ROWS + 2):
        row = _guarded(lambda: next(rows, None))
        if row is None:
            return
        if number > MAX_ROWS:
            raise _UnreadableError(
                f"{sheet.title}: has more than {MAX_ROWS} rows; remove those that are empty"
            )
        yield tuple(_plain(value) for value in row)


def _guarded(act: Any) -> Any:
    """Return what the library for workbooks returns. Raises: _UnreadableError.

    A workbook that is broken on purpose meets it with any of its own and of Python's errors.
    """
    try:
        return act()
    except Exception as err:
        raise _UnreadableError(_NOT_A_WORKBOOK) from err


def _plain(value: object) -> object:
    """Return a value of the kinds that cells have here; the others are kinds of formulas."""
    if value is None or isinstance(value, str | bool | int | float | datetime | date):
        return value
    return str(value) if isinstance(value, time | timedelta) else _FORMULA


def _statuses() -> Iterator[tuple[str, int]]:
    """Yield the words for 0 to 3 steps done, in every language."""
    for language in ("en", "zh"):
        words = catalog.words("common", language)
        for number, key in enumerate(("planned", *STEPS)):
            yield words[key].casefold(), number

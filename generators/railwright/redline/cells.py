"""Cells of a sheet that somebody filled in: who, when, how long, as the as-built record has it."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

from railwright.cells import unescaped
from railwright.errors import Problem
from railwright.intent import as_built
from railwright.intent.written import shown
from railwright.redline.model import Cell, Place, Record

_T = TypeVar("_T", str, float)
_TIME = re.compile(
    r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d([.]\d{1,6})?)?( ?(Z|[+-]\d\d:\d\d))?)?", re.ASCII
)
_BEFORE_ZONE = re.compile(r" (?=[Z+-])")
_HALF_SECOND = timedelta(microseconds=500_000)
_EXAMPLE = "2026-03-01 09:30"
_NO_TIME = "is no time"


class Row:
    """A row of a sheet while it is read; what is wrong with its cells goes to `problems`."""

    def __init__(self, record: Record, at: Place, problems: list[Problem]) -> None:
        self._record = record
        self._at = at
        self._problems = problems

    def place(self, key: str) -> Place:
        """Return where the cell of a column is, or would be if the sheet had the column."""
        cell = self._record.get(key)
        return cell.place if cell else replace(self._at, key=key)

    def wrong(self, key: str, what: str) -> None:
        """Note what is wrong with a cell."""
        self._problems.append(self.place(key).problem(what))

    def text(self, key: str) -> str:
        """Return the text of a cell, empty for an empty one, a number as it is shown."""
        value = self._value(key)
        match value:
            case None:
                return ""
            case bool() | date():
                self.wrong(key, f"must be text, got {value}")
                return ""
            case int() | float():
                return f"{value:.15g}"
        return unescaped(str(value).strip())

    def checked(self, key: str, check: Callable[[str], _T]) -> _T | None:
        """Return what a check makes of a cell, None for an empty or a wrong one."""
        text = self.text(key)
        try:
            return check(text) if text else None
        except ValueError as err:
            self.wrong(key, str(err))
            return None

    def name(self, key: str) -> str:
        """Return the name in a cell, empty for an empty or a wrong one."""
        return self.checked(key, as_built.named) or ""

    def note(self, key: str) -> str:
        """Return the words in a cell, empty for an empty or a wrong one."""
        return self.checked(key, as_built.noted) or ""

    def metres(self, key: str) -> float | None:
        """Return the length in a cell, None for an empty or a wrong one."""
        return self.checked(key, _metres)

    def time(self, key: str) -> str:
        """Return the time in a cell in UTC, empty for an empty or a wrong one.

        A time that does not say its zone is in UTC, a day alone is its first minute.
        """
        value = self._value(key)
        if value is None or value == "":
            return ""
        try:
            return utc(value)
        except ValueError:
            given = value if isinstance(value, date) else shown(value)
            self.wrong(key, f"must be a time in UTC such as {_EXAMPLE}, got {given}")
            return ""

    def _value(self, key: str) -> object:
        cell: Cell | None = self._record.get(key)
        value = cell.value if cell else None
        return value.strip() if isinstance(value, str) else value


def utc(value: object) -> str:
    """Return a time as the as-built record has it. Raises: ValueError."""
    if isinstance(value, str):
        if not _TIME.fullmatch(value):
            raise ValueError(_NO_TIME)
        value = datetime.fromisoformat(_BEFORE_ZONE.sub("", value))
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    if not isinstance(value, datetime):
        raise ValueError(_NO_TIME)
    try:
        at = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        at += _HALF_SECOND  # spreadsheets keep times as fractions of days
    except OverflowError:
        raise ValueError(_NO_TIME) from None
    return as_built.timed(at.strftime("%Y-%m-%dT%H:%M:%SZ"))


def _metres(text: str) -> float:
    length_m = as_built.value_of("length_m", text)
    assert isinstance(length_m, float)  # noqa: S101 (the text is not empty)
    return length_m

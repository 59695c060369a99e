"""The as-built record: what was done to every cable, by whom and when, one CSV row per mark.

`railwright redline` writes it from what technicians hand in. Cables are named as `show cables`
names them. Of every cable and `what` there is one row: the last word. `id` names that mark and
`after` the marks it replaced, so that a sheet which is handed in twice changes nothing.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Literal, get_args
from unicodedata import category

from railwright.cells import escaped, unescaped
from railwright.errors import Problem
from railwright.intent.csv_table import CsvTable
from railwright.intent.written import shown

MAX_FILE_BYTES = 64 * 1024 * 1024
Step = Literal["pulled", "connected", "tested"]
What = Literal["pulled", "connected", "tested", "port", "length_m", "remark"]
STEPS: tuple[Step, ...] = get_args(Step)
WHATS: tuple[What, ...] = get_args(What)
COLUMNS = ("cable", "what", "value", "by", "at", "note", "id", "after", "check")
REQUIRED = COLUMNS[:5]
YES, NO = "yes", "no"

CABLE = re.compile(r"[a-z0-9][a-z0-9-]{0,62}:[A-Za-z][A-Za-z0-9_.-]{0,40}")
CHECK = re.compile(r"[0-9a-f]{8}")
MARK_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")
AT = re.compile(
    r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3])(:[0-5][0-9]){2}Z"
)
"""A time in UTC as RFC 3339 writes it, without a fraction: `2026-03-01T09:30:00Z`."""
PORT = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,31}")
LONGEST_M = 10_000
NAME_CHARS = 64
NOTE_CHARS = 255
MOST_AFTER = 1000
"""How many marks one that is handed in may replace."""
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_SHEET_ID = "b-"
_ID_DIGITS = 16

Value = bool | str | float | None
"""`pulled`, `connected`, `tested`: whether it is done; `port`: where the upper end is plugged;
`length_m`: metres; `remark`: text. None takes a `port`, `length_m` or `remark` back."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What somebody said about a cable. `after` are the ids of the marks that this one replaces.

    `check` tells as what the cable was planned: it is the check of the cable without redlines,
    empty where that is not known. `through` are checks that redlines before this one led it and
    the cables beside it through.
    """

    cable: str
    what: What
    value: Value
    by: str
    at: str
    note: str = ""
    id: str = ""
    after: tuple[str, ...] = ()
    check: str = ""
    through: tuple[str, ...] = ()


@dataclass(frozen=True)
class AsBuilt:
    """The marks of one file, `file` as messages name it, and the line each stands in."""

    file: str
    marks: tuple[Mark, ...] = ()
    lines: tuple[int, ...] = ()

    @cached_property
    def of(self) -> Mapping[str, Mapping[str, Mark]]:
        """Return the marks by cable and what they are about."""
        found: dict[str, dict[str, Mark]] = {}
        for mark in self.marks:
            found.setdefault(mark.cable, {})[mark.what] = mark
        return found


def parse(text: str, file: str) -> tuple[AsBuilt, tuple[Problem, ...]]:
    """Return the marks written in `text` and every problem in it; `file` only names it."""
    table = CsvTable(file, COLUMNS, REQUIRED)
    rows = [(line, _row(table, line, cells)) for line, cells in table.rows(text)]
    sound = [(line, mark) for line, mark in rows if mark]
    found = AsBuilt(file, tuple(mark for _, mark in sound), tuple(line for line, _ in sound))
    return found, tuple(table.problems)


def dumps(marks: Iterable[Mark]) -> str:
    """Return the file of marks, rows in the order given."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(map(cells_of, marks))
    return stream.getvalue()


def mark_id(mark: Mark) -> str:
    """Return the id of a mark; one that was made where there are none has it from what it says."""
    return mark.id or said_id(mark)


def said_id(mark: Mark) -> str:
    """Return the id that follows from what a mark says, whatever id it was given."""
    said = (mark.cable, mark.what, written(mark.value), mark.by, mark.at, mark.note)
    return _SHEET_ID + sha256("|".join(said).encode()).hexdigest()[:_ID_DIGITS]


def cells_of(mark: Mark) -> tuple[str, ...]:
    """Return a mark as the cells of a row, in the order of `COLUMNS`."""
    value = written(mark.value)
    cells = (mark.cable, mark.what, value, mark.by, mark.at, mark.note, mark.id)
    checks = " ".join((mark.check, *mark.through)).strip()
    return (*map(escaped, cells), " ".join(mark.after), checks)


def written(value: Value) -> str:
    """Return the value of a mark as a cell: `yes`, `no`, a port, metres, words, or nothing."""
    match value:
        case None:
            return ""
        case bool():
            return YES if value else NO
        case float():
            return f"{value:g}"
    return value


def value_of(what: What, text: str) -> Value:
    """Return the value that a cell says. Raises: ValueError with what it must be."""
    if what in STEPS:
        if text not in (YES, NO):
            raise ValueError(f"must be {YES} or {NO}, got {_given(text)}")
        return text == YES
    if not text:
        return None
    if what == "port":
        if not PORT.fullmatch(text):
            raise ValueError(f"must be a port such as Ethernet8, got {_given(text)}")
        return text
    if what == "length_m":
        return _metres(text)
    return noted(text)


def printable(text: str) -> bool:
    """Return whether a text has no control or format characters and no line ends.

    Characters that this Unicode does not know yet are taken: phones are newer than servers.
    """
    return text.isprintable() or not any(category(one) in _UNPRINTABLE for one in text)


def noted(text: str) -> str:
    """Return a note or a remark. Raises: ValueError with what it must be."""
    if len(text) > NOTE_CHARS or not printable(text):
        raise ValueError(f"must be at most {NOTE_CHARS} printable characters, got {_given(text)}")
    return text


def named(text: str) -> str:
    """Return the name of who made a mark. Raises: ValueError with what it must be."""
    if not text.strip() or len(text) > NAME_CHARS or not printable(text):
        wanted = f"must be a name of 1 to {NAME_CHARS} characters"
        raise ValueError(f"{wanted}, got {_given(text)}")
    return text


def timed(text: str) -> str:
    """Return when a mark was made. Raises: ValueError with what it must be."""
    try:
        sound = AT.fullmatch(text) and datetime.fromisoformat(text)
    except ValueError:  # the 30th of February
        sound = None
    if not sound:
        raise ValueError(f"must be a time such as 2026-03-01T09:30:00Z, got {_given(text)}")
    return text


def metres(length_m: float) -> float:
    """Return the length of a cable to the centimetre. Raises: ValueError with what it must be."""
    if not 0 < round(length_m, 2) <= LONGEST_M:
        raise ValueError(f"must be metres, above 0 and at most {LONGEST_M}, got {length_m:g}")
    return round(length_m, 2)


def _metres(text: str) -> float:
    try:
        length_m = float(text)
    except ValueError:
        raise ValueError(f"must be metres such as 12.5, got {_given(text)}") from None
    return metres(length_m)


def _row(table: CsvTable, line: int, raw: dict[str, str]) -> Mark | None:
    """Return a sound row, None with its problems for another."""
    before = len(table.problems)
    cells = {column: unescaped(cell) for column, cell in raw.items()}
    cable, by, at, note = cells["cable"], cells["by"], cells["at"], cells.get("note", "")
    what = next((one for one in WHATS if one == cells["what"]), None)
    value: Value = None
    if not CABLE.fullmatch(cable):
        table.problem(line, "cable", f"must be the id of a cable, got {_given(cable)}")
    if what is None:
        allowed = ", ".join(WHATS)
        table.problem(line, "what", f"must be one of {allowed}, got {_given(cells['what'])}")
    else:
        table.unique(line, "what", "mark", f"{what} of {cable}")
        try:
            value = value_of(what, cells["value"])
        except ValueError as err:
            table.problem(line, "value", str(err))
    for column, check, text in (("by", named, by), ("at", timed, at), ("note", noted, note)):
        try:
            check(text)
        except ValueError as err:
            table.problem(line, column, str(err))
    own, after = cells.get("id", ""), tuple(cells.get("after", "").split())
    for column, one in (("id", own), *(("after", one) for one in after)):
        if one and not MARK_ID.fullmatch(one):
            table.problem(line, column, f"must be the id of a mark, got {_given(one)}")
    checks = cells.get("check", "").split()
    for one in checks:
        if not CHECK.fullmatch(one):
            wanted = "must be checks of the cable, eight hexadecimal digits each"
            table.problem(line, "check", f"{wanted}, got {_given(one)}")
    if what is None or len(table.problems) > before:
        return None
    return Mark(cable, what, value, by, at, note, own, after, *_checks(checks))


def _checks(found: list[str]) -> tuple[str, tuple[str, ...]]:
    return (found[0], tuple(found[1:])) if found else ("", ())


def _given(text: str) -> str:
    return shown(text) if text else "nothing"

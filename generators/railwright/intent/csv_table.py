"""CSV files beside an intent: a first line of column names, then rows; every problem at once."""

import csv
import difflib
from collections.abc import Iterator
from dataclasses import dataclass, field

from railwright.errors import Problem
from railwright.intent.written import shown

_WRONG_COMMAS = (";", "\t", "|")


@dataclass(slots=True)
class CsvTable:
    """A file while it is read, `file` as messages name it.

    `allowed` are the columns there may be, in any order, `required` those there must be.
    """

    file: str
    allowed: tuple[str, ...]
    required: tuple[str, ...]
    problems: list[Problem] = field(default_factory=list)
    seen: dict[tuple[str, str], int] = field(default_factory=dict)

    def problem(self, line: int, column: str, what: str) -> None:
        """Note what is wrong with a cell of a line, or with the line where `column` is empty."""
        self.problems.append(Problem(column, what, file=self.file, line=line))

    def unique(self, line: int, column: str, noun: str, value: str) -> bool:
        """Note a value of which there may be one; return False with a problem for a second."""
        first = self.seen.get((noun, value))
        self.seen.setdefault((noun, value), line)
        if first is not None:
            self.problem(line, column, f"{shown(value)} is already in line {first}")
        return first is None

    def rows(self, text: str) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield every row that is not blank: its line and its cells by column, stripped."""
        columns: tuple[str, ...] = ()
        for line, cells in self._lines(text):
            if not columns:
                columns = self._header(line, cells)
                if not columns:
                    return
            elif len(cells) != len(columns):
                what = f"has {len(cells)} cells, the first line names {len(columns)} columns"
                self.problem(line, "", what)
            elif any(cells):
                yield line, dict(zip(columns, cells, strict=True))
        if not columns and not self.problems:
            names = ", ".join(self.allowed)
            self.problem(1, "", f"is empty; the first line names the columns: {names}")

    def _lines(self, text: str) -> Iterator[tuple[int, list[str]]]:
        """Yield every line that is not blank: its number and its cells."""
        rows = csv.reader(text.splitlines(keepends=True), strict=True)
        line = 1
        try:
            for cells in rows:
                if cells:
                    yield line, [cell.strip() for cell in cells]
                line = rows.line_num + 1
        except csv.Error:
            self.problem(line, "", "is not CSV; look for a stray quote or one that is not closed")

    def _header(self, line: int, cells: list[str]) -> tuple[str, ...]:
        """Return the columns, nothing with a problem if they are not sound."""
        names = tuple(cell.lower() for cell in cells)
        if len(names) == 1 and any(sign in names[0] for sign in _WRONG_COMMAS):
            self.problem(line, "", "columns must be separated by commas")
            return ()
        before, allowed = len(self.problems), ", ".join(self.allowed)
        for place, name in enumerate(names):
            if name not in self.allowed:
                close = difflib.get_close_matches(name[:64].replace("-", "_"), self.allowed, n=1)
                hint = "".join(f"did you mean '{one}'? " for one in close)
                what = f"unknown column {shown(cells[place])}; {hint}allowed: {allowed}"
                self.problem(line, "", what)
            elif name in names[:place]:
                self.problem(line, "", f"column {shown(name)} is named twice")
        for name in self.required:
            if name not in names:
                what = f"the first line must name the column '{name}'; allowed: {allowed}"
                self.problem(line, "", what)
        return names if len(self.problems) == before else ()

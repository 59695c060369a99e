"""What is handed in, as values: marks, what rows of sheets say, and where each of it stands."""

from collections.abc import Mapping
from dataclasses import dataclass

from railwright.errors import IntentError, Problem
from railwright.intent.as_built import Mark, Step, Value, What

MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_MARKS = 1_000_000
MAX_PROBLEMS = 100


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was handed in: a mark, a line or a cell of a file; `key` is its column."""

    file: str
    path: str = ""
    line: int = 0
    key: str = ""

    def problem(self, what: str) -> Problem:
        """Return what is wrong there."""
        text = f"{self.key}: {what}" if self.key else what
        return Problem(self.path, text, file=self.file, line=self.line)

    def __str__(self) -> str:
        """Return the place for people: `li.json marks[3]`, `cabling.xlsx 2-fabric!R17`."""
        at = f"{self.file}:{self.line}" if self.line else self.file
        return f"{at} {self.path}".rstrip()


@dataclass(frozen=True, slots=True)
class Handed:
    """A mark that was handed in. `check` is that of the cable on the sheet it was made from."""

    mark: Mark
    check: str
    place: Place


@dataclass(frozen=True, slots=True)
class Statement:
    """What a row of a sheet says about a cable, which is no mark until it is known to be new.

    `lacking` is what would have to be filled in then. `under` names a step whose statement in the
    same row comes before: this one is news only together with it. A `weak` one says that a step is
    not done, as far as a status can say that. `tester` is who tested and when, who did this as well
    if the row only repeats who pulled the cable.
    """

    cable: str
    check: str
    what: What
    value: Value
    by: str
    at: str
    note: str
    place: Place
    lacking: tuple[Problem, ...] = ()
    under: Step | None = None
    weak: bool = False
    tester: tuple[str, str] | None = None

    @property
    def mark(self) -> Mark:
        """Return the statement as a mark without an id."""
        return Mark(self.cable, self.what, self.value, self.by, self.at, self.note)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a sheet: text, a number, a time, true or false, None where it is empty."""

    value: object
    place: Place


Record = Mapping[str, Cell]
"""A row of a sheet by the keys of its columns."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What one file has: marks of a phone, or what the rows of a sheet say.

    `unsound` says what is wrong with marks that are left out; the others count.
    """

    marks: tuple[Handed, ...] = ()
    statements: tuple[Statement, ...] = ()
    unsound: tuple[Problem, ...] = ()


def refused(problems: list[Problem]) -> IntentError:
    """Return the error of problems in the order of the files: the first hundred."""
    found = list(dict.fromkeys(problems))
    if len(found) > MAX_PROBLEMS:
        rest = Problem("", f"{len(found) - MAX_PROBLEMS} more problems; mend these first")
        found = [*found[:MAX_PROBLEMS], rest]
    return IntentError(found)

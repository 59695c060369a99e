"""What a row of a sheet says: of a workbook one status, of a table a cell for every step."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from railwright.errors import Problem
from railwright.intent import as_built
from railwright.intent.as_built import NO, STEPS, YES, Step, Value, What
from railwright.intent.written import shown
from railwright.redline.cells import Row
from railwright.redline.model import Place, Record, Statement

_BY = "is missing; write who did it"
_AT = "is missing; write when it was done, in UTC, such as 2026-03-01 09:30"
_REASON = "is missing; write why it is built otherwise"
_RESULT = (
    "is given for a cable that is not tested; set it to tested, or write what is wrong as remark"
)


@dataclass(frozen=True, slots=True)
class Author:
    """Who said something and when, and what of that is not filled in."""

    by: str
    at: str
    lacking: tuple[Problem, ...]

    @property
    def complete(self) -> bool:
        """Return whether both are known."""
        return not self.lacking


class Said:
    """Makes the statements of one row; nothing if its cable or its check is not readable."""

    def __init__(self, record: Record, at: Place, problems: list[Problem]) -> None:
        self.row = Row(record, at, problems)
        self.cable = self.row.text("cable")
        self.check = self.row.text("check").lower()
        self.sound = True
        if not as_built.CABLE.fullmatch(self.cable):
            self._unsound("cable", f"must be the id of a cable, got {shown(self.cable)}")
        if not as_built.CHECK.fullmatch(self.check):
            what = "must be the check that was printed, eight hexadecimal digits"
            self._unsound("check", f"{what}, got {shown(self.check)}")

    def _unsound(self, key: str, what: str) -> None:
        self.row.wrong(key, what)
        self.sound = False

    def author(self, by: str, at: str) -> Author:
        """Return who is named in two cells."""
        name, time = self.row.name(by), self.row.time(at)
        lacking = [] if name else [self.row.place(by).problem(_BY)]
        if not time:
            lacking.append(self.row.place(at).problem(_AT))
        return Author(name, time, tuple(lacking))

    def statement(
        self,
        key: str,
        what: What,
        value: Value,
        author: Author,
        note: str = "",
        lacking: tuple[Problem, ...] = (),
    ) -> Statement:
        """Return what the cell of a column says."""
        return Statement(
            cable=self.cable,
            check=self.check,
            what=what,
            value=value,
            by=author.by,
            at=author.at,
            note=note,
            place=self.row.place(key),
            lacking=(*author.lacking, *lacking),
        )

    def untested(self, author: Author, note: str) -> Statement:
        """Return what a result says of a cable that is not marked as tested."""
        lacking = (self.row.place("result").problem(_RESULT),)
        return self.statement("result", "tested", False, author, note, lacking)

    def redlines(self, port: str, length: str, author: Author, last: Author) -> Iterator[Statement]:
        """Yield what the cells for deviations say; `port` and `length` are their columns."""
        row, reason = self.row, self.row.note("reason")
        lacking = () if reason else (row.place("reason").problem(_REASON),)
        if (name := row.checked(port, _port)) is not None:
            yield self.statement(port, "port", name, author, reason, lacking)
        if (length_m := row.metres(length)) is not None:
            yield self.statement(length, "length_m", length_m, author, reason, lacking)
        if remark := row.note("remark"):
            yield self.statement("remark", "remark", remark, last)


def of_workbook(
    record: Record, at: Place, statuses: Mapping[str, int], problems: list[Problem]
) -> tuple[Statement, ...]:
    """Return what a row of a wave's sheet says; `statuses` are the words for 0 to 3 steps done."""
    said = Said(record, at, problems)
    status = said.row.text("status").casefold()
    done = statuses.get(status, 0)
    if status and status not in statuses:
        allowed = ", ".join(statuses)
        said.row.wrong("status", f"must be one of {allowed}, got {shown(status)}")
    return tuple(_of_status(said, done)) if said.sound else ()


def _of_status(said: Said, done: int) -> Iterator[Statement]:
    hands, tests = said.author("by", "at"), said.author("tested_by", "tested_at")
    worker = tests if tests.complete and not hands.complete else hands
    result = said.row.note("result")
    first = STEPS[done - 1] if done else None
    for step in reversed(STEPS[:done]):
        author, note = (tests, result) if step == "tested" else (worker, "")
        under = None if step == first else first
        tester = (tests.by, tests.at) if step == "connected" and tests.complete else None
        one = said.statement("status", step, True, author, note)
        yield replace(one, under=under, tester=tester if done == len(STEPS) else None)
    if result and done < len(STEPS):
        yield said.untested(tests, result)
    elif done < len(STEPS):
        yield replace(said.statement("status", STEPS[done], False, worker), weak=True)
    known = [one for one in (hands, tests) if one.complete]
    last = max(known, key=lambda one: one.at, default=hands)
    yield from said.redlines("as_built_port", "as_built_length_m", worker, last)


def of_table(record: Record, at: Place, problems: list[Problem]) -> tuple[Statement, ...]:
    """Return what a row of the table of cables says."""
    said = Said(record, at, problems)
    return tuple(_of_steps(said)) if said.sound else ()


def _of_steps(said: Said) -> Iterator[Statement]:
    row, result = said.row, said.row.note("result")
    authors = {step: said.author(f"{step}_by", f"{step}_at") for step in STEPS}
    for step in STEPS:
        done = _done(row, step)
        if done is not None:
            note = result if step == "tested" else ""
            yield said.statement(step, step, done, authors[step], note)
        elif step == "tested" and result:
            yield said.untested(authors[step], result)
    given = said.author("by", "at")
    known = [one for one in authors.values() if one.complete]
    last = given if given.complete else max(known, key=lambda one: one.at, default=given)
    yield from said.redlines("port", "length_as_built_m", last, last)


def _done(row: Row, step: Step) -> bool | None:
    text = row.text(step).casefold()
    if text not in ("", YES, NO):
        row.wrong(step, f"must be {YES} or {NO}, got {shown(text)}")
    return text == YES if text in (YES, NO) else None


def _port(text: str) -> str:
    return str(as_built.value_of("port", text))

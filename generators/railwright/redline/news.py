"""What is new in the rows of sheets, which carry no history of their own.

A sheet only adds. It was printed with what was known then, and does not say what that was. So a
row is news only if nobody ever said the same; what it says otherwise than the record replaces the
record only if the row shows that its author knew that, and contradicts it in any other case.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from railwright.errors import Problem
from railwright.intent.as_built import Mark, Value, What
from railwright.plan.cables.standing import Standing
from railwright.redline.marks import (
    Key,
    identified,
    known_ids,
    minute,
    same,
    state_of,
    value_id,
)
from railwright.redline.model import Handed, Statement


@dataclass(frozen=True, slots=True)
class Planned:
    """A cable as planned: how it stands, its upper port and its length.

    `port` is None where no other one can be built: a splitter has several. `through` are checks
    that redlines led it and the cables beside it through.
    """

    standing: Standing
    port: str | None
    length_m: float
    through: tuple[str, ...] = ()

    @property
    def check(self) -> str:
        """Return the check on a sheet of now."""
        return self.standing.check

    def valid(self, check: str) -> bool:
        """Return whether a sheet with this check shows the cable as it is, or was before redlines.

        The cable is the same one then: only its upper port and its length are known better.
        """
        return check in self.standing.accepted

    def holding(self, group: Iterable[Mark]) -> tuple[Mark, ...]:
        """Return the recorded marks among some that are about the cable as it is planned now."""
        return tuple([mark for mark in group if self.standing.holds(mark)])

    def recorded(self, mark: Mark) -> Mark:
        """Return a mark with what the record keeps of the sheet that it was made from."""
        through = self.through if mark.what in ("port", "length_m") else ()
        return replace(mark, check=self.standing.first, through=through)

    def value(self, what: str) -> Value:
        """Return what the plan says."""
        return {"port": self.port, "length_m": self.length_m}.get(what)


@dataclass(frozen=True, slots=True)
class News:
    """What sheets have that is new; `behind` are rows with a status lower than the record's."""

    marks: tuple[Handed, ...]
    behind: tuple[Statement, ...]
    problems: tuple[Problem, ...]


def of_statements(
    statements: Iterable[Statement],
    known: Mapping[Key, tuple[Mark, ...]],
    cables: Mapping[str, Planned],
) -> News:
    """Return what is new beside the known marks; of each sheet by itself, so no order matters."""
    marks: list[Handed] = []
    behind: list[Statement] = []
    problems: list[Problem] = []
    new: set[tuple[str, Key]] = set()
    for one in statements:
        if one.under and (one.place.file, (one.cable, one.under)) not in new:
            continue
        everything = known.get((one.cable, one.what), ())
        planned = cables.get(one.cable)
        group = everything
        if planned and planned.valid(one.check):
            group = planned.holding(everything)
        if one.weak:
            if planned and _behind(one, group):
                behind.append(one)
        elif _is_news(one, group, planned):
            new.add((one.place.file, (one.cable, one.what)))
            if one.lacking and planned and planned.valid(one.check):
                problems += one.lacking
            else:
                said = _credited(one, known.get((one.cable, "pulled"), ()))
                marks.append(_handed(said, everything, group, planned))
    return News(tuple(_followed(marks)), tuple(behind), tuple(problems))


def _credited(one: Statement, pulled: Iterable[Mark]) -> Statement:
    """Return a step with who did it.

    A row has one place for who pulled and who connected. What was printed there is who pulled, so
    it is the tester who found the cable connected.
    """
    if one.tester and any((one.by, one.at) == (head.by, minute(head.at)) for head in pulled):
        by, at = one.tester
        return replace(one, by=by, at=at)
    return one


def _followed(marks: Sequence[Handed]) -> Iterator[Handed]:
    """Yield the marks; those of somebody replace what the same person said before in a sheet."""
    said: dict[tuple[str, What, str], list[Mark]] = {}
    for one in marks:
        said.setdefault((one.mark.cable, one.mark.what, one.mark.by), []).append(one.mark)
    for one in marks:
        mark = one.mark
        own = said[mark.cable, mark.what, mark.by]
        earlier = [other for other in own if other.at < mark.at] if len(own) > 1 else ()
        after = {name for other in earlier for name in (other.id, *other.after)} - {mark.id}
        if after:
            after.update(mark.after)
            yield replace(one, mark=replace(mark, after=tuple(sorted(after))))
        else:
            yield one


def _behind(one: Statement, group: Iterable[Mark]) -> bool:
    heads = state_of(group).heads
    return bool(one.at) and any(head.value is True and minute(head.at) < one.at for head in heads)


def _is_news(one: Statement, group: tuple[Mark, ...], planned: Planned | None) -> bool:
    """Return whether a statement says anything that is not planned, known or replaced already."""
    if not group:
        undone = one.value is False and not one.note
        return not undone and (planned is None or one.value != planned.value(one.what))
    names = known_ids(group)
    if identified(one.mark).id in names or (_printed(one, planned) and value_id(one.mark) in names):
        return False
    heads = state_of(group).heads
    if not same(one.value, heads):
        return True
    # Of what is agreed only the result of a test can say more; reasons need not be repeated.
    return one.what == "tested" and bool(one.note) and one.note not in {h.note for h in heads}


def _printed(one: Statement, planned: Planned | None) -> bool:
    """Return whether what was said before may stand in a sheet because it was printed with it.

    A redline that was in force changes the check.
    """
    if one.what in ("port", "length_m"):
        return planned is None or one.check != planned.check
    return one.what == "remark"


def _handed(
    one: Statement, everything: Iterable[Mark], group: Sequence[Mark], planned: Planned | None
) -> Handed:
    """Return a statement as a mark.

    It replaces what its author knew, and what was said of the cable while it was planned otherwise.
    """
    replaced = [mark for mark in everything if mark not in group]
    heads = state_of(group).heads
    if all(_knew(one, head, planned) for head in heads):
        replaced += heads
    after = {name for mark in replaced for name in (mark.id, *mark.after)}
    mark = replace(one.mark, after=tuple(sorted(after)))
    return Handed(identified(mark), one.check, one.place)


def _knew(one: Statement, head: Mark, planned: Planned | None) -> bool:
    """Return whether the row shows that its author knew a mark.

    It has the name of the mark's author and no earlier time; or its remark goes on with that one;
    or it was printed with what the redline made of the plan.
    """
    if minute(one.at) < minute(head.at):
        return False
    if one.by == head.by:
        return True
    if one.what == "remark":
        return isinstance(head.value, str) and head.value in str(one.value)
    if one.what in ("port", "length_m"):
        return planned is not None and one.check == planned.check != planned.standing.first
    return False

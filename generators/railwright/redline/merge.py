"""Everything that was handed in, merged with the as-built record: what is new, what stays out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from railwright.errors import Problem
from railwright.intent.as_built import WHATS, Mark
from railwright.redline import marks as of_marks
from railwright.redline.marks import DifferentError, Key, State, grouped, identified, known_ids
from railwright.redline.model import Contents, Handed, Place, Statement, refused
from railwright.redline.news import Planned, of_statements


@dataclass(frozen=True, slots=True)
class Voice:
    """Who says what of a conflict, and where that stands."""

    mark: Mark
    place: Place


@dataclass(frozen=True, slots=True)
class Conflict:
    """Marks of one kind about one cable that contradict each other."""

    key: Key
    voices: tuple[Voice, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one kind of mark about a cable: the row before, if any, and the row now."""

    before: Mark | None
    after: Mark
    place: Place

    @property
    def is_other(self) -> bool:
        """Return whether the value is another one, or about a cable that was planned anew."""
        before = self.before
        if before is None or before.value != self.after.value:
            return True
        return before.check not in ("", self.after.check)


@dataclass(frozen=True, slots=True)
class Merged:
    """What comes of everything that was handed in.

    `changes` are rows of the as-built record by what they are about, `marks` how many marks were
    handed in, `fresh` which of them the record did not know. `stale` are marks from sheets that
    show the cable as it is planned no more, `unknown` those of cables that the plan does not have,
    `behind` rows of sheets with a status lower than the record's, `beside` marks that say the same
    with other words, of which the record keeps the last one, and `unsound` what is wrong with marks
    of phones that are left out.
    """

    record: Mapping[Key, Mark]
    changes: Mapping[Key, Change]
    marks: int
    fresh: Mapping[Key, tuple[str, ...]]
    conflicts: tuple[Conflict, ...]
    stale: tuple[Handed, ...]
    unknown: tuple[Handed, ...]
    behind: tuple[Statement, ...]
    beside: tuple[Conflict, ...]
    unsound: tuple[Problem, ...]


def merge(
    record: Sequence[tuple[Mark, Place]],
    contents: Iterable[Contents],
    cables: Mapping[str, Planned],
) -> Merged:
    """Return what comes of files beside the record. Raises: IntentError with all problems."""
    files = tuple(contents)
    book = _Book()
    for mark, place in record:
        book.keep(identified(mark), place)
    kept = grouped(book.marks.values())
    phones = [one for file in files for one in file.marks]
    sound = _Sound(kept, cables)
    for one in phones:
        book.meet(one)
    for one in sound.of(phones):
        book.add(one.mark, one.place)
    book.check()
    known = grouped(book.marks.values())
    said = [one for file in files for one in file.statements]
    news = of_statements(said, known, cables)
    for one in sound.of(news.marks):
        book.add(one.mark, one.place)
    if problems := [*book.problems, *news.problems]:
        raise refused(problems)
    groups = grouped(book.marks.values())
    found = _Found(kept, book.places, cables)
    for key in sorted(groups, key=_order(cables)):
        found.add(key, groups[key])
    valid = {name for group in groups.values() for mark in group for name in mark.after}
    return Merged(
        record={(mark.cable, mark.what): mark for mark, _ in record},
        changes=found.changes,
        marks=len({one.mark.id for one in phones}) + len(news.marks),
        fresh=_fresh(groups, kept),
        conflicts=tuple(found.conflicts),
        stale=tuple(one for one in sound.stale.values() if one.mark.id not in valid),
        unknown=tuple(sound.unknown.values()),
        behind=news.behind,
        beside=tuple(found.beside),
        unsound=tuple(one for file in files for one in file.unsound),
    )


def _order(cables: Mapping[str, Planned]) -> Callable[[Key], tuple[int, str, int]]:
    """Return the order of the plan, so that nothing depends on that of the files."""
    places = {cable: place for place, cable in enumerate(cables)}
    return lambda key: (places.get(key[0], len(places)), key[0], WHATS.index(key[1]))


class _Book:
    """All marks by id, and where each was first found."""

    def __init__(self) -> None:
        self.marks: dict[str, Mark] = {}
        self.places: dict[str, Place] = {}
        self.problems: list[Problem] = []
        self._met: dict[str, Handed] = {}
        self._kept: set[str] = set()

    def keep(self, mark: Mark, place: Place) -> None:
        """Add a mark of the record, which people correct: whatever has its id, this one counts."""
        self.marks[mark.id], self.places[mark.id] = mark, place
        self._kept.add(mark.id)

    def add(self, mark: Mark, place: Place) -> None:
        known = self.marks.get(mark.id)
        if known is None:
            self.marks[mark.id], self.places[mark.id] = mark, place
            return
        if mark.id in self._kept:
            after = {*known.after, *mark.after} - {mark.id}
            self.marks[mark.id] = replace(known, after=tuple(sorted(after)))
            return
        try:
            self.marks[mark.id] = of_marks.joined(known, mark)
        except DifferentError:
            self._differs(mark, place, self.places[mark.id])

    def meet(self, one: Handed) -> None:
        """Compare a mark with those that were handed in under its id, left out or not."""
        if one.mark.id in self._kept:
            return
        first = self._met.setdefault(one.mark.id, one)
        if not of_marks.alike(first.mark, one.mark):
            self._differs(one.mark, one.place, first.place)

    def _differs(self, mark: Mark, place: Place, first: Place) -> None:
        what = f"the mark {mark.id} says something else in {first}; hand in files as exported"
        self.problems.append(place.problem(what))

    def check(self) -> None:
        """Note marks that replace one another in a circle: none of them would count."""
        for (cable, what), group in grouped(self.marks.values()).items():
            if not of_marks.state_of(group).heads:
                text = f"the marks {what} of {cable} replace one another; hand in files as exported"
                self.problems.append(self.places[group[0].id].problem(text))


class _Sound:
    """Tells marks that count from those that stay out, which it keeps by id."""

    def __init__(self, kept: Mapping[Key, tuple[Mark, ...]], cables: Mapping[str, Planned]) -> None:
        self._known = {key: known_ids(group) for key, group in kept.items()}
        self._cables = cables
        self.stale: dict[str, Handed] = {}
        self.unknown: dict[str, Handed] = {}

    def of(self, marks: Iterable[Handed]) -> list[Handed]:
        """Return the marks that count: known ones, and those of cables as they are planned."""
        found = []
        for one in marks:
            name = one.mark.id
            planned = self._cables.get(one.mark.cable)
            if name in self._known.get((one.mark.cable, one.mark.what), ()):
                found.append(one)
            elif planned is None:
                self.unknown.setdefault(name, one)
            elif planned.valid(one.check):
                found.append(replace(one, mark=planned.recorded(one.mark)))
            else:
                self.stale.setdefault(name, one)
        counted = {one.mark.id for one in found}
        for name in counted & self.stale.keys():
            del self.stale[name]
        return found


class _Found:
    """What changes in the record, and what stays out because it is contradicted."""

    def __init__(
        self,
        kept: Mapping[Key, tuple[Mark, ...]],
        places: Mapping[str, Place],
        cables: Mapping[str, Planned],
    ) -> None:
        self._kept = kept
        self._places = places
        self._cables = cables
        self.changes: dict[Key, Change] = {}
        self.conflicts: list[Conflict] = []
        self.beside: list[Conflict] = []

    def add(self, key: Key, group: tuple[Mark, ...]) -> None:
        """Add what marks about one thing come to. What an older plan was about speaks no more."""
        before = next(iter(self._kept.get(key, ())), None)
        heads = of_marks.state_of(group).heads
        if planned := self._cables.get(key[0]):
            heads = planned.holding(heads) or heads
        state = State(heads)
        if not state.agreed:
            self.conflicts.append(self._voices(key, state))
            return
        after = of_marks.settled(group, state.last, before)
        if before is None or replace(before, after=tuple(sorted(set(before.after)))) != after:
            self.changes[key] = Change(before, after, self._places[after.id])
            if state.differ:
                self.beside.append(self._voices(key, state))

    def _voices(self, key: Key, state: State) -> Conflict:
        return Conflict(key, tuple(Voice(head, self._places[head.id]) for head in state.heads))


def _fresh(
    groups: Mapping[Key, tuple[Mark, ...]], kept: Mapping[Key, tuple[Mark, ...]]
) -> dict[Key, tuple[str, ...]]:
    """Return the ids of marks that the record does not know."""
    found = {}
    for key, group in groups.items():
        known = {name for mark in kept.get(key, ()) for name in (mark.id, *mark.after)}
        found[key] = tuple(mark.id for mark in group if mark.id not in known)
    return found

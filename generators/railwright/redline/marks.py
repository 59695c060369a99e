"""Marks put together: union by id, what replaces what, what is agreed and what is not.

The union of sets of marks does not depend on their order, and a set that is added twice changes
nothing. No mark is ever dropped from it; a mark that another one replaced only counts no more.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from railwright.intent.as_built import STEPS, Mark, Value, What, mark_id, said_id

Key = tuple[str, What]
"""What marks are about: a cable and the kind of what is said."""

_TO_MINUTE = 16
"""Characters of a time up to the minute, which is what a sheet shows of it."""


class DifferentError(Exception):
    """Two marks with one id that do not say the same."""


@dataclass(frozen=True, slots=True)
class State:
    """The marks about one thing that no other one replaces, the last one at the end."""

    heads: tuple[Mark, ...]

    @property
    def agreed(self) -> bool:
        """Return whether all of them say the same."""
        return len({head.value for head in self.heads}) == 1

    @property
    def differ(self) -> bool:
        """Return whether one of them has a note that the last one lacks: only that is recorded."""
        return any(head.note not in ("", self.last.note) for head in self.heads)

    @property
    def last(self) -> Mark:
        """Return the one to show."""
        return self.heads[-1]


def identified(mark: Mark) -> Mark:
    """Return a mark that has an id."""
    return mark if mark.id else replace(mark, id=mark_id(mark))


def union(one: Mapping[str, Mark], other: Mapping[str, Mark]) -> dict[str, Mark]:
    """Return the marks of both by id; of one that both have, all that it replaces.

    Raises: DifferentError for a mark that does not say the same in both.
    """
    found = dict(one)
    for name, mark in other.items():
        known = found.get(name)
        found[name] = mark if known is None else joined(known, mark)
    return found


def joined(one: Mark, other: Mark) -> Mark:
    """Return a mark that was handed in twice. Raises: DifferentError if they do not agree."""
    if not alike(one, other):
        raise DifferentError
    return replace(one, after=tuple(sorted({*one.after, *other.after})))


def alike(one: Mark, other: Mark) -> bool:
    """Return whether two marks say the same, whatever they replace."""
    return replace(one, after=(), check="", through=()) == replace(
        other, after=(), check="", through=()
    )


def grouped(marks: Iterable[Mark]) -> dict[Key, tuple[Mark, ...]]:
    """Return marks by what they are about."""
    found: dict[Key, list[Mark]] = {}
    for mark in marks:
        found.setdefault((mark.cable, mark.what), []).append(mark)
    return {key: tuple(group) for key, group in found.items()}


def state_of(group: Iterable[Mark]) -> State:
    """Return what a group of marks about one thing comes to; no heads if they go in a circle."""
    marks = sorted(group, key=lambda mark: (mark.at, mark.id))
    replaced = {name for mark in marks for name in mark.after if name != mark.id}
    return State(tuple([mark for mark in marks if mark.id not in replaced]))


def known_ids(group: Iterable[Mark]) -> frozenset[str]:
    """Return the ids that a group knows: its own, those it replaced, those that sheets give them.

    A sheet shows what a mark says but not its id.
    """
    found: set[str] = set()
    for mark in group:
        found.update((mark.id, *mark.after), printed_ids(mark))
    return frozenset(found)


def printed_ids(mark: Mark) -> tuple[str, ...]:
    """Return the ids that a mark has where a sheet shows it: with seconds and without.

    Of some marks a sheet has no room for who made them.
    """
    with_author = said_id(mark), said_id(replace(mark, at=minute(mark.at)))
    return with_author if mark.what in STEPS else (*with_author, value_id(mark))


def value_id(mark: Mark) -> str:
    """Return the id of what a mark says, whoever says it."""
    return said_id(replace(mark, by="", at="", note=""))


def minute(at: str) -> str:
    """Return a time without its seconds."""
    return f"{at[:_TO_MINUTE]}:00Z"


def settled(group: Iterable[Mark], last: Mark, printed: Mark | None) -> Mark:
    """Return the row of the as-built record for a group of which `last` stands.

    It replaces all others. Of the row before, which sheets were printed with, it also has the ids
    that these give it, so that an old sheet brings it back no more.
    """
    after = {name for mark in group for name in (mark.id, *mark.after)}
    if printed is not None and printed.id != last.id:
        after.update(printed_ids(printed))
    return replace(last, after=tuple(sorted(after - {last.id})))


def same(value: Value, heads: Iterable[Mark]) -> bool:
    """Return whether one of the marks has a value."""
    return any(head.value == value for head in heads)

"""What files come to: a new record and new overrides, planned and checked, and what stays out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from railwright.emitters.cabling.job import Job, job_of
from railwright.errors import IntentError, Problem
from railwright.intent.as_built import STEPS, WHATS, AsBuilt, Mark, Step, Value
from railwright.intent.model import Intent
from railwright.naming import natural_key
from railwright.plan.build import build
from railwright.plan.cables.redlined import replanned, unredlined
from railwright.plan.checks import check
from railwright.plan.checks.as_built import NO_FIRST_PLAN
from railwright.plan.model import Plan
from railwright.redline.marks import Key
from railwright.redline.merge import Change, Merged, merge
from railwright.redline.model import Contents, Place
from railwright.redline.news import Planned
from railwright.redline.overrides import (
    Redline,
    Redlines,
    Refused,
    Rules,
    applied,
    refusal,
)

RECORD = "as-built.csv"
MOST_TRIALS = 64
"""How many plans are made to find out which redlines cannot be; beyond that all are refused."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How many cables of a wave are done up to a step or beyond it, before and now."""

    wave: str
    cables: int
    before: Mapping[Step, int]
    after: Mapping[Step, int]


@dataclass(frozen=True)
class Outcome:
    """What files come to. `changes` and `redlines` are what is taken over, `refused` what is not.

    `intent` is the new one, not yet written anywhere. `notes` is what could not be told apart.
    """

    job: Job
    merged: Merged
    changes: Mapping[Key, Change]
    redlines: tuple[Redline, ...]
    refused: tuple[Refused, ...]
    record: tuple[Mark, ...]
    intent: Intent
    notes: tuple[str, ...] = ()

    @property
    def accepted(self) -> int:
        """Return how many new marks are taken over."""
        return sum(len(self.merged.fresh[key]) for key in self.changes)

    @property
    def left_out(self) -> bool:
        """Return whether anything waits for a person to decide."""
        merged = self.merged
        found = merged.conflicts, merged.stale, merged.unknown, merged.unsound, self.refused
        return any(found)

    @cached_property
    def progress(self) -> tuple[Progress, ...]:
        """Return how far every wave is."""
        holds = {pull.id: pull.standing.holds for pull in self.job.pulls}

        def values(marks: Mapping[Key, Mark]) -> dict[Key, Value]:
            return {
                key: mark.value
                for key, mark in marks.items()
                if key[0] in holds and holds[key[0]](mark)
            }

        before = values(self.merged.record)
        after = values(_rows(self.merged, self.changes))
        return tuple(
            Progress(
                wave,
                len(pulls),
                _counts([pull.id for pull in pulls], before),
                _counts([pull.id for pull in pulls], after),
            )
            for wave, pulls in self.job.waves.items()
        )


def outcome(plan: Plan, contents: Iterable[Contents], record: str) -> Outcome:
    """Return what files come to; `record` is the path of the record if there is none yet.

    Raises: IntentError with the problems of the files, or of the plan that would follow.
    """
    job = job_of(plan)
    merged = merge(tuple(_known(plan.intent.as_built)), contents, _planned(job))
    redlines = Redlines(plan, job.pulls, _rules(plan))
    built = plan.intent.as_built
    trial = _Trial(plan, merged, redlines, built.file if built else record)
    return trial.run(job)


def _rules(plan: Plan) -> Rules:
    """Return the ports and lengths that follow from rules alone, or as far as there is a plan."""
    overrides = plan.intent.overrides
    if overrides.ports or overrides.lengths:
        none = overrides.model_copy(update={"ports": (), "lengths": (), "links": ()})
        plan = replanned(plan.intent, none) or plan
    return Rules(
        {link.id: link.z.port for link in plan.links},
        {cable.id: cable.length_m for cable in plan.cabled.cables},
    )


class _Trial:
    """Plans the intent as it would be, and leaves redlines out that it cannot be with."""

    def __init__(self, plan: Plan, merged: Merged, redlines: Redlines, record: str) -> None:
        self._plan = plan
        self._merged = merged
        self._redlines = redlines
        self._record = record
        self._trials = 0
        self._order = {cable.id: place for place, cable in enumerate(plan.cabled.cables)}

    def run(self, job: Job) -> Outcome:
        """Return the outcome. Raises: IntentError when there is no plan for it."""
        changes, refused = dict(self._merged.changes), list[Refused]()
        while True:  # every round refuses something
            redlines, wrong = self._settle(changes)
            refused += wrong
            intent = self._intent(changes, redlines)
            problems = self._problems(intent) if changes else []
            wrong = self._blamed(problems, redlines, intent, changes)
            if problems and not wrong:
                wrong = self._suspected(problems, redlines, changes)
            if not wrong:
                break
            refused += wrong
            for one in wrong:
                del changes[one.key]
        if problems:
            raise IntentError(problems)
        record = intent.as_built.marks if intent.as_built else ()
        place = {key: number for number, key in enumerate(self._merged.changes)}
        refused.sort(key=lambda one: place[one.key])
        return Outcome(
            job, self._merged, changes, redlines, tuple(refused), record, intent, self._notes()
        )

    def _notes(self) -> tuple[str, ...]:
        return (NO_FIRST_PLAN,) if unredlined(self._plan) is None else ()

    def _settle(self, changes: dict[Key, Change]) -> tuple[tuple[Redline, ...], list[Refused]]:
        """Return what redlines do; take those that cannot be off the changes."""
        refused: list[Refused] = []
        while True:
            rows = _rows(self._merged, changes)
            values = {key: mark.value for key, mark in rows.items()}
            redlines, wrong = self._redlines.of(changes, values)
            if not wrong:
                return redlines, refused
            refused += wrong
            for one in wrong:
                del changes[one.key]

    def _intent(self, changes: Mapping[Key, Change], redlines: Sequence[Redline]) -> Intent:
        rows = _rows(self._merged, changes)
        marks = tuple(sorted(rows.values(), key=self._place)) if changes else ()
        intent = self._plan.intent
        if not changes:
            return intent
        record = AsBuilt(self._record, marks, tuple(range(2, len(marks) + 2)))
        overrides = applied(intent.overrides, redlines)
        return intent.model_copy(update={"as_built": record, "overrides": overrides})

    def _place(self, mark: Mark) -> tuple[int, str, int]:
        known = self._order.get(mark.cable, len(self._order))
        return known, natural_key(mark.cable), WHATS.index(mark.what)

    def _problems(self, intent: Intent) -> list[Problem]:
        try:
            plan = build(intent.model_copy(update={"as_built": None}))  # of it nothing is an error
        except IntentError as err:
            return list(err.problems)
        found = [*plan.warnings, *check(plan)]
        problems = [one for one in found if one.severity == "error"]
        if not problems and _ids(plan) != _ids(self._plan):
            what = "with these redlines other cables would be needed, and cables never change ids"
            return [Problem("overrides", what)]
        return problems

    def _blamed(
        self,
        problems: Sequence[Problem],
        redlines: Sequence[Redline],
        intent: Intent,
        changes: Mapping[Key, Change],
    ) -> list[Refused]:
        """Return the redlines whose overrides have problems."""
        found: dict[Key, Refused] = {}
        made = {(one.kind, one.link): one for one in redlines if one.override != one.old}
        for kind in ("ports", "lengths"):
            for place, override in enumerate(getattr(intent.overrides, kind)):
                redline = made.get((kind, override.link))
                path = f"overrides.{kind}[{place}]"
                what = [one.what for one in problems if _below(one.path, path)]
                if redline is None or not what:
                    continue
                for key in self._redlines.keys(redline):
                    if key in changes:
                        found[key] = refusal(key, changes[key], what)
        return list(found.values())

    def _suspected(
        self,
        problems: Sequence[Problem],
        redlines: Sequence[Redline],
        changes: Mapping[Key, Change],
    ) -> list[Refused]:
        """Return the redlines that a plan cannot be with, though no problem names them.

        Ports of one switch go together: plugs may be swapped.
        """
        groups: dict[tuple[str, str], list[Redline]] = {}
        for one in redlines:
            if one.override != one.old:
                where = self._redlines.switch(one) if one.kind == "ports" else one.link
                groups.setdefault((one.kind, where), []).append(one)
        found: dict[Key, Refused] = {}
        for one, what in self._culprits(list(groups.values()), problems):
            for key in self._redlines.keys(one):
                if key in changes:
                    found[key] = refusal(key, changes[key], [problem.what for problem in what])
        return list(found.values())

    def _culprits(
        self, groups: Sequence[Sequence[Redline]], problems: Sequence[Problem]
    ) -> Iterator[tuple[Redline, Sequence[Problem]]]:
        """Yield redlines of groups that cannot be together, by halves, each with what is wrong."""
        middle = len(groups) // 2
        halves = [groups[:middle], groups[middle:]] if middle else []
        wrong = [(half, self._alone(half)) for half in halves]
        if not any(found for _, found in wrong):
            yield from ((one, problems) for group in groups for one in group)
        for half, found in wrong:
            if found:
                yield from self._culprits(half, found)

    def _alone(self, groups: Sequence[Sequence[Redline]]) -> Sequence[Problem]:
        """Return what is wrong with the plan that has some redlines only."""
        self._trials += 1
        if self._trials > MOST_TRIALS:
            return ()
        intent = self._plan.intent
        overrides = applied(intent.overrides, [one for group in groups for one in group])
        return self._problems(intent.model_copy(update={"overrides": overrides}))


def _below(path: str, above: str) -> bool:
    return path == above or path.startswith(f"{above}.")


def _ids(plan: Plan) -> set[str]:
    return {cable.id for cable in plan.cabled.cables}


def _known(built: AsBuilt | None) -> Iterable[tuple[Mark, Place]]:
    if built is not None:
        for mark, line in zip(built.marks, built.lines, strict=True):
            yield mark, Place(built.file, line=line)


def _planned(job: Job) -> dict[str, Planned]:
    """Return the cables of a job; redlines lead those side by side through states together."""
    beside: dict[str, set[str]] = {}
    for pull in job.pulls:
        for link in pull.cable.links:
            beside.setdefault(link, set()).update({*pull.accepted} - {pull.standing.first})
    return {
        pull.id: Planned(
            pull.standing,
            pull.upper.ports if pull.redlines else None,
            pull.cable.length_m,
            tuple(sorted({one for link in pull.cable.links for one in beside[link]})),
        )
        for pull in job.pulls
    }


def _rows(merged: Merged, changes: Mapping[Key, Change]) -> dict[Key, Mark]:
    return {**merged.record, **{key: one.after for key, one in changes.items()}}


def _counts(cables: Sequence[str], values: Mapping[Key, Value]) -> dict[Step, int]:
    """Return how many cables are done up to each step or beyond it."""
    found = dict.fromkeys(STEPS, 0)
    for cable in cables:
        done = max((n for n, step in enumerate(STEPS, 1) if values.get((cable, step))), default=0)
        for step in STEPS[:done]:
            found[step] += 1
    return found

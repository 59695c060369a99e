"""Which marks count for a cable as it is planned now.

A mark is made on a sheet, which prints the check of the cable. It counts while that check is the
cable's, or was it before redlines: these make the cable no other one, only better known. The
as-built record keeps of every mark the check that the cable has without redlines, and of redlines
also the checks that they led through.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from railwright.intent.as_built import Mark
from railwright.plan.cables.model import Cable
from railwright.plan.cables.plugs import Plugs, check_of
from railwright.plan.cables.redlined import redlines_of, unredlined
from railwright.plan.model import Plan


@dataclass(frozen=True, slots=True)
class Standing:
    """What a cable is known by. `accepted` are the checks of sheets that show it, its own first.

    `first` is its check without redlines, `port` and `length_m` are what the plan says then.
    """

    check: str
    first: str
    accepted: tuple[str, ...]
    port: str
    length_m: float

    def holds(self, mark: Mark) -> bool:
        """Return whether a recorded mark is about the cable as it is; one without a check is."""
        return not mark.check or mark.check in self.accepted


class Standings:
    """Tells how the cables of a plan stand. A second plan is made only where redlines need it.

    `sure` says that there is one: overrides of people may need what a redline changed.
    """

    def __init__(self, plan: Plan, plugs: Plugs) -> None:
        built = plan.intent.as_built
        self._recorded: Mapping[str, Mapping[str, Mark]] = built.of if built else {}
        redlines = [
            mark
            for marks in self._recorded.values()
            for mark in (marks.get("port"), marks.get("length_m"))
            if mark is not None
        ]
        self._now = _Cables(plan, plugs)
        first = unredlined(plan) if built else plan
        self._first = self._now if first is None or first is plan else _Cables(first, Plugs(first))
        self.sure = first is not None
        self._moved = frozenset(one.link for one in redlines_of(plan.intent.overrides))
        self._led: dict[str, list[Mark]] = {}
        for mark in redlines:
            cable = self._now.of.get(mark.cable) if mark.through else None
            for link in cable.links if cable else ():
                self._led.setdefault(link, []).append(mark)

    def of(self, cable: Cable, check: str) -> Standing:
        """Return how a cable with this check stands."""
        first = cable if self._first is self._now else self._first.of.get(cable.id, cable)
        before = check if first is cable else self._first.check(cable.id)
        accepted = (check,) if before == check else (check, before)
        if self._led or not self.sure:
            accepted = tuple(dict.fromkeys((*accepted, *self._led_through(cable))))
        return Standing(check, before, accepted, " ".join(first.ends[-1].ports), first.length_m)

    def _led_through(self, cable: Cable) -> list[str]:
        """Return the checks that redlines led a cable and those beside it through.

        They count only while the cable is planned as it was when these were recorded. Where that
        cannot be known, because there is no plan without redlines, all that is recorded counts.
        """
        if not self.sure and not self._moved.isdisjoint(cable.links):
            marks = self._recorded.get(cable.id, {}).values()
            return sorted({name for one in marks for name in (one.check, *one.through) if name})
        return sorted(
            {
                name
                for link in cable.links
                for mark in self._led.get(link, ())
                if mark.check == self._first.check(mark.cable)
                for name in mark.through
            }
        )


class _Cables:
    """The cables of a plan by id, and their checks."""

    def __init__(self, plan: Plan, plugs: Plugs) -> None:
        self._plan = plan
        self._plugs = plugs

    @cached_property
    def of(self) -> Mapping[str, Cable]:
        return {cable.id: cable for cable in self._plan.cabled.cables}

    def check(self, name: str) -> str:
        """Return the check of a cable, nothing for one that there is not."""
        cable = self.of.get(name)
        return check_of(cable, self._plugs.of(cable)) if cable else ""

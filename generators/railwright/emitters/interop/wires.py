"""Wires: every deployed link with the cables it consists of, as other tools count cables."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from railwright.plan.cables.cages import Cages
from railwright.plan.cables.model import Cable
from railwright.plan.model import Link, Plan


@dataclass(frozen=True, slots=True)
class Wire:
    """A deployed link and the cables that serve it.

    They are several where jumpers lie side by side; one that divides serves several links.
    `done` says that technicians reported every one of them as connected or tested.
    """

    link: Link
    cables: tuple[Cable, ...]
    done: bool

    @property
    def ids(self) -> tuple[str, ...]:
        """Return the ids of its cables."""
        return tuple(cable.id for cable in self.cables)


@dataclass(frozen=True)
class Wires:
    """The wires of a plan in the order of its links."""

    plan: Plan
    all: tuple[Wire, ...]

    @cached_property
    def cages(self) -> Cages:
        """Return the cages behind the ports of the plan."""
        return Cages(self.plan.intent, self.plan.node_models, self.plan.built)


def wires_of(plan: Plan) -> Wires:
    """Return the wires of a plan."""
    return Wires(plan, tuple(_wires(plan)))


def _wires(plan: Plan) -> Iterator[Wire]:
    serving = _serving(plan)
    done = _done(plan)
    for link in plan.links:
        if link.deployed:
            cables = tuple(serving.get(link.id, ()))
            yield Wire(link, cables, bool(cables) and all(cable.id in done for cable in cables))


def _serving(plan: Plan) -> Mapping[str, list[Cable]]:
    """Return the deployed cables by link."""
    found: dict[str, list[Cable]] = {}
    for cable in plan.cabled.cables:
        if cable.deployed:
            for link in cable.links:
                found.setdefault(link, []).append(cable)
    return found


def _done(plan: Plan) -> frozenset[str]:
    """Return the ids of the cables that are connected; who tests a cable found it connected."""
    built = plan.intent.as_built
    if built is None:
        return frozenset()
    return frozenset(
        cable
        for cable, marks in built.of.items()
        if any(marks[step].value is True for step in ("connected", "tested") if step in marks)
    )

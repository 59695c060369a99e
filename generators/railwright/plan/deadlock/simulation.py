"""Failures tried one by one: the routes of each, and whether they close a cycle.

This is no proof beyond the failures tried; it checks the proof of `anyfailure.py` by other means
and finds a failure to show where that fails. Parts that no session joins are tried on their own,
and of twins and of equal pods only as many as make a difference (see `twins.py`, `pods.py`), so a
few dozen states stand for all failures of a fabric of two tiers.
"""

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass

from railwright.plan.deadlock import failures
from railwright.plan.deadlock.dependency import Dependencies, cycle_of, dependencies
from railwright.plan.deadlock.graph import SessionGraph
from railwright.plan.deadlock.model import Failure, Hop
from railwright.plan.deadlock.pods import fewer_pods, pods_of
from railwright.plan.deadlock.routes import HEALTHY
from railwright.plan.deadlock.twins import Patterns, components, reduced

BUDGET_STEPS = 1_000_000
"""Sessions asked for a route, over all states and prefixes: a few seconds of one core."""


@dataclass(frozen=True, slots=True)
class Simulation:
    """What was tried: states, how many failures of the whole network they stand for, the cycle.

    `failure` and `waits` belong to `cycle`, which is empty when no state has one; then only is
    everything tried that the budget allows.
    """

    states: int
    singles: int
    doubles: int
    complete_singles: bool
    complete_doubles: bool
    cycle: tuple[Hop, ...] = ()
    failure: Failure = HEALTHY
    waits: Dependencies | None = None


def simulate(
    graph: SessionGraph, suspects: Set[str] = frozenset(), budget_steps: int = BUDGET_STEPS
) -> Simulation:
    """Try the healthy network, then single, then double failures; stop at the first cycle.

    Failures at the `suspects` come first, those that spoil a pod of theirs already before all
    others. What is left when the budget is spent is not tried; a network one state of which is
    beyond it is not simulated at all.
    """
    parts = [reduced(fewer_pods(part)) for part in components(graph)]
    runs = [_Run(part, suspects, budget_steps // len(parts)) for part in parts]
    for stage in (_Run.healthy, _Run.guessed, _Run.singles, _Run.doubles):
        for run in runs:
            found = stage(run)
            if found:
                return _found(runs, *found)
    whole = len(graph.devices) + len(graph.pairs)
    every_single = all(run.complete_singles for run in runs)
    every_double = every_single and all(run.complete_doubles for run in runs)
    return Simulation(
        states=sum(run.states for run in runs),
        singles=whole if every_single else sum(run.tried_singles for run in runs),
        doubles=whole * (whole - 1) // 2
        if every_double
        else sum(run.tried_doubles for run in runs),
        complete_singles=every_single,
        complete_doubles=every_double,
    )


Found = tuple[tuple[Hop, ...], Failure, Dependencies]


def _found(
    runs: list["_Run"], cycle: tuple[Hop, ...], failure: Failure, waits: Dependencies
) -> Simulation:
    return Simulation(
        states=sum(run.states for run in runs),
        singles=sum(run.tried_singles for run in runs),
        doubles=sum(run.tried_doubles for run in runs),
        complete_singles=False,
        complete_doubles=False,
        cycle=cycle,
        failure=failure,
        waits=waits,
    )


class _Run:
    """The failures of one part of a network, tried until a cycle or the end of the budget."""

    def __init__(self, graph: SessionGraph, suspects: Set[str], budget_steps: int) -> None:
        self._graph = graph
        self._suspects = set(suspects & graph.devices.keys())
        self._near = failures.near(graph, self._suspects)
        self._patterns = Patterns(graph)
        self._seen: set[object] = set()
        prefixes = len({prefix for own in graph.origins.values() for prefix in own})
        self._left = budget_steps // max(1, 2 * len(graph.pairs) * prefixes)
        self.states = self.tried_singles = self.tried_doubles = 0
        self.complete_singles = self.complete_doubles = True

    def healthy(self) -> Found | None:
        """Try the network with everything up."""
        return self._try(HEALTHY) if self._left else None

    def guessed(self) -> Found | None:
        """Try the failures that spoil the pods of the suspects on their own: few are enough."""
        for pod in pods_of(self._graph, self._suspects) if self._left else ():
            found = simulate(pod, self._suspects)
            if found.cycle and (closed := self._try(found.failure)):
                return closed
        return None

    def singles(self) -> Found | None:
        """Try single failures."""
        for failure in self._new((*self._near, *failures.parts(self._graph))):
            if not self._left:
                self.complete_singles = False
                return None
            self.tried_singles += 1
            if found := self._try(failure):
                return found
        return None

    def doubles(self) -> Found | None:
        """Try double failures: all of them, or those near the suspects and a sample."""
        for failure in self._new(self._all_doubles()):
            if not self._left:
                self.complete_doubles = False
                return None
            self.tried_doubles += 1
            if found := self._try(failure):
                return found
        return None

    def _all_doubles(self) -> Iterator[Failure]:
        for place, one in enumerate(self._near):
            for other in self._near[:place]:
                yield failures.both(other, one)
        count = failures.doubles_count(self._graph)
        # Far more than the budget allows are not even looked at.
        if count <= MOST_LISTED:
            yield from failures.doubles(self._graph)
        else:
            self.complete_doubles = False
            yield from failures.sampled_doubles(self._graph, self._left)

    def _new(self, tried: Iterable[Failure]) -> Iterator[Failure]:
        """Yield the failures that are not like one tried before."""
        for failure in tried:
            pattern = self._patterns.of(failure)
            if pattern not in self._seen:
                self._seen.add(pattern)
                yield failure

    def _try(self, failure: Failure) -> Found | None:
        self.states += 1
        self._left = max(0, self._left - 1)
        waits = dependencies(self._graph, failure)
        cycle = cycle_of(waits)
        return (cycle, failure, waits) if cycle else None


MOST_LISTED = 200_000
"""Double failures that are looked through for those not alike; beyond, a sample is drawn."""

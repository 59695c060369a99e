"""Symmetry: devices that may be swapped, so that a few of them stand for all.

Twins have the same neighbours, role, loop check and kind of prefixes, and the same ASN or each
one of their own. Swapping two of them turns every route of the network into another one of it.
"""

from collections import Counter, deque
from collections.abc import Collection, Iterator, Mapping, Set
from dataclasses import replace

from railwright.plan.deadlock.graph import SessionGraph
from railwright.plan.deadlock.model import Failure

MOST_DOWN = 2
"""How many twins a failure of two devices or pairs can touch: twins are never neighbours."""
FEWEST_UP = 3
"""How many untouched twins a cycle needs, however many it crosses.

A turn and the destination it is made for involve at most three of a kind (sender, receiver,
destination). Along a cycle only every second device can be a twin of another one next to it
there, and three names suffice to keep such neighbours apart.
"""
ENOUGH = MOST_DOWN + FEWEST_UP


def twins(graph: SessionGraph, apart: Collection[str] = ()) -> Mapping[str, tuple[str, ...]]:
    """Return every device's twins, itself included, in the order of the graph.

    Devices in `apart` are taken to have none.
    """
    uses = Counter(speaker.asn for speaker in graph.devices.values())
    found: dict[object, list[str]] = {}
    for name, speaker in graph.devices.items():
        own = graph.origins.get(name, ())
        alike = (
            speaker.role,
            speaker.allowas_in,
            speaker.asn if uses[speaker.asn] > 1 else None,
            graph.neighbours[name],
            tuple(prefix for prefix in own if prefix in graph.fallbacks),
            sum(prefix not in graph.fallbacks for prefix in own),
            name in graph.blackhole,
            name if name in apart else None,
        )
        found.setdefault(alike, []).append(name)
    return {name: tuple(names) for names in found.values() for name in names}


def reduced(graph: SessionGraph, keep: int = ENOUGH, apart: Collection[str] = ()) -> SessionGraph:
    """Return the network with at most so many of each set of twins, and all devices in `apart`.

    With ENOUGH of them it has a cycle under some failure of up to two devices or pairs exactly
    when the whole network has one under such a failure (as far as equally long paths through
    twins are told on alike).
    """
    alike = twins(graph, apart)
    kept = {name for name, names in alike.items() if name in names[:keep]}
    return within(graph, kept)


def within(graph: SessionGraph, kept: Set[str]) -> SessionGraph:
    """Return the part of a network that has these devices only."""
    return replace(
        graph,
        devices={name: one for name, one in graph.devices.items() if name in kept},
        pairs={(a, z): ports for (a, z), ports in graph.pairs.items() if a in kept and z in kept},
        origins={name: own for name, own in graph.origins.items() if name in kept},
        hosts={name: ports for name, ports in graph.hosts.items() if name in kept},
        blackhole=graph.blackhole & kept,
    )


def components(graph: SessionGraph) -> Iterator[SessionGraph]:
    """Yield the parts of a network that no session joins, each with two devices or more."""
    seen: set[str] = set()
    for name, peers in graph.neighbours.items():
        if name in seen or not peers:
            continue
        part = {name}
        todo = deque(part)
        while todo:
            fresh = set(graph.neighbours[todo.popleft()]) - part
            part |= fresh
            todo.extend(sorted(fresh))
        seen |= part
        yield graph if len(part) == len(graph.devices) else within(graph, part)


class Patterns:
    """What failures look like when twins are not told apart."""

    def __init__(self, graph: SessionGraph) -> None:
        """Take the network whose failures are compared."""
        self._first = {name: names[0] for name, names in twins(graph).items()}

    def of(self, failure: Failure) -> object:
        """Return a value that two failures share only when swapping twins turns one into other.

        Devices are named by their first twin and by the order in which the failure names them.
        """
        parts: list[tuple[str, ...]] = [*((name,) for name in failure.devices), *failure.pairs]
        return min(self._written(parts), self._written(parts[::-1]))

    def _written(self, parts: list[tuple[str, ...]]) -> tuple[tuple[tuple[str, int], ...], ...]:
        order: dict[str, list[str]] = {}
        written = []
        for part in parts:
            row = []
            for name in part:
                named = order.setdefault(self._first[name], [])
                if name not in named:
                    named.append(name)
                row.append((self._first[name], named.index(name)))
            written.append(tuple(row))
        return tuple(written)

"""Planned and actual cables together: alternating chains, as many and as short as possible.

Every port has at most one planned and one actual cable, so both together fall into cycles and
paths. Parallel links between the same two switches may take each other's place: which of their
ports belong together is chosen so that the fewest moves are left.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations, product

from railwright.device.cabling.model import End
from railwright.naming import natural_key

MOST_TRIED = 2000
"""Choices of a component that are all tried; beyond, the planned one is improved step by step."""


@dataclass(frozen=True, slots=True)
class Parallel:
    """Ports without a right cable of links that may take each other's place: lower, upper ends.

    Both are of one length, in an order in which ends that are planned for each other are at the
    same place as far as both are here.
    """

    lower: tuple[End, ...]
    upper: tuple[End, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """A closed chain of ports: an actual cable, a wanted one, an actual one, ...

    Cable i joins `slots[2i]` and `slots[2i + 1]`; wanted is a cable from there to the next slot,
    from the last to the first. `cables` says which cables exist. A path is closed with the one
    cable that does not exist (its ports are empty; a slot None is no port at all) or, when there
    is a cable too many, with a wanted one that nobody planned.
    """

    slots: tuple[End | None, ...]
    cables: tuple[bool, ...]


def pair_up(edges: Mapping[End, End], classes: Sequence[Parallel]) -> dict[End, End]:
    """Return which ports to join, both ways, so that mending takes the fewest moves.

    Exact for components of up to MOST_TRIED choices.
    """
    pair = {
        end: far
        for one in classes
        for a, z in zip(one.lower, one.upper, strict=True)
        for end, far in ((a, z), (z, a))
    }
    for component in _components(edges, classes, pair):
        _improve(component, edges, pair)
    return pair


def walk(edges: Mapping[End, End], pair: Mapping[End, End]) -> Iterator[Chain]:
    """Yield the chains of all ports in `edges` and `pair`, in natural order."""
    ends = sorted({*edges, *pair}, key=order)
    yield from _walk(ends, edges, pair)


def order(end: End) -> tuple[str, str, str]:
    """Return a sort key: natural order of devices and ports."""
    return natural_key(end.device), natural_key(end.port), end.at


@dataclass(frozen=True, slots=True)
class _Component:
    """Ports that depend on each other, and the classes among them with a choice."""

    ends: tuple[End, ...]
    classes: tuple[Parallel, ...]


def _components(
    edges: Mapping[End, End], classes: Sequence[Parallel], pair: Mapping[End, End]
) -> Iterator[_Component]:
    """Yield the components in which there is a choice."""
    class_of = {
        end: one for one in classes if len(one.lower) > 1 for end in (*one.lower, *one.upper)
    }
    done: set[End] = set()
    for start in class_of:
        if start in done:
            continue
        found: dict[End, None] = {}
        used: dict[int, Parallel] = {}
        waiting = [start]
        while waiting:
            end = waiting.pop()
            if end in found:
                continue
            found[end] = None
            waiting += [far for far in (edges.get(end), pair.get(end)) if far is not None]
            if one := class_of.get(end):
                used[id(one)] = one
                waiting += [*one.lower, *one.upper]
        done |= found.keys()
        yield _Component(tuple(sorted(found, key=order)), tuple(used.values()))


def _improve(component: _Component, edges: Mapping[End, End], pair: dict[End, End]) -> None:
    """Change `pair` for the ports of a component to what needs the fewest moves."""
    tries = math.prod(math.factorial(len(one.lower)) for one in component.classes)
    if tries <= MOST_TRIED:
        _try_all(component, edges, pair)
    else:
        _split(component, edges, pair)


def _try_all(component: _Component, edges: Mapping[End, End], pair: dict[End, End]) -> None:
    """Try every choice; the planned one comes first and wins over equals."""
    own = {end: pair[end] for end in component.ends if end in pair}
    best: tuple[int, dict[End, End]] | None = None
    for choice in product(*(permutations(one.upper) for one in component.classes)):
        tried = dict(own)
        for one, upper in zip(component.classes, choice, strict=True):
            for a, z in zip(one.lower, upper, strict=True):
                tried[a], tried[z] = z, a
        cost = sum(moves_of(chain, tried) for chain in _walk(component.ends, edges, tried))
        if best is None or cost < best[0]:
            best = cost, tried
    if best:
        pair.update(best[1])


def _split(component: _Component, edges: Mapping[End, End], pair: dict[End, End]) -> None:
    """Split chains that pass links of one class twice in one direction; each saves a move.

    Exchanging the upper ends of two such links closes what lies between them.
    """
    class_of = {
        end: (number, end in frozenset(one.lower))
        for number, one in enumerate(component.classes)
        for end in (*one.lower, *one.upper)
    }
    for chain in tuple(_walk(component.ends, edges, pair)):
        passed: list[tuple[int, bool]] = []
        entered: dict[tuple[int, bool], End] = {}
        for place in range(1, len(chain.slots) - 1, 2):
            end = chain.slots[place]
            key = class_of.get(end) if end is not None and end in pair else None
            if end is None or key is None:
                continue
            if key in entered:
                _exchange(pair, entered[key], end)
                while passed[-1] != key:
                    del entered[passed.pop()]
            else:
                passed.append(key)
                entered[key] = end


def _exchange(pair: dict[End, End], a: End, b: End) -> None:
    """Give two ends on one side of a class each other's far end."""
    pair[a], pair[b] = pair[b], pair[a]
    pair[pair[a]], pair[pair[b]] = a, b


def moves_of(chain: Chain, pair: Mapping[End, End]) -> int:
    """Return how many moves mend a chain."""
    exchanges = len(chain.cables) - 1
    if None in chain.slots:
        return exchanges
    missing = not all(chain.cables)
    left_over = pair.get(_end(chain.slots[-1])) != chain.slots[0]
    return exchanges + (missing or left_over)


def _end(slot: End | None) -> End:
    assert slot is not None  # noqa: S101 (only slots before the last of a path with one loose end)
    return slot


def _walk(
    ends: Iterable[End], edges: Mapping[End, End], pair: Mapping[End, End]
) -> Iterator[Chain]:
    every = tuple(ends)
    done: set[End] = set()
    for end in every:
        if end not in edges and end not in done:
            path = _path(end, pair, edges)
            done.update(path)
            if len(path) % 2:
                slots: tuple[End | None, ...] = (*path[1:], None, end)
            else:
                slots = (*path[1:], end)
            yield Chain(slots, (*(True,) * (len(slots) // 2 - 1), False))
    for end in every:
        if end not in pair and end not in done:
            path = _path(end, edges, pair)
            done.update(path)
            yield Chain(tuple(path), (True,) * (len(path) // 2))
    for end in every:
        if end not in done:
            path = _path(end, edges, pair)
            done.update(path)
            yield Chain(tuple(path), (True,) * (len(path) // 2))


def _path(start: End, first: Mapping[End, End], second: Mapping[End, End]) -> list[End]:
    """Return the ends from `start` on, along both maps in turn, to the last or back to it."""
    path = [start]
    step, other = first, second
    while (far := step.get(path[-1])) is not None and far != start:
        path.append(far)
        step, other = other, step
    return path

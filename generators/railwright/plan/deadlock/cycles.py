"""Cycles among hops: the shortest one, found by breadth-first search."""

from collections.abc import Callable, Collection, Iterable

from railwright.plan.deadlock.model import Hop

After = Callable[[Hop], Iterable[Hop]]

MOST_STEPS = 2_000_000
"""Turns looked at before the shortest cycle found so far is taken for the shortest."""


def remaining(hops: Iterable[Hop], after: After) -> frozenset[Hop]:
    """Return the hops on a cycle or before one (Kahn's algorithm on explicit turns)."""
    waits = {hop: set(after(hop)) for hop in hops}
    awaited: dict[Hop, list[Hop]] = {}
    for hop, others in waits.items():
        for other in others:
            awaited.setdefault(other, []).append(hop)
    count = {hop: len(others) for hop, others in waits.items()}
    ready = [hop for hop, left in count.items() if not left]
    for hop in ready:
        for other in awaited.get(hop, ()):
            count[other] -= 1
            if not count[other]:
                ready.append(other)
    return frozenset(count.keys() - set(ready))


def shortest(among: Collection[Hop], after: After) -> tuple[Hop, ...]:
    """Return a shortest cycle of hops, the first by name of those equally long; () for none.

    A cycle in which no packet turns straight back to its sender is preferred to a shorter one.
    """
    members = frozenset(among)

    def onward(hop: Hop) -> list[Hop]:
        return [one for one in after(hop) if one in members and one.rx != hop.tx]

    def anywhere(hop: Hop) -> list[Hop]:
        return [one for one in after(hop) if one in members]

    return _search(members, onward) or _search(members, anywhere)


def _search(members: Collection[Hop], after: After) -> tuple[Hop, ...]:
    best: tuple[Hop, ...] = ()
    budget = MOST_STEPS
    for start in sorted(members):
        found, steps = _from(start, after, len(best))
        if found:
            best = found
        budget -= steps
        if budget <= 0 and best:
            break
    return best


def _from(start: Hop, after: After, bound: int) -> tuple[tuple[Hop, ...], int]:
    """Return a shortest cycle through `start` that is shorter than `bound` (0: no bound)."""
    came: dict[Hop, Hop] = {}
    level, length, steps = [start], 1, 0
    while level and (not bound or length < bound):
        following = []
        for hop in level:
            for one in sorted(after(hop)):
                steps += 1
                if one == start:
                    return _traced(start, hop, came), steps
                if one not in came:
                    came[one] = hop
                    following.append(one)
        level, length = following, length + 1
    return (), steps


def _traced(start: Hop, last: Hop, came: dict[Hop, Hop]) -> tuple[Hop, ...]:
    path = [last]
    while path[-1] != start:
        path.append(came[path[-1]])
    return tuple(reversed(path))

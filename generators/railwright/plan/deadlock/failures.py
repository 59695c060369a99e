"""What can be down: every device, every pair of neighbours, and every two of these at once."""

from collections.abc import Iterator
from itertools import combinations
from random import Random

from railwright.plan.deadlock.graph import Pair, SessionGraph
from railwright.plan.deadlock.model import Failure

SEED = 1
"""Of the sample, which is the same in every run."""


def parts(graph: SessionGraph) -> list[Failure]:
    """Return what can fail on its own: the devices, border routers included, and the pairs.

    A pair with several parallel links fails as a whole; fewer of its links change no route.
    """
    return [
        *(Failure(devices=(name,)) for name in graph.devices),
        *(Failure(pairs=(pair,)) for pair in graph.pairs),
    ]


def both(one: Failure, other: Failure) -> Failure:
    """Return two failures at once."""
    return Failure(one.devices + other.devices, one.pairs + other.pairs)


def doubles(graph: SessionGraph) -> Iterator[Failure]:
    """Yield every two failures at once."""
    for one, other in combinations(parts(graph), 2):
        yield both(one, other)


def doubles_count(graph: SessionGraph) -> int:
    """Return how many double failures there are."""
    single = len(graph.devices) + len(graph.pairs)
    return single * (single - 1) // 2


def sampled_doubles(graph: SessionGraph, most: int) -> Iterator[Failure]:
    """Yield a sample of double failures, the same in every run: `most`, or fewer after repeats."""
    single = parts(graph)
    random = Random(SEED)  # noqa: S311 (a sample, no secret)
    seen: set[tuple[int, int]] = set()
    for _ in range(most if len(single) > 1 else 0):
        one, other = sorted(random.sample(range(len(single)), 2))
        if (one, other) not in seen:
            seen.add((one, other))
            yield both(single[one], single[other])


def near(graph: SessionGraph, devices: set[str]) -> list[Failure]:
    """Return the single failures at some devices: each of them, and its pairs."""
    at: list[Pair] = [pair for pair in graph.pairs if devices & set(pair)]
    return [
        *(Failure(devices=(name,)) for name in sorted(devices)),
        *(Failure(pairs=(pair,)) for pair in at),
    ]

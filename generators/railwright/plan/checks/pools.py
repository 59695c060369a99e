"""Address pools: none may overlap another."""

from collections.abc import Iterator
from itertools import combinations

from railwright.errors import Problem
from railwright.intent.model import Intent

POOLS = ("compute_hosts", "compute_links", "loopbacks", "inband", "oob")


def check_pools(intent: Intent) -> Iterator[Problem]:
    """Yield one problem per pair of pools that share addresses."""
    for first, second in combinations(POOLS, 2):
        one, other = getattr(intent.pools, first), getattr(intent.pools, second)
        if one.first <= other.last and other.first <= one.last:
            yield Problem(
                f"pools.{second}",
                f"{other} overlaps pools.{first} ({one}); give every pool addresses of its own",
            )

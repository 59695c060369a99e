"""Address pools: none may overlap another."""

from collections.abc import Iterator
from itertools import combinations

from railwright.errors import Problem
from railwright.intent.model import Intent

POOLS = (
    "compute_hosts",
    "compute_links",
    "loopbacks",
    "inband",
    "oob",
    "storage_hosts",
    "storage_links",
    "management_links",
)


def check_pools(intent: Intent) -> Iterator[Problem]:
    """Yield one problem per pair of pools that share addresses."""
    given = [(name, pool) for name in POOLS if (pool := getattr(intent.pools, name)) is not None]
    for (first, one), (second, other) in combinations(given, 2):
        if one.first <= other.last and other.first <= one.last:
            yield Problem(
                f"pools.{second}",
                f"{other} overlaps pools.{first} ({one}); give every pool addresses of its own",
            )

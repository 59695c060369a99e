"""Checks that look across objects; each yields every problem with its intent path."""

from collections.abc import Iterator

from railwright.errors import Problem
from railwright.plan.checks.fabric import check_fabric
from railwright.plan.checks.pools import check_pools
from railwright.plan.model import Plan

__all__ = ["check", "check_fabric", "check_pools"]

CHECKS = (check_fabric,)


def check(plan: Plan) -> Iterator[Problem]:
    """Yield what every check finds in a built plan."""
    for one in CHECKS:
        yield from one(plan)

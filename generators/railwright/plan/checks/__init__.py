"""Checks that look across objects; each yields every problem with its intent path."""

from collections.abc import Iterator

from railwright.errors import Problem
from railwright.plan.checks.buffers import check_headroom_fit
from railwright.plan.checks.fabric import check_fabric
from railwright.plan.model import Plan

CHECKS = (check_fabric, check_headroom_fit)


def check(plan: Plan) -> Iterator[Problem]:
    """Yield what every check finds in a built plan."""
    for one in CHECKS:
        yield from one(plan)

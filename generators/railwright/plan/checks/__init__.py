"""Checks that look across objects; each yields every problem with its intent path."""

from collections.abc import Iterator

from railwright.errors import Problem
from railwright.plan.checks.as_built import check_as_built
from railwright.plan.checks.assets import check_assets
from railwright.plan.checks.borders import check_borders
from railwright.plan.checks.buffers import check_headroom_fit
from railwright.plan.checks.cables import check_cables
from railwright.plan.checks.clashes import check_cluster
from railwright.plan.checks.deadlock import check_deadlock
from railwright.plan.checks.excluded import check_excluded
from railwright.plan.checks.fabric import check_fabric
from railwright.plan.checks.floor import check_floor
from railwright.plan.checks.names import check_names
from railwright.plan.checks.nics import check_nics
from railwright.plan.checks.qos import check_marking
from railwright.plan.checks.services import check_services
from railwright.plan.checks.stack import check_stack
from railwright.plan.model import Plan

CHECKS = (
    check_fabric,
    check_headroom_fit,
    check_excluded,
    check_assets,
    check_names,
    check_cluster,
    check_borders,
    check_services,
    check_marking,
    check_nics,
    check_stack,
    check_cables,
    check_as_built,
    check_floor,
    check_deadlock,
)


def check(plan: Plan) -> Iterator[Problem]:
    """Yield what every check finds in a built plan."""
    for one in CHECKS:
        yield from one(plan)

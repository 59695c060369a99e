"""A plan for every drawn intent, and how many are drawn."""

from collections import Counter
from collections.abc import Hashable, Iterable

import pytest
from hypothesis import HealthCheck, reject, settings

from railwright.errors import IntentError
from railwright.intent.model import Intent
from railwright.plan.build import build
from railwright.plan.model import Device, Link, Plan

DRAWN = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def plan_of(intent: Intent) -> Plan:
    """Return the plan, or draw again where the intent is refused.

    A refusal names a field for every problem; anything else fails the test.
    """
    try:
        return build(intent)
    except IntentError as err:
        if not err.problems or not all(one.path and one.what for one in err.problems):
            pytest.fail(f"a refusal without a place: {err!r}")
        reject()


def doubles(things: Iterable[Hashable]) -> list[Hashable]:
    """Return what occurs more than once."""
    return [thing for thing, times in Counter(things).items() if times > 1]


def switches(plan: Plan, network: str, role: str) -> list[Device]:
    """Return the deployed switches of one role of one network."""
    return [one for one in plan.switches if (one.network, one.role) == (network, role)]


def host_links(plan: Plan, network: str = "compute") -> list[Link]:
    """Return the links of hosts to a routed network, reserved ones included."""
    return [link for link in plan.links if (link.kind, link.network) == ("host", network)]

"""The plan with all of its capacity deployed."""

from functools import lru_cache

from railwright.errors import IntentError, Problem
from railwright.intent.model import Intent
from railwright.plan.model import Plan

_POPULATIONS = ("gpu", "storage", "management", "pdus")
_REMEMBERED = 2  # an old design and its new one


def at_capacity(plan: Plan) -> Plan | None:
    """Return a plan with every link of the capacity, None where that cannot be planned.

    It is the plan itself where no link is left out: a plan has none for leaves and spines that
    are not there yet. Where it may have left some out, the capacity is planned as if it were
    deployed, once for everybody who asks.
    """
    full = _left_out(plan)
    return plan if full is None else _planned(full)[0]


def hindrances(plan: Plan) -> tuple[Problem, ...]:
    """Return why the full capacity cannot be planned, nothing where it can."""
    full = _left_out(plan)
    return () if full is None else _planned(full)[1]


def grown(intent: Intent) -> Intent:
    """Return the intent with all of its capacity deployed."""
    nodes = intent.nodes
    full = {
        name: one.model_copy(update={"count": one.reserved})
        for name in _POPULATIONS
        if (one := getattr(nodes, name)) is not None
    }
    return intent.model_copy(update={"nodes": nodes.model_copy(update=full)})


def _left_out(plan: Plan) -> Intent | None:
    """Return the intent of the capacity where a plan lacks links of it, else None."""
    full = grown(plan.intent)
    if full == plan.intent or all(
        fabric.shape.sus_deployed == fabric.shape.total_sus and not fabric.idle
        for fabric in plan.built.values()
    ):
        return None
    # Serial numbers, prices and marks decide no link, and files that are large make poor keys.
    return full.model_copy(update={"assets": None, "prices": None, "as_built": None})


@lru_cache(maxsize=_REMEMBERED)
def _planned(full: Intent) -> tuple[Plan | None, tuple[Problem, ...]]:
    """Return the plan of a whole capacity, or why there is none."""
    from railwright.plan.build import build  # noqa: PLC0415 (its checks need the plan's tables)

    try:
        return build(full), ()
    except IntentError as err:
        return None, err.problems

"""Overrides that redlines made, and the plan as it would be without them."""

from collections.abc import Iterator
from functools import lru_cache

from railwright.errors import IntentError
from railwright.intent.model import Intent
from railwright.intent.overrides import LengthOverride, Overrides, PortOverride
from railwright.plan.model import Plan

BY_US = "as built, "
"""How the reasons of overrides begin that follow from redlines."""


def is_redline(override: PortOverride | LengthOverride | None) -> bool:
    """Return whether an override was made by a redline."""
    return override is not None and override.reason.startswith(BY_US)


def redlines_of(overrides: Overrides) -> Iterator[PortOverride | LengthOverride]:
    """Yield the overrides that redlines made."""
    yield from filter(is_redline, overrides.ports)
    yield from filter(is_redline, overrides.lengths)


def without_redlines(overrides: Overrides) -> Overrides:
    """Return overrides without those that redlines made."""
    return overrides.model_copy(
        update={
            "ports": tuple(one for one in overrides.ports if not is_redline(one)),
            "lengths": tuple(one for one in overrides.lengths if not is_redline(one)),
        }
    )


def unredlined(plan: Plan) -> Plan | None:
    """Return the plan without the overrides that redlines made, itself where there are none.

    None where there is no such plan: other overrides may need what a redline changed.
    """
    if not any(redlines_of(plan.intent.overrides)):
        return plan
    return _without_redlines(_ByIdentity(plan.intent))


def replanned(intent: Intent, overrides: Overrides) -> Plan | None:
    """Return the plan of an intent with other overrides, None where there is none."""
    from railwright.plan.build import build  # noqa: PLC0415 (its checks need this module)

    try:
        return build(intent.model_copy(update={"overrides": overrides}))
    except IntentError:
        return None


class _ByIdentity:
    """An intent that is equal to nothing but itself."""

    def __init__(self, intent: Intent) -> None:
        self.intent = intent

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByIdentity) and self.intent is other.intent

    def __hash__(self) -> int:
        return id(self.intent)


@lru_cache(maxsize=1)
def _without_redlines(of: _ByIdentity) -> Plan | None:
    """Return the plan of an intent without its redlines; checks and sheets both ask for it."""
    return replanned(of.intent, without_redlines(of.intent.overrides))

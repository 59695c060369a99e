"""The files about names and addresses that a plan has."""

from collections.abc import Callable

from railwright.emitters import naming_services
from railwright.plan.model import Plan

Variant = Callable[..., Plan]
"""What plans an intent with texts replaced: the fixture `variant`."""


def rendered(plan: Plan) -> dict[str, str]:
    """Return the texts by path."""
    parts = naming_services.parts(plan)
    return {file.path: file.content.decode() for part in parts for file in part()}

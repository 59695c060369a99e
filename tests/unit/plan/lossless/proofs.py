"""Proofs of small plans for tests."""

from typing import Any

from railwright.catalog.model import SwitchPlatform
from railwright.plan.lossless.fit import Case
from railwright.plan.lossless.kinds import of_plan
from railwright.plan.lossless.model import Kind, KindProof
from railwright.plan.lossless.proof import case_of, prove
from railwright.plan.model import Plan
from tests.unit.plan.made import planned

SECOND: dict[str, Any] = {"second": {"dscp": 34, "priority": 4}}


def reference(leaf: str, **roce: Any) -> Plan:
    """Return the reference's compute network of 1024 GPUs on a platform."""
    return planned({"networks": {"compute": {"leaf": leaf}}, "roce": roce or None})


def by_name(plan: Plan) -> dict[str, KindProof]:
    """Return the proofs by what their kinds are called."""
    return {one.kind.name: one for one in prove(plan)}


def kind_of(plan: Plan, name: str = "compute leaf") -> Kind:
    """Return one kind of switch of a plan."""
    return next(one for one in of_plan(plan) if one.name == name)


def case(plan: Plan, name: str = "compute leaf", platform: SwitchPlatform | None = None) -> Case:
    """Return one kind of switch with its settings, on another platform if one is given."""
    found = case_of(plan, kind_of(plan, name))
    if platform is None:
        return found
    return Case(found.kind, platform, found.roce, found.mtu_bytes)

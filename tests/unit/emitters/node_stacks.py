"""Plans whose nodes have software, and what their roles want of them."""

from typing import Any

from railwright.emitters import node_config
from railwright.emitters.node_config.state import RoleState
from railwright.plan.model import Plan
from railwright.plan.stack import NodeStack, stack_of
from tests.unit.plan.made import ALL_NETWORKS, planned

RELEASE = "2026.07"
OLDER = "2026.01"


def stacked(*changes: dict[str, Any], **stack: Any) -> Plan:
    """Return the plan of a cluster of every network with a stack of these choices."""
    chosen = {"release": RELEASE, "os": "debian-12", **stack}
    return planned(ALL_NETWORKS, *changes, {"stack": chosen})


def role(plan: Plan, name: str, node: str = "gpu0001") -> RoleState:
    """Return what a role wants of a node, which has to be something."""
    found = node_config.state(plan, plan.device[node], name)
    assert found is not None, f"{name} wants nothing of {node}"
    return found


def texts(plan: Plan, name: str, node: str = "gpu0001") -> dict[str, str]:
    """Return the files of a role by path."""
    return {one.path: one.content.decode() for one in role(plan, name, node).files}


def stack_for(plan: Plan) -> NodeStack:
    """Return the software of a plan that has some."""
    found = stack_of(plan)
    assert found is not None
    return found


def values(text: str) -> dict[str, str]:
    """Return `KEY=value` lines."""
    return dict(line.split("=", 1) for line in text.splitlines())

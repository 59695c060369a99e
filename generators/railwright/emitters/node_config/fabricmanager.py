"""The fabric manager: it sets up NVSwitches, in exactly the driver's version."""

from collections.abc import Iterator

from railwright.catalog import loader
from railwright.emitters.node_config.nvidia_driver import MODULE
from railwright.emitters.node_config.software import on_gpu_node, packages
from railwright.emitters.node_config.state import RoleState, Unit
from railwright.plan.model import Device, Plan
from railwright.plan.stack import NodeStack

SWITCHED_GPUS = 8
"""Boards of eight GPUs have NVSwitches, those of fewer link their GPUs directly (NVIDIA HGX)."""


def state(plan: Plan, device: Device) -> RoleState | None:
    """Return the fabric manager of a GPU node with NVSwitches."""
    stack = on_gpu_node(plan, device)
    if stack is None or plan.node_model(device).gpus < SWITCHED_GPUS:
        return None
    return RoleState(
        packages=packages(stack, "fabricmanager"),
        absent=tuple(sorted(set(_other_names(stack)))),
        units=(Unit("nvidia-fabricmanager.service", needs=(MODULE,)),),
    )


def _other_names(stack: NodeStack) -> Iterator[str]:
    """Yield what the package is called in other releases: up to R580 its name had the branch."""
    for name in loader.stack_names():
        other = loader.stack(name).systems.get(stack.choices.os)
        if other is not None:
            theirs = other.packages.get("fabricmanager", {})
            yield from (one for one in theirs if one not in stack.packages("fabricmanager"))

"""NVIDIA's Data Center GPU Manager: health and telemetry of the GPUs."""

from railwright.emitters.node_config.nvidia_driver import MODULE
from railwright.emitters.node_config.software import on_gpu_node, packages
from railwright.emitters.node_config.state import RoleState, Unit
from railwright.plan.model import Device, Plan

UNIT = "nvidia-dcgm.service"


def state(plan: Plan, device: Device) -> RoleState | None:
    """Return DCGM of a GPU node."""
    stack = on_gpu_node(plan, device)
    if stack is None:
        return None
    return RoleState(packages=packages(stack, "dcgm"), units=(Unit(UNIT, needs=(MODULE,)),))

"""The firmware parameters of the NICs: what they should be, and the tool that compares them."""

from railwright.emitters.node_config import roce
from railwright.emitters.node_config.programs import path_of, program
from railwright.emitters.node_config.software import firmware_group, on_rdma_node, packages
from railwright.emitters.node_config.state import Check, RoleState
from railwright.plan.model import Device, Plan

PROGRAM = "nic_firmware"


def state(plan: Plan, device: Device) -> RoleState | None:
    """Return firmware settings of a server with RDMA ports; a virtual machine may not set any."""
    stack = on_rdma_node(plan, device)
    if stack is None or stack.choices.host == "vm":
        return None
    settings = roce.firmware_file(plan, device)
    return RoleState(
        files=(program(PROGRAM), *([settings] if settings else ())),
        packages=packages(stack, firmware_group(stack.choices)),
        checks=(Check(PROGRAM, (path_of(PROGRAM), "--check", "--json")),),
    )

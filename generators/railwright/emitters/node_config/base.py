"""The system below the software: package sources, kernel, time, names, people, limits, tuning."""

from railwright.emitters.node_config import (
    base_apt,
    base_dnf,
    base_kernel,
    base_system,
    base_tuning,
    base_users,
)
from railwright.emitters.node_config.software import packages
from railwright.emitters.node_config.state import Package, RoleState, Unit
from railwright.plan.model import Device, Plan
from railwright.plan.stack import NodeStack, stack_of


def state(plan: Plan, device: Device) -> RoleState | None:
    """Return the base of a server with a stack."""
    stack = stack_of(plan)
    if stack is None:
        return None
    sources = base_apt if stack.is_apt else base_dnf
    return RoleState(
        files=(
            *sources.files(plan, stack),
            *base_kernel.files(plan, device, stack),
            *base_system.files(plan, device, stack),
            *base_users.files(stack.choices.users),
            *base_tuning.files(device),
        ),
        given=tuple(sorted(sources.keys(plan, stack))),
        packages=_packages(stack),
        absent=(*sources.ABSENT, *base_system.absent(stack)),
        links=base_system.links(plan),
        units=(
            *(Unit(name, masked=True) for name in sources.MASKED),
            *base_system.units(plan, stack),
            *base_tuning.UNITS,
            *base_users.units(stack.choices.users),
            *base_kernel.units(stack),
        ),
    )


def _packages(stack: NodeStack) -> tuple[Package, ...]:
    """Return the kernel, its headers, and the tools of the group."""
    kernel = (Package(*one) for one in sorted(stack.system.kernel.packages.items()))
    return (*kernel, *packages(stack, "base"))

"""The driver of the NICs: DOCA-OFED, MLNX_OFED or the kernel's own, and the names of devices."""

from collections.abc import Iterator

from railwright.catalog.stack_model import Group
from railwright.emitters.node_config.networkd import file
from railwright.emitters.node_config.software import (
    chosen_groups,
    drop_in,
    modules_load,
    ofed_group,
    on_rdma_node,
    packages,
    wanted_modules,
)
from railwright.emitters.node_config.state import RoleState, Unit
from railwright.files import OutputFile
from railwright.plan.model import Device, Plan
from railwright.plan.stack import NodeStack

MODULES = ("mlx5_ib", "ib_umad", "ib_uverbs", "rdma_cm", "rdma_ucm")
"""mlx5_core comes with the device, these only when asked for: verbs, RDMA-CM, diagnostics."""
GROUPS: tuple[Group, ...] = ("ofed.doca", "ofed.mlnx", "ofed.inbox")
DKMS = "-dkms"

# Source: Azure azhpc-images (openibd that starts before udev is done finds no devices).
OPENIBD = """\
[Unit]
After=systemd-udev-settle.service
Wants=systemd-udev-settle.service

[Service]
Restart=on-failure
RestartSec=5
"""

# rdma-core renames devices by PCI address (rocep24s0); a file of the same name in /etc replaces
# its rule. The kernel's name is kept, for the rules of nic_names.
NAMING = """\
ACTION=="add", SUBSYSTEM=="infiniband", PROGRAM="rdma_rename %k NAME_KERNEL"
"""


def state(plan: Plan, device: Device) -> RoleState | None:
    """Return the NIC driver of a server with RDMA ports, and what another choice left behind."""
    stack = on_rdma_node(plan, device)
    if stack is None:
        return None
    inbox = stack.choices.ofed == "inbox"
    naming = file("etc/udev/rules.d/60-rdma-persistent-naming.rules", NAMING)
    files: tuple[OutputFile, ...] = (modules_load("rdma", MODULES), naming)
    if inbox:
        modules: tuple[tuple[str, str | None], ...] = (("mlx5_core", None),)
    else:
        files = (*files, drop_in("openibd.service", OPENIBD))
        modules = wanted_modules(stack, "mlx5_core")
    return RoleState(
        files=files,
        packages=packages(stack, ofed_group(stack.choices)),
        absent=tuple(sorted(set(_other_drivers(stack)))),
        units=() if inbox else (Unit("openibd.service", needs=("mlx5_core",)),),
        modules=modules,
    )


def _other_drivers(stack: NodeStack) -> Iterator[str]:
    """Yield the packages with kernel modules of the choices that were not made."""
    kept = {name for group in chosen_groups(stack.choices) for name in stack.packages(group)}
    for group in GROUPS:
        yield from (
            name for name in stack.packages(group) if name.endswith(DKMS) and name not in kept
        )

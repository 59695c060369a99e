"""How NICs reach GPU memory: DMA-BUF or nvidia-peermem, gdrcopy, and ACS out of the way."""

import re
from typing import Literal

from railwright.emitters.node_config.programs import path_of, program
from railwright.emitters.node_config.software import (
    drop_in,
    modules_load,
    on_gpu_node,
    packages,
    unit_file,
    wanted_modules,
)
from railwright.emitters.node_config.state import Check, RoleState, Unit
from railwright.files import OutputFile
from railwright.plan.model import Device, Plan
from railwright.plan.stack import NodeStack

DMABUF_KERNEL = (5, 12)
"""First kernel whose ib_core takes DMA-BUF memory (Linux 5.12, `ib_umem_dmabuf_get`); the drivers
of all releases are the open modules, which offer it (NVIDIA GPU Operator, GPUDirect RDMA)."""

PEERMEM = "nvidia_peermem"
GDRCOPY = "gdrdrv"
PROGRAM = "acs"
ACS_UNIT = "acs-off.service"
_RELEASE = re.compile(r"(\d+)\.(\d+)")

# nvidia-peermem registers with ib_core, which a restart of openibd takes away with it.
AFTER_OPENIBD = """\
[Service]
ExecStartPost=-/sbin/modprobe nvidia_peermem
"""

# With ACS on, a bridge sends peer traffic up to the root complex and its IOMMU. The bits are lost
# with every boot (NCCL user guide, troubleshooting: PCI access control services).
ACS_OFF = f"""\
[Unit]
Description=PCI access control off on the way between GPUs and NICs
After=systemd-udev-settle.service
Wants=systemd-udev-settle.service
Before=nvidia-fabricmanager.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/bin/python3 {path_of(PROGRAM)} off

[Install]
WantedBy=multi-user.target
"""


def state(plan: Plan, device: Device) -> RoleState | None:
    """Return GPUDirect RDMA of a GPU node."""
    stack = on_gpu_node(plan, device)
    if stack is None:
        return None
    peermem = mode(stack) == "peermem"
    modules = (GDRCOPY, PEERMEM) if peermem else (GDRCOPY,)
    files: tuple[OutputFile, ...] = (modules_load("gpudirect", modules),)
    if peermem and stack.choices.ofed != "inbox":
        files += (drop_in("openibd.service", AFTER_OPENIBD, "60-railwright-peermem.conf"),)
    checks: tuple[Check, ...] = ()
    units: tuple[Unit, ...] = ()
    if stack.choices.host == "bare-metal":
        # A host of virtual machines needs ACS to keep them apart; a machine has no bridges.
        files += (program(PROGRAM), unit_file(ACS_UNIT, ACS_OFF))
        units = (Unit(ACS_UNIT),)
        checks = (Check(PROGRAM, (path_of(PROGRAM), "--check", "--json")),)
    return RoleState(
        files=files,
        packages=packages(stack, "gpudirect"),
        units=units,
        checks=checks,
        modules=wanted_modules(stack, *modules),
    )


def mode(stack: NodeStack) -> Literal["dmabuf", "peermem"]:
    """Return how NICs reach GPU memory: what was chosen, else DMA-BUF where the kernel has it."""
    if stack.choices.gpudirect != "auto":
        return stack.choices.gpudirect
    found = _RELEASE.match(stack.system.kernel.release)
    has_it = found is not None and (int(found[1]), int(found[2])) >= DMABUF_KERNEL
    return "dmabuf" if has_it else "peermem"

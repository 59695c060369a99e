"""What every role wants of a node, and its files as they lie below / there.

A role lays its files down and owns them: a file that is no longer among them is removed. Roles
are in the order in which they converge a node; one that has nothing for a device is left out.
"""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from railwright.emitters.node_config import (
    base,
    container_toolkit,
    dcgm,
    exporters,
    fabricmanager,
    gpudirect,
    host_network,
    hpcx,
    lldp,
    nccl,
    nic_firmware,
    nic_names,
    nvidia_driver,
    ofed,
    roce,
    storage_client,
)
from railwright.emitters.node_config.state import RoleState
from railwright.files import OutputFile
from railwright.plan.model import Device, Plan
from railwright.plan.stack import stack_of

Wants = Callable[[Plan, Device], RoleState | None]

ROLES: Mapping[str, Wants] = MappingProxyType(
    {
        "base": base.state,
        "lldp": lldp.state,
        "ofed": ofed.state,
        "nic_firmware": nic_firmware.state,
        "nvidia_driver": nvidia_driver.state,
        "fabricmanager": fabricmanager.state,
        "gpudirect": gpudirect.state,
        "nic_names": nic_names.state,
        "host_network": host_network.state,
        "roce": roce.state,
        "container_toolkit": container_toolkit.state,
        "dcgm": dcgm.state,
        "nccl": nccl.state,
        "hpcx": hpcx.state,
        "storage_client": storage_client.state,
        "exporters": exporters.state,
    }
)
"""All roles in the order of a run.

Package sources and the kernel come before everything that is installed or built; NIC drivers
before those of GPUs, which build against them (nvidia-peermem); names before addresses, and both
before what is set on a port by its name.
"""


def state(plan: Plan, device: Device, role: str) -> RoleState | None:
    """Return what a role wants of a node, None if nothing. Raises: KeyError for no role."""
    return ROLES[role](plan, device)


def files(plan: Plan, device: Device, role: str) -> tuple[OutputFile, ...]:
    """Return the files of one role on one node. Raises: KeyError for no role."""
    found = state(plan, device, role)
    return found.files if found else ()


def emit_device(plan: Plan, device: Device) -> Iterator[OutputFile]:
    """Yield `nodes/<host>/<path on the node>` of a server; nothing for another device.

    Without a stack the files of RoCE and of jobs are there all the same, for whoever installs the
    software: no role lays them down.
    """
    if not device.is_node:
        return
    for file in _all_files(plan, device):
        yield OutputFile(f"nodes/{device.name}/{file.path}", file.content, file.mode)


def _all_files(plan: Plan, device: Device) -> Iterator[OutputFile]:
    for role in ROLES:
        yield from files(plan, device, role)
    if stack_of(plan) is None:
        yield from roce.files(plan, device)
        yield from nccl.files(plan, device)

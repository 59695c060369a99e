"""A node's files, as they lie below / on the node; one tree per Ansible role.

A role lays its tree down and owns it: a file of the role's folders that is no longer in the tree
is removed. RoCE settings are no role's folder: they are rendered, and what is done with them is
not decided here. Every path is listed here, so that nothing is rendered twice.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from types import MappingProxyType

from railwright.emitters.node_config import host_network, lldp, roce
from railwright.files import OutputFile
from railwright.plan.model import Device, Plan

Tree = Callable[[Plan, Device], Iterator[OutputFile]]

TREES: Mapping[str, Tree] = MappingProxyType({"host_network": host_network.tree, "lldp": lldp.tree})


def tree(plan: Plan, device: Device, role: str) -> tuple[OutputFile, ...]:
    """Return the files of one role on one node. Raises: KeyError for a role without a tree."""
    return tuple(TREES[role](plan, device))


def emit_device(plan: Plan, device: Device) -> Iterator[OutputFile]:
    """Yield `nodes/<host>/<path on the node>` of a server; nothing for another device."""
    if not device.is_node:
        return
    trees = (tree(plan, device, role) for role in TREES)
    for file in chain(*trees, roce.files(plan, device)):
        yield OutputFile(f"nodes/{device.name}/{file.path}", file.content, file.mode)

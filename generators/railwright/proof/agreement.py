"""The agreement check: configurations read back, and every pair of places that must agree.

Whatever the plan, the switches, the nodes and the floor say about the same thing is compared by
what it means; nothing that was emitted is taken for granted.
"""

from collections.abc import Mapping
from dataclasses import replace

from railwright.emitters import node_config
from railwright.emitters.sonic_config import intended
from railwright.plan.model import Device, Plan
from railwright.proof.model import Agreement, FloorLink, NodeFiles
from railwright.proof.nodes import Node
from railwright.proof.rules import (
    buffers,
    classes,
    fabric,
    floor,
    hosts,
    links,
    loops,
    nodes,
    queues,
    rest,
)
from railwright.proof.sample import devices
from railwright.proof.scene import Scene
from railwright.proof.sheet import Sheet
from railwright.proof.switches import Switch
from railwright.sonic.configdb import ConfigDb

RULES = (
    classes.check,
    buffers.check,
    queues.check,
    links.check,
    fabric.check,
    hosts.check,
    nodes.check,
    floor.check,
    loops.check,
    rest.check,  # last: it leaves out what the others have named
)


class Emitted:
    """What a plan's own emitters write, rendered once and kept; not to be changed."""

    def __init__(self, plan: Plan) -> None:
        """Take the plan; nothing is rendered yet."""
        self._plan = plan
        self._configs: dict[str, ConfigDb] = {}
        self._files: dict[str, NodeFiles] = {}

    def config(self, device: Device) -> ConfigDb:
        """Return a switch's configuration, without secrets."""
        if device.name not in self._configs:
            self._configs[device.name] = intended(self._plan, device)
        return self._configs[device.name]

    def files(self, device: Device) -> NodeFiles:
        """Return a server's files by path on it."""
        if device.name not in self._files:
            start = len(f"nodes/{device.name}/")
            found = node_config.emit_device(self._plan, device)
            self._files[device.name] = {one.path[start:]: one.content for one in found}
        return self._files[device.name]


def agree(
    plan: Plan,
    configs: Mapping[str, ConfigDb],
    node_files: Mapping[str, NodeFiles],
    cables: Mapping[str, FloorLink] | None = None,
    emitted: Emitted | None = None,
) -> Agreement:
    """Return where plan, switches, nodes and floor disagree, as a matrix.

    `configs` are the switches' configurations by name, without secrets; `node_files` the files of
    every server, by name and path on it; `cables` what lies on the floor by link id, None where
    nobody has looked. `emitted` spares rendering a plan's files again.
    """
    scope = frozenset(one.name for one in plan.devices if one.is_switch or one.is_node)
    return _agree(plan, configs, node_files, cables, emitted or Emitted(plan), scope)


def agree_built(plan: Plan) -> Agreement:
    """Return the matrix of what the plan's own emitters write, without a floor.

    Of a large plan some devices of each kind are compared, with all their neighbours: the matrix
    says how many. What its routes can do is for the proof of the whole plan to say then.
    """
    emitted, scope = Emitted(plan), devices(plan)
    configs = {one.name: emitted.config(one) for one in plan.switches if one.name in scope}
    nodes = {one.name: emitted.files(one) for one in plan.nodes if one.name in scope}
    return _agree(plan, configs, nodes, None, emitted, scope)


def _agree(
    plan: Plan,
    configs: Mapping[str, ConfigDb],
    node_files: Mapping[str, NodeFiles],
    cables: Mapping[str, FloorLink] | None,
    emitted: Emitted,
    scope: frozenset[str],
) -> Agreement:
    scene = Scene(
        plan,
        {name: Switch(name, config) for name, config in configs.items()},
        {name: Node(name, files) for name, files in node_files.items()},
        cables,
        Sheet(),
        emitted,
        scope,
    )
    for check in RULES:
        check(scene)
    whole = sum(one.is_switch or one.is_node for one in plan.devices)
    return replace(scene.sheet.agreement(), compared_devices=len(scope), devices=whole)

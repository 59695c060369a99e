"""The agreement check: configurations by what they mean, every pair of places that must agree.

Whatever the plan, the switches, the nodes and the floor say about the same thing is compared by
what it means, by rules that do not ask what wrote it. Only the last rule compares with what the
plan's own emitters write; it has nothing to say of exactly that, and is left out there.
"""

from collections.abc import Callable, Mapping
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
    jobs,
    links,
    loops,
    nodes,
    places,
    queues,
    rest,
)
from railwright.proof.sample import devices
from railwright.proof.scene import Scene
from railwright.proof.sheet import FLOOR, REST, SUBJECTS, Sheet
from railwright.proof.switches import Switch
from railwright.sonic.configdb import ConfigDb

Rule = Callable[[Scene], None]

MEANING: tuple[Rule, ...] = (
    classes.check,
    buffers.check,
    queues.check,
    links.check,
    fabric.check,
    hosts.check,
    nodes.check,
    jobs.check,
    places.check,
    floor.check,
    loops.check,
)
RULES: tuple[Rule, ...] = (*MEANING, rest.check)
"""All rules; `rest` is last, as it leaves out what the others have named."""


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
    emits = emitted or Emitted(plan)
    return _agree(plan, configs, node_files, cables, emits, scope, RULES)


def agree_built(plan: Plan) -> Agreement:
    """Return the matrix of what the plan's own emitters render, without a floor.

    Only rules about meaning count: that something rendered equals itself says nothing.
    Of a large plan some devices of each kind are compared, with all their neighbours: the matrix
    says how many. What its routes can do is for the proof of the whole plan to say then.
    """
    emitted, scope = Emitted(plan), devices(plan)
    configs = {one.name: emitted.config(one) for one in plan.switches if one.name in scope}
    nodes = {one.name: emitted.files(one) for one in plan.nodes if one.name in scope}
    return _agree(plan, configs, nodes, None, emitted, scope, MEANING)


def _agree(
    plan: Plan,
    configs: Mapping[str, ConfigDb],
    node_files: Mapping[str, NodeFiles],
    cables: Mapping[str, FloorLink] | None,
    emitted: Emitted,
    scope: frozenset[str],
    rules: tuple[Rule, ...],
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
    for check in rules:
        check(scene)
    whole = sum(one.is_switch or one.is_node for one in plan.devices)
    without = {(pair, subject) for pair, subject in SUBJECTS if cables is None and pair == FLOOR}
    if rules is MEANING:
        without |= {one for one in SUBJECTS if one[1] == REST}
    found = scene.sheet.agreement(frozenset(without))
    return replace(found, compared_devices=len(scope), devices=whole)

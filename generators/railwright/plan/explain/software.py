"""Which version of the software a server gets, from which release, and on whose word."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

from railwright.catalog.stack_model import Group
from railwright.intent.stack import Stack
from railwright.plan.explain.derivation import Derivation, ExplainError, Input
from railwright.plan.model import Device, Plan
from railwright.plan.stack import NodeStack, stack_of

_OFED_GROUPS: Mapping[str, Group] = {
    "doca": "ofed.doca",
    "mlnx": "ofed.mlnx",
    "inbox": "ofed.inbox",
}
_GROUPS: Mapping[str, Group] = {
    "driver": "nvidia_driver",
    "fabric_manager": "fabricmanager",
    "nccl": "nccl",
    "gdrcopy": "gpudirect",
    "dcgm": "dcgm",
    "container_toolkit": "container_toolkit",
}


def _explained(plan: Plan, device: Device, *, what: str) -> Derivation:
    stack = stack_of(plan)
    if not device.is_node or device.is_switch:
        raise ExplainError(f"{device.name} is no server, the release is for the software of those")
    if stack is None:
        raise ExplainError(
            f"the plan says nothing of the software of {device.name}; add `stack` to the intent"
        )
    choices = stack.choices
    file = f"catalog/data/stacks/{choices.release}.yml"
    inputs = [
        Input("release", choices.release, "stack.release"),
        Input("system", choices.os, "stack.os"),
        *_choices(choices, what),
        *(Input(name, version, source=file) for name, version in _packages(stack, what).items()),
        Input("source of versions", file, source=stack.release.source),
        Input("source of packages", file, source=stack.system.source),
    ]
    if what == "hpcx" and (archive := stack.system.artefacts.get("hpcx")):
        inputs.append(Input("archive", archive.url, source=archive.source))
    return Derivation(
        f"{device.name} {what}",
        stack.version(what),
        f"pinned by release {choices.release}: all its versions are one tested set",
        tuple(inputs),
    )


def _choices(choices: Stack, what: str) -> tuple[Input, ...]:
    return (Input("NIC driver", choices.ofed, "stack.ofed"),) if what == "ofed" else ()


def _packages(stack: NodeStack, what: str) -> Mapping[str, str]:
    """Return the pinned packages that bring a version, by name."""
    if what == "kernel":
        return stack.system.kernel.packages
    group = _OFED_GROUPS[stack.choices.ofed] if what == "ofed" else _GROUPS.get(what)
    packages = stack.packages(group) if group else {}
    return {name: one for name, one in packages.items() if one is not None}


SUBJECTS: Mapping[str, Callable[[Plan, Device], Derivation]] = MappingProxyType(
    {
        what: partial(_explained, what=what)
        for what in (
            "kernel",
            "driver",
            "fabric_manager",
            "cuda",
            "ofed",
            "nccl",
            "gdrcopy",
            "dcgm",
            "hpcx",
            "container_toolkit",
        )
    }
)

"""The nodes' software: choices that a release, a NIC, the network or another choice excludes."""

import re
from collections.abc import Iterator
from itertools import chain

from railwright.catalog.model import NicModel
from railwright.catalog.stack_model import Group
from railwright.errors import Problem
from railwright.intent.stack import Stack
from railwright.plan.checks.stack_site import check_site
from railwright.plan.model import Plan
from railwright.plan.nodes_roce import nic_of
from railwright.plan.stack import NodeStack, mirror_of, stack_of
from railwright.plan.stack_rules import bounds_kernel, broken, numbers

DMABUF_KERNEL = (5, 12)
"""First kernel whose ib_core takes DMA-BUF memory (Linux 5.12, `ib_umem_dmabuf_get`)."""
LAST_OF_MLNX_OFED = {"ConnectX": 7, "BlueField": 2}
"""Newest NIC of each family that MLNX_OFED knows (NVIDIA DOCA documentation, general support)."""
EXPORTER_PORTS = {9100: "node exporter", 9290: "IPMI exporter"}
"""What else listens on a management server (Prometheus, default port allocations)."""
_FAMILY = re.compile(r"(ConnectX|BlueField)-(\d+)")
_BUILT_FOR = re.compile(r"/rhel(\d+\.\d+)/")
_KERNEL_OF = re.compile(r"\.el(\d+)_(\d+)\b")


def check_stack(plan: Plan) -> Iterator[Problem]:
    """Yield what cannot be on the nodes together, at the key that asks for it."""
    stack = stack_of(plan)
    if stack is None:
        return
    lacking = list(_lacking(stack))
    yield from lacking or chain(_release(stack), _unproven(stack))
    yield from _passed_through(stack.choices)
    yield from _too_new_for_mlnx(plan, stack.choices)
    yield from _gpudirect(stack)
    yield from _mirror(plan, stack.choices)
    yield from check_site(plan, stack.choices)


def _release(stack: NodeStack) -> Iterator[Problem]:
    """Yield the rules of the release that do not hold."""
    choices = stack.choices
    for one in broken(stack.release, choices.os, choices.ofed):
        path = "stack.ofed" if one.rule.ofed else "stack.release"
        yield Problem(
            path,
            f"release {choices.release} contradicts itself on {choices.os}: {one.found}; "
            f"{one.rule.says}; choose another release, or correct its file and check it again",
        )


def _lacking(stack: NodeStack) -> Iterator[Problem]:
    """Yield that the release has no NIC driver of the kind that is asked for."""
    choices = stack.choices
    groups: dict[str, Group] = {"doca": "ofed.doca", "mlnx": "ofed.mlnx"}
    if choices.ofed == "inbox" or stack.packages(groups[choices.ofed]):
        return
    lacks, instead = (
        ("DOCA-OFED", "inbox")
        if choices.ofed == "doca"
        else ("MLNX_OFED, which ended with 24.10,", "doca")
    )
    yield Problem(
        "stack.ofed",
        f"release {choices.release} has no {lacks} for {choices.os}; set ofed to {instead} or "
        "choose another release",
    )


def _unproven(stack: NodeStack) -> Iterator[Problem]:
    """Yield that nothing is known of the kernels that a NIC driver is for."""
    choices, kernel = stack.choices, stack.system.kernel.release
    if choices.ofed == "inbox" or bounds_kernel(stack.release, choices.os, choices.ofed):
        return
    minor = _KERNEL_OF.search(kernel)
    others = {
        found[1]
        for one in stack.system.repositories.values()
        if one.ofed == choices.ofed
        and minor
        and (found := _BUILT_FOR.search(one.url))
        and found[1] != f"{minor[1]}.{minor[2]}"
    }
    differs = f" (its repository is that of RHEL {', '.join(sorted(others))})" if others else ""
    yield Problem(
        "stack.ofed",
        f"release {choices.release} has no rule up to which kernel modules of "
        f"{stack.version('ofed')} build{differs}; that they do for {kernel} is assumed: converge "
        "one node of each model before the others",
        "warning",
    )


def _passed_through(choices: Stack) -> Iterator[Problem]:
    """Yield what hosts of virtual machines cannot have: GPUs of their own that are a machine's."""
    if choices.host != "vm-host":
        return
    yield Problem(
        "stack.host",
        "GPU nodes get the GPU driver, fabric manager and DCGM as hosts of virtual machines too, "
        "and no GPU is bound to vfio-pci there: a host whose GPUs are passed to a machine never "
        "comes into sync; pass NICs alone, or keep such hosts out of runs over the nodes (--limit)",
        "warning",
    )


def _too_new_for_mlnx(plan: Plan, choices: Stack) -> Iterator[Problem]:
    if choices.ofed != "mlnx":
        return
    for model, nic in sorted(_too_new(plan).items()):
        yield Problem(
            "stack.ofed",
            f"MLNX_OFED does not know the {nic.model} of {model}, only NICs up to ConnectX-7 and "
            "BlueField-2; set ofed to doca",
        )


def _too_new(plan: Plan) -> dict[str, NicModel]:
    """Return the NICs that came after MLNX_OFED, one per server model."""
    found = {}
    for model in plan.node_models.values():
        for network in plan.qos:
            nic = nic_of(model, network)
            match = _FAMILY.match(nic.model) if nic else None
            if nic and match and int(match[2]) > LAST_OF_MLNX_OFED[match[1]]:
                found[model.name] = nic
    return found


def _gpudirect(stack: NodeStack) -> Iterator[Problem]:
    choices, kernel = stack.choices, stack.system.kernel.release
    old = numbers(kernel)[:2] < DMABUF_KERNEL
    if choices.gpudirect == "peermem" and choices.ofed == "inbox":
        yield Problem(
            "stack.gpudirect",
            "nvidia-peermem needs the peer memory interface of DOCA-OFED or MLNX_OFED, which the "
            "kernel's own NIC driver does not have; set gpudirect to dmabuf, or ofed to doca",
        )
    if choices.gpudirect == "dmabuf" and old:
        yield Problem(
            "stack.gpudirect",
            f"DMA-BUF needs kernel 5.12 or later, {choices.os} of release {choices.release} has "
            f"{kernel}; set gpudirect to peermem or choose another release",
        )
    if choices.gpudirect == "auto" and choices.ofed == "inbox" and old:
        yield Problem(
            "stack.ofed",
            f"with kernel {kernel} and its own NIC driver NICs cannot reach GPU memory: DMA-BUF "
            "needs kernel 5.12, nvidia-peermem another NIC driver; set ofed to doca",
        )


def _mirror(plan: Plan, choices: Stack) -> Iterator[Problem]:
    if choices.source != "mirror":
        return
    if mirror_of(plan) is None:
        yield Problem(
            "stack.source",
            "a mirror is served by the first management server, and the plan has none; add "
            "nodes.management, or set source to vendor",
        )
    if choices.mirror_port in EXPORTER_PORTS:
        yield Problem(
            "stack.mirror_port",
            f"port {choices.mirror_port} of a management server is its "
            f"{EXPORTER_PORTS[choices.mirror_port]}'s; choose another one",
        )

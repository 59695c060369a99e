"""NCCL and the other libraries of jobs: packages, variables, and a topology for virtual machines.

`etc/nccl.conf` is read by NCCL itself, `etc/railwright/rdma-jobs.env` has `KEY=value` lines for
the environment of jobs. Equal servers have equal texts, which are rendered once.
"""

from collections.abc import Iterator
from functools import lru_cache

from railwright.emitters.node_config import nccl_topology
from railwright.emitters.node_config.gpudirect import mode
from railwright.emitters.node_config.networkd import file
from railwright.emitters.node_config.software import on_gpu_node, packages
from railwright.emitters.node_config.state import RoleState
from railwright.files import OutputFile
from railwright.plan import nodes_jobs
from railwright.plan.model import Device, Plan
from railwright.plan.stack import stack_of

CONFIG = "etc/nccl.conf"
JOBS = "etc/railwright/rdma-jobs.env"
TOPOLOGY = "etc/railwright/nccl-topology.xml"
_KEPT = 256


def state(plan: Plan, device: Device) -> RoleState | None:
    """Return NCCL with its variables on a GPU node."""
    stack = on_gpu_node(plan, device)
    if stack is None:
        return None
    return RoleState(files=tuple(files(plan, device)), packages=packages(stack, "nccl"))


def files(plan: Plan, device: Device) -> Iterator[OutputFile]:
    """Yield the files of jobs on a GPU node, with or without a stack; nothing for other servers."""
    if device.role != "gpu_node":
        return
    variables = nodes_jobs.nccl(plan, device)
    topology = _topology(plan, device)
    if topology is not None:
        variables["NCCL_TOPO_FILE"] = f"/{topology.path}"
        yield topology
    stack = stack_of(plan)
    if stack is not None and mode(stack) == "peermem":
        variables["NCCL_DMABUF_ENABLE"] = "0"
    yield _variables(CONFIG, tuple(sorted(variables.items())))
    yield _variables(JOBS, tuple(nodes_jobs.jobs(plan, device).items()))


def _topology(plan: Plan, device: Device) -> OutputFile | None:
    """Return the topology of a virtual machine whose PCI addresses are known, else None.

    A hypervisor shows all devices side by side: NCCL would take any NIC for any GPU.
    """
    stack = stack_of(plan)
    if stack is None or stack.choices.host != "vm":
        return None
    near = nodes_jobs.ports_by_gpu(plan, device)
    return file(TOPOLOGY, nccl_topology.text(near)) if near else None


@lru_cache(maxsize=_KEPT)
def _variables(path: str, values: tuple[tuple[str, str], ...]) -> OutputFile:
    return file(path, "".join(f"{key}={value}\n" for key, value in values))

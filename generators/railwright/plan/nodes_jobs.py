"""What libraries of jobs have to know of a GPU node: which NICs, which way, how long to wait.

Traffic classes and queue pairs are the network's (`plan.nodes_roce`); the rest is here, where the
node's NICs have names and its software a release.
"""

from collections.abc import Iterator, Mapping
from itertools import groupby

from railwright.naming import rail_interface
from railwright.plan import nodes_roce
from railwright.plan.model import Device, Plan
from railwright.plan.nodes_ports import DataPort, data_ports
from railwright.plan.stack import NodeStack, stack_of

RAIL_FIELD = (2, 30)
"""NCCL that takes `device:port:rail` in NCCL_IB_HCA (2.30, environment variables)."""
TIMEOUT = 22
"""4.096 us x 2^22, times the retries: longer than routes take to settle (NCCL default: 20)."""
RETRIES = 7
NOT_BOOTSTRAP = ("lo", "docker", "podman", "cni", "veth", "virbr", rail_interface(0)[:-1])
"""Beginnings of interfaces that never lead to another node's processes, rails among them."""


def nccl(plan: Plan, device: Device) -> dict[str, str]:
    """Return the NCCL variables of a GPU node; without a stack those of the network alone."""
    network = {name: str(value) for name, value in nodes_roce.nccl(plan).items()}
    stack = stack_of(plan)
    return (
        network if stack is None else dict(sorted((network | _nccl(plan, device, stack)).items()))
    )


def _nccl(plan: Plan, device: Device, stack: NodeStack) -> dict[str, str]:
    ports = data_ports(plan, device)
    virtual = stack.choices.host == "vm"
    return {
        "NCCL_CROSS_NIC": str(_cross_nic(plan)),
        "NCCL_DEBUG": "WARN",
        "NCCL_IB_ADDR_FAMILY": "AF_INET",
        "NCCL_IB_ADDR_RANGE": str(plan.intent.pools.compute_hosts),
        "NCCL_IB_HCA": _exactly(_hca(one, stack) for one in _rails(ports)),
        "NCCL_IB_PCI_RELAXED_ORDERING": "1" if virtual else "2",
        "NCCL_IB_RETRY_CNT": str(RETRIES),
        "NCCL_IB_TIMEOUT": str(TIMEOUT),
        "NCCL_IGNORE_CPU_AFFINITY": "1",
        "NCCL_NET_GDR_LEVEL": "PXB",
        "NCCL_NET_PLUGIN": "none",
        "NCCL_SOCKET_IFNAME": _bootstrap(ports),
    }


def jobs(plan: Plan, device: Device) -> dict[str, str]:
    """Return the variables of other libraries: UCX, NVSHMEM, Open MPI.

    MPI has its control connections over the storage and front-end ports, where there are some.
    """
    network = {name: str(value) for name, value in nodes_roce.jobs(plan).items()}
    if stack_of(plan) is None:
        return network
    ports = data_ports(plan, device)
    own = {
        "OMPI_MCA_coll_hcoll_enable": "0",
        "UCX_NET_DEVICES": ",".join(f"{one.rdma}:1" for one in _rails(ports)),
    }
    front_end = ",".join(_front_end(ports))
    if front_end:
        own |= {
            "OMPI_MCA_btl_tcp_if_include": front_end,
            "OMPI_MCA_oob_tcp_if_include": front_end,
        }
    return dict(sorted((network | own).items()))


def ports_by_gpu(plan: Plan, device: Device) -> Mapping[int, tuple[tuple[DataPort, ...], ...]]:
    """Return by NUMA node the rail ports of each GPU, empty where an address is unknown."""
    rails = _rails(data_ports(plan, device))
    if any(one.pci is None or one.gpu_pci is None for one in rails):
        return {}
    in_order = sorted(rails, key=lambda one: (one.numa, one.rail or 0, one.plane or 0))
    return {
        numa: tuple(tuple(ports) for _, ports in groupby(found, key=lambda one: one.gpu_pci))
        for numa, found in groupby(in_order, key=lambda one: one.numa)
    }


def _rails(ports: tuple[DataPort, ...]) -> tuple[DataPort, ...]:
    return tuple(one for one in ports if one.network == "compute")


def _front_end(ports: tuple[DataPort, ...]) -> tuple[str, ...]:
    return tuple(one.interface for one in ports if one.network == "storage")


def _hca(one: DataPort, stack: NodeStack) -> str:
    """Return a NIC as NCCL takes it; every port has a device of its own, whose port 1 it is."""
    if _version(stack.release.versions.nccl) < RAIL_FIELD:
        return f"{one.rdma}:1"
    place = f"{one.rdma}:1:{one.rail}"
    return place if one.plane is None else f"{place}:{one.plane}"


def _version(text: str) -> tuple[int, int]:
    major, minor, *_ = text.split(".")
    return int(major), int(minor)


def _exactly(names: Iterator[str]) -> str:
    """Return a list of which nothing is taken as a beginning: mlx5_1 would be mlx5_10 too."""
    return "=" + ",".join(names)


def _cross_nic(plan: Plan) -> int:
    """Return whether a ring may change rails: 2 lets NCCL choose, 0 where no way leads across."""
    return 2 if plan.shape.spines and not plan.shape.isolated_rails else 0


def _bootstrap(ports: tuple[DataPort, ...]) -> str:
    """Return where processes find each other: the front-end ports, else anything but rails."""
    front_end = _front_end(ports)
    return _exactly(iter(front_end)) if front_end else "^" + ",".join(NOT_BOOTSTRAP)

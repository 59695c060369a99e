"""Where a server's data ports sit: interface, PCI address, RDMA name, NUMA node and GPU.

A port whose PCI address the catalog has gets an RDMA name of ours; one without keeps the name that
the catalog assumes of it. So nothing relies on the order in which a kernel finds devices wherever
it need not.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from railwright.catalog.model import ComputeNic, FrontEndNic, NodeModel
from railwright.naming import storage_interface
from railwright.plan.model import Device, Plan
from railwright.plan.shape import Network

RDMA_PREFIX = "mlx5_"
"""Names of ours begin as the driver's do: tools tell makers apart by it."""


@dataclass(frozen=True, slots=True)
class DataPort:
    """One data port of a server.

    `pci` is None where the address differs from vendor to vendor. `gpu_pci` is that of the GPU
    next to it, None for a storage port and where it is unknown.
    """

    interface: str
    network: Network
    pci: str | None
    rdma: str
    numa: int
    speed_gbps: int
    gpu_pci: str | None = None
    rail: int | None = None
    plane: int | None = None


def data_ports(plan: Plan, device: Device) -> tuple[DataPort, ...]:
    """Return a server's ports on the compute and storage networks, in port order."""
    return tuple(_data_ports(plan, device, plan.node_model(device)))


def _data_ports(plan: Plan, device: Device, model: NodeModel) -> Iterator[DataPort]:
    links = plan.links_of.get(device.name, {})
    rails = {one.rail: one for one in model.nics}
    sides = {storage_interface(one.port): one for one in model.frontend}
    for port in plan.ports[device.name]:
        link = links[port.name]
        if link.network == "compute" and link.rail is not None:
            yield _rail(port.name, rails[link.rail], link.plane)
        elif link.network == "storage":
            yield _side(port.name, sides[port.name], port.speed_gbps)


def _rail(interface: str, nic: ComputeNic, plane: int | None) -> DataPort:
    """Return a rail's port: planes are the NIC's functions one after the other."""
    further = plane or 0
    pci = nic.pci and f"{nic.pci[:-1]}{int(nic.pci[-1]) + further}"
    return DataPort(
        interface=interface,
        network="compute",
        pci=pci,
        rdma=_rdma(interface, pci, nic.rdma, further),
        numa=nic.numa,
        speed_gbps=nic.speed_gbps,
        gpu_pci=nic.gpu_pci,
        rail=nic.rail,
        plane=plane,
    )


def _side(interface: str, nic: FrontEndNic, speed_gbps: int) -> DataPort:
    rdma = _rdma(interface, nic.pci, nic.rdma, 0)
    return DataPort(interface, "storage", nic.pci, rdma, nic.numa, speed_gbps)


def _rdma(interface: str, pci: str | None, usual: str, further: int) -> str:
    """Return an RDMA device's name: the driver counts a NIC's ports on from its first."""
    if pci is not None:
        return f"{RDMA_PREFIX}{interface}"
    number = int(usual.removeprefix(RDMA_PREFIX))
    return f"{RDMA_PREFIX}{number + further}"

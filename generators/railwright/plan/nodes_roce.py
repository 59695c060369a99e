"""What a server's NICs have to be set to, from the same classes as the switches they are cabled to.

One `NicSettings` per port of a network that carries RDMA. How they are written down for a node is
the emitter's business (`emitters.node_config.roce`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import ceil
from typing import Literal

from railwright.catalog.model import NicModel, NodeModel
from railwright.intent.roce import Roce
from railwright.intent.roce_rules import DEFAULT_CLASS, PRIORITIES
from railwright.plan.fec import FEC_PORT_GBPS, has_rs_fec
from railwright.plan.model import Device, Link, Plan, QosClass
from railwright.plan.qos import roce_of, tos
from railwright.plan.shape import Network

DSCPS_PER_PRIORITY_SHIFT = 3
"""Trusting DSCP, mlx5 takes priority DSCP >> 3 unless told otherwise (mlx5 DCB application table,
shown by `mlnx_qos` as `dscp2prio mapping`)."""
ETHERNET = 2
"""LINK_TYPE: 1 is InfiniBand, 2 Ethernet (mlxconfig)."""


HostKind = Literal["bare-metal", "vm-host", "vm"]
"""What a node is, as `stack.host` of the intent says."""


@dataclass(frozen=True, slots=True)
class NicClasses:
    """What all NIC ports of a network have in common.

    `tos` is the ToS byte of RDMA data. `traffic_class` is the ToS byte that the driver forces on
    every queue pair, None where two lossless classes leave the choice to the application. `pfc`
    are the paused priorities. `dscp_priority` are the DSCPs whose priority is not DSCP >> 3, in
    order. `dcqcn` says whether ports answer marks with CNPs and slow down on CNPs.

    Slowing down is all or nothing: firmware applies one setting to all priorities and wants all to
    be alike (NVIDIA ConnectX-7 firmware 28.46.3048, reference 4394475).
    """

    tos: int
    traffic_class: int | None
    pfc: tuple[int, ...]
    dscp_priority: tuple[tuple[int, int], ...]
    cnp_dscp: int
    cnp_priority: int
    dcqcn: bool

    def priority_of(self, dscp: int) -> int:
        """Return the priority that a NIC serves a DSCP in."""
        return dict(self.dscp_priority).get(dscp, dscp >> DSCPS_PER_PRIORITY_SHIFT)

    @property
    def ecn_priorities(self) -> tuple[int, ...]:
        """Return the priorities that slow down: all of them or none."""
        return tuple(PRIORITIES) if self.dcqcn else ()


@dataclass(frozen=True, slots=True)
class NicPort:
    """Which port of which NIC an interface is.

    `number` counts the NIC's ports from 1, as firmware parameters do; `pci` is None where the
    address differs from vendor to vendor.
    """

    interface: str
    model: str
    number: int
    pci: str | None


@dataclass(frozen=True, slots=True)
class NicSettings:
    """One port of a server that carries RDMA.

    `cable_m` is the cable's length in whole metres, rounded up, None where the NIC does not size
    its headroom by it. `rs_fec` is False where the link has the default of its speed.
    """

    port: NicPort
    network: Network
    speed_gbps: int
    rs_fec: bool
    mtu_bytes: int
    cable_m: int | None
    classes: NicClasses


def settings(plan: Plan, device: Device) -> tuple[NicSettings, ...]:
    """Return the settings of a server's RDMA ports, in port order.

    Ports of NICs that the catalog knows nothing of have none.
    """
    model = plan.node_model(device)
    shared = {network: classes(plan, network) for network in plan.qos}
    return tuple(_settings(plan, device, model, shared))


def _settings(
    plan: Plan, device: Device, model: NodeModel, shared: dict[Network, NicClasses]
) -> Iterator[NicSettings]:
    links = plan.links_of.get(device.name, {})
    for port in plan.ports[device.name]:
        link = links[port.name]
        if link.network not in shared:
            continue
        nic = nic_of(model, link.network)
        if nic is None:
            continue
        yield NicSettings(
            _port(model, nic, link),
            link.network,
            port.speed_gbps,
            _has_rs_fec(plan, link),
            port.mtu_bytes,
            ceil(link.length.length_m) if nic.cable_length else None,
            shared[link.network],
        )


def first_of_each_model(nodes: Iterable[Device]) -> dict[str, Device]:
    """Return one server of every model, in the order that models appear in."""
    found: dict[str, Device] = {}
    for node in nodes:
        found.setdefault(node.platform, node)
    return found


def longest_cables(plan: Plan) -> dict[tuple[str, Network], int]:
    """Return the longest cable, in whole metres, of every server model and RDMA network."""
    found: dict[tuple[str, Network], float] = {}
    for node in plan.nodes:
        for link in plan.links_of.get(node.name, {}).values():
            if link.network in plan.qos:
                key = (node.platform, link.network)
                found[key] = max(found.get(key, 0), link.length.length_m)
    return {key: ceil(length_m) for key, length_m in found.items()}


def nic_of(model: NodeModel, network: Network) -> NicModel | None:
    """Return what is known of the NIC behind a server's ports on a network."""
    return model.rail_nic if network == "compute" else model.frontend_nic


def classes(plan: Plan, network: Network) -> NicClasses:
    """Return what the NIC ports of a network that carries RDMA have in common."""
    roce = roce_of(plan.intent, network)
    assert roce is not None  # noqa: S101 (networks of `qos` have classes)
    return _classes(roce, plan.qos[network])


def _classes(roce: Roce, switch_classes: tuple[QosClass, ...]) -> NicClasses:
    lossless = tuple(one.priority for one in switch_classes if one.lossless)
    return NicClasses(
        tos=tos(roce),
        traffic_class=tos(roce) if len(lossless) == 1 else None,
        pfc=lossless,
        dscp_priority=tuple(_exceptions(switch_classes, lossless)),
        cnp_dscp=roce.cnp_dscp,
        cnp_priority=roce.cnp_priority,
        dcqcn=roce.dcqcn,
    )


def _exceptions(
    switch_classes: tuple[QosClass, ...], lossless: tuple[int, ...]
) -> Iterator[tuple[int, int]]:
    """Yield the DSCPs that a NIC would put where the switches do not, with their priority.

    These are the DSCPs of every class that has some of its own, and those that a NIC would let
    into a paused priority although they are of another class. Where else a NIC puts what the
    switches take as default traffic changes nothing: neither is ever paused.
    """
    priority = {dscp: one.priority for one in switch_classes for dscp in one.dscps}
    own = {dscp for one in switch_classes if one.name != DEFAULT_CLASS for dscp in one.dscps}
    for dscp, wanted in sorted(priority.items()):
        taken = dscp >> DSCPS_PER_PRIORITY_SHIFT
        if taken != wanted and (dscp in own or taken in lossless):
            yield dscp, wanted


def _port(model: NodeModel, nic: NicModel, link: Link) -> NicPort:
    """Return the port of a server at which a host link ends.

    A rail NIC's address in the catalog is that of its first port, the others are its next
    functions; a front-end port has an address of its own.
    """
    if link.network == "compute":
        pci, further = next(one.pci for one in model.nics if one.rail == link.rail), link.plane or 0
    else:
        index = int(link.a.port[-1])
        pci, further = next(one.pci for one in model.frontend if one.port == index), 0
    if pci is None:
        return NicPort(link.a.port, nic.model, further + 1, None)
    function = int(pci[-1]) + further
    return NicPort(link.a.port, nic.model, function + 1, f"{pci[:-1]}{function}")


def _has_rs_fec(plan: Plan, link: Link) -> bool:
    """Return whether the switch port of a host link has RS-FEC."""
    if link.speed_gbps >= FEC_PORT_GBPS:
        return True  # above it no port has lanes below 50G
    port = next(one for one in plan.ports[link.z.device] if one.name == link.z.port)
    return has_rs_fec(link.speed_gbps, port.lanes.count(",") + 1)


def flags(priorities: Iterable[int]) -> str:
    """Return eight flags as NIC tools take them, priority 0 first: `0,0,0,1,0,0,0,0`."""
    on = set(priorities)
    return ",".join(str(int(priority in on)) for priority in PRIORITIES)


def nic_firmware(one: NicSettings, host: HostKind) -> dict[str, int]:
    """Return all firmware parameters of a port by name: its own, and those of the whole NIC.

    The NIC's follow from what the node is. Address translation (ATS) is for devices that virtual
    machines get; how many virtual functions a host of such machines needs is not ours to say.
    """
    whole = {
        "ADVANCED_PCI_SETTINGS": 1,  # shows the next ones
        "ATS_ENABLED": int(host != "bare-metal"),
        "MAX_ACC_OUT_READ": 0,  # automatic
        "PCI_WR_ORDERING": 0,  # by memory key: NCCL asks for relaxed ordering where it helps
    }
    if host == "bare-metal":
        whole["SRIOV_EN"] = 0
    return dict(sorted({**firmware(one), **whole}.items()))


def firmware(one: NicSettings) -> dict[str, int]:
    """Return the firmware parameters (`mlxconfig`) of a port by name: what it starts with.

    The firmware neither asks the switch for its classes nor takes them (LLDP and DCBX), and keeps
    the link up while no driver is loaded, for cable checks.
    """
    own = one.classes
    parameters = {
        "LINK_TYPE": ETHERNET,
        "ROCE_CC_PRIO_MASK": sum(1 << priority for priority in own.ecn_priorities),
        "CNP_DSCP": own.cnp_dscp,
        "CNP_802P_PRIO": own.cnp_priority,
        "LLDP_NB_DCBX": 0,
        "DCBX_WILLING": 0,
        "DCBX_IEEE": 1,
        "KEEP_ETH_LINK_UP": 1,
    }
    return {f"{name}_P{one.port.number}": value for name, value in sorted(parameters.items())}


def nccl(plan: Plan) -> dict[str, int]:
    """Return the NCCL variables of a GPU node: they are of the compute network, for all NICs.

    Queue pairs that GPUs drive (GIN) do not see what the driver forces on others.
    """
    own = classes(plan, "compute").tos
    return {
        "NCCL_GIN_IB_TC": own,
        "NCCL_IB_QPS_PER_CONNECTION": plan.intent.roce.qps_per_connection,
        "NCCL_IB_TC": own,
    }


def jobs(plan: Plan) -> dict[str, int]:
    """Return the variables of other libraries of jobs on GPU nodes, read from the environment."""
    own = classes(plan, "compute").tos
    return {"NVSHMEM_IB_TRAFFIC_CLASS": own, "UCX_IB_TRAFFIC_CLASS": own}

"""How full the strict queue of congestion notifications (CNPs) can get, at its worst.

A strict queue goes before everything else, so what it carries is taken from all other classes.
Two things bound the CNPs that a port sends, and the smaller one counts:

- **By timer.** Between two CNPs of a NIC's port lies a least time, which the catalog has for every
  NIC. At most every NIC whose way leads over this port sends them that fast.
- **By packets.** A CNP answers a data packet that was marked, so there are no more CNPs than data
  packets went the other way: one per packet, were every packet marked. Data is taken to be full
  packets of the RoCE path MTU, and CNPs to be spread over parallel links like the data.

What else has the same DSCP is named; routing protocols send keepalives and, after a failure,
updates: little, yet lost or late ones end sessions, so they may not wait behind CNPs for long.
"""

from railwright.intent.roce_rules import ROUTING_DSCPS
from railwright.plan.lossless.fit import Case
from railwright.plan.lossless.model import Control, Kind
from railwright.plan.model import Plan, PortUse
from railwright.plan.nodes_roce import nic_of
from railwright.plan.shape import Network

FRAME_OVERHEAD_BYTES = 14 + 4 + 20
"""Ethernet header and check sequence, preamble and gap between frames (IEEE 802.3)."""
ROCE_HEADER_BYTES = 20 + 8 + 12 + 4
"""IPv4, UDP, base transport header and ICRC (InfiniBand specification, annex 17)."""
CNP_PAYLOAD_BYTES = 16  # reserved bytes of a CNP (annex 17, congestion notification packet)
CNP_WIRE_BYTES = FRAME_OVERHEAD_BYTES + ROCE_HEADER_BYTES + CNP_PAYLOAD_BYTES
PATH_MTUS_BYTES = (4096, 2048, 1024, 512, 256)
LARGEST_HEADERS_BYTES = 96
"""What Linux leaves for headers when it derives the path MTU (include/rdma/ib_addr.h)."""
SOURCE = (
    "time between CNPs: the NIC's default (catalog); frame sizes of IEEE 802.3 and of RoCEv2 "
    "(InfiniBand specification, annex 17)"
)


def control_of(plan: Plan, case: Case) -> tuple[Control, ...]:
    """Return the load of the strict queue on each speed of a kind of switch, slowest first."""
    kind = case.kind
    speeds = sorted({one.key.speed_gbps for one in kind.mix})
    return tuple(_at(plan, case, speed, others(plan, case)) for speed in speeds)


def others(plan: Plan, case: Case) -> tuple[str, ...]:
    """Return what rides the strict queue of a kind of switch beside CNPs."""
    routed = any(plan.sessions_of.get(name) for name in case.kind.devices)
    return ("BGP",) if routed and case.roce.cnp_dscp in ROUTING_DSCPS else ()


def path_mtu(host_mtu_bytes: int) -> int:
    """Return the RoCE path MTU of an interface: the largest one its MTU has room for."""
    room = host_mtu_bytes - LARGEST_HEADERS_BYTES
    return next((mtu for mtu in PATH_MTUS_BYTES if mtu <= room), PATH_MTUS_BYTES[-1])


def _at(plan: Plan, case: Case, speed_gbps: int, beside: tuple[str, ...]) -> Control:
    kind = case.kind
    if not case.roce.dcqcn:
        why = "NICs send no CNPs: dcqcn is off"
        return Control(speed_gbps, 0.0, beside, why, SOURCE)
    mtu = path_mtu(_host_mtu(plan, kind))
    by_packets = 100 * CNP_WIRE_BYTES / (FRAME_OVERHEAD_BYTES + ROCE_HEADER_BYTES + mtu)
    each = f"a CNP for every data packet of {mtu} bytes {by_packets:.1f} %"
    interval_us = _interval_us(plan, kind.network)
    if interval_us is None:
        why = f"how often the NICs send CNPs is not known; {each}"
        return Control(speed_gbps, by_packets, beside, why, SOURCE)
    uses = {one.use for one in kind.mix if one.key.speed_gbps == speed_gbps}
    senders = max(_senders(plan, kind, use) for use in uses)
    one_gbps = CNP_WIRE_BYTES * 8 / (interval_us * 1000)
    by_timer = 100 * senders * one_gbps / speed_gbps
    rule = f"{senders} NICs with a CNP every {interval_us:g} us fill {by_timer:.1f} %, {each}"
    return Control(speed_gbps, min(by_timer, by_packets), beside, rule, SOURCE)


def _interval_us(plan: Plan, network: Network) -> float | None:
    """Return the least time between CNPs of any NIC on a network, None if some are unknown."""
    models = [
        one
        for one in plan.node_models.values()
        if (one.nics if network == "compute" else one.frontend)
    ]
    nics = [nic_of(one, network) for one in models]
    known = [nic.cnp_interval_us for nic in nics if nic]
    return min(known) if known and len(known) == len(nics) else None


def _senders(plan: Plan, kind: Kind, use: PortUse) -> int:
    """Return the NIC ports whose CNPs can leave by a port: those below it, or all others."""
    shape = plan.fabrics[kind.network]
    if kind.role == "leaf" and use == "fabric":
        return shape.hosts_per_leaf
    return shape.total_leaves * shape.hosts_per_leaf - (use == "host")


def _host_mtu(plan: Plan, kind: Kind) -> int:
    networks = plan.intent.networks
    if kind.network == "storage" and networks.storage:
        return networks.storage.host_mtu_bytes
    return networks.compute.host_mtu_bytes

"""The classes of a plan: the switches' side and the servers' side of each."""

from collections.abc import Iterator
from dataclasses import replace

from railwright.plan import nodes_roce
from railwright.plan.model import Link, Plan, QosClass
from railwright.plan.nodes_roce import NicClasses
from railwright.plan.qos import roce_of
from railwright.proof.report.document import ClassRow, NicRow, TrimmingRow

_ECN_BITS = 2
"""The low bits of the ToS byte, below the DSCP (RFC 3168)."""


def classes(plan: Plan) -> Iterator[ClassRow]:
    """Yield every class of every network that carries RDMA."""
    for network, rows in plan.qos.items():
        nic = nodes_roce.classes(plan, network)
        rest = max(rows, key=lambda one: len(one.dscps))
        for one in rows:
            served = sorted({nic.priority_of(dscp) for dscp in one.dscps})
            yield ClassRow(
                network=network,
                name=one.name,
                priority=one.priority,
                dscps=() if one is rest else one.dscps,
                takes_the_rest=one is rest,
                lossless=one.lossless,
                strict=one.strict,
                weight=one.weight,
                nic_priorities=tuple(served),
                nic_pauses=any(priority in nic.pfc for priority in served),
                tos=_tos(one, nic),
            )


def _tos(one: QosClass, nic: NicClasses) -> int | None:
    if one.lossless:
        codepoint = nic.tos & ((1 << _ECN_BITS) - 1)
        return one.dscps[0] << _ECN_BITS | codepoint
    return nic.cnp_dscp << _ECN_BITS if nic.cnp_dscp in one.dscps else None


def trimming(plan: Plan) -> Iterator[TrimmingRow]:
    """Yield how packets are trimmed, for every network whose intent asks for it."""
    for network in plan.qos:
        roce = roce_of(plan.intent, network)
        if roce and roce.trimming:
            one = roce.trimming
            yield TrimmingRow(network, one.size_bytes, one.dscp, one.priority)


def nics(plan: Plan) -> Iterator[NicRow]:
    """Yield the kinds of server ports that carry RDMA; of alike ports one is looked at."""
    alike: dict[tuple[object, ...], list[Link]] = {}
    for link in plan.links:
        if link.kind == "host" and link.deployed and link.network in plan.qos:
            node = plan.device[link.a.device]
            key = (link.network, node.platform, link.speed_gbps, link.length.length_m)
            alike.setdefault(key, []).append(link)
    rows: dict[tuple[object, ...], NicRow] = {}
    for links in alike.values():
        first = links[0]
        node = plan.device[first.a.device]
        for one in nodes_roce.settings(plan, node):
            if one.port.interface == first.a.port:
                row = _nic_row(plan, one, links)
                same = one.network, row.node, row.nic, row.speed_gbps, *_set_to(row)
                rows[same] = _joined(rows[same], row) if same in rows else row
    yield from rows.values()


def _set_to(row: NicRow) -> tuple[object, ...]:
    """Return all that a port is set to but for the length of its cable."""
    return (
        row.rs_fec,
        row.mtu_bytes,
        row.pfc,
        row.dscp_priority,
        row.traffic_class,
        (row.cnp_dscp, row.cnp_priority, row.dcqcn),
        tuple(row.firmware.items()),
    )


def _joined(one: NicRow, other: NicRow) -> NicRow:
    """Return one row for two that differ in their cables alone."""
    lengths = (
        one.shortest_cable_m,
        one.longest_cable_m,
        other.shortest_cable_m,
        other.longest_cable_m,
    )
    known = [length_m for length_m in lengths if length_m is not None]
    return replace(
        one,
        ports=one.ports + other.ports,
        shortest_cable_m=min(known, default=None),
        longest_cable_m=max(known, default=None),
    )


def _nic_row(plan: Plan, one: nodes_roce.NicSettings, links: list[Link]) -> NicRow:
    end = links[0].a
    return NicRow(
        network=one.network,
        node=plan.device[end.device].platform,
        nic=one.port.model,
        ports=len(links),
        example=f"{end.device} {end.port}",
        speed_gbps=one.speed_gbps,
        rs_fec=one.rs_fec,
        mtu_bytes=one.mtu_bytes,
        switch_mtu_bytes=plan.built[one.network].mtu_bytes,
        shortest_cable_m=one.cable_m,
        longest_cable_m=one.cable_m,
        pfc=one.classes.pfc,
        dscp_priority=one.classes.dscp_priority,
        traffic_class=one.classes.traffic_class,
        cnp_dscp=one.classes.cnp_dscp,
        cnp_priority=one.classes.cnp_priority,
        dcqcn=one.classes.dcqcn,
        firmware=nodes_roce.firmware(one),
    )


def jobs(plan: Plan) -> dict[str, int]:
    """Return the variables that jobs on GPU nodes need, by name."""
    return dict(sorted({**nodes_roce.nccl(plan), **nodes_roce.jobs(plan)}.items()))

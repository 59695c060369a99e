"""Traffic classes, switches and servers side by side."""

from railwright.proof.report.blocks import Block, Cell, Details, Items, Prose, Section, table
from railwright.proof.report.document import ClassRow, Document, NicRow, TrimmingRow
from railwright.proof.report.text import exact, span


def section(document: Document) -> Section:
    """Return the classes, then what ports of servers and jobs are set to."""
    rows = [_class(one) for one in document.classes]
    blocks: list[Block] = [
        table(
            "Network|Class|DSCP|Switch: TC, queue, PG|Switch: PFC|Switch: scheduling"
            "|Server: priority|Server: PFC|Server: sends with ToS",
            rows,
        )
    ]
    if document.trimming:
        blocks.append(Items(tuple(map(_trimmed, document.trimming))))
    if document.nics:
        blocks += [
            Prose("Server ports, by kind; every port trusts DSCP."),
            table(
                "Network|Server|NIC|Ports #|Speed|FEC|MTU: server / switch|PFC on|CNP"
                "|DCQCN|Cable given to NIC",
                [_nic(one) for one in document.nics],
            ),
            Details("What server ports are set to, exactly", _exactly(document)),
        ]
    return Section("classes", "Classes", tuple(blocks))


def _class(one: ClassRow) -> tuple[str | Cell, ...]:
    lossless = Cell("lossless", "good") if one.lossless else Cell("-", "muted")
    pauses = Cell("paused", "good") if one.nic_pauses else Cell("-", "muted")
    if one.nic_pauses != one.lossless:
        pauses = Cell("paused" if one.nic_pauses else "not paused", "bad")
    return (
        one.network,
        one.name,
        "all others" if one.takes_the_rest else ", ".join(map(str, one.dscps)),
        str(one.priority),
        lossless,
        "strict" if one.strict else f"DWRR {one.weight}",
        "by DSCP" if one.takes_the_rest else ", ".join(map(str, one.nic_priorities)),
        pauses,
        "-" if one.tos is None else str(one.tos),
    )


def _trimmed(one: TrimmingRow) -> str:
    return (
        f"{one.network}: a packet that finds its lossy queue full is trimmed to "
        f"{exact(one.size_bytes)} bytes and goes on with DSCP {one.dscp} in queue {one.priority}"
    )


def _nic(one: NicRow) -> tuple[str | Cell, ...]:
    mtu = f"{exact(one.mtu_bytes)} / {exact(one.switch_mtu_bytes)}"
    return (
        one.network,
        one.node,
        one.nic,
        exact(one.ports),
        f"{one.speed_gbps}G",
        "RS" if one.rs_fec else "default",
        mtu if one.mtu_bytes <= one.switch_mtu_bytes else Cell(mtu, "bad"),
        ", ".join(map(str, one.pfc)),
        f"DSCP {one.cnp_dscp}, priority {one.cnp_priority}",
        "on" if one.dcqcn else "off",
        _told(one),
    )


def _told(one: NicRow) -> str:
    """Return what NICs are told of their cables."""
    if one.shortest_cable_m is None or one.longest_cable_m is None:
        return "not set"
    return span(one.shortest_cable_m, one.longest_cable_m)


def _exactly(document: Document) -> tuple[Block, ...]:
    alike: dict[tuple[str, str, str], list[NicRow]] = {}
    for one in document.nics:
        alike.setdefault(_settings(one), []).append(one)
    rows: list[tuple[str | Cell, ...]] = [
        (
            "; ".join(f"{one.network}, {one.node}, {one.nic}, e.g. {one.example}" for one in same),
            *settings,
        )
        for settings, same in alike.items()
    ]
    return (
        table(
            "Ports|DSCP to priority, where it is not DSCP / 8|Traffic class of queue pairs"
            "|Firmware parameters",
            rows,
        ),
        Prose(f"Variables of jobs on GPU nodes: {_assigned(document.jobs)}"),
    )


def _settings(one: NicRow) -> tuple[str, str, str]:
    """Return what a port is set to, beyond what the table of ports has."""
    return (
        ", ".join(f"{dscp} to {priority}" for dscp, priority in one.dscp_priority) or "none",
        "left to the application" if one.traffic_class is None else str(one.traffic_class),
        _assigned(one.firmware),
    )


def _assigned(values: dict[str, int]) -> str:
    return ", ".join(f"{name}={value}" for name, value in values.items())

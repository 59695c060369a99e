"""The kinds of lossless switch ports with their headroom, and the watchdogs that guard them."""

from collections.abc import Iterator, Sequence

from railwright.plan.lossless.model import Kind, KindProof, Mix
from railwright.plan.model import Link, Plan
from railwright.plan.qos import roce_of
from railwright.plan.watchdog import times_of
from railwright.proof.report.document import PortRow, WatchdogRow


def ports(plan: Plan, switches: Sequence[KindProof]) -> Iterator[PortRow]:
    """Yield one row for every kind of port of every kind of switch."""
    for one in switches:
        for mix in one.kind.mix:
            yield _port_row(plan, one.kind, mix)


def _port_row(plan: Plan, kind: Kind, mix: Mix) -> PortRow:
    room = plan.headroom[mix.key]
    example = kind.devices[0]
    links = {
        name: link for name, link in plan.links_of.get(example, {}).items() if _is_of(link, mix)
    }
    return PortRow(
        network=kind.network,
        kind=kind.name,
        use=mix.use,
        platform=kind.platform,
        hwsku=kind.hwsku,
        switches=len(kind.devices),
        ports_each=mix.ports,
        example=example,
        names=tuple(links),
        speed_gbps=room.speed_gbps,
        lanes=room.lanes,
        length_m=room.length_m,
        length_from=tuple(sorted({link.length.provenance for link in links.values()})),
        length_assumed=any(link.length.assumed for link in links.values()),
        mtu_bytes=room.mtu_bytes,
        method=room.method,
        cable_m=room.cable_m,
        xon_bytes=room.xon_bytes,
        xoff_bytes=room.xoff_bytes,
        size_bytes=room.size_bytes,
        xon_offset_bytes=room.xon_offset_bytes,
        threshold=room.threshold,
        bound_bytes=room.bound_bytes,
        assumed=room.assumed,
        source=room.source,
        terms=room.terms,
        bound_terms=room.bound_terms,
    )


def _is_of(link: Link, mix: Mix) -> bool:
    key = mix.key
    here = (link.kind, link.speed_gbps, link.length.length_m)
    return here == (mix.use, key.speed_gbps, key.length_m)


def watchdogs(plan: Plan, switches: Sequence[KindProof]) -> Iterator[WatchdogRow]:
    """Yield the watchdog of every kind of switch; times follow from its number of ports."""
    for one in switches:
        kind = one.kind
        roce = roce_of(plan.intent, kind.network)
        times = times_of(plan, plan.device[kind.devices[0]])
        if roce is None or times is None:
            continue
        given = roce.watchdog.model_dump(include={"detection_ms", "restoration_ms", "poll_ms"})
        yield WatchdogRow(
            network=kind.network,
            kind=kind.name,
            platform=kind.platform,
            switches=len(kind.devices),
            action=roce.watchdog.action,
            detection_ms=times.detection_ms,
            restoration_ms=times.restoration_ms,
            poll_ms=times.poll_ms,
            given=tuple(name for name, value in given.items() if value is not None),
        )

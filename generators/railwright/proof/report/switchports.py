"""The kinds of lossless switch ports with their headroom, and the watchdogs that guard them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from railwright.plan.lossless.model import Kind, KindProof, Mix
from railwright.plan.model import Link, Plan
from railwright.plan.qos import roce_of
from railwright.plan.watchdog import times_of
from railwright.proof.report.document import PortRow, WatchdogRow

_Key = tuple[object, ...]


class _Part(NamedTuple):
    """Ports with some headroom on one kind of switch."""

    kind: Kind
    mix: Mix


def ports(plan: Plan, switches: Sequence[KindProof]) -> Iterator[PortRow]:
    """Yield one row for every headroom that ports of one use have on alike switches."""
    found: dict[_Key, list[_Part]] = {}
    for one in switches:
        for mix in one.kind.mix:
            key = (*_switch(one.kind), *_room(plan, mix))
            found.setdefault(key, []).append(_Part(one.kind, mix))
    tiers = {_switch(one.kind): place for place, one in enumerate(reversed(switches))}
    rows = [(-tiers[key[:4]], _port_row(plan, parts)) for key, parts in found.items()]
    yield from (row for _, row in sorted(rows, key=_order))


def _order(placed: tuple[int, PortRow]) -> tuple[object, ...]:
    """Return what rows are sorted by: switches as in the plan, then ports by use and cables."""
    place, row = placed
    return place, row.use, row.speed_gbps, row.lanes, row.lengths_m, row.xoff_bytes


def _switch(kind: Kind) -> _Key:
    return kind.network, kind.role, kind.platform, kind.hwsku


def _room(plan: Plan, mix: Mix) -> _Key:
    """Return which ports have equal headroom; the row of a table is part of it."""
    room = plan.headroom[mix.key]
    row_m = room.cable_m if room.method == "table" else None
    sizes = mix.xon_bytes, mix.xoff_bytes, mix.size_bytes, mix.threshold, room.xon_offset_bytes
    return mix.use, mix.key.speed_gbps, mix.key.lanes, room.method, row_m, *sizes


def _port_row(plan: Plan, parts: Sequence[_Part]) -> PortRow:
    kind, mix = max(parts, key=_longest)
    example, links = _example(plan, kind, mix)
    longest = [link for link in links.values() if link.length.length_m == mix.key.length_m]
    room = plan.headroom[mix.key]
    return PortRow(
        network=kind.network,
        kind=kind.tier,
        use=mix.use,
        platform=kind.platform,
        hwsku=kind.hwsku,
        switches=sum(len(one.kind.devices) for one in parts),
        ports=sum(len(one.kind.devices) * one.mix.ports for one in parts),
        fewest_each=min(one.mix.ports for one in parts),
        most_each=max(one.mix.ports for one in parts),
        example=example,
        names=tuple(links),
        speed_gbps=room.speed_gbps,
        lanes=room.lanes,
        lengths_m=tuple(sorted({length for one in parts for length in one.mix.lengths_m})),
        length_from=tuple(sorted({link.length.provenance for link in longest})),
        length_assumed=any(link.length.assumed for link in links.values()),
        mtu_bytes=room.mtu_bytes,
        method=room.method,
        cable_m=room.cable_m,
        xon_bytes=room.xon_bytes,
        xoff_bytes=room.xoff_bytes,
        size_bytes=room.size_bytes,
        xon_offset_bytes=room.xon_offset_bytes,
        threshold=room.threshold,
        bound_bytes=max(one.mix.bound_bytes for one in parts),
        assumed=room.assumed,
        source=room.source,
        terms=room.terms,
        bound_terms=room.bound_terms,
    )


def _longest(part: _Part) -> float:
    return part.mix.key.length_m


def _example(plan: Plan, kind: Kind, mix: Mix) -> tuple[str, dict[str, Link]]:
    """Return the first switch with the longest of the cables, and its ports of the mix."""
    first = next(name for name in kind.devices if _has_longest(plan, name, mix))
    links = plan.links_of[first]
    return first, {name: link for name, link in links.items() if _is_of(link, mix)}


def _has_longest(plan: Plan, name: str, mix: Mix) -> bool:
    return any(
        _is_of(link, mix) and link.length.length_m == mix.key.length_m
        for link in plan.links_of[name].values()
    )


def _is_of(link: Link, mix: Mix) -> bool:
    alike = (link.kind, link.speed_gbps) == (mix.use, mix.key.speed_gbps)
    return alike and link.length.length_m in mix.lengths_m


def watchdogs(plan: Plan, switches: Sequence[KindProof]) -> Iterator[WatchdogRow]:
    """Yield the watchdogs of alike switches; times follow from their number of ports."""
    rows: dict[WatchdogRow, int] = {}
    for one in switches:
        row = _watchdog(plan, one.kind)
        if row is not None:
            rows[row] = rows.get(row, 0) + len(one.kind.devices)
    yield from (replace(row, switches=number) for row, number in rows.items())


def _watchdog(plan: Plan, kind: Kind) -> WatchdogRow | None:
    """Return the watchdog of a kind of switch, without a number of switches."""
    roce = roce_of(plan.intent, kind.network)
    times = times_of(plan, plan.device[kind.devices[0]])
    if roce is None or times is None:
        return None
    given = roce.watchdog.model_dump(include={"detection_ms", "restoration_ms", "poll_ms"})
    return WatchdogRow(
        network=kind.network,
        kind=kind.tier,
        platform=kind.platform,
        switches=0,
        action=roce.watchdog.action,
        detection_ms=times.detection_ms,
        restoration_ms=times.restoration_ms,
        poll_ms=times.poll_ms,
        given=tuple(name for name, value in given.items() if value is not None),
    )

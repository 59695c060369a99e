"""The two storage and front-end ports of a server: both in use, each stands in for the other."""

from collections.abc import Iterator

from railwright.emitters.node_config.attachments import (
    EVERYTHING,
    FAMILIES,
    Attachment,
    Side,
    families,
    own_table_rule,
    port_sections,
    twins,
)
from railwright.emitters.node_config.networkd import MAIN_TABLE, Section, route, rule
from railwright.plan.border import border_of
from railwright.plan.model import Device, Plan

WAY_OUT_TABLE = 210
STAND_IN_METRIC = 2048
FIRST_WAY_OUT_PRIORITY = 32_750
"""Just before the kernel's own rule for the main table (32766): others' rules are asked first."""


def sections(plan: Plan, one: Attachment, both: tuple[Attachment, ...]) -> Iterator[Section]:
    """Yield the sections of a storage port.

    The port's own table leads to the pool, or everywhere where the network has a border. Without
    a source address both ports are used, for the pool in the main table, for everything else in a
    table of its own (`way_out`).
    """
    yield from port_sections(one)
    has_border = border_of(plan.intent, "storage") is not None
    pool = twins(plan, str(plan.intent.pools.storage_hosts))
    for side in one.sides:
        there = pool[side.family]
        yield from _shared(there, None, side, both)
        if has_border:
            there = EVERYTHING[side.family]
            yield from _shared(there, WAY_OUT_TABLE, side, both)
        yield route(there, Gateway=side.gateway, PreferredSource=side.own, Table=one.table)
        yield own_table_rule(one, side)


def _shared(
    there: str, table: int | None, side: Side, both: tuple[Attachment, ...]
) -> Iterator[Section]:
    """Yield one port's part of a route over both.

    IPv6 joins equal routes of several ports by itself. An IPv4 route names all its ports, in the
    file of each, as it goes with any of them and has to come back with it; it is not there while
    one port is missing, which is what the second route, of high metric, is for.
    """
    if FAMILIES[side.family] == "ipv6":
        yield route(there, Gateway=side.gateway, PreferredSource=side.own, Table=table)
        return
    ways = tuple(f"{each.sides[side.family].gateway}@{each.port.name}" for each in both)
    yield route(there, MultiPathRoute=ways, Table=table)
    way = {"Gateway": side.gateway, "PreferredSource": side.own}
    yield route(there, **way, Metric=STAND_IN_METRIC, Table=table)


def way_out(plan: Plan, device: Device) -> Iterator[Section]:
    """Yield the rules that make the storage network a server's way out, where it has a border.

    The default route is in a table of its own, asked after everything the main table says of less
    than everything. So the default route of the in-band network, which belongs to whoever
    configured eth0, stays the way for traffic from and to the management networks, and what is
    left when both storage ports are down.
    """
    if border_of(plan.intent, "storage") is None:
        return
    pools = plan.intent.pools
    manages = device.role == "management_node"
    for pool in (pools.inband, pools.oob) if manages else (pools.inband,):
        yield rule(FIRST_WAY_OUT_PRIORITY, MAIN_TABLE, From=str(pool))
        yield rule(FIRST_WAY_OUT_PRIORITY, MAIN_TABLE, To=str(pool))
    for family in families(plan):
        name = FAMILIES[family]
        yield rule(FIRST_WAY_OUT_PRIORITY + 1, MAIN_TABLE, Family=name, SuppressPrefixLength=0)
        yield rule(FIRST_WAY_OUT_PRIORITY + 2, WAY_OUT_TABLE, Family=name)

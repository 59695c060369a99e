"""The rails of a GPU node: each its own prefix and its own table, none a way to anything else."""

from collections.abc import Iterator

from railwright.emitters.node_config.attachments import (
    Attachment,
    own_table_rule,
    port_sections,
    twins,
)
from railwright.emitters.node_config.networkd import Section, route
from railwright.plan.model import Plan


def sections(plan: Plan, one: Attachment) -> Iterator[Section]:
    """Yield the sections of a rail.

    The rail's table reaches what the rail leads to (`Plan.reach`). So does the main table, for
    traffic without a source address, where all rails share a leaf, the first rail first;
    elsewhere a rail leads to its own prefix only.
    """
    yield from port_sections(one)
    mine = plan.rail_prefixes.get(one.port.name)
    reach = plan.reach(one.link)
    for side in one.sides:
        there, only = twins(plan, reach)[side.family], mine and twins(plan, mine)[side.family]
        way = {"Gateway": side.gateway, "PreferredSource": side.own}
        yield route(only or there, **way, Metric=None if only else one.table)
        if one.link.vlan is not None:
            # Hosts of the same VLAN are reached directly, as in the main table, and not by way
            # of the leaf's router.
            yield route(side.subnet, PreferredSource=side.own, Table=one.table)
        yield route(there, **way, Table=one.table)
        yield own_table_rule(one, side)

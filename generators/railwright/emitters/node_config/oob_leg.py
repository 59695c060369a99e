"""The leg of a management server on the OOB network, where switches and BMCs ask for services."""

from collections.abc import Iterator

from railwright.emitters.node_config.attachments import (
    EVERYTHING,
    PRIORITY_ABOVE_TABLE,
)
from railwright.emitters.node_config.networkd import Section, route, rule, section
from railwright.naming import OOB_LEG
from railwright.plan.model import Device, Plan

TABLE = 300


def sections(plan: Plan, device: Device) -> Iterator[Section]:
    """Yield the sections of the leg, which leads to the OOB pool; nothing for a server without one.

    It has its address from the plan: the server that answers DHCP cannot ask for its own. Answers
    to whoever asked over OOB, also from beyond the pool, go back there by the leg's own table.
    """
    leg = device.oob
    if leg is None:
        return
    way = {"Gateway": leg.gateway, "PreferredSource": leg.address}
    yield section("Match", Name=OOB_LEG)
    yield section("Link", RequiredForOnline="no")
    yield section(
        "Network",
        Description="out-of-band network",
        LinkLocalAddressing="no",
        IPv6AcceptRA="no",
        LLDP="no",
        ConfigureWithoutCarrier="yes",
        Address=f"{leg.address}/{leg.prefix_length}",
    )
    yield route(str(plan.intent.pools.oob), **way)
    yield route(leg.subnet, PreferredSource=leg.address, Table=TABLE)
    yield route(EVERYTHING[0], **way, Table=TABLE)
    yield rule(TABLE + PRIORITY_ABOVE_TABLE, TABLE, From=f"{leg.address}/32")

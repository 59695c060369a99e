"""Addresses: each in its pool, in its leaf's block, and telling where it is."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from itertools import pairwise

import pytest
from hypothesis import given
from netaddr import IPNetwork

from railwright.intent.model import Intent
from railwright.intent.networks import ComputeNetwork
from railwright.plan.build import build
from railwright.plan.model import Link, Plan
from tests.invariants.plans import DRAWN, host_links, plan_of
from tests.invariants.strategies import POOLS, intents, make

LINK_POOLS = {
    ("host", "compute"): "compute_hosts",
    ("fabric", "compute"): "compute_links",
    ("host", "storage"): "storage_hosts",
    ("fabric", "storage"): "storage_links",
    ("border", "storage"): "storage_links",
    ("fabric", "inband"): "management_links",
    ("border", "inband"): "management_links",
    ("fabric", "oob"): "management_links",
    ("border", "oob"): "management_links",
    ("access", "inband"): "inband",
    ("access", "oob"): "oob",
}
ROUTED = ("compute", "storage")


def pool(intent: Intent, name: str) -> IPv4Network:
    return IPv4Network(str(getattr(intent.pools, name)))


def in_pools(plan: Plan) -> Iterator[tuple[str, str]]:
    """Yield every address with the pool it must come from."""
    for device in plan.devices:
        if device.loopback:
            yield device.loopback, "loopbacks"
        yield device.management.address, "inband" if device.is_node else "oob"
        for place in (device.bmc, device.oob):
            if place:
                yield place.address, "oob"
    for link in plan.links:
        yield link.a.address, LINK_POOLS[link.kind, link.network]
        yield link.z.address, LINK_POOLS[link.kind, link.network]


@DRAWN
@given(intents())
def test_addresses_are_in_their_pools(intent: Intent) -> None:
    plan = plan_of(intent)
    pools = {name: pool(intent, name) for name in set(LINK_POOLS.values()) | {"loopbacks"}}
    for address, name in in_pools(plan):
        assert IPv4Address(address) in pools[name]


@DRAWN
@given(intents())
def test_routed_links_are_31s_whose_upper_end_is_even(intent: Intent) -> None:
    for link in plan_of(intent).links:
        if link.vlan is not None:
            continue
        upper, lower = int(IPv4Address(link.z.address)), int(IPv4Address(link.a.address))
        assert upper % 2 == 0
        assert lower == upper + 1
        assert link.prefix == f"{link.z.address}/31"


@DRAWN
@given(intents())
def test_every_leaf_has_a_block_of_its_own(intent: Intent) -> None:
    plan = plan_of(intent)
    blocks = {
        one.owner: IPv4Network(one.prefix) for one in plan.subnets if one.kind == "leaf_block"
    }
    routed = [one for one in plan.switches if one.role == "leaf" and one.network in ROUTED]
    assert sorted(blocks) == sorted(leaf.name for leaf in routed)
    for one, other in pairwise(sorted(blocks.values())):
        assert not one.overlaps(other)
    for link in (*host_links(plan), *host_links(plan, "storage")):
        block = blocks[link.z.device]
        assert IPv4Address(link.a.address) in block
        assert IPv4Address(link.z.address) in block
        if link.vlan is not None:
            check_shared(link, block)


def check_shared(link: Link, block: IPv4Network) -> None:
    """Hosts of a VLAN never have the first or last address of its subnet."""
    assert link.prefix == str(block)
    for end in (link.a, link.z):
        assert IPv4Address(end.address) not in {block.network_address, block.broadcast_address}


@pytest.mark.parametrize("nodes", [63, 64, 127, 128])
@pytest.mark.parametrize("prefix", ["10.16.0.0/12", "10.16.0.0/20"])
def test_a_full_leaf_has_room_for_its_gateway(nodes: int, prefix: str) -> None:
    """Where the NICs alone would fill the block, it is twice as large."""
    compute = ComputeNetwork(design="rail-only", leaf="cx864e-n", rails=2, attachment="svi")
    pools = POOLS.model_copy(update={"compute_hosts": IPNetwork(prefix)})
    plan = build(make(compute, nodes, nodes, pools))
    blocks = {leaf: IPv4Network(one.prefix) for leaf, one in plan.block_of.items()}
    for link in host_links(plan):
        check_shared(link, blocks[link.z.device])
    used = [link.a.address for link in host_links(plan)] + [svi.gateway for svi in plan.svis]
    assert len(used) == len(set(used)) == 2 * nodes + 2


@DRAWN
@given(intents())
def test_rails_and_planes_are_prefixes(intent: Intent) -> None:
    """An address belongs to the prefix of its own rail and plane and to no other."""
    plan = plan_of(intent)
    rails = {name: IPv4Network(prefix) for name, prefix in plan.rail_prefixes.items()}
    planes = [IPv4Network(one.prefix) for one in plan.subnets if one.kind == "plane"] or [
        pool(intent, "compute_hosts")
    ]
    for link in host_links(plan):
        address = IPv4Address(link.a.address)
        mine = link.a.port
        assert [name for name, one in rails.items() if address in one] == ([mine] if rails else [])
        assert [n for n, one in enumerate(planes) if address in one] == [link.plane or 0]
        reach = IPv4Network(plan.reach(link))
        assert address in reach


@DRAWN
@given(intents())
def test_a_nic_reaches_exactly_what_its_fabric_joins(intent: Intent) -> None:
    """The prefix a node routes into a NIC holds the NICs of its domain and no other ones."""
    plan = plan_of(intent)
    shape = plan.shape
    joined = bool(shape.spines) and not shape.isolated_rails
    links = host_links(plan)
    for link in links[:: max(1, len(links) // 4)]:
        reach = IPv4Network(plan.reach(link))
        for other in links:
            same = link.plane == other.plane and (joined or link.rail == other.rail)
            assert (IPv4Address(other.a.address) in reach) == same


@DRAWN
@given(intents())
def test_management_addresses_are_on_their_subnets(intent: Intent) -> None:
    """Every member is a usable address of its subnet, whose gateway is its first address."""
    plan = plan_of(intent)
    listed = {one.prefix: one.gateway for one in plan.subnets if one.kind == "access"}
    for device in plan.devices:
        for place in (device.management, device.bmc, device.oob):
            if place is None:
                continue
            subnet = IPv4Network(place.subnet)
            assert place.prefix_length == subnet.prefixlen
            assert IPv4Address(place.address) in list(subnet.hosts())[1:]
            assert IPv4Address(place.gateway) == subnet[1]
            assert listed[place.subnet] == place.gateway
    subnets = sorted(IPv4Network(prefix) for prefix in listed)
    assert not any(one.overlaps(other) for one, other in pairwise(subnets))


@DRAWN
@given(intents())
def test_ipv6_twins_keep_their_place_and_change_nothing_else(intent: Intent) -> None:
    """Every routed address has one twin, both ends of a link on the same /127."""
    dual = intent.model_copy(
        update={"pools": intent.pools.model_copy(update={"ipv6": IPNetwork("fd00:1024::/48")})}
    )
    plan = plan_of(dual)
    assert plan.dual is not None
    assert (plan.devices, plan.links) == ((old := plan_of(intent)).devices, old.links)
    routed = [
        link for link in plan.links if link.network in ROUTED and link.kind in {"host", "fabric"}
    ]
    twins: dict[str, str] = {}
    for link in routed:
        subnet = IPv6Network(plan.dual.prefix(link.prefix) or "")
        assert subnet.prefixlen == 96 + IPv4Network(link.prefix).prefixlen
        for end in (link.a, link.z):
            twin = plan.dual.address(end.address)
            assert IPv6Address(twin or "") in subnet
            twins[end.address] = str(twin)
    for device in plan.switches:
        assert device.loopback is not None
        twin = plan.dual.address(device.loopback)
        assert (twin is not None) == (device.network in ROUTED)
        twins[device.loopback] = twin or device.name
    assert len(set(twins.values())) == len(twins)

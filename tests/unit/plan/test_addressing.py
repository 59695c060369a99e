"""Addresses of routed fabrics: apart from each other in every design, and telling their place."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from itertools import combinations, pairwise

import pytest
from netaddr import IPNetwork

from railwright.catalog.loader import switch
from railwright.errors import IntentError
from railwright.plan import addressing, identity
from railwright.plan.addressing import FabricAddressing, Pair
from railwright.plan.identity import LeafId, SpineId
from railwright.plan.shape import FabricShape, Network
from tests.unit.plan.made import ALL_NETWORKS, planned, shaped

POOLS = {
    "compute_hosts": IPNetwork("10.16.0.0/12"),
    "compute_links": IPNetwork("10.240.0.0/12"),
    "storage_hosts": IPNetwork("10.32.0.0/15"),
    "storage_links": IPNetwork("10.226.0.0/16"),
    "management_links": IPNetwork("10.227.0.0/16"),
    "loopbacks": IPNetwork("10.224.0.0/16"),
}
SHAPES: dict[str, FabricShape] = {
    "rail-optimized": shaped(128),
    "rail-only": shaped(100, design="rail-only", spine=None),
    "rail-isolated": shaped(192, design="rail-isolated", isolated_rails=True),
    "leaf-spine": shaped(32, design="leaf-spine", shared_leaf=True),
    "planes": shaped(128, planes=2),
    "isolated-planes": shaped(96, planes=2, design="rail-isolated", isolated_rails=True),
    "three-tier": shaped(768, design="three-tier", superspine=switch("cx864e-n"), sus_per_pod=3),
    "three-tier-planes": shaped(
        512, design="three-tier", superspine=switch("cx864e-n"), planes=2, sus_per_pod=2
    ),
}


def addressed(shape: FabricShape, **changes: bool) -> FabricAddressing:
    return addressing.assign(shape, POOLS, **changes)


def pairs(where: FabricAddressing) -> Iterator[Pair]:
    """Every /31 of a fabric."""
    shape = where.shape
    for leaf in identity.leaves(shape):
        rails = range(shape.rails) if shape.shared_leaf else [shape.rail_of(leaf.leaf) or 0]
        for rail in rails:
            for place in range(shape.nodes_per_su):
                yield where.host_pair(leaf, rail, place)
        for uplink in range(shape.uplinks_per_leaf):
            yield where.link_pair(leaf, uplink)
    if shape.core:
        for spine in identity.spines(shape):
            for uplink in range(shape.core.uplinks_per_spine):
                yield where.core_pair(spine, uplink)


def loopbacks(where: FabricAddressing) -> Iterator[str]:
    """Every loopback of a fabric."""
    shape = where.shape
    yield from (where.leaf_loopback(leaf) for leaf in identity.leaves(shape))
    yield from (where.spine_loopback(spine) for spine in identity.spines(shape))
    yield from (where.superspine_loopback(core) for core in identity.superspines(shape))


@pytest.mark.parametrize("design", SHAPES)
def test_no_address_is_given_twice(design: str) -> None:
    where = addressed(SHAPES[design])
    found = list(pairs(where))
    shape = where.shape
    hosts = shape.total_leaves * shape.hosts_per_leaf
    uplinks = shape.total_leaves * shape.uplinks_per_leaf
    core = shape.total_spines * shape.core.uplinks_per_spine if shape.core else 0
    assert len(found) == len({one.prefix for one in found}) == hosts + uplinks + core
    for one in found[:: len(found) // 100 + 1]:
        upper, lower = IPv4Address(one.upper), IPv4Address(one.lower)
        assert (int(upper) % 2, int(lower)) == (0, int(upper) + 1)
        assert set(IPv4Network(one.prefix)) == {upper, lower}
    single = list(loopbacks(where))
    assert not [address for address, times in Counter(single).items() if times > 1]
    assert len(single) == shape.total_leaves + shape.total_spines + shape.total_superspines


@pytest.mark.parametrize("design", SHAPES)
def test_every_address_is_in_its_pool(design: str) -> None:
    where = addressed(SHAPES[design])
    hosts, links = (POOLS[name] for name in ("compute_hosts", "compute_links"))
    for one in pairs(where):
        assert one.upper in hosts or one.upper in links
    assert all(address in POOLS["loopbacks"] for address in loopbacks(where))


@pytest.mark.parametrize("design", SHAPES)
def test_blocks_lie_apart_and_hold_the_hosts_of_their_leaf(design: str) -> None:
    where = addressed(SHAPES[design])
    shape = where.shape
    leaves = list(identity.leaves(shape))
    blocks = {leaf: IPv4Network(where.leaf_block(leaf)) for leaf in leaves}
    ordered = sorted(blocks.values())
    assert not any(one.overlaps(other) for one, other in pairwise(ordered))
    for leaf in leaves:
        rails = range(shape.rails) if shape.shared_leaf else [shape.rail_of(leaf.leaf) or 0]
        for rail in rails:
            for place in (0, shape.nodes_per_su - 1):
                pair = where.host_pair(leaf, rail, place)
                assert IPv4Address(pair.upper) in blocks[leaf]
                assert IPv4Address(pair.lower) in blocks[leaf]


@pytest.mark.parametrize("design", [name for name in SHAPES if name != "leaf-spine"])
def test_a_rail_is_one_prefix_in_every_su_and_pod(design: str) -> None:
    where = addressed(SHAPES[design])
    shape = where.shape
    rails = {
        (plane, rail): IPv4Network(where.rail_block(plane, rail))
        for plane in range(shape.planes)
        for rail in range(shape.rails)
    }
    assert not any(one.overlaps(other) for one, other in combinations(rails.values(), 2))
    for leaf in identity.leaves(shape):
        own = shape.plane_of(leaf.leaf), shape.rail_of(leaf.leaf)
        block = IPv4Network(where.leaf_block(leaf))
        assert [place for place, rail in rails.items() if block.subnet_of(rail)] == [own]


def test_a_plane_is_one_prefix() -> None:
    where = addressed(SHAPES["planes"])
    planes = [IPv4Network(where.plane_block(plane)) for plane in range(2)]
    assert not planes[0].overlaps(planes[1])
    for leaf in identity.leaves(where.shape):
        block = IPv4Network(where.leaf_block(leaf))
        assert block.subnet_of(planes[where.shape.plane_of(leaf.leaf)])


@pytest.mark.parametrize("design", ["rail-optimized", "leaf-spine", "three-tier"])
def test_a_shared_vlan_has_its_gateway_beside_the_hosts(design: str) -> None:
    where = addressed(SHAPES[design], shared_vlan=True)
    shape = where.shape
    for leaf in identity.leaves(shape):
        block = IPv4Network(where.leaf_block(leaf))
        gateway = IPv4Address(where.gateway(leaf))
        hosts = {
            IPv4Address(where.host_pair(leaf, rail, place).lower)
            for rail in (
                range(shape.rails) if shape.shared_leaf else [shape.rail_of(leaf.leaf) or 0]
            )
            for place in range(shape.nodes_per_su)
        }
        assert gateway in block
        assert hosts.isdisjoint({gateway, block.network_address, block.broadcast_address})
        assert hosts < set(block)


def test_networks_and_tiers_share_the_loopback_pool_without_overlap() -> None:
    plan = planned(ALL_NETWORKS)
    spans: list[tuple[int, int]] = []
    for fabric in plan.built.values():
        where = fabric.addressing
        found = sorted(int(IPv4Address(one)) for one in loopbacks(where))
        assert len(found) == len(set(found))
        leaves = [
            int(IPv4Address(where.leaf_loopback(one))) for one in identity.leaves(fabric.shape)
        ]
        spines = [
            int(IPv4Address(where.spine_loopback(one))) for one in identity.spines(fabric.shape)
        ]
        spans += [(min(leaves), max(leaves)), (min(spines), max(spines))]
    spans.sort()
    assert all(one[1] < other[0] for one, other in pairwise(spans))


def test_tiers_keep_their_part_of_a_pool_whatever_their_size() -> None:
    """A leaf's loopback has bit 13 and 12 clear, a spine's is 01, a super-spine's 10."""
    for shape in SHAPES.values():
        where = addressed(shape)
        pool = int(POOLS["loopbacks"].first)
        tiers = {
            0: [where.leaf_loopback(one) for one in identity.leaves(shape)],
            1: [where.spine_loopback(one) for one in identity.spines(shape)],
            2: [where.superspine_loopback(one) for one in identity.superspines(shape)],
        }
        for tier, addresses in tiers.items():
            assert {int(IPv4Address(one)) - pool >> 12 for one in addresses} <= {tier}


def test_both_management_networks_share_a_pool_of_links() -> None:
    plan = planned(ALL_NETWORKS)
    halves: dict[Network, set[int]] = {"inband": set(), "oob": set()}
    for link in plan.links:
        if link.kind == "fabric" and link.network in halves:
            halves[link.network].add(int(IPv4Address(link.a.address)) >> 15)
    assert all(len(half) == 1 for half in halves.values())
    assert halves["inband"].isdisjoint(halves["oob"])


def test_border_links_have_room_beside_the_leaves() -> None:
    shape = shaped(128)
    where = addressing.assign(shape, POOLS, borders=8)
    links = {where.link_pair(leaf, n).prefix for leaf in identity.leaves(shape) for n in range(32)}
    borders = {
        where.core_pair(spine, n).prefix for spine in identity.spines(shape) for n in range(8)
    }
    assert len(borders) == 8 * shape.spines
    assert links.isdisjoint(borders)


def test_pools_that_are_too_small_or_missing_are_all_named() -> None:
    pools = POOLS | {
        "compute_hosts": IPNetwork("10.16.0.0/24"),
        "compute_links": None,
        "loopbacks": IPNetwork("10.224.0.0/28"),
    }
    with pytest.raises(IntentError) as caught:
        addressing.assign(shaped(128), pools)
    paths = [problem.path for problem in caught.value.problems]
    assert sorted(paths) == ["pools.compute_hosts", "pools.compute_links", "pools.loopbacks"]


def test_a_pool_just_large_enough_is_enough() -> None:
    shape = shaped(128)
    tight = POOLS | {"compute_hosts": IPNetwork("10.16.0.0/20")}
    where = addressing.assign(shape, tight)
    assert len({one.prefix for one in pairs(where)}) == 1024 + 512
    with pytest.raises(IntentError, match="too small by 1 bit"):
        addressing.assign(shape, tight | {"compute_hosts": IPNetwork("10.16.0.0/21")})


def test_the_reference_addresses_are_what_they_always_were() -> None:
    """Typed into routers and printed on labels: changing one is a migration."""
    where = addressed(SHAPES["rail-optimized"])
    assert where.host_pair(LeafId(1, 2, 3), 3, 5) == Pair(
        "10.19.2.10", "10.19.2.11", "10.19.2.10/31"
    )
    assert where.link_pair(LeafId(1, 1, 0), 16).upper == "10.240.1.32"
    assert where.leaf_loopback(LeafId(1, 2, 3)) == "10.224.3.2"
    assert where.spine_loopback(SpineId(1, 0, 5)) == "10.224.16.5"
    assert where.rail_block(0, 3) == "10.19.0.0/16"
    assert where.leaf_block(LeafId(1, 2, 3)) == "10.19.2.0/24"


def test_pods_of_one_fabric_have_no_number_in_addresses() -> None:
    shape = SHAPES["rail-optimized"]
    one, three = addressed(shape), addressed(SHAPES["three-tier"])
    assert "pod" in one.leaf_links.names
    assert one.leaf_links.widths[one.leaf_links.names.index("pod")] == 0
    assert three.leaf_links.widths[three.leaf_links.names.index("pod")] > 0
    assert addressed(replace(shape, sus_deployed=1)) == replace(
        one, shape=replace(shape, sus_deployed=1)
    )

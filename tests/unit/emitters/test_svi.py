"""NICs that share a VLAN with their leaf: addresses that never meet, and what nodes make of it."""

from ipaddress import IPv4Address, IPv4Network

from hypothesis import given, settings
from hypothesis import strategies as st
from netaddr import IPNetwork

from railwright.emitters.sonic_config import intended
from railwright.plan import addressing, identity
from railwright.plan.addressing import FabricAddressing
from railwright.plan.shape import FabricShape
from tests.unit.emitters.node_files import routes_of, rules_of
from tests.unit.plan.made import compute_plan, shaped

POOLS = {
    "compute_hosts": IPNetwork("10.16.0.0/12"),
    "compute_links": IPNetwork("10.240.0.0/12"),
    "loopbacks": IPNetwork("10.224.0.0/16"),
}
NODES_PER_LEAF = 112
"""The most that a leaf of 64 x 800G has ports for beside eight uplinks."""
NODES_PER_TOR = 8


def addresses_on(shape: FabricShape, where: FabricAddressing) -> dict[str, list[str]]:
    """Return the node addresses behind every leaf."""
    found = {}
    for leaf in identity.leaves(shape):
        rail = shape.rail_of(leaf.leaf)
        rails = range(shape.rails) if rail is None else (rail,)
        found[where.leaf_block(leaf)] = [
            where.host_pair(leaf, one, place).lower
            for one in rails
            for place in range(shape.nodes_per_su)
        ]
    return found


@settings(deadline=None)
@given(nodes=st.integers(1, NODES_PER_LEAF), sus=st.integers(1, 2))
def test_gateway_hosts_and_broadcast_never_meet_and_hosts_stay_where_they_were(
    nodes: int, sus: int
) -> None:
    check(shaped(nodes * sus, nodes_per_su=nodes, ratio=16.0))


@settings(deadline=None)
@given(nodes=st.integers(1, NODES_PER_TOR), sus=st.integers(1, 8))
def test_nor_do_they_where_all_nics_of_a_node_meet_on_one_leaf(nodes: int, sus: int) -> None:
    check(
        shaped(nodes * sus, nodes_per_su=nodes, design="leaf-spine", shared_leaf=True, ratio=16.0)
    )


def check(shape: FabricShape) -> None:
    shared = addressing.assign(shape, POOLS, shared_vlan=True)
    hosts = addresses_on(shape, shared)
    assert hosts == addresses_on(shape, addressing.assign(shape, POOLS))
    everybody: list[str] = []
    for leaf in identity.leaves(shape):
        block = IPv4Network(shared.leaf_block(leaf))
        taken = [*hosts[str(block)], shared.gateway(leaf)]
        taken += [str(block.network_address), str(block.broadcast_address)]
        assert all(IPv4Address(one) in block for one in taken)
        everybody += taken
    assert len(everybody) == len(set(everybody))


def test_the_limit_of_flooding_is_one_that_can_be_set() -> None:
    for percent, kbps in ((1.0, 4_000_000), (25.0, 100_000_000), (100.0, 100_000_000)):
        plan = compute_plan(4, attachment="svi", nodes_per_su=4, storm_control_percent=percent)
        rows = intended(plan, plan.device["su1-rail0-leaf"])["PORT_STORM_CONTROL"]
        assert {row["kbps"] for row in rows.values()} == {str(kbps)}


def test_a_node_asks_its_own_leafs_hosts_directly_and_the_gateway_for_all_others() -> None:
    plan = compute_plan(8, attachment="svi", nodes_per_su=4)
    link = plan.links_of["gpu0006"]["rail3"]
    assert (link.a.address, link.z.address, link.prefix) == (
        "10.19.2.3",
        "10.19.2.8",
        "10.19.2.0/24",
    )
    routes = routes_of(plan, "gpu0006", "rail3")
    way = {"Gateway": "10.19.2.8", "PreferredSource": "10.19.2.3"}
    assert routes == [
        {"Destination": "10.19.0.0/16", **way},
        {"Destination": "10.19.2.0/24", "PreferredSource": "10.19.2.3", "Table": "103"},
        {"Destination": "10.16.0.0/12", **way, "Table": "103"},
    ]
    assert rules_of(plan, "gpu0006", "rail3") == [
        {"From": "10.19.2.3/32", "Table": "103", "Priority": "1003"}
    ]

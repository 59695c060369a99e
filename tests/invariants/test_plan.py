"""Properties every plan has, whatever the numbers."""

from collections import Counter
from ipaddress import IPv4Address, IPv4Network
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from railwright.errors import IntentError
from railwright.intent.model import ComputeNetwork, Intent
from railwright.plan.build import build
from railwright.plan.model import Plan
from tests.invariants.strategies import POOLS, intents, make

RELAXED = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def plan_or_refusal(intent: Intent) -> Plan | None:
    """Every intent gives a plan or problems that name a field; anything else fails the test."""
    try:
        return build(intent)
    except IntentError as err:
        if not err.problems or not all(one.path and one.what for one in err.problems):
            pytest.fail(f"a refusal without a place: {err!r}")
        return None


@RELAXED
@given(intents())
def test_nothing_is_used_twice(intent: Intent) -> None:
    plan = plan_or_refusal(intent)
    if plan is None:
        return
    ends = [(end.device, end.port) for link in plan.links for end in (link.a, link.z)]
    addresses = [end.address for link in plan.links for end in (link.a, link.z)]
    addresses += [device.loopback for device in plan.devices if device.loopback]
    addresses += [device.management.address for device in plan.devices]
    addresses += [device.bmc.address for device in plan.devices if device.bmc]
    ids = [link.id for link in plan.links]
    names = [device.name for device in plan.devices]
    leaf_asns = [device.asn for device in plan.devices if device.role == "leaf"]
    for things in (ends, addresses, ids, names, leaf_asns):
        assert not [thing for thing, times in Counter(things).items() if times > 1]
    spine_asns = {device.asn for device in plan.devices if device.role == "spine"}
    assert len(spine_asns) <= 1
    assert not spine_asns & set(leaf_asns)


@RELAXED
@given(intents())
def test_rails_are_pure_and_links_complete(intent: Intent) -> None:
    plan = plan_or_refusal(intent)
    if plan is None:
        return
    per_su = plan.shape.nodes_per_su
    live = {(link.a.device, link.a.port): link for link in plan.links if link.deployed}
    for node in plan.gpu_nodes:
        for rail in range(plan.shape.rails):
            leaf = plan.device[live[node.name, f"rail{rail}"].z.device]
            assert (leaf.role, leaf.su, leaf.rail) == ("leaf", (node.index - 1) // per_su + 1, rail)
    hosts = sum(link.kind == "host" and link.deployed for link in plan.links)
    assert hosts == len(plan.gpu_nodes) * plan.shape.rails


@RELAXED
@given(intents())
def test_ends_of_a_link_agree(intent: Intent) -> None:
    plan = plan_or_refusal(intent)
    if plan is None:
        return
    ports = {(port.device, port.name): port for rows in plan.ports.values() for port in rows}
    for link in plan.links:
        upper, lower = int(IPv4Address(link.z.address)), int(IPv4Address(link.a.address))
        assert upper % 2 == 0
        assert lower == upper + 1
        assert link.prefix == f"{link.z.address}/31"
        for end in (link.a, link.z):
            if (port := ports.get((end.device, end.port))) is not None:
                assert port.speed_gbps == link.speed_gbps
                assert port.enabled == link.deployed
            else:
                assert not link.deployed


@RELAXED
@given(intents())
def test_spines_are_evenly_loaded_and_the_ratio_kept(intent: Intent) -> None:
    plan = plan_or_refusal(intent)
    if plan is None or not plan.shape.spines:
        return
    shape = plan.shape
    assert shape.effective_oversubscription <= shape.asked_oversubscription + 1e-9
    pairs = Counter((link.a.device, link.z.device) for link in plan.links if link.kind == "fabric")
    assert set(pairs.values()) == {shape.links_per_pair}
    assert len(pairs) == shape.sus * shape.leaves_per_su * shape.spines
    up = Counter(link.a.device for link in plan.links if link.kind == "fabric")
    down = Counter(link.z.device for link in plan.links if link.kind == "host" and link.deployed)
    for leaf, nics in down.items():
        nic, uplink = nics * shape.nic_speed_gbps, up[leaf] * shape.uplink_speed_gbps
        assert nic <= shape.asked_oversubscription * uplink + 1e-9


@RELAXED
@given(intents())
def test_addresses_tell_where_they_are(intent: Intent) -> None:
    plan = plan_or_refusal(intent)
    if plan is None:
        return
    blocks = {
        one.owner: IPv4Network(one.prefix) for one in plan.subnets if one.kind == "leaf_block"
    }
    rails = [IPv4Network(prefix) for prefix in plan.rail_prefixes]
    pool = IPv4Network(str(POOLS.compute_hosts))
    for one, other in pairwise(sorted(blocks.values())):
        assert not one.overlaps(other)
    for link in plan.links:
        if link.kind == "host":
            address = IPv4Address(link.a.address)
            assert address in rails[link.rail]
            assert [n for n, prefix in enumerate(rails) if address in prefix] == [link.rail]
            assert link.z.device not in blocks or address in blocks[link.z.device]
    for rail in rails:
        assert rail.subnet_of(pool)


@RELAXED
@given(intents(), st.data())
def test_growth_only_adds(intent: Intent, data: st.DataObject) -> None:
    gpu = intent.nodes.gpu
    more = data.draw(st.integers(gpu.count, gpu.reserved))
    small = plan_or_refusal(intent)
    large = plan_or_refusal(make(intent.networks.compute, more, gpu.reserved))
    assert (small is None) == (large is None)
    if small is None or large is None:
        return
    assert set(small.device.values()) <= set(large.device.values())
    large_links = {link.id: link for link in large.links}
    for link in small.links:
        grown = large_links[link.id]
        assert (link.a, link.z, link.prefix, link.length) == (
            grown.a,
            grown.z,
            grown.prefix,
            grown.length,
        )
        assert grown.deployed or not link.deployed
    for device, rows in small.ports.items():
        later = {port.name: port for port in large.ports[device]}
        for port in rows:
            assert later[port.name].lanes == port.lanes
            assert later[port.name].enabled or not port.enabled
    assert set(small.subnets) <= set(large.subnets)
    assert set(small.sessions) <= set(large.sessions)


@RELAXED
@given(intents())
def test_lossless_ports_have_enough_headroom(intent: Intent) -> None:
    plan = plan_or_refusal(intent)
    if plan is None:
        return
    for device in plan.switches:
        for port in plan.ports[device.name]:
            if port.use != "spare":
                room = plan.port_headroom(device, port)
                assert room.table_length_m >= room.length_m
                assert room.speed_gbps == port.speed_gbps


@pytest.mark.parametrize(
    ("nodes", "leaves", "spines", "host_links", "fabric_links", "k"),
    [
        (32, 8, 2, 256, 128, 8),
        (64, 8, 4, 512, 256, 8),
        (128, 16, 8, 1024, 512, 4),
    ],
)
def test_published_and_derived_counts(  # 64x800G boxes at 1:1, physical design reference
    nodes: int, leaves: int, spines: int, host_links: int, fabric_links: int, k: int
) -> None:
    plan = build(make(ComputeNetwork(leaf="cx864e-n"), nodes, nodes))
    roles = Counter(device.role for device in plan.devices)
    kinds = Counter(link.kind for link in plan.links)
    assert (roles["leaf"], roles["spine"]) == (leaves, spines)
    assert (kinds["host"], kinds["fabric"]) == (host_links, fabric_links)
    assert plan.shape.links_per_pair == k


@pytest.mark.parametrize(
    ("asked", "uplinks", "effective", "spines"),
    [(1.0, 32, 1.0, 8), (2.0, 16, 2.0, 4), (3.0, 12, 2.67, 3), (7.0, 6, 5.33, 2)],
)
def test_oversubscription_table(asked: float, uplinks: int, effective: float, spines: int) -> None:
    compute = ComputeNetwork(leaf="cx864e-n", nodes_per_su=64, oversubscription=asked)
    shape = build(make(compute, 128, 128)).shape
    assert (shape.uplinks_per_leaf, shape.spines) == (uplinks, spines)
    assert round(shape.effective_oversubscription, 2) == effective


def test_reference_addresses_never_change() -> None:
    """The numbers printed on labels and typed into routers: changing one is a migration."""
    plan = build(make(ComputeNetwork(leaf="cx864e-n"), 128, 128))
    leaf, spine, node = (plan.device[name] for name in ("su2-rail3-leaf", "spine5", "gpu0070"))
    assert (leaf.loopback, leaf.asn, leaf.management.address) == (
        "10.224.3.2",
        4200100203,
        "10.65.1.21",
    )
    assert (spine.loopback, spine.asn, spine.management.address) == (
        "10.224.16.5",
        4200100000,
        "10.65.1.30",
    )
    assert node.bmc is not None
    assert (node.management.address, node.bmc.address) == ("10.48.3.15", "10.64.3.15")
    host = plan.links_of["gpu0070"]["rail3"]
    assert (host.z.device, host.z.address, host.a.address) == (
        "su2-rail3-leaf",
        "10.19.2.10",
        "10.19.2.11",
    )
    uplink = plan.links_of["spine5"][next(iter(plan.links_of["spine5"]))]
    assert (uplink.a.device, uplink.z.address) == ("su1-rail0-leaf", "10.240.1.32")
    assert plan.rail_prefixes[3] == "10.19.0.0/16"

"""The storage network: every host on both leaves of its pair, servers first."""

from collections import Counter, defaultdict
from typing import Any

import pytest

from railwright.plan.model import Link, Plan
from railwright.plan.networks import storage
from tests.unit.plan.made import ALL_NETWORKS, made, planned, refusal

AT = "networks.storage"


def host_links(plan: Plan) -> list[Link]:
    return [one for one in plan.links if (one.kind, one.network) == ("host", "storage")]


def test_servers_come_first_then_gpu_nodes() -> None:
    names = [host.name for host in storage.hosts(made(ALL_NETWORKS))]
    assert names[:10] == [
        *(f"storage{number:02d}" for number in range(1, 6)),
        *(f"mgmt{number:02d}" for number in range(1, 4)),
        "gpu0001",
        "gpu0002",
    ]
    assert len(names) == 5 + 3 + 40
    deployed = [host.name for host in storage.hosts(made(ALL_NETWORKS)) if host.deployed]
    assert deployed[:6] == ["storage01", "storage02", "storage03", "mgmt01", "mgmt02", "gpu0001"]


def test_every_host_is_on_both_leaves_of_one_pair() -> None:
    plan = planned(ALL_NETWORKS)
    by_host: dict[str, list[Link]] = defaultdict(list)
    for link in host_links(plan):
        by_host[link.a.device].append(link)
    assert {node.name for node in plan.nodes} <= set(by_host)
    for links in by_host.values():
        first, second = sorted(links, key=lambda link: link.a.port)
        assert (first.a.port, second.a.port) == ("storage0", "storage1")
        leaves = [plan.device[link.z.device] for link in (first, second)]
        assert [leaf.index % 2 for leaf in leaves] == [0, 1]
        assert leaves[0].index // 2 == leaves[1].index // 2
        assert first.z.port == second.z.port
        assert first.deployed == second.deployed == (first.a.device in plan.device)


def test_a_pair_has_as_many_hosts_as_the_intent_says() -> None:
    plan = planned(ALL_NETWORKS)
    per_leaf = Counter(link.z.device for link in host_links(plan))
    assert per_leaf["storage1-leaf"] == per_leaf["storage2-leaf"] == 16
    assert plan.fabrics["storage"].sus == 3


def test_growth_only_adds() -> None:
    small = planned(ALL_NETWORKS)
    more = {"nodes": {"gpu": {"count": 40}, "storage": {"count": 5}, "management": {"count": 3}}}
    large = planned(ALL_NETWORKS, more)
    links = {link.id: link for link in host_links(large)}
    for link in host_links(small):
        grown = links[link.id]
        assert (link.a, link.z, link.prefix) == (grown.a, grown.z, grown.prefix)
        assert grown.deployed or not link.deployed
    assert set(small.device.values()) <= set(large.device.values())


def test_every_leaf_is_on_every_spine_with_the_same_links() -> None:
    plan = planned(ALL_NETWORKS)
    shape = plan.fabrics["storage"]
    pairs = Counter(
        (link.a.device, link.z.device)
        for link in plan.links
        if (link.kind, link.network) == ("fabric", "storage")
    )
    assert set(pairs.values()) == {shape.links_per_pair}
    assert len(pairs) == shape.total_leaves * shape.spines
    assert shape.effective_oversubscription <= 3.0


def test_leaves_advertise_a_block_each_and_one_pool_holds_them() -> None:
    plan = planned(ALL_NETWORKS)
    blocks = [one for one in plan.subnets if (one.network, one.kind) == ("storage", "leaf_block")]
    leaves = [one.name for one in plan.switches if (one.role, one.network) == ("leaf", "storage")]
    assert [block.owner for block in blocks] == leaves
    assert plan.block_of["storage1-leaf"].prefix == "10.32.1.0/24"
    assert plan.block_of["storage2-leaf"].prefix == "10.33.1.0/24"


def test_its_traffic_classes_are_its_own() -> None:
    plan = planned(ALL_NETWORKS)
    rdma = {
        network: next(one for one in classes if one.lossless)
        for network, classes in plan.qos.items()
    }
    assert (rdma["compute"].priority, rdma["compute"].dscps) == (3, (26,))
    assert (rdma["storage"].priority, rdma["storage"].dscps) == (2, (18,))


def test_reserved_hosts_have_links_and_no_device() -> None:
    plan = planned(ALL_NETWORKS)
    link = next(one for one in host_links(plan) if one.a.device == "storage04")
    assert not link.deployed
    assert "storage04" not in plan.device


@pytest.mark.parametrize(
    ("changes", "path", "text"),
    [
        ({"networks": {"storage": {"speed_gbps": 400}}}, f"{AT}.speed_gbps", "run at 100, 200"),
        ({"networks": {"storage": {"hosts_per_pair": 99}}}, f"{AT}.hosts_per_pair", "at most"),
        ({"pools": {"storage_hosts": None}}, "pools.storage_hosts", "is missing; add it"),
        ({"pools": {"storage_links": None}}, "pools.storage_links", "is missing; add it"),
    ],
)
def test_what_cannot_be_built_names_its_key(changes: Any, path: str, text: str) -> None:
    assert text in refusal(ALL_NETWORKS, changes)[path]


def test_cages_are_split_where_the_leaf_is_faster_than_the_hosts() -> None:
    plan = planned(ALL_NETWORKS, {"networks": {"storage": {"leaf": "sn5400"}}})
    shape = plan.fabrics["storage"]
    assert (shape.nic_speed_gbps, shape.uplink_speed_gbps) == (200, 400)
    down = [port for port in plan.ports["storage1-leaf"] if port.use == "host"]
    assert {(port.speed_gbps, port.subport > 0) for port in down} == {(200, True)}

"""A server's planned network files under a real systemd-networkd, with ports that come and go."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from railwright.lab import rootfs
from railwright.plan.model import Plan
from tests.lab.lab_host import NETWORKD, OUTSIDE, POOL_HOSTS, Host, booted, eventually
from tests.unit.plan.made import planned

pytestmark = [pytest.mark.lab, pytest.mark.usefixtures("lab_host")]

BOTH = {"storage0", "storage1"}
EVERYWHERE = (*POOL_HOSTS, *OUTSIDE)


@pytest.fixture(scope="module")
def plan() -> Plan:
    border = {"router": "edge", "peer_asn": 64512}
    return planned(
        {
            "nodes": {"gpu": {"count": 2}},
            "networks": {
                "compute": {"nodes_per_su": 8, "rails": 2},
                "storage": {"leaf": "sn4600", "hosts_per_pair": 16, "border": border},
            },
            "pools": {"ipv6": "fd00:1024::/48"},
        }
    )


@pytest.fixture(scope="module")
def host(plan: Plan, lab_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    tree = rootfs.ensure(lab_cache, {}, print)
    with booted(plan, "gpu0001", tree, tmp_path_factory.mktemp("host")) as running:
        running.wait_online()
        eventually(lambda: all(running.ways(prefix) == BOTH for prefix in EVERYWHERE))
        yield running


@pytest.fixture
def whole(host: Host) -> Iterator[Host]:
    """The server with all its ports, before a test and after it."""
    yield host
    for port in BOTH:
        host.carrier(port, "up")
    eventually(lambda: all(host.ways(prefix) == BOTH for prefix in EVERYWHERE))


def test_both_ways_are_used_and_every_address_answers_by_its_own_port(host: Host) -> None:
    for port in BOTH:
        own, leaf = (host.twins(end.address) for end in host.ends(port))
        for family in (0, 1):
            for prefix in (POOL_HOSTS[family], OUTSIDE[family]):
                assert host.way(f"{prefix}1", own[family]) == port
                assert host.answers(f"{prefix}1", own[family])
            assert host.hears(port, leaf[family], own[family])


def test_a_rail_leads_to_its_rail_and_nowhere_else(host: Host) -> None:
    assert host.plan.dual is not None
    for rail in ("rail0", "rail1"):
        own = host.twins(host.links[rail].a.address)
        there = host.plan.rail_prefixes[rail].partition("/")[0].removesuffix("0") + "9"
        for family, peer in enumerate(host.twins(there)):
            assert host.way(peer) == host.way(peer, own[family]) == rail
            assert host.way(f"{OUTSIDE[family]}1", own[family]) == ""
            assert host.way(f"{POOL_HOSTS[family]}1", own[family]) == ""
    assert host.way("10.18.0.1") == ""  # no rail of this node


def test_the_management_network_stays_as_it_was(host: Host) -> None:
    own = host.device.management.address
    assert host.way(host.service) == "eth0"
    assert host.way(f"{OUTSIDE[0]}1", own) == "eth0"
    assert host.answers(f"{OUTSIDE[0]}1", own)
    assert host.answers(host.service, own)
    assert host.hears("eth0", f"{OUTSIDE[0]}1", own)
    assert "unmanaged" in host.run("networkctl", "--no-pager", "--no-legend", "list", "eth0")


def test_ports_take_the_planned_mtu_in_both_families(host: Host) -> None:
    own = host.twins(host.links["storage0"].a.address)
    for family, headers in ((0, 28), (1, 48)):
        words = ("ping", "-c1", "-W1", "-M", "do", "-I", own[family])
        size = host.plan.ports["gpu0001"][-1].mtu_bytes - headers
        for payload, fits in ((size, True), (size + 1, False)):
            found = host.run(*words, "-s", str(payload), f"{POOL_HOSTS[family]}1")
            assert (", 0% packet loss" in found) == fits


@pytest.mark.parametrize(("lost", "left"), [("storage0", "storage1"), ("storage1", "storage0")])
def test_a_port_without_carrier_leaves_everything_to_the_other(
    whole: Host, lost: str, left: str
) -> None:
    whole.carrier(lost, "down")
    eventually(lambda: all(whole.ways(prefix) == {left} for prefix in EVERYWHERE))
    for family, own in enumerate(whole.twins(whole.links[lost].a.address)):
        assert whole.way(f"{POOL_HOSTS[family]}1", own) == ""
        assert whole.way(f"{OUTSIDE[family]}1", own) == ""


def test_without_both_ports_storage_is_unreachable_and_the_way_out_is_in_band(whole: Host) -> None:
    for port in BOTH:
        whole.carrier(port, "down")
    eventually(lambda: whole.ways(OUTSIDE[0]) == {"eth0"})
    assert whole.ways(POOL_HOSTS[0]) == whole.ways(POOL_HOSTS[1]) == {""}
    assert whole.ways(OUTSIDE[1]) == {""}


def test_a_leaf_that_does_not_answer_is_left_out(whole: Host) -> None:
    own, leaf = (end.address for end in whole.ends("storage1"))
    whole.beyond("storage1", f"address del {leaf}/31 dev leaf")
    whole.run("ip", "neighbour", "flush", "dev", "storage1")
    whole.answers(leaf, own)  # asks for its hardware address
    eventually(lambda: whole.ways(POOL_HOSTS[0]) == whole.ways(OUTSIDE[0]) == {"storage0"})
    whole.beyond("storage1", f"address add {leaf}/31 dev leaf", f"route add default via {own}")
    eventually(partial(whole.answers, leaf, own))


def test_a_port_that_goes_and_comes_back_is_used_again(whole: Host) -> None:
    before = whole.state()
    whole.beyond("storage0", "link del leaf")
    eventually(lambda: all(whole.ways(prefix) == {"storage1"} for prefix in EVERYWHERE))
    whole.plug(whole.links["storage0"])
    eventually(lambda: all(whole.ways(prefix) == BOTH for prefix in EVERYWHERE))
    eventually(lambda: len(whole.state()) == len(before))


def test_a_start_without_one_port_leaves_everything_to_the_other(whole: Host) -> None:
    whole.beyond("storage1", "link del leaf")
    whole.run("systemctl", "restart", NETWORKD)
    eventually(lambda: all(whole.ways(prefix) == {"storage0"} for prefix in EVERYWHERE))
    whole.plug(whole.links["storage1"])
    eventually(lambda: all(whole.ways(prefix) == BOTH for prefix in EVERYWHERE))


def test_loading_the_same_files_again_changes_nothing(host: Host) -> None:
    before = host.state()
    host.run("networkctl", "reload")
    assert host.state() == before
    host.run("systemctl", "restart", NETWORKD)
    eventually(lambda: len(host.state()) == len(before))

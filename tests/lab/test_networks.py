"""Every network of a cluster live: it converges, is as planned, and grows without a ripple."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from railwright.lab.status import status
from railwright.plan.model import Link
from tests.lab.lab_snapshot import Pings, Snapshot, changed_rows, take
from tests.lab.site_tools import Done, Site, copied

pytestmark = [pytest.mark.lab, pytest.mark.usefixtures("lab_host")]

EXAMPLE = "intent/examples/lab-networks.yml"
NODES = "1"
KERNEL_NAMES = {"Loopback0": "lo"}


@pytest.fixture(scope="module")
def site(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The cluster brought up and converged once."""
    intent = copied(
        root / EXAMPLE,
        tmp_path_factory.mktemp("networks") / "networks-test.yml",
        lambda text: text.replace("cluster: lab-networks", "cluster: rw-networks"),
    )
    site = Site(intent, root)
    try:
        up = site.railwright("lab", "up", str(intent), "--nodes", NODES)
        assert up.code == 0, up.out
        first = site.play()
        assert first.code == 0, first.out
        assert first.changed >= {device.name for device in site.plan.switches}
        yield site
    finally:
        down = site.railwright("lab", "down", str(intent))
        assert down.code == 0, down.out


def host_link(site: Site, device: str, port: str) -> Link:
    return site.plan.links_of[device][port]


def test_every_network_is_there_and_the_servers_too(site: Site) -> None:
    now = {one.name: one.condition for one in status(site.cluster).devices}
    assert {device.network for device in site.plan.switches} == {
        "compute",
        "storage",
        "inband",
        "oob",
    }
    assert {name for name, condition in now.items() if condition == "bare"} == {
        "gpu0002",
        "gpu0003",
        "storage02",
    }
    assert set(now) == {one.name for one in site.plan.devices if one.role != "pdu"}
    assert set(now.values()) == {"booted", "bare"}


def test_the_second_run_changes_nothing_and_nothing_drifts(site: Site) -> None:
    done = site.play()
    assert done.code == 0, done.out
    assert done.recap.keys() >= {"gpu0001", "storage01", "mgmt01", "oob1-leaf", "inband-spine2"}
    assert done.changed == set()
    code, report = site.json("drift", str(site.intent))
    assert (code, report["findings"]) == (0, [])
    assert len(report["devices"]) == len(site.plan.switches)


def test_every_network_is_as_planned(site: Site) -> None:
    code, report = site.json("verify", str(site.intent), "--wait", "60")
    assert (code, report["findings"]) == (0, [])
    inner = [one for one in site.plan.sessions if one.link.kind == "fabric"]
    outer = [one for one in site.plan.sessions if one.link.kind == "border"]
    assert report["checks"]["bgp"] == 2 * len(inner)
    assert all(report["checks"].values())
    assert [note["text"] for note in report["notes"]] == [
        f"sessions with routers outside the plan are not judged: 0 of {len(outer)} up"
    ]
    assert "pdu01" not in report["skipped"]


@pytest.mark.parametrize(
    ("own", "far", "far_port"),
    [
        ("rail0", "gpu0003", "rail0"),
        ("rail1", "gpu0003", "rail0"),
        ("storage0", "storage01", "storage0"),
        ("storage0", "storage01", "storage1"),
        ("storage1", "storage01", "storage0"),
        ("storage1", "storage02", "storage1"),
        ("storage0", "mgmt01", "storage1"),
    ],
)
def test_a_node_reaches_others_over_each_of_its_ports(
    site: Site, own: str, far: str, far_port: str
) -> None:
    source = host_link(site, "gpu0001", own).a.address
    target = host_link(site, far, far_port).a.address
    done = site.on("gpu0001", "ping", "-c", "1", "-W", "3", "-I", source, target)
    assert done.code == 0, done.out
    route = site.on("gpu0001", "ip", "route", "get", target, "from", source).out
    assert f"dev {own} " in route


@pytest.mark.parametrize("network", ["inband", "oob"])
def test_subnets_of_vlans_are_routed_between_access_switches(site: Site, network: str) -> None:
    first, second = (f"{network}{number}-leaf" for number in (1, 2))
    for svi in site.plan.svis:
        if svi.network != network:
            continue
        reader = second if svi.device == first else first
        route = site.on(reader, "ip", "route", "show", svi.prefix).out
        assert "proto bgp" in route
        assert route.count("nexthop") == site.plan.fabrics[svi.network].spines
        own = site.plan.device[reader].loopback or ""
        gateway = site.on(reader, "ping", "-c", "1", "-W", "3", "-I", own, svi.gateway)
        assert gateway.code == 0, gateway.out


def test_networks_do_not_leak_into_each_other(site: Site) -> None:
    """What is learned by BGP in a network is of that network, or a loopback of its switches."""
    blocks = {one.prefix: one.network for one in site.plan.subnets if one.kind == "leaf_block"}
    blocks |= {one.prefix: one.network for one in site.plan.svis}
    for switch in site.plan.switches:
        rows = json.loads(site.on(switch.name, "ip", "-j", "route", "show", "proto", "bgp").out)
        learned = {row["dst"] for row in rows if "/" in row["dst"]}
        assert learned
        assert {blocks[prefix] for prefix in learned} == {switch.network}, switch.name


@pytest.fixture(scope="module")
def grown(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The same cluster with one more node in the last SU and a node of a new one, on paper."""
    intent = copied(
        site.intent,
        tmp_path_factory.mktemp("grown") / site.intent.name,
        lambda text: text.replace("count: 3, capacity: 6", "count: 5, capacity: 6"),
    )
    return Site(intent, site.root)


@dataclass(frozen=True)
class Growing:
    """What `diff` said beforehand, and what happened: states, pings, the push and the playbook."""

    predicted: dict[str, Any]
    before: Snapshot
    after: Snapshot
    pings: Pings
    dry_run: str
    play: Done

    @property
    def touched(self) -> dict[str, dict[str, Any]]:
        return {row["device"]: row for row in self.predicted["configurations"]["touched"]}

    @property
    def new_switches(self) -> set[str]:
        rows = self.predicted["devices"]["added"]
        return {row["name"] for row in rows if row["role"] != "gpu_node"}

    @property
    def links(self) -> list[dict[str, str]]:
        """The links that the lab has too."""
        return [row for row in self.predicted["links"]["added"] if row["kind"] != "access"]


@pytest.fixture(scope="module")
def growing(site: Site, grown: Site) -> Growing:
    """The cluster before and after it grew, pinged all the while."""
    said = site.railwright("diff", str(site.intent), str(grown.intent), "--format", "json")
    assert said.code == 0, said.out
    before = take(site)
    ways = [
        (host_link(site, "gpu0001", own).a.address, host_link(site, far, port).a.address)
        for own, far, port in (
            ("rail0", "gpu0002", "rail0"),
            ("rail0", "gpu0003", "rail0"),
            ("rail1", "gpu0003", "rail0"),
            ("storage1", "storage01", "storage0"),
        )
    ]
    with Pings(site, "gpu0001", ways) as pings:
        up = grown.railwright("lab", "up", str(grown.intent), "--nodes", NODES)
        assert up.code == 0, up.out
        assert "2 devices booted" in up.out
        dry = grown.live("push", str(grown.intent), "--dry-run")
        done = grown.play()
    return Growing(json.loads(said.out), before, take(grown), pings, dry.out, done)


def test_growth_is_pushed_without_a_reload_of_what_runs(growing: Growing) -> None:
    """The change plan finds a hitless way for every switch that growth touches."""
    assert growing.predicted["result"] == "additions"
    assert growing.new_switches == {"su3-rail0-leaf", "su3-rail1-leaf"}
    assert growing.touched.keys() == {
        *("spine1", "spine2", "su2-rail0-leaf", "su2-rail1-leaf"),
        *("storage1-leaf", "storage2-leaf", "inband1-leaf", "oob1-leaf"),
    }
    lines = growing.dry_run.splitlines()
    changing = [line for line in lines if " changes by " in line]
    assert {line.partition(":")[0] for line in changing} == growing.touched.keys()
    assert all(" by apply-patch, hitless" in line for line in changing), growing.dry_run
    assert growing.play.code == 0, growing.play.out


def test_growth_disturbs_no_traffic_no_port_and_no_session(growing: Growing, site: Site) -> None:
    before, after = growing.before, growing.after
    assert all(sent > 20 for sent in growing.pings.sent)
    assert max(growing.pings.lost) <= 1  # the last one may still have been on its way
    claimed = {(row["z_device"], row["z_port"]) for row in growing.links}
    for place, interface in before.interfaces.items():
        if place in claimed:
            assert not interface.is_up
            assert after.interfaces[place].is_up
            assert after.interfaces[place].index == interface.index
        else:
            assert after.interfaces[place] == interface, place
    assert len(before.peers) == 2 * sum(one.link.kind == "fabric" for one in site.plan.sessions)
    assert all(peer.is_same(after.peers[place]) for place, peer in before.peers.items())


def test_growth_adds_exactly_what_was_predicted(growing: Growing, grown: Site) -> None:
    before, after, predicted = growing.before, growing.after, growing.predicted
    assert before.devices < after.devices
    assert after.devices - before.devices == {row["name"] for row in predicted["devices"]["added"]}
    assert before.addresses < after.addresses
    assert after.addresses - before.addresses == {
        (
            row["device"],
            KERNEL_NAMES.get(row["port"], row["port"]),
            f"{row['address']}/{row['prefix_length']}",
        )
        for row in predicted["addresses"]["added"]
        if row["kind"] != "bmc"
    }
    up_before = {place for place, one in before.interfaces.items() if one.is_up}
    up_after = {place for place, one in after.interfaces.items() if one.is_up}
    assert {(name, port) for name, port in up_after - up_before if port != "eth0"} == {
        (row[f"{end}_device"], row[f"{end}_port"]) for row in growing.links for end in "az"
    }
    more = after.peers.keys() - before.peers.keys()
    assert {switch for switch, _ in more} == {*growing.new_switches, "spine1", "spine2"}
    assert len(more) == 2 * sum(row["kind"] == "fabric" for row in growing.links)
    for switch, rows in before.configurations.items():
        tables = growing.touched.get(switch, {"tables": []})["tables"]
        assert changed_rows(rows, after.configurations[switch]) == {
            one["table"]: (sorted(one["added"]), sorted(one["claimed"])) for one in tables
        }, switch
    first = grown.plan.switches[0].name  # in whose name the artefacts are written
    assert growing.play.changed - {first} == growing.touched.keys() | growing.new_switches


def test_the_grown_cluster_is_as_planned(growing: Growing, grown: Site) -> None:
    assert growing.play.code == 0
    code, report = grown.json("drift", str(grown.intent))
    assert (code, report["findings"]) == (0, [])
    code, report = grown.json("verify", str(grown.intent), "--wait", "60")
    assert (code, report["findings"]) == (0, [])


@pytest.mark.usefixtures("growing")
def test_the_grown_cluster_is_whole_and_stays_as_it_is(grown: Site) -> None:
    again = grown.railwright("lab", "up", str(grown.intent), "--nodes", NODES)
    assert again.code == 0, again.out
    assert "was up already" in again.out
    done = grown.play()
    assert done.code == 0, done.out
    assert done.changed == set()
    source = host_link(grown, "gpu0001", "rail0").a.address
    for far in ("gpu0004", "gpu0005"):
        target = host_link(grown, far, "rail0").a.address
        assert grown.on("gpu0001", "ping", "-c", "1", "-W", "3", "-I", source, target).code == 0


def test_shrinking_a_running_lab_is_refused(growing: Growing, site: Site, grown: Site) -> None:
    assert growing.after.devices > growing.before.devices
    done = site.railwright("lab", "up", str(site.intent), "--nodes", NODES)
    assert done.code == 1
    assert "more than additions separates them" in done.out
    assert status(grown.cluster).is_whole

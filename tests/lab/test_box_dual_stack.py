"""A dual-stack storage fabric with a way out for real: the emitted files on two leaves and a spine.

Their FRR runs what SONiC would run. The router outside the plan is one more switch.
"""

from collections.abc import Iterator
from functools import partial
from ipaddress import IPv6Interface
from typing import Any

import pytest

from railwright.emitters.sonic_config import intended, merge_box_facts
from railwright.plan.model import Device, Link, Plan
from tests.lab.box_fabric import Fabric, Switch, eventually, require_lab
from tests.unit.plan.made import planned

pytestmark = pytest.mark.lab

SWITCHES = ("storage1-leaf", "storage2-leaf", "storage-spine1")
HOSTS = {"gpu0001": "storage0", "gpu0002": "storage1"}
"""Which of its two ports a host has here: each is on another leaf."""
EDGE, EDGE_ASN = "edge", 64512
OUTSIDE = ("198.51.100.1", "2001:db8::1")
SESSIONS_S = 40.0
"""Duplicate address detection and one connect timer of BGP, with room for a slow machine."""


@pytest.fixture(scope="module")
def plan() -> Plan:
    border = {"router": EDGE, "peer_asn": EDGE_ASN, "default_route": "originated"}
    return planned(
        {
            "nodes": {"gpu": {"count": 2}},
            "networks": {
                "compute": {"nodes_per_su": 8},
                "storage": {"leaf": "sn4600", "hosts_per_pair": 16, "border": border},
            },
            "pools": {"ipv6": "fd00:1024::/48"},
        }
    )


def wired(plan: Plan) -> Iterator[tuple[str, str, str, str]]:
    """Yield the cables between what is here."""
    for link in plan.links:
        a, z = link.a, link.z
        if link.kind == "border" and a.device in SWITCHES:
            yield a.device, a.port, EDGE, "Ethernet0"
        elif {a.device, z.device} <= {*SWITCHES} or HOSTS.get(a.device) == a.port:
            yield a.device, a.port, z.device, z.port


def uplink(plan: Plan) -> Link:
    """Return the link to the router outside."""
    links = plan.links_of["storage-spine1"].values()
    return next(link for link in links if link.kind == "border")


def twin(plan: Plan, address: str) -> str:
    assert plan.dual is not None
    return plan.dual.address(address) or ""


def edge_config(plan: Plan) -> dict[str, Any]:
    """Return the router outside: one port, a session in each family, addresses beyond it."""
    link = uplink(plan)
    own = (link.z.address, twin(plan, link.z.address))
    theirs = (link.a.address, twin(plan, link.a.address))
    asn = str(plan.device["storage-spine1"].asn)
    return {
        "DEVICE_METADATA": {
            "localhost": {"hostname": EDGE, "bgp_asn": str(EDGE_ASN), "type": "LeafRouter"}
        },
        "PORT": {"Ethernet0": {"admin_status": "up", "lanes": "0", "mtu": "9100", "speed": "1"}},
        "INTERFACE": {
            "Ethernet0": {},
            f"Ethernet0|{own[0]}/31": {},
            f"Ethernet0|{own[1]}/127": {},
        },
        "LOOPBACK_INTERFACE": {
            "Loopback0": {},
            f"Loopback0|{OUTSIDE[0]}/32": {},
            f"Loopback0|{OUTSIDE[1]}/128": {},
        },
        "BGP_NEIGHBOR": {
            peer: {"admin_status": "up", "asn": asn, "local_addr": address, "name": "spine"}
            for address, peer in zip(own, theirs, strict=True)
        },
    }


def attach(host: Switch, plan: Plan) -> None:
    """Give a host its planned addresses on one port, and its leaf as the way everywhere."""
    link = plan.links_of[host.name][HOSTS[host.name]]
    ends = (link.a.address, link.z.address)
    for family, (own, leaf), length in (
        ("-4", ends, 31),
        ("-6", (twin(plan, ends[0]), twin(plan, ends[1])), 127),
    ):
        words = ("nodad",) if family == "-6" else ()
        host.run("ip", "link", "set", link.a.port, "up")
        host.run("ip", family, "address", "add", f"{own}/{length}", "dev", link.a.port, *words)
        host.run("ip", family, "route", "add", "default", "via", leaf)


@pytest.fixture(scope="module")
def fabric(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Switch]]:
    require_lab()
    with Fabric(tmp_path_factory.mktemp("dual"), wired(plan), hosts=HOSTS) as running:
        for name in HOSTS:
            attach(running.switches[name], plan)
        for name in (*SWITCHES, EDGE):
            applied = "until [ -e /run/railwright/applied ]; do sleep .1; done"
            running.switches[name].run("sh", "-c", applied)
        for name in SWITCHES:
            config = intended(plan, plan.device[name])
            facts = merge_box_facts(config, "02:00:00:00:00:01", "version_202505_01")
            running.switches[name].write(facts, "reload")
        running.switches[EDGE].write(edge_config(plan), "reload")
        yield running.switches


def peers(plan: Plan, device: Device) -> Iterator[str]:
    """Yield the neighbours of a switch that are here, in both families."""
    for session in plan.sessions_of[device.name]:
        far = session.link.peer(device.name)
        if far.device in {*SWITCHES, EDGE}:
            yield far.address
            yield twin(plan, far.address)


def is_established(switch: Switch, peer: str) -> bool:
    return switch.state(f"NEIGH_STATE_TABLE|{peer}", "state") == "Established"


def reaches(host: Switch, address: str) -> bool:
    """Return whether a host gets an answer from an address."""
    done = host.run("sh", "-c", f"ping -c1 -W1 {address} > /dev/null && echo yes || echo no")
    return done.strip() == "yes"


def test_every_link_has_a_session_in_both_families(fabric: dict[str, Switch], plan: Plan) -> None:
    for name in SWITCHES:
        found = list(peers(plan, plan.device[name]))
        assert any(":" in peer for peer in found)
        for peer in found:
            eventually(partial(is_established, fabric[name], peer), SESSIONS_S)


def test_leaves_learn_each_others_blocks_and_loopbacks_in_both_families(
    fabric: dict[str, Switch], plan: Plan
) -> None:
    assert plan.dual is not None
    for here, there in (SWITCHES[:2], SWITCHES[1::-1]):
        block = plan.block_of[there].prefix
        loopback = plan.device[there].loopback or ""
        links = [
            link
            for link in plan.links_of[here].values()
            if link.kind == "fabric" and link.z.device in SWITCHES
        ]
        for prefix in (
            block,
            plan.dual.prefix(block) or "",
            f"{loopback}/32",
            str(IPv6Interface(twin(plan, loopback)).network),
        ):
            eventually(lambda: fabric[here].hops(prefix) == len(links), SESSIONS_S)  # noqa: B023


def test_hosts_of_different_leaves_reach_each_other_by_ipv6(
    fabric: dict[str, Switch], plan: Plan
) -> None:
    far = plan.links_of["gpu0002"]["storage1"].a.address
    for address in (far, twin(plan, far)):
        eventually(partial(reaches, fabric["gpu0001"], address))


def test_the_spines_default_route_leads_everybody_out_in_both_families(
    fabric: dict[str, Switch],
) -> None:
    for leaf in SWITCHES[:2]:
        for prefix in ("default", "::/0"):
            eventually(partial(fabric[leaf].hops, prefix), SESSIONS_S)
    for host in HOSTS:
        for address in OUTSIDE:
            eventually(partial(reaches, fabric[host], address))


def test_a_spine_without_its_uplink_takes_its_default_route_back(
    fabric: dict[str, Switch], plan: Plan
) -> None:
    port = uplink(plan).a.port
    fabric[EDGE].run("ip", "link", "set", "Ethernet0", "down")
    for prefix in ("default", "::/0"):
        eventually(lambda: fabric["storage1-leaf"].hops(prefix) == 0)  # noqa: B023
    fabric[EDGE].run("ip", "link", "set", "Ethernet0", "up")
    eventually(lambda: port in fabric["storage-spine1"].run("ip", "route", "show", "default"))


def test_nothing_was_refused_on_the_way(fabric: dict[str, Switch]) -> None:
    for name in SWITCHES:
        lines = fabric[name].log.read_text().splitlines()
        assert [line for line in lines if " ERROR " in line or " WARNING " in line] == []

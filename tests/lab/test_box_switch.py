"""Real redis, FRR, lldpd and the applier: two leaves and a spine as network namespaces."""

import json
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

import pytest

from tests.lab.box_fabric import REDIS, Fabric, Switch, eventually, require_lab

pytestmark = pytest.mark.lab

LEAF_PORTS = ("Ethernet0", "Ethernet8")
LINKS = [("leaf1", f"Ethernet{8 * at}", "spine1", f"Ethernet{8 * at}") for at in range(2)]
LINKS += [("leaf2", f"Ethernet{8 * at}", "spine1", f"Ethernet{8 * at + 16}") for at in range(2)]
BLOCK1, BLOCK2, BLOCK3 = "10.101.0.0/24", "10.102.0.0/24", "10.103.0.0/24"
LOOPBACK1, LOOPBACK2 = "10.255.0.1/32", "10.255.0.2/32"


def switch_config(name: str, asn: int, loopback: str, block: str = "") -> dict[str, Any]:
    """Return the CONFIG_DB of a switch: /31 links 10.LEAF.LINK.0/31, the leaf has the even end."""
    config: dict[str, Any] = {
        "DEVICE_METADATA": {
            "localhost": {"hostname": name, "bgp_asn": str(asn), "type": "LeafRouter"}
        },
        "LOOPBACK_INTERFACE": {"Loopback0": {}, f"Loopback0|{loopback}": {}},
        "PORT": {},
        "INTERFACE": {},
        "BGP_NEIGHBOR": {},
    }
    for leaf, leaf_port, spine, spine_port in LINKS:
        if name not in (leaf, spine):
            continue
        port = leaf_port if name == leaf else spine_port
        subnet = f"10.{leaf.removeprefix('leaf')}.{leaf_port.removeprefix('Ethernet')}"
        own, peer = ("0", "1") if name == leaf else ("1", "0")
        config["PORT"][port] = {
            "admin_status": "up",
            "alias": f"etp{port.removeprefix('Ethernet')}",
            "description": f"{leaf} to {spine}",
            "mtu": "9100",
        }
        config["INTERFACE"] |= {port: {}, f"{port}|{subnet}.{own}/31": {}}
        config["BGP_NEIGHBOR"][f"{subnet}.{peer}"] = {
            "asn": str(65000 if name == leaf else 65100 + int(leaf.removeprefix("leaf"))),
            "local_addr": f"{subnet}.{own}",
            "name": spine if name == leaf else leaf,
            "keepalive": "3",
            "holdtime": "9",
            "admin_status": "up",
        }
    if block:
        config["STATIC_ROUTE"] = {f"default|{block}": {"blackhole": "true", "advertise": "true"}}
    return config


def established(switch: Switch, peers: Iterable[str]) -> bool:
    """Return whether STATE_DB says so of all sessions."""
    states = (switch.state(f"NEIGH_STATE_TABLE|{peer}", "state") for peer in peers)
    return all(value == "Established" for value in states)


CONFIGS = {
    "leaf1": switch_config("leaf1", 65101, LOOPBACK1, BLOCK1),
    "leaf2": switch_config("leaf2", 65102, LOOPBACK2, BLOCK2),
    "spine1": switch_config("spine1", 65000, "10.255.1.1/32"),
}


@pytest.fixture(scope="module")
def fabric(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Switch]]:
    require_lab()
    with Fabric(tmp_path_factory.mktemp("fabric"), LINKS) as running:
        for switch in running.switches.values():
            switch.run("sh", "-c", "until [ -e /run/railwright/applied ]; do sleep 0.1; done")
        assert running.switches["leaf1"].run("hostname").strip() == "sonic"
        for name, switch in running.switches.items():
            switch.write(CONFIGS[name], "reload")
        yield running.switches


def test_sessions_come_up_and_blocks_are_spread_over_both_links(
    fabric: dict[str, Switch],
) -> None:
    for name, switch in fabric.items():
        peers = CONFIGS[name]["BGP_NEIGHBOR"]
        eventually(partial(established, switch, peers))
    eventually(lambda: fabric["leaf1"].hops(BLOCK2) == 2)
    eventually(lambda: fabric["leaf2"].hops(BLOCK1) == 2)
    assert fabric["spine1"].hops(BLOCK1) == 2
    assert fabric["leaf1"].hops("10.2.0.0/31") == 0  # links are not advertised
    fabric["leaf1"].run("ping", "-c1", "-W2", "-I", "10.255.0.1", "10.255.0.2")
    assert fabric["leaf1"].state("PORT_TABLE|Ethernet0", "netdev_oper_status") == "up"


def test_lldp_names_switch_alias_and_description(fabric: dict[str, Switch]) -> None:
    def seen() -> dict[str, Any]:
        told = json.loads(fabric["leaf1"].run("lldpcli", "-f", "json0", "show", "neighbors"))
        links = told["lldp"][0].get("interface", [])
        return {link["name"]: link for link in links if "name" in link["chassis"][0]}

    def is_named() -> dict[str, Any]:
        found = seen().get("Ethernet8", {})
        named = found and found["chassis"][0]["name"][0]["value"] == "spine1"
        return found if named and found["port"][0]["id"][0]["type"] == "local" else {}

    port = eventually(is_named)["port"][0]
    assert port["id"][0]["value"] == "etp8"
    assert port["descr"][0]["value"] == "leaf1 to spine1"


def test_a_port_shut_and_opened_again_loses_and_regains_its_next_hop(
    fabric: dict[str, Switch],
) -> None:
    leaf = fabric["leaf1"]
    leaf.write({"PORT": {"Ethernet0": {"admin_status": "down"}}})
    eventually(lambda: leaf.hops(BLOCK2) == 1)
    eventually(lambda: fabric["spine1"].hops(BLOCK1) == 1)
    eventually(lambda: leaf.state("PORT_TABLE|Ethernet0", "netdev_oper_status") == "down")
    leaf.write({"PORT": {"Ethernet0": {"admin_status": "up"}}})
    eventually(lambda: leaf.hops(BLOCK2) == 2)
    eventually(lambda: fabric["spine1"].hops(BLOCK1) == 2)


def test_a_neighbour_is_shut_down_live_and_its_asn_is_not_changed_in_place(
    fabric: dict[str, Switch],
) -> None:
    leaf, key = fabric["leaf1"], "NEIGH_STATE_TABLE|10.1.0.1"
    leaf.write({"BGP_NEIGHBOR": {"10.1.0.1": {"admin_status": "down"}}})
    eventually(lambda: leaf.state(key, "state") == "Idle (Admin)")
    eventually(lambda: leaf.hops(BLOCK2) == 1)
    leaf.write({"BGP_NEIGHBOR": {"10.1.0.1": {"admin_status": "up", "asn": "65999"}}})
    eventually(lambda: leaf.state(key, "state") == "Established")
    leaf.write({"BGP_NEIGHBOR": {"10.1.0.1": None}})
    eventually(lambda: leaf.state(key, "state") == "")
    leaf.write({"BGP_NEIGHBOR": {"10.1.0.1": CONFIGS["leaf1"]["BGP_NEIGHBOR"]["10.1.0.1"]}})
    eventually(lambda: leaf.hops(BLOCK2) == 2)


def test_an_isolated_leaf_keeps_sessions_and_loopback_and_hides_its_block(
    fabric: dict[str, Switch],
) -> None:
    fabric["leaf2"].write({"BGP_DEVICE_GLOBAL": {"STATE": {"tsa_enabled": "true"}}})
    eventually(lambda: fabric["leaf1"].hops(BLOCK2) == 0)
    assert fabric["leaf1"].hops(LOOPBACK2) == 2
    assert fabric["leaf2"].state("NEIGH_STATE_TABLE|10.2.0.1", "state") == "Established"


def test_back_in_service_it_advertises_a_new_block_and_a_reload_drops_it(
    fabric: dict[str, Switch],
) -> None:
    row = {"blackhole": "true", "advertise": "true"}
    back = {"BGP_DEVICE_GLOBAL": {"STATE": {"tsa_enabled": "false"}}}
    fabric["leaf2"].write({**back, "STATIC_ROUTE": {f"default|{BLOCK3}": row}})
    eventually(lambda: fabric["leaf1"].hops(BLOCK3) == 2)
    fabric["leaf2"].write(CONFIGS["leaf2"], "reload")
    eventually(lambda: fabric["leaf1"].hops(BLOCK3) == 0)
    eventually(lambda: fabric["leaf1"].hops(BLOCK2) == 2)


def test_nothing_was_refused_on_the_way(fabric: dict[str, Switch]) -> None:
    for switch in fabric.values():
        lines = switch.log.read_text().splitlines()
        bad = [line for line in lines if " ERROR " in line or " vtysh: line " in line]
        assert bad == [], switch.name


def test_the_applier_survives_a_restart_of_redis_and_ends_when_told(
    fabric: dict[str, Switch],
) -> None:
    leaf = fabric["leaf1"]
    leaf.run("redis-cli", "-s", "/run/redis/redis.sock", "shutdown", "nosave")
    eventually(lambda: "redis at" in leaf.log.read_text())
    leaf.run("sh", "-c", REDIS)
    leaf.write(CONFIGS["leaf1"], "reload")
    assert leaf.state("NEIGH_STATE_TABLE|10.1.0.1", "peerType") == "e-BGP"
    leaf.run("kill", "-TERM", "1")
    assert leaf.ended(5)
    assert leaf.log.read_text().endswith(" INFO stopped\n")

"""Spines with uplinks to a router outside the plan, and leaves whose hosts share a VLAN."""

from typing import Any

import pytest

from railwright.emitters.sonic_config import intended
from railwright.plan.model import Plan
from railwright.sonic.configdb import ConfigDb
from tests.unit.plan.made import ALL_NETWORKS, compute_plan, planned

SPINE = "storage-spine1"


def spine(**border: Any) -> tuple[Plan, ConfigDb]:
    plan = planned(ALL_NETWORKS, {"networks": {"storage": {"border": border}}})
    return plan, intended(plan, plan.device[SPINE])


def test_every_uplink_has_a_session_with_the_router() -> None:
    plan, config = spine()
    links = [one for one in plan.links_of[SPINE].values() if one.kind == "border"]
    assert len(links) == 2
    for link in links:
        row = config["BGP_NEIGHBOR"][link.z.address]
        assert (row["asn"], row["name"], row["local_addr"]) == ("64512", "edge", link.a.address)
        assert config["INTERFACE"][f"{link.a.port}|{link.a.address}/31"] == {}
        port = config["PORT"][link.a.port]
        assert (port["admin_status"], port["description"]) == ("up", "edge")
        assert config["DEVICE_NEIGHBOR"][link.a.port] == {"name": "edge"}


def test_what_comes_from_outside_is_never_lossless() -> None:
    plan, config = spine()
    for port, link in plan.links_of[SPINE].items():
        if link.kind == "access":
            continue
        outside = link.kind == "border"
        row = config["PORT_QOS_MAP"][port]
        assert ("pfc_enable" in row) != outside
        assert row["dscp_to_tc_map"] == ("AZURE_OUTSIDE" if outside else "AZURE")
        assert (port in config["PFC_WD"]) != outside
        groups = {key.split("|")[1] for key in config["BUFFER_PG"] if key.startswith(f"{port}|")}
        assert groups == ({"0"} if outside else {"0", "2"} if link.deployed else groups)
    maps = config["DSCP_TO_TC_MAP"]
    assert (maps["AZURE"]["18"], maps["AZURE_OUTSIDE"]["18"]) == ("2", "0")
    assert maps["AZURE"].keys() == maps["AZURE_OUTSIDE"].keys()


def test_a_received_default_route_is_not_written() -> None:
    _, config = spine(default_route="received")
    assert "STATIC_ROUTE" not in config


def test_an_originated_default_route_leads_to_every_uplink() -> None:
    plan, config = spine(default_route="originated")
    links = [one for one in plan.links_of[SPINE].values() if one.kind == "border"]
    assert config["STATIC_ROUTE"] == {
        "default|0.0.0.0/0": {
            "advertise": "true",
            "ifname": ",".join(link.a.port for link in links),
            "nexthop": ",".join(link.z.address for link in links),
        }
    }
    leaf = intended(plan, plan.device["storage1-leaf"])
    assert "default|0.0.0.0/0" not in leaf["STATIC_ROUTE"]


@pytest.fixture(scope="module")
def shared_vlan() -> Plan:
    return compute_plan(12, 16, attachment="svi", nodes_per_su=8)


def test_nics_of_a_leaf_share_its_vlan_and_its_gateway(shared_vlan: Plan) -> None:
    for device in shared_vlan.switches:
        config = intended(shared_vlan, device)
        if device.role == "spine":
            assert "VLAN" not in config
            continue
        (svi,) = shared_vlan.svis_of[device.name]
        length = svi.prefix.partition("/")[2]
        assert set(config["VLAN_INTERFACE"]) == {
            f"Vlan{svi.vlan}",
            f"Vlan{svi.vlan}|{svi.gateway}/{length}",
        }
        hosts = {
            port for port, link in shared_vlan.links_of[device.name].items() if link.kind == "host"
        }
        assert {key.split("|")[1] for key in config["VLAN_MEMBER"]} == hosts
        assert not {key.split("|")[0] for key in config["INTERFACE"]} & hosts
        assert "STATIC_ROUTE" not in config
        assert svi.prefix == shared_vlan.block_of[device.name].prefix


def test_flooding_on_a_shared_vlan_is_limited(shared_vlan: Plan) -> None:
    config = intended(shared_vlan, shared_vlan.device["su1-rail0-leaf"])
    members = {key.split("|")[1] for key in config["VLAN_MEMBER"]}
    limited = {key.split("|")[0] for key in config["PORT_STORM_CONTROL"]}
    assert limited == members
    routed = compute_plan(12, nodes_per_su=8)
    assert "PORT_STORM_CONTROL" not in intended(routed, routed.device["su1-rail0-leaf"])


def test_shared_vlans_keep_qos_and_the_nodes_addresses(shared_vlan: Plan) -> None:
    routed = compute_plan(12, 16, nodes_per_su=8)
    with_vlan = intended(shared_vlan, shared_vlan.device["su1-rail0-leaf"])
    without = intended(routed, routed.device["su1-rail0-leaf"])
    for table in ("PORT_QOS_MAP", "QUEUE", "BUFFER_PG", "PFC_WD", "BGP_NEIGHBOR"):
        assert with_vlan[table] == without[table]
    for node in routed.gpu_nodes:
        for port, link in routed.links_of[node.name].items():
            assert shared_vlan.links_of[node.name][port].a == link.a

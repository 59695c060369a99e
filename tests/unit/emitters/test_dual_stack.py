"""Dual stack on switches: every address, session and route of a routed fabric in both families."""

import shutil
from ipaddress import ip_address, ip_interface
from pathlib import Path

import pytest

from railwright.emitters.sonic_config import (
    intended,
    merge,
    merge_box_facts,
    placeholders,
    required_secrets,
)
from railwright.plan.model import Plan
from railwright.sonic.configdb import ConfigDb
from railwright.sonic.yang import ModelSet
from tests.unit.plan.made import ALL_NETWORKS, planned

BORDER = {"router": "edge", "peer_asn": 64512, "default_route": "originated"}
CHANGES = {
    "networks": {
        "compute": {"attachment": "svi", "storm_control_percent": 50.0},
        "storage": {"border": BORDER},
        "inband": {"border": BORDER},
    },
    "pools": {"ipv6": "fd00:1024::/48"},
    "services": {
        "dns_servers": ["10.50.1.10", "192.0.2.53"],
        "ntp_servers": ["10.50.1.10"],
        "syslog_servers": ["10.50.1.11"],
    },
}


@pytest.fixture(scope="module")
def plan() -> Plan:
    return planned(ALL_NETWORKS, CHANGES)


@pytest.fixture(scope="module")
def configs(plan: Plan) -> dict[str, ConfigDb]:
    return {device.name: intended(plan, device) for device in plan.switches}


def is_six(text: str) -> bool:
    return ":" in text


def dual_switches(plan: Plan) -> list[str]:
    return [one.name for one in plan.switches if one.network in {"compute", "storage"}]


def test_every_interface_address_has_a_twin_of_as_many_host_bits(
    plan: Plan, configs: dict[str, ConfigDb]
) -> None:
    assert plan.dual is not None
    for name in dual_switches(plan):
        for table in ("INTERFACE", "LOOPBACK_INTERFACE", "VLAN_INTERFACE"):
            rows = [key.split("|") for key in configs[name].get(table, {}) if "|" in key]
            four = {(port, one) for port, one in rows if not is_six(one)}
            six = {(port, one) for port, one in rows if is_six(one)}
            assert len(four) == len(six)
            for port, one in four:
                address, _, length = one.partition("/")
                assert (port, f"{plan.dual.address(address)}/{int(length) + 96}") in six
            for port, _ in rows:
                assert port in configs[name][table]  # YANG wants the bare row


def test_the_first_address_of_no_subnet_but_a_127_is_used(
    plan: Plan, configs: dict[str, ConfigDb]
) -> None:
    """It is the anycast address of all routers there (RFC 4291, 2.6.1; /127: RFC 6164)."""
    for name in dual_switches(plan):
        for key in configs[name].get("VLAN_INTERFACE", {}):
            if is_six(key):
                interface = ip_interface(key.split("|")[1])
                assert interface.ip != interface.network.network_address


def test_every_session_has_a_twin_over_the_same_link(
    plan: Plan, configs: dict[str, ConfigDb]
) -> None:
    assert plan.dual is not None
    for name in dual_switches(plan):
        rows = configs[name]["BGP_NEIGHBOR"]
        four = {peer: row for peer, row in rows.items() if not is_six(peer)}
        assert len(rows) == 2 * len(four)
        addresses = {
            str(ip_interface(key.split("|")[1]).ip)
            for key in configs[name]["INTERFACE"]
            if "|" in key
        }
        for peer, row in four.items():
            local = str(row["local_addr"])
            twin = rows[plan.dual.address(peer) or ""]
            assert twin == row | {"local_addr": plan.dual.address(local)}
            assert twin["local_addr"] in addresses


def test_both_ends_of_a_session_agree(plan: Plan, configs: dict[str, ConfigDb]) -> None:
    ends = {
        (name, peer): str(row["local_addr"])
        for name in dual_switches(plan)
        for peer, row in configs[name]["BGP_NEIGHBOR"].items()
        if is_six(peer) and row["name"] != "edge"
    }
    for (name, peer), local in ends.items():
        far = str(configs[name]["BGP_NEIGHBOR"][peer]["name"])
        assert ends[far, local] == peer


def test_every_block_and_every_way_out_is_advertised_in_both_families(
    plan: Plan, configs: dict[str, ConfigDb]
) -> None:
    assert plan.dual is not None
    for name in dual_switches(plan):
        routes = configs[name].get("STATIC_ROUTE", {})
        block = plan.block_of.get(name)
        if name.startswith("storage-spine"):
            rows = routes["default|0.0.0.0/0"], routes["default|::/0"]
            assert rows[0].keys() == rows[1].keys() == {"advertise", "ifname", "nexthop"}
            assert rows[0]["ifname"] == rows[1]["ifname"]
            hops = [str(row["nexthop"]).split(",") for row in rows]
            assert hops[1] == [plan.dual.address(hop) for hop in hops[0]]
            assert len(hops[0]) == len(str(rows[0]["ifname"]).split(","))
        elif block is not None and name not in plan.svis_of:
            prefixes = {block.prefix, plan.dual.prefix(block.prefix)}
            assert set(routes) == {f"default|{prefix}" for prefix in prefixes}
            assert all(row == {"advertise": "true", "blackhole": "true"} for row in routes.values())
        else:
            assert routes == {}


def test_loopbacks_are_advertised_as_they_are(plan: Plan, configs: dict[str, ConfigDb]) -> None:
    for device in plan.switches:
        row = configs[device.name]["DEVICE_METADATA"]["localhost"]
        is_dual = device.name in dual_switches(plan)
        assert row.get("bgp_adv_lo_prefix_as_128") == ("true" if is_dual else None)
        loopbacks = configs[device.name]["LOOPBACK_INTERFACE"]
        assert any(not is_six(key) for key in loopbacks if "|" in key)  # the router id


def test_management_switches_are_ipv4_only(plan: Plan, configs: dict[str, ConfigDb]) -> None:
    others = configs.keys() - set(dual_switches(plan))
    assert others
    for name in others:
        for table in ("INTERFACE", "VLAN_INTERFACE", "LOOPBACK_INTERFACE", "BGP_NEIGHBOR"):
            assert not [key for key in configs[name].get(table, {}) if is_six(key)]
        assert "default|::/0" not in configs[name].get("STATIC_ROUTE", {})


def test_addresses_are_written_as_the_switch_compares_them(configs: dict[str, ConfigDb]) -> None:
    for config in configs.values():
        for peer, row in config.get("BGP_NEIGHBOR", {}).items():
            assert str(ip_address(peer)) == peer
            assert str(ip_address(str(row["local_addr"]))) == row["local_addr"]


@pytest.mark.skipif(shutil.which("yanglint") is None, reason="yanglint is not installed")
def test_every_configuration_is_valid(
    plan: Plan, configs: dict[str, ConfigDb], shared: Path
) -> None:
    complete = {}
    for device in plan.switches:
        slots = required_secrets(plan, device)
        config = merge(configs[device.name], slots, placeholders(slots))
        complete[device.name] = merge_box_facts(config, "02:00:00:00:00:01", "version_202505_01")
    found = ModelSet.load(shared / "sonic-yang").validate(complete)
    assert [str(finding) for finding in found] == []

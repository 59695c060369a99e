"""What each change costs: the table of harms."""

import pytest

from railwright.sonic.changes import diff
from railwright.sonic.classes import ChangeClass, Verdict, classify, rules_of, worst
from railwright.sonic.configdb import ConfigDb

VLAN_ROW = {"vlanid": "10", "admin_status": "up", "mac": "02:00:00:00:00:01"}
RUNNING: ConfigDb = {
    "BGP_NEIGHBOR": {
        "10.0.0.1": {"asn": "1", "name": "spine1", "admin_status": "up", "holdtime": "10"},
        "10.0.0.3": {"asn": "1", "name": "spine2", "admin_status": "down"},
    },
    "BUFFER_POOL": {"pool": {"size": "100"}},
    "BUFFER_PROFILE": {"lossy": {"pool": "pool", "size": "0", "dynamic_th": "1"}},
    "DEVICE_METADATA": {"localhost": {"hostname": "leaf", "bgp_asn": "1", "type": "LeafRouter"}},
    "INTERFACE": {"Ethernet0": {}, "Ethernet0|10.0.0.0/31": {}},
    "PORT": {
        "Ethernet0": {"lanes": "0", "speed": "400000", "admin_status": "up"},
        "Ethernet4": {"lanes": "4", "speed": "400000", "admin_status": "down"},
    },
    "PORT_QOS_MAP": {"Ethernet0": {"pfc_enable": "3"}, "Ethernet4": {"pfc_enable": "3"}},
    "QUEUE": {"Ethernet0|3": {"scheduler": "a"}},
    "PORT_STORM_CONTROL": {"Ethernet0|broadcast": {"kbps": "1000"}},
    "STATIC_ROUTE": {"default|10.1.0.0/24": {"blackhole": "true", "advertise": "true"}},
    "VLAN": {"Vlan10": {**VLAN_ROW}},
    "VLAN_INTERFACE": {"Vlan10": {}, "Vlan10|10.2.0.1/24": {}},
    "VLAN_MEMBER": {"Vlan10|Ethernet4": {"tagging_mode": "untagged"}},
    "WRED_PROFILE": {"W": {"green_max_threshold": "1"}},
}


def verdicts(table: str, key: str, row: dict[str, str] | None) -> tuple[Verdict, ...]:
    """Return the verdicts when a row becomes `row`, or goes if None."""
    intended: ConfigDb = {name: dict(rows) for name, rows in RUNNING.items()}
    if row is None:
        del intended[table][key]
        if not intended[table]:
            del intended[table]
    else:
        intended.setdefault(table, {})[key] = dict(row)
    return classify(diff(RUNNING, intended), RUNNING)


@pytest.mark.parametrize(
    ("table", "key", "row", "harm", "name"),
    [
        ("WRED_PROFILE", "W", {"green_max_threshold": "2"}, "HITLESS", ""),
        ("PORT_QOS_MAP", "Ethernet0", {"pfc_enable": "3,4"}, "PORT_BOUNCE", "Ethernet0"),
        ("PORT_QOS_MAP", "Ethernet4", {"pfc_enable": "3,4"}, "HITLESS", "Ethernet4"),
        ("PORT_QOS_MAP", "global", {"dscp_to_tc_map": "A"}, "HITLESS", "global"),
        ("QUEUE", "Ethernet0|3", {"scheduler": "b"}, "PORT_BOUNCE", "Ethernet0"),
        ("QUEUE", "Ethernet4|3", {"scheduler": "b"}, "HITLESS", "Ethernet4"),
        (
            "PORT",
            "Ethernet4",
            {"lanes": "4", "speed": "400000", "admin_status": "up"},
            "HITLESS",
            "Ethernet4",
        ),
        (
            "PORT",
            "Ethernet0",
            {"lanes": "0", "speed": "400000", "admin_status": "down"},
            "PORT_BOUNCE",
            "Ethernet0",
        ),
        (
            "PORT",
            "Ethernet0",
            {"lanes": "0", "speed": "800000", "admin_status": "up"},
            "PORT_BOUNCE",
            "Ethernet0",
        ),
        (
            "PORT",
            "Ethernet0",
            {"lanes": "9", "speed": "400000", "admin_status": "up"},
            "CONFIG_RELOAD",
            "Ethernet0",
        ),
        ("PORT", "Ethernet8", {"lanes": "8", "speed": "400000"}, "CONFIG_RELOAD", ""),
        ("BGP_NEIGHBOR", "10.0.0.5", {"asn": "1", "name": "spine3"}, "HITLESS", ""),
        ("BGP_NEIGHBOR", "10.0.0.1", None, "BGP_RESET", "10.0.0.1"),
        (
            "BGP_NEIGHBOR",
            "10.0.0.1",
            {"asn": "1", "name": "spine1", "admin_status": "up", "holdtime": "9"},
            "BGP_RESET",
            "10.0.0.1",
        ),
        (
            "BGP_NEIGHBOR",
            "10.0.0.1",
            {"asn": "1", "name": "spine1", "admin_status": "down", "holdtime": "10"},
            "BGP_RESET",
            "10.0.0.1",
        ),
        (
            "BGP_NEIGHBOR",
            "10.0.0.3",
            {"asn": "1", "name": "spine2", "admin_status": "up"},
            "HITLESS",
            "10.0.0.3",
        ),
        ("INTERFACE", "Ethernet0|10.0.0.0/31", None, "BGP_RESET", "Ethernet0"),
        ("INTERFACE", "Ethernet4", {}, "HITLESS", ""),
        (
            "STATIC_ROUTE",
            "default|10.1.0.0/24",
            {"blackhole": "true", "advertise": "false"},
            "BGP_RESET",
            "",
        ),
        ("LOOPBACK_INTERFACE", "Loopback0|10.9.9.9/32", {}, "SERVICE_RESTART", ""),
        (
            "BUFFER_PROFILE",
            "lossy",
            {"pool": "pool", "size": "0", "dynamic_th": "2"},
            "HITLESS",
            "",
        ),
        (
            "BUFFER_PROFILE",
            "lossy",
            {"pool": "pool", "size": "9", "dynamic_th": "1"},
            "CONFIG_RELOAD",
            "",
        ),
        ("BUFFER_POOL", "pool", {"size": "200"}, "CONFIG_RELOAD", ""),
        (
            "DEVICE_METADATA",
            "localhost",
            {"hostname": "leaf", "bgp_asn": "2", "type": "LeafRouter"},
            "SERVICE_RESTART",
            "",
        ),
        (
            "DEVICE_METADATA",
            "localhost",
            {"hostname": "leaf", "bgp_asn": "1", "type": "ToRRouter"},
            "CONFIG_RELOAD",
            "",
        ),
        ("VLAN_MEMBER", "Vlan10|Ethernet8", {"tagging_mode": "untagged"}, "HITLESS", "Ethernet8"),
        ("VLAN_MEMBER", "Vlan10|Ethernet4", None, "PORT_BOUNCE", "Ethernet4"),
        (
            "VLAN_MEMBER",
            "Vlan10|Ethernet4",
            {"tagging_mode": "tagged"},
            "CONFIG_RELOAD",
            "Ethernet4",
        ),
        ("VLAN", "Vlan20", {"vlanid": "20"}, "HITLESS", ""),
        ("VLAN", "Vlan10", {**VLAN_ROW, "admin_status": "down"}, "BGP_RESET", "Vlan10"),
        ("VLAN", "Vlan10", {**VLAN_ROW, "mtu": "1500"}, "HITLESS", "Vlan10"),
        ("VLAN", "Vlan10", {**VLAN_ROW, "mac": "02:00:00:00:00:02"}, "BGP_RESET", ""),
        ("VLAN", "Vlan10", {**VLAN_ROW, "dhcp_servers": "192.0.2.5"}, "HITLESS", ""),
        ("VLAN_INTERFACE", "Vlan10|10.2.0.1/24", None, "SERVICE_RESTART", ""),
        ("VLAN_INTERFACE", "Vlan10|fd00::1/64", {}, "SERVICE_RESTART", ""),
        ("PORT_STORM_CONTROL", "Ethernet0|broadcast", {"kbps": "2000"}, "HITLESS", ""),
        ("DHCP_RELAY", "Vlan10", {"interface_id": "true"}, "HITLESS", ""),
        ("SOME_NEW_TABLE", "row", {"field": "1"}, "CONFIG_RELOAD", ""),
    ],
)
def test_a_change_has_its_class(
    table: str, key: str, row: dict[str, str] | None, harm: str, name: str
) -> None:
    found = verdicts(table, key, row)
    assert found
    assert worst(found) is ChangeClass[harm]
    assert {verdict.name for verdict in found} == {name}
    assert all(verdict.reason and verdict.source for verdict in found)


def test_the_classes_rise_in_harm() -> None:
    assert [harm.text for harm in sorted(ChangeClass)] == [
        "hitless",
        "port bounce",
        "BGP reset",
        "service restart",
        "config reload",
        "reboot",
    ]


def test_nothing_changed_is_hitless() -> None:
    assert worst(()) is ChangeClass.HITLESS


def test_the_last_rule_of_a_table_fits_what_the_others_leave() -> None:
    unconditional = {"always"}
    for table in RUNNING:
        assert rules_of(table)[-1].when in unconditional

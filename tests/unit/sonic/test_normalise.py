"""The normal form: one for every spelling, different for every difference."""

import copy
from ipaddress import IPv6Address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from railwright.sonic.configdb import LISTS_STORED_AS_TEXT, ConfigDb, Row
from railwright.sonic.normalise import (
    BOOLEANS,
    CASELESS,
    COMMA_TEXTS,
    DEFAULTS,
    RANGE_TABLES,
    SETS,
    normalise,
)


def row(table: str, fields: Row) -> Row:
    """Return the normal form of one row of a table."""
    return normalise({table: {"x": fields}})[table]["x"]


@pytest.mark.parametrize(
    ("table", "written", "same"),
    [
        ("PORT", {"admin_status": "down"}, {}),
        ("PORT", {"dhcp_rate_limit": "300", "mtu": "9100", "speed": "1"}, {"speed": "1"}),
        ("WRED_PROFILE", {"ecn": "ecn_none", "green_drop_probability": "100"}, {}),
        ("AAA", {"failthrough": "True"}, {"failthrough": "true"}),
        ("KDUMP", {"enabled": "False"}, {"enabled": "false"}),
        ("SCHEDULER", {"type": "DWRR", "weight": "1"}, {"type": "DWRR"}),
        ("BUFFER_PROFILE", {"xon": "0", "size": "0"}, {"size": "0"}),
        ("DEVICE_METADATA", {"docker_routing_config_mode": "separated"}, {}),
        ("BGP_NEIGHBOR", {"holdtime": "180", "keepalive": "60", "asn": "1"}, {"asn": "1"}),
        ("ACL_TABLE", {"stage": "INGRESS"}, {}),
        ("INTERFACE", {"NULL": "NULL"}, {}),
        ("INTERFACE", {"NULL": "NULL", "vrf_name": "VrfA"}, {"vrf_name": "VrfA"}),
        ("ACL_TABLE", {"ports": [], "type": "L3"}, {"type": "L3"}),
        ("ACL_TABLE", {"ports": [""]}, {}),
        ("PORT", {"adv_speeds": ""}, {}),
        ("ACL_TABLE", {"ports": ["Ethernet8", "Ethernet0"]}, {"ports": ["Ethernet0", "Ethernet8"]}),
        ("PORT", {"adv_speeds": ["400000", "100000"]}, {"adv_speeds": "100000, 400000"}),
        ("NTP", {"src_intf": ["eth0", "Loopback0"]}, {"src_intf": "eth0; Loopback0"}),
        ("PORT", {"lanes": "0, 1 ,2,3"}, {"lanes": "0,1,2,3"}),
        ("PORT_QOS_MAP", {"pfc_enable": "4, 3"}, {"pfc_enable": "3,4"}),
        ("BGP_NEIGHBOR", {"local_addr": "FD00:0:0::1"}, {"local_addr": "fd00::1"}),
        ("STATIC_ROUTE", {"nexthop": "FD00::01,fd00::2"}, {"nexthop": "fd00::1, fd00::2"}),
        ("DEVICE_METADATA", {"mac": "02:00:00:00:00:AB"}, {"mac": "02:00:00:00:00:ab"}),
        ("PORT", {"tpid": "0x88A8"}, {"tpid": "0x88a8"}),
        ("VLAN", {"admin_status": "up", "mtu": "9100", "vlanid": "10"}, {"vlanid": "10"}),
        ("VLAN", {"mac": "02:00:00:00:00:AB"}, {"mac": "02:00:00:00:00:ab"}),
        (
            "VLAN",
            {"dhcp_servers": ["10.0.0.2", "10.0.0.1"]},
            {"dhcp_servers": ["10.0.0.1", "10.0.0.2"]},
        ),
    ],
)
def test_two_spellings_of_one_meaning(table: str, written: Row, same: Row) -> None:
    assert row(table, written) == row(table, same)


@pytest.mark.parametrize(
    ("table", "one", "other"),
    [
        ("PORT", {"admin_status": "up"}, {}),
        ("PORT", {"lanes": "0,1"}, {"lanes": "1,0"}),
        ("PORT", {"description": "rail, 3"}, {"description": "rail,3"}),
        ("PORT", {"alias": "Etp1"}, {"alias": "etp1"}),
        ("PORT_QOS_MAP", {"pfc_enable": ""}, {}),
        ("PORT_QOS_MAP", {"pfc_enable": "3"}, {"pfc_enable": "3,4"}),
        ("STATIC_ROUTE", {"advertise": "false"}, {}),
        ("STATIC_ROUTE", {"advertise": "False"}, {"advertise": "false"}),
        ("STATIC_ROUTE", {"blackhole": "True"}, {"blackhole": "true"}),
        ("WRED_PROFILE", {"wred_green_enable": "True"}, {"wred_green_enable": "true"}),
        ("WRED_PROFILE", {"wred_green_enable": "False"}, {}),
        ("BGP_DEVICE_GLOBAL", {"tsa_enabled": "TRUE"}, {"tsa_enabled": "true"}),
        ("AAA", {"failthrough": "TRUE"}, {"failthrough": "true"}),
        ("BUFFER_PROFILE", {"size": "0", "xoff": "0"}, {"size": "0"}),
        ("SWITCH_HASH", {"ecmp_hash": ["SRC_IP", "DST_IP"]}, {"ecmp_hash": ["DST_IP", "SRC_IP"]}),
        ("SSH_SERVER", {"macs": ["a", "b"]}, {"macs": ["b", "a"]}),
        ("AAA", {"login": "tacacs+,local"}, {"login": "local,tacacs+"}),
        ("STATIC_ROUTE", {"nexthop": "10.0.0.1,10.0.0.2"}, {"nexthop": "10.0.0.2,10.0.0.1"}),
        ("INTERFACE", {"mac_addr": "02:00:00:00:00:01"}, {"mac_addr": "02:00:00:00:00:02"}),
        ("ACL_TABLE", {"ports": ["Ethernet0"]}, {"ports": "Ethernet0"}),
    ],
)
def test_two_meanings_stay_different(table: str, one: Row, other: Row) -> None:
    assert row(table, one) != row(table, other)


def test_ranges_in_keys_are_spelled_out() -> None:
    assert normalise({"BUFFER_PG": {"Ethernet0|3-4": {"profile": "p"}}}) == normalise(
        {"BUFFER_PG": {"Ethernet0|4": {"profile": "p"}, "Ethernet0|3": {"profile": "p"}}}
    )
    keys = ("Ethernet0|4-3", "Ethernet0|a-b", "Ethernet0|3-", "Ethernet0|0-64", "e|0-99999999")
    odd: ConfigDb = {"QUEUE": {key: {} for key in keys}}
    assert normalise(odd) == odd
    other: ConfigDb = {"PREFIX_LIST": {"x|3-4": {}}}
    assert normalise(other) == other


@pytest.mark.parametrize("keys", [("e|3-4", "e|3"), ("e|3", "e|3-4")])
def test_a_single_index_counts_more_than_a_range(keys: tuple[str, str]) -> None:
    rows: dict[str, Row] = {key: {"profile": key} for key in keys}
    assert normalise({"BUFFER_PG": rows})["BUFFER_PG"] == {
        "e|3": {"profile": "e|3"},
        "e|4": {"profile": "e|3-4"},
    }


def test_ipv6_in_keys_has_one_spelling() -> None:
    written: ConfigDb = {"INTERFACE": {"Ethernet0|FD00:0::1/64": {}, "Ethernet0|10.0.0.0/31": {}}}
    assert list(normalise(written)["INTERFACE"]) == [
        "Ethernet0|fd00::1/64",
        "Ethernet0|10.0.0.0/31",
    ]


def test_an_empty_table_is_no_table_but_an_empty_row_is_a_row() -> None:
    assert normalise({"VLAN": {}, "DNS_NAMESERVER": {"192.0.2.1": {}}}) == {
        "DNS_NAMESERVER": {"192.0.2.1": {}}
    }


def test_the_argument_is_left_alone() -> None:
    config: ConfigDb = {"ACL_TABLE": {"a": {"ports": ["Ethernet8", "Ethernet0"]}}, "VLAN": {}}
    before = copy.deepcopy(config)
    normalise(config)
    assert config == before


def test_every_set_is_something_that_holds_several_values() -> None:
    texts = COMMA_TEXTS | LISTS_STORED_AS_TEXT.keys()
    lists = {key for key in SETS if key not in texts}
    assert lists <= {
        ("ACL_TABLE", "ports"),
        ("ACL_TABLE", "services"),
        ("ACL_TABLE_TYPE", "ACTIONS"),
        ("ACL_TABLE_TYPE", "BIND_POINTS"),
        ("ACL_TABLE_TYPE", "MATCHES"),
        ("BGP_PEER_RANGE", "ip_range"),
        ("DHCP_RELAY", "dhcpv6_servers"),
        ("MGMT_INTERFACE", "forced_mgmt_routes"),
        ("VLAN", "dhcp_servers"),
        ("VLAN", "dhcpv6_servers"),
    }


def test_defaults_are_in_normal_form() -> None:
    for table, fields in DEFAULTS.items():
        for field, value in fields.items():
            assert row(table, {field: value}) == {}, (table, field)
            assert row(table, {field: value.upper() + "?"}) != {}, (table, field)


LIST_FIELDS = sorted(SETS - COMMA_TEXTS - LISTS_STORED_AS_TEXT.keys())
WORDS = st.sampled_from(
    ["true", "Ethernet0", "Ethernet10", "10.0.0.1", "fd00::1", "3", "a b", "", "fd00::/64"]
)


@st.composite
def configs(draw: st.DrawFn) -> ConfigDb:
    """Draw configurations in which every rule of the normal form has something to do."""
    config: ConfigDb = {}
    for table, field in draw(st.sets(st.sampled_from(sorted(COMMA_TEXTS | CASELESS)))):
        config.setdefault(table, {})["x|FD00::01"] = {field: ",".join(draw(st.lists(WORDS)))}
    for table, field in draw(st.sets(st.sampled_from(LIST_FIELDS))):
        config.setdefault(table, {})["y"] = {field: draw(st.lists(WORDS))}
    for table, field in draw(st.sets(st.sampled_from(sorted(LISTS_STORED_AS_TEXT)))):
        config.setdefault(table, {})["z"] = {field: draw(st.lists(WORDS) | WORDS)}
    for table, field in draw(st.sets(st.sampled_from(sorted(BOOLEANS)))):
        config.setdefault(table, {})["b"] = {field: draw(st.sampled_from(["true", "false"]))}
    for table in draw(st.sets(st.sampled_from(sorted(DEFAULTS)))):
        fields = draw(st.sets(st.sampled_from(sorted(DEFAULTS[table]))))
        config.setdefault(table, {})["d"] = {field: draw(WORDS) for field in fields}
    for table in draw(st.sets(st.sampled_from(sorted(RANGE_TABLES)))):
        keys = draw(st.sets(st.sampled_from(["e|3", "e|3-4", "e|0-7", "e|4-3"])))
        config.setdefault(table, {}).update({key: {"profile": key} for key in keys})
    return config


@given(configs())
def test_the_normal_form_is_its_own_normal_form(config: ConfigDb) -> None:
    once = normalise(config)
    assert normalise(once) == once


def respelled(config: ConfigDb, data: st.DataObject) -> ConfigDb:
    """Return the configuration with the same meaning, written as differently as possible."""
    result: ConfigDb = {"EMPTY": {}} if data.draw(st.booleans()) else {}
    for table, rows in config.items():
        result[table] = {
            respelled_ipv6(key): respelled_row(table, fields, data) for key, fields in rows.items()
        }
    return result


def respelled_row(table: str, fields: Row, data: st.DataObject) -> Row:
    result: Row = {name: respelled_value(table, name, fields[name], data) for name in fields}
    for name, value in DEFAULTS.get(table, {}).items():
        if name not in result and data.draw(st.booleans()):
            result[name] = value
        elif result.get(name) == value:
            del result[name]
    return result or {"NULL": "NULL"}


def respelled_value(table: str, name: str, value: str | list[str], data: st.DataObject) -> Any:
    separator = "," if (table, name) in COMMA_TEXTS else LISTS_STORED_AS_TEXT.get((table, name))
    if isinstance(value, str) and separator is None:
        return respelled_word(table, name, value)
    words = value.split(separator) if isinstance(value, str) else value
    words = [respelled_word(table, name, word) for word in words]
    if (table, name) in SETS:
        words = data.draw(st.permutations(words))
    if isinstance(value, str):
        return f" {separator} ".join(words)
    return separator.join(words) if separator else words


def respelled_word(table: str, name: str, word: str) -> str:
    if word in {"true", "false"} and (table, name) in BOOLEANS:
        return word.capitalize()
    return word.upper() if (table, name) in CASELESS else respelled_ipv6(word)


def respelled_ipv6(text: str) -> str:
    *front, last = text.split("|")
    address, slash, length = last.partition("/")
    if ":" in address:
        last = IPv6Address(address).exploded.upper() + slash + length
    return "|".join([*front, last])


@given(configs(), st.data())
def test_equal_meaning_has_an_equal_normal_form(config: ConfigDb, data: st.DataObject) -> None:
    assert normalise(respelled(config, data)) == normalise(config)

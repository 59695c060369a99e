"""One form for all spellings of the same configuration, so that drift means a difference.

Two configurations that a switch treats alike have equal normal forms: defaults are left out,
sets are sorted, addresses have one spelling, key ranges are spelled out. The normal
form is for comparing only. What is special about a field stands in the tables below.
"""

import re
from collections.abc import Mapping
from ipaddress import AddressValueError, IPv6Address
from types import MappingProxyType

from railwright.sonic.configdb import (
    KEY_SEPARATOR,
    LISTS_STORED_AS_TEXT,
    ConfigDb,
    FieldValue,
    Row,
    key_parts,
    sort_key,
)

DEFAULTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        # `default` statements of sonic-buildimage src/sonic-yang-models (sonic-<table>.yang),
        # except where a line names another source. Left out although YANG has a default:
        # STATIC_ROUTE.advertise and .bfd (bgpcfgd advertises unless the text is "false"),
        # BUFFER_PG.profile ("0" is no profile), and BUFFER_PROFILE.xoff (sonic-swss
        # cfgmgr/buffermgrdyn.cpp takes a profile for lossless when the field is there).
        "ACL_TABLE": {"stage": "ingress"},
        "BGP_DEVICE_GLOBAL": {
            "chassis_tsa_supported": "false",
            "idf_isolation_state": "unisolated",
            "tsa_enabled": "false",
            "wcmp_enabled": "false",
        },
        # docker-fpm-frr/frr/bgpd/templates/general/instance.conf.j2
        "BGP_NEIGHBOR": {"holdtime": "180", "keepalive": "60", "nhopself": "0", "rrclient": "0"},
        "BUFFER_POOL": {"xoff": "0"},
        "BUFFER_PROFILE": {
            "headroom_type": "static",
            "xon": "0",
            "xon_offset": "0",
        },
        "DEVICE_METADATA": {
            "buffer_model": "traditional",  # docker-orchagent/buffermgrd.sh
            "default_bgp_status": "up",
            "default_pfcwd_status": "disable",
            # YANG says unified, docker-fpm-frr/docker_init.sh treats absent as separated.
            "docker_routing_config_mode": "separated",
            "frr_mgmt_framework_config": "false",
            "suppress-fib-pending": "disabled",
            "synchronous_mode": "enable",
            "timezone": "UTC",
            "yang_config_validation": "disable",
        },
        "DNS_OPTIONS": {"attempts": "2", "ndots": "1", "timeout": "5"},
        "INTERFACE": {"ipv6_use_link_local_only": "disable", "nat_zone": "0"},
        "LLDP": {"enabled": "true", "hello_time": "30", "multiplier": "4"},
        "LOOPBACK_INTERFACE": {"admin_status": "up", "nat_zone": "0"},
        "MGMT_PORT": {"admin_status": "up", "mtu": "1500"},
        "MGMT_VRF_CONFIG": {"mgmtVrfEnabled": "false"},
        "NTP": {
            "admin_state": "enabled",
            "authentication": "disabled",
            "dhcp": "enabled",
            "server_role": "enabled",
        },
        "NTP_SERVER": {
            "admin_state": "enabled",
            "association_type": "server",
            "iburst": "on",
            "trusted": "no",
            "version": "4",
        },
        "PORT": {
            "admin_status": "down",
            "dhcp_rate_limit": "300",
            "fast_linkup": "false",
            "mtu": "9100",  # sonic-swss cfgmgr/portmgr.h DEFAULT_MTU_STR
            "role": "Ext",
        },
        "PORTCHANNEL_INTERFACE": {"ipv6_use_link_local_only": "disable", "nat_zone": "0"},
        "SCHEDULER": {"meter_type": "bytes", "type": "WRR", "weight": "1"},
        "STATIC_ROUTE": {"blackhole": "false", "distance": "0"},
        "SYSLOG_CONFIG": {"format": "standard", "severity": "notice"},
        "TACPLUS": {"auth_type": "pap", "key_encrypt": "false", "timeout": "5"},
        "TACPLUS_SERVER": {
            "auth_type": "pap",
            "key_encrypt": "false",
            "priority": "1",
            "tcp_port": "49",
            "timeout": "5",
        },
        "VLAN": {"admin_status": "up", "mtu": "9100"},  # sonic-swss cfgmgr/vlanmgr.cpp
        "VLAN_INTERFACE": {
            "ipv6_use_link_local_only": "disable",
            "nat_zone": "0",
            "static_anycast_gateway": "false",
        },
        "VRF": {"fallback": "false", "vni": "0"},
        "WRED_PROFILE": {
            "ecn": "ecn_none",
            "green_drop_probability": "100",
            "red_drop_probability": "100",
            "wred_green_enable": "false",
            "wred_red_enable": "false",
            "wred_yellow_enable": "false",
            "yellow_drop_probability": "100",
        },
    }
)
"""table -> field -> value that means the same as an absent field."""

COMMA_TEXTS: frozenset[tuple[str, str]] = frozenset(
    {
        ("AAA", "login"),
        ("COPP_TRAP", "trap_ids"),
        ("PORT", "lanes"),
        ("PORT_QOS_MAP", "pfc_enable"),
        ("PORT_QOS_MAP", "pfcwd_sw_enable"),
        ("STATIC_ROUTE", "advertise"),
        ("STATIC_ROUTE", "bfd"),
        ("STATIC_ROUTE", "blackhole"),
        ("STATIC_ROUTE", "distance"),
        ("STATIC_ROUTE", "ifname"),
        ("STATIC_ROUTE", "nexthop"),
        ("STATIC_ROUTE", "nexthop-vrf"),
    }
)
"""(table, field) of plain strings that hold several values; spaces around commas mean nothing."""

SETS: frozenset[tuple[str, str]] = frozenset(
    {
        # Order decides nothing in these, although YANG marks most of them ordered-by user. Lanes,
        # hash fields, next hops, ciphers and login methods keep the order they have.
        ("ACL_TABLE", "ports"),
        ("ACL_TABLE", "services"),
        ("ACL_TABLE_TYPE", "ACTIONS"),
        ("ACL_TABLE_TYPE", "BIND_POINTS"),
        ("ACL_TABLE_TYPE", "MATCHES"),
        ("BGP_ALLOWED_PREFIXES", "prefixes_v4"),
        ("BGP_ALLOWED_PREFIXES", "prefixes_v6"),
        ("BGP_PEER_RANGE", "ip_range"),
        ("BUFFER_PORT_EGRESS_PROFILE_LIST", "profile_list"),
        ("BUFFER_PORT_INGRESS_PROFILE_LIST", "profile_list"),
        ("COPP_TRAP", "trap_ids"),
        ("DHCP_RELAY", "dhcpv6_servers"),
        ("MGMT_INTERFACE", "forced_mgmt_routes"),
        ("PORT", "adv_interface_types"),
        ("PORT", "adv_speeds"),
        ("PORT_QOS_MAP", "pfc_enable"),
        ("PORT_QOS_MAP", "pfcwd_sw_enable"),
        ("VLAN", "dhcp_servers"),
        ("VLAN", "dhcpv6_servers"),
    }
)
"""(table, field) of lists in which order and repetition mean nothing."""

CASELESS: frozenset[tuple[str, str]] = frozenset(
    {
        ("ACL_TABLE", "stage"),  # sonic-swss orchagent/aclorch.cpp processAclTableStage
        ("DEVICE_METADATA", "mac"),
        ("PORT", "tpid"),  # YANG accepts 0x88a8 and 0x88A8
        ("PORTCHANNEL", "tpid"),
        ("VLAN", "mac"),
    }
)
"""(table, field) in which upper and lower case mean the same."""

BOOLEANS: frozenset[tuple[str, str]] = frozenset(
    {
        # Readers in sonic-host-services scripts/hostcfgd that take both spellings. Most daemons
        # take `true` and `false` alone: qosorch refuses `True`, bgpcfgd drops such a route.
        ("AAA", "debug"),
        ("AAA", "failthrough"),
        ("KDUMP", "enabled"),
        ("PASSW_HARDENING", "digits_class"),
        ("PASSW_HARDENING", "lower_class"),
        ("PASSW_HARDENING", "reject_user_passw_match"),
        ("PASSW_HARDENING", "special_class"),
        ("PASSW_HARDENING", "upper_class"),
    }
)
"""(table, field) in which `True` and `False` mean the same as `true` and `false`."""

MOST_INDEX = 63
"""No priority, group or queue has a higher number; a key beyond it stays as it is written."""

RANGE_TABLES = frozenset({"BUFFER_PG", "BUFFER_QUEUE", "QUEUE"})
"""Tables whose last key part is a priority, a queue or a range of them (`Ethernet0|3-4`)."""

_RANGE = re.compile(r"(\d{1,2})-(\d{1,2})")
_CAPITALS = frozenset({"True", "False"})


def normalise(config: ConfigDb) -> ConfigDb:
    """Return the normal form of a configuration; the argument is left unchanged.

    Empty tables, `NULL` placeholders, empty lists and fields at their default are gone. A row that
    becomes empty stays, since rows without fields mean something (INTERFACE, DNS_NAMESERVER).
    `True` and `False` lose their capitals only where what reads them does not mind.
    """
    return {table: _rows(table, rows) for table, rows in config.items() if rows}


def _rows(table: str, rows: Mapping[str, Row]) -> dict[str, Row]:
    # A range first and a single index after it: the more specific row is the one that counts.
    ordered = sorted(rows, key=lambda key: "-" not in key) if table in RANGE_TABLES else rows
    return {
        key: _row(table, rows[written])
        for written in ordered
        for key in _keys(table, _text(written))
    }


def _keys(table: str, key: str) -> list[str]:
    *front, last = key_parts(key)
    found = _RANGE.fullmatch(last) if table in RANGE_TABLES else None
    if found is None:
        return [key]
    first, final = int(found[1]), int(found[2])
    if first > final or final > MOST_INDEX:
        return [key]
    return [KEY_SEPARATOR.join((*front, str(index))) for index in range(first, final + 1)]


def _row(table: str, row: Row) -> Row:
    defaults = DEFAULTS.get(table, {})
    result: Row = {}
    for field, written in row.items():
        value = _value(table, field, written)
        if value is not None and field != "NULL" and defaults.get(field) != value:
            result[field] = value
    return result


def _value(table: str, field: str, written: FieldValue) -> FieldValue | None:
    """Return the normal form of a value, None if it means the same as an absent field."""
    separator = _separator(table, field)
    if separator is None and isinstance(written, str):
        return _word(table, field, written)
    items = written.split(separator) if isinstance(written, str) else written
    words = [_word(table, field, item.strip()) for item in items]
    is_list = isinstance(written, list) or (table, field) in LISTS_STORED_AS_TEXT
    if is_list and not any(words):
        return None
    if (table, field) in SETS:
        words = sorted(set(words), key=sort_key)
    return words if separator is None else separator.join(words)


def _separator(table: str, field: str) -> str | None:
    """Return what joins the values of a field that CONFIG_DB holds as one string."""
    if (table, field) in COMMA_TEXTS:
        return ","
    return LISTS_STORED_AS_TEXT.get((table, field))


def _word(table: str, field: str, word: str) -> str:
    is_boolean = word in _CAPITALS and (table, field) in BOOLEANS
    return word.lower() if is_boolean or (table, field) in CASELESS else _ipv6(word)


def _text(key: str) -> str:
    return KEY_SEPARATOR.join(map(_ipv6, key_parts(key))) if ":" in key else key


def _ipv6(word: str) -> str:
    """Return an IPv6 address or prefix in its shortest form (RFC 5952), other text unchanged."""
    if ":" not in word:
        return word
    address, slash, length = word.partition("/")
    try:
        return f"{IPv6Address(address)}{slash}{length}"
    except AddressValueError:
        return word

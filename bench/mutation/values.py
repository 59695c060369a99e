"""Other legal values of CONFIG_DB fields, and which changes change nothing."""

import random
from collections.abc import Mapping
from ipaddress import AddressValueError, IPv4Address

from railwright.sonic.configdb import ConfigDb

REFERENCES: Mapping[str, str] = {
    "dscp_to_tc_map": "DSCP_TO_TC_MAP",
    "tc_to_queue_map": "TC_TO_QUEUE_MAP",
    "tc_to_pg_map": "TC_TO_PRIORITY_GROUP_MAP",
    "pfc_to_queue_map": "MAP_PFC_PRIORITY_TO_QUEUE",
    "pfc_to_pg_map": "PFC_PRIORITY_TO_PRIORITY_GROUP_MAP",
    "scheduler": "SCHEDULER",
    "wred_profile": "WRED_PROFILE",
    "profile": "BUFFER_PROFILE",
    "pool": "BUFFER_POOL",
}
"""Field -> the table whose rows it names."""

CHOICES: Mapping[str, tuple[str, ...]] = {
    "action": ("drop", "forward", "alert"),
    "admin_status": ("up", "down"),
    "association_type": ("server", "pool"),
    "autoneg": ("on", "off"),
    "buffer_model": ("traditional", "dynamic"),
    "default_bgp_status": ("up", "down"),
    "docker_routing_config_mode": ("separated", "unified", "split"),
    "ecn": ("ecn_none", "ecn_green", "ecn_red", "ecn_all"),
    "fec": ("rs", "none", "fc", "auto"),
    "iburst": ("on", "off"),
    "login": ("local", "tacacs+"),
    "mode": ("static", "dynamic"),
    "packet_discard_action": ("drop", "trim"),
    "pfc_asym": ("on", "off"),
    "protocol": ("tcp", "udp"),
    "state": ("enabled", "disabled"),
    "synchronous_mode": ("enable", "disable"),
    "tagging_mode": ("tagged", "untagged", "priority_tagged"),
    "tpid": ("0x8100", "0x9100", "0x9200", "0x88a8"),
    "FLEX_COUNTER_STATUS": ("enable", "disable"),
}
"""Values a field may have, by its name. `type` has them by table."""

TYPES: Mapping[str, tuple[str, ...]] = {
    "BUFFER_POOL": ("ingress", "egress", "both"),
    "DEVICE_METADATA": ("LeafRouter", "ToRRouter", "SpineRouter", "LowerSpineRouter"),
    "DEVICE_NEIGHBOR_METADATA": ("LeafRouter", "ToRRouter", "Server", "SpineRouter"),
    "SCHEDULER": ("DWRR", "WRR", "STRICT"),
}
OF_EIGHT = frozenset(
    {
        "DSCP_TO_TC_MAP",
        "MAP_PFC_PRIORITY_TO_QUEUE",
        "PFC_PRIORITY_TO_PRIORITY_GROUP_MAP",
        "TC_TO_PRIORITY_GROUP_MAP",
        "TC_TO_QUEUE_MAP",
    }
)
"""Maps whose values are 0 to 7."""

CAPITALS_MATTER: tuple[tuple[str, str], ...] = (
    ("MGMT_VRF_CONFIG", "mgmtVrfEnabled"),  # interfaces.j2
    ("STATIC_ROUTE", "blackhole"),  # bgpcfgd managers_static_rt.py: the route is lost
    ("WRED_PROFILE", "wred_green_enable"),  # sonic-swss qosorch.cpp convertBool
    ("WRED_PROFILE", "wred_red_enable"),
    ("WRED_PROFILE", "wred_yellow_enable"),
)
"""(table, field) whose reader takes `True` for something else than `true`."""

SPEEDS = ("1000", "10000", "25000", "100000", "200000", "400000", "800000")

DEFAULTS: Mapping[tuple[str, str], str] = {
    # What a daemon of SONiC takes where the field is absent, so that deleting it changes nothing.
    ("BGP_NEIGHBOR", "nhopself"): "0",  # bgpd/templates/general/instance.conf.j2
    ("BGP_NEIGHBOR", "rrclient"): "0",
    ("BGP_NEIGHBOR", "admin_status"): "up",  # DEVICE_METADATA.default_bgp_status, up everywhere
    ("BUFFER_POOL", "xoff"): "0",  # bufferorch.cpp: no shared headroom pool
    ("BUFFER_PROFILE", "xon"): "0",  # sonic-buffer-profile.yang, bufferorch.cpp
    ("BUFFER_PROFILE", "xon_offset"): "0",
    ("DEVICE_METADATA", "buffer_model"): "traditional",  # docker-orchagent/buffermgrd.sh
    ("DEVICE_METADATA", "default_bgp_status"): "up",  # sonic-device_metadata.yang
    ("DEVICE_METADATA", "default_pfcwd_status"): "disable",
    ("DEVICE_METADATA", "docker_routing_config_mode"): "separated",  # docker_init.sh
    ("DEVICE_METADATA", "frr_mgmt_framework_config"): "false",
    ("DEVICE_METADATA", "synchronous_mode"): "enable",
    ("DEVICE_METADATA", "timezone"): "UTC",
    ("DEVICE_METADATA", "yang_config_validation"): "disable",
    ("MGMT_PORT", "admin_status"): "up",
    ("MGMT_VRF_CONFIG", "mgmtVrfEnabled"): "false",
    ("NTP", "admin_state"): "enabled",
    ("NTP", "dhcp"): "enabled",
    ("NTP", "server_role"): "enabled",
    ("NTP_SERVER", "association_type"): "server",
    ("NTP_SERVER", "iburst"): "on",
    ("PORT", "admin_status"): "down",  # sonic-port.yang
    ("PORT", "mtu"): "9100",  # portmgr.h DEFAULT_MTU_STR
    ("SCHEDULER", "weight"): "1",
    ("TACPLUS_SERVER", "priority"): "1",  # sonic-system-tacacs.yang
    ("TACPLUS_SERVER", "tcp_port"): "49",
    ("VLAN", "admin_status"): "up",
    ("VLAN", "mtu"): "9100",
}
"""(table, field) -> the value that an absent field means."""

FOR_PEOPLE = frozenset({("PORT", "description")})
"""Texts that no daemon reads: a change of them is a harmless edit."""


def is_meaningless(table: str, field: str, value: object) -> bool:
    """Return whether deleting this field changes nothing."""
    return DEFAULTS.get((table, field)) == value or (table, field) in FOR_PEOPLE


def other_value(  # noqa: PLR0911 (one kind of value a line)
    rng: random.Random, config: ConfigDb, table: str, field: str, value: str
) -> str | None:
    """Return another legal value of a field, None where there is none."""
    if field in REFERENCES and value in config.get(REFERENCES[field], {}):
        return _another(rng, value, (*config[REFERENCES[field]],))
    if field == "type" and table in TYPES:
        return _another(rng, value, TYPES[table])
    if field in CHOICES:
        return _another(rng, value, CHOICES[field])
    if table == "PORT" and field == "speed":
        return _another(rng, value, SPEEDS)
    if table in OF_EIGHT:
        return _another(rng, value, tuple("01234567"))
    if value in {"true", "false"}:
        return "false" if value == "true" else "true"
    if field in {"pfc_enable", "pfcwd_sw_enable"}:
        return _another(rng, value, ("0", "1", "2", "3", "4", "3,4", "2,3", "0,1,2,3,4,5,6,7"))
    if field == "profile_list":
        return value.rpartition(",")[0] or "other_profile"
    return _by_text(rng, value)


def _by_text(rng: random.Random, value: str) -> str | None:
    """Return another text of the same kind: a number, a length, an address, a list, a name."""
    if value.lstrip("-").isdecimal():
        number = int(value)
        near = (number + 1, number * 2, number // 2, number + 100, max(0, number - 1), 0)
        return _another(rng, value, tuple(map(str, near)))
    if value.endswith("m") and value[:-1].isdecimal():
        return _another(rng, value, ("0m", "1m", "5m", "40m", "100m", "300m"))
    try:
        return str(IPv4Address(value) + rng.choice((1, 2, 256)))
    except (AddressValueError, ValueError):
        pass
    if "," in value:
        items = value.split(",")
        return ",".join((*items[1:], items[0])) if rng.random() < 0.5 else ",".join(items[:-1])
    return f"{value}-x"


def _another(rng: random.Random, value: str, choices: tuple[str, ...]) -> str | None:
    others = sorted({*choices} - {value})
    return rng.choice(others) if others else None

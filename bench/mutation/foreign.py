"""Rows and fields that nobody planned, legal in themselves."""

import random
from collections.abc import Mapping

from railwright.sonic.configdb import ConfigDb, Row

FIELDS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "BGP_NEIGHBOR": (("ebgp_multihop", "true"), ("src_address", "10.1.1.1")),
    "BUFFER_POOL": (("xoff", "4096"), ("percentage", "50")),
    "BUFFER_PROFILE": (("packet_discard_action", "trim"), ("headroom_type", "dynamic")),
    "INTERFACE": (("mpls", "enable"), ("nat_zone", "1"), ("loopback_action", "drop")),
    "PFC_WD": (("pfc_stat_history", "enable"),),
    "PORT": (("link_training", "on"), ("dhcp_rate_limit", "200"), ("interface_type", "CR4")),
    "PORT_QOS_MAP": (("scheduler", "scheduler.default"), ("tc_to_dscp_map", "AZURE")),
    "QUEUE": (("wred_profile", "AZURE_LOSSLESS"),),
    "SCHEDULER": (("pir", "1250000000"), ("meter_type", "packets"), ("priority", "5")),
    "STATIC_ROUTE": (("distance", "5"), ("bfd", "true")),
    "VLAN": (("mac", "02:00:00:00:00:01"), ("dhcpv6_servers", "fd00::1")),
    "VLAN_INTERFACE": (("proxy_arp", "enabled"), ("nat_zone", "1")),
    "WRED_PROFILE": (("yellow_probability", "10"),),
}
"""Fields by table. Fields of tables that we own by field are no mutation: they are not ours."""


def field(table: str, rng: random.Random) -> tuple[str, str] | None:
    """Return a field and its value for a row of a table, None where nothing fits."""
    choices = FIELDS.get(table)
    return rng.choice(choices) if choices else None


def row(config: ConfigDb, table: str, rng: random.Random) -> tuple[str, Row] | None:
    """Return a key and a row for a table, None where nothing fits."""
    port = rng.choice(sorted(config["PORT"]))
    name = f"OTHER{rng.randrange(100)}"
    address = f"192.0.2.{rng.randrange(1, 255)}"
    number = rng.randrange(8)
    like = _like(config, table, rng)
    found: dict[str, tuple[str, Row]] = {
        "BGP_NEIGHBOR": (address, {"asn": "64999", "local_addr": "192.0.2.254", "name": "x"}),
        "BREAKOUT_CFG": ("Ethernet9999", like),
        "BUFFER_PG": (f"{port}|{number}", like),
        "BUFFER_QUEUE": (f"{port}|{number + 8}", like),
        "DEVICE_NEIGHBOR": (port, {"name": "somebody", "port": "Ethernet0"}),
        "INTERFACE": (f"{port}|{address}/31", {}),
        "LOOPBACK_INTERFACE": (f"Loopback1|{address}/32", {}),
        "MGMT_INTERFACE": (f"eth0|{address}/24", {"gwaddr": "192.0.2.254"}),
        "PFC_WD": (port, like),
        "PORT": ("Ethernet9999", like),
        "PORT_QOS_MAP": (port, like),
        "QUEUE": (f"{port}|{number}", like),
        "STATIC_ROUTE": (f"default|{address}/32", {"advertise": "true", "blackhole": "true"}),
        "VLAN": ("Vlan999", {"vlanid": "999"}),
        "VLAN_INTERFACE": ("Vlan999", {}),
        "VLAN_MEMBER": (f"Vlan999|{port}", {"tagging_mode": "untagged"}),
    }
    named = ("_MAP", "SCHEDULER", "_PROFILE", "_POOL", "MAP_PFC_PRIORITY_TO_QUEUE", "CABLE_LENGTH")
    if table in found:
        return found[table]
    if table.endswith(named) and table != "PORT_QOS_MAP":
        return name, like
    if table in {"NTP_SERVER", "DNS_NAMESERVER", "SYSLOG_SERVER", "DEVICE_NEIGHBOR_METADATA"}:
        return address, like
    return None


def _like(config: ConfigDb, table: str, rng: random.Random) -> Row:
    """Return a copy of one of a table's rows."""
    return dict(config[table][rng.choice(sorted(config[table]))])

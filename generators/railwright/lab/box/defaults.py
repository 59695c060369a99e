"""What `config reload` adds to a file: the image's own defaults, and database migration.

The defaults are those of an image with few features (sonic-buildimage 086b03bd70,
files/build_templates/init_cfg.json.j2), with the states that the feature manager makes of its
templates. A box may carry other ones in /etc/sonic/init_cfg.json. Migrations: sonic-utilities
691b1bbc4 scripts/db_migrator.py.
"""

import copy
from collections.abc import Mapping
from typing import Any

from .configdb import Config
from .errors import NotInLabError

DATABASE_VERSION = "version_202605_01"
_CRM_RESOURCES = (
    *(
        f"{family}_{kind}"
        for kind in ("route", "nexthop", "neighbor")
        for family in ("ipv4", "ipv6")
    ),
    *("nexthop_group", "nexthop_group_member", "acl_table", "acl_group", "acl_entry"),
    *("acl_counter", "fdb_entry", "snat_entry", "dnat_entry", "ipmc_entry"),
    *("mpls_inseg", "mpls_nexthop"),
)
_COUNTERS = (
    *("ACL", "BUFFER_POOL_WATERMARK", "PFCWD", "PG_DROP", "PG_WATERMARK", "PORT"),
    *("PORT_BUFFER_DROP", "PORT_PHY_ATTR", "QUEUE", "QUEUE_WATERMARK", "RIF"),
)
_FEATURES = ("bgp", "database", "dhcp_relay", "pmon", "swss", "syncd")
_RELAY_TYPES = ("ToRRouter", "EPMS", "MgmtTsToR", "MgmtToRRouter", "BmcMgmtToRRouter")


def image_defaults(device_type: str | None) -> Config:
    """Return the rows an image starts with; two feature fields depend on the device type."""
    return {
        "DEVICE_METADATA": {
            "localhost": {
                "buffer_model": "traditional",
                "default_bgp_status": "up",
                "default_pfcwd_status": "disable",
                "timezone": "UTC",
            }
        },
        "AUTO_TECHSUPPORT": {
            "GLOBAL": {
                "state": "enabled",
                "rate_limit_interval": "180",
                "max_techsupport_limit": "10.0",
                "max_core_limit": "5.0",
                "available_mem_threshold": "10.0",
                "min_available_mem": "200",
                "since": "2 days ago",
            }
        },
        "AUTO_TECHSUPPORT_FEATURE": {
            name: {
                "state": "enabled",
                "rate_limit_interval": "600",
                "available_mem_threshold": "10.0",
            }
            for name in _FEATURES
        },
        "BANNER_MESSAGE": {
            "global": {
                "state": "disabled",
                "login": "Debian GNU/Linux 11",
                "motd": "A switch of a railwright lab: a network namespace, no ASIC.\n",
                "logout": "",
            }
        },
        "BGP_DEVICE_GLOBAL": {
            "STATE": {
                "tsa_enabled": "false",
                "wcmp_enabled": "false",
                "idf_isolation_state": "unisolated",
            }
        },
        "CRM": {"Config": _crm()},
        "FEATURE": {name: _feature(name, device_type) for name in _FEATURES},
        "FLEX_COUNTER_TABLE": {
            name: {
                "FLEX_COUNTER_STATUS": "enable",
                **({"POLL_INTERVAL": "10000"} if name == "ACL" else {}),
            }
            for name in _COUNTERS
        },
        "KDUMP": {
            "config": {
                "enabled": "false",
                "memory": "0M-2G:256M,2G-4G:320M,4G-8G:384M,8G-:448M",
                "num_dumps": "3",
            }
        },
        "NTP": {
            "global": {
                "authentication": "disabled",
                "dhcp": "enabled",
                "server_role": "disabled",
                "src_intf": "eth0",
                "admin_state": "enabled",
                "vrf": "default",
            }
        },
        "PASSW_HARDENING": {
            "POLICIES": {
                "state": "disabled",
                "expiration": "180",
                "expiration_warning": "15",
                "history_cnt": "10",
                "len_min": "8",
                "reject_user_passw_match": "true",
                **{f"{kind}_class": "true" for kind in ("lower", "upper", "digits", "special")},
            }
        },
        "SYSLOG_CONFIG": {"GLOBAL": {"rate_limit_interval": "0", "rate_limit_burst": "0"}},
        "SYSLOG_CONFIG_FEATURE": {
            name: {"rate_limit_interval": "300", "rate_limit_burst": "20000"} for name in _FEATURES
        },
    }


def updated(base: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """Return `base` with `data` laid over it, mappings merged at every depth."""
    result = copy.deepcopy(dict(base))
    for key, value in data.items():
        if isinstance(value, Mapping):
            there = result.get(key)
            result[key] = updated(there if isinstance(there, Mapping) else {}, value)
        else:
            result[key] = value
    return result


def check_migratable(data: Mapping[str, Any]) -> None:
    """Raise NotInLabError for a file whose database version is not this image's."""
    version = ((data.get("VERSIONS") or {}).get("DATABASE") or {}).get("VERSION")
    if version not in (None, DATABASE_VERSION):
        raise NotInLabError(f"migration from {version} (only {DATABASE_VERSION} or none)")


def migrated(config: Config, asic_type: str) -> Config:
    """Return `config` after database migration.

    Without a version every migration since the first is replayed on it, with effects that surprise:
    pfcwd_sw_enable follows pfc_enable, and other chips than NVIDIA's lose a dynamic buffer model.
    """
    if "DATABASE" in config.get("VERSIONS", {}):
        return config
    result = copy.deepcopy(config)
    for table in ("INTERFACE", "PORTCHANNEL_INTERFACE", "VLAN_INTERFACE", "LOOPBACK_INTERFACE"):
        for key in list(result.get(table, {})):
            result[table].setdefault(key.partition("|")[0], {})
    if asic_type != "mellanox":
        metadata = result.setdefault("DEVICE_METADATA", {}).setdefault("localhost", {})
        metadata["buffer_model"] = "traditional"
    maps = sorted(result.get("DSCP_TO_TC_MAP", {}))
    if asic_type == "broadcom" and maps:
        default = {"dscp_to_tc_map": maps[0]}
        result.setdefault("PORT_QOS_MAP", {}).setdefault("global", default)
    for row in result.get("PORT", {}).values():
        row.setdefault("dhcp_rate_limit", "300")
    for row in result.get("PORTCHANNEL", {}).values():
        row["lacp_key"] = "auto"
    for row in result.get("PORT_QOS_MAP", {}).values():
        if "pfc_enable" in row:
            row["pfcwd_sw_enable"] = row["pfc_enable"]
    result["VERSIONS"] = {"DATABASE": {"VERSION": DATABASE_VERSION}}
    return result


def _crm() -> dict[str, str]:
    row = {"polling_interval": "300"}
    for name in _CRM_RESOURCES:
        row[f"{name}_threshold_type"] = "percentage"
        row[f"{name}_low_threshold"] = "70"
        row[f"{name}_high_threshold"] = "85"
    return row


def _feature(name: str, device_type: str | None) -> dict[str, str]:
    always = name == "database"
    relay_off = name == "dhcp_relay" and device_type not in (None, *_RELAY_TYPES)
    row = {
        "state": "always_enabled" if always else "disabled" if relay_off else "enabled",
        "auto_restart": "always_enabled" if always else "enabled",
        "delayed": str(name == "pmon" and device_type != "SpineRouter"),
        "has_global_scope": "False",
        "has_per_asic_scope": "False",
        "support_syslog_rate_limit": "true",
        "high_mem_alert": "disabled",
    }
    if name in ("bgp", "swss", "pmon"):
        row["check_up_status"] = "false"
    return row

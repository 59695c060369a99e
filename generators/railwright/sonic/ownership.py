"""Which tables, rows and fields of a switch's CONFIG_DB this product owns.

Drift and change plans look only at what is owned. Three kinds of ownership are declared per table;
a table that is not declared is owned row by row, and only for the rows that are emitted. What the
switch's own daemons write is left alone (source: SONiC's init_cfg.json.j2, buffermgr.cpp,
db_migrator.py and bgpcfgd's traffic shift).
"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType

from railwright.sonic.configdb import ConfigDb, FieldValue, Row


class Scope(Enum):
    """How much of a table is owned."""

    WHOLE = "every row, so a foreign row is a difference"
    ROWS = "the emitted rows, with all their fields"
    FIELDS = "the emitted fields of the emitted rows"
    NOTHING = "never compared"


_WHOLE = (
    # ports and addresses
    "PORT BREAKOUT_CFG INTERFACE LOOPBACK_INTERFACE VLAN VLAN_MEMBER VLAN_INTERFACE "
    "PORTCHANNEL PORTCHANNEL_MEMBER PORTCHANNEL_INTERFACE VLAN_SUB_INTERFACE VRF "
    "MGMT_PORT MGMT_INTERFACE PORT_STORM_CONTROL DHCP_RELAY "
    # routing
    "BGP_NEIGHBOR BGP_NEIGHBOR_AF BGP_GLOBALS BGP_GLOBALS_AF BGP_GLOBALS_AF_NETWORK "
    "BGP_PEER_GROUP BGP_PEER_GROUP_AF BGP_PEER_RANGE BGP_AGGREGATE_ADDRESS BGP_MONITORS "
    "ROUTE_REDISTRIBUTE STATIC_ROUTE DEVICE_NEIGHBOR DEVICE_NEIGHBOR_METADATA "
    # classes and queues
    "DSCP_TO_TC_MAP DOT1P_TO_TC_MAP TC_TO_QUEUE_MAP TC_TO_PRIORITY_GROUP_MAP TC_TO_DSCP_MAP "
    "MAP_PFC_PRIORITY_TO_QUEUE PFC_PRIORITY_TO_PRIORITY_GROUP_MAP PORT_QOS_MAP "
    "SCHEDULER WRED_PROFILE QUEUE PFC_WD "
    # buffers
    "BUFFER_POOL BUFFER_PROFILE BUFFER_PG BUFFER_QUEUE CABLE_LENGTH "
    "BUFFER_PORT_INGRESS_PROFILE_LIST BUFFER_PORT_EGRESS_PROFILE_LIST "
    "DEFAULT_LOSSLESS_BUFFER_PARAMETER LOSSLESS_TRAFFIC_PATTERN SWITCH_HASH SWITCH_TRIMMING "
    # management plane
    "NTP_SERVER SYSLOG_SERVER DNS_NAMESERVER SNMP SNMP_COMMUNITY SNMP_USER "
    "TACPLUS TACPLUS_SERVER AAA"
)
_FIELDS = (
    "DEVICE_METADATA BGP_DEVICE_GLOBAL FEATURE FLEX_COUNTER_TABLE CRM NTP KDUMP PASSW_HARDENING "
    "AUTO_TECHSUPPORT AUTO_TECHSUPPORT_FEATURE SYSLOG_CONFIG SYSLOG_CONFIG_FEATURE LOGGER "
    "BANNER_MESSAGE SYSTEM_DEFAULTS COPP_GROUP COPP_TRAP SSH_SERVER MGMT_VRF_CONFIG"
)

SCOPES: Mapping[str, Scope] = MappingProxyType(
    dict.fromkeys(_WHOLE.split(), Scope.WHOLE)
    | dict.fromkeys(_FIELDS.split(), Scope.FIELDS)
    | {"VERSIONS": Scope.NOTHING}
)
"""Ownership by table. VERSIONS is the box's own record of its schema."""

RUNTIME_FIELDS: frozenset[tuple[str, str, str]] = frozenset(
    {("BGP_DEVICE_GLOBAL", "STATE", "tsa_enabled")}
)
"""(table, row, field) that is runtime state: traffic shift is switched on and off by operators."""

FOREIGN_FIELDS: Mapping[tuple[str, str, str], frozenset[str]] = MappingProxyType(
    {
        ("DEVICE_METADATA", "localhost", "frr_mgmt_framework_config"): frozenset({"false"}),
        ("DEVICE_METADATA", "localhost", "docker_routing_config_mode"): frozenset({"separated"}),
        ("DEVICE_METADATA", "localhost", "switch_type"): frozenset({"npu"}),
    }
)
"""(table, row, field) compared even when not emitted, with the values that equal an absent field.

Each one changes which daemon reads the BGP tables or how queues are named (source:
docker-fpm-frr/docker_init.sh, sonic_py_common/device_info.py).
"""

GENERATED_PROFILE_PREFIX = "pg_lossless_"
"""Names that buffermgrd gives to the lossless profiles it generates (buffermgr.cpp)."""


def owned(config: ConfigDb, intended: ConfigDb) -> ConfigDb:
    """Return the owned part of `config`, given what is `intended` for this switch.

    Both must be normalised, except that `intended` keeps the fields at their default in the tables
    owned `by_field`: an emitted default is owned too. Tables and rows that hold nothing owned are
    left out.
    """
    result: ConfigDb = {}
    for table, rows in config.items():
        emitted = intended.get(table, {})
        scope = scope_of(table, intended)
        kept = {
            key: part
            for key, row in rows.items()
            if (part := _owned_row(scope, table, key, row, emitted)) is not None
        }
        if kept:
            result[table] = kept
    return result


def by_field(table: str) -> bool:
    """Return whether only the emitted fields of a table are owned."""
    return SCOPES.get(table) is Scope.FIELDS


def scope_of(table: str, intended: ConfigDb) -> Scope:
    """Return how much of `table` is owned: as declared, else its emitted rows, else nothing."""
    default = Scope.ROWS if table in intended else Scope.NOTHING
    return SCOPES.get(table, default)


def is_generated(table: str, key: str, row: Row) -> bool:
    """Return whether the switch's buffer manager wrote this row."""
    if table == "BUFFER_PROFILE":
        return key.startswith(GENERATED_PROFILE_PREFIX)
    profile = row.get("profile")
    return (
        table == "BUFFER_PG"
        and isinstance(profile, str)
        and profile.startswith(GENERATED_PROFILE_PREFIX)
    )


def _owned_row(
    scope: Scope, table: str, key: str, row: Row, emitted: Mapping[str, Row]
) -> Row | None:
    if scope is Scope.NOTHING:
        return None
    if scope is Scope.FIELDS:
        part = {
            field: value
            for field, value in row.items()
            if _owned_field(table, key, field, value, emitted.get(key, {}))
        }
        return part if part or key in emitted else None
    if key in emitted:
        return row
    return row if scope is Scope.WHOLE and not is_generated(table, key, row) else None


def _owned_field(table: str, key: str, field: str, value: FieldValue, emitted: Row) -> bool:
    place = (table, key, field)
    if place in RUNTIME_FIELDS:
        return False
    return field in emitted or (place in FOREIGN_FIELDS and value not in FOREIGN_FIELDS[place])

"""Do the rows about to be merged fit the rest: references that lead somewhere, lanes used once.

`config load` checks nothing, so these checks stand in for the ones that a patch would get. They
look at references and lanes only; values are checked against the YANG models when files are built.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from railwright.sonic.configdb import ConfigDb, FieldValue, key_parts

_KEY_REFERENCES: Mapping[str, tuple[tuple[int, str], ...]] = MappingProxyType(
    {
        "INTERFACE": ((0, "PORT"),),
        "BUFFER_PG": ((0, "PORT"),),
        "BUFFER_QUEUE": ((0, "PORT"),),
        "BUFFER_PORT_INGRESS_PROFILE_LIST": ((0, "PORT"),),
        "BUFFER_PORT_EGRESS_PROFILE_LIST": ((0, "PORT"),),
        "QUEUE": ((0, "PORT"),),
        "MGMT_INTERFACE": ((0, "MGMT_PORT"),),
        "PORT_STORM_CONTROL": ((0, "PORT"),),
        "VLAN_INTERFACE": ((0, "VLAN"),),
        "VLAN_MEMBER": ((0, "VLAN"), (1, "PORT")),
    }
)
"""table -> (key part, table it names)."""

_MAPS = {
    "dscp_to_tc_map": "DSCP_TO_TC_MAP",
    "dot1p_to_tc_map": "DOT1P_TO_TC_MAP",
    "tc_to_pg_map": "TC_TO_PRIORITY_GROUP_MAP",
    "tc_to_queue_map": "TC_TO_QUEUE_MAP",
    "tc_to_dscp_map": "TC_TO_DSCP_MAP",
    "pfc_to_queue_map": "MAP_PFC_PRIORITY_TO_QUEUE",
    "pfc_to_pg_map": "PFC_PRIORITY_TO_PRIORITY_GROUP_MAP",
    "scheduler": "SCHEDULER",
}
_FIELD_REFERENCES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "PORT_QOS_MAP": _MAPS,
        "QUEUE": {"scheduler": "SCHEDULER", "wred_profile": "WRED_PROFILE"},
        "BUFFER_PROFILE": {"pool": "BUFFER_POOL"},
        "BUFFER_PG": {"profile": "BUFFER_PROFILE"},
        "BUFFER_QUEUE": {"profile": "BUFFER_PROFILE"},
        "BUFFER_PORT_INGRESS_PROFILE_LIST": {"profile_list": "BUFFER_PROFILE"},
        "BUFFER_PORT_EGRESS_PROFILE_LIST": {"profile_list": "BUFFER_PROFILE"},
    }
)
"""table -> field -> table whose row the value names (source: leafrefs of the sonic-*.yang)."""

_PARENTED = frozenset({"INTERFACE", "LOOPBACK_INTERFACE", "VLAN_INTERFACE"})
_COMPUTED = "NULL"  # BUFFER_PG.profile of the dynamic model
_NOT_PORTS = frozenset({"CPU", "global"})


def misfits(config: ConfigDb, rows: ConfigDb) -> tuple[str, ...]:
    """Return what is wrong with `rows` once they are part of `config`; empty if they fit.

    `config` is the whole configuration with the rows in it, as stored.
    """
    found = [
        text
        for table in sorted(rows)
        for key in sorted(rows[table])
        for text in _row_misfits(config, table, key)
    ]
    return tuple(found + (list(_lane_misfits(config)) if "PORT" in rows else []))


def _row_misfits(config: ConfigDb, table: str, key: str) -> Iterator[str]:
    parts = key_parts(key)
    for position, target in _KEY_REFERENCES.get(table, ()):
        name = parts[position] if position < len(parts) else ""
        if name not in _NOT_PORTS and name not in config.get(target, {}):
            yield f"{table}|{key} names {target}|{name}, which does not exist"
    if table in _PARENTED and len(parts) > 1 and parts[0] not in config[table]:
        yield f"{table}|{key} needs the row {table}|{parts[0]}"
    row = config[table][key]
    for field, target in _FIELD_REFERENCES.get(table, {}).items():
        for name in _names(row.get(field)):
            if name != _COMPUTED and name not in config.get(target, {}):
                yield f"{table}|{key} {field} names {target}|{name}, which does not exist"


def _names(value: FieldValue | None) -> list[str]:
    if value is None:
        return []
    return value.split(",") if isinstance(value, str) else value


def _lane_misfits(config: ConfigDb) -> Iterator[str]:
    user: dict[str, str] = {}
    for port, row in config.get("PORT", {}).items():
        for lane in _names(row.get("lanes")):
            if lane in user:
                yield f"lane {lane} is used by PORT|{user[lane]} and PORT|{port}"
            user[lane] = port

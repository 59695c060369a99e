"""Which edits the updater refuses whatever the result would be, by table, field and ASIC.

These rules look at the operations between the running and the target configuration, never at the
patch as it was written. Sources: sonic-utilities 691b1bbc4, generic_config_updater
(gu_common.validate_field_operation, field_operation_validators.py); lists in updater_facts.json.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from .configdb import Config
from .errors import BoxError
from .patch import Operation, diff, split

NEVER_REMOVED = (
    "/PFC_WD/GLOBAL/POLL_INTERVAL",
    "/PFC_WD/GLOBAL",
    "/LOOPBACK_INTERFACE/Loopback0",
)
DEFAULT_FECS = "rs,fc,none,auto"
DATE_DIGITS = 8
UNKNOWN = "unknown"
NAMES = {
    "PFC_WD": "rdma_config_update_validator",
    "BUFFER_POOL": "rdma_config_update_validator",
    "BUFFER_PROFILE": "buffer_profile_config_update_validator",
    "PORT": "port_config_update_validator",
}


@dataclass(frozen=True, slots=True)
class BoxFacts:
    """What the rules know about the switch.

    `port_state` is STATE_DB's PORT_TABLE: port -> fields (`supported_fecs`, `supported_speeds`).
    """

    asic_type: str = "vs"
    build_version: str = ""
    port_state: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def check_operations(old: Config, new: Config, facts: BoxFacts) -> None:
    """Raise BoxError for the first operation between `old` and `new` that is refused."""
    operations = diff(old, new)
    for path in NEVER_REMOVED:
        if any(op["op"] == "remove" and op["path"] == path for op in operations):
            text = "Given patch operation is invalid. Operation: remove is illegal on field:"
            raise BoxError(f"{text} {path}")
    _check_acl_types(old, new)
    hwsku = str(old.get("DEVICE_METADATA", {}).get("localhost", {}).get("hwsku", ""))
    for op in operations:
        table = split(op["path"])[0]
        rule = RULES.get(table)
        if rule and not rule(op, asic_name(facts.asic_type, hwsku), facts):
            module = "generic_config_updater.field_operation_validators"
            raise BoxError(
                f"Modification of {table} table is illegal- "
                f"validating function {module}.{NAMES[table]} returned False"
            )


@cache
def asic_name(asic_type: str, hwsku: str) -> str:
    """Return the updater's name of the switching chip, `unknown` for a HWSKU it does not list."""
    if asic_type in ("cisco-8000", "marvell-teralynx"):
        return asic_type
    sku = hwsku.lower()
    if asic_type in ("mellanox", "vs"):
        for name, skus in _facts()["exact"].items():
            if sku in skus.lower().split():
                return str(name)
    if asic_type in ("broadcom", "vs"):
        for name, skus in _facts()["contained"].items():
            if any(part in sku for part in skus.lower().split()):
                return str(name)
    return UNKNOWN


@cache
def _facts() -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(Path(__file__).with_name("updater_facts.json").read_text())
    return facts


def _build_date(build_version: str) -> str | None:
    """Return the last part of 8 digits between dots; without one no minimum applies."""
    dates = [
        part for part in build_version.split(".") if part.isdigit() and len(part) == DATE_DIGITS
    ]
    return dates[-1] if dates else None


def _permitted(op: Operation, fields: list[str], asic: str, facts: BoxFacts) -> bool:
    table = split(op["path"])[0]
    date = _build_date(facts.build_version)
    for name in fields:
        permit = next(
            (one for one in _facts()["permits"] if one["table"] == table and name in one["fields"]),
            None,
        )
        if permit is None or op["op"] not in permit["operations"]:
            return False
        since = permit["since"].get(asic)
        if since is None or (date is not None and date < since):
            return False
    return True


def _watchdog_rule(op: Operation, asic: str, facts: BoxFacts) -> bool:
    if asic == UNKNOWN:
        return False
    # a path element with a digit is taken for a port and left out
    parts = [part for part in split(op["path"])[1:] if not any(map(str.isdigit, part))]
    name = "/".join(parts).lower()
    return _permitted(op, _with_value_keys(name, op), asic, facts)


def _profile_rule(op: Operation, asic: str, facts: BoxFacts) -> bool:
    parts = split(op["path"])
    if len(parts) == 2:  # a whole row
        return op["op"] in ("add", "remove", "replace")
    if asic == UNKNOWN:
        return False
    names = _with_value_keys("/".join(parts[1:]).lower(), op)
    return _permitted(op, [name.rpartition("/")[2] for name in names], asic, facts)


def _with_value_keys(name: str, op: Operation) -> list[str]:
    value = op.get("value")
    if not isinstance(value, dict):
        return [name]
    return [f"{name}/{key}" if name else key for key in value]


def _port_rule(op: Operation, _asic: str, facts: BoxFacts) -> bool:
    if op["op"] == "remove":
        return True
    parts, value = split(op["path"]), op.get("value")
    if len(parts) == 1:
        rows = value if isinstance(value, dict) else {}
    elif len(parts) == 2:
        rows = {parts[1]: value}
    else:
        rows = {parts[1]: {parts[2]: value}}
    return all(
        _is_supported(row, facts.port_state.get(port, {}))
        for port, row in rows.items()
        if isinstance(row, dict)
    )


def _is_supported(row: Mapping[str, Any], state: Mapping[str, str]) -> bool:
    """Return whether a port can do the FEC and the speed of `row`, so far as `state` says."""
    fecs = (state.get("supported_fecs") or DEFAULT_FECS).replace(" ", "").split(",")
    if "fec" in row and str(row["fec"]).strip() not in fecs:
        return False
    speeds = [speed for speed in state.get("supported_speeds", "").split(",") if speed]
    return "speed" not in row or not speeds or str(row["speed"]) in speeds


def _check_acl_types(old: Config, new: Config) -> None:
    """Refuse rule changes of a data ACL whose type changes in the same step."""
    tables = [
        name
        for name, row in old.get("ACL_TABLE", {}).items()
        if row.get("type", "CTRLPLANE") != "CTRLPLANE"
        and new.get("ACL_TABLE", {}).get(name, row).get("type", "CTRLPLANE")
        not in ("CTRLPLANE", row["type"])
    ]
    before, after = old.get("ACL_RULE", {}), new.get("ACL_RULE", {})
    for key in sorted(before.keys() | after.keys()):
        if key.partition("|")[0] in tables and before.get(key) != after.get(key):
            text = f"Modification of dataacl rule {key} is illegal: acl table type changed in"
            raise BoxError(f"{text} {tables}")


Rule = Callable[[Operation, str, BoxFacts], bool]
RULES: Mapping[str, Rule] = {
    "PFC_WD": _watchdog_rule,
    "BUFFER_PROFILE": _profile_rule,
    "BUFFER_POOL": lambda op, asic, facts: False,
    "PORT": _port_rule,
}

"""Secrets of a switch's configuration: which rows need one, and putting the values in.

Built files hold only names. Values exist in memory, at push time, in what `merge` returns.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from railwright.errors import RailwrightError
from railwright.plan.model import Device, Plan
from railwright.sonic.configdb import ConfigDb, Row

SNMP_COMMUNITY = "SNMP_COMMUNITY"
TACPLUS = "TACPLUS"

_ALLOWED = {
    SNMP_COMMUNITY: (
        re.compile(r"""[^\s@,\\'"|]{4,32}"""),
        "4 to 32 characters, no blank and none of @ , \\ ' \" |",
    ),
    TACPLUS: (re.compile(r"[^\s#,]{1,256}"), "1 to 256 characters, no blank, # or comma"),
}
"""What a value may look like, by table (sonic-snmp.yang, sonic-system-tacacs.yang; `|` would
split the row key)."""


class SecretError(RailwrightError):
    """A secret is missing or cannot be used; the text never holds its value."""


@dataclass(frozen=True, slots=True)
class SecretSlot:
    """One place that takes a secret: field `field` of row `key`.

    Where `key` and `field` are None the secret is the row's key. `fields` are the row's public
    fields, written together with the secret.
    """

    table: str
    key: str | None
    field: str | None
    secret: str
    fields: tuple[tuple[str, str], ...] = ()


def required_secrets(plan: Plan, device: Device) -> tuple[SecretSlot, ...]:
    """Return the slots of one switch; their rows are absent from its built configuration."""
    services = plan.switch_services
    slots: list[SecretSlot] = []
    if device.is_switch and services.snmp:
        name = services.snmp.community.secret
        slots.append(SecretSlot(SNMP_COMMUNITY, None, None, name, (("TYPE", "RO"),)))
    if device.is_switch and services.tacacs:
        slots.append(SecretSlot(TACPLUS, "global", "passkey", services.tacacs.passkey.secret))
    return tuple(slots)


def merge(config: ConfigDb, slots: Iterable[SecretSlot], values: Mapping[str, str]) -> ConfigDb:
    """Return `config` with the secrets in their slots; the argument stays as it is.

    `values` maps secret names to values. Raises: SecretError naming every secret that has no
    value or one that SONiC would refuse.
    """
    slots = tuple(slots)
    if problems := sorted({text for slot in slots if (text := _problem(slot, values))}):
        raise SecretError("\n".join(problems))
    merged = dict(config)
    for slot in slots:
        value = values[slot.secret]
        key = value if slot.key is None else slot.key
        row: Row = dict(merged.get(slot.table, {}).get(key, {})) | dict(slot.fields)
        if slot.field is not None:
            row[slot.field] = value
        merged[slot.table] = merged.get(slot.table, {}) | {key: row}
    return merged


def placeholders(slots: Iterable[SecretSlot]) -> dict[str, str]:
    """Return a harmless, valid value for every secret, for checks of the complete configuration."""
    names = sorted({slot.secret for slot in slots})
    return {name: f"placeholder{number}" for number, name in enumerate(names, start=1)}


def dumps(slots: Iterable[SecretSlot]) -> bytes:
    """Return secrets.required.json: where which secret belongs, by name."""
    return orjson.dumps([_described(slot) for slot in slots], option=orjson.OPT_INDENT_2) + b"\n"


def _problem(slot: SecretSlot, values: Mapping[str, str]) -> str | None:
    if slot.secret not in values:
        return (
            f"secret {slot.secret!r} ({slot.table}) has no value; put it into the cluster's vault "
            f"or set RAILWRIGHT_SECRET_{slot.secret.upper()}"
        )
    pattern, allowed = _ALLOWED[slot.table]
    if not pattern.fullmatch(values[slot.secret]):
        return (
            f"secret {slot.secret!r} ({slot.table}) has a value SONiC refuses; allowed: {allowed}"
        )
    return None


def _described(slot: SecretSlot) -> dict[str, Any]:
    described: dict[str, Any] = {
        "table": slot.table,
        "key": slot.key,
        "field": slot.field,
        "secret": slot.secret,
    }
    return described | ({"fields": dict(slot.fields)} if slot.fields else {})

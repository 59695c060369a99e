"""From a change plan to what the switch is given: a target, a patch, an additive file.

All functions are pure. The target is the running configuration with only its owned differences
settled, so nothing that the switch's daemons or its operators wrote is touched.
"""

from collections.abc import Iterable, Iterator
from copy import deepcopy
from typing import Any

from railwright.sonic.changes import Change, diff
from railwright.sonic.configdb import NULL_ROW, ConfigDb, FieldValue, Row, key_parts
from railwright.sonic.masking import SECRET_KEY_TABLES
from railwright.sonic.normalise import RANGE_TABLES
from railwright.sonic.ownership import Scope, is_generated, scope_of

_EMPTY_LISTS: tuple[FieldValue, ...] = ([], [""])

PatchOperation = dict[str, Any]
"""One RFC 6902 operation: `op`, `path` and, unless it removes, `value`."""


def target(running: ConfigDb, intended: ConfigDb, changes: Iterable[Change]) -> ConfigDb:
    """Return the running configuration with the given changes made to it, as it is stored.

    `running` and `intended` are as read and as emitted, not normalised. Where running spells a row
    in a way that cannot be matched (another text for the same address), the owned rows of that
    table are replaced as a whole.
    """
    after = clean(running)
    for change in changes:
        _settle(after, intended, change)
    for table in {change.table for change in diff(after, intended)}:
        _replace_owned(after, intended, table)
    return {table: rows for table, rows in after.items() if rows}


def clean(config: ConfigDb) -> ConfigDb:
    """Return a deep copy fit for a file: no empty tables, rows without fields as `{}`."""
    return {
        table: {key: {} if row == NULL_ROW else deepcopy(row) for key, row in rows.items()}
        for table, rows in config.items()
        if rows
    }


def make_patch(before: ConfigDb, after: ConfigDb) -> list[PatchOperation]:
    """Return the RFC 6902 patch from `before` to `after`, sorted by path; empty if they are equal.

    Each operation stands for itself, so their order does not matter: a table that appears is
    added whole, a table that loses its last row is removed whole, and no table is left empty.
    """
    return [
        operation
        for table in sorted(before.keys() | after.keys())
        for operation in _table_patch(table, before.get(table, {}), after.get(table, {}))
    ]


def pointer(*parts: str) -> str:
    """Return the JSON pointer of these parts (RFC 6901): `~` as `~0`, `/` as `~1`."""
    return "".join(f"/{part.replace('~', '~0').replace('/', '~1')}" for part in parts)


def additions(before: ConfigDb, after: ConfigDb) -> ConfigDb | None:
    """Return the rows that `after` adds, or None if anything else differs.

    Only such a difference may be given to `config load`, which merges and never deletes.
    """
    added: ConfigDb = {}
    for table in before.keys() | after.keys():
        old, new = before.get(table, {}), after.get(table, {})
        if any(new.get(key) != row for key, row in old.items()):
            return None
        if rows := {key: row for key, row in new.items() if key not in old}:
            added[table] = rows
    return added


def full_file(after: ConfigDb, intended: ConfigDb) -> ConfigDb:
    """Return what `config reload` is given for a target: all of it, fit for validation.

    Lossless profiles that the switch generated are left out, so that it generates them anew from
    the cable lengths and speeds in the file; fields that read back as an empty list are too.
    """
    kept = {
        table: {
            key: {field: value for field, value in row.items() if value not in _EMPTY_LISTS}
            for key, row in rows.items()
            if key in intended.get(table, {}) or not is_generated(table, key, row)
        }
        for table, rows in clean(after).items()
    }
    return {table: rows for table, rows in kept.items() if rows}


def _settle(after: ConfigDb, intended: ConfigDb, change: Change) -> None:
    table, key = change.table, change.key
    if table in SECRET_KEY_TABLES:
        _replace_owned(after, intended, table)
    elif table in RANGE_TABLES:
        _replace_port(after, intended, table, key_parts(key)[0])
    elif change.field is not None:
        if key in after.get(table, {}):
            _settle_field(after[table][key], intended.get(table, {}).get(key, {}), change.field)
    elif change.kind == "remove":
        after.get(table, {}).pop(key, None)
    elif key in intended.get(table, {}):
        # Keep what else the row holds: an added row may be a foreign row without our fields.
        row = after.setdefault(table, {}).setdefault(key, {})
        row.update(deepcopy(intended[table][key]))


def _settle_field(row: Row, wanted: Row, field: str) -> None:
    if field in wanted:
        row[field] = deepcopy(wanted[field])
    else:
        row.pop(field, None)


def _replace_port(after: ConfigDb, intended: ConfigDb, table: str, port: str) -> None:
    wanted = _of_port(intended.get(table, {}), port)
    for key, row in _of_port(after.get(table, {}), port).items():
        if key not in wanted and not is_generated(table, key, row):
            del after[table][key]
    after.setdefault(table, {}).update(deepcopy(wanted))


def _of_port(rows: dict[str, Row], port: str) -> dict[str, Row]:
    return {key: row for key, row in rows.items() if key_parts(key)[0] == port}


def _replace_owned(after: ConfigDb, intended: ConfigDb, table: str) -> None:
    wanted = deepcopy(intended.get(table, {}))
    rows = after.setdefault(table, {})
    if scope_of(table, intended) is Scope.WHOLE:
        for key in [key for key, row in rows.items() if not is_generated(table, key, row)]:
            del rows[key]
        rows.update(wanted)
    else:
        for key, row in wanted.items():
            rows.setdefault(key, {}).update(row)


def _table_patch(
    table: str, before: dict[str, Row], after: dict[str, Row]
) -> Iterator[PatchOperation]:
    if before == after:
        return
    if not before:
        yield {"op": "add", "path": pointer(table), "value": after}
        return
    if not after:
        yield {"op": "remove", "path": pointer(table)}
        return
    for key in sorted(before.keys() | after.keys()):
        if key not in after:
            yield {"op": "remove", "path": pointer(table, key)}
        elif key not in before:
            yield {"op": "add", "path": pointer(table, key), "value": after[key]}
        else:
            yield from _row_patch((table, key), before[key], after[key])


def _row_patch(place: tuple[str, str], before: Row, after: Row) -> Iterator[PatchOperation]:
    for field in sorted(before.keys() | after.keys()):
        path = pointer(*place, field)
        if field not in after:
            yield {"op": "remove", "path": path}
        elif field not in before:
            yield {"op": "add", "path": path, "value": after[field]}
        elif before[field] != after[field]:
            yield {"op": "replace", "path": path, "value": after[field]}

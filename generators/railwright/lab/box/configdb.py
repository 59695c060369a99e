"""CONFIG_DB in redis: one hash per row, read and written as sonic-cfggen and ConfigDBConnector do.

A JSON list is stored as field `name@` with comma-joined text, a row without fields as the single
pair NULL:NULL, every other value as `str(value)` (so JSON `true` becomes `True`).
Source: sonic-swss-common common/configdb.h (typed_to_raw, raw_to_typed, mod_config, set_entry).

After each write the names of the rows go out on a redis channel, for whoever makes them effective.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .errors import BoxError
from .resp import Command, Redis

Row = dict[str, Any]
Table = dict[str, Row]
Config = dict[str, Table]
RowName = tuple[str, str]
"""Table and key, without the separator between them."""
RowWrites = Mapping[RowName, Row | None]
"""Whole rows to write; None removes the row."""

CHANNEL = "railwright-config"
INITIALIZED = "CONFIG_DB_INITIALIZED"
SEPARATOR = "|"


def encode(row: Mapping[str, Any]) -> dict[str, str]:
    """Return the redis hash of a row.

    Raises BoxError for what is no row, and for a list of anything but strings.
    """
    if not isinstance(row, Mapping):
        raise BoxError(f"{row!r} is not a row of fields")
    if not row:
        return {"NULL": "NULL"}
    raw = {}
    for field, value in row.items():
        if isinstance(value, list):
            if not all(isinstance(item, str) for item in value):
                raise BoxError(f"{field}: a list may hold only strings, not {value!r}")
            raw[f"{field}@"] = ",".join(value)
        else:
            raw[field] = str(value)
    return raw


def decode(pairs: Iterable[tuple[str, str]]) -> Row:
    """Return the row of a redis hash."""
    row: Row = {}
    for field, value in pairs:
        if field == "NULL":
            continue
        if field.endswith("@"):
            row[field[:-1]] = value.split(",")
        else:
            row[field] = value
    return row


def stored(row: Mapping[str, Any]) -> Row:
    """Return `row` as it reads back once it was written."""
    return decode(encode(row).items())


def read(redis: Redis) -> Config:
    """Read all rows, tables and keys sorted; a table without rows does not exist in redis."""
    names = [name for name in redis.run("KEYS", "*") if SEPARATOR in name]
    names.sort(key=lambda name: name.split(SEPARATOR, 1))
    config: Config = {}
    for name, flat in zip(names, redis.pipeline(("HGETALL", name) for name in names), strict=True):
        table, _, key = name.partition(SEPARATOR)
        config.setdefault(table, {})[key] = decode(zip(flat[::2], flat[1::2], strict=True))
    return config


def read_row(redis: Redis, table: str, key: str) -> Row:
    """Read one row; `{}` when it does not exist."""
    flat = redis.run("HGETALL", f"{table}{SEPARATOR}{key}")
    return decode(zip(flat[::2], flat[1::2], strict=True))


def set_rows(redis: Redis, old: Config, writes: RowWrites) -> None:
    """Write whole rows at once: fields that `old` has and the new row has not are removed."""
    commands: list[Command] = []
    for (table, key), row in writes.items():
        name = f"{table.upper()}{SEPARATOR}{key}"
        if row is None:
            commands.append(("DEL", name))
            continue
        raw = encode(row)
        commands.append(("HSET", name, *_flat(raw)))
        gone = set(encode(old.get(table, {}).get(key) or {})) - set(raw) - {"NULL"}
        if gone:
            commands.append(("HDEL", name, *sorted(gone)))
    redis.atomically([*commands, _notice("rows", writes)])


def merge(redis: Redis, data: Mapping[str, Any], event: str = "rows") -> None:
    """Merge tables into CONFIG_DB: fields are added or changed, a null row or table is deleted.

    `event` is what the notice after the write says, `rows` or `reload`.
    """
    commands = list(_merge_commands(redis, data))
    redis.atomically([*commands, _notice(event, map(_row_name, commands))])


def flush(redis: Redis) -> None:
    """Empty CONFIG_DB."""
    redis.run("FLUSHDB")


def replace_all(redis: Redis, config: Config, event: str) -> None:
    """Empty CONFIG_DB and write `config`; readers may see it empty in between, as on a switch."""
    flush(redis)
    commands = list(_merge_commands(redis, config))
    done = ("SET", INITIALIZED, "1")
    redis.atomically([*commands, done, _notice(event, map(_row_name, commands))])


def publish(redis: Redis, event: str, rows: Iterable[RowName]) -> None:
    """Tell listeners that these rows were written."""
    redis.pipeline([_notice(event, rows)])


def _notice(event: str, rows: Iterable[RowName]) -> Command:
    names = sorted(SEPARATOR.join(row) for row in rows)
    return ("PUBLISH", CHANNEL, json.dumps({"event": event, "rows": names}))


def _row_name(command: Command) -> RowName:
    table, _, key = command[1].partition(SEPARATOR)
    return table, key


def _merge_commands(redis: Redis, data: Mapping[str, Any]) -> Iterator[Command]:
    for table, rows in data.items():
        prefix = f"{table.upper()}{SEPARATOR}"
        if rows is None:
            yield from (("DEL", name) for name in sorted(redis.run("KEYS", f"{prefix}*")))
            continue
        for key, row in rows.items():
            if row is None:
                yield ("DEL", prefix + key)
            else:
                yield ("HSET", prefix + key, *_flat(encode(row)))


def _flat(raw: Mapping[str, str]) -> Iterator[str]:
    for field, value in raw.items():
        yield field
        yield value

"""Whole-configuration checks: the models, and what the updater checks beside them."""

from collections.abc import Mapping
from typing import Any

from .configdb import Config
from .errors import BoxError
from .musts import check_musts
from .schema import InvalidConfigError, schema


def check_config(config: Mapping[str, Any]) -> None:
    """Check types, references and rules of all tables that have a model; others are skipped.

    Raises InvalidConfigError, UnparsedKeysError or NotInLabError at the first fault.
    """
    models = schema()
    names: dict[str, set[str]] = {}
    for shape, key, field, value, leaf in list(models.check_types(config)):
        for table in leaf.tables:
            if table not in names:
                names[table] = {name for name in config.get(table, {}) if "|" not in name}
            if value in names[table]:
                break
        else:
            where = shape.place(key, field)
            raise InvalidConfigError(_reference_reason(value, leaf.tables), shape.table, where)
    check_musts(models, config)


def check_lanes(config: Config) -> None:
    """Check that lanes are numbers and that no two ports share one, as the updater does."""
    users: dict[str, str] = {}
    for port, row in config.get("PORT", {}).items():
        lanes = row["lanes"].split(",") if "lanes" in row else []
        for lane in map(str.strip, lanes):
            if not lane:
                raise BoxError(f"PORT '{port}' has an empty lane")
            if not lane.isdigit():
                raise BoxError(f"PORT '{port}' has an invalid lane '{lane}'")
            if lane in users:
                both = f"{{'{users[lane]}', '{port}'}}"
                raise BoxError(f"'{lane}' lane is used multiple times in PORT: {both}")
            users[lane] = port


def unmodelled_tables(config: Mapping[str, Any]) -> list[str]:
    """Return the tables without a YANG model, in the order of `config`."""
    return [table for table in config if not schema().has_model(table)]


def _reference_reason(value: str, tables: tuple[str, ...]) -> str:
    if len(tables) > 1:
        return f'Invalid union value "{value}" - no matching subtype found'
    return (
        f'Invalid leafref value "{value}" - no target instance "{tables[0]}" with the same value.'
    )

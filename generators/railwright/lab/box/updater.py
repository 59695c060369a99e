"""What `config apply-patch`, `replace`, `load` and `reload` do, as functions over values.

Order of the checks, texts of the errors and what a refusal leaves behind follow the recorded
behaviour of sonic-utilities 691b1bbc4 (config/main.py, generic_config_updater/). Nothing here reads
or writes redis; the commands do that with what these functions return.
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import configdb, patch
from .configdb import Config
from .defaults import check_migratable, image_defaults, migrated, updated
from .errors import BoxError, NotInLabError
from .fieldrules import BoxFacts, check_operations
from .ordering import Step, steps
from .patch import Operation
from .schema import UnparsedKeysError, schema
from .validate import check_config, check_lanes, unmodelled_tables

NOT_VERIFIED = ("BUFFER_PG", "BUFFER_PROFILE", "FLEX_COUNTER_TABLE")
"""Tables that daemons write too; the updater leaves them out of its final comparison."""
UNMODELLED_CHANGE = "Given patch is not valid because it has changes to tables without YANG models"


@dataclass(frozen=True, slots=True)
class Change:
    """A change that passed all checks: its steps, and the configuration it asks for."""

    steps: tuple[Step, ...]
    target: Config

    def check_result(self, result: Config) -> None:
        """Raise BoxError when `result`, read back after the steps, is not the target."""
        if _verified(result) != _verified(self.target):
            text = "after applying patch to config, there are still some parts not updated"
            raise BoxError(f"localhost: {text}")


def patch_change(
    running: Config, operations: list[Operation], facts: BoxFacts, *, unmodelled: bool = False
) -> Change:
    """Check a JSON patch and return the change it makes.

    `unmodelled` allows changes to tables without a YANG model. Raises BoxError when the real
    command refuses the patch, NotInLabError when only this stand-in does.
    """
    for op in operations:
        root = patch.split(op["path"])[:1]
        if not root:
            raise BoxError("Wrong patch with empty path.")
        if root[0] == "localhost" or root[0].startswith("asic"):
            raise NotInLabError("patch paths that name an ASIC")
    operations = _with_new_tables(running, operations)
    try:
        check_config(patch.apply(running, operations))
    except NotInLabError:
        raise
    except BoxError as error:
        raise BoxError(f"Validate json patch: {operations} failed due to: {error}") from error
    target = patch.apply(running, operations)
    touched = [patch.split(op["path"])[0] for op in operations]
    try:
        return _change(running, target, touched, facts, unmodelled=unmodelled)
    except NotInLabError:
        raise
    except BoxError as error:
        raise BoxError(
            f"Failed to apply patch on the following scopes:\n- localhost: {error}"
        ) from error


def replace_change(
    running: Config, target: Config, facts: BoxFacts, *, unmodelled: bool = False
) -> Change:
    """Check a whole target configuration and return the change that leads to it."""
    touched = [
        table
        for table in {**running, **target}
        if running.get(table) != target.get(table) or (table in running) != (table in target)
    ]
    return _change(running, target, touched, facts, unmodelled=unmodelled)


def check_file(data: Any, name: str) -> None:
    """Check the content of a file before it replaces everything; raises BoxError."""
    if not isinstance(data, dict):
        raise BoxError(f"Invalid config file:'{name}'!\nAborted!")
    try:
        check_config(data)
    except NotInLabError:
        raise
    except BoxError as error:
        # the converter of the real validator prints where it stumbled before it gives up
        hint = f"{error.args[0].splitlines()[2]}\n" if isinstance(error, UnparsedKeysError) else ""
        text = f"{hint}{name} fails YANG validation! Error: {error}"
        raise BoxError(f"{text}\nAborted!") from error
    if missing := unmodelled_tables(data):
        keys = ", ".join(f"'{table}'" for table in missing)
        raise BoxError(f"Config tables are missing yang models: dict_keys([{keys}])\nAborted!")


def reloaded(data: Mapping[str, Any], image: Mapping[str, Any] | None, asic_type: str) -> Config:
    """Return what the database holds after it was emptied and `data` was loaded.

    `image` are the rows of the image's own defaults, None for the built-in ones. Raises
    NotInLabError for files that would need facts of a real box.
    """
    metadata = (data.get("DEVICE_METADATA") or {}).get("localhost") or {}
    if not metadata.get("platform") or not metadata.get("mac"):
        raise NotInLabError("reload of a file without DEVICE_METADATA platform and mac")
    check_migratable(data)
    base = image_defaults(metadata.get("type")) if image is None else image
    return migrated(merged({}, updated(base, data)), asic_type)


def merged(base: Config, data: Mapping[str, Any]) -> Config:
    """Return `base` after a merge of `data`, as the database holds it then.

    Empty tables are skipped, null rows and tables are deleted, tables whose name starts with a
    lower-case letter are left out.
    """
    result = copy.deepcopy(base)
    for table, rows in loadable(data).items():
        name = table.upper()
        if rows is None:
            result.pop(name, None)
            continue
        there = result.setdefault(name, {})
        for key, row in rows.items():
            if row is None:
                there.pop(key, None)
            else:
                there[key] = {**there.get(key, {}), **configdb.stored(row)}
        if not there:
            del result[name]
    return result


def loadable(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tables of a file that reach the database."""
    return {table: rows for table, rows in data.items() if table[:1].isupper() and rows != {}}


def simulate(running: Config, change: Change) -> Config:
    """Return the configuration as it reads back after the steps of a change."""
    result = {table: dict(rows) for table, rows in running.items()}
    for step in change.steps:
        for (table, key), row in step.rows.items():
            rows = result.setdefault(table, {})
            if row is None:
                rows.pop(key, None)
            else:
                rows[key] = configdb.stored(row)
            if not rows:
                del result[table]
    return result


def _with_new_tables(running: Config, operations: list[Operation]) -> list[Operation]:
    """Put an empty table before the first operation on each table that does not exist yet."""
    result: list[Operation] = []
    known = set(running)
    for op in operations:
        table = patch.split(op["path"])[0]
        if table not in known:
            known.add(table)
            result.append({"op": "add", "path": patch.join(table), "value": {}})
        result.append(op)
    return result


def _change(
    running: Config, target: Config, touched: list[str], facts: BoxFacts, *, unmodelled: bool
) -> Change:
    check_operations(running, target, facts)
    if empty := [table for table, rows in target.items() if not rows]:
        plural = "s" if len(empty) > 1 else ""
        text = "given patch is not valid because it will result in empty tables"
        raise BoxError(
            f"localhost: {text} which is not allowed in ConfigDb. Table{plural}: {', '.join(empty)}"
        )
    if not unmodelled and not all(map(schema().has_model, touched)):
        raise BoxError(UNMODELLED_CHANGE)
    try:
        check_config(target)
        check_lanes(target)
    except NotInLabError:
        raise
    except BoxError as error:
        raise BoxError(f"Given patch will produce invalid config. Error: {error}") from error
    if running != target:
        check_config(running)
    return Change(tuple(steps(running, target)), target)


def _verified(config: Config) -> Config:
    return {table: rows for table, rows in config.items() if table not in NOT_VERIFIED}

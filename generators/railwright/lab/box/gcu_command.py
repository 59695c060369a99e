"""`config apply-patch | replace | rollback | checkpoint | list-checkpoints | delete-checkpoint`.

Output and exit status are those of sonic-utilities 691b1bbc4; the progress lines are the ones that
say something. The 1 s pause after each change is left out.
"""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from . import configdb, patch, updater
from .configdb import Config
from .context import Box
from .errors import BoxError, NotInLabError
from .patch import Operation
from .resp import Redis
from .terminal import (
    UsageError,
    complain,
    options,
    read_json,
    required,
    say,
    write_atomically,
)
from .updater import Change

CHECKPOINTS = "/etc/sonic/checkpoints"
EXTENSION = ".cp.json"
Values = dict[str, list[str]]


def apply_patch(box: Box, args: Sequence[str]) -> None:
    """`config apply-patch [-d] [-n] [-v] FILE`."""
    command = "config apply-patch"
    long = (
        *("dry-run", "verbose", "ignore-non-yang-tables", "parallel"),
        *("format=", "ignore-path=", "path-trace="),
    )
    values, rest = options(command, args, "dvnpf:i:t:", long, 1)
    path = required(command, rest, "PATCH_FILE_PATH")
    _refuse_unknown_options(values)
    _announce_dry_run(values)

    def build(running: Config) -> tuple[Change, list[Operation]]:
        operations = read_json(Path(path))
        if not patch.is_patch(operations):
            raise BoxError(f"Invalid patch format in file: {path}")
        facts = box.facts()
        change = updater.patch_change(running, operations, facts, unmodelled="n" in values)
        return change, operations

    try:
        _carry_out(box, build, dry_run="d" in values)
    except NotInLabError:
        raise
    except BoxError as error:
        complain(f"Failed to apply patch due to: {error}")
        raise UsageError(command, str(error)) from error
    say("Patch applied successfully.")


def replace(box: Box, args: Sequence[str]) -> None:
    """`config replace [-d] [-n] [-v] FILE`."""
    command = "config replace"
    values, rest = _replace_options(command, args)
    path = required(command, rest, "TARGET_FILE_PATH")
    try:
        _replace(box, lambda: read_json(Path(path)), values)
    except NotInLabError:
        raise
    except BoxError as error:
        complain("Failed to replace config")
        raise UsageError(command, str(error)) from error
    say("Config replaced successfully.")


def rollback(box: Box, args: Sequence[str]) -> None:
    """`config rollback [-d] [-n] [-v] NAME`: replace by a checkpoint."""
    command = "config rollback"
    values, rest = _replace_options(command, args)
    name = required(command, rest, "CHECKPOINT_NAME")
    path = _checkpoint(box, name)
    try:
        _replace(box, lambda: read_json(_existing(path, name)), values)
    except NotInLabError:
        raise
    except BoxError as error:
        complain("Failed to rollback config")
        raise UsageError(command, str(error)) from error
    say("Config rolled back successfully.")


def checkpoint(box: Box, args: Sequence[str]) -> None:
    """`config checkpoint NAME`: keep the running configuration under a name."""
    command = "config checkpoint"
    _, rest = options(command, args, "v", ("verbose",), 1)
    path = _checkpoint(box, required(command, rest, "CHECKPOINT_NAME"))
    with box.writing():
        write_atomically(path, json.dumps(configdb.read(box.connect("CONFIG_DB"))))
    say("Checkpoint created successfully.")


def delete_checkpoint(box: Box, args: Sequence[str]) -> None:
    """`config delete-checkpoint NAME`."""
    command = "config delete-checkpoint"
    _, rest = options(command, args, "v", ("verbose",), 1)
    name = required(command, rest, "CHECKPOINT_NAME")
    try:
        _existing(_checkpoint(box, name), name).unlink()
    except NotInLabError:
        raise
    except BoxError as error:
        complain("Failed to delete config checkpoint")
        raise UsageError(command, str(error)) from error
    say("Checkpoint deleted successfully.")


def list_checkpoints(box: Box, args: Sequence[str]) -> None:
    """`config list-checkpoints [-t]`: the names as a JSON list, with -t newest first."""
    values, _ = options("config list-checkpoints", args, "tv", ("time", "verbose"), 0)
    paths = sorted(box.path(CHECKPOINTS).glob(f"*{EXTENSION}"))
    names: list[Any] = [path.name.removesuffix(EXTENSION) for path in paths]
    if "t" in values:
        times = (datetime.fromtimestamp(path.stat().st_mtime, tz=UTC) for path in paths)
        pairs = zip(names, times, strict=True)
        names = [{"name": name, "time": time.isoformat()} for name, time in pairs]
        names.sort(key=lambda entry: str(entry["time"]), reverse=True)
    say(json.dumps(names, indent=4))


def _replace_options(command: str, args: Sequence[str]) -> tuple[Values, list[str]]:
    long = ("dry-run", "verbose", "ignore-non-yang-tables", "format=", "ignore-path=")
    values, rest = options(command, args, "dvnf:i:", long, 1)
    _refuse_unknown_options(values)
    return values, rest


def _refuse_unknown_options(values: Values) -> None:
    if any(name.upper() != "CONFIGDB" for name in values.get("f", [])):
        raise NotInLabError("--format other than CONFIGDB")
    for letter, name in (("i", "--ignore-path"), ("t", "--path-trace")):
        if letter in values:
            raise NotInLabError(name)


def _announce_dry_run(values: Values) -> None:
    if "d" in values:
        say("** DRY RUN EXECUTION **")


def _replace(box: Box, read_target: Callable[[], Any], values: Values) -> None:
    _announce_dry_run(values)
    say("Config Replacer: Config replacement starting.")

    def build(running: Config) -> tuple[Change, list[Operation]]:
        target = read_target()
        if not isinstance(target, dict):
            raise BoxError("the target config is not a JSON object")
        facts = box.facts()
        change = updater.replace_change(running, target, facts, unmodelled="n" in values)
        return change, patch.diff(running, target)

    _carry_out(box, build, dry_run="d" in values)
    say("Config Replacer: Config replacement completed.")


def _carry_out(
    box: Box, build: Callable[[Config], tuple[Change, list[Operation]]], *, dry_run: bool
) -> None:
    """Build a change from the running configuration and take its steps, holding the lock."""
    with box.writing():
        redis = box.connect("CONFIG_DB")
        running = configdb.read(redis)
        change, operations = build(running)
        count = len(change.steps)
        plural, mark = ("" if count == 1 else "s"), (":" if count else ".")
        say("Patch Applier: localhost: Patch application starting.")
        say(f"Patch Applier: localhost: Patch: {json.dumps(operations)}")
        text = f"The localhost patch was converted into {count} change{plural}{mark}"
        say(f"Patch Applier: {text}")
        say(f"Patch Applier: localhost: applying {count} change{plural} in order{mark}")
        for step in change.steps:
            say(f"Patch Applier:   * {json.dumps(step.operations)}")
            if dry_run:
                say(f"** DryRun: Would apply {json.dumps(step.operations)}")
        if not dry_run:
            _take_steps(redis, running, change)
        say("Patch Applier: localhost: verifying patch updates are reflected on ConfigDB.")
        # a dry run keeps what it would write as it is, so JSON numbers go unnoticed there
        change.check_result(change.target if dry_run else configdb.read(redis))
        say("Patch Applier: localhost patch application completed.")


def _take_steps(redis: Redis, running: Config, change: Change) -> None:
    now = {table: dict(rows) for table, rows in running.items()}
    for step in change.steps:
        configdb.set_rows(redis, now, step.rows)
        for (table, key), row in step.rows.items():
            rows = now.setdefault(table, {})
            if row is None:
                rows.pop(key, None)
            else:
                rows[key] = row


def _checkpoint(box: Box, name: str) -> Path:
    if "/" in name:
        raise NotInLabError(f"checkpoint names with a slash ({name})")
    return box.path(f"{CHECKPOINTS}/{name}{EXTENSION}")


def _existing(path: Path, name: str) -> Path:
    if not path.is_file():
        raise BoxError(f"Checkpoint '{name}' does not exist")
    return path

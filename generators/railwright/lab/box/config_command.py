"""`config load | reload | save | interface startup | interface shutdown`, and `TSA`, `TSB`.

Texts and exit status: sonic-utilities 691b1bbc4 config/main.py; sonic-buildimage 086b03bd70
dockers/docker-fpm-frr/base_image_files (TSA, TSB, TS).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from . import configdb, gcu_command, updater
from .context import Box
from .errors import BoxError, NotInLabError
from .terminal import (
    UsageError,
    confirm,
    natural_key,
    options,
    read_json,
    say,
    write_atomically,
)

Command = Callable[[Box, Sequence[str]], None]
DEFAULT_FILE = "/etc/sonic/config_db.json"
IMAGE_DEFAULTS = "/etc/sonic/init_cfg.json"
CFGGEN = "/usr/local/bin/sonic-cfggen"
STDIN = "/dev/stdin"


def config(box: Box, args: Sequence[str]) -> None:
    """`config SUBCOMMAND ...`; all of it needs root."""
    box.require_root("Root privileges are required for this operation")
    name = args[0] if args else ""
    if name not in SUBCOMMANDS:
        raise NotInLabError(f"config {name}".rstrip())
    SUBCOMMANDS[name](box, args[1:])


def load(box: Box, args: Sequence[str]) -> None:
    """`config load [-y] [FILE]`: merge a file, unchecked."""
    values, rest = options("config load", args, "y", ("yes",), 1)
    if "y" not in values:
        file = f"the file(s) {rest[0]}" if rest else "the default config file(s)"
        confirm(f"Load config from {file} ?")
    path = _file(box, rest)
    if not path.exists():
        say(f"The config_db file {path} doesn't exist")
        return
    say(f"Running command: {CFGGEN} -j {path} --write-to-db")
    data = _mapping(read_json(path), path)
    with box.writing():
        configdb.merge(box.connect("CONFIG_DB"), updater.loadable(data))


def reload(box: Box, args: Sequence[str]) -> None:
    """`config reload [-y] [-f] [-n] [FILE]`: empty CONFIG_DB and load a checked file."""
    long = ("yes", "force", "no_service_restart", "bypass-lock", "load-sysinfo", "file_format=")
    values, rest = options("config reload", args, "yfnblt:", long, 1)
    if "l" in values or values.get("t", ["config_db"]) != ["config_db"]:
        raise NotInLabError("--load-sysinfo and file formats other than config_db")
    if "y" not in values:
        file = f"the file(s) {rest[0]}" if rest else "the default config file(s)"
        intro = "Clear current config and reload config in config_db format from"
        confirm(f"{intro} {file} ?")
    path = _file(box, rest)
    if not path.exists():
        raise BoxError(f"The config file {path} doesn't exist\nAborted!")
    data = read_json(path)
    # the default file goes unchecked with -f, and what comes through stdin always does
    if rest[:1] != [STDIN] and (rest or "f" not in values):
        updater.check_file(data, str(path))
    image = box.path(IMAGE_DEFAULTS)
    defaults = read_json(image) if image.is_file() else None
    result = updater.reloaded(_mapping(data, path), defaults, box.version.get("asic_type", "vs"))
    say(f"Running command: {CFGGEN} -j {IMAGE_DEFAULTS} -j {path} --write-to-db")
    with box.writing():
        # without the restart of services, daemons see nothing but the rows
        event = "rows" if "n" in values else "reload"
        configdb.replace_all(box.connect("CONFIG_DB"), result, event)
    say("Running command: /usr/local/bin/db_migrator.py -o migrate")


def save(box: Box, args: Sequence[str]) -> None:
    """`config save [-y] [FILE]`: write CONFIG_DB to the file that is loaded at boot."""
    values, rest = options("config save", args, "y", ("yes",), 1)
    if "y" not in values:
        confirm("Existing files will be overwritten, continue?")
    path = _file(box, rest)
    say(f"Running command: {CFGGEN} -d --print-data > {path}")
    with box.writing():
        running = configdb.read(box.connect("CONFIG_DB"))
        ordered = {
            table: dict(sorted(rows.items(), key=lambda item: natural_key(item[0])))
            for table, rows in sorted(running.items(), key=lambda item: natural_key(item[0]))
        }
        write_atomically(path, json.dumps(ordered, indent=4))


def interface(box: Box, args: Sequence[str]) -> None:
    """`config interface startup|shutdown PORT[,PORT...]`."""
    if len(args) != 2 or args[0] not in ("startup", "shutdown"):
        raise NotInLabError(f"config interface {' '.join(args)}".rstrip())
    verb, names = args[0], args[1].split(",")
    if any("-" in name or "[" in name for name in names):
        raise NotInLabError("ranges of interfaces")
    status = {"admin_status": "up" if verb == "startup" else "down"}
    with box.writing():
        redis = box.connect("CONFIG_DB")
        running = configdb.read(redis)
        found: dict[str, dict[str, Any]] = {}
        for table in ("PORT", "PORTCHANNEL", "LOOPBACK_INTERFACE"):
            for name in names:
                if name in running.get(table, {}):
                    found.setdefault(table, {})[name] = status
        if not found and len(names) == 1:
            text = "Interface name is invalid. Please enter a valid interface name!!"
            raise UsageError(f"config interface {verb}", text)
        configdb.merge(redis, found)


def shift_traffic_away(box: Box, args: Sequence[str]) -> None:
    """`TSA`: make neighbours prefer other switches."""
    _shift(box, args, "true", "Maintenance", "Normal")


def shift_traffic_back(box: Box, args: Sequence[str]) -> None:
    """`TSB`: undo TSA."""
    _shift(box, args, "false", "Normal", "Maintenance")


def _shift(box: Box, args: Sequence[str], enabled: str, mode: str, other: str) -> None:
    if args:
        raise NotInLabError(f"arguments of TSA and TSB ({' '.join(args)})")
    box.require_root("Root priveleges are needed for this operation")
    away = enabled == "true"
    with box.writing():
        redis = box.connect("CONFIG_DB")
        row = configdb.read_row(redis, "BGP_DEVICE_GLOBAL", "STATE")
        if row.get("tsa_enabled") == enabled:
            say(f"System is already in {mode if away else f'{mode} mode'}")
        else:
            configdb.merge(redis, {"BGP_DEVICE_GLOBAL": {"STATE": {"tsa_enabled": enabled}}})
            say(f"System Mode: {other} -> {mode}")
    state = mode if away else f"{mode} state"
    text = f"Please execute 'sudo config save' to preserve System mode in {state}"
    say(f"{text} after reboot or config reload")


def _file(box: Box, rest: Sequence[str]) -> Path:
    if rest and "," in rest[0]:
        raise NotInLabError("several files")
    return Path(rest[0]) if rest else box.path(DEFAULT_FILE)


def _mapping(data: Any, path: Path) -> Mapping[str, Any]:
    if not isinstance(data, dict) or not all(
        rows is None or isinstance(rows, dict) for rows in data.values()
    ):
        raise BoxError(f"{path}: a CONFIG_DB file is a JSON object of tables")
    return data


SUBCOMMANDS: Mapping[str, Command] = {
    "apply-patch": gcu_command.apply_patch,
    "checkpoint": gcu_command.checkpoint,
    "delete-checkpoint": gcu_command.delete_checkpoint,
    "interface": interface,
    "list-checkpoints": gcu_command.list_checkpoints,
    "load": load,
    "reload": reload,
    "replace": gcu_command.replace,
    "rollback": gcu_command.rollback,
    "save": save,
}

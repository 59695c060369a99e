"""`sonic-cfggen` and `sonic-db-cli`, in the forms that read and write the databases.

Sources: sonic-buildimage 086b03bd70 src/sonic-config-engine/sonic-cfggen; sonic-swss-common
sonic-db-cli/ and common/redisreply.cpp for the form of its output.
"""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import configdb
from .context import DATABASES, Box
from .defaults import updated
from .errors import BoxError, NotInLabError
from .resp import RedisError
from .terminal import options, read_json, say
from .updater import loadable

READS = ("EXISTS", "GET", "HEXISTS", "HGET", "HGETALL", "HKEYS", "KEYS", "TYPE")
WRITES = ("DEL", "HDEL", "HMSET", "HSET", "SET")
_VARIABLE = re.compile(r"\w+(\.\w+|\['[^']*'\])*")
_NAME = re.compile(r"\['([^']*)'\]|(\w+)")


def cfggen(box: Box, args: Sequence[str]) -> None:
    """`sonic-cfggen`: read CONFIG_DB (-d) or files (-j), print it or write it to CONFIG_DB."""
    command = "sonic-cfggen"
    long = (
        *("from-db", "print-data", "write-to-db"),
        *("json=", "additional-data=", "var=", "var-json=", "key="),
    )
    values, _ = options(command, args, "dPwj:a:v:V:K:", long, 0)
    data: dict[str, Any] = {}
    for name in values.get("j", []):
        data = updated(data, _object(read_json(Path(name)), name))
    for text in values.get("a", []):
        data = updated(data, _object(_parsed(text), "--additional-data"))
    if "d" in values:
        data = updated(data, configdb.read(box.connect("CONFIG_DB")))
    for name in values.get("v", []):
        say(_variable(data, name))
    for table in values.get("V", []):
        if table in data:
            rows = data[table]
            if key := values.get("K"):
                rows = {name: row for name, row in rows.items() if name == key[0]}
            say(json.dumps(rows, indent=4))
    if "w" in values:
        with box.writing():
            configdb.merge(box.connect("CONFIG_DB"), loadable(data))
    if "P" in values:
        say(json.dumps(data, indent=4))


def db_cli(box: Box, args: Sequence[str]) -> None:
    """`sonic-db-cli DATABASE COMMAND ...`, or `sonic-db-cli PING`."""
    words = list(args)
    while words and words[0] in ("-s", "--unixsocket"):
        words.pop(0)
    if not words or words[0].startswith("-"):
        raise NotInLabError(f"sonic-db-cli {' '.join(args)}".rstrip())
    if words == ["PING"]:
        box.connect("CONFIG_DB").run("PING")
        say("PONG")
        return
    name, *command = words
    if name not in DATABASES:
        raise BoxError(f"Invalid database name input : '{name}'")
    verb = command[0].upper() if command else ""
    if verb not in READS + WRITES:
        raise NotInLabError(f"sonic-db-cli {name} {verb}".rstrip())
    try:
        say(_reply_text(verb, _run(box, name, [verb, *command[1:]])))
    except RedisError as error:  # the real one prints it like any other reply
        say(str(error))


def _run(box: Box, name: str, command: list[str]) -> Any:
    redis = box.connect(name)
    if command[0] in READS or name != "CONFIG_DB":
        return redis.run(*command)
    with box.writing():
        reply = redis.run(*command)
        keys = command[1:] if command[0] == "DEL" else command[1:2]
        rows = [key.partition(configdb.SEPARATOR) for key in keys]
        configdb.publish(redis, "rows", ((table, key) for table, bar, key in rows if bar))
    return reply


def _reply_text(verb: str, reply: Any) -> str:
    if verb == "HGETALL":
        pairs = zip(reply[::2], reply[1::2], strict=True)
        return "{" + ", ".join(f"{_quoted(name)}: {_quoted(value)}" for name, value in pairs) + "}"
    if isinstance(reply, list):
        return "\n".join(reply)
    if verb in ("HMSET", "SET") and reply == "OK":
        return "True"
    if verb == "HEXISTS":
        return str(bool(reply))
    return "" if reply is None else str(reply)


def _quoted(text: str) -> str:
    return f'"{text}"' if "'" in text else f"'{text}'"


def _variable(data: Any, name: str) -> str:
    if not _VARIABLE.fullmatch(name):
        raise NotInLabError(f"sonic-cfggen -v with an expression ({name})")
    for in_brackets, plain in _NAME.findall(name):
        data = data.get(in_brackets or plain) if isinstance(data, dict) else None
    return "" if data is None else str(data)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise BoxError(str(error)) from error


def _object(data: Any, name: str) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise BoxError(f"{name} holds no JSON object")
    return data

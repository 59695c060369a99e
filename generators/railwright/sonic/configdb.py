"""CONFIG_DB as a value: its type, its text on disk, its row keys, and how lists are stored.

The shape is `TABLE -> "k1|k2" -> {field: value}`; every value is a string or a list of strings, as
SONiC's database connector reads them (source: swss-common configdb.h).
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from json.encoder import encode_basestring as _quoted
from types import MappingProxyType

import orjson

from railwright.errors import RailwrightError
from railwright.naming import natural_key

FieldValue = str | list[str]
Row = dict[str, FieldValue]
ConfigDb = dict[str, dict[str, Row]]

KEY_SEPARATOR = "|"
NULL_ROW: Mapping[str, str] = MappingProxyType({"NULL": "NULL"})
"""How Redis holds a row without fields; a file must say `{}` instead."""

LISTS_STORED_AS_TEXT: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("BGP_ALLOWED_PREFIXES", "prefixes_v4"): ",",
        ("BGP_ALLOWED_PREFIXES", "prefixes_v6"): ",",
        ("BUFFER_PORT_EGRESS_PROFILE_LIST", "profile_list"): ",",
        ("BUFFER_PORT_INGRESS_PROFILE_LIST", "profile_list"): ",",
        ("MIRROR_SESSION", "src_ip"): ",",
        ("NTP", "src_intf"): ";",
        ("PORT", "adv_interface_types"): ",",
        ("PORT", "adv_speeds"): ",",
    }
)
"""(table, field) that YANG calls a list but CONFIG_DB holds as one string, with its separator.

Source: LEAF_LIST_WITH_STRING_VALUE_DICT in sonic-buildimage src/sonic-yang-mgmt/sonic_yang_ext.py.
"""

_MAX_REPORTED = 20


class ConfigDbError(RailwrightError):
    """A text is not a CONFIG_DB file; `problems` holds one line for each thing wrong."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        shown = problems[:_MAX_REPORTED]
        if len(problems) > _MAX_REPORTED:
            shown = [*shown, f"and {len(problems) - _MAX_REPORTED} more problems"]
        super().__init__("\n".join(shown))


def row_key(*parts: str | int) -> str:
    """Return the row key made of these parts: `row_key("Ethernet0", "3")` is `Ethernet0|3`.

    Raises: ValueError if a part holds the separator, since the key could not be split again.
    """
    texts = [str(part) for part in parts]
    for text in texts:
        if KEY_SEPARATOR in text:
            raise ValueError(f"key part {text!r} holds the separator {KEY_SEPARATOR!r}")
    return KEY_SEPARATOR.join(texts)


def key_parts(key: str) -> tuple[str, ...]:
    """Return the parts of a row key, in order; empty parts stay (`ip|port|` has three)."""
    return tuple(key.split(KEY_SEPARATOR))


def dumps(config: Mapping[str, Mapping[str, Mapping[str, FieldValue]]]) -> bytes:
    """Return the canonical text of a configuration: equal configurations give equal bytes.

    Tables are sorted by name, rows and fields naturally (Ethernet4 before Ethernet16), four spaces
    of indentation and a final newline, as `sonic-cfggen -d --print-data` lays JSON out.
    List items keep their order, which may carry meaning.
    """
    texts: dict[int, str] = {}
    tables = (f"    {_quoted(table)}: {_table(config[table], texts)}" for table in sorted(config))
    body = ",\n".join(tables)
    return f"{{\n{body}\n}}\n".encode() if body else b"{}\n"


def _table(rows: Mapping[str, Mapping[str, FieldValue]], texts: dict[int, str]) -> str:
    """Return a table's text; `texts` holds those of rows seen before, which many keys share."""
    lines = []
    for key in sorted(rows, key=sort_key):
        row = rows[key]
        if (text := texts.get(id(row))) is None:
            text = texts[id(row)] = _row(row)
        lines.append(f"        {_quoted(key)}: {text}")
    body = ",\n".join(lines)
    return f"{{\n{body}\n    }}" if lines else "{}"


def _row(row: Mapping[str, FieldValue]) -> str:
    fields = (
        f"            {_quoted(field)}: {_value(row[field])}" for field in _field_order(tuple(row))
    )
    body = ",\n".join(fields)
    return f"{{\n{body}\n        }}" if body else "{}"


def _value(value: FieldValue) -> str:
    if isinstance(value, str):
        return _quoted(value)
    if not value:
        return "[]"
    items = ",\n".join(f"                {_quoted(item)}" for item in value)
    return f"[\n{items}\n            ]"


@lru_cache(maxsize=1024)  # few kinds of rows, many rows
def _field_order(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(names, key=sort_key))


def loads(text: bytes | str, source: str = "config_db.json") -> ConfigDb:
    """Return the configuration held by a JSON text; `source` names it in messages.

    Raises: ConfigDbError naming the line of a syntax error, every table, row and field whose
        value is not a string or a list of strings, or every name that stands twice in one object.
    """
    try:
        config = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        place = f"{source}:{error.lineno}:{error.colno}"
        raise ConfigDbError([f"{place}: not JSON: {error.msg}"]) from error
    if problems := [f"{source}: {problem}" for problem in _shape_problems(config)]:
        raise ConfigDbError(problems)
    result: ConfigDb = config
    if problems := [f"{source}: {problem}" for problem in _repeated(text, result)]:
        raise ConfigDbError(problems)
    return result


def _repeated(text: bytes | str, config: ConfigDb) -> list[str]:
    """Return what is wrong where an object holds a name twice: the parser keeps the last alone."""
    # Each string has two quotation marks, so without escapes a number says that none is lost.
    raw = text.encode() if isinstance(text, str) else text
    if b"\\" not in raw and raw.count(b'"') == 2 * _strings(config):
        return []
    found: dict[str, None] = {}

    def look(pairs: list[tuple[str, object]]) -> None:
        counts = Counter(name for name, _ in pairs)
        found.update(dict.fromkeys(name for name, number in counts.items() if number > 1))

    try:
        json.loads(text, object_pairs_hook=look)
    except RecursionError:  # only in what a second object of the same name hides
        return ["an object is nested too deeply"]
    return [
        f"{json.dumps(name, ensure_ascii=False)} stands more than once in one object, "
        "and only the last would count; keep one"
        for name in found
    ]


def _strings(config: ConfigDb) -> int:
    """Return how many strings a configuration holds: names, values and items of lists."""
    number = len(config)
    for rows in config.values():
        number += len(rows)
        for row in rows.values():
            number += 2 * len(row)
            for value in row.values():
                if not isinstance(value, str):
                    number += len(value) - 1
    return number


@lru_cache(maxsize=65536)  # port and field names repeat on every switch
def sort_key(name: str) -> tuple[str, str]:
    """Return the sort key of a row key, field or list item: natural order, without ties."""
    # The name itself decides between `1` and `01`, which are naturally equal.
    return natural_key(name), name


def _shape_problems(config: object) -> Iterator[str]:
    if not isinstance(config, dict):
        yield f"a configuration is an object of tables, got {_kind(config)}"
        return
    for table, rows in config.items():
        if not isinstance(rows, dict):
            yield f"{table}: a table is an object of rows, got {_kind(rows)}"
            continue
        for key, fields in rows.items():
            if not isinstance(fields, dict):
                yield f"{table}|{key}: a row is an object of fields, got {_kind(fields)}"
                continue
            for field, value in fields.items():
                if not is_field_value(value):
                    yield f"{table}|{key} {field}: {not_text(value)}"


def is_field_value(value: object) -> bool:
    """Return whether CONFIG_DB can hold this value: a string or a list of strings."""
    if isinstance(value, str):
        return True
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def not_text(value: object) -> str:
    """Return what is wrong with a value that CONFIG_DB cannot hold, and how to write it."""
    what, advice = _kind(value), ""
    if isinstance(value, list):
        what += " with something else than strings in it"
    elif isinstance(value, bool | int | float):
        advice = f'; write "{orjson.dumps(value).decode()}"'
    return f"{what} where CONFIG_DB holds a string or a list of strings{advice}"


def _kind(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    return f"the bare value {orjson.dumps(value, default=str).decode()}"

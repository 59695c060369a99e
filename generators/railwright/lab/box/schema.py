"""Which tables, rows and fields CONFIG_DB may hold: what YANG validation does, from small tables.

`models.json` names every table that has a YANG model, `tables.json` describes those this product
writes and those every switch has (facts of sonic-buildimage 086b03bd70,
src/sonic-yang-models). A table, row or field that has a model but no description here is refused
as not implemented, so this validation never accepts or rejects what it does not know.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product
from pathlib import Path
from typing import Any

from .errors import BoxError, NotInLabError
from .leaftypes import LeafType, NumberTextError, compile_type

FAILED = "Data Loading Failed"
_BRACES = re.compile(r"\{([^}]*)\}")
_OUTSIDE_BRACES = re.compile(r",(?![^{]*\})")


class InvalidConfigError(BoxError):
    """The configuration does not fit the models."""

    def __init__(self, reason: str, table: str, place: str) -> None:
        where = f"/{schema().module(table)}:{schema().module(table)}/{table}/{place}"
        super().__init__(f"{FAILED}\nfailed to parse data tree: {reason}: Data path: {where}")


class UnparsedKeysError(BoxError):
    """A row or field that no list of the table's model has."""

    def __init__(self, table: str, key: str, what: str) -> None:
        keys = f"dict_keys(['{key}'])"
        super().__init__(
            f'{FAILED}\nAll Keys are not parsed in {table}\n{keys}\nexceptionList:["{what}"]'
        )


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of row of a table: its key parts (or fixed names) and its fields."""

    table: str
    list_name: str
    row_names: frozenset[str]
    key: tuple[tuple[str, LeafType], ...]
    leaves: Mapping[str, LeafType]
    entry: tuple[LeafType, LeafType] | None
    undescribed: frozenset[str]
    described: bool
    max_rows: int
    needs: frozenset[str]
    """Tables whose rows this one may name or depend on."""

    def place(self, key: str, field: str = "") -> str:
        """Return the data path of a row or field below its table."""
        if self.row_names:
            return f"{key}/{field}".rstrip("/")
        parts = key.split("|")
        names = "".join(
            f"[{name}='{part}']" for (name, _), part in zip(self.key, parts, strict=True)
        )
        return f"{self.list_name}{names}/{field}".rstrip("/")


@dataclass(frozen=True)
class Schema:
    """All tables."""

    modules: Mapping[str, str]
    shapes: Mapping[str, tuple[Shape, ...]]

    def module(self, table: str) -> str:
        """Return the YANG module of a table."""
        return self.modules.get(table, "?")

    def has_model(self, table: str) -> bool:
        """Return whether the table has a YANG model, described here or not."""
        return table in self.modules

    @cached_property
    def references(self) -> Mapping[str, frozenset[str]]:
        """The tables that each described table may refer to."""
        return {
            table: frozenset().union(*(shape.needs for shape in shapes)) - {table}
            for table, shapes in self.shapes.items()
        }

    def shape(self, table: str, key: str) -> Shape:
        """Return the shape of a row. Raises when its table has none that fits."""
        parts = key.count("|") + 1
        for shape in self.shapes[table]:
            if key in shape.row_names or (not shape.row_names and len(shape.key) == parts):
                if not shape.described:
                    raise NotInLabError(f"rows of {table} like {key!r}")
                return shape
        raise UnparsedKeysError(table, key, f"Value not found for {table} in {key}")

    def check_types(self, config: Mapping[str, Any]) -> Iterator[tuple[Shape, str, str, str, Any]]:
        """Check every value by itself; yield (shape, key, field, value, type) that name rows.

        Raises InvalidConfigError, UnparsedKeysError or NotInLabError at the first fault.
        """
        for table, rows in config.items():
            if table not in self.shapes:
                if self.has_model(table):
                    raise NotInLabError(f"table {table} has a model that the lab does not hold")
                continue
            counts: dict[str, int] = {}
            for key, row in rows.items():
                shape = self.shape(table, key)
                counts[shape.list_name] = counts.get(shape.list_name, 0) + 1
                if shape.max_rows and counts[shape.list_name] > shape.max_rows:
                    text = f'Too many "{shape.list_name}" instances.'
                    raise InvalidConfigError(text, table, shape.list_name)
                yield from _row_types(shape, key, row)


def _row_types(shape: Shape, key: str, row: Any) -> Iterator[tuple[Shape, str, str, str, Any]]:
    if not shape.row_names:
        for (name, leaf), part in zip(shape.key, key.split("|"), strict=True):
            yield from _value(shape, key, name, part, leaf)
    if not isinstance(row, dict):
        raise UnparsedKeysError(shape.table, key, f"{row!r} is not a row")
    for field, value in row.items():
        if shape.entry:
            yield from _value(shape, key, field, field, shape.entry[0])
            yield from _value(shape, key, field, value, shape.entry[1])
        elif field in shape.leaves:
            yield from _value(shape, key, field, value, shape.leaves[field])
        elif field in shape.undescribed:
            raise NotInLabError(f"field {field} of {shape.table}")
        else:
            raise UnparsedKeysError(shape.table, key, f"'{field}'")
    for field, leaf in shape.leaves.items():
        if leaf.mandatory and field not in row:
            text = f'Mandatory node "{field}" instance does not exist.'
            raise InvalidConfigError(text, shape.table, shape.place(key))


def _value(
    shape: Shape, key: str, field: str, value: Any, leaf: LeafType
) -> Iterator[tuple[Shape, str, str, str, Any]]:
    if isinstance(value, list) != (leaf.form == "list"):
        raise UnparsedKeysError(shape.table, key, f"'{field}' holds {value!r}")
    if leaf.form == "leaf":
        items = [str(value)]
    else:
        items = value if leaf.form == "list" else str(value).split(leaf.form)
    for item in items:
        try:
            reason = leaf.reason(str(item))
        except NumberTextError as error:
            raise UnparsedKeysError(shape.table, key, str(error)) from error
        if leaf.tables and (reason is not None or not leaf.checks):
            yield shape, key, field, str(item), leaf
        elif reason is not None:
            raise InvalidConfigError(reason, shape.table, shape.place(key, field))


@cache
def schema() -> Schema:
    """Load the tables."""
    here = Path(__file__).parent
    models = json.loads((here / "models.json").read_text())
    data = json.loads((here / "tables.json").read_text())
    modules = {table: module for module, tables in models.items() for table in tables.split()}
    shapes = {
        table: tuple(_shape(table, entry, data["types"]) for entry in entries)
        for table, entries in data["tables"].items()
    }
    return Schema(modules, shapes)


def _shape(table: str, data: Mapping[str, Any], aliases: Mapping[str, str]) -> Shape:
    def leaf(text: str) -> LeafType:
        return compile_type(_expand(text, aliases))

    key = tuple((name, leaf(text)) for name, text in data.get("key", {}).items())
    leaves = {
        name: leaf(text) for names, text in data.get("leaves", {}).items() for name in _names(names)
    }
    entry = tuple(map(leaf, data["map"])) if "map" in data else None
    types = [*(one for _, one in key), *leaves.values(), *(entry or ())]
    return Shape(
        table=table,
        list_name=data.get("list", f"{table}_LIST"),
        row_names=frozenset(filter(None, data.get("row", "").split(","))),
        key=key,
        leaves=leaves,
        entry=(entry[0], entry[1]) if entry else None,
        undescribed=frozenset(_names(data.get("undescribed", ""))),
        described=data.get("described", True),
        max_rows=data.get("max", 0),
        needs=frozenset(name for one in types for name in one.tables)
        | frozenset(data.get("after", "").split()),
    )


def _expand(text: str, aliases: Mapping[str, str]) -> str:
    suffix = "!" if text.endswith("!") else ""
    text = text.removesuffix("!")
    prefix = next((mark for mark in ("[]", ",", ";") if text.startswith(mark)), "")
    parts = text.removeprefix(prefix).split(" or ")
    return prefix + " or ".join(aliases.get(part, part) for part in parts) + suffix


def _names(text: str) -> Iterator[str]:
    """Expand `a,b` and `{a,b}_{c,d}` into the names they stand for."""
    for name in filter(None, _OUTSIDE_BRACES.split(text)):
        # every second part stood in braces
        parts = enumerate(_BRACES.split(name))
        choices = [part.split(",") if index % 2 else [part] for index, part in parts]
        yield from map("".join, product(*choices))

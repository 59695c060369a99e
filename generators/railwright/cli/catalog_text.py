"""An entry of the catalog for people: values, tables of rows, and at the end what is assumed."""

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

WIDTH = 96
INDENT = "  "


def render(kind: str, name: str, model: BaseModel) -> str:
    """Return the text of an entry."""
    values = {key: value for key, value in model if key not in {"name", "assumptions"}}
    lines = [f"{kind} {name}", *_mapping(values, INDENT)]
    if assumptions := getattr(model, "assumptions", ()):
        lines += ["assumptions, to be confirmed:"]
        for one in assumptions:
            lines += textwrap.wrap(one, WIDTH, initial_indent="  - ", subsequent_indent="    ")
    return "\n".join(lines) + "\n"


def _mapping(values: Mapping[Any, Any], indent: str) -> Iterator[str]:
    """Yield a line per key, or a block below it."""
    for key, value in values.items():
        if value is None:
            yield f"{indent}{key}: unknown"
        elif isinstance(value, BaseModel):
            yield f"{indent}{key}:"
            yield from _mapping(dict(value), indent + INDENT)
        elif isinstance(value, Mapping):
            yield f"{indent}{key}:" + ("" if value else " none")
            yield from _mapping(value, indent + INDENT)
        elif isinstance(value, tuple) and value and hasattr(value[0], "_fields"):
            yield f"{indent}{key}:"
            yield from _table(value, indent + INDENT)
        elif isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
            yield f"{indent}{key}:"
            for one in value:
                first, *rest = _mapping(dict(one), indent + INDENT * 2)
                yield f"{indent}{INDENT}- {first.strip()}"
                yield from rest
        else:
            text = f"{key}: {_cell(value)}"
            yield from textwrap.wrap(
                text, WIDTH, initial_indent=indent, subsequent_indent=indent + INDENT
            )


def _table(rows: tuple[Any, ...], indent: str) -> Iterator[str]:
    lines = [tuple(getattr(rows[0], "_fields", ())), *(tuple(map(_cell, row)) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        yield (indent + "  ".join(cells)).rstrip()


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(map(_cell, value)) or "none"
    return str(value)

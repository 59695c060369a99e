"""The intent's JSON Schema, made from the models; editors, messages and the reference read it.

`python -m railwright.intent.schema [ROOT]` writes `intent/schema.json` and `docs/intent.md` below
ROOT (default: the current folder).
"""

import json
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from railwright.intent.model import Intent
from railwright.intent.written import KeyPath

Schema = Mapping[str, Any]
INCLUDE = "include"
_REF_PREFIX = "#/$defs/"
_INCLUDE_SCHEMA = {
    "type": "array",
    "items": {"type": "string"},
    "description": "Files below this file's folder that are part of the intent. They are merged "
    "in order, key by key; later files win over earlier ones and this file wins over all.",
    "default": [],
    "examples": [["racks.yml"]],
}


@cache
def document() -> Schema:
    """Return the JSON Schema (draft 2020-12) of an intent file; treat it as read-only."""
    schema = _tidy(Intent.model_json_schema(mode="validation"))
    schema["properties"] = {**schema["properties"], INCLUDE: _INCLUDE_SCHEMA}
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "railwright intent"}
    return {**head, **schema}


def text() -> str:
    """Return the schema as it is committed: stable order, two spaces, one final newline."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def resolve(schema: Schema) -> Schema:
    """Return a schema with its reference followed and `null` taken out of its alternatives."""
    alternatives = [part for part in schema.get("anyOf", ()) if part.get("type") != "null"]
    if len(alternatives) == 1:
        own = {key: value for key, value in schema.items() if key != "anyOf"}
        return {**resolve(alternatives[0]), **own}
    if "$ref" in schema:
        own = {key: value for key, value in schema.items() if key != "$ref"}
        return {**document()["$defs"][schema["$ref"].removeprefix(_REF_PREFIX)], **own}
    return schema


def at(path: KeyPath) -> Schema:
    """Return the resolved schema of what may stand at `path`, empty if nothing may."""
    schema = document()
    for key in path:
        below = schema.get("items") if isinstance(key, int) else _property(schema, key)
        if below is None:
            return {}
        schema = resolve(below)
    return schema


def sections(path: KeyPath = ()) -> dict[str, KeyPath]:
    """Return, for every key name of the intent, the first of the highest mappings to hold it."""
    properties = at(path).get("properties", {})
    found: dict[str, KeyPath] = dict.fromkeys(properties, path)
    for key in properties:
        for name, place in sections((*path, key)).items():
            if name not in found or len(place) < len(found[name]):
                found[name] = place
    return found


def is_secret(schema: Schema) -> bool:
    """Tell whether a resolved schema is that of a secret's reference, `{secret: NAME}`."""
    return tuple(schema.get("properties", ())) == ("secret",)


def _property(schema: Schema, key: str) -> Schema | None:
    below: Schema | None = schema.get("properties", {}).get(key)
    return below


def _tidy(schema: dict[str, Any]) -> dict[str, Any]:
    """Drop generated titles and the defaults of whole sections, which their keys repeat."""
    kept: dict[str, Any] = {}
    for key, value in schema.items():
        if key in ("properties", "$defs"):
            kept[key] = {name: _tidy(part) for name, part in value.items()}
        elif key == "anyOf":
            kept[key] = [_tidy(part) for part in value]
        elif key == "items":
            kept[key] = _tidy(value)
        elif key != "title" and not (key == "default" and isinstance(value, dict | None)):
            kept[key] = value
    return kept


if __name__ == "__main__":
    from railwright.intent import reference

    root = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    if not root.is_dir():
        sys.exit(f"{root}: is no folder; name the checkout's root")
    reference.write(root)

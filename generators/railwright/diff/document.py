"""A difference for programs: one JSON document, its schema documented in docs/diff.md."""

import json
from collections.abc import Iterable
from typing import Any

from railwright.diff.model import Cables, Difference, Edit, Entry, TableDiff, Touched

FORMAT = 1
"""Version of the document; a change that breaks a reader raises it."""

ROW_KINDS = ("added", "claimed", "changed", "removed")


def render(found: Difference) -> str:
    """Return the document; every list is sorted and complete."""
    return json.dumps(document(found), indent=1) + "\n"


def document(found: Difference) -> dict[str, Any]:
    """Return the document as plain values."""
    configurations = found.configurations
    return {
        "format": FORMAT,
        "old": found.old,
        "new": found.new,
        "result": found.result,
        "devices": _table(found.devices),
        "addresses": _table(found.addresses),
        "asns": _table(found.asns),
        "subnets": _table(found.subnets),
        "cables": _cables(found.cables),
        "configurations": {
            "added": list(configurations.added),
            "removed": list(configurations.removed),
            "touched": [_touched(one) for one in configurations.touched],
        },
    }


def _table(table: TableDiff) -> dict[str, Any]:
    return {
        "added": _entries(table.key_columns, table.added),
        "removed": _entries(table.key_columns, table.removed),
        "changed": _edits(table.key_columns, table.changed),
    }


def _cables(cables: Cables) -> dict[str, Any]:
    key = cables.reserved.key_columns
    return {
        "added": _entries(key, cables.added),
        "removed": _entries(key, cables.removed),
        "moved": _edits(key, cables.moved),
        "changed": _edits(key, cables.changed),
        "reserved": _table(cables.reserved),
    }


def _entries(key: tuple[str, ...], entries: Iterable[Entry]) -> list[dict[str, str]]:
    return [dict(zip(key, one.key, strict=True)) | dict(one.cells) for one in entries]


def _edits(key: tuple[str, ...], edits: Iterable[Edit]) -> list[dict[str, Any]]:
    return [
        dict(zip(key, one.key, strict=True)) | {"old": dict(one.old), "new": dict(one.new)}
        for one in edits
    ]


def _touched(one: Touched) -> dict[str, Any]:
    files = one.files
    return {
        "device": one.device,
        "growth": not one.disturbs,
        "class": None if one.harm is None else one.harm.text,
        "tables": [
            {"table": row.table}
            | {kind: list(getattr(row, kind)) for kind in ROW_KINDS}
            | {"fields": list(row.fields)}
            for row in one.rows
        ],
        "files": {
            "added": list(files.added),
            "changed": list(files.changed),
            "removed": list(files.removed),
        },
    }

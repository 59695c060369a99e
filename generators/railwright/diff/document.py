"""A difference for programs: one JSON document, its schema documented in docs/diff.md."""

import json
from collections.abc import Iterable
from typing import Any

from railwright.diff.model import (
    Difference,
    Edit,
    Entry,
    Installed,
    LengthChange,
    Lengths,
    Room,
    TableDiff,
    Touched,
)

FORMAT = 2
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
        "not_compared": list(found.unknown),
        "devices": _table(found.devices),
        "places": _installed(found.places),
        "racks": _installed(found.racks),
        "addresses": _table(found.addresses),
        "asns": _table(found.asns),
        "subnets": _table(found.subnets),
        "links": _installed(found.links),
        "cables": _installed(found.cables),
        "modules": _installed(found.modules),
        "lengths": _lengths(found.lengths),
        "configurations": {
            "added": list(configurations.added),
            "removed": list(configurations.removed),
            "touched": [_touched(one) for one in configurations.touched],
        },
        "bom": _table(found.bom),
    }


def _table(table: TableDiff) -> dict[str, Any]:
    return {
        "added": _entries(table.key_columns, table.added),
        "removed": _entries(table.key_columns, table.removed),
        "changed": _edits(table.key_columns, table.changed),
    }


def _installed(things: Installed) -> dict[str, Any]:
    key = things.key_columns
    return {
        "added": _entries(key, things.added),
        "removed": _entries(key, things.removed),
        **{verb: _edits(key, edits) for verb, edits in things.changed.items()},
        "reserved": _table(things.reserved),
    }


def _entries(key: tuple[str, ...], entries: Iterable[Entry]) -> list[dict[str, str]]:
    return [dict(zip(key, one.key, strict=True)) | dict(one.cells) for one in entries]


def _edits(key: tuple[str, ...], edits: Iterable[Edit]) -> list[dict[str, Any]]:
    return [
        dict(zip(key, one.key, strict=True)) | {"old": dict(one.old), "new": dict(one.new)}
        for one in edits
    ]


def _lengths(lengths: Lengths) -> dict[str, Any]:
    return {
        "moved": [_length(one) for one in lengths.moved],
        "kept": [_length(one) for one in lengths.kept],
        "nics": [_length(one) for one in lengths.nics],
    }


def _length(one: LengthChange) -> dict[str, Any]:
    return {
        "device": one.device,
        "network": one.network,
        "ports": list(one.ports),
        "old": {"lengths_m": list(one.old_m), **_room(one.old_room)},
        "new": {"lengths_m": list(one.new_m), **_room(one.new_room)},
        "class": None if one.harm is None else one.harm.text,
        "nodes": list(one.nodes),
        "rails": list(one.rails),
        "planes": list(one.planes),
        "fabric_links": one.fabric,
        "all_fabric_links": one.all_fabric,
    }


def _room(room: Room | None) -> dict[str, str]:
    return {
        "row_m": room.cable_m if room else "",
        "xoff_bytes": room.xoff_bytes if room else "",
    }


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

"""Small made-up snapshots: tables and configurations written out by hand."""

from collections.abc import Iterable, Mapping
from typing import Any

from railwright.diff.model import Snapshot
from railwright.diff.snapshot import SHAPES, digest, table_of
from railwright.sonic.configdb import ConfigDb, dumps

Row = Mapping[str, Any]
Tables = Mapping[str, Iterable[Row]]


def snapshot(
    name: str = "side",
    configs: Mapping[str, ConfigDb] | None = None,
    files: Mapping[str, str] | None = None,
    **tables: Iterable[Row],
) -> Snapshot:
    """Return a snapshot; `configs` by switch, `files` by full path, tables by name."""
    configs = configs or {}
    assert tables.keys() <= SHAPES.keys()
    digests = {
        f"switches/{host}/config_db.json": digest(dumps(config)) for host, config in configs.items()
    }
    digests |= {path: digest(text.encode()) for path, text in (files or {}).items()}
    return Snapshot(
        name,
        lambda table: table_of(table, tables.get(table, ())),
        digests,
        lambda host: configs[host],
    )


def device(name: str, role: str = "leaf", **more: Any) -> Row:
    row = {"name": name, "role": role, "platform": "cx864e-n", "hwsku": None, "su": None}
    return row | more


def address(where: str, value: str, kind: str = "host", length: int = 31) -> Row:
    host, _, port = where.partition(" ")
    parts = {"device": host, "port": port, "kind": kind}
    return parts | {"address": value, "prefix_length": length}


def link(a: str, z: str, *, deployed: bool = True, name: str | None = None, **more: Any) -> Row:
    (a_device, _, a_port), (z_device, _, z_port) = a.partition(" "), z.partition(" ")
    row = {
        "id": name or f"{a_device}:{a_port}",
        "kind": "host",
        "a_device": a_device,
        "a_port": a_port,
        "z_device": z_device,
        "z_port": z_port,
        "speed_gbps": 400,
        "length_m": 3.0,
        "length_from": "default",
        "deployed": deployed,
    }
    return row | more

"""Small made-up snapshots: tables and configurations written out by hand."""

from collections.abc import Iterable, Mapping
from typing import Any

from railwright.diff.model import Built, Snapshot
from railwright.diff.shapes import SHAPES
from railwright.diff.snapshot import digest, table_of
from railwright.sonic.configdb import ConfigDb, dumps

Row = Mapping[str, Any]
Tables = Mapping[str, Iterable[Row]]


def snapshot(
    name: str = "side",
    configs: Mapping[str, ConfigDb] | None = None,
    files: Mapping[str, str] | None = None,
    built: Mapping[str, Built] | None = None,
    **tables: Iterable[Row],
) -> Snapshot:
    """Return a snapshot; `configs` by switch, `files` by path, tables by name, `built` by cable."""
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
        built=lambda: built or {},
    )


def device(name: str, role: str = "leaf", **more: Any) -> Row:
    row = {"name": name, "role": role, "network": "compute", "platform": "cx864e-n"}
    return row | {"hwsku": None, "su": None} | more


def address(where: str, value: str, kind: str = "host", length: int = 31) -> Row:
    host, _, port = where.partition(" ")
    parts = {"device": host, "port": port, "kind": kind}
    return parts | {"address": value, "prefix_length": length}


def link(a: str, z: str, *, deployed: bool = True, name: str | None = None, **more: Any) -> Row:
    (a_device, _, a_port), (z_device, _, z_port) = a.partition(" "), z.partition(" ")
    row = {
        "id": name or f"{a_device}:{a_port}",
        "kind": "host",
        "network": "compute",
        "rail": None,
        "plane": None,
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


def place(name: str, rack: str, bottom_u: int, *, deployed: bool = True, **more: Any) -> Row:
    row = {"device": name, "rack": rack, "bottom_u": bottom_u, "height_u": 8, "power_w": 10200}
    return row | {"cords": None, "deployed": deployed} | more


def rack(name: str, **more: Any) -> Row:
    row = {"name": name, "row": name[0], "room": "room1", "position": int(name[1:])}
    row |= {"kind": "compute", "profile": "rack-48u-3x32a", "devices": 4, "pdus": None}
    return row | {"deployed": True} | more


def cable(name: str, **more: Any) -> Row:
    row = {
        "id": name,
        "links": name,
        "medium": "MMF",
        "part": "A",
        "computed_m": 10.5,
        "length_m": 15.0,
        "a_device": name.partition(":")[0],
        "a_socket": "OSFP4P1",
        "a_rack": "A01",
        "a_top_u": 16,
        "a_label": "A01-16:OSFP4P1 / A05-40:17/1",
        "z_device": "su1-rail0-leaf",
        "z_socket": "17/1",
        "z_rack": "A05",
        "z_label": "A05-40:17/1 / A01-16:OSFP4P1",
        "colour": "orange",
        "bundle": "A01-A05/compute/1",
        "trays": "A",
        "wave": "5-su1-rail0",
        "deployed": True,
    }
    return row | more


def module(name: str, **more: Any) -> Row:
    device_name, _, cage = name.partition(":")
    row = {"id": name, "device": device_name, "cage": cage, "part": "MMA4Z00-NS"}
    return row | {"deployed": True} | more


def order(part: str, count: int, **more: Any) -> Row:
    row = {"kind": "cable", "part": part, "quantity": count, "order": count, "unit_price": None}
    return row | more

"""Does the box have the ports, lanes and lossless table that the plan assumes?

The catalog's facts are read from public sources; the box's own files decide. Formats:
sonic-buildimage device/*/*/{platform.json, hwsku.json, port_config.ini, pg_profile_lookup.ini},
read as in src/sonic-config-engine/portconfig.py.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

import orjson

from railwright.plan.model import Device, Headroom, Plan, Port
from railwright.units import mbps

PLATFORM_JSON = "platform.json"
HWSKU_JSON = "hwsku.json"
PORT_CONFIG = "port_config.ini"
LOSSLESS_TABLE = "pg_profile_lookup.ini"

_MODE = re.compile(r"(\d+)x(\d+)G")
_Row = Mapping[str, str]


def disagreements(plan: Plan, device: Device, files: Mapping[str, str]) -> tuple[str, ...]:
    """Return every point where the box's own files contradict the plan; empty if none does.

    `files` are the platform's files by base name, as far as the box has them.
    """
    ports = plan.ports[device.name]
    return (*_port_map(device, ports, files), *_lossless(plan, device, files))


def _port_map(device: Device, ports: tuple[Port, ...], files: Mapping[str, str]) -> Iterator[str]:
    interfaces = _interfaces(files.get(PLATFORM_JSON, ""))
    if HWSKU_JSON in files and interfaces:
        by_cage = sorted(ports, key=lambda port: (port.cage, port.subport))
        for parent, group in groupby(by_cage, key=lambda port: port.parent):
            yield from _cage(parent, list(group), interfaces.get(parent))
    elif PORT_CONFIG in files:
        rows = dict(_ini_rows(files[PORT_CONFIG]))
        for port in ports:
            yield from _ini_port(port, rows.get(port.name))
    else:
        yield (
            f"the box has no port map for HWSKU {device.hwsku}: neither {HWSKU_JSON} nor "
            f"{PORT_CONFIG} is in its folder, so this image does not know the HWSKU"
        )


def _interfaces(text: str) -> Mapping[str, Any]:
    try:
        interfaces = orjson.loads(text)["interfaces"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return {}
    return interfaces if isinstance(interfaces, dict) else {}


def _cage(parent: str, ports: list[Port], entry: Any) -> Iterator[str]:
    if not isinstance(entry, dict):
        yield f"{parent}: the plan uses this cage, {PLATFORM_JSON} of the box does not have it"
        return
    lanes = _items(entry.get("lanes"))
    indices = _items(entry.get("index"))
    planned = [lane for port in ports for lane in _items(port.lanes)]
    if planned != lanes:
        yield _differ(parent, "lanes", ",".join(planned), ",".join(lanes), PLATFORM_JSON)
        return
    mode, aliases = _aliases(entry.get("breakout_modes"), len(ports), ports[0].speed_gbps)
    if mode is None:
        yield (
            f"{parent}: the plan splits it into {len(ports)} x {ports[0].speed_gbps}G, which "
            f"{PLATFORM_JSON} of the box does not offer"
        )
        return
    width = len(lanes) // len(ports)
    for number, port in enumerate(ports):
        alias = aliases[number] if number < len(aliases) else ""
        if port.alias != alias:
            yield _differ(port.name, "alias", port.alias, alias, f"{PLATFORM_JSON} ({mode})")
        index = indices[number * width] if number * width < len(indices) else ""
        if str(port.index) != index:
            yield _differ(port.name, "index", str(port.index), index, PLATFORM_JSON)


def _aliases(modes: Any, count: int, speed_gbps: int) -> tuple[str | None, list[str]]:
    """Return the mode that makes `count` ports of this speed, and its aliases."""
    for mode, aliases in modes.items() if isinstance(modes, dict) else ():
        found = _MODE.match(mode)
        if found and "+" not in mode and (int(found[1]), int(found[2])) == (count, speed_gbps):
            return mode, _items(aliases)
    return None, []


def _items(value: Any) -> list[str]:
    parts = value.split(",") if isinstance(value, str) else value
    return [str(part).strip() for part in parts] if isinstance(parts, list) else []


def _ini_rows(text: str) -> Iterator[tuple[str, _Row]]:
    """Yield (port, columns) of a port_config.ini; its header names the columns."""
    header = ["name", "lanes", "alias", "index"]
    for line in text.splitlines():
        words = line.lstrip("#").split()
        if line.startswith("#") and words[:2] == ["name", "lanes"]:
            header = words
        elif words and not line.startswith("#"):
            yield words[0], dict(zip(header, words, strict=False))


def _ini_port(port: Port, row: _Row | None) -> Iterator[str]:
    if row is None:
        yield f"{port.name}: the plan uses this port, {PORT_CONFIG} of the box does not have it"
        return
    planned = {"lanes": port.lanes, "alias": port.alias, "index": str(port.index)}
    for column, value in planned.items():
        if column in row and row[column] != value:
            yield _differ(port.name, column, value, row[column], PORT_CONFIG)


def _lossless(plan: Plan, device: Device, files: Mapping[str, str]) -> Iterator[str]:
    """Compare the rows in use; a switch that computes its headroom does not read the table."""
    if LOSSLESS_TABLE not in files:
        return
    rows = dict(_lossless_rows(files[LOSSLESS_TABLE]))
    used = {
        room
        for key, room in plan.headroom.items()
        if (key.platform, key.hwsku) == (device.platform, device.hwsku) and room.method != "formula"
    }
    for room in sorted(used, key=lambda room: (room.speed_gbps, room.cable_m)):
        place = f"{room.speed_gbps}G at {room.cable_m} m"
        row = rows.get((str(mbps(room.speed_gbps)), f"{room.cable_m}m"))
        if row is None and room.method == "bound":
            continue  # no vendor row is why there is a bound
        if row is None:
            yield f"{place}: the plan's lossless buffer has no row in {LOSSLESS_TABLE} of the box"
        elif row != _planned_row(room):
            planned, own = " ".join(_planned_row(room)), " ".join(row)
            yield _differ(place, "size, xon, xoff, threshold", planned, own, LOSSLESS_TABLE)


def _lossless_rows(text: str) -> Iterator[tuple[tuple[str, str], tuple[str, ...]]]:
    for line in text.splitlines():
        words = line.split()
        if len(words) >= 6 and not line.startswith("#"):
            yield (words[0], words[1]), tuple(words[2:7])


def _planned_row(room: Headroom) -> tuple[str, ...]:
    numbers = [room.size_bytes, room.xon_bytes, room.xoff_bytes, room.threshold]
    if room.xon_offset_bytes is not None:
        numbers.append(room.xon_offset_bytes)
    return tuple(map(str, numbers))


def _differ(place: str, what: str, planned: str, own: str, file: str) -> str:
    return f"{place}: {what} {planned} in the plan, {own or 'none'} in {file} of the box"

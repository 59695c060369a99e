"""LLDP neighbours as a device hears them, from what `lldpctl -f json` and `-f json0` print.

Both name the interface as an object's key or in `name`, hold one neighbour as an object and several
as a list, and wrap values differently (lldpd 1.0.16, src/client/json_writer.c).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from railwright.errors import RailwrightError
from railwright.sonic.masking import printable

Neighbours = Mapping[str, tuple["Neighbour", ...]]
"""Neighbours by local port."""


_CHASSIS_PARTS = frozenset({"id", "capability"})
"""What a chassis without system name holds as objects."""


class LldpError(RailwrightError):
    """A text is not what lldpctl prints."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """What one port hears: the sender's system name, its port id and port description."""

    system: str
    port: str
    description: str = ""

    def __str__(self) -> str:
        """Return the sender as people name it."""
        return printable(f"{self.system or 'a device without name'} {self.port}")


def parse(text: str, source: str) -> dict[str, tuple[Neighbour, ...]]:
    """Return the neighbours in the output of `lldpctl -f json`; `source` names it in messages.

    Raises: LldpError when the text is something else.
    """
    try:
        root: Any = orjson.loads(text)
    except orjson.JSONDecodeError as err:
        raise LldpError(
            f"{source}: not the output of `lldpctl -f json` (line {err.lineno}: {err.msg})"
        ) from err
    if not isinstance(root, dict) or "lldp" not in root:
        raise LldpError(f"{source}: not the output of `lldpctl -f json`: it has no `lldp` object")
    found: dict[str, list[Neighbour]] = {}
    for lldp in _listed(root["lldp"]):
        for port, entry in _interfaces(lldp.get("interface")):
            found.setdefault(port, []).append(_neighbour(entry))
    return {port: tuple(heard) for port, heard in found.items()}


def _interfaces(value: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for item in _listed(value):
        if isinstance(item.get("name"), str):
            yield item["name"], item
        else:
            for name, entry in item.items():
                yield from ((name, one) for one in _listed(entry))


def _neighbour(entry: Mapping[str, Any]) -> Neighbour:
    ports = _listed(entry.get("port"))
    port = ports[0] if ports else {}
    return Neighbour(
        system=_system(entry.get("chassis")),
        port=_text(port.get("id")),
        description=_text(port.get("descr")),
    )


def _system(chassis: Any) -> str:
    for item in _listed(chassis):
        if "name" in item:
            return _text(item["name"])
        # `-f json` makes the system name the key, and leaves it out when there is none.
        for name, value in item.items():
            if isinstance(value, dict) and name not in _CHASSIS_PARTS:
                return name
    return ""


def _text(value: Any) -> str:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            return str(item.get("value", ""))
        if isinstance(item, str):
            return item
    return ""


def _listed(value: Any) -> list[Mapping[str, Any]]:
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, dict)]

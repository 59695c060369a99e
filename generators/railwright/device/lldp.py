"""LLDP neighbours as a device hears them, from what `lldpctl -f json` and `-f json0` print.

Both name the interface as an object's key or in `name`, hold one neighbour as an object and several
as a list, and wrap values differently (lldpd 1.0.16, src/client/json_writer.c).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from railwright.errors import RailwrightError
from railwright.sonic.masking import printable

Neighbours = Mapping[str, tuple["Neighbour", ...]]
"""Neighbours by local port."""


_CHASSIS_PARTS = frozenset({"id", "capability"})
"""What a chassis without system name holds as objects."""


MOST_SPOKEN = 64
"""Characters of an announced word that are shown."""


def spoken(word: str) -> str:
    """Return an announced word as it may be shown: printable, and not longer than it need be."""
    shown = printable(word[: MOST_SPOKEN + 1])
    return shown if len(shown) <= MOST_SPOKEN else f"{shown[:MOST_SPOKEN]}…"


class LldpError(RailwrightError):
    """A text is not what lldpctl prints."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """What one port hears: the sender's system name, its port id and port description.

    `chassis` is its chassis id, `subtype` what its port id is (`local`, `ifname`, `mac`); both are
    empty where they were not said.
    """

    system: str
    port: str
    description: str = ""
    chassis: str = ""
    subtype: str = ""

    def __str__(self) -> str:
        """Return the sender as people name it."""
        return f"{spoken(self.system or 'a device without name')} {spoken(self.port)}"


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
    try:
        for lldp in _listed(root["lldp"], "lldp"):
            for port, entry in _interfaces(lldp.get("interface", ())):
                found.setdefault(port, []).append(_neighbour(entry))
    except _WrongTypeError as err:
        raise LldpError(f"{source}: not the output of `lldpctl -f json`: {err}") from None
    return {port: tuple(heard) for port, heard in found.items()}


class _WrongTypeError(Exception):
    """A part has another JSON type than lldpctl gives it."""


def _interfaces(value: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for item in _listed(value, "interface"):
        if isinstance(item.get("name"), str):
            yield item["name"], item
        else:
            for name, entry in item.items():
                yield from ((name, one) for one in _listed(entry, f"interface {name!r}"))


def _neighbour(entry: Mapping[str, Any]) -> Neighbour:
    ports = _listed(entry.get("port", ()), "port")
    port = ports[0] if ports else {}
    ids = port.get("id", ())
    chassis = _listed(entry.get("chassis", ()), "chassis")
    return Neighbour(
        system=_system(chassis),
        port=_text(ids, "port id"),
        description=_text(port.get("descr", ()), "port descr"),
        chassis=_chassis(chassis),
        subtype="" if isinstance(ids, str) else _of_first(ids, "type", "port id"),
    )


def _chassis(items: Iterable[Mapping[str, Any]]) -> str:
    for item in items:
        if "id" in item:
            return _text(item["id"], "chassis id")
        for _, inner in _named(item):
            return _text(inner.get("id", ()), "chassis id")
    return ""


def _system(items: Iterable[Mapping[str, Any]]) -> str:
    for item in items:
        if "name" in item and not isinstance(item["name"], dict):
            return _text(item["name"], "chassis name")
        # `-f json` makes the system name the key, and leaves it out when there is none.
        for name, _ in _named(item):
            return name
    return ""


def _named(item: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the chassis whose key is a system name."""
    for name, value in item.items():
        if isinstance(value, dict) and name not in _CHASSIS_PARTS:
            yield name, value
        elif not isinstance(value, dict | list | str):
            raise _WrongTypeError(f"chassis {name!r} is neither object, list nor text")


def _text(value: Any, what: str) -> str:
    return value if isinstance(value, str) else _of_first(value, "value", what)


def _of_first(value: Any, key: str, what: str) -> str:
    """Return a text of an object, or of the first in a list; empty where it is not said."""
    for item in value if isinstance(value, list | tuple) else [value]:
        if isinstance(item, str):
            return item if key == "value" else ""
        if not isinstance(item, dict) or not isinstance(item.get(key, ""), str):
            raise _WrongTypeError(f"the {what} is no text")
        return str(item.get(key, ""))
    return ""


def _listed(value: Any, what: str) -> list[Mapping[str, Any]]:
    items = list(value) if isinstance(value, list | tuple) else [value]
    if not all(isinstance(item, dict) for item in items):
        raise _WrongTypeError(f"{what} is neither an object nor a list of objects")
    return items

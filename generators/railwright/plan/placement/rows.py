"""Rows of racks: their names, where they lie, and which positions have no rack."""

import re
from collections.abc import Iterator, Mapping
from string import ascii_uppercase
from typing import Literal

from railwright.catalog.physical_model import Geometry
from railwright.intent.floor import Floor
from railwright.plan.placement.model import Row

_RACK = re.compile(r"(?P<row>[A-Z]+)(?P<position>[0-9]+)")
TWO_DIGITS = 99


def row_name(index: int) -> str:
    """Return the name of row `index` (from 0): A to Z, then AA, AB and so on."""
    high, low = divmod(index, len(ascii_uppercase))
    return (ascii_uppercase[high - 1] if high else "") + ascii_uppercase[low]


def rack_name(row: str, position: int, longest: int) -> str:
    """Return the name of a position; `longest` is the highest one of any row."""
    return f"{row}{position:0{2 if longest <= TWO_DIGITS else 3}d}"


def parse(rack: str) -> tuple[str, int]:
    """Return the row and the position that a rack's name says. Raises: ValueError."""
    found = _RACK.fullmatch(rack)
    if found is None:
        raise ValueError(f"{rack!r} is no rack position")
    return found["row"], int(found["position"])


def blocked_positions(floor: Floor) -> dict[str, dict[int, str]]:
    """Return the positions of every row that have no rack, each with the reason."""
    found: dict[str, dict[int, str]] = {}
    for one in floor.blocked:
        row, position = parse(one.rack)
        found.setdefault(row, {})[position] = one.reason
    return found


def free_positions(blocked: Mapping[int, str]) -> Iterator[int]:
    """Yield the positions of a row that may have a rack, without end."""
    position = 0
    while True:
        position += 1
        if position not in blocked:
            yield position


def rows(floor: Floor, geometry: Geometry, depth_m: float, positions: int) -> tuple[Row, ...]:
    """Return every row of every room: aisles alternate, rooms lie one behind the other.

    Between rooms lies the tray that joins them, or a hot aisle where that is longer.
    """
    found: list[Row] = []
    y_m = depth_m / 2
    for room in floor.all_rooms:
        for number in range(room.rows):
            if number:
                cold = _is_cold(floor, number - 1)
                y_m += depth_m + (geometry.cold_aisle_m if cold else geometry.hot_aisle_m)
            elif found:
                y_m += max(room.tray_m or 0.0, depth_m + geometry.hot_aisle_m)
            front: Literal["low", "high"] = "high" if _is_cold(floor, number) else "low"
            name = row_name(len(found))
            found.append(Row(name, room.name, round(y_m, 3), front, positions))
    return tuple(found)


def _is_cold(floor: Floor, number: int) -> bool:
    """Return whether the aisle behind row `number` of a room (from 0) is a cold one."""
    return (floor.first_aisle == "cold") == (number % 2 == 0)

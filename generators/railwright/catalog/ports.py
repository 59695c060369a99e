"""Ports of a platform: which lanes a cage has, how it splits, and what a HWSKU makes of it.

Splitting follows sonic-buildimage src/sonic-config-engine/portconfig.py (BreakoutCfg).
"""

import re
from functools import cache
from typing import NamedTuple

from railwright.catalog.loader import CatalogDataError
from railwright.catalog.model import Breakout, Cage, Sku, SwitchPlatform
from railwright.errors import RailwrightError

PORT_PREFIX = "Ethernet"
_RANGE = re.compile(r"(\d+)(?:-(\d+))?")
_LOWER_SPEEDS = re.compile(r"\[(.+)\]")


class UnknownBreakoutError(RailwrightError):
    """A breakout that the platform does not have; the text lists those it has."""


class SplitPort(NamedTuple):
    """One port of a split cage; `subport` is 0 for an unsplit cage, else 1..n."""

    name: str
    alias: str
    lanes: tuple[int, ...]
    subport: int
    speed_gbps: int


@cache
def numbers(ranges: str) -> tuple[int, ...]:
    """Return the numbers of a text such as `1-4,7`, in order.

    Raises: CatalogDataError when a part is no number or a range runs backwards.
    """
    found: list[int] = []
    for part in ranges.split(","):
        match = _RANGE.fullmatch(part.strip())
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if last < first:
            raise CatalogDataError(f"{ranges!r} is not a list of numbers such as 1-4,7")
        found.extend(range(first, last + 1))
    return tuple(found)


def cage_lanes(cage: Cage) -> tuple[int, ...]:
    """Return all lanes of a cage, in the order SONiC hands them to its ports."""
    return numbers(cage.lanes)


def find_mode(platform: SwitchPlatform, ports: int, speed_gbps: int) -> Breakout:
    """Return the breakout that makes `ports` ports of `speed_gbps` out of one cage.

    Raises: UnknownBreakoutError listing the platform's breakouts.
    """
    for one in platform.breakouts:
        if (one.ports, one.speed_gbps) == (ports, speed_gbps):
            return one
    raise _no_mode(platform, f"{ports}x{speed_gbps}G")


def split(platform: SwitchPlatform, cage: Cage, mode: str) -> tuple[SplitPort, ...]:
    """Return the ports of a cage under a breakout mode of the platform (its full text).

    A port is named after the parent's number plus the offset of its first lane.
    Raises: UnknownBreakoutError when the platform has no such mode.
    """
    breakout = next((one for one in platform.breakouts if one.mode == mode), None)
    if breakout is None:
        raise _no_mode(platform, mode)
    lanes = cage_lanes(cage)
    width = len(lanes) // breakout.ports
    parent = int(cage.name.removeprefix(PORT_PREFIX))
    return tuple(
        SplitPort(
            name=f"{PORT_PREFIX}{parent + index * width}",
            alias=cage.alias + suffix,
            lanes=lanes[index * width : (index + 1) * width],
            subport=0 if breakout.ports == 1 else index + 1,
            speed_gbps=breakout.speed_gbps,
        )
        for index, suffix in enumerate(breakout.alias_suffixes)
    )


def lane_counts(
    platform: SwitchPlatform, speed_gbps: int, *, lowered: bool = False
) -> tuple[int, ...]:
    """Return over how many lanes ports of a platform run at a speed, fewest first.

    `lowered` adds ports that are set to a speed below that of their breakout.
    """
    cages = {len(cage_lanes(cage)) for cage in platform.cages}
    found = {
        lanes // mode.ports
        for mode in platform.breakouts
        if speed_gbps in (mode.speed_gbps, *(_lower_speeds(mode) if lowered else ()))
        for lanes in cages
    }
    fixed = {
        len(numbers(port.lanes))
        for port in platform.aux_ports
        if speed_gbps in (port.speed_gbps, *(port.lower_speeds_gbps if lowered else ()))
    }
    return tuple(sorted(found | fixed))


def speeds(platform: SwitchPlatform) -> tuple[int, ...]:
    """Return every speed in Gb/s that a port of a platform can have, slowest first."""
    modes = {one for mode in platform.breakouts for one in (mode.speed_gbps, *_lower_speeds(mode))}
    fixed = {
        one for port in platform.aux_ports for one in (port.speed_gbps, *port.lower_speeds_gbps)
    }
    return tuple(sorted(modes | fixed))


def _lower_speeds(mode: Breakout) -> tuple[int, ...]:
    """Return the speeds that a mode's text has in brackets, such as `1x800G[400G,200G]`."""
    bracket = _LOWER_SPEEDS.search(mode.mode)
    return tuple(int(one.strip("G ")) for one in bracket[1].split(",")) if bracket else ()


def default_mode(sku: Sku, cage: Cage) -> str:
    """Return the breakout mode a HWSKU gives a cage.

    Raises: CatalogDataError when the HWSKU says nothing about the cage.
    """
    for ranges, mode in sku.cages.items():
        if cage.cage in numbers(ranges):
            return mode
    raise CatalogDataError(f"HWSKU {sku.name} has no default breakout for cage {cage.cage}")


def _no_mode(platform: SwitchPlatform, wanted: str) -> UnknownBreakoutError:
    modes = ", ".join(one.mode for one in platform.breakouts) or "none"
    return UnknownBreakoutError(
        f"{platform.name} cannot split a cage as {wanted!r}; its breakouts are {modes}"
    )

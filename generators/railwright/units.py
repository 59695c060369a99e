"""Physical units and words: conversions whose factors are definitions, media of cables."""

from typing import Literal

Medium = Literal["DAC", "ACC", "AEC", "AOC", "MMF", "SMF", "CAT6A"]
"""Copper (passive, linear active, retimed), active optical, multi-mode, single-mode, pairs."""

MBPS_PER_GBPS = 1000
KBPS_PER_GBPS = 1_000_000


def mbps(speed_gbps: int) -> int:
    """Return a speed in Mb/s, the unit of SONiC's PORT.speed."""
    return speed_gbps * MBPS_PER_GBPS


def kbps(speed_gbps: int) -> int:
    """Return a speed in kb/s, the unit of SONiC's PORT_STORM_CONTROL.kbps."""
    return speed_gbps * KBPS_PER_GBPS

"""The switch's own arithmetic: its Lua file, run by a redis-server as the buffer daemon runs it.

The file is not part of this project. It is found by RAILWRIGHT_HEADROOM_LUA, or where a switch
keeps it, or below the shared folder.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from railwright.lab.box.resp import Redis

NAME = "buffer_headroom_mellanox.lua"
VARIABLE = "RAILWRIGHT_HEADROOM_LUA"
ROOT = Path(__file__).parents[4]
SHARED = Path(os.environ.get("RAILWRIGHT_SHARED", ROOT.parent / "shared"))
CONFIG_DB, STATE_DB = "4", "6"


class Case(NamedTuple):
    """One port and its traffic; `shp` is DEFAULT_LOSSLESS_BUFFER_PARAMETER.over_subscribe_ratio."""

    asic: str
    speed_gbps: int
    lanes: int
    length_m: int
    mtu_bytes: int
    gearbox_ns: int
    pattern_mtu_bytes: int
    small_packet_percent: int
    shp: int


def script() -> str | None:
    """Return the text of the file, None where there is none."""
    places = (
        Path(os.environ.get(VARIABLE, "")),
        Path("/usr/share/swss") / NAME,
        SHARED / "sonic-swss/cfgmgr" / NAME,
    )
    return next((place.read_text() for place in places if place.is_file()), None)


def evaluate(
    redis: Redis, text: str, asics: Mapping[str, Mapping[str, str]], case: Case
) -> tuple[int, int, int]:
    """Return xon, xoff and size as the switch computes them."""
    ratio = ("over_subscribe_ratio", str(case.shp)) if case.shp else ()
    pattern = ("mtu", str(case.pattern_mtu_bytes))
    asic = [word for pair in asics[case.asic].items() for word in pair]
    redis.pipeline(
        [
            ("FLUSHALL",),
            ("SELECT", STATE_DB),
            ("HSET", f"ASIC_TABLE|{case.asic}", *asic),
            ("SELECT", CONFIG_DB),
            (
                "HSET",
                "LOSSLESS_TRAFFIC_PATTERN|AZURE",
                *pattern,
                "small_packet_percentage",
                str(case.small_packet_percent),
            ),
            (
                "HSET",
                "DEFAULT_LOSSLESS_BUFFER_PARAMETER|AZURE",
                "default_dynamic_th",
                "0",
                *ratio,
            ),
        ]
    )
    answer: list[str] = redis.run(
        "EVAL",
        text,
        "1",
        "pg_lossless",
        str(case.speed_gbps * 1000),
        f"{case.length_m}m",
        str(case.mtu_bytes),
        str(case.gearbox_ns),
        str(case.lanes),
    )
    found = dict(line.split(":") for line in answer)
    return int(found["xon"]), int(found["xoff"]), int(found["size"])

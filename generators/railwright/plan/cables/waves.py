"""When a cable is pulled: what everything else is brought up over first, rails one by one last."""

from collections.abc import Mapping
from functools import cache
from typing import Literal

from railwright.plan.model import Link

WaveKind = Literal["oob", "fabric", "storage", "inband", "rail"]
"""What the cables of a wave are for; there are as many waves of rails as SUs have rails."""

_OF_NETWORK = {"oob": "1-oob", "storage": "3-storage", "inband": "4-inband"}
FABRIC = "2-fabric"
_KINDS: Mapping[str, WaveKind] = {
    "1-oob": "oob",
    FABRIC: "fabric",
    "3-storage": "storage",
    "4-inband": "inband",
}


def wave(link: Link) -> str:
    """Return the wave of a link's cable: `1-oob`, `2-fabric`, ..., `5-pod2-su1-rail0`."""
    if link.network != "compute":
        return _OF_NETWORK[link.network]
    return _of_rail(link.pod, link.su, link.rail) if link.kind == "host" else FABRIC


def kind(wave: str) -> WaveKind:
    """Return what the cables of a wave are for."""
    return _KINDS.get(wave, "rail")


def rail_of(wave: str) -> int | None:
    """Return the rail of a wave, None where it is no rail's, or that of hosts without one."""
    number = wave.rpartition("-rail")[2]
    return int(number) if kind(wave) == "rail" and number.isdecimal() else None


@cache
def _of_rail(pod: int | None, su: int | None, rail: int | None) -> str:
    return f"5-{'' if pod is None else f'pod{pod}-'}su{su}-rail{rail}"

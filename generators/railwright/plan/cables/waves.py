"""When a cable is pulled: what everything else is brought up over first, rails one by one last."""

from functools import cache

from railwright.plan.model import Link

_OF_NETWORK = {"oob": "1-oob", "storage": "3-storage", "inband": "4-inband"}
FABRIC = "2-fabric"


def wave(link: Link) -> str:
    """Return the wave of a link's cable: `1-oob`, `2-fabric`, ..., `5-pod2-su1-rail0`."""
    if link.network != "compute":
        return _OF_NETWORK[link.network]
    return _of_rail(link.pod, link.su, link.rail) if link.kind == "host" else FABRIC


@cache
def _of_rail(pod: int | None, su: int | None, rail: int | None) -> str:
    return f"5-{'' if pod is None else f'pod{pod}-'}su{su}-rail{rail}"

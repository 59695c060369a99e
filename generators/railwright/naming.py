"""Device names and their natural order; a name never depends on how many devices exist.

SU, pod, spine and node numbers start at 1, rails and planes at 0. Only node numbers are padded,
to at least `NODE_DIGITS` digits, and natural sorting keeps longer ones in order.
"""

import re
from collections.abc import Iterable

NODE_DIGITS = 4
HOSTNAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_DIGITS = re.compile(r"([0-9]+)")
_LAST_NUMBER = re.compile(r"(?P<prefix>.*?)(?P<number>[0-9]{1,18})")


def natural_key(text: str) -> tuple[tuple[int, str], ...]:
    """Return a sort key that orders digit runs by value: `spine2` before `spine10`.

    A run sorts by its length without leading zeros, then by its digits: the order of its value,
    for runs of any length.
    """
    parts = _DIGITS.split(text)
    return tuple(
        (len(digits := part.lstrip("0")), digits) if place % 2 else (-1, part)
        for place, part in enumerate(parts)
    )


def pod_prefix(pod: int | None) -> str:
    """Return `pod2-` inside a multi-pod fabric, nothing in a single one (`pod` is None)."""
    return "" if pod is None else f"pod{pod}-"


def leaf_name(pod: int | None, su: int, rail: int) -> str:
    """Return the name of the leaf that serves one rail of one SU: `su1-rail3-leaf`."""
    return f"{pod_prefix(pod)}su{su}-rail{rail}-leaf"


def spine_name(pod: int | None, index: int) -> str:
    """Return a spine's name: `spine1`, `pod2-spine1`."""
    return f"{pod_prefix(pod)}spine{index}"


def gpu_node_name(index: int) -> str:
    """Return a GPU node's name: `gpu0001`."""
    return f"gpu{index:0{NODE_DIGITS}d}"


def rail_interface(rail: int) -> str:
    """Return the node's interface name for a rail: `rail3`."""
    return f"rail{rail}"


def spans(names: Iterable[str]) -> str:
    """Return names as a short list, runs of numbers joined: `gpu0009-gpu0128, spine1`."""
    runs: list[tuple[str, str]] = []
    for name in sorted(names, key=natural_key):
        if runs and _follows(runs[-1][1], name):
            runs[-1] = (runs[-1][0], name)
        else:
            runs.append((name, name))
    return ", ".join(first if first == last else f"{first}-{last}" for first, last in runs)


def _follows(one: str, other: str) -> bool:
    before, after = _LAST_NUMBER.fullmatch(one), _LAST_NUMBER.fullmatch(other)
    return (
        before is not None
        and after is not None
        and before["prefix"] == after["prefix"]
        and int(before["number"]) + 1 == int(after["number"])
    )

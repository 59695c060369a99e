"""Device names and their natural order; a name never depends on how many devices exist.

SU, pod, spine and node numbers start at 1, rails and planes at 0. Only numbers of hosts and PDUs
are padded, to a least number of digits, and natural sorting keeps longer ones in order.
"""

import re
from collections.abc import Iterable

NODE_DIGITS = 4
SERVER_DIGITS = 2
OOB_LEG = "oob0"
"""The interface of a management server's own leg on OOB."""
HOSTNAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_DIGITS = re.compile(r"[0-9]+")
_LONG_RUN = 30
_LENGTH_MARKS = tuple(chr(1 + length) for length in range(_LONG_RUN + 1))
_LAST_NUMBER = re.compile(r"(?P<prefix>.*?)(?P<number>[0-9]{1,18})")


def natural_key(text: str) -> str:
    """Return a sort key that orders digit runs by value: `spine2` before `spine10`.

    A run sorts by its length without leading zeros, then by its digits: the order of its value,
    for runs of any length. The length stands before the digits as a control character, which
    sorts before whatever a name may go on with.
    """
    return _DIGITS.sub(_with_length, text)


def _with_length(run: re.Match[str]) -> str:
    digits = run[0].lstrip("0")
    length = len(digits)
    if length < _LONG_RUN:
        return _LENGTH_MARKS[length] + digits
    return f"{_LENGTH_MARKS[_LONG_RUN]}{length:09d}{digits}"


def _prefix(word: str, number: int | None) -> str:
    return "" if number is None else f"{word}{number}-"


def leaf_name(pod: int | None, su: int, rail: int | None, plane: int | None = None) -> str:
    """Return a compute leaf's name: `su1-rail3-leaf`, `pod2-su1-rail3-plane1-leaf`, `su1-leaf`.

    `pod` is None in a fabric without pods, `rail` where all rails share a leaf, `plane` where
    there is only one.
    """
    place = f"{_prefix('pod', pod)}su{su}-{_prefix('rail', rail)}{_prefix('plane', plane)}"
    return f"{place}leaf"


def spine_name(
    pod: int | None, index: int, plane: int | None = None, rail: int | None = None
) -> str:
    """Return a compute spine's name: `spine1`, `pod2-spine1`, `plane1-spine3`, `rail3-spine1`."""
    place = f"{_prefix('pod', pod)}{_prefix('plane', plane)}{_prefix('rail', rail)}"
    return f"{place}spine{index}"


def superspine_name(index: int, plane: int | None = None) -> str:
    """Return a super-spine's name: `superspine1`, `plane1-superspine1`."""
    return f"{_prefix('plane', plane)}superspine{index}"


def network_leaf_name(network: str, index: int) -> str:
    """Return the name of a leaf of another network than compute: `storage1-leaf`, `oob3-leaf`."""
    return f"{network}{index}-leaf"


def network_spine_name(network: str, index: int) -> str:
    """Return the name of a spine of another network than compute: `storage-spine1`."""
    return f"{network}-spine{index}"


def gpu_node_name(index: int) -> str:
    """Return a GPU node's name: `gpu0001`."""
    return f"gpu{index:0{NODE_DIGITS}d}"


def storage_node_name(index: int) -> str:
    """Return a storage server's name: `storage01`."""
    return f"storage{index:0{SERVER_DIGITS}d}"


def management_node_name(index: int) -> str:
    """Return a management server's name: `mgmt01`."""
    return f"mgmt{index:0{SERVER_DIGITS}d}"


def pdu_name(index: int) -> str:
    """Return a PDU's name: `pdu01`."""
    return f"pdu{index:0{SERVER_DIGITS}d}"


def rail_interface(rail: int, plane: int | None = None) -> str:
    """Return the node's interface name for a rail: `rail3`, `rail3p1` with several planes."""
    return f"rail{rail}" if plane is None else f"rail{rail}p{plane}"


def storage_interface(side: int) -> str:
    """Return a host's interface name for one of its two storage attachments: `storage0`."""
    return f"storage{side}"


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

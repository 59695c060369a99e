"""Lines about lengths for people: which ports come to another headroom row, and what that costs."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence, Set
from itertools import chain

from railwright.diff.lines import all_names, many, some_names
from railwright.diff.model import LengthChange
from railwright.sonic.classes import ChangeClass
from railwright.sonic.impact import OUTAGE

Names = Callable[[Iterable[str]], str]


def moved(changes: Iterable[LengthChange], *, everything: bool) -> list[str]:
    """Return ports that come to another headroom row, the worst first."""
    return _lines(changes, _moved, everything=everything)


def kept(changes: Iterable[LengthChange], *, everything: bool) -> list[str]:
    """Return ports that stay in their headroom row, though their cables change."""
    return _lines(changes, _kept, everything=everything)


def nics(changes: Iterable[LengthChange], *, everything: bool) -> list[str]:
    """Return ports of nodes that are told another length."""
    return _lines(changes, _nics, everything=everything)


def _lines(
    changes: Iterable[LengthChange],
    text: Callable[[Sequence[LengthChange], Names], str],
    *,
    everything: bool,
) -> list[str]:
    """Return a line per device, or per group of devices to which the same happens."""
    names: Names = all_names if everything else some_names
    groups: dict[tuple[object, ...], list[LengthChange]] = defaultdict(list)
    for one in sorted(changes, key=lambda one: -(one.harm or 0)):
        to = (bool(one.nodes), bool(one.fabric))
        what = (one.network, one.old_room, one.new_room, one.harm, *to)
        groups[(one.device, *what) if everything else what].append(one)
    lines = []
    for group in groups.values():
        ports = [port for one in group for port in one.ports]
        total = many(len(ports), "port")
        if everything:
            lines += [f"{group[0].device} {total}: {text(group, names)}", f"  {', '.join(ports)}"]
        elif len(group) > 1:
            devices = names(one.device for one in group)
            lines.append(f"{total} of {devices}: {text(group, names)}")
        else:
            first = f"{ports[0]}{'..' if ports[1:] else ''}"
            lines.append(f"{group[0].device} {total} {first}: {text(group, names)}")
    return lines


def _moved(group: Sequence[LengthChange], names: Names) -> str:
    first = group[0]
    old, new = first.old_room, first.new_room
    rows = " -> ".join("none" if room is None else f"{room.cable_m} m" for room in (old, new))
    xoff = " -> ".join("0" if room is None else room.xoff_bytes for room in (old, new))
    return f"{_lengths(group)}, headroom row {rows}, xoff {xoff} bytes: {_harm(group, names)}"


def _kept(group: Sequence[LengthChange], _: Names) -> str:
    room = group[0].new_room
    row = f", headroom row {room.cable_m} m" if room else ""
    return f"{_lengths(group)}{row}: changes no device"


def _nics(group: Sequence[LengthChange], _: Names) -> str:
    return _lengths(group)


def _lengths(group: Sequence[LengthChange]) -> str:
    old = _span(chain.from_iterable(one.old_m for one in group))
    new = _span(chain.from_iterable(one.new_m for one in group))
    return f"{old} -> {new} m"


def _span(lengths_m: Iterable[str]) -> str:
    """Return the shortest and the longest: `15-50`."""
    found = sorted({float(one) for one in lengths_m})
    ends = found if len(found) == 1 else (found[0], found[-1])
    return "-".join(f"{one:g}" for one in ends)


def _harm(group: Sequence[LengthChange], names: Names) -> str:
    harm = group[0].harm or ChangeClass.HITLESS
    if harm is ChangeClass.HITLESS:
        return harm.text
    parts = [f"{harm.text}, about {OUTAGE[harm].seconds} s each"]
    if nodes := {node for one in group for node in one.nodes}:
        planes = _numbered("plane", {plane for one in group for plane in one.planes})
        rails = _numbered("rail", {rail for one in group for rail in one.rails})
        what = " of ".join(filter(None, (planes, rails))) or group[0].network
        parts.append(f"cuts {what} of {names(nodes)}")
    if fabric := sum(one.fabric for one in group):
        total = sum(one.all_fabric for one in group)
        parts.append(f"{fabric} of {many(total, 'port')} to other switches")
    if len(parts) == 1:
        parts.append("none of them in service")
    return "; ".join(parts)


def _numbered(what: str, numbers: Set[str]) -> str:
    """Return `rail 3`, `rails 0-7`, nothing without a number."""
    return f"{what}{'s' if len(numbers) > 1 else ''} {all_names(numbers)}" if numbers else ""

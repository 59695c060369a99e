"""The columns of wave sheets: what is planned of a cable, and what people fill in.

What is read on paper comes first; what is only looked up, on the screen, is right of it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from railwright.emitters.cabling.ends import far_names, near_name
from railwright.emitters.cabling.job import Plug, Pull
from railwright.emitters.cabling.workbook.bundles import Shares
from railwright.emitters.cabling.workbook.cells import Value
from railwright.emitters.cabling.workbook.entries import older
from railwright.emitters.cabling.workbook.style import Style, broken
from railwright.emitters.cabling.workbook.table import Column, Look
from railwright.plan.cables.labels import AND
from railwright.plan.cables.model import CableEnd

_LOWER, _UPPER = "A", "Z"
Planned = Column[Pull]
End = TypeVar("End")


@dataclass(frozen=True, slots=True)
class Filled:
    """A column that people fill in; `key` is also the name of its value in an `Entry`."""

    key: str
    word: str
    width: float


FILLED = (
    Filled("status", "status", 10),
    Filled("by", "by", 9),
    Filled("at", "at", 10),
    Filled("tested_by", "tested_by", 9),
    Filled("tested_at", "tested_at", 10),
    Filled("result", "result", 9.5),
    Filled("remark", "remark", 16),
    Filled("as_built_port", "as_built_port", 11),
    Filled("as_built_length_m", "as_built_length", 9.5),
    Filled("reason", "reason", 16),
)
LAST_PRINTED = "remark"
"""The columns right of this one are not printed: a person could not read all of them on A3."""


def planned(style: Style, pulls: Sequence[Pull], shares: Shares) -> tuple[Planned, ...]:
    """Return the columns of the plan left of those that people fill in.

    Racks, units and trays are among them where a cable has any, and what was done for an older
    plan where something was.
    """
    return tuple(_planned(style, pulls, shares))


def looked_up(style: Style) -> tuple[Planned, ...]:
    """Return the columns of the plan right of those that people fill in."""
    return tuple(_looked_up(style.words))


def on_floor(pulls: Sequence[Pull]) -> bool:
    """Return whether an end of a cable stands in a rack."""
    return any(plug.rack for pull in pulls for plug in pull.plugs)


def _planned(style: Style, pulls: Sequence[Pull], shares: Shares) -> Iterator[Planned]:
    words, floor = style.words, on_floor(pulls)
    yield Column("cable", words["cable"], 24, "bold", lambda pull: pull.id)
    yield Column("colour", words["colour"], 5.5, "shade_centred", style.letters)
    yield from _end(words, _LOWER, floor=floor)
    yield from _end(words, _UPPER, floor=floor)
    yield Column("part", words["part"], 13, "text", lambda pull: pull.cable.part)
    yield Column(
        "length_m", words["length"], 7.5, "strong_centred", lambda pull: pull.cable.length_m
    )
    yield Column("bundle", words["bundle_share" if shares else "bundle"], 13, "text", _tied(shares))
    if floor:
        yield Column("trays", words["trays"], 8, "centred", lambda pull: " ".join(pull.cable.trays))
    if any(older(pull, words) for pull in pulls):
        yield Column("older", words["older"], 16, "text", lambda pull: older(pull, words))


def _looked_up(words: Mapping[str, str]) -> Iterator[Planned]:
    for side, label in ((_LOWER, _lower_label), (_UPPER, _upper_label)):
        yield Column(f"{side.lower()}_label", f"{words['label']} {side}", 26, "shade", label)
    for side, module in ((_LOWER, _lower_module), (_UPPER, _upper_module)):
        yield Column(f"{side.lower()}_module", f"{words['module']} {side}", 12, "text", module)
    yield Column("medium", words["medium"], 7, "centred", lambda pull: pull.cable.medium)
    yield Column("check", words["check"], 9.5, "centred", lambda pull: pull.check)


def _end(words: Mapping[str, str], side: str, *, floor: bool) -> Iterator[Planned]:
    """Yield the columns of the lower or the upper end; a splitter has several lower ones."""

    def column(name: str, width: float, look: Look, of_plug: Callable[[Plug], Value]) -> Planned:
        def of_lower(pull: Pull) -> Value:
            return several(pull.lower, of_plug)

        def of_upper(pull: Pull) -> Value:
            return of_plug(pull.upper)

        value = of_upper if side == _UPPER else of_lower
        return Column(f"{side.lower()}_{name}", f"{words[name]} {side}", width, look, value)

    if floor:
        yield column("rack", 7, "strong_centred", lambda plug: plug.rack)
        yield column("unit", 5, "strong_centred", lambda plug: plug.top_u)
    yield column("device", 13.5, "text", lambda plug: named(plug, words))
    if side == _LOWER:
        yield column("socket", 10, "strong_centred", lambda plug: plug.socket)
        return
    yield column("port", 11.5, "text", lambda plug: plug.ports)
    yield Column("z_socket", f"{words['socket']} {side}", 10, "strong_centred", _upper_sockets)


def _upper_sockets(pull: Pull) -> str:
    """Return the socket of the upper end, of a splitter as the labels of its tails name it."""
    return "\n".join(socket for tail in pull.lower for socket in far_sockets(tail, (pull.upper,)))


def _lower_label(pull: Pull) -> Value:
    return several(pull.lower, lambda plug: broken(plug.label))


def _upper_label(pull: Pull) -> Value:
    return broken(pull.upper.label)


def _lower_module(pull: Pull) -> Value:
    return several(pull.lower, plugged)


def _upper_module(pull: Pull) -> Value:
    return plugged(pull.upper)


def _tied(shares: Shares) -> Callable[[Pull], str]:
    def tied(pull: Pull) -> str:
        cable = pull.cable
        share = shares.get((cable.bundle, cable.wave))
        return f"{cable.bundle}\n{share}" if share else cable.bundle

    return tied


def several(ends: Sequence[End], value: Callable[[End], Value]) -> Value:
    """Return the value of one end, or those of several line by line."""
    if len(ends) == 1:
        return value(ends[0])
    values = [value(end) for end in ends]
    return "\n".join("" if one is None else str(one) for one in values)


def far_sockets(near: Plug, far: Sequence[Plug]) -> Iterator[str]:
    """Yield the sockets at the other side of a cable as the label at this one names them.

    To a tail of a splitter the socket of the single end has the letter of the tail: `1/2b`.
    """
    for plug, name in zip(far, far_names(near), strict=True):
        yield plug.socket + name.removeprefix(near_name(plug))


def named(end: Plug | CableEnd, words: Mapping[str, str]) -> str:
    """Return the device at an end, and that it is still to come where it is."""
    if isinstance(end, Plug) and end.waits:
        return f"{end.device} {words['later']}"
    return end.device


def plugged(plug: Plug) -> str | None:
    """Return what is in the cage of an end: a module, an adapter, or one in the other."""
    if plug.module and plug.adapter:
        return f"{plug.module}{AND}{plug.adapter}"
    return plug.module or plug.adapter

"""What colours, strokes and bars mean, written beside samples of them."""

from collections.abc import Iterable, Iterator, Mapping

from railwright.emitters.floor.view import Box, Line
from railwright.svg import (
    Drawing,
    fitting,
    group,
    line,
    moved,
    rect,
    tag,
    text,
    wide,
)

HATCH = tag(
    "pattern",
    line(0, 0, 0, 8, "stripe"),
    id="hatch",
    width=8,
    height=8,
    patternUnits="userSpaceOnUse",
    patternTransform="rotate(45)",
)
"""The pattern of blocked positions, for the `defs` of a drawing."""

_LINE_PX = 24
_WIDTH_PX = 30  # of a sample
_HEIGHT_PX = 14
_SIZE_PX = 11.0
_MOST_NAMES = 10  # of positions in one line
_ROLES = {
    "gpu_node": "GPU node",
    "storage_node": "storage server",
    "management_node": "management server",
    "net-fabric": "compute switch that is no rail's leaf",
    "net-storage": "storage switch",
    "net-inband": "in-band switch",
    "net-oob": "out-of-band switch",
}

Entry = tuple[str, str]
"""A sample of 30 x 14 pixels and what it means."""


def of_row(line_: Line, width: float) -> Drawing:
    """Return the legend of a row: only what is drawn there."""
    boxes = [box for one in line_.cabinets for box in one.boxes]
    entries = [*_colours(boxes), *_states(boxes)]
    if any(one.left for one in line_.cabinets):
        entries.append((_sample("left"), "planned place of a device that an override moved: empty"))
    if any(spot.blocked for spot in line_.spots):
        entries.append((_sample("hatch"), "blocked position"))
    entries.append(
        (
            _METER,
            "load of the worst feed while another is lost: now, with all the capacity, limit",
        )
    )
    return _flowing(entries, width)


def of_plan(blocked: Mapping[str, str], width: float) -> Drawing:
    """Return the legend of a floor plan, with the reasons of blocked positions by name."""
    entries = [
        (_sample("compute"), "rack of GPU nodes; SU3: of that SU, 2/3: of SU 3 in pod 2"),
        (_sample("network"), "NET: rack of switches and management servers"),
        (_sample("storage"), "STO: rack of storage servers"),
        (_sample("later"), "rack that only the capacity needs"),
        (_sample("none"), "empty position"),
        (line(0, 7, _WIDTH_PX, 7, "front"), "front of the racks"),
        (rect(0, 4, _WIDTH_PX, 6, "tray"), "tray along a row"),
        (rect(8, 0, 12, _HEIGHT_PX, "cross"), "X7: tray across the rows above position 7"),
        (_sample("cold"), "cold aisle"),
        (_sample("hot"), "hot aisle, with the power of the rows that blow into it"),
        (
            _METER,
            "kW; load of its worst feed while another is lost: now, with all the capacity, limit",
        ),
        *((_sample("hatch"), said) for said in _reasons(blocked)),
    ]
    return _flowing(entries, width)


def _reasons(blocked: Mapping[str, str]) -> Iterator[str]:
    racks: dict[str, list[str]] = {}
    for rack, reason in sorted(blocked.items()):
        racks.setdefault(reason, []).append(rack)
    for reason, names in racks.items():
        for at in range(0, len(names), _MOST_NAMES):
            yield f"{', '.join(names[at : at + _MOST_NAMES])}: {reason}"


def _sample(cls: str) -> str:
    return rect(0, 0, _WIDTH_PX, _HEIGHT_PX, cls)


_METER = _sample("meter") + rect(0, 0, 12, _HEIGHT_PX, "load") + rect(12, 0, 8, _HEIGHT_PX, "more")


def _flowing(entries: Iterable[Entry], width: float) -> Drawing:
    """Return entries side by side, in as many lines as it takes."""
    drawn: list[str] = []
    x, y = 0.0, 0.0
    for sample, said in entries:
        size = fitting(said, width - _WIDTH_PX - 6, _SIZE_PX)
        taken = _WIDTH_PX + 6 + wide(said, size) + 16
        if x and x + taken > width:
            x, y = 0.0, y + _LINE_PX
        drawn.append(moved(x, y, sample + text(_WIDTH_PX + 6, 11, said, "", size)))
        x += taken
    return Drawing(group(drawn), width, y + _LINE_PX)


def _colours(boxes: list[Box]) -> Iterator[Entry]:
    rails = {box.rail: box for box in boxes if box.rail is not None}
    for rail, box in sorted(rails.items()):
        yield _chip(box), f"leaf of rail {rail}"
    others = {box.cls: box for box in boxes if box.rail is None}
    for cls, meaning in _ROLES.items():
        if cls in others:
            yield _chip(others[cls]), meaning
    if any(cls.startswith("net-") for cls in others):
        yield _letters("LF"), "leaf; SP: spine, SS: super-spine"
    yield _letters("A1"), "feed A, outlet 1: where each power supply is plugged in"


def _chip(box: Box) -> str:
    return _sample(box.cls) + text(_WIDTH_PX / 2, 11, box.tag, f"m b on-{box.cls}", 10)


def _letters(said: str) -> str:
    return text(_WIDTH_PX / 2, 11, said, "m b", 10)


def _states(boxes: list[Box]) -> Iterator[Entry]:
    if any(not box.place.deployed for box in boxes):
        yield _sample("later"), "reserved by the capacity: leave it free"
    if any(box.place.pinned for box in boxes):
        yield _sample("pinned"), "placed by an override"

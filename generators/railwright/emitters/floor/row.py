"""The drawing of one row: its racks side by side as seen from the cold aisle."""

from collections.abc import Iterator, Sequence
from math import ceil

from railwright.emitters.floor import elevation, legend
from railwright.emitters.floor.elevation import HEADER_PX, SCALE_PX, UNIT_PX, WIDTH_PX
from railwright.emitters.floor.view import Cabinet, FloorView, Line, Spot, counted
from railwright.svg import (
    Drawing,
    fitting,
    group,
    line,
    moved,
    rect,
    scaled,
    tag,
    text,
    unlike_page,
)

_MARGIN_PX = 24
_TITLE_PX = 78
_TRAY_PX = 62
_GAP_PX = 22
_USUAL_PX = 2200.0  # title and legend have their usual size in a drawing up to this width
_LEAST_RACKS = 5  # what the width is for at least: the title has to fit


def draw(view: FloorView, line_: Line) -> Drawing:
    """Return the drawing of a row with racks, in as many strips as make it most like a page."""
    places = _standing(line_)
    units = max(one.profile.rack_units for one in line_.cabinets)
    height = _TRAY_PX + HEADER_PX + units * UNIT_PX + elevation.FOOTER_PX + _GAP_PX
    strips = min(
        (_strips(places, count) for count in range(1, len(places) + 1)),
        key=lambda strips: unlike_page(_width(strips), len(strips) * height),
    )
    width = _width(strips)
    big = max(1.0, width / _USUAL_PX)
    top = _TITLE_PX * big
    parts = [_scales(line_), scaled(big, group(_title(view, line_, width / big)))]
    for at, strip in enumerate(strips):
        parts.append(moved(0, top + at * height, _strip(view, line_, strip, units)))
    below = top + len(strips) * height
    key = legend.of_row(line_, width / big)
    parts.append(moved(0, below, scaled(big, key.markup)))
    markup = moved(_MARGIN_PX, 0, "\n".join(parts))
    return Drawing(markup, width + 2 * _MARGIN_PX, below + key.height * big + _MARGIN_PX)


def _facing(view: FloorView, line_: Line) -> str:
    """Return from where a row is seen, in words."""
    lines = view.rooms[line_.row.room]
    at = lines.index(line_) + (1 if line_.row.front == "high" else -1)
    beyond = lines[at].row.name if 0 <= at < len(lines) else None
    return f"cold aisle towards row {beyond}" if beyond else "cold aisle at the edge of the room"


def _scales(line_: Line) -> str:
    heights = sorted({one.profile.rack_units for one in line_.cabinets})
    return tag("defs", *(elevation.unit_scale(units) for units in heights), legend.HATCH)


def _standing(line_: Line) -> list[Cabinet | Spot]:
    """Return what stands in the row from left to right.

    Who looks at the front of a row that faces the row before it has position 1 at his right. Empty
    positions beyond the last rack are left out.
    """
    last = line_.cabinets[-1].rack.position
    places: list[tuple[int, Cabinet | Spot]] = [(one.rack.position, one) for one in line_.cabinets]
    places += [(one.position, one) for one in line_.spots if one.blocked or one.position < last]
    places.sort(key=lambda one: one[0], reverse=line_.row.front == "low")
    return [one for _, one in places]


def _strips(places: Sequence[Cabinet | Spot], count: int) -> list[Sequence[Cabinet | Spot]]:
    length = ceil(len(places) / count)
    return [places[at : at + length] for at in range(0, len(places), length)]


def _width(strips: Sequence[Sequence[Cabinet | Spot]]) -> float:
    return max(len(strips[0]), _LEAST_RACKS) * WIDTH_PX


def _title(view: FloorView, line_: Line, width: float) -> Iterator[str]:
    first = "right" if line_.row.front == "low" else "left"
    heading = f"{view.cluster}: row {line_.row.name}, {line_.row.room}"
    racks = counted(len(line_.cabinets), "rack")
    devices = counted(sum(len(one.boxes) for one in line_.cabinets), "device")
    power = f" {elevation.power_of(line_.power)}." if line_.power else ""
    said = (
        f"Front, seen from the {_facing(view, line_)}: position 1 is at the {first}. "
        f"{racks}, {devices}.{power}{_room_left(line_)}"
    )
    yield text(0, 38, heading, "b", fitting(heading, width, 24))
    yield text(0, 60, said, "", fitting(said, width, 14))


def _room_left(line_: Line) -> str:
    left = sum(not one.blocked for one in line_.spots)
    return f" {counted(left, 'position')} of {line_.row.positions} empty." if left else ""


def _strip(view: FloorView, line_: Line, strip: Sequence[Cabinet | Spot], units: int) -> str:
    floor_y = _TRAY_PX + HEADER_PX + units * UNIT_PX
    return group(
        (
            group(_trays(view, line_, strip)),
            *(moved(at * WIDTH_PX, _TRAY_PX, _drawn(one, units)) for at, one in enumerate(strip)),
            line(SCALE_PX - 8, floor_y, len(strip) * WIDTH_PX, floor_y, "floor"),
        )
    )


def _drawn(one: Cabinet | Spot, units: int) -> str:
    if isinstance(one, Cabinet):
        return elevation.cabinet(one, units)
    return elevation.spot(one, units)


def _trays(view: FloorView, line_: Line, strip: Sequence[Cabinet | Spot]) -> Iterator[str]:
    left, width = SCALE_PX - 8, len(strip) * WIDTH_PX - SCALE_PX + 8
    yield rect(left, 22, width, 20, "tray")
    height = view.floor.geometry.tray_height_m
    yield text(left + 8, 36.5, f"tray {line_.row.name}, {height:g} m above the floor", "b", 11)
    crossings = {view.position_at(x_m): x_m for x_m in view.floor.cross_m}
    for at, one in enumerate(strip):
        position = one.rack.position if isinstance(one, Cabinet) else one.position
        if position in crossings:
            middle = at * WIDTH_PX + SCALE_PX + elevation.INNER_PX / 2
            yield rect(middle - 12, 8, 24, 48, "cross")
            yield text(middle + 18, 18, f"cross tray X{position}", "b", 11)

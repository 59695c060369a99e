"""The floor from above, to scale: rooms, rows, racks, aisles and trays."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from railwright.emitters.floor import legend
from railwright.emitters.floor.elevation import kilowatts, meter, power_of, shown
from railwright.emitters.floor.view import Aisle, Cabinet, FloorView, Line, Spot, counted
from railwright.plan.placement.model import Row
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
    wide,
)

_PX = 44.0  # per metre
_MARGIN_PX = 30.0
_USUAL_PX = 900.0  # words have their usual size in a drawing as large as this
_CROSS_M = 0.3
_TRAY_PX = 6.0
_RACK_GAP_PX = 1.0
_SCALES_M = (5, 10, 25, 50)
_SCALE_PX = 150.0  # of the bar at least, where words have their usual size
_LEAST_PX = 12.0  # of letters of a heading; the drawing is made wide enough for them


@dataclass(frozen=True, slots=True)
class _Words:
    """Sizes of what is written beside the racks: they grow with the drawing, to be read in it.

    Those of rows and aisles end where their lines would touch.
    """

    title: float
    room: float
    row: float
    caption: float
    aisle: float

    @classmethod
    def of(cls, factor: float) -> "_Words":
        return cls(
            title=20 * factor,
            room=16 * factor,
            row=min(26 * factor, 56),
            caption=min(12 * factor, 38),
            aisle=min(10 * factor, 28),
        )


def draw(view: FloorView) -> Drawing:
    """Return the drawing; rooms stand side by side where that fills a page better."""
    rooms = [_room(view, room, _Words.of(1)) for room in view.rooms]
    columns = _columns(rooms)
    _, width, height = _tiled(rooms, columns)
    words = _Words.of(factor := max(1.0, max(width, height) / _USUAL_PX))
    rooms = [_room(view, room, words) for room in view.rooms]
    markup, width, height = _tiled(rooms, columns)
    heading = _heading(view)
    width = max(width, wide(heading, _LEAST_PX))
    top = _MARGIN_PX + 2 * words.title
    key = legend.of_plan(view.floor.blocked, width / factor)
    below = top + height + words.title
    scale_y = below + (key.height + 24) * factor
    parts = (
        tag("defs", legend.HATCH),
        text(0, _MARGIN_PX + words.title, heading, "b", fitting(heading, width, words.title)),
        moved(0, top, markup),
        moved(0, below, scaled(factor, key.markup)),
        moved(0, scale_y, _scale_bar(words, factor)),
    )
    return Drawing(
        moved(_MARGIN_PX, 0, "\n".join(parts)),
        width + 2 * _MARGIN_PX,
        scale_y + words.caption + _MARGIN_PX,
    )


def _heading(view: FloorView) -> str:
    rows = counted(len(view.floor.rows), "row")
    watts = sum(one.capacity_w for one in view.power["room"].values())
    racks = counted(len(view.floor.racks), "rack")
    return f"{view.cluster}: {rows}, {racks}, {shown(watts)}"


def _columns(rooms: Sequence[Drawing]) -> int:
    """Return how many rooms side by side make the drawing most like a page."""
    return min(range(1, len(rooms) + 1), key=lambda one: unlike_page(*_tiled(rooms, one)[1:]))


def _tiled(rooms: Sequence[Drawing], columns: int) -> tuple[str, float, float]:
    """Return drawings in columns, filled from above, with width and height of it all."""
    deep = ceil(len(rooms) / columns)
    across = max(one.width for one in rooms) + 2 * _MARGIN_PX
    drawn, height = [], 0.0
    for column in range(columns):
        y = 0.0
        for one in rooms[column * deep : (column + 1) * deep]:
            drawn.append(moved(column * across, y, one.markup))
            y += one.height + _MARGIN_PX
        height = max(height, y)
    return "\n".join(drawn), columns * across - 2 * _MARGIN_PX, height - _MARGIN_PX


def _scale_bar(words: _Words, factor: float) -> str:
    metres = next((one for one in _SCALES_M if one * _PX >= _SCALE_PX * factor), _SCALES_M[-1])
    bar = rect(0, 0, metres * _PX, 4 * factor, "load")
    at = metres * _PX + 8 * factor
    return bar + text(at, 2 * factor + words.caption * 0.35, f"{metres} m", "", words.caption)


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where a room's metres lie on the drawing, in pixels."""

    left: float
    top: float
    low_m: float
    length_m: float

    @property
    def length(self) -> float:
        return self.length_m * _PX

    def x(self, metres: float) -> float:
        return self.left + metres * _PX

    def y(self, metres: float) -> float:
        return self.top + (metres - self.low_m) * _PX


def _room(view: FloorView, room: str, words: _Words) -> Drawing:
    lines, aisles = view.rooms[room], list(view.aisles(room))
    frame = _Frame(
        left=words.row * 2 + 8,
        top=words.room * 1.5 + words.caption * 1.5,
        low_m=aisles[0].low_m,
        length_m=view.floor.pitch_m * (max(one.row.positions for one in lines) + 1),
    )
    bottom = frame.y(aisles[-1].high_m)
    captions = [_captions(one) for one in lines]
    right = max(wide(said, words.caption) for two in captions for said in two)
    title = _room_title(view, room)
    width = max(frame.x(frame.length_m) + 8 + right, frame.left + wide(title, _LEAST_PX))
    size = fitting(title, width - frame.left, words.room)
    parts = [
        text(frame.left, words.room, title, "b", size),
        *(_aisle(frame, one, words) for one in aisles),
        *_crossings(view, frame, lines, words),
        *(_row(view, frame, one) for one in lines),
        *(_caption(frame, one, said, words) for one, said in zip(lines, captions, strict=True)),
        *(_aisle_words(frame, one, words) for one in aisles),
    ]
    return Drawing("\n".join(parts), width, bottom)


def _room_title(view: FloorView, room: str) -> str:
    said = f"{room}: {counted(sum(len(one.cabinets) for one in view.rooms[room]), 'rack')}"
    if power := view.power["room"].get(room):
        said += f", {power_of(power)}, {power.airflow_m3_per_h:,.0f} m³/h of air"
    if gap_m := view.floor.room_gap_m.get(room):
        rooms, at = list(view.rooms), view.position_at(view.floor.cross_m[0])
        before = rooms[rooms.index(room) - 1]
        said += f"; {gap_m:g} m of tray at X{at} to {before}"
    return said


def _aisle(frame: _Frame, aisle: Aisle, words: _Words) -> str:
    top, bottom = frame.y(aisle.low_m), frame.y(aisle.high_m)
    return rect(frame.left, top, frame.length, bottom - top, aisle.kind)


def _aisle_words(frame: _Frame, aisle: Aisle, words: _Words) -> str:
    said = f"{aisle.kind} aisle, {aisle.high_m - aisle.low_m:.1f} m"
    if aisle.power:
        said += f", {shown(aisle.power.capacity_w)}"
    middle = frame.y((aisle.low_m + aisle.high_m) / 2)
    size = fitting(said, frame.length - 12, words.aisle)
    return text(frame.left + 6, middle + size * 0.35, said, "", size)


def _captions(one: Line) -> tuple[str, str]:
    devices = counted(sum(len(cabinet.boxes) for cabinet in one.cabinets), "device")
    power = power_of(one.power) if one.power else ""
    return f"{counted(len(one.cabinets), 'rack')}, {devices}", power


def _caption(frame: _Frame, one: Line, said: tuple[str, str], words: _Words) -> str:
    middle, right = frame.y(one.row.y_m), frame.x(frame.length_m) + 8
    name = text(words.row * 2, middle + words.row * 0.35, one.row.name, "e b", words.row)
    return group(
        (
            tag("a", name, href=f"row-{one.row.name}.svg") if one.cabinets else name,
            text(right, middle - words.caption * 0.2, said[0], "", words.caption),
            text(right, middle + words.caption, said[1], "", words.caption),
        )
    )


def _row(view: FloorView, frame: _Frame, one: Line) -> str:
    depth, pitch_m = view.depth_m * _PX, view.floor.pitch_m
    top = frame.y(one.row.y_m) - depth / 2
    front = top if one.row.front == "low" else top + depth
    first, last = frame.x(pitch_m / 2), frame.x(pitch_m * (one.row.positions + 0.5))
    return group(
        (
            *(_rack(view, frame, cabinet, one.row) for cabinet in one.cabinets),
            *(_spot(view, frame, spot, top) for spot in one.spots),
            rect(frame.left, top + (depth - _TRAY_PX) / 2, frame.length, _TRAY_PX, "tray"),
            line(first, front, last, front, "front"),
        )
    )


def _rack(view: FloorView, frame: _Frame, one: Cabinet, row: Row) -> str:
    width = one.profile.width_m * _PX - _RACK_GAP_PX
    depth = one.profile.depth_m * _PX
    middle = width / 2
    side = -1 if row.front == "low" else 1  # a shorter rack stands at the front of its row
    top_m = row.y_m - one.profile.depth_m / 2 + side * (view.depth_m - one.profile.depth_m) / 2
    label, load = f"{one.rack.position:02d}", kilowatts(one.power.capacity_w)
    return moved(
        frame.x(one.rack.x_m) - middle,
        frame.y(top_m),
        rect(0, 0, width, depth, one.rack.kind if one.rack.deployed else "later")
        + text(middle, 12, label, "m b", fitting(label, width - 4, 10))
        + text(middle, 21, one.short, "m", fitting(one.short, width - 3, 8))
        + text(middle, depth - 13, load, "m", fitting(load, width - 3, 9))
        + moved(3, depth - 9, meter(one.power, width - 6, 4)),
    )


def _spot(view: FloorView, frame: _Frame, one: Spot, top: float) -> str:
    width, depth = view.floor.pitch_m * _PX - _RACK_GAP_PX, view.depth_m * _PX
    return moved(
        frame.x(one.x_m) - width / 2,
        top,
        rect(0, 0, width, depth, "hatch" if one.blocked else "none")
        + text(width / 2, 12, f"{one.position:02d}", "m q", fitting("00", width - 4, 9)),
    )


def _crossings(
    view: FloorView, frame: _Frame, lines: Sequence[Line], words: _Words
) -> Iterator[str]:
    first, last = lines[0], lines[-1]
    beyond_m = _CROSS_M + view.depth_m / 2  # to be seen where there is one row only
    top, bottom = frame.y(first.row.y_m - beyond_m), frame.y(last.row.y_m + beyond_m)
    width = _CROSS_M * _PX
    for x_m in view.floor.cross_m:
        x = frame.x(x_m)
        yield rect(x - width / 2, top, width, bottom - top, "cross")
        yield text(x, frame.top - 4, f"X{view.position_at(x_m)}", "m b", words.caption)

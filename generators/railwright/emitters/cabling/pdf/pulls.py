"""Pull sheets: the cables of some devices, one device after the other, with boxes to tick."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import NamedTuple

from railwright.emitters.cabling import swatch
from railwright.emitters.cabling.ends import End, near_name, ticked_at
from railwright.emitters.cabling.job import Pull
from railwright.emitters.cabling.pdf.pen import INK, QUIET, RULE, Area, Pen, Stroke, Style
from railwright.emitters.cabling.pdf.press import (
    BOTTOM_MM,
    INNER_MM,
    MARGIN_MM,
    TOP_MM,
    Page,
    Press,
    chip,
)
from railwright.intent.as_built import STEPS
from railwright.plan.cables.labels import AND
from railwright.plan.cables.plugs import Plug

_ROW_MM = 6.9
_BAND_MM = 6.6
_HEAD_MM = 10.0
_BOX_MM = 4.6
_FIRST_BASE_MM = 3.2
_SECOND_BASE_MM = 5.9
_THIRD_MM = 2.8
_BAND = "#e6eaee"
_ROOM_MM = BOTTOM_MM - TOP_MM - _HEAD_MM - 5
_BETWEEN_TRAYS = " > "
_SEE = Style(7, ink=QUIET)


class Column(NamedTuple):
    """Where a column is; texts keep a distance from the next one."""

    x: float
    width: float

    @property
    def inner(self) -> float:
        """Return how wide a text may be."""
        return self.width - 1.4


def _columns(*widths: float) -> Iterator[Column]:
    x = MARGIN_MM
    for width in widths:
        yield Column(x, width)
        x += width


_CHIP, _NEAR, _FAR, _CABLE, _LENGTH, _BUNDLE, *_TICKS = _columns(
    11, 25, 43, 43, 17, 31, *((INNER_MM - 170) / 3 for _ in STEPS)
)


@dataclass(frozen=True, slots=True)
class Band:
    """The line above the cables of a device: `said` of it at the left and at the right."""

    device: str
    left: str
    right: str


Line = Band | End


def pages(press: Press, rows: Sequence[End], bands: Mapping[str, Band]) -> list[Page]:
    """Return the pages of a pull sheet; `bands` are those of the devices it may begin with."""
    return [partial(_draw, press=press, lines=lines) for lines in _paged(press, rows, bands)]


def height_mm(row: End) -> float:
    """Return how high a row is: far ends one below the other, below a tail its siblings."""
    return _ROW_MM * len(row.far) + (_THIRD_MM if row.siblings else 0)


def _paged(
    press: Press, rows: Iterable[End], bands: Mapping[str, Band]
) -> Iterator[tuple[Line, ...]]:
    """Yield the lines of every page; a device that goes on has its band again."""
    page: list[Line] = []
    left = _ROOM_MM
    for device, group in groupby(rows, key=lambda row: row.plug.device):
        band = bands[device]
        for at, row in enumerate(group):
            need = height_mm(row) + (0 if at else _BAND_MM)
            if page and need > left:
                yield tuple(page)
                page, left = [], _ROOM_MM
            if not at or not page:
                again = press.say("continued", what=band.left) if at else band.left
                page.append(Band(device, again, band.right))
                left -= _BAND_MM
            page.append(row)
            left -= height_mm(row)
    if page:
        yield tuple(page)


def _draw(pen: Pen, press: Press, lines: Sequence[Line]) -> None:
    _headings(pen, press)
    y = TOP_MM + _HEAD_MM
    for line in lines:
        if isinstance(line, Band):
            _band(pen, line, y)
            y += _BAND_MM
        else:
            _row(pen, press, line, y)
            y += height_mm(line)
            pen.line(MARGIN_MM, y, MARGIN_MM + INNER_MM, y, Stroke(RULE, 0.15))
    words = press.words
    note = words["tick_key"]
    if any(isinstance(one, End) and one.pull.cable.computed_m is None for one in lines):
        note = f"{words['assumed']}. {note}"
    pen.fitted(MARGIN_MM, BOTTOM_MM + 1.2, INNER_MM, note, Style(7, ink=QUIET))


def _headings(pen: Pen, press: Press) -> None:
    words, y = press.words, TOP_MM
    below = (
        (_NEAR, "near_end", "socket_port"),
        (_FAR, "far_end", "label_device"),
        (_CABLE, "cable", "part_below"),
        (_LENGTH, "length_m", "wave_below"),
        (_BUNDLE, "bundle", "trays_below"),
    )
    for column, first, second in below:
        pen.fitted(column.x, y + 4.6, column.inner, words[first], Style(8.5, bold=True))
        pen.fitted(column.x, y + 8, column.inner, words[second], Style(7, ink=QUIET))
    for column, step in zip(_TICKS, STEPS, strict=True):
        middle, style, said = column.x + column.width / 2, Style(7, bold=True), words[step]
        if said.isascii():
            pen.upright(middle + 0.9, y + _HEAD_MM - 0.6, said, style)
        else:
            _stacked(pen, middle, y + _HEAD_MM, said, style)
    pen.line(MARGIN_MM, y + _HEAD_MM, MARGIN_MM + INNER_MM, y + _HEAD_MM, Stroke(INK, 0.4))


def _stacked(pen: Pen, middle: float, bottom: float, said: str, style: Style) -> None:
    """Write Chinese characters one below the other."""
    for at, character in enumerate(reversed(said)):
        base = bottom - 1 - at * style.size * 0.38
        pen.text(middle, base, character, style, "middle")


def _band(pen: Pen, band: Band, y: float) -> None:
    pen.box(Area(MARGIN_MM, y, INNER_MM, _BAND_MM), _BAND)
    pen.fitted(MARGIN_MM + 1.5, y + 4.6, INNER_MM * 0.6, band.left, Style(10, bold=True))
    right = MARGIN_MM + INNER_MM - 1.5
    pen.fitted(right, y + 4.6, INNER_MM * 0.36, band.right, Style(8, ink=QUIET), "right")


def _row(pen: Pen, press: Press, row: End, y: float) -> None:
    near, pull = row.plug, row.pull
    cable = pull.cable
    mark = swatch.of_cable(cable, press.words)
    chip(pen, mark, Area(_CHIP.x, y + 1, _CHIP.width - 2, _ROW_MM - 2))
    _cell(pen, _NEAR, y, near.socket, near.ports)
    for at, (name, far) in enumerate(zip(row.names, row.far, strict=True)):
        _cell(pen, _FAR, y + at * _ROW_MM, name, _device(press, far))
    if row.siblings:
        said = press.say("other_tails", tails=AND.join(_tail(press, one) for one in row.siblings))
        width = _FAR.width + _CABLE.inner
        pen.fitted(_FAR.x, y + _SECOND_BASE_MM + _THIRD_MM, width, said, Style(7, ink=QUIET))
    part = cable.part or press.words["no_part"]
    pen.fitted(_CABLE.x, y + _FIRST_BASE_MM, _CABLE.inner, pull.id, Style(8))
    pen.fitted(_CABLE.x, y + _SECOND_BASE_MM, _CABLE.inner, part, Style(7, ink=QUIET))
    _cell(pen, _LENGTH, y, press.length(pull), cable.wave)
    if trays := _way(press, row):
        pen.fitted(_BUNDLE.x, y + _FIRST_BASE_MM, _BUNDLE.inner, cable.bundle, Style(7))
        pen.fitted(_BUNDLE.x, y + _SECOND_BASE_MM, _BUNDLE.inner, trays, Style(7, ink=QUIET))
    else:
        pen.paragraph(_BUNDLE.x, y + 0.4, _BUNDLE.inner, cable.bundle, Style(7), 2)
    if row.is_ticked:
        _boxes(pen, pull, y)
    else:
        ticks = Column(_TICKS[0].x, 3 * _TICKS[0].width)
        pen.fitted(ticks.x, y + _FIRST_BASE_MM, ticks.inner, press.words["see"], _SEE)
        pen.fitted(ticks.x, y + _SECOND_BASE_MM, ticks.inner, near_name(ticked_at(pull)), _SEE)


def _device(press: Press, far: Plug) -> str:
    return press.say("waits", device=far.device) if far.waits else f"{far.device} {far.ports}"


def _tail(press: Press, tail: Plug) -> str:
    """Return what is said of another tail of the same cable."""
    return _device(press, tail) if tail.waits else f"{near_name(tail)} ({_device(press, tail)})"


def _way(press: Press, row: End) -> str:
    """Return the trays from this end to the other."""
    trays = row.pull.cable.trays
    if trays:
        return _BETWEEN_TRAYS.join(trays if row.plug is not row.pull.upper else trays[::-1])
    within = row.plug.rack and all(plug.rack == row.plug.rack for plug in row.far)
    return press.words["no_trays"] if within else ""


def _cell(pen: Pen, column: Column, y: float, first: str, second: str) -> None:
    pen.fitted(column.x, y + _FIRST_BASE_MM, column.inner, first, Style(9, bold=True))
    pen.fitted(column.x, y + _SECOND_BASE_MM, column.inner, second, Style(7, ink=QUIET))


def _boxes(pen: Pen, pull: Pull, y: float) -> None:
    for column, step in zip(_TICKS, STEPS, strict=True):
        x = column.x + (column.width - _BOX_MM) / 2
        area = Area(x, y + (_ROW_MM - _BOX_MM) / 2, _BOX_MM, _BOX_MM)
        pen.box(area, stroke=Stroke(INK, 0.3))
        mark = pull.marks.get(step)
        if mark and mark.value is True:
            pen.tick(area, INK)

"""Face plates: every socket of a switch with what is at the other end of its cable."""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby
from typing import NamedTuple

from railwright.emitters.cabling import swatch
from railwright.emitters.cabling.ends import far_names
from railwright.emitters.cabling.pdf.pen import INK, QUIET, Area, Pen, Stroke, Style
from railwright.emitters.cabling.pdf.press import (
    BOTTOM_MM,
    INNER_MM,
    MARGIN_MM,
    TOP_MM,
    Page,
    Press,
    chip,
)
from railwright.emitters.cabling.sockets import Socket
from railwright.emitters.cabling.swatch import Swatch
from railwright.plan.cables.plugs import Plug

_COLUMNS = (4, 3, 2)
_LEAST_MM, _MOST_MM = 7.0, 16.0
_ROOM_MM = BOTTOM_MM - TOP_MM - 5
_NUMBER_MM = 9.0
_PAD_MM = 1.0
_LINE_MM = 3.4
_PITCH_MM = 3.2
_CHIP_MM = 6.4
_CHIP_HIGH_MM = 3.2
_GAP_MM = 1.0
_NAME = Style(7.5, bold=True)
_DEVICE = Style(6.5, ink=QUIET)
_EMPTY = Style(8, ink=QUIET)
_LETTERS = Style(6.0, bold=True)
_SMALLEST = 0.8
"""By so much letters may shrink before there are fewer columns."""
_FREE = "#f1f3f5"
_EDGE = Stroke("#6b7680", 0.2)
_INNER = Stroke("#c3cad1", 0.12)


class Line(NamedTuple):
    """One far end: what the label says of it, and its device with its port."""

    name: str
    device: str


class Entry(NamedTuple):
    """A socket by what follows the number of its cage; without a `mark` it stays empty.

    There is one line per far end, of an empty socket one that says so.
    """

    suffix: str
    mark: Swatch | None
    lines: tuple[Line, ...]


class Cage(NamedTuple):
    """A cage by the number on the face plate, and its sockets."""

    label: str
    entries: tuple[Entry, ...]


class Grid(NamedTuple):
    """How the cages of a face plate are laid out; `beside` puts a device beside its name."""

    columns: int
    beside: bool
    chip_mm: float

    @property
    def width_mm(self) -> float:
        """Return how wide a cage is."""
        return INNER_MM / self.columns


class Row(NamedTuple):
    """Cages side by side, and how high they are."""

    cages: tuple[Cage, ...]
    height_mm: float


def pages(press: Press, switch: str) -> list[Page]:
    """Return the pages of a switch's face plate."""
    cages = cages_of(press, switch)
    grid = grid_of(press, cages)
    return [partial(_draw, press=press, grid=grid, rows=rows) for rows in _paged(grid, cages)]


def _paged(grid: Grid, cages: Sequence[Cage]) -> Iterator[list[Row]]:
    """Yield the rows of every page, as high as there is room for them."""
    page: list[Row] = []
    left = _ROOM_MM
    for at in range(0, len(cages), grid.columns):
        own = tuple(cages[at : at + grid.columns])
        most = max(sum(_lines(one, beside=grid.beside) for one in cage.entries) for cage in own)
        need = max(_LEAST_MM, most * _LINE_MM + 2 * _PAD_MM)
        if page and need > left:
            yield _spread(page, left)
            page, left = [], _ROOM_MM
        page.append(Row(own, need))
        left -= need
    yield _spread(page, left)


def _spread(page: Sequence[Row], left_mm: float) -> list[Row]:
    """Return rows that share what is left of a page; none becomes higher than is of use."""
    more = left_mm / len(page)
    return [
        row._replace(height_mm=max(row.height_mm, min(_MOST_MM, row.height_mm + more)))
        for row in page
    ]


def cages_of(press: Press, switch: str) -> list[Cage]:
    """Return the cages of a switch by number, those that have none last."""
    return [
        Cage(label, tuple(_entry(press, one) for one in there))
        for label, there in groupby(press.sockets[switch], key=lambda one: one.cage)
    ]


def _entry(press: Press, one: Socket) -> Entry:
    suffix = one.socket.removeprefix(one.cage)
    if one.plug is None or one.cable is None:
        said = press.words["free" if one.use == "spare" else "reserved"]
        return Entry(suffix, None, (Line(said, ""),))
    ends = zip(far_names(one.plug), one.far, strict=True)
    lines = tuple(Line(name, _device(press, end)) for name, end in ends if isinstance(end, Plug))
    return Entry(suffix, swatch.of_cable(one.cable, press.words), lines)


def _device(press: Press, end: Plug) -> str:
    if end.waits:
        return press.say("still_to_come", device=end.device)
    return f"{end.device} {end.ports}".rstrip()


def grid_of(press: Press, cages: Sequence[Cage]) -> Grid:
    """Return the grid with the most columns in which all can be read.

    Where a cable has several far ends there are two columns, with a line for each of them.
    """
    entries = [entry for cage in cages for entry in cage.entries]
    letters = {entry.mark.letters for entry in entries if entry.mark}
    widest = max((press.wide(one, _LETTERS) for one in letters), default=0.0)
    chip_mm = max(_CHIP_MM, widest + 2)
    beside = any(len(entry.lines) > 1 for entry in entries)
    columns = _COLUMNS[-1]
    if not beside:
        need = max((_need_mm(press, entry) for entry in entries), default=0.0) * _SMALLEST
        around = _NUMBER_MM + _PAD_MM + chip_mm + _GAP_MM
        fits = (one for one in _COLUMNS if need <= INNER_MM / one - around)
        columns = next(fits, columns)
    return Grid(columns, beside, chip_mm)


def _need_mm(press: Press, entry: Entry) -> float:
    """Return how wide the widest line of a socket is."""
    said = ((_said(entry, one), one.device) for one in entry.lines)
    return max(max(press.wide(name, _NAME), press.wide(dev, _DEVICE)) for name, dev in said)


def _lines(entry: Entry, *, beside: bool) -> int:
    """Return how many lines a socket takes."""
    return len(entry.lines) * (1 if beside or entry.mark is None else 2)


def _said(entry: Entry, line: Line) -> str:
    return f"{entry.suffix} {line.name}".strip()


def _draw(pen: Pen, press: Press, grid: Grid, rows: Sequence[Row]) -> None:
    y = TOP_MM
    for row in rows:
        for column, cage in enumerate(row.cages):
            x = MARGIN_MM + column * grid.width_mm
            _cage(pen, grid, cage, Area(x, y, grid.width_mm, row.height_mm))
        y += row.height_mm
    note = press.words["cages_order"]
    pen.fitted(MARGIN_MM, BOTTOM_MM + 1.2, INNER_MM, note, Style(7, ink=QUIET))


def _cage(pen: Pen, grid: Grid, cage: Cage, area: Area) -> None:
    used = any(entry.mark for entry in cage.entries)
    pen.box(area, "#ffffff" if used else _FREE, _EDGE)
    middle = area.y + area.height / 2
    style = Style(11, bold=True, ink=INK if used else QUIET)
    pen.fitted(area.x + _NUMBER_MM / 2, middle + 1.4, _NUMBER_MM - 1, cage.label, style, "middle")
    x, width = area.x + _NUMBER_MM, area.width - _NUMBER_MM - _PAD_MM
    for at, (entry, y, high) in enumerate(_shares(grid, cage, area)):
        if at:
            pen.line(x, y, x + width, y, _INNER)
        _socket(pen, grid, entry, Area(x, y, width, high))


def _shares(grid: Grid, cage: Cage, area: Area) -> Iterator[tuple[Entry, float, float]]:
    """Yield the sockets of a cage with where each begins, and its height by its lines."""
    every = [_lines(entry, beside=grid.beside) for entry in cage.entries]
    room, y = area.height - 2 * _PAD_MM, area.y + _PAD_MM
    for entry, lines in zip(cage.entries, every, strict=True):
        high = room * lines / sum(every)
        yield entry, y, high
        y += high


def _socket(pen: Pen, grid: Grid, entry: Entry, area: Area) -> None:
    """Write the far ends, each with its device below or beside."""
    middle = area.y + area.height / 2
    if entry.mark is None:
        said = _said(entry, entry.lines[0])
        pen.fitted(area.x, middle + 1, area.width, said, _EMPTY)
        return
    high = _CHIP_HIGH_MM
    chip(pen, entry.mark, Area(area.x, middle - high / 2, grid.chip_mm, high))
    x, width = area.x + grid.chip_mm + _GAP_MM, area.width - grid.chip_mm - _GAP_MM
    if grid.beside:
        _beside(pen, entry, Area(x, area.y, width, area.height))
        return
    (line,) = entry.lines
    pen.fitted(x, middle - 0.4, width, _said(entry, line), _NAME)
    pen.fitted(x, middle + 2.4, width, line.device, _DEVICE)


def _beside(pen: Pen, entry: Entry, area: Area) -> None:
    """Write the suffix of the socket, then its far ends one below the other."""
    base = area.y + area.height / 2 + 1
    suffix_mm = pen.wide(entry.suffix, _NAME) + _GAP_MM if entry.suffix else 0.0
    pen.fitted(area.x, base, suffix_mm, entry.suffix, _NAME)
    x, width = area.x + suffix_mm, area.width - suffix_mm
    pitch = min(_PITCH_MM, area.height / len(entry.lines))
    base -= pitch * (len(entry.lines) - 1) / 2
    half = width / 2
    for at, line in enumerate(entry.lines):
        y = base + at * pitch
        pen.fitted(x, y, half - _GAP_MM, line.name, _NAME)
        pen.fitted(x + half, y, half, line.device, _DEVICE)

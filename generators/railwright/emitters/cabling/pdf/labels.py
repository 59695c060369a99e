"""`cabling/pdf/labels-<wave>.pdf`: a flag for every end of every cable, in the order of pulling."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from railwright.emitters.cabling import swatch
from railwright.emitters.cabling.job import Pull
from railwright.emitters.cabling.order import in_order
from railwright.emitters.cabling.pdf.pen import (
    HEIGHT_MM,
    INK,
    QUIET,
    Area,
    Lines,
    Pen,
    Stroke,
    Style,
)
from railwright.emitters.cabling.pdf.press import Press
from railwright.emitters.cabling.pdf.qr import Code, code_of
from railwright.emitters.cabling.pdf.stock import STOCK, leaf_mm
from railwright.emitters.cabling.swatch import Swatch
from railwright.files import OutputFile
from railwright.ink import ink_on
from railwright.plan.cables.labels import BETWEEN
from railwright.plan.cables.plugs import Plug
from railwright.units import Medium

_EDGE_MM = 1.8  # by so much printers miss the die cut
_INNER_MM = 0.6  # between print and fold
_BAR_MM = 4.8
_UNDER_MM = 8.6  # what is written under a code
_CUT_MM = 2.5
_TO = "→ "
_MOST_FAR = 4  # lines; what is over is the bundle's, so that the smallest print always has room
_FOLD = Stroke("#aeb7c0", 0.15, 0.4)
_CUT = Stroke("#6b7680", 0.1)


class Tag(NamedTuple):
    """One label: a plug, its cable, and the QR code that all ends of the cable have."""

    plug: Plug
    pull: Pull
    code: Code


def emit(press: Press, wave: str) -> Iterator[OutputFile]:
    """Yield the label sheets of one wave."""
    title = press.say("labels", wave=wave)
    pen, tags = press.pen(title), list(_tags(press, wave))
    sheets = [tags[at : at + STOCK.count] for at in range(0, len(tags), STOCK.count)]
    for number, sheet in enumerate(sheets, start=1):
        page = press.say("page", page=number, pages=len(sheets))
        _margins(pen, press, (press.job.cluster, title, _racks(sheet), page))
        for at, tag in enumerate(sheet):
            _flag(pen, press, tag, STOCK.corner(at))
        pen.next_page()
    yield press.file(f"labels-{wave}", pen)


def code_side_mm(medium: Medium | None) -> float:
    """Return how wide the QR codes on the labels of a kind of cable are, quiet zone included."""
    return min(leaf_mm(medium) - _EDGE_MM, STOCK.height - 2 * _EDGE_MM - _BAR_MM - _UNDER_MM)


def _tags(press: Press, wave: str) -> Iterator[Tag]:
    for pull in in_order(press.job.waves[wave]):
        code = code_of(pull.id)
        for plug in pull.plugs:
            yield Tag(plug, pull, code)


def _racks(sheet: Sequence[Tag]) -> str:
    """Return from which rack, else device, to which the cables of a sheet are pulled."""
    first, last = (at.pull.home for at in (sheet[0], sheet[-1]))
    names = (first.rack or first.device, last.rack or last.device)
    return names[0] if names[0] == names[1] else f"{names[0]} … {names[1]}"


def _margins(pen: Pen, press: Press, said: Sequence[str]) -> None:
    """Write beside the labels what the sheet is; mark where to cut if it is no label sheet."""
    right = STOCK.left + (STOCK.columns - 1) * STOCK.pitch_x + STOCK.width
    width = right - STOCK.left
    pen.fitted(STOCK.left, 7, width, "  ·  ".join(said), Style(8, bold=True))
    stock = press.say(
        "stock", count=STOCK.count, width=f"{STOCK.width:g}", height=f"{STOCK.height:.1f}"
    )
    pen.fitted(STOCK.left, 10.3, width, stock, Style(6.5, ink=QUIET))
    revision = f"{press.words['revision']} {press.job.revision}"
    pen.text(right, HEIGHT_MM - 7, revision, Style(6.5, ink=QUIET), "right")
    bottom = STOCK.top + STOCK.rows * STOCK.pitch_y
    for row in range(STOCK.rows + 1):
        y = STOCK.top + row * STOCK.pitch_y
        pen.line(STOCK.left - _CUT_MM, y, STOCK.left - 0.5, y, _CUT)
        pen.line(right + 0.5, y, right + _CUT_MM, y, _CUT)
    for column in range(STOCK.columns):
        for x in (0.0, STOCK.width):
            at = STOCK.left + column * STOCK.pitch_x + x
            pen.line(at, STOCK.top - 2, at, STOCK.top - 0.5, _CUT)
            pen.line(at, bottom + 0.5, at, bottom + 2, _CUT)


def _flag(pen: Pen, press: Press, tag: Tag, corner: tuple[float, float]) -> None:
    """Draw a label: a half with words, the part that goes round the cable, a half with the code."""
    x, y = corner
    leaf = leaf_mm(tag.pull.cable.medium)
    for fold in (x + leaf, x + STOCK.width - leaf):
        pen.line(fold, y + 0.4, fold, y + STOCK.height - 0.4, _FOLD)
    width, height = leaf - _EDGE_MM - _INNER_MM, STOCK.height - 2 * _EDGE_MM
    top = y + _EDGE_MM
    _words(pen, press, tag, Area(x + _EDGE_MM, top, width, height))
    inner = x + STOCK.width - leaf + _INNER_MM
    _scanned(pen, press, tag, Area(inner, top, width, height))


def _words(pen: Pen, press: Press, tag: Tag, area: Area) -> None:
    """Write both ends, the device, the cable and its bundle under the colour."""
    plug, pull = tag.plug, tag.pull
    far_lines = min(len(pull.plugs), _MOST_FAR)
    near, _, far = plug.label.partition(BETWEEN)
    _bar(pen, swatch.of_cable(pull.cable, press.words), press.length(pull), area)
    below = Area(area.x, area.y + _BAR_MM + 0.5, area.width, area.height - _BAR_MM - 0.5)
    pen.stack(
        below,
        (
            Lines(near, Style(10, bold=True), 2),
            Lines(_TO + far, Style(8.5), far_lines),
            Lines(f"{plug.device} {plug.ports}", Style(6.5, ink=QUIET), 2),
            Lines(pull.id, Style(6.5), 2),
            Lines(pull.cable.bundle, Style(6.5, ink=QUIET), _MOST_FAR + 1 - far_lines),
        ),
    )


def _scanned(pen: Pen, press: Press, tag: Tag, area: Area) -> None:
    """Draw the code under the colour, and once more both ends."""
    x, y, width, height = area
    cable = tag.pull.cable
    near, _, far = tag.plug.label.partition(BETWEEN)
    _bar(pen, swatch.of_cable(cable, press.words), press.length(tag.pull), area)
    side = code_side_mm(cable.medium)
    pen.code(x - _INNER_MM + (width + _INNER_MM - side) / 2, y + _BAR_MM, side, tag.code)
    middle, bottom = x + width / 2, y + height - 0.4
    pen.fitted(middle, bottom - 6, width, cable.wave, Style(6.5, ink=QUIET), "middle")
    pen.fitted(middle, bottom - 2.9, width, near, Style(8, bold=True), "middle")
    pen.fitted(middle, bottom, width, _TO + far, Style(7), "middle")


def _bar(pen: Pen, mark: Swatch, said: str, area: Area) -> None:
    """Draw the colour with its letters, and at its right end what else is said."""
    x, y, width, _ = area
    pen.box(Area(x, y, width, _BAR_MM), mark.colour, Stroke(INK, 0.15))
    ink = ink_on(mark.colour)
    style = Style(10.5, bold=True, ink=ink)
    pen.fitted(x + 0.8, y + 3.6, width * 0.45, mark.letters, style)
    left = width - min(pen.wide(mark.letters, style), width * 0.45) - 2.4
    pen.fitted(x + width - 0.8, y + 3.5, left, said, Style(9, ink=ink), "right")

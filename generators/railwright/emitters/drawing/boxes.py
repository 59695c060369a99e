"""One box: its frame, its coloured strips, its title and its lines; how large it has to be."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from railwright.emitters.drawing.labels import Chip, Label
from railwright.svg import fitting, group, rect, shortened, tag, text, wide

TITLE_PX = 10.5
LINE_PX = 10.0
LEAST_PX = 7.0  # letters are cut off rather than smaller
_BOLD = 1.07  # bold letters are wider
_CHIP_PX = 15.0
_CHIP_LETTERS_PX = 10.0
_PITCH_PX = 12.5
_PAD_PX = 5.0
_ROUNDED_PX = 0.01
_CUT = 0.93  # of the width, for what is cut off: letters may be wider than the average


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a box is drawn, in pixels."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        """Return the x of its middle."""
        return self.x + self.width / 2

    @property
    def right(self) -> float:
        """Return the x of its right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Return the y of its lower edge."""
        return self.y + self.height


def width_of(label: Label) -> float:
    """Return how wide a box must be for its label."""
    lines = max((wide(said, LINE_PX) for said in label.lines), default=0)
    return max(wide(label.title, TITLE_PX) * _BOLD, lines) + 2 * _PAD_PX


def height_of(label: Label) -> float:
    """Return how high a box must be for its label."""
    strip = _CHIP_PX if label.chips else 0
    rows = len(label.lines) + bool(label.title)
    return strip + TITLE_PX + (rows - 1) * _PITCH_PX + 2 * _PAD_PX


def draw(spot: Spot, label: Label, cls: str, key: str, switches: int) -> str:
    """Return a box named `key`; `switches` is how many deployed ones it stands for."""
    return group(
        (
            rect(spot.x, spot.y, spot.width, spot.height, cls),
            *_strips(spot, label.chips),
            *_words(spot, label),
        ),
        id=key,
        data_switches=switches,
    )


def _strips(spot: Spot, chips: tuple[Chip, ...]) -> Iterator[str]:
    if not chips:
        return
    width = spot.width / len(chips)
    for at, chip in enumerate(chips):
        x = spot.x + at * width
        yield rect(x, spot.y, width, _CHIP_PX, chip.cls)
        size = fitting(chip.said, width - 2, _CHIP_LETTERS_PX)
        if size >= LEAST_PX:
            yield text(x + width / 2, spot.y + 11, chip.said, f"m b on-{chip.cls}", size)


def _words(spot: Spot, label: Label) -> Iterator[str]:
    room = spot.width - _PAD_PX
    y = spot.y + (_CHIP_PX if label.chips else 0) + _PAD_PX + TITLE_PX * 0.8
    if label.title:
        yield fitted(spot.middle, y, label.title, "m b", room / _BOLD, TITLE_PX)
        y += _PITCH_PX
    for said in label.lines:
        yield fitted(spot.middle, y, said, "m", room, LINE_PX)
        y += _PITCH_PX


def fitted(x: float, y: float, said: str, cls: str, width: float, size: float) -> str:
    """Return a line of text no wider than `width`: smaller if need be, at last cut off."""
    least = max(fitting(said, width, size), LEAST_PX)
    fits = wide(said, least) <= width + _ROUNDED_PX
    shown = said if fits else shortened(said, width * _CUT, least)
    drawn = text(x, y, shown, cls, least)
    if shown == said:
        return drawn
    return group((tag("title", escape(said, quote=False)), drawn))

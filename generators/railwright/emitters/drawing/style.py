"""How drawings of fabrics look: classes for paper in light and in dark, and the cable colours."""

from collections.abc import Iterator, Mapping
from functools import cache

from railwright import ink, svg
from railwright.catalog import loader as catalog
from railwright.catalog.physical_model import Palette
from railwright.plan.shape import Network

PAPERS = ("#ffffff", "#12181f")
"""What drawings are seen on: paper, and a dark screen."""
_LEAST_CONTRAST = 3.0
"""Of lines and what they lie on. Source: WCAG 2, success criterion 1.4.11."""
WIDTHS_PX: tuple[tuple[int, float], ...] = ((1, 0.9), (8, 1.3), (64, 2.8), (512, 4.4))
"""The width of a line of up to so many links; beyond, `WIDEST_PX`."""
WIDEST_PX = 6.5
_CASING_PX = 1.4

_LIGHT = """\
.pod { fill: #eef1f5; stroke: #8a97a5; stroke-width: 1; }
.su { fill: #f8fafb; stroke: #8a97a5; stroke-width: 0.8; stroke-dasharray: 1 2; }
.hosts { fill: #e3e9f1; stroke: #16202c; stroke-width: 0.8; }
.router { fill: #fff0c9; stroke: #16202c; stroke-width: 0.8; stroke-dasharray: 8 3; }
.l { fill: none; stroke-linecap: butt; }
.pale { stroke: #16202c; }
.deep { stroke: none; }
.s-many { stroke: #51606f; }
.reserved { stroke: #8a97a5; stroke-dasharray: 4 3; stroke-width: 1; }
.bar { stroke-width: 7; }
.case.bar { stroke-width: 8.4; }
.drop { stroke-width: 3; }
.case.drop { stroke-width: 4.4; }
.dot { stroke: #16202c; stroke-width: 1; }
.odd { stroke-dasharray: 9 2; }
"""
_DARK = """\
.pod { fill: #18212a; stroke: #6c7a88; }
.su { fill: #1b242e; stroke: #6c7a88; }
.hosts { fill: #26364a; stroke: #c8d2dc; }
.router { fill: #4a3f1c; stroke: #c8d2dc; }
.pale { stroke: none; }
.deep { stroke: #c8d2dc; }
.s-many { stroke: #a7b4c1; }
.reserved { stroke: #6c7a88; }
.dot { stroke: #c8d2dc; }
rect[class^="rail"], rect[class^="net-"] { stroke: #c8d2dc; stroke-width: 0.4; }
"""


def sheet() -> str:
    """Return the style sheet of all drawings; dark where the screen is, always light on paper."""
    return "".join((svg.LIGHT, _LIGHT, *_lines(), _dark(), svg.PRINT))


def colour_class(what: Network | int, palette: Palette | None = None) -> str:
    """Return the class of a rail's colour (more rails than colours begin again) or a network's."""
    if isinstance(what, int):
        return f"rail{what % len((palette or catalog.palette()).rails)}"
    return "net-fabric" if what == "compute" else f"net-{what}"


@cache
def casing(colour: str) -> str:
    """Return the class of the casing of lines of a colour, by class; empty where none is needed.

    On paper `pale` lines have one, on a dark screen `deep` ones.
    """
    tint = _colours().get(colour)
    if tint is None:
        return ""
    on_paper, on_screen = (ink.contrast(tint, one) >= _LEAST_CONTRAST for one in PAPERS)
    if on_paper and on_screen:
        return ""
    return "deep" if on_paper else "pale"


def width_class(links: int) -> str:
    """Return the class of the width of a bundle's line."""
    return f"w{sum(links > most for most, _ in WIDTHS_PX)}"


@cache
def _colours() -> Mapping[str, str]:
    palette = catalog.palette()
    named = {f"rail{n}": one.hex for n, one in enumerate(palette.rails)}
    return named | {f"net-{name}": one.hex for name, one in sorted(palette.networks.items())}


def _lines() -> Iterator[str]:
    colours = _colours()
    yield from ink.rules(colours)
    for name, colour in colours.items():
        yield f".s-{name} {{ stroke: {colour}; }}\n"
    for at, width_px in enumerate((*(px for _, px in WIDTHS_PX), WIDEST_PX)):
        yield f".w{at} {{ stroke-width: {width_px}; }}\n"
        yield f".case.w{at} {{ stroke-width: {width_px + _CASING_PX:g}; }}\n"


def _dark() -> str:
    return f"@media screen and (prefers-color-scheme: dark) {{\n{svg.DARK}{_DARK}}}\n"

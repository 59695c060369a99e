"""How drawings look: classes for paper in light and in dark, for print, and the cable colours."""

from railwright import ink, svg
from railwright.catalog.physical_model import Palette

_LIGHT = """\
.pinned { fill: #ffffff; stroke: #16202c; stroke-width: 2.4; }
.left { fill: none; stroke: #16202c; stroke-width: 1; stroke-dasharray: 2 3; }
.unit { stroke: #d5dbe1; stroke-width: 0.5; }
.compute { fill: #e3e9f1; stroke: #16202c; stroke-width: 0.8; }
.network { fill: #fff0c9; stroke: #16202c; stroke-width: 0.8; }
.storage { fill: #dff0e4; stroke: #16202c; stroke-width: 0.8; }
.none { fill: none; stroke: #8a97a5; stroke-width: 0.6; stroke-dasharray: 2 2; }
.front { stroke: #16202c; stroke-width: 3; }
.floor { stroke: #16202c; stroke-width: 2; }
.tray { fill: #8a97a5; fill-opacity: 0.35; stroke: #51606f; stroke-width: 0.6; }
.cross { fill: #8a97a5; fill-opacity: 0.25; stroke: #51606f; stroke-width: 0.6; }
.cold { fill: #d6e9f8; }
.hot { fill: #fbe0d3; }
.meter { fill: #ffffff; stroke: #51606f; stroke-width: 0.6; }
.load { fill: #3c5a78; }
.more { fill: #3c5a78; fill-opacity: 0.35; }
.hatch { fill: url(#hatch); stroke: #51606f; stroke-width: 0.8; }
.stripe { stroke: #8a97a5; stroke-width: 2; }
"""
_DARK = """\
.pinned { fill: #26323f; stroke: #ffffff; }
.left { stroke: #c8d2dc; }
.unit { stroke: #33414f; }
.compute { fill: #26364a; stroke: #c8d2dc; }
.network { fill: #4a3f1c; stroke: #c8d2dc; }
.storage { fill: #1f4330; stroke: #c8d2dc; }
.none { stroke: #6c7a88; }
.front, .floor { stroke: #e8edf2; }
.tray, .cross { stroke: #a7b4c1; }
.cold { fill: #17324a; }
.hot { fill: #4d2a1c; }
.meter { fill: #12181f; stroke: #a7b4c1; }
.load, .more { fill: #8fb4dc; }
.hatch { stroke: #a7b4c1; }
rect[class^="rail"], rect[class^="net-"] { stroke: #c8d2dc; stroke-width: 0.6; }
"""


def sheet(palette: Palette) -> str:
    """Return the style sheet of all drawings; dark where the screen is, always light on paper."""
    dark = f"@media screen and (prefers-color-scheme: dark) {{\n{svg.DARK}{_DARK}}}\n"
    return "".join((svg.LIGHT, _LIGHT, *ink.rules(_colours(palette)), dark, svg.PRINT))


def rail_class(palette: Palette, rail: int) -> str:
    """Return the class of a rail's colour; more rails than colours begin again."""
    return f"rail{rail % len(palette.rails)}"


def _colours(palette: Palette) -> dict[str, str]:
    rails = {f"rail{number}": one.hex for number, one in enumerate(palette.rails)}
    networks = {f"net-{name}": one.hex for name, one in sorted(palette.networks.items())}
    return rails | networks | palette.servers

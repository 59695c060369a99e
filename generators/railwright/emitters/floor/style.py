"""How drawings look: classes for paper in light and in dark, for print, and the cable colours."""

from collections.abc import Iterator

from railwright.catalog.physical_model import Colour, Palette

_LIGHT = """\
text { font-family: "Helvetica Neue", Arial, "Liberation Sans", "DejaVu Sans", sans-serif; }
text { fill: #16202c; }
.m { text-anchor: middle; }
.e { text-anchor: end; }
.b { font-weight: bold; }
.q { fill: #51606f; }
.paper { fill: #ffffff; }
.frame { fill: #f4f6f8; stroke: #16202c; stroke-width: 1.5; }
.later { fill: #ffffff; stroke: #51606f; stroke-width: 1.2; stroke-dasharray: 5 3; }
.box { fill: #ffffff; stroke: #16202c; stroke-width: 0.8; }
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
@media screen and (prefers-color-scheme: dark) {
text { fill: #e8edf2; }
.q { fill: #a7b4c1; }
.paper { fill: #12181f; }
.frame { fill: #1b242e; stroke: #c8d2dc; }
.later { fill: #12181f; stroke: #a7b4c1; }
.box { fill: #26323f; stroke: #c8d2dc; }
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
}
"""
_PRINT = """\
@media print { svg { width: 100%; height: 100%; } }
"""

# Servers are no cables, so they have colours of their own: greys, apart in lightness and tint.
_SERVERS = {"gpu_node": "#4d5b6b", "storage_node": "#7b6a58", "management_node": "#8d8d5a"}
_DARKEST = 0.18
"""Relative luminance above which black text reads better than white. Source: WCAG 2 contrast."""


def sheet(palette: Palette) -> str:
    """Return the style sheet of all drawings; dark where the screen is, always light on paper."""
    return _LIGHT + "".join(_inks(palette)) + _DARK + _PRINT


def rail_class(palette: Palette, rail: int) -> str:
    """Return the class of a rail's colour; more rails than colours begin again."""
    return f"rail{rail % len(palette.rails)}"


def _inks(palette: Palette) -> Iterator[str]:
    named: list[tuple[str, Colour]] = [(f"rail{n}", one) for n, one in enumerate(palette.rails)]
    named += [(f"net-{network}", one) for network, one in sorted(palette.networks.items())]
    colours = [(name, one.hex) for name, one in named] + list(_SERVERS.items())
    for name, colour in colours:
        yield f".{name} {{ fill: {colour}; }}\n"
        yield f"text.on-{name} {{ fill: {_legible(colour)}; }}\n"


def _legible(colour: str) -> str:
    """Return black or white, whichever is read better on a colour."""
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    bright = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "#000000" if bright > _DARKEST else "#ffffff"


def _linear(channel: float) -> float:
    """Return the light of an sRGB channel. Source: IEC 61966-2-1."""
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4

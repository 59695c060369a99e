"""SVG as text: elements with escaped attributes and escaped text, nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from math import log, sqrt
from unicodedata import east_asian_width

Value = str | float

_SCREEN = """\
svg { max-width: 100%; height: auto; }
"""
"""What keeps a drawing within a window that is narrower."""
LIGHT = """\
text { font-family: "Helvetica Neue", Arial, "Liberation Sans", "DejaVu Sans", "Noto Sans CJK SC",
  "PingFang SC", "Microsoft YaHei", "WenQuanYi Micro Hei", sans-serif; }
text { fill: #16202c; }
.m { text-anchor: middle; }
.e { text-anchor: end; }
.b { font-weight: bold; }
.q { fill: #51606f; }
.paper { fill: #ffffff; }
.frame { fill: #f4f6f8; stroke: #16202c; stroke-width: 1.5; }
.later { fill: #ffffff; stroke: #51606f; stroke-width: 1.2; stroke-dasharray: 5 3; }
.box { fill: #ffffff; stroke: #16202c; stroke-width: 0.8; }
"""
"""Classes that drawings have in common: letters, paper, what is there and what comes later."""
DARK = """\
text { fill: #e8edf2; }
.q { fill: #a7b4c1; }
.paper { fill: #12181f; }
.frame { fill: #1b242e; stroke: #c8d2dc; }
.later { fill: #12181f; stroke: #a7b4c1; }
.box { fill: #26323f; stroke: #c8d2dc; }
"""
"""The same classes on a dark screen."""
PRINT = """\
@media print { svg { width: 100%; height: 100%; } }
"""
"""What fills the sheet when a drawing is printed."""

_PAGE = sqrt(2)  # the longer side of a sheet of paper to the shorter one
_GLYPH = 0.6
"""Width of an average character in units of the font size: that of the wider common sans-serifs."""
_SQUARE = 1.0
"""Width of a Chinese character or other full-width one in units of the font size."""
_CUT = "\u2026"


@dataclass(frozen=True, slots=True)
class Drawing:
    """Markup with the size it was drawn for, in pixels."""

    markup: str
    width: float
    height: float


def unlike_page(width: float, height: float) -> float:
    """Return how far a size is from that of a sheet of paper, 0 for one that fills it."""
    return abs(log(width / height / _PAGE))


def tag(name: str, *children: str, **attributes: Value) -> str:
    """Return an element; `children` are markup already.

    Attributes are named as in SVG, with `_` for `-` and `cls` for `class`; empty ones are left out.
    """
    written = "".join(
        f" {'class' if key == 'cls' else key.replace('_', '-')}={_quoted(value)}"
        for key, value in attributes.items()
        if value != ""
    )
    inner = "".join(children)
    return f"<{name}{written}>{inner}</{name}>" if inner else f"<{name}{written}/>"


def rect(x: float, y: float, width: float, height: float, cls: str) -> str:
    """Return a rectangle."""
    return tag("rect", x=x, y=y, width=width, height=height, cls=cls)


def line(x1: float, y1: float, x2: float, y2: float, cls: str) -> str:
    """Return a straight line."""
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, cls=cls)


def text(x: float, y: float, said: str, cls: str, size: float | None = None) -> str:
    """Return a line of text on the base line `y`; `size` in pixels where the class has none."""
    return tag(
        "text", escape(said, quote=False), x=x, y=y, cls=cls, font_size="" if size is None else size
    )


def group(children: Iterable[str], **attributes: Value) -> str:
    """Return a group; without children, an empty one."""
    return tag("g", *children, **attributes)


def moved(x: float, y: float, markup: str) -> str:
    """Return markup at another place."""
    return tag("g", markup, transform=f"translate({_number(x)} {_number(y)})")


def scaled(factor: float, markup: str) -> str:
    """Return markup enlarged."""
    return tag("g", markup, transform=f"scale({_number(factor)})")


def fitting(said: str, width: float, size: float) -> float:
    """Return the font size, `size` at most, at which a text is no wider than `width`."""
    return min(size, width / max(_ems(said), _GLYPH))


def wide(said: str, size: float) -> float:
    """Return about how wide a text is."""
    return size * _ems(said)


def shortened(said: str, width: float, size: float) -> str:
    """Return a text, its end cut off where it would be wider than `width`."""
    if wide(said, size) <= width:
        return said
    kept = said
    while kept and wide(kept + _CUT, size) > width:
        kept = kept[:-1]
    return kept.rstrip() + _CUT


def _ems(said: str) -> float:
    """Return about how wide a text is in units of the font size."""
    if said.isascii():
        return _GLYPH * len(said)
    return sum(_SQUARE if east_asian_width(one) in "WF" else _GLYPH for one in said)


def document(
    drawing: Drawing, title: str, description: str, style: str, language: str = ""
) -> bytes:
    """Return a whole SVG file; printed, it fills a sheet. `language` is a tag as of BCP 47.

    On a screen it is as large as it was drawn, smaller in a window that is narrower.
    """
    width, height = drawing.width, drawing.height
    sheet = "landscape" if width > height else "portrait"
    root = tag(
        "svg",
        *(
            f"<title>{escape(title, quote=False)}</title>\n",
            f"<desc>{escape(description, quote=False)}</desc>\n",
        ),
        f"<style>\n{_SCREEN}{style}@page {{ size: A3 {sheet}; margin: 10mm; }}\n</style>\n",
        rect(0, 0, width, height, "paper"),
        "\n",
        drawing.markup,
        "\n",
        xmlns="http://www.w3.org/2000/svg",
        width=width,
        height=height,
        viewBox=f"0 0 {_number(width)} {_number(height)}",
        role="img",
        lang=language,
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{root}\n'.encode()


def _quoted(value: Value) -> str:
    text = value if isinstance(value, str) else _number(value)
    return f'"{escape(text)}"'


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")

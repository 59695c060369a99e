"""SVG as text: elements with escaped attributes and escaped text, nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from math import log, sqrt

Value = str | float

_PAGE = sqrt(2)  # the longer side of a sheet of paper to the shorter one
_GLYPH = 0.6
"""Width of an average character in units of the font size: that of the wider common sans-serifs."""


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
    return min(size, width / (_GLYPH * max(len(said), 1)))


def wide(said: str, size: float) -> float:
    """Return about how wide a text is."""
    return _GLYPH * size * len(said)


def document(drawing: Drawing, title: str, description: str, style: str) -> bytes:
    """Return a whole SVG file; printed, it fills a sheet."""
    width, height = drawing.width, drawing.height
    sheet = "landscape" if width > height else "portrait"
    root = tag(
        "svg",
        *(
            f"<title>{escape(title, quote=False)}</title>\n",
            f"<desc>{escape(description, quote=False)}</desc>\n",
        ),
        f"<style>\n{style}@page {{ size: A3 {sheet}; margin: 10mm; }}\n</style>\n",
        rect(0, 0, width, height, "paper"),
        "\n",
        drawing.markup,
        "\n",
        xmlns="http://www.w3.org/2000/svg",
        width=width,
        height=height,
        viewBox=f"0 0 {_number(width)} {_number(height)}",
        role="img",
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{root}\n'.encode()


def _quoted(value: Value) -> str:
    text = value if isinstance(value, str) else _number(value)
    return f'"{escape(text)}"'


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")

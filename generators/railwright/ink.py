"""Colours on paper: what is read well on a colour, and how a colour stands out."""

from collections.abc import Iterator, Mapping

_DARKEST = 0.18
"""Relative luminance above which black text reads better than white. Source: WCAG 2 contrast."""


def ink_on(colour: str) -> str:
    """Return `#000000` or `#ffffff` for text on a colour written `#rrggbb`."""
    return "#000000" if _luminance(colour) > _DARKEST else "#ffffff"


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours written `#rrggbb`, 1 to 21. Source: WCAG 2."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def rules(colours: Mapping[str, str]) -> Iterator[str]:
    """Yield style rules for colours by class: the fill, and `on-<class>` for text on it."""
    for name, colour in colours.items():
        yield f".{name} {{ fill: {colour}; }}\n"
        yield f"text.on-{name} {{ fill: {ink_on(colour)}; }}\n"


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    """Return the light of an sRGB channel. Source: IEC 61966-2-1."""
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4

"""The colours of cables: enough of them, and apart for eyes that lack a kind of cone."""

import math
from itertools import combinations

import pytest

from railwright.catalog import loader as catalog
from railwright.catalog.physical_model import Colour

# Linear RGB as seen without one kind of cone: Machado, Oliveira, Fernandes 2009, severity 1.0.
EYES = {
    "all cones": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
APART = 15.0  # CIELAB; a just noticeable difference is about 2.3


def all_colours() -> tuple[Colour, ...]:
    palette = catalog.palette()
    return (*palette.rails, *palette.networks.values())


def lab(colour: Colour, eye: str) -> tuple[float, float, float]:
    """Return a colour in CIELAB (D65) as an eye sees it."""
    channels = (int(colour.hex[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]
    seen = (sum(map(math.prod, zip(row, linear, strict=True))) for row in EYES[eye])
    red, green, blue = (min(1.0, max(0.0, one)) for one in seen)
    x, y, z = (
        one ** (1 / 3) if one > 0.008856 else 7.787 * one + 16 / 116
        for one in (
            (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047,
            0.2126 * red + 0.7152 * green + 0.0722 * blue,
            (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883,
        )
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("eye", EYES)
def test_any_two_colours_lie_apart(eye: str) -> None:
    close = {
        (one.name, other.name): round(apart, 1)
        for one, other in combinations(all_colours(), 2)
        if (apart := math.dist(lab(one, eye), lab(other, eye))) < APART
    }
    assert close == {}


def test_red_and_green_of_one_lightness_would_not_pass() -> None:
    red, green = Colour(name="red", hex="#c04040"), Colour(name="green", hex="#7a7a30")
    assert math.dist(lab(red, "all cones"), lab(green, "all cones")) > APART
    assert math.dist(lab(red, "deuteranopia"), lab(green, "deuteranopia")) < APART


def test_eight_rails_and_every_network_have_a_colour_of_their_own() -> None:
    palette = catalog.palette()
    assert len(palette.rails) == 8
    assert set(palette.networks) == {"fabric", "storage", "inband", "oob"}
    for values in ([one.name for one in all_colours()], [one.hex for one in all_colours()]):
        assert len(set(values)) == len(values)

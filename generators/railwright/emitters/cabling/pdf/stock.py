"""The label sheets that are printed on, and how labels lie round cables of every thickness."""

from dataclasses import dataclass
from math import pi

from railwright.catalog import loader as catalog
from railwright.units import Medium

_SPARE_MM = 0.6  # of the part that goes round the cable: film does not fold at a sharp edge


@dataclass(frozen=True, slots=True)
class Stock:
    """Labels in columns and rows on an A4 sheet, everything in millimetres."""

    columns: int
    rows: int
    width: float
    height: float
    left: float
    top: float
    pitch_x: float
    pitch_y: float

    @property
    def count(self) -> int:
        """Return how many labels a sheet has."""
        return self.columns * self.rows

    def corner(self, number: int) -> tuple[float, float]:
        """Return the upper left corner of a label, counted from 0 down the columns."""
        column, row = divmod(number % self.count, self.rows)
        return self.left + column * self.pitch_x, self.top + row * self.pitch_y


STOCK = Stock(
    columns=3, rows=8, width=64.0, height=33.86, left=6.46, top=13.06, pitch_x=66.54, pitch_y=33.86
)
"""24 labels a sheet, sold as paper and as weatherproof film by several makers.

Source: Avery L7159, dimensions as in LibreOffice core extras/source/labels/labels.xml.
"""


def leaf_mm(medium: Medium | None) -> float:
    """Return how wide each half of a flag is when its middle goes round the cable.

    A cable of unknown kind is taken for the thickest.
    """
    thick = {one: size.diameter_mm for size in catalog.tray_fill().cables for one in size.media}
    diameter = thick[medium] if medium else max(thick.values())
    return (STOCK.width - pi * diameter - _SPARE_MM) / 2

"""Which cables are tied together: those between the same two racks, so many at a time.

A cable keeps its bundle while others come: they are counted in an order that growth only appends
to, every kind of link and every extra link apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from railwright.intent.cabling import Cabling
from railwright.plan.model import Link
from railwright.units import Medium

_COPPER: frozenset[Medium | None] = frozenset({"DAC", "ACC", "AEC", "CAT6A"})


@dataclass(slots=True)
class _Open:
    """The last bundle of one kind of cable between two places: its name, how many are in it."""

    name: str
    held: int


@dataclass(slots=True)
class Bundles:
    """Gives out bundles cable by cable. `racks` are the racks of devices that stand somewhere.

    `extra` are the ids of links that overrides add.
    """

    cabling: Cabling
    racks: Mapping[str, str]
    extra: frozenset[str] = frozenset()
    _numbers: dict[str, int] = field(default_factory=dict)
    _open: dict[tuple[str, bool], _Open] = field(default_factory=dict)

    def of(self, link: Link, medium: Medium | None) -> str:
        """Return the bundle of the next cable: `A01-A07/compute/3`, `A01-oob1-leaf/2`."""
        way, copper = self._way(link), medium in _COPPER
        most = self.cabling.coppers_per_bundle if copper else self.cabling.fibres_per_bundle
        now = self._open.get((way, copper))
        if now is None or now.held == most:
            number = self._numbers[way] = self._numbers.get(way, 0) + 1
            now = self._open[way, copper] = _Open(f"{way}/{number}", 0)
        now.held += 1
        return now.name

    def _way(self, link: Link) -> str:
        """Return between which places a cable runs, and what for."""
        lower, upper = link.a.device, link.z.device
        here = self.racks.get(lower)
        if link.kind == "access":
            return f"{here}-{upper}" if here else upper
        what = f"{link.network}-extra" if link.id in self.extra else _what(link)
        # Without a floor all hosts of a leaf are one way: a bundle of each would be of one cable.
        first = here or ("" if link.kind == "host" else lower)
        ends = [one for one in (first, self.racks.get(upper) or upper) if one]
        return f"{'-'.join(ends)}/{what}"


def _what(link: Link) -> str:
    """Return what bundles are counted apart by: links of one kind only come after one another."""
    if link.kind == "host":
        return link.network
    if link.kind == "fabric" and link.network == "compute" and link.su is None:
        return f"{link.network}-core"  # from a spine up; it is there before its pod's leaves are
    return f"{link.network}-{link.kind}"

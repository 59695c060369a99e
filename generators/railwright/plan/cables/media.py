"""Which parts make a link: every way to join some cages that share modules, best first.

A module serves its whole cage, so links whose cages are shared are joined in one way. What is
possible depends on the kinds of cages alone; the length then picks the first way that is long
enough.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from railwright.catalog.physical_model import Assembly, Jumper, Optics, StockLength, Transceiver
from railwright.intent.cabling import Cabling
from railwright.plan.cables.cages import CageKind
from railwright.plan.shape import Network
from railwright.units import Medium

PASSIVE = frozenset[Medium]({"DAC", "CAT6A"})
"""Media without electronics in their ends, which also run below the speed they are made for."""


class LinkKind(NamedTuple):
    """What links have in common for whom to choose parts; `z` is None outside the plan."""

    network: Network
    speed_gbps: int
    a: CageKind
    z: CageKind | None


@dataclass(frozen=True, slots=True)
class Plug:
    """What is put into a cage: a module, an adapter, both, or nothing beside the cable's end."""

    module: str | None = None
    adapter: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """The cable of one kind of link: its lengths in order with their part numbers.

    `strands` of them lie side by side; with `tails` above 1 one serves so many links of the cage
    at the upper end, all of them where `whole` is True, else those of one socket.
    """

    lengths_m: tuple[float, ...]
    parts: tuple[str, ...]
    strands: int = 1
    tails: int = 1
    whole: bool = False

    def place_of(self, needed_m: float) -> int | None:
        """Return which length is the next one, None where none is long enough."""
        place = bisect_left(self.lengths_m, needed_m)
        return place if place < len(self.lengths_m) else None


@dataclass(frozen=True, slots=True)
class Way:
    """One way to join all links of some shared cages."""

    medium: Medium
    plugs: Mapping[CageKind, Plug]
    cables: Mapping[LinkKind, Choice]
    splits: bool = False

    def longest_m(self, kind: LinkKind) -> float:
        """Return the longest cable it has for a kind of link, 0 where it has none."""
        lengths_m = self.cables[kind].lengths_m
        return lengths_m[-1] if lengths_m else 0.0


class _Use(NamedTuple):
    """How a module serves a cage: strands per link, and links per port; `half` runs at less."""

    strands: int
    tails: int
    half: int


class _Fit(NamedTuple):
    """A module that goes into a kind of cage, how it serves it, and with which adapter."""

    module: Transceiver
    adapter: str
    use: _Use


Pins = Mapping[tuple[Network, str], tuple[Transceiver, ...]]


class Shelf:
    """The parts of the catalog under the rules of an intent; ways are remembered by kinds."""

    def __init__(self, optics: Optics, cabling: Cabling) -> None:
        self.optics = optics
        self._media = cabling.media
        self._prefer = cabling.prefer
        self._pins = pins_of(optics, cabling)
        self._splits: dict[str, int] = {}
        for one in optics.transceivers:
            self._splits[one.interface] = max(one.splits, self._splits.get(one.interface, 1))
        self._ways: dict[frozenset[LinkKind], tuple[Way, ...]] = {}

    def ways(self, kinds: frozenset[LinkKind]) -> tuple[Way, ...]:
        """Return every way to join links whose cages are shared, by preference."""
        if (found := self._ways.get(kinds)) is None:
            found = self._ways[kinds] = tuple(self._all(sorted(kinds, key=repr)))
        return found

    def first(self, longest_m: Mapping[LinkKind, float]) -> Way | None:
        """Return the best way that is long enough for every kind of link, None if none is."""
        for way in self.ways(frozenset(longest_m)):
            if all(way.longest_m(kind) >= needed_m for kind, needed_m in longest_m.items()):
                return way
        return None

    def fits(self, kind: CageKind, speed_gbps: int) -> list[_Fit]:
        """Return the modules that serve a kind of cage, those without an adapter first."""
        found = [
            _Fit(one, adapter, use)
            for one in self.optics.transceivers
            if (adapter := self.adapter(kind.form_factor, one.form_factor)) is not None
            and (use := _use(one, kind.ports, speed_gbps))
            and (use.half == 1 or use.half <= self._splits.get(one.interface, 1))
        ]
        return sorted(found, key=lambda fit: bool(fit.adapter))

    def adapter(self, cage: str | None, form_factor: str) -> str | None:
        """Return the adapter that a form factor needs in a cage, empty for none.

        None says that it does not go in at all.
        """
        accepts = self.optics.form_factors.accepts
        taken = accepts.get(cage or "", ())
        if form_factor in taken:
            return ""
        return next(
            (
                one.sku
                for one in self.optics.adapters
                if one.cage in taken and form_factor in accepts.get(one.takes, ())
            ),
            None,
        )

    def pinned(self, network: Network, kind: CageKind, speed_gbps: int) -> list[_Fit]:
        """Return the fits of the modules that the intent prescribes for a kind of cage."""
        wanted = self._pins.get((network, kind.owner or ""), ())
        return [one for one in self.fits(kind, speed_gbps) if one.module in wanted]

    def _all(self, kinds: Sequence[LinkKind]) -> Iterator[Way]:
        for medium in self._prefer:
            if self._media.longest_m(medium) is None:
                continue
            if medium in {"MMF", "SMF"}:
                yield from self._optical(medium, kinds)
            else:
                yield from self._assembled(medium, kinds)

    def _assembled(self, medium: Medium, kinds: Sequence[LinkKind]) -> Iterator[Way]:
        """Yield the cables with fixed ends that join all links, the slowest that do first."""
        for kind in kinds:
            if kind.z is None or any(
                self.pinned(kind.network, end, kind.speed_gbps) for end in ends_of(kind)
            ):
                return
        found = [one for one in self.optics.assemblies if one.medium == medium]
        for one in sorted(found, key=lambda cable: cable.speed_gbps):
            plugs: dict[CageKind, Plug] = {}
            if all(self._takes(one, kind, plugs) for kind in kinds):
                lengths = self._stock(medium, one.lengths)
                choice = Choice(
                    tuple(length.length_m for length in lengths),
                    tuple(length.sku for length in lengths),
                    tails=one.tails,
                    whole=True,
                )
                yield Way(medium, plugs, dict.fromkeys(kinds, choice), splits=one.tails > 1)

    def _takes(self, cable: Assembly, kind: LinkKind, plugs: dict[CageKind, Plug]) -> bool:
        """Return whether a cable joins the cages of a kind of link, and note what it needs."""
        a, z = kind.a, kind.z
        assert z is not None  # noqa: S101 (asked only for links with two ends)
        slower = cable.medium in PASSIVE and cable.speed_gbps > kind.speed_gbps
        if not (slower or cable.speed_gbps == kind.speed_gbps):
            return False
        if a.ports != 1 or z.ports != cable.tails:
            return False
        turns = [(cable.far, cable.near)]
        if cable.tails == 1:
            turns.append((cable.near, cable.far))
        for at_a, at_z in turns:
            first = self._plug(a, at_a, kind.speed_gbps)
            second = self._plug(z, at_z, kind.speed_gbps)
            if first is not None and second is not None:
                plugs[a], plugs[z] = first, second
                return True
        return False

    def _plug(self, cage: CageKind, form_factor: str, speed_gbps: int) -> Plug | None:
        """Return what lets the end of a cable into a cage, None if nothing does.

        Beside an adapter that may be a module with a socket for it, such as RJ45 in an SFP.
        """
        if (adapter := self.adapter(cage.form_factor, form_factor)) is not None:
            return Plug(adapter=adapter or None)
        for one in self.fits(cage, speed_gbps):
            if one.module.connector == form_factor:
                return Plug(one.module.sku, one.adapter or None)
        return None

    def _optical(self, medium: Medium, kinds: Sequence[LinkKind]) -> Iterator[Way]:
        """Yield modules of one interface in all cages with their jumpers, the least reach first."""
        speeds = {end: (kind.network, kind.speed_gbps) for kind in kinds for end in ends_of(kind)}
        fits: dict[CageKind, list[_Fit]] = {}
        for end, (network, speed_gbps) in speeds.items():
            own = self.pinned(network, end, speed_gbps) or self.fits(end, speed_gbps)
            fits[end] = [one for one in own if one.module.fibre == medium]
        first = next(iter(fits.values()))
        for interface in dict.fromkeys(one.module.interface for one in first):
            same = {
                end: [one for one in own if one.module.interface == interface]
                for end, own in fits.items()
            }
            reaches = {one.module.reach_m for own in same.values() for one in own}
            for reach_m in sorted(reaches):
                way = self._joined(medium, kinds, same, reach_m)
                if way:
                    yield way

    def _joined(
        self,
        medium: Medium,
        kinds: Sequence[LinkKind],
        fits: Mapping[CageKind, Sequence[_Fit]],
        reach_m: float,
    ) -> Way | None:
        """Return the way with modules of a reach or just above it, None where there is none."""
        chosen: dict[CageKind, _Fit] = {}
        for end, own in fits.items():
            far = [one for one in own if one.module.reach_m >= reach_m]
            if not far:
                return None
            chosen[end] = min(far, key=lambda one: (bool(one.adapter), one.module.reach_m))
        cables: dict[LinkKind, Choice] = {}
        for kind in kinds:
            choice = self._jumper(medium, kind, chosen, reach_m)
            if choice is None:
                return None
            cables[kind] = choice
        plugs = {end: Plug(one.module.sku, one.adapter or None) for end, one in chosen.items()}
        splits = any(one.tails > 1 for one in cables.values())
        return Way(medium, plugs, cables, splits)

    def _jumper(
        self, medium: Medium, kind: LinkKind, chosen: Mapping[CageKind, _Fit], reach_m: float
    ) -> Choice | None:
        a = chosen[kind.a]
        z = chosen[kind.z] if kind.z else a
        joined = _join(a.use, z.use)
        if joined is None:
            return None
        strands, tails = joined
        stock = [
            length
            for one in self.optics.jumpers
            if one.fibre == medium and one.tails == tails and _connects(one, a.module, z.module)
            for length in self._stock(medium, one.lengths)
        ]
        if not stock:
            return None
        # The first of two jumpers of one length is the one that stands first in the catalog.
        parts = {one.length_m: one.sku for one in reversed(stock) if one.length_m <= reach_m}
        lengths_m = tuple(sorted(parts))
        return Choice(lengths_m, tuple(parts[one] for one in lengths_m), strands, tails)

    def _stock(self, medium: Medium, lengths: Iterable[StockLength]) -> list[StockLength]:
        longest_m = self._media.longest_m(medium) or 0.0
        return sorted(
            (one for one in lengths if one.length_m <= longest_m), key=lambda one: one.length_m
        )


def pins_of(optics: Optics, cabling: Cabling) -> Pins:
    """Return the modules that the intent prescribes, by network and owner; unknown ones not."""
    found: dict[tuple[Network, str], tuple[Transceiver, ...]] = {}
    parts = {one.sku: one for one in optics.transceivers}
    for wanted in cabling.modules:
        if part := parts.get(wanted.part):
            key = (wanted.network, wanted.at)
            found[key] = (*found.get(key, ()), part)
    return found


def ends_of(kind: LinkKind) -> tuple[CageKind, ...]:
    """Return the kinds of cages at the ends of a link that are in the plan."""
    return (kind.a,) if kind.z is None else (kind.a, kind.z)


def _use(module: Transceiver, ports: int, speed_gbps: int) -> _Use | None:
    """Return how a module serves a cage of so many ports at a speed, None if it cannot.

    A port of the module may carry a link, a part of a link (`strands` per link), several links
    (`tails`) or, at the far end of a splitter, a link of a fraction (`half`) of its speed.
    """
    if module.ports % ports == 0:
        strands = module.ports // ports
        if module.port_speed_gbps * strands == speed_gbps:
            return _Use(strands, 1, 1)
        if strands == 1 and module.port_speed_gbps % speed_gbps == 0:
            return _Use(1, 1, module.port_speed_gbps // speed_gbps)
        return None
    tails, rest = divmod(ports, module.ports)
    if rest or tails > module.splits or module.port_speed_gbps != tails * speed_gbps:
        return None
    return _Use(1, tails, 1)


def _join(a: _Use, z: _Use) -> tuple[int, int] | None:
    """Return the strands and tails of the jumper between two modules, None if there is none."""
    if z.tails > 1:
        return (1, z.tails) if a == _Use(1, 1, z.tails) else None
    if a.tails == 1 and a.half == z.half == 1 and a.strands == z.strands:
        return a.strands, 1
    return None


def _connects(jumper: Jumper, a: Transceiver, z: Transceiver) -> bool:
    """Return whether a jumper's plugs fit both modules; the single end is the upper one's."""
    near, far = jumper.connectors
    if (near, far) == (z.connector, a.connector):
        return True
    return jumper.tails == 1 and (far, near) == (z.connector, a.connector)

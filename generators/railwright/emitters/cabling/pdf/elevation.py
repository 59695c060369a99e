"""A page with one rack from the front, and what is to be known about it beside."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from railwright.catalog.physical_model import RackProfile
from railwright.emitters.cabling import swatch
from railwright.emitters.cabling.job import Pull
from railwright.emitters.cabling.pdf.pen import INK, QUIET, Area, Pen, Stroke, Style
from railwright.emitters.cabling.pdf.press import (
    BOTTOM_MM,
    INNER_MM,
    MARGIN_MM,
    TOP_MM,
    Press,
    chip,
)
from railwright.emitters.cabling.swatch import Swatch
from railwright.emitters.cabling.units import units
from railwright.plan.members import Member
from railwright.plan.placement.model import Place, Rack, Vacated
from railwright.plan.placement.power import Cord, Power

_SCALE_MM = 7.0
_RACK_MM = 112.0
_CHIP_MM = 12.0
_MOST_UNIT_MM = 6.0
_GAP_MM = 6.0
_PANEL = Stroke("#6b7680", 0.15)
_FILL = "#eef1f4"
_FAINT = Stroke("#d0d6dc", 0.12)
_FRAME = Stroke(INK, 0.5)
_BOX = Stroke(INK, 0.25)
_LATER = Stroke("#6b7680", 0.25, 1.2)
_TALL_U = 3
"""From this height on a box has room for a line of its own for everything it says."""


@dataclass(frozen=True, slots=True)
class Cabinet:
    """A rack with what stands in it from the lowest unit up, and its power cords by device.

    `pulls` are the cables with an end in it, `who` the members by name.
    """

    rack: Rack
    profile: RackProfile
    places: tuple[Place, ...]
    left: tuple[Vacated, ...]
    moved_to: Mapping[str, Place]
    cords: Mapping[str, tuple[Cord, ...]]
    power: Power
    who: Mapping[str, Member]
    pulls: tuple[Pull, ...]


def draw(pen: Pen, press: Press, cabinet: Cabinet) -> None:
    """Draw the rack at the left of the page and the panel at its right."""
    units = cabinet.profile.rack_units
    unit_mm = min(_MOST_UNIT_MM, (BOTTOM_MM - TOP_MM - 1) / units)
    area = Area(MARGIN_MM + _SCALE_MM, TOP_MM, _RACK_MM, units * unit_mm)
    _units(pen, area, units)

    def at(bottom_u: int, height_u: int) -> Area:
        top = area.y + (units - bottom_u - height_u + 1) * unit_mm
        return Area(area.x, top, area.width, height_u * unit_mm)

    for place in cabinet.places:
        _device(pen, press, cabinet, place, at(place.bottom_u, place.height_u))
    for left in cabinet.left:
        to = cabinet.moved_to[left.device]
        said = press.say("moved_away", device=left.device, rack=to.rack, unit=to.bottom_u)
        _empty(pen, at(left.bottom_u, left.height_u), said)
    pen.box(area, stroke=_FRAME)
    x = area.x + area.width + _GAP_MM
    _Panel(pen, press, x, MARGIN_MM + INNER_MM - x).write(cabinet)


def _units(pen: Pen, area: Area, units: int) -> None:
    unit_mm = area.height / units
    for unit in range(1, units + 1):
        y = area.y + area.height - unit * unit_mm
        pen.line(area.x, y, area.x + area.width, y, _FAINT)
        style = Style(7, ink=QUIET)
        pen.text(area.x - 1.5, y + unit_mm / 2 + 0.9, str(unit), style, "right")


def _empty(pen: Pen, area: Area, said: str) -> None:
    inner = Area(area.x + 0.4, area.y + 0.3, area.width - 0.8, area.height - 0.6)
    pen.box(inner, "#ffffff", _LATER)
    middle = area.x + area.width / 2
    base = area.y + area.height / 2 + 1
    pen.fitted(middle, base, area.width - 4, said, Style(7.5, ink=QUIET), "middle")


def _device(pen: Pen, press: Press, cabinet: Cabinet, place: Place, area: Area) -> None:
    if not place.deployed:
        _empty(pen, area, press.say("leave_free", device=place.device))
        return
    member = cabinet.who[place.device]
    pen.box(area, _FILL, _BOX)
    chip(pen, swatch.of_device(member, press.words), area._replace(width=_CHIP_MM))
    inner = Area(area.x + _CHIP_MM + 2, area.y, area.width - _CHIP_MM - 3.5, area.height)
    cords = " ".join(f"{one.feed}{one.outlet}" for one in cabinet.cords.get(place.device, ()))
    if place.height_u >= _TALL_U:
        _tall(pen, place, member.platform, cords, inner)
    else:
        _flat(pen, place, member.platform, cords, inner)


def _tall(pen: Pen, place: Place, model: str, cords: str, area: Area) -> None:
    x, width, middle = area.x, area.width, area.y + area.height / 2
    small = Style(8, ink=QUIET)
    pen.fitted(x, middle - 1.6, width * 0.6, place.device, Style(13, bold=True))
    pen.fitted(x, middle + 2.6, width * 0.6, model, small)
    pen.fitted(x, middle + 6.2, width, cords, Style(8))
    right = x + width
    pen.fitted(right, middle - 1.6, width * 0.38, units(place), Style(9, bold=True), "right")
    facts = f"{place.power_w / 1000:.1f} kW · {place.weight_kg:g} kg"
    pen.fitted(right, middle + 2.6, width * 0.38, facts, small, "right")


def _flat(pen: Pen, place: Place, model: str, cords: str, area: Area) -> None:
    """Write name, model and cords side by side in a box of a unit or two."""
    base = area.y + area.height / 2 + 1.1
    pen.fitted(area.x, base, area.width * 0.42, place.device, Style(9, bold=True))
    pen.fitted(area.x + area.width * 0.44, base, area.width * 0.3, model, Style(7, ink=QUIET))
    right = area.x + area.width
    pen.fitted(right, base, area.width * 0.25, cords, Style(7.5), "right")


class _Panel:
    """Writes paragraphs one below the other at the right of the page."""

    def __init__(self, pen: Pen, press: Press, x: float, width: float) -> None:
        self._pen, self._press, self._x, self._width = pen, press, x, width
        self._y = TOP_MM

    def write(self, cabinet: Cabinet) -> None:
        say, words = self._press.say, self._press.words
        profile, power = cabinet.profile, cabinet.power
        self._head(words["profile"])
        self._line(f"{profile.vendor} {profile.model}")
        self._line(f"{cabinet.rack.profile} · {profile.rack_units} U")
        self._head(words["power"])
        now, whole = power.it_w / 1000, power.capacity_w / 1000
        phrase = "power_now" if power.reserved_w else "power_all"
        self._line(say(phrase, now=f"{now:.1f}", all=f"{whole:.1f}"))
        if power.limit_w:
            worst, limit = power.worst_w / 1000, power.limit_w / 1000
            self._line(say("worst_feed", worst=f"{worst:.1f}", limit=f"{limit:.1f}"))
        self._head(words["weight"])
        load = sum(one.weight_kg for one in cabinet.places)
        self._line(say("load", load=f"{load:.0f}", limit=profile.max_load_kg))
        self._cords(cabinet)
        self._head(words["colours"])
        for mark, meaning in self._marks(cabinet):
            self._entry(mark, meaning, "")
        self._waves(cabinet)

    def _cords(self, cabinet: Cabinet) -> None:
        self._head(self._press.words["power_cords"])
        names = cabinet.rack.pdus
        for feed, letter in zip(range(cabinet.profile.feeds), "ABCD", strict=False):
            pdu = names[feed] if feed < len(names) else self._press.words["no_pdu"]
            self._line(self._press.say("feed", feed=letter, pdu=pdu))
        self._line(self._press.words["cord_key"])

    def _marks(self, cabinet: Cabinet) -> Iterator[tuple[Swatch, str]]:
        words = self._press.words
        found = {
            swatch.of_device(cabinet.who[place.device], words): None
            for place in cabinet.places
            if place.deployed
        }
        for mark in sorted(found, key=lambda one: (one.rail is None, one.rail or 0, one.meaning)):
            yield mark, words[mark.meaning].format(rail=mark.rail)

    def _waves(self, cabinet: Cabinet) -> None:
        """Write how many cables every wave brings, as many waves as there is room for."""
        found: dict[str, list[Pull]] = {}
        for pull in cabinet.pulls:
            found.setdefault(pull.cable.wave, []).append(pull)
        self._head(self._press.words["cables_here"])
        self._line(self._press.count(len(cabinet.pulls)), bold=True)
        waves = [wave for wave in self._press.job.waves if wave in found]
        room = int((BOTTOM_MM - 4 - self._y) / 4.6)
        shown = waves if len(waves) <= room else waves[: room - 1]
        for wave in shown:
            mark = swatch.of_cable(found[wave][0].cable, self._press.words)
            self._entry(mark, wave, str(len(found[wave])))
        if len(shown) < len(waves):
            self._line(self._press.say("more_waves", count=len(waves) - len(shown)))

    def _head(self, said: str) -> None:
        self._y += 2.2
        self._pen.fitted(self._x, self._y + 2.6, self._width, said, Style(8.5, bold=True))
        self._y += 3.8
        self._pen.line(self._x, self._y, self._x + self._width, self._y, _PANEL)
        self._y += 0.6

    def _line(self, said: str, *, bold: bool = False) -> None:
        style = Style(8, bold=bold)
        self._y = self._pen.paragraph(self._x, self._y, self._width, said, style, 3) + 0.4

    def _entry(self, mark: Swatch, said: str, right: str) -> None:
        chip(self._pen, mark, Area(self._x, self._y + 0.4, 9, 3.8))
        base = self._y + 3.4
        self._pen.fitted(self._x + 11, base, self._width - 20, said, Style(8))
        self._pen.text(self._x + self._width, base, right, Style(8, bold=True), "right")
        self._y += 4.6

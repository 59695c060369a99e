"""One rack as seen from its front: units, boxes, and beneath it what it draws and weighs."""

from collections.abc import Iterator

from railwright.emitters.floor.view import Box, Cabinet, Left, Spot
from railwright.plan.placement.load import FEEDS
from railwright.plan.placement.power import Power
from railwright.svg import fitting, group, line, moved, rect, tag, text, wide

UNIT_PX = 14
SCALE_PX = 20  # of the column of unit numbers
INNER_PX = 166
WIDTH_PX = SCALE_PX + INNER_PX + 14
HEADER_PX = 36
FOOTER_PX = 78

_CHIP_PX = 30  # of the coloured field with the rail or the role
_CORNER_PX = 9.0
_MEGAWATTS_W = 1e7
_FOUR_LINES_U = 4


def scale_id(units: int) -> str:
    """Return the id of the scale of racks of that many units."""
    return f"units{units}"


def unit_scale(units: int) -> str:
    """Return the scale of a rack, to be used by every rack of that height."""
    top = units * UNIT_PX
    marks = [
        line(SCALE_PX, UNIT_PX * at, SCALE_PX + INNER_PX, UNIT_PX * at, "unit")
        for at in range(1, units)
    ]
    numbers = [
        text(SCALE_PX - 4, top - UNIT_PX * unit + 10.5, str(unit), "e q", 8.5)
        for unit in range(1, units + 1)
    ]
    return group((*marks, *numbers), id=scale_id(units))


def cabinet(one: Cabinet, most_units: int) -> str:
    """Return a rack in a strip of racks of `most_units` at most; they stand on one floor."""
    units = one.profile.rack_units
    height = units * UNIT_PX
    top = HEADER_PX + (most_units - units) * UNIT_PX
    middle = SCALE_PX + INNER_PX / 2
    kind = f"{one.rack.kind} · {one.profile.name}"
    return group(
        (
            text(middle, top - 18, one.rack.name, "m b", 17),
            text(middle, top - 6, kind, "m q", fitting(kind, INNER_PX, 10)),
            rect(SCALE_PX, top, INNER_PX, height, "frame" if one.rack.deployed else "later"),
            tag("use", href=f"#{scale_id(units)}", y=top),
            *(
                moved(SCALE_PX, top + height - UNIT_PX * box.place.top_u, _box(box))
                for box in one.boxes
            ),
            *(
                moved(SCALE_PX, top + height - UNIT_PX * (left.bottom_u - 1), _left(left))
                for left in one.left
            ),
            moved(SCALE_PX, top + height, group(_footer(one))),
        ),
        id=one.rack.name,
    )


def spot(one: Spot, most_units: int) -> str:
    """Return a position without a rack."""
    height = most_units * UNIT_PX
    middle = SCALE_PX + INNER_PX / 2
    said = one.blocked or "no rack"
    size = fitting(said, height - 40, 14)
    upright = f"translate({middle + size / 3:.2f} {HEADER_PX + height / 2}) rotate(-90)"
    return group(
        (
            text(middle, HEADER_PX - 18, one.name, "m b q", 17),
            text(middle, HEADER_PX - 6, "blocked" if one.blocked else "empty", "m q", 10),
            rect(SCALE_PX, HEADER_PX, INNER_PX, height, "hatch" if one.blocked else "none"),
            group([text(0, 0, said, "m b", size)], transform=upright),
        ),
        id=one.name,
    )


def meter(of: Power, width: float, height: float) -> str:
    """Return a bar of a rack's worst feed: the part drawn now, then what the capacity adds."""
    whole = width * min(of.worst_w / of.limit_w, 1) if of.limit_w else 0.0
    now = whole * of.it_w / of.capacity_w if of.capacity_w else 0.0
    return (
        rect(0, 0, width, height, "meter")
        + (rect(0, 0, now, height, "load") if now else "")
        + (rect(now, 0, whole - now, height, "more") if whole > now else "")
    )


def power_of(of: Power) -> str:
    """Return the power of something for people: with all the capacity, and now if it is less."""
    now = f", {shown(of.it_w)} now" if of.reserved_w else ""
    return f"{shown(of.capacity_w)}{now}"


def shown(watts: float) -> str:
    """Return power for people: megawatts from ten on."""
    return f"{watts / 1e6:.1f} MW" if watts >= _MEGAWATTS_W else f"{kilowatts(watts)} kW"


def kilowatts(watts: float) -> str:
    """Return power as it is printed, without the unit."""
    return f"{watts / 1000:.1f}"


def _footer(one: Cabinet) -> Iterator[str]:
    power, middle = one.power, INNER_PX / 2
    yield moved(0, 8, meter(power, INNER_PX, 10))
    said = power_of(power)
    yield text(middle, 31, said, "m b", fitting(said, INNER_PX, 12))
    worst = f"worst feed {kilowatts(power.worst_w)} of {kilowatts(power.limit_w or 0)} kW"
    yield text(middle, 44, worst, "m q", fitting(worst, INNER_PX, 10))
    weight = f"{one.load_kg:.0f} of {one.profile.max_load_kg} kg in it"
    yield text(middle, 57, weight, "m q", 10)
    pdus = " · ".join(f"{FEEDS[at]} {name}" for at, name in enumerate(one.rack.pdus))
    pdus = pdus or f"{one.profile.feeds} feeds, no PDU named"
    yield text(middle, 70, pdus, "m q", fitting(pdus, INNER_PX, 10))


def _left(one: Left) -> str:
    """Return a place that a device was moved from, its lower left corner at the origin."""
    height = one.height_u * UNIT_PX
    size = fitting(one.said, INNER_PX - 8, 10)
    return group(
        (
            rect(0, -height, INNER_PX, height, "left"),
            text(INNER_PX / 2, size * 0.35 - height / 2, one.said, "m q", size),
        )
    )


def _box(box: Box) -> str:
    """Return a device, its upper left corner at the origin."""
    place = box.place
    height = place.height_u * UNIT_PX
    cls = "later" if not place.deployed else "pinned" if place.pinned else "box"
    size = fitting(box.tag, _CHIP_PX - 4, 10)
    field = (
        rect(0, 0, INNER_PX, height, cls),
        rect(1, 1, _CHIP_PX - 2, height - 2, box.cls),
        text(_CHIP_PX / 2, height / 2 + size * 0.35, box.tag, f"m b on-{box.cls}", size),
    )
    return group((*field, *_words(box, height)))


def _words(box: Box, height: float) -> Iterator[str]:
    """Yield what a box says: its name, then as much else as its height has lines for."""
    place, middle = box.place, height / 2
    left, right = _CHIP_PX + 4, INNER_PX - 4
    units = f"U{place.bottom_u}" if place.height_u == 1 else f"U{place.bottom_u}-{place.top_u}"
    state = _listed("pinned" * place.pinned, "" if place.deployed else "reserved")
    below: list[tuple[str, float]] = []
    if place.height_u >= _FOUR_LINES_U:
        corner, size, base = "", 14.0, middle - 12
        below.append((_listed(box.model, shown(place.power_w)), middle + 2))
        below.append((_listed(units, state), middle + 15))
        below.append((box.cords, middle + 28))
    elif place.height_u > 1:
        corner, size, base = units, 11.0, middle - 2
        below.append((_listed(state or box.model, box.cords), middle + 10))
    else:
        corner, size, base = _listed(state, box.cords), 11.0, middle + 3.5
    room = right - left - wide(corner, _CORNER_PX) - 4
    ink = "b" if place.deployed else "b q"
    yield text(left, base, place.device, ink, fitting(place.device, room, size))
    if corner:
        yield text(right, base, corner, "e q", _CORNER_PX)
    for said, y in below:
        yield text(left, y, said, "q", fitting(said, right - left, 10))


def _listed(*said: str) -> str:
    return " · ".join(one for one in said if one)

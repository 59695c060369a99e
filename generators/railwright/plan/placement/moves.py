"""Devices that stand elsewhere than planned: each moves alone, its planned place stays empty."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from railwright.catalog.physical_model import RackProfile
from railwright.errors import Problem
from railwright.intent.model import Intent
from railwright.intent.overrides import PlaceOverride
from railwright.plan.placement.load import Box, Plugs
from railwright.plan.placement.model import Place, Vacated
from railwright.plan.placement.plugs import Sockets
from railwright.plan.placement.rows import parse


@dataclass(frozen=True, slots=True)
class _Pin:
    """An override that puts a device into a rack that is there; `plugs` where it brings them."""

    number: int
    asked: PlaceOverride
    was: Place
    plugs: Plugs | None


class _Target:
    """A rack that devices are moved to: what stands there, and where things are plugged in."""

    def __init__(
        self,
        profile: RackProfile,
        planned: Collection[Place],
        away: Collection[str],
        boxes: Mapping[str, Box],
    ) -> None:
        self.profile = profile
        self.standing = [one for one in planned if one.device not in away]
        self.sockets = Sockets(
            profile, ((boxes[one.device], _plugs(one), one.device not in away) for one in planned)
        )


def path(number: int, key: str) -> str:
    """Return the intent path of a key of one override."""
    return f"overrides.places[{number}].{key}"


def unknown(intent: Intent, devices: Collection[str]) -> Iterator[Problem]:
    """Yield overrides of devices that stand nowhere, or of one device twice."""
    first: dict[str, int] = {}
    for number, one in enumerate(intent.overrides.places):
        if one.device not in devices:
            what = f"no device {one.device!r} stands in a rack; `railwright show places` lists them"
            yield Problem(path(number, "device"), what)
        elif one.device in first:
            yield Problem(
                path(number, "device"),
                f"{one.device} is placed twice, first in overrides.places[{first[one.device]}]",
            )
        first.setdefault(one.device, number)


def apply(
    intent: Intent,
    racks: Mapping[str, RackProfile],
    planned: Mapping[str, Place],
    boxes: Mapping[str, Box],
) -> tuple[dict[str, Place], tuple[Problem, ...]]:
    """Return the places with every override applied, and the overrides that cannot be.

    All overridden devices leave first, so that two of them may exchange their places. They arrive
    in the order of `planned`, whatever the order of the overrides: first those that stay in their
    rack and keep their plugs, then those that take another one's place with its plugs, then the
    rest.
    """
    places = dict(planned)
    if not intent.overrides.places:
        return places, ()
    problems = list(unknown(intent, planned))
    problems += _nowhere(intent, racks, planned)
    asked = _asked(intent, planned)
    away = {name for name, (_, one) in asked.items() if not _stays(one, planned[name])}
    going = {one.rack for _, one in asked.values() if one.rack in racks}
    there: dict[str, list[Place]] = {name: [] for name in going}
    for place in planned.values():
        if place.rack in there:
            there[place.rack].append(place)
    targets = {name: _Target(racks[name], own, away, boxes) for name, own in there.items()}
    for pin in _arriving(asked, planned, racks):
        new, problem = _moved(pin, targets[pin.asked.rack], boxes[pin.asked.device])
        if problem:
            problems.append(problem)
        else:
            places[new.device] = new
    return places, tuple(problems)


def vacated(planned: Mapping[str, Place], places: Mapping[str, Place]) -> tuple[Vacated, ...]:
    """Return the places that devices were moved from, but for those that others took a part of."""
    pinned = [one for one in places.values() if one.pinned]
    return tuple(
        Vacated(was.rack, was.bottom_u, was.height_u, was.device)
        for was in (planned[one.device] for one in pinned)
        if not any(one.rack == was.rack and _share(one, was) for one in pinned)
    )


def _share(one: Place, other: Place) -> bool:
    """Return whether two places of a rack have a unit in common."""
    return one.bottom_u <= other.top_u and other.bottom_u <= one.top_u


def _plugs(place: Place) -> Plugs:
    return Plugs(place.first_feed, place.outlets)


def _stays(asked: PlaceOverride, planned: Place) -> bool:
    """Return whether an override asks for what is planned."""
    return (asked.rack, asked.bottom_u) == (planned.rack, planned.bottom_u)


def _asked(intent: Intent, planned: Mapping[str, Place]) -> dict[str, tuple[int, PlaceOverride]]:
    """Return the first override of every device that stands somewhere, in the order of devices."""
    first: dict[str, tuple[int, PlaceOverride]] = {}
    for number, one in enumerate(intent.overrides.places):
        first.setdefault(one.device, (number, one))
    return {name: first[name] for name in planned if name in first}


def _nowhere(
    intent: Intent, racks: Mapping[str, RackProfile], planned: Mapping[str, Place]
) -> Iterator[Problem]:
    """Yield overrides to racks that are not there, and ones that change nothing."""
    first = _asked(intent, planned)
    for number, one in enumerate(intent.overrides.places):
        if one.rack not in racks:
            yield Problem(path(number, "rack"), _no_rack(one.rack, racks))
        elif first.get(one.device) == (number, one) and _stays(one, planned[one.device]):
            what = f"{one.device} stands there anyway; remove the override"
            yield Problem(path(number, "device"), what)


def _no_rack(name: str, racks: Mapping[str, RackProfile]) -> str:
    """Return that a rack does not exist, with those of its row."""
    row, _ = parse(name)
    own = [one for one in racks if parse(one)[0] == row]
    if own:
        return f"no rack stands at {name}; the racks of row {row} are {own[0]} to {own[-1]}"
    rows = list(dict.fromkeys(parse(one)[0] for one in racks))
    are = f"the rows are {rows[0]} to {rows[-1]}" if len(rows) > 1 else f"the only row is {rows[0]}"
    return f"no rack stands at {name}; {are}"


def _arriving(
    asked: Mapping[str, tuple[int, PlaceOverride]],
    planned: Mapping[str, Place],
    targets: Collection[str],
) -> list[_Pin]:
    """Return the overrides of devices that move to one of the racks, in the order they arrive."""
    left = {
        (was.rack, was.bottom_u): was
        for name, (_, one) in asked.items()
        if one.rack != (was := planned[name]).rack
    }
    found: list[list[_Pin]] = [[], [], []]
    for name, (number, one) in asked.items():
        was, other = planned[name], left.get((one.rack, one.bottom_u))
        if one.rack not in targets or _stays(one, was):
            continue
        if one.rack == was.rack:
            found[0].append(_Pin(number, one, was, _plugs(was)))
        elif other is not None and other.supplies == was.supplies:
            found[1].append(_Pin(number, one, was, _plugs(other)))
        else:
            found[2].append(_Pin(number, one, was, None))
    return [pin for stage in found for pin in stage]


def _moved(pin: _Pin, target: _Target, box: Box) -> tuple[Place, Problem | None]:
    """Move a device to a rack; return its place there, or the one it had and why it cannot be."""
    asked = pin.asked
    new = replace(pin.was, rack=asked.rack, bottom_u=asked.bottom_u, pinned=True)
    if reason := _not_free(asked, new, target.standing, target.profile):
        return pin.was, Problem(path(pin.number, "bottom_u"), reason)
    kept = pin.plugs if pin.plugs and target.sockets.keep(box, pin.plugs) else None
    plugs = kept or target.sockets.plug(box)
    if plugs is None:
        what = f"{asked.rack} cannot carry {asked.device} besides the rest"
        excess = target.sockets.excess(box)
        return pin.was, Problem(path(pin.number, "rack"), f"{what}: {excess}; choose another rack")
    new = replace(new, first_feed=plugs.first_feed, outlets=plugs.outlets)
    target.standing.append(new)
    return new, None


def _not_free(
    asked: PlaceOverride, new: Place, staying: list[Place], profile: RackProfile
) -> str | None:
    """Return why the units of a new place cannot be had, None where they can."""
    if new.top_u > profile.rack_units:
        return (
            f"{asked.device} is {new.height_u}U high and would end at unit {new.top_u}; "
            f"{asked.rack} has {profile.rack_units}: it can begin at unit "
            f"{profile.rack_units - new.height_u + 1} or below"
        )
    taken = [one for one in staying if _share(one, new)]
    if not taken:
        return None
    other = taken[0]
    reserved = "" if other.deployed else ", reserved by the capacity"
    return (
        f"units {new.bottom_u} to {new.top_u} of {asked.rack} are not free: {other.device} has "
        f"{other.bottom_u} to {other.top_u}{reserved}; choose other units or move it too"
    )

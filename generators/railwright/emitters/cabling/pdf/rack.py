"""`cabling/pdf/rack-<rack>.pdf`: a rack's elevation, its switches' face plates, its pull sheet."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby

from railwright.emitters.cabling.ends import End, in_rack
from railwright.emitters.cabling.pdf import elevation, faceplate, pulls
from railwright.emitters.cabling.pdf.elevation import Cabinet
from railwright.emitters.cabling.pdf.press import Press, Section, book
from railwright.emitters.cabling.pdf.pulls import Band
from railwright.emitters.cabling.units import units
from railwright.files import OutputFile
from railwright.plan.members import Member, members
from railwright.plan.model import SWITCH_ROLES
from railwright.plan.placement.model import FloorPlan, Place, Rack
from railwright.plan.placement.power import Cord, Power, cords, of_racks


@dataclass(frozen=True)
class Floor:
    """The floor with what is worked out once for all racks: their power, and all members."""

    plan: FloorPlan
    power: Mapping[str, Power]
    who: Mapping[str, Member]


def floor_of(press: Press) -> Floor | None:
    """Return the floor, None where there is none."""
    plan = press.job.plan
    if plan.floor is None:
        return None
    return Floor(
        plan.floor,
        {one.name: one for one in of_racks(plan.floor)},
        {one.name: one for one in members(plan.intent, plan.built)},
    )


def racks(press: Press, floor: Floor) -> list[Rack]:
    """Return the racks that are worked at, those with the most cables first."""
    by_rack = press.job.by_rack
    found = [rack for rack in floor.plan.racks if rack.deployed or rack.name in by_rack]
    return sorted(found, key=lambda rack: -len(by_rack.get(rack.name, ())))


def emit(press: Press, floor: Floor, rack: Rack) -> Iterator[OutputFile]:
    """Yield the file of one rack."""
    words, cabinet = press.words, _cabinet(press, floor, rack)
    title = press.say("rack", rack=rack.name)
    place = press.say("place", row=rack.row, position=rack.position, room=rack.room)
    page = partial(elevation.draw, press=press, cabinet=cabinet)
    sections = [Section(title, f"{words['elevation']} · {place} · {words['front']}", [page])]
    places = {one.device: one for one in cabinet.places}
    for standing in reversed(cabinet.places):
        member = floor.who[standing.device]
        if member.role in SWITCH_ROLES and standing.device in press.job.by_device:
            sections.append(_face(press, standing, member))
    if rows := in_rack(press.job, rack.name):
        bands = _bands(press, floor, rows, places)
        below = f"{place} · {press.count(len(cabinet.pulls))}"
        heading = press.say("of_what", what=title, name=words["pull_sheet"])
        sections.append(Section(heading, below, pulls.pages(press, rows, bands)))
    yield book(press, f"rack-{rack.name}", title, sections)


def _cabinet(press: Press, floor: Floor, rack: Rack) -> Cabinet:
    plan = floor.plan
    plugs = sorted(cords(plan, rack.name), key=lambda one: one.device)
    by_device: dict[str, tuple[Cord, ...]] = {
        device: tuple(there) for device, there in groupby(plugs, key=lambda one: one.device)
    }
    return Cabinet(
        rack=rack,
        profile=plan.profiles[rack.profile],
        places=plan.in_rack[rack.name],
        left=tuple(one for one in plan.vacated if one.rack == rack.name),
        moved_to={one.device: plan.places[one.device] for one in plan.vacated},
        cords=by_device,
        power=floor.power[rack.name],
        who=floor.who,
        pulls=press.job.by_rack.get(rack.name, ()),
    )


def _face(press: Press, place: Place, member: Member) -> Section:
    """Return the face plate of a switch in the rack."""
    heading = press.say("of_what", what=place.device, name=press.words["faceplate"])
    count = press.count(len(press.job.by_device[place.device]))
    below = f"{place.rack} {units(place)} · {member.platform} · {count}"
    return Section(heading, below, faceplate.pages(press, place.device), level=1)


def _bands(
    press: Press, floor: Floor, rows: Sequence[End], places: Mapping[str, Place]
) -> Mapping[str, Band]:
    found = {}
    for device, there in groupby(rows, key=lambda row: row.plug.device):
        place, member = places.get(device), floor.who.get(device)
        left = f"{units(place)}  {device}" if place else device
        count = press.count(len(list(there)))
        model = f"{member.platform} · " if place and member else ""
        found[device] = Band(device, left, f"{model}{count}")
    return found

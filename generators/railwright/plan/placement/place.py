"""The floor of an intent: rows, racks and the place of every device.

A pure function of the capacity: what is deployed says only which racks and places are in use.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from railwright.catalog import loader as catalog
from railwright.catalog.model import NodeModel
from railwright.catalog.physical_model import Geometry
from railwright.errors import Problem
from railwright.intent.floor import Floor
from railwright.intent.model import Intent
from railwright.plan.fabric import Fabric
from railwright.plan.members import members
from railwright.plan.placement import moves, refusals
from railwright.plan.placement.boxes import boxes, chassis_of
from railwright.plan.placement.layout import Profiles, Slot, positions, slots
from railwright.plan.placement.model import FloorPlan, Place, Rack
from railwright.plan.placement.pdus import hung
from railwright.plan.placement.rows import blocked_positions, rack_name, row_name, rows
from railwright.plan.shape import Network

Named = tuple[int, int, Slot]
"""A rack by its name: its row (from 0), its position, what stands in it."""


def place(
    intent: Intent,
    models: Mapping[str, NodeModel],
    fabrics: Mapping[Network, Fabric],
    served: Iterable[tuple[str, Sequence[str]]],
) -> tuple[FloorPlan | None, tuple[Problem, ...]]:
    """Return the floor, None where the intent has none or nothing can stand, and what is wrong.

    `served` are the access switches of management networks in order, each with the devices of the
    capacity that are cabled to it; it is read only where there is a floor.
    """
    floor = intent.floor
    if floor is None:
        return None, tuple(refusals.without_floor(intent))
    placed = tuple(boxes(intent, members(intent, fabrics), chassis_of(models, fabrics)))
    by_name = {box.name: box for _, box in placed}
    geometry = _geometry(floor)
    wanted, unknown = refusals.profiles(floor)
    profiles = wanted.known()
    unfit = tuple(refusals.homeless(floor, wanted, by_name.values()))
    problems = (*unknown, *unfit, *refusals.before(floor, wanted, geometry, by_name.values()))
    if profiles is None or unfit:
        return None, (*problems, *moves.unknown(intent, by_name))
    pdus = intent.nodes.pdus.reserved if intent.nodes.pdus else 0
    racks = slots(floor, profiles, placed, fabrics, tuple(served), pdus)
    at = positions(floor, racks)
    problems = (*problems, *refusals.after(floor, at))
    if problems:
        return None, (*problems, *moves.unknown(intent, by_name))
    used = max((places[-1] for places in at if places), default=1)
    longest = floor.racks_per_row or used
    named = {
        rack_name(row_name(row), position, longest): (row, position, slot)
        for row, (own, places) in enumerate(zip(racks, at, strict=True))
        for position, slot in zip(places, own, strict=True)
    }
    planned = {one.device: one for one in _places(named)}
    planned = {member.name: planned[member.name] for member, _ in placed}
    racks_there = {name: slot.profile for name, (_, _, slot) in named.items()}
    places, problems = moves.apply(intent, racks_there, planned, by_name)
    hanging = hung(
        pdus, ((name, slot.kind, slot.profile.feeds) for name, (_, _, slot) in named.items())
    )
    stood = _floor_plan(floor, profiles, geometry, named, places, hanging, used)
    return replace(stood, vacated=moves.vacated(planned, places)), problems


def _geometry(floor: Floor) -> Geometry:
    """Return the catalog's distances with those that the intent gives."""
    given = {
        "tray_height_m": floor.tray_height_m,
        "cold_aisle_m": floor.cold_aisle_m,
        "hot_aisle_m": floor.hot_aisle_m,
    }
    changed = {name: value for name, value in given.items() if value is not None}
    return catalog.geometry().model_copy(update=changed)


def _places(named: Mapping[str, Named]) -> Iterator[Place]:
    """Yield every box with its place as planned."""
    for rack, (_, _, slot) in named.items():
        for one in slot.filling.standing:
            box = one.box
            yield Place(
                device=box.name,
                rack=rack,
                bottom_u=one.bottom_u,
                height_u=box.height_u,
                power_w=box.power_w,
                weight_kg=box.weight_kg,
                first_feed=one.plugs.first_feed,
                outlets=one.plugs.outlets,
                deployed=box.deployed,
            )


def _floor_plan(
    floor: Floor,
    profiles: Profiles,
    geometry: Geometry,
    named: Mapping[str, Named],
    places: Mapping[str, Place],
    pdus: Mapping[str, tuple[str, ...]],
    used: int,
) -> FloorPlan:
    longest = floor.racks_per_row or used
    pitch_m = floor.rack_pitch_m or max(one.width_m for one in profiles)
    lie = rows(floor, geometry, max(one.depth_m for one in profiles), longest)
    live = {one.rack for one in places.values() if one.deployed}
    cross = sorted(set(floor.cross_trays)) or [(used + 1) // 2]
    return FloorPlan(
        rows=lie,
        racks=tuple(
            Rack(
                name=name,
                row=lie[row].name,
                room=lie[row].room,
                position=position,
                x_m=round(position * pitch_m, 3),
                kind=slot.kind,
                profile=slot.profile.name,
                pdus=pdus[name],
                deployed=name in live,
            )
            for name, (row, position, slot) in named.items()
        ),
        places=places,
        profiles={one.name: one for one in profiles},
        geometry=geometry,
        pitch_m=pitch_m,
        cross_m=tuple(round(position * pitch_m, 3) for position in cross),
        room_gap_m={room.name: room.tray_m or 0.0 for room in floor.all_rooms},
        blocked={
            rack_name(row, position, longest): reason
            for row, blocked in blocked_positions(floor).items()
            for position, reason in blocked.items()
        },
    )

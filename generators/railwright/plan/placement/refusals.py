"""What cannot stand: boxes that fit no rack, rows that are too short, trays below the racks."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from railwright.catalog import loader as catalog
from railwright.catalog.physical_model import Geometry, RackProfile
from railwright.errors import Problem
from railwright.intent.floor import MOST_RACKS, Floor
from railwright.intent.model import Intent
from railwright.plan.model import SWITCH_ROLES
from railwright.plan.placement.layout import Profiles
from railwright.plan.placement.load import Box, excess_of, kilowatts
from railwright.plan.placement.rows import parse, rack_name, row_name

_RACK = "floor.rack"
_NETWORK_RACK = "floor.network_rack"
_NOT_IN_NETWORK_RACKS = frozenset({"gpu_node", "storage_node"})


class Wanted(NamedTuple):
    """The rack profile of nodes and storage, and that of switches; None for an unknown one."""

    nodes: RackProfile | None
    network: RackProfile | None

    def known(self) -> Profiles | None:
        """Return the profiles, None unless both are known."""
        return Profiles(self.nodes, self.network) if self.nodes and self.network else None


def without_floor(intent: Intent) -> Iterator[Problem]:
    """Yield overrides of places where there is no floor."""
    if intent.overrides.places:
        what = "nothing stands anywhere without a floor; add one, `floor: {rows: 4}` is enough"
        yield Problem("overrides.places[0]", what)


def profiles(floor: Floor) -> tuple[Wanted, tuple[Problem, ...]]:
    """Return the rack profiles, and the problems where one is unknown."""
    nodes, problem = _profile(_RACK, floor.rack)
    if floor.network_rack is None:
        return Wanted(nodes, nodes), (problem,) if problem else ()
    network, other = _profile(_NETWORK_RACK, floor.network_rack)
    return Wanted(nodes, network), tuple(one for one in (problem, other) if one)


def _profile(path: str, name: str) -> tuple[RackProfile | None, Problem | None]:
    try:
        return catalog.rack(name), None
    except catalog.UnknownModelError as err:
        return None, Problem(path, str(err))


def homeless(floor: Floor, profiles: Wanted, boxes: Iterable[Box]) -> Iterator[Problem]:
    """Yield boxes that fit no rack of their own, as far as its profile is known: no floor then."""
    said: set[tuple[str, str]] = set()
    for box in _kinds(boxes):
        problem = _unfit(floor, profiles, box)
        if problem and (problem.path, problem.what) not in said:
            said.add((problem.path, problem.what))
            yield problem


def before(
    floor: Floor, profiles: Wanted, geometry: Geometry, boxes: Iterable[Box]
) -> Iterator[Problem]:
    """Yield what else speaks against the floor, whatever stands where."""
    yield from _geometry(floor, profiles, geometry)
    for box in _kinds(boxes):
        if box.role == "gpu_node" and profiles.nodes and not _unfit(floor, profiles, box):
            yield from _too_many(floor, profiles.nodes, box)
    yield from _no_positions(floor)
    if floor.racks_per_row:
        yield from _beyond(floor, floor.racks_per_row)


def _kinds(boxes: Iterable[Box]) -> Iterable[Box]:
    """Return one box of every kind."""
    return {(box.platform, box.role, box.power_w): box for box in boxes}.values()


def after(floor: Floor, at: Sequence[Sequence[int]]) -> Iterator[Problem]:
    """Yield what speaks against the floor once it is known how many racks every row has."""
    needed = [places[-1] if places else 0 for places in at]
    longest = max(needed)
    row = row_name(needed.index(longest))
    more = "more rows" if floor.rows else "more rows in `rooms`"
    if floor.racks_per_row and longest > floor.racks_per_row:
        what = (
            f"row {row} needs {longest} positions, {floor.racks_per_row} are given; give "
            f"{longest}, or {more}"
        )
        yield Problem("floor.racks_per_row", what)
    elif longest > MOST_RACKS:
        what = (
            f"row {row} would have {longest} racks, {MOST_RACKS} at most are possible; give {more}"
        )
        yield Problem("floor.rows" if floor.rows else "floor.rooms", what)
    if not floor.racks_per_row:
        yield from _beyond(floor, longest)


def _geometry(floor: Floor, profiles: Wanted, geometry: Geometry) -> Iterator[Problem]:
    """Yield trays lower than the racks, and racks that would stand in each other."""
    for profile, rack in {one.name: one for one in profiles if one}.items():
        top_m = rack.plinth_m + rack.rack_units * geometry.rack_unit_m
        if geometry.tray_height_m < top_m:
            what = (
                f"trays at {geometry.tray_height_m:g} m are lower than the racks: {profile} ends "
                f"{top_m:.2f} m above the floor; give a height above that"
            )
            yield Problem("floor.tray_height_m", what)
        if floor.rack_pitch_m is not None and floor.rack_pitch_m < rack.width_m:
            what = (
                f"racks {floor.rack_pitch_m:g} m apart would overlap: {profile} is "
                f"{rack.width_m:g} m wide; give that or more"
            )
            yield Problem("floor.rack_pitch_m", what)


def _unfit(floor: Floor, profiles: Wanted, box: Box) -> Problem | None:
    """Return why a box fits no rack of its own, None where it does or nobody knows."""
    network = box.role not in _NOT_IN_NETWORK_RACKS
    path = _NETWORK_RACK if network and floor.network_rack is not None else _RACK
    profile = profiles.network if network else profiles.nodes
    if profile is None:
        return None
    gap_u = floor.gap_u if box.role in SWITCH_ROLES else 0
    if floor.first_u + box.height_u + gap_u - 1 > profile.rack_units:
        above = f" and {gap_u} free above" if gap_u else ""
        excess: str | None = (
            f"it is {box.height_u}U high{above}, the rack has {profile.rack_units} units of which "
            f"{floor.first_u} is the first that is used"
        )
    else:
        excess = excess_of(profile, [box], floor.first_u)
    if excess is None:
        return None
    return Problem(path, f"{box.platform} fits no {profile.name}: {excess}; {_mend(box)}")


def _mend(box: Box) -> str:
    """Return what to do about a box that fits no rack."""
    if box.role == "gpu_node":
        return "choose another rack profile, or plan less with floor.node_power_w"
    return "choose another rack profile"


def _too_many(floor: Floor, profile: RackProfile, box: Box) -> Iterator[Problem]:
    """Yield that a rack cannot take as many nodes as the intent asks for."""
    asked = floor.nodes_per_rack
    if asked is None:
        return
    excess = excess_of(profile, [box] * asked, floor.first_u)
    if excess is None:
        return
    fewer = asked
    while excess_of(profile, [box] * fewer, floor.first_u):
        fewer -= 1
    what = (
        f"{asked} nodes of {kilowatts(box.power_w)} ({box.platform}, {box.height_u}U) draw "
        f"{kilowatts(asked * box.power_w)} and fit no {profile.name}: {excess}; {fewer} fit"
    )
    yield Problem("floor.nodes_per_rack", what)


def _no_positions(floor: Floor) -> Iterator[Problem]:
    """Yield blocked positions that are in no row, before its first one, or named before."""
    names = _rows(floor)
    are = f"the rows are {names[0]} to {names[-1]}" if names[1:] else f"the only row is {names[0]}"
    first: dict[tuple[str, int], int] = {}
    for number, one in enumerate(floor.blocked):
        row, position = parse(one.rack)
        same = first.setdefault((row, position), number)
        at = f"floor.blocked[{number}].rack"
        if row not in names:
            yield Problem(at, f"{one.rack} is in no row; {are}")
        elif not position:
            begin = rack_name(row, 1, floor.racks_per_row or 1)
            yield Problem(at, f"{one.rack} is before the row, which begins at {begin}")
        elif same != number:
            what = (
                f"{one.rack} is position {position} of row {row}, which floor.blocked[{same}] "
                f"({floor.blocked[same].rack}) blocks already; remove one of them"
            )
            yield Problem(at, what)


def _beyond(floor: Floor, positions: int) -> Iterator[Problem]:
    """Yield blocked positions and cross trays beyond the last position of a row."""
    names = _rows(floor)
    for number, one in enumerate(floor.blocked):
        row, position = parse(one.rack)
        if row in names and position > positions:
            last = rack_name(row, positions, positions)
            what = f"{one.rack} is beyond the row, which ends at {last}"
            yield Problem(f"floor.blocked[{number}].rack", what)
    for number, position in enumerate(floor.cross_trays):
        if position > positions:
            what = f"position {position} is beyond the rows, which end at {positions}"
            yield Problem(f"floor.cross_trays[{number}]", what)


def _rows(floor: Floor) -> list[str]:
    return [row_name(row) for row in range(floor.row_count)]

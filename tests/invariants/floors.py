"""Floors drawn at random, and a cluster placed on one."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from hypothesis import reject
from hypothesis import strategies as st

from railwright.catalog.model import SwitchPlatform
from railwright.errors import Problem
from railwright.intent.floor import Blocked, Floor, Room
from railwright.intent.model import Intent
from railwright.intent.overrides import Overrides, PlaceOverride
from railwright.plan.model import Plan
from railwright.plan.networks.access import Name
from railwright.plan.networks.management import NAMES, lay_out
from railwright.plan.networks.management import served as served_by
from railwright.plan.placement.model import FloorPlan
from railwright.plan.placement.place import place
from tests.invariants.strategies import intents

PROFILES = ("rack-48u-3x32a", "rack-48u-2x63a", "rack-42u-2x32a", "rack-42u-2x16a")


@st.composite
def floors(draw: st.DrawFn) -> Floor:
    """Draw a floor; some are refused for a cluster."""
    rooms = draw(st.booleans())
    rows = draw(st.integers(1, 5))
    blocked = draw(st.lists(st.integers(1, 6), max_size=3, unique=True))
    return Floor(
        rows=None if rooms else rows,
        rooms=(
            Room(name="hall1", rows=rows),
            Room(name="hall2", rows=draw(st.integers(1, 3)), tray_m=draw(st.floats(0, 50))),
        )
        if rooms
        else (),
        racks_per_row=draw(st.none() | st.just(60)),
        rack=draw(st.sampled_from(PROFILES)),
        network_rack=draw(st.none() | st.sampled_from(PROFILES)),
        nodes_per_rack=draw(st.none() | st.integers(1, 4)),
        node_power_w=draw(st.none() | st.integers(4000, 12000)),
        gap_u=draw(st.integers(0, 2)),
        first_u=draw(st.integers(1, 6)),
        first_aisle=draw(st.sampled_from(("cold", "hot"))),
        blocked=tuple(Blocked(rack=f"A{one:02d}", reason="a pillar") for one in blocked),
    )


@st.composite
def clusters(draw: st.DrawFn) -> Intent:
    """Draw a cluster with a floor."""
    return draw(intents()).model_copy(update={"floor": draw(floors())})


def without_floor(intent: Intent) -> Intent:
    """Return the cluster without its floor."""
    return intent.model_copy(update={"floor": None})


def served(plan: Plan) -> dict[str, tuple[str, ...]]:
    """Return every access switch with the device at each port it keeps."""
    compute, storage = plan.built["compute"], plan.built.get("storage")
    platforms: dict[Name, Mapping[str, SwitchPlatform]] = {
        name: {str(role): one for role, one in plan.built[name].platforms.items()}
        for name in NAMES
        if name in plan.built
    }
    networks = lay_out(plan.intent, platforms, compute, storage)
    return dict(served_by(plan.intent, networks, compute, storage))


def placing(intent: Intent, plan: Plan) -> tuple[FloorPlan | None, tuple[Problem, ...]]:
    """Place a cluster whose plan without the floor is `plan`."""
    return place(intent, plan.node_models, plan.built, served(plan).items())


def stood(intent: Intent, plan: Plan) -> FloorPlan:
    """Return the floor of a cluster, or draw again where it is refused.

    `plan` is the cluster without the floor. A refusal names a field for every problem.
    """
    floor, problems = placing(intent, plan)
    if floor is None or problems:
        assert problems
        assert all(one.path and one.what and one.severity == "error" for one in problems)
        reject()
    return floor


@st.composite
def pins(draw: st.DrawFn, floor: FloorPlan) -> list[PlaceOverride]:
    """Draw devices of a floor to be moved: into free units, or two into each other's place.

    Some racks cannot carry what they get.
    """
    found: dict[str, PlaceOverride] = {}
    names, racks = st.sampled_from(list(floor.places)), st.sampled_from(floor.racks)
    for _ in range(draw(st.integers(1, 8))):
        one = floor.places[draw(names)]
        if draw(st.booleans()):
            other = floor.places[draw(names)]
            if {one.device, other.device} & set(found) or one.height_u != other.height_u:
                continue
            found[one.device] = _pin(one.device, other.rack, other.bottom_u)
            found[other.device] = _pin(other.device, one.rack, one.bottom_u)
        elif one.device not in found:
            rack = floor.rack[one.rack] if draw(st.booleans()) else draw(racks)
            taken = {
                unit
                for own in floor.in_rack[rack.name]
                for unit in range(own.bottom_u, own.top_u + 1)
            }
            highest = floor.profile_of(rack.name).rack_units - one.height_u + 1
            free = [
                unit
                for unit in range(1, highest + 1)
                if not taken & set(range(unit, unit + one.height_u))
            ]
            if free:
                found[one.device] = _pin(one.device, rack.name, draw(st.sampled_from(free)))
    return list(found.values())


def _pin(device: str, rack: str, bottom_u: int) -> PlaceOverride:
    return PlaceOverride(device=device, rack=rack, bottom_u=bottom_u, reason="drawn")


def with_pins(intent: Intent, places: Iterable[PlaceOverride]) -> Intent:
    """Return the cluster with devices moved."""
    return intent.model_copy(update={"overrides": Overrides(places=tuple(places))})


def with_all_deployed(floor: FloorPlan) -> FloorPlan:
    """Return the floor as if everything on it were deployed."""
    return replace(
        floor,
        racks=tuple(replace(one, deployed=True) for one in floor.racks),
        places={name: replace(one, deployed=True) for name, one in floor.places.items()},
    )

"""Ways of cabling drawn at random, and clusters that are cabled so, on all kinds of floors."""

from itertools import pairwise

from hypothesis import strategies as st

from railwright.intent.cabling import Cabling, LabelFormat, Media
from railwright.intent.floor import Floor
from railwright.intent.model import Intent
from railwright.intent.overrides import PlaceOverride
from railwright.plan.placement.model import FloorPlan
from tests.invariants.floors import floors
from tests.invariants.plans import plan_of
from tests.invariants.strategies import intents

MEDIA = Cabling().prefer
FORMS: tuple[LabelFormat, ...] = ("tia-606", "grid", "names")
SIMPLE = st.builds(Floor, rows=st.integers(1, 4))


@st.composite
def media(draw: st.DrawFn) -> Media:
    """Draw limits of some media, or that they may not be used."""
    limits = st.none() | st.sampled_from((1.0, 3.0, 10.0, 30.0, 50.0))
    return Media(**draw(st.dictionaries(st.sampled_from(MEDIA), limits, max_size=3)))


@st.composite
def cablings(draw: st.DrawFn) -> Cabling:
    """Draw how a cluster is cabled; often some of its links fit nothing."""
    prefer = (
        st.just(MEDIA)
        | st.permutations(MEDIA).map(tuple)
        | st.lists(st.sampled_from(MEDIA), min_size=1, unique=True).map(tuple)
    )
    return Cabling(
        media=draw(st.just(Media()) | media()),
        prefer=draw(prefer),
        labels=draw(st.sampled_from(FORMS)),
        fibres_per_bundle=draw(st.integers(1, 24)),
        coppers_per_bundle=draw(st.integers(1, 24)),
    )


@st.composite
def cabled(draw: st.DrawFn) -> Intent:
    """Draw a cluster with or without a floor, some boxes pinned elsewhere, and its cabling."""
    floor = draw(st.none() | SIMPLE | floors())
    intent = draw(intents()).model_copy(update={"floor": floor, "cabling": draw(cablings())})
    return draw(pinned(intent)) if floor and draw(st.booleans()) else intent


@st.composite
def pinned(draw: st.DrawFn, intent: Intent) -> Intent:
    """Draw the same cluster with one box in units that the plan leaves empty."""
    floor = plan_of(intent).floor
    assert floor is not None
    device = draw(st.sampled_from(sorted(floor.places)))
    rack = draw(st.sampled_from([one.name for one in floor.racks]))
    units = empty(floor, rack, floor.places[device].height_u)
    if not units:
        return intent
    unit = draw(st.sampled_from(units))
    place = PlaceOverride(device=device, rack=rack, bottom_u=unit, reason="drawn")
    overrides = intent.overrides.model_copy(update={"places": (place,)})
    return intent.model_copy(update={"overrides": overrides})


def empty(floor: FloorPlan, rack: str, height_u: int) -> list[int]:
    """Return the units of a rack from which on so many are empty."""
    bounds = [(0, 0)]
    bounds += [(place.bottom_u, place.top_u) for place in floor.in_rack[rack]]
    bounds.append((floor.profile_of(rack).rack_units + 1,) * 2)
    return [
        unit
        for (_, below), (above, _) in pairwise(bounds)
        for unit in range(below + 1, above - height_u + 1)
    ]

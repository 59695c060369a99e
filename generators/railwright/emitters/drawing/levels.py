"""How much of a network is drawn by name: a rule on numbers of the capacity, so growth keeps it.

Switches are drawn one by one while no tier has more than `MOST_BOXES` of them (a pod's frame takes
the room of one more) and no two tiers have more than `MOST_LINES` bundles between them. Beyond
that, first the leaves of an SU (and plane) share a box, then the spines of a pod (and plane);
where rails are isolated, the leaves of a rail do. Super-spines share a box by set, then by plane.
Where even that is too much, the network is drawn as cards: a pod each, without pods an SU each,
beyond `MOST_CARDS` several.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Literal

from railwright.plan.shape import FabricShape

MOST_BOXES = 20  # in a tier
MOST_LINES = 192  # between two tiers
MOST_CARDS = 60

Leaves = Literal["switch", "unit", "card"]
Spines = Literal["switch", "group", "card", "all"]
Core = Literal["switch", "set", "plane", "all"]


@dataclass(frozen=True, slots=True)
class Level:
    """What shares a box.

    Leaves: nothing, those of a `unit` (SU and plane, or rail where rails are isolated) or of a
    card. Spines: nothing, those of a `group` (pod and plane, or rail), of a card, or all of them.
    Super-spines: nothing, those of a set, of a plane, or all. `hosts` is how many SUs share a box
    of hosts, `card` how many pods or SUs share a card, 0 without cards.
    """

    leaves: Leaves
    spines: Spines
    core: Core
    hosts: int = 1
    card: int = 0


def level_of(shape: FabricShape) -> Level:
    """Return how much of a network is drawn by name."""
    for leaves, spines in _FINEST_FIRST:
        cores: tuple[Core, ...] = _CORES if shape.core else ("all",)
        for core in cores:
            level = Level(leaves, spines, core, _sus_per_box(shape, leaves))
            if _fits(shape, level):
                return level
    if shape.isolated_rails:  # rails that never meet are told apart however many hosts there are
        return Level("unit", "group", "all", _sus_per_box(shape, "unit"))
    if shape.core:
        return Level("card", "card", "all", card=ceil(shape.pods / MOST_CARDS))
    return Level("card", "all", "all", card=ceil(shape.total_sus / MOST_CARDS))


_CORES: tuple[Core, ...] = ("switch", "set", "plane")
_FINEST_FIRST: tuple[tuple[Leaves, Spines], ...] = (
    ("switch", "switch"),
    ("unit", "switch"),
    ("switch", "group"),
    ("unit", "group"),
)


def _sus_per_box(shape: FabricShape, leaves: Leaves) -> int:
    """Return how many SUs share a box of hosts: one, unless each meets all boxes of leaves."""
    if leaves == "switch" or not shape.isolated_rails:
        return 1
    most = max(1, min(MOST_BOXES, MOST_LINES // shape.groups))
    return ceil(shape.total_sus / most)


def _fits(shape: FabricShape, level: Level) -> bool:
    frames = shape.pods if shape.core else 0
    most = max(_boxes(shape, level)) + frames
    return most <= MOST_BOXES and max(_lines(shape, level)) <= MOST_LINES


def _units(shape: FabricShape) -> int:
    """Return how many boxes of leaves there are when those of a unit share one."""
    if shape.isolated_rails:
        return shape.pods * shape.groups
    planes = {shape.plane_of(leaf) for leaf in range(shape.leaves_per_su)}
    return shape.total_sus * len(planes)


def _boxes(shape: FabricShape, level: Level) -> Iterator[int]:
    """Yield the number of boxes of every tier."""
    yield shape.total_leaves if level.leaves == "switch" else _units(shape)
    yield shape.total_spines if level.spines == "switch" else shape.pods * shape.groups
    if shape.core:
        yield {
            "switch": shape.total_superspines,
            "set": shape.core.sets,
            "plane": shape.planes,
        }[level.core]


def _lines(shape: FabricShape, level: Level) -> Iterator[int]:
    """Yield the number of bundles between any two tiers of switches."""
    lowers = shape.total_leaves if level.leaves == "switch" else _units(shape)
    yield lowers * (shape.spines if level.spines == "switch" else 1)
    if shape.core:
        # A spine meets one set, the spines of a group all sets of their plane.
        spines = shape.total_spines if level.spines == "switch" else shape.pods * shape.groups
        sets = 1 if level.spines == "switch" else shape.core.sets // shape.groups
        each = {"switch": sets * shape.core.superspines, "set": sets, "plane": 1}
        yield spines * each[level.core]


def card_numbers(shape: FabricShape, level: Level, pod: int, su: int) -> tuple[int, int]:
    """Return the first and the last pod (without pods, SU) on the card of an SU."""
    number, total = (pod, shape.pods) if shape.core else (su, shape.total_sus)
    return run_of(number, level.card, total)


def run_of(number: int, length: int, total: int) -> tuple[int, int]:
    """Return the first and the last number of a run: all runs but the last have one length."""
    first = (number - 1) // length * length + 1
    return first, min(first + length - 1, total)

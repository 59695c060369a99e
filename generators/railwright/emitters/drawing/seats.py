"""Which box a switch or a host is drawn in, from its identity and the level alone."""

from dataclasses import dataclass

from railwright.emitters.drawing.levels import Level, card_numbers, run_of
from railwright.plan import identity
from railwright.plan.identity import CoreId, LeafId, SpineId
from railwright.plan.shape import FabricShape

Run = tuple[int, int]
"""The first and the last of consecutive numbers."""


@dataclass(frozen=True, slots=True)
class Place:
    """What all members of a box have in common; None and empty where there is nothing.

    `pods` and `sus` count from 1, `plane`, `rails`, `side` and `set` from 0. `rails` are those
    that the members serve, `side` is that of a leaf in its storage pair.
    """

    pods: Run | None = None
    sus: Run | None = None
    plane: int | None = None
    rails: tuple[int, ...] = ()
    set: int | None = None
    side: int | None = None


@dataclass(frozen=True, slots=True)
class Seat:
    """A box by its id, and where it is.

    `column` orders the boxes of a tier and says which belong together: pod and SU, group or set, 0
    where they do not apply, and a number. `card` is the number of its card, 0 without cards.
    """

    id: str
    column: tuple[int, int, int]
    place: Place
    card: int = 0


@dataclass(frozen=True, slots=True)
class Seating:
    """Seats of one network's switches and hosts."""

    shape: FabricShape
    level: Level

    def leaf(self, leaf: LeafId, name: str) -> Seat:
        """Return the seat of a leaf."""
        shape = self.shape
        group, plane = shape.group_of(leaf.leaf), shape.plane_of(leaf.leaf)
        if self.level.leaves == "card":
            return self._card(leaf, "leaves", rails=self._all_rails)
        pods, sus = self._pods(leaf.pod), (leaf.su, leaf.su)
        drawn_plane, rails = identity.plane_name(shape, plane), self._rails_of(leaf.leaf)
        if self.level.leaves == "switch":
            side = leaf.leaf if shape.network == "storage" else None
            place = Place(pods, sus, drawn_plane, rails, side=side)
            return Seat(name, (leaf.pod, leaf.su, leaf.leaf), place)
        if shape.isolated_rails:
            place = Place(pods, None, drawn_plane, rails)
            return Seat(f"group{group}-leaves", (leaf.pod, 0, group), place)
        place = Place(pods, sus, drawn_plane, self._all_rails)
        at = (leaf.pod, leaf.su, plane)
        return Seat("pod{}-su{}-plane{}-leaves".format(*at), at, place)

    def spine(self, spine: SpineId, name: str) -> Seat:
        """Return the seat of a spine."""
        plane, rail = identity.group_place(self.shape, spine.group)
        rails = () if rail is None else (rail,)
        if self.level.spines == "all":
            return Seat("spines", (0, 0, 0), Place())
        if self.level.spines == "card":
            return self._card(LeafId(spine.pod, 1, 0), "spines")
        place = Place(self._pods(spine.pod), None, plane, rails)
        if self.level.spines == "switch":
            return Seat(name, (spine.pod, spine.group + 1, spine.index), place)
        return Seat(f"pod{spine.pod}-group{spine.group}-spines", (spine.pod, 0, spine.group), place)

    def superspine(self, core: CoreId, name: str) -> Seat:
        """Return the seat of a super-spine."""
        shape = self.shape
        plane = core.set // shape.spines // (shape.groups // shape.planes)
        drawn_plane = identity.plane_name(shape, plane)
        if self.level.core == "all":
            return Seat("superspines", (0, 0, 0), Place())
        if self.level.core == "plane":
            return Seat(f"plane{plane}-superspines", (0, 0, plane), Place(plane=drawn_plane))
        place = Place(plane=drawn_plane, set=core.set)
        if self.level.core == "set":
            return Seat(f"set{core.set}-superspines", (0, 0, core.set), place)
        return Seat(name, (0, core.set + 1, core.index), place)

    def hosts(self, leaf: LeafId) -> Seat:
        """Return the seat of the hosts behind a leaf."""
        if self.level.leaves == "card":
            return self._card(leaf, "hosts")
        pods = self._pods(leaf.pod)
        if self.level.leaves == "switch" or not self.shape.isolated_rails:
            at = (leaf.pod, leaf.su, 0)
            return Seat(f"pod{leaf.pod}-su{leaf.su}-hosts", at, Place(pods, (leaf.su, leaf.su)))
        run = run_of(leaf.su, self.level.hosts, self.shape.sus)
        return Seat(f"sus{run[0]}-hosts", (leaf.pod, 0, run[0]), Place(pods, run))

    def _card(self, leaf: LeafId, what: str, rails: tuple[int, ...] = ()) -> Seat:
        run = card_numbers(self.shape, self.level, leaf.pod, leaf.su)
        place = Place(run, None, None, rails) if self.shape.core else Place(None, run, None, rails)
        return Seat(f"card{run[0]}-{what}", (run[0], 0, 0), place, run[0])

    def _pods(self, pod: int) -> Run | None:
        return (pod, pod) if self.shape.core else None

    @property
    def _all_rails(self) -> tuple[int, ...]:
        return tuple(range(self.shape.rails)) if self.shape.network == "compute" else ()

    def _rails_of(self, leaf: int) -> tuple[int, ...]:
        if self.shape.network != "compute":
            return ()
        rail = self.shape.rail_of(leaf)
        return self._all_rails if rail is None else (rail,)

"""Racks while they are filled: from the bottom up, from the top down, several in turn."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from railwright.catalog.physical_model import RackProfile
from railwright.plan.placement.load import Box, Load, Plugs


@dataclass(frozen=True, slots=True)
class Standing:
    """A box in a rack, without the rack's name."""

    box: Box
    bottom_u: int
    plugs: Plugs


@dataclass(slots=True)
class Filling:
    """A rack that is being filled: `low_u` and `high_u` are its lowest and highest free units."""

    load: Load
    low_u: int
    high_u: int
    standing: list[Standing] = field(default_factory=list)

    @classmethod
    def empty(cls, profile: RackProfile, first_u: int) -> "Filling":
        """Return an empty rack whose lowest used unit is `first_u`."""
        return cls(Load(profile), first_u, profile.rack_units)

    def put_low(self, box: Box) -> bool:
        """Put a box on top of those from below and return whether it fits."""
        if self.low_u + box.height_u - 1 > self.high_u or not self.load.fits(box):
            return False
        self.standing.append(Standing(box, self.low_u, self.load.add(box)))
        self.low_u += box.height_u
        return True

    def put_high(self, box: Box, gap_u: int) -> bool:
        """Put a box below those from above, `gap_u` apart, and return whether it fits."""
        bottom_u = self.high_u - gap_u - box.height_u + 1
        if bottom_u < self.low_u or not self.load.fits(box):
            return False
        self.standing.append(Standing(box, bottom_u, self.load.add(box)))
        self.high_u = bottom_u - 1
        return True


def in_order(
    boxes: Iterable[Box], profile: RackProfile, first_u: int, most: int | None
) -> Iterator[Filling]:
    """Yield racks filled one after the other, with `most` boxes each at most.

    Every box must fit a rack of its own.
    """
    rack = Filling.empty(profile, first_u)
    for box in boxes:
        full = most is not None and len(rack.standing) >= most
        if full or not rack.put_low(box):
            yield rack
            rack = Filling.empty(profile, first_u)
            rack.put_low(box)
    if rack.standing:
        yield rack


def in_turn(
    switches: Sequence[Box],
    servers: Sequence[Box],
    profile: RackProfile,
    first_u: int,
    gap_u: int,
    apart: Mapping[str, int],
) -> list[Filling]:
    """Return the fewest racks that hold all boxes, dealt out one by one.

    Switches stand from the top down, servers from the bottom up. Every box must fit a rack of its
    own. Boxes with the same number in `apart` never all share one of several racks.
    """
    high = sum(box.height_u + gap_u for box in switches)
    height_u = high + sum(box.height_u for box in servers)
    count = -(-height_u // (profile.rack_units - first_u + 1))
    while True:
        racks = [Filling.empty(profile, first_u) for _ in range(count)]
        if _dealt(racks, switches, servers, gap_u) and _parted(racks, apart):
            return racks
        count += 1


def _parted(racks: Sequence[Filling], apart: Mapping[str, int]) -> bool:
    """Return whether no group of boxes is in one of several racks with all that it has there."""
    racks_of: dict[int, list[int]] = {}
    for number, rack in enumerate(racks):
        for one in rack.standing:
            if one.box.name in apart:
                racks_of.setdefault(apart[one.box.name], []).append(number)
    return len(racks) == 1 or all(len(own) == 1 or len(set(own)) > 1 for own in racks_of.values())


def _dealt(
    racks: Sequence[Filling], switches: Sequence[Box], servers: Sequence[Box], gap_u: int
) -> bool:
    """Deal boxes out to racks in turn and return whether all found one that has room."""
    turn = 0
    for place, box in enumerate((*switches, *servers)):
        for step in range(len(racks)):
            rack = racks[(turn + step) % len(racks)]
            fits = rack.put_high(box, gap_u) if place < len(switches) else rack.put_low(box)
            if fits:
                turn = (turn + step + 1) % len(racks)
                break
        else:
            return False
    return True

"""What a rack carries: units, power on every feed with any one of them lost, weight, outlets."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import NamedTuple

from railwright.catalog.physical_model import RackProfile
from railwright.plan.model import Role

FEEDS = "ABCD"
_ROUNDING_W = 0.001


@dataclass(frozen=True, slots=True)
class Box:
    """A device as a rack sees it; `power_w` is what is planned for it."""

    name: str
    role: Role
    platform: str
    height_u: int
    power_w: int
    weight_kg: float
    supplies: int
    needed: int
    deployed: bool


class Plugs(NamedTuple):
    """Where the power supplies of a box are plugged in.

    They take the feeds in turn from `first_feed` (from 0) on; `outlets` are the outlets of those
    feeds' PDUs, one per supply, counted from 1.
    """

    first_feed: int
    outlets: tuple[int, ...]


@lru_cache(maxsize=4096)
def on_feeds(supplies: int, feeds: int, first_feed: int) -> tuple[int, ...]:
    """Return how many of a box's power supplies hang on every feed."""
    counts = [0] * feeds
    for supply in range(supplies):
        counts[(first_feed + supply) % feeds] += 1
    return tuple(counts)


@lru_cache(maxsize=4096)
def draws_w(
    power_w: int, supplies: int, feeds: int, first_feed: int
) -> tuple[tuple[float, ...], ...]:
    """Return what a box draws from every feed: first with each one lost in turn, then with all.

    The supplies that still have power share it equally. A box none of whose supplies has any is
    dark.
    """
    counts = on_feeds(supplies, feeds, first_feed)
    rows = []
    for lost in (*range(feeds), None):
        left = supplies - (0 if lost is None else counts[lost])
        rows.append(
            tuple(
                power_w * count / left if left and feed != lost else 0.0
                for feed, count in enumerate(counts)
            )
        )
    return tuple(rows)


class Load:
    """The load of one rack while it is filled; boxes take its feeds in turn.

    `draws_w` has a row for every lost feed and one for none, of the draw from every feed.
    """

    def __init__(self, profile: RackProfile) -> None:
        feeds = profile.feeds
        self.profile = profile
        self.weight_kg = 0.0
        self.outlets: list[set[int]] = [set() for _ in range(feeds)]
        self.draws_w = [[0.0] * feeds for _ in range(feeds + 1)]
        self.next_feed = 0

    def copy(self) -> "Load":
        """Return a load that is filled on its own from now on."""
        other = Load(self.profile)
        other.weight_kg, other.next_feed = self.weight_kg, self.next_feed
        other.outlets = [set(own) for own in self.outlets]
        other.draws_w = [list(row) for row in self.draws_w]
        return other

    def fits(self, box: Box, first_feed: int | None = None) -> bool:
        """Return whether the rack can carry the box besides what it carries.

        The box begins at `first_feed`, by default at the feed whose turn it is.
        """
        profile = self.profile
        first = self.next_feed if first_feed is None else first_feed
        if self.weight_kg + box.weight_kg > profile.max_load_kg:
            return False
        more = on_feeds(box.supplies, profile.feeds, first)
        most = profile.pdu.outlets
        if any(len(own) + new > most for own, new in zip(self.outlets, more, strict=True)):
            return False
        draws = draws_w(box.power_w, box.supplies, profile.feeds, first)
        usable_w = profile.pdu.usable_w + _ROUNDING_W
        return all(
            own + added <= usable_w
            for row, new in zip(self.draws_w, draws, strict=True)
            for own, added in zip(row, new, strict=True)
        )

    def add(self, box: Box) -> Plugs:
        """Add a box and return where it is plugged in: at the lowest free outlets."""
        feeds, first = self.profile.feeds, self.next_feed
        outlets = []
        for supply in range(box.supplies):
            used = self.outlets[(first + supply) % feeds]
            outlets.append(next(one for one in count(1) if one not in used))
            used.add(outlets[-1])
        self._carry(box, first)
        self.next_feed = (first + box.supplies) % feeds
        return Plugs(first, tuple(outlets))

    def put(self, box: Box, plugs: Plugs) -> None:
        """Add a box that is plugged in already."""
        for supply, outlet in enumerate(plugs.outlets):
            self.outlets[(plugs.first_feed + supply) % self.profile.feeds].add(outlet)
        self._carry(box, plugs.first_feed)

    def _carry(self, box: Box, first_feed: int) -> None:
        self.weight_kg += box.weight_kg
        draws = draws_w(box.power_w, box.supplies, self.profile.feeds, first_feed)
        for row, added in zip(self.draws_w, draws, strict=True):
            for feed, more in enumerate(added):
                row[feed] += more

    def excess(self) -> str | None:
        """Return which limit the rack is beyond, in words; None within all of them."""
        return self._power() or self._weight() or self._outlets()

    def _power(self) -> str | None:
        feeds, usable_w = self.profile.feeds, self.profile.pdu.usable_w
        for lost, row in enumerate(self.draws_w):
            worst = max(row)
            if worst > usable_w + _ROUNDING_W:
                feed = FEEDS[row.index(worst)]
                case = f"with one of {feeds} feeds lost" if lost < feeds else "with all feeds"
                return f"{case} feed {feed} carries {kilowatts(worst)} of {kilowatts(usable_w)}"
        return None

    def _weight(self) -> str | None:
        most = self.profile.max_load_kg
        if self.weight_kg <= most:
            return None
        return f"together they weigh {self.weight_kg:.0f} kg, the rack bears {most} kg"

    def _outlets(self) -> str | None:
        counts = [len(one) for one in self.outlets]
        most, used = self.profile.pdu.outlets, max(counts)
        if used <= most:
            return None
        feed = FEEDS[counts.index(used)]
        return f"feed {feed} needs {used} outlets, its PDU has {most}"


def kilowatts(power_w: float) -> str:
    """Return a power for people."""
    return f"{power_w / 1000:.1f} kW"


def excess_of(profile: RackProfile, boxes: Sequence[Box], first_u: int = 1) -> str | None:
    """Return why boxes do not fit one rack together, None where they do."""
    top = first_u - 1 + sum(box.height_u for box in boxes)
    if top > profile.rack_units:
        return f"they would fill units {first_u} to {top}, the rack has {profile.rack_units}"
    load = Load(profile)
    for box in boxes:
        load.add(box)
    return load.excess()

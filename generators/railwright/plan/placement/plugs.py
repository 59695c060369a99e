"""Where devices are plugged in that an override puts into a rack: nobody else's cords change."""

from collections.abc import Iterable, Sequence

from railwright.catalog.physical_model import RackProfile
from railwright.plan.placement.load import Box, Load, Plugs, draws_w, on_feeds


class Sockets:
    """A rack that devices are moved to.

    `load` is what stands there. Outlets that were planned for a device which left are kept for it
    as long as others are free, and feeds are ranked as if it were there still: so cords do not
    depend on who else was moved.
    """

    def __init__(self, profile: RackProfile, planned: Iterable[tuple[Box, Plugs, bool]]) -> None:
        """Take what is planned for the rack, each with whether it stays there."""
        self.profile = profile
        self.load = Load(profile)
        self._kept = Load(profile)
        for box, plugs, stays in planned:
            self._kept.put(box, plugs)
            if stays:
                self.load.put(box, plugs)

    def keep(self, box: Box, plugs: Plugs) -> bool:
        """Plug a box in where a box was planned to be, and return whether the rack carries it."""
        if not self.load.fits(box, plugs.first_feed):
            return False
        self.load.put(box, plugs)
        return True

    def plug(self, box: Box) -> Plugs | None:
        """Plug a box in at the best feed from which the rack carries it, None where none does."""
        for first_feed in self._ranked(box):
            if self.load.fits(box, first_feed):
                plugs = Plugs(first_feed, self._outlets(box, first_feed))
                self.load.put(box, plugs)
                self._kept.put(box, plugs)
                return plugs
        return None

    def excess(self, box: Box) -> str | None:
        """Return which limit the rack would be beyond with a box at the best feed."""
        with_box = self.load.copy()
        with_box.next_feed = self._ranked(box)[0]
        with_box.add(box)
        return with_box.excess()

    def _ranked(self, box: Box) -> Sequence[int]:
        """Return the feeds to begin with, the best first.

        That is one from which no kept outlet is needed, then the one with the fewest outlets in
        use, then the one with which the worst feed carries least.
        """
        feeds, kept = self.profile.feeds, self._kept

        def rank(first_feed: int) -> tuple[bool, int, float, int]:
            more = on_feeds(box.supplies, feeds, first_feed)
            most = self.profile.pdu.outlets
            full = any(len(own) + new > most for own, new in zip(kept.outlets, more, strict=True))
            draws = draws_w(box.power_w, box.supplies, feeds, first_feed)
            worst_w = max(
                own + added
                for row, new in zip(kept.draws_w, draws, strict=True)
                for own, added in zip(row, new, strict=True)
            )
            return full, len(kept.outlets[first_feed]), round(worst_w, 3), first_feed

        return sorted(range(feeds), key=rank)

    def _outlets(self, box: Box, first_feed: int) -> tuple[int, ...]:
        """Return the lowest free outlets for the supplies of a box, kept ones last."""
        used = [set(own) for own in self.load.outlets]
        found = []
        for supply in range(box.supplies):
            feed = (first_feed + supply) % self.profile.feeds
            free = [one for one in range(1, self.profile.pdu.outlets + 1) if one not in used[feed]]
            found.append(min(free, key=lambda one: (one in self._kept.outlets[feed], one)))
            used[feed].add(found[-1])
        return tuple(found)

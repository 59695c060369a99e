"""The ends of cables, as they are met by a person who stands before a rack or a device."""

from collections.abc import Iterable
from typing import NamedTuple

from railwright.emitters.cabling.job import Job, Pull
from railwright.naming import natural_key
from railwright.plan.cables.labels import AND, BETWEEN
from railwright.plan.cables.plugs import Plug


class End(NamedTuple):
    """One end of a cable, `plug`, and those at its other side, `far`.

    `names` are those of the far ends as they are printed on the label at this one.
    """

    plug: Plug
    far: tuple[Plug, ...]
    pull: Pull

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the far ends, in their order."""
        return far_names(self.plug)

    @property
    def siblings(self) -> tuple[Plug, ...]:
        """Return the other tails, of a tail of a splitter."""
        if self.plug is self.pull.upper:
            return ()
        return tuple(plug for plug in self.pull.lower if plug is not self.plug)

    @property
    def is_ticked(self) -> bool:
        """Return whether the cable is ticked off at this end."""
        return self.plug is ticked_at(self.pull)


def in_rack(job: Job, rack: str) -> tuple[End, ...]:
    """Return the ends in a rack from its top unit down, PDUs last."""
    return _downwards(
        End(plug, other_side(plug, pull), pull)
        for pull in job.by_rack.get(rack, ())
        for plug in pull.plugs
        if plug.rack == rack and not plug.waits
    )


def at_device(job: Job, device: str) -> tuple[End, ...]:
    """Return the ends at a device, socket by socket."""
    found = job.by_device.get(device, ())
    return _downwards(End(plug, other_side(plug, pull), pull) for plug, pull in found)


def other_side(plug: Plug, pull: Pull) -> tuple[Plug, ...]:
    """Return the plugs at the other side of a cable, several of a splitter's single end."""
    return pull.lower if plug is pull.upper else (pull.upper,)


def near_name(plug: Plug) -> str:
    """Return what the label at a plug calls it."""
    return plug.label.partition(BETWEEN)[0]


def far_names(plug: Plug) -> tuple[str, ...]:
    """Return what the label at a plug calls the ends at the other side.

    On the tail of a splitter the name of the single end has the letter of the tail, such as the
    `b` of `A02-47:1/2b`.
    """
    return tuple(plug.label.partition(BETWEEN)[2].split(AND))


def ticked_at(pull: Pull) -> Plug:
    """Return the one end at which paper has the boxes of a cable: there it is pulled from.

    That is its home; where that stands in no rack, the first end that does.
    """
    home = pull.home
    if home.rack:
        return home
    there = (plug for plug in pull.plugs if plug.rack and not plug.waits)
    return next(there, home)


def _downwards(ends: Iterable[End]) -> tuple[End, ...]:
    return tuple(sorted(ends, key=_key))


def _key(end: End) -> tuple[bool, int, str, str, str]:
    plug = end.plug
    names = natural_key(plug.device), natural_key(plug.cage), natural_key(plug.socket)
    return plug.top_u is None, -(plug.top_u or 0), *names

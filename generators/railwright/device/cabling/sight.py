"""What was not seen: ports that may hold a plug nobody hears, devices that hear nothing at all."""

from collections.abc import Iterable

from railwright.device.cabling.chains import Chain, Parallel
from railwright.device.cabling.edges import Edges
from railwright.device.cabling.evidence import MAY_BE_SILENT, Evidence
from railwright.device.cabling.judge import View, link_at
from railwright.device.cabling.model import End
from railwright.plan.model import Plan

FEWEST_DEAF = 2
"""Links from which on a device that hears nothing is taken not to receive LLDP."""


def deaf_devices(plan: Plan, evidence: Evidence, edges: Edges) -> frozenset[str]:
    """Return the devices that were read, are heard on several ports and hear nothing on any."""
    counts: dict[str, int] = {}
    for end in edges.deaf:
        if _speaks(plan, end):
            counts[end.device] = counts.get(end.device, 0) + 1
    if not counts:
        return frozenset()
    heard = (evidence.claims, evidence.vague, evidence.torn, evidence.silenced)
    hearing = {end.device for ends in heard for end in ends if _speaks(plan, end)}
    return frozenset(
        name for name, count in counts.items() if count >= FEWEST_DEAF and name not in hearing
    )


def is_unseen(view: View, end: End) -> bool:
    """Return whether a port may hold a plug because nobody who was read would see it.

    The port is of a device that is here and is heard by nobody; the device was not read, or hears
    nothing at all, or what it hears there does not say which port it is.
    """
    if end.at or end in view.edges.partner or end.device not in view.present:
        return False
    return end.device not in view.watched or end in view.evidence.vague


def may_hold_a_plug(view: View, end: End) -> bool:
    """Return whether a port that nobody hears may have its cable all the same."""
    return is_secret(view, end) or is_unseen(view, end)


def is_secret(view: View, end: End) -> bool:
    """Return whether hearing nothing at a port says nothing, or what it hears does not count."""
    silent = not _speaks(view.plan, end)
    return silent or end in view.edges.locked or end in view.evidence.silenced


def unseen_in(view: View, chain: Chain) -> list[End]:
    """Return the unseen ports of a chain; they are at the loose ends of a path."""
    return [end for end in chain.slots if end is not None and is_unseen(view, end)]


def is_unseen_gap(view: View, chain: Chain) -> bool:
    """Return whether the one cable that closes a path may exist: both its ports are unseen."""
    gap = chain.slots[-2:]
    return all(end is not None and is_unseen(view, end) for end in gap)


def maybe_right(view: View, classes: Iterable[Parallel]) -> frozenset[End]:
    """Return unseen ports that may be joined with each other as planned.

    Of parallel links between two devices that were both not read, nobody can tell which of the
    ports that are not heard belong together already.
    """
    found: set[End] = set()
    for one in classes:
        sides = [{end for end in side if is_unseen(view, end)} for side in (one.lower, one.upper)]
        if all(sides):
            found.update(*sides)
    return frozenset(found)


def _speaks(plan: Plan, end: End) -> bool:
    """Return whether LLDP is to be heard at a port, if anything is plugged there."""
    link = link_at(plan, end)
    return link is None or link.kind not in MAY_BE_SILENT

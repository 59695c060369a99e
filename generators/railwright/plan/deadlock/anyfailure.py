"""Deadlock freedom under any failure: every turn that BGP's loop check could ever allow.

A turn `u > v > w` says that the buffer of hop `u > v` can wait for that of hop `v > w`. For it,
some destination must be one that u has heard of over v, and that v has heard of over w, each at
some time. Whatever is down, whatever was learned before it went down and in whatever order: what
a device hears is a chain of devices that had sessions, and (without allowas-in) holds the
listener's ASN nowhere and the speaker's ASN only at its end. So

- u hears over v of v's own prefixes, and of what lies on the far side of a neighbour x of v that
  is outside u's group; v hears over w of what is on w's side of v's group;
- a turn to another side of v's group is always allowed;
- a turn back to u's own side needs a second group of neighbours on that side, else everything
  that u may hear over v lies elsewhere.

What is over-approximated (more turns are allowed than can happen): one ASN of a path is checked
at each end of a hop instead of all of them together; lengths of paths play no part, so routes
that are never the shortest count; every device is taken to advertise something; what was true at
different times is joined. What is left out: nothing that forwards by BGP routes. Weighted ECMP,
route maps and drained switches only withhold routes. So no cycle of turns means no deadlock by
routing, in converged states and between them; a cycle of turns need not be possible.

The loop check keeps packets for one prefix of one owner apart. Those for a default route, for a
prefix with several owners, or for one that covers prefixes of others (`SessionGraph.fallbacks`)
may have owners on both sides of v, and go to either while routes converge; below, all of them are
treated as default routes, with every prefix taken to be one that they cover.

Beyond the loop check, a turn back is allowed at a switch which sends packets for lost hosts of
its own block along a default route; where a default route can take over at v for a prefix that
v has lost, or at u for one that only v has; for devices with allowas-in; and at devices with iBGP
sessions, over which paths arrive that no loop check has seen to.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from railwright.plan.deadlock.asmap import INSIDE, AsMap, asmap
from railwright.plan.deadlock.graph import DEFAULT_ROUTE, SessionGraph
from railwright.plan.deadlock.model import Hop


@dataclass(frozen=True, slots=True)
class Turns:
    """Every turn of a network, by the device it is made at.

    `sides` maps every device to its neighbours in the lossless class and the side each is on.
    `full` are the hops after which a turn back to the sender's own side is allowed too.
    """

    sides: Mapping[str, Mapping[str, int]]
    full: frozenset[Hop]

    @property
    def hops(self) -> int:
        """Return the number of hops: two per pair of switches."""
        return sum(map(len, self.sides.values()))

    def dependencies(self) -> int:
        """Return the number of turns."""
        total = 0
        for at, sides in self.sides.items():
            on = _counted(sides)
            for sender, side in sides.items():
                back = 0 if Hop(sender, at) in self.full else on[side]
                total += len(sides) - back
        return total

    def after(self, hop: Hop) -> Iterator[Hop]:
        """Yield the hops that a hop's buffer can wait for."""
        sides = self.sides[hop.rx]
        own = None if hop in self.full else sides[hop.tx]
        for receiver, side in sides.items():
            if side != own:
                yield Hop(hop.rx, receiver)

    def before(self, hop: Hop) -> Iterator[Hop]:
        """Yield the hops whose buffers can wait for a hop's."""
        sides = self.sides[hop.tx]
        for sender, side in sides.items():
            into = Hop(sender, hop.tx)
            if side != sides[hop.rx] or into in self.full:
                yield into


def turns(graph: SessionGraph) -> Turns:
    """Return every turn that routes of a network may ever take."""
    around = asmap(graph)
    sides: dict[str, dict[str, int]] = {}
    full: set[Hop] = set()
    for at, speaker in graph.devices.items():
        if not speaker.is_lossless:
            continue
        peers = graph.neighbours[at]
        on = {peer: around.side_of(at, peer) for peer in peers}
        lossless = {peer: on[peer] for peer in peers if graph.devices[peer].is_lossless}
        sides[at] = lossless
        rule = _Rule(graph, around, at, on)
        full.update(Hop(peer, at) for peer, side in lossless.items() if rule.turns_back(peer, side))
    return Turns(sides, frozenset(full))


class _Rule:
    """When a turn back to the sender's side is allowed at one device."""

    def __init__(self, graph: SessionGraph, around: AsMap, at: str, on: Mapping[str, int]) -> None:
        """Take the sides that the neighbours of `at` are on."""
        self._graph, self._around, self._at = graph, around, at
        groups: dict[int, set[int]] = {}
        for peer, side in on.items():
            groups.setdefault(side, set()).add(around.group[peer])
        self._groups_on = {side: len(found) for side, found in groups.items()}
        self._groups = set().union(*groups.values()) if groups else set()
        self._to_fallback = {
            side for side in groups if (around.group[at], side) in around.fallback_sides
        }
        own = graph.origins.get(at, ())
        self._is_fallback_origin = at in graph.fallback_origins
        self._returns = (
            bool(graph.fallback_origins)
            and at not in graph.blackhole
            and any(prefix != DEFAULT_ROUTE for prefix in own)
        )

    def turns_back(self, sender: str, side: int) -> bool:
        """Return whether packets from `sender` may leave on its own side, even back to it."""
        graph = self._graph
        if INSIDE in self._groups_on or self._returns or self._groups_on[side] > 1:
            return True
        if graph.devices[sender].allowas_in:
            return True
        is_transit = bool(self._groups - {self._around.group[sender]})
        if is_transit and (graph.devices[self._at].allowas_in or side in self._to_fallback):
            return True
        return self._is_fallback_origin or bool(self._to_fallback - {side})


def waiting(turned: Turns) -> frozenset[Hop]:
    """Return the hops on cycles of turns, and those that hops on cycles wait for; none without.

    Kahn's algorithm, leaving out hop by hop those that nothing left waits for. It counts by
    device and side instead of by turn, so its time is that of the hops, not of their pairs.
    """
    gates = {at: _Gate(at, sides, turned.full) for at, sides in turned.sides.items()}
    ready = deque((at, gate.opened()) for at, gate in gates.items())
    while ready:
        sender, receivers = ready.popleft()
        for receiver in receivers:
            gate = gates[receiver]
            if gate.drained(sender):
                ready.append((receiver, gate.opened()))
    return frozenset(Hop(at, receiver) for at, gate in gates.items() for receiver in gate.closed())


class _Gate:
    """The hops into one device that are left, counted by side, and those out of it."""

    __slots__ = ("_back", "_closed", "_left", "_may_return", "_sides")

    def __init__(self, at: str, sides: Mapping[str, int], full: frozenset[Hop]) -> None:
        self._sides = sides
        self._may_return = {sender for sender in sides if Hop(sender, at) in full} if full else ()
        self._back = len(self._may_return)
        """Hops in, of those left, that may turn to every side."""
        self._left = _counted(
            {sender: side for sender, side in sides.items() if sender not in self._may_return}
        )
        """Hops in, of those left, that may turn to every side but this, by side; no zeros."""
        self._closed: dict[int, list[str]] = {}
        for receiver, side in sides.items():
            self._closed.setdefault(side, []).append(receiver)

    def drained(self, sender: str) -> bool:
        """Leave out a hop in; return whether hops out may now be left out as well."""
        if sender in self._may_return:
            self._back -= 1
            return not self._back
        side = self._sides[sender]
        self._left[side] -= 1
        if self._left[side]:
            return False
        del self._left[side]
        return True

    def opened(self) -> list[str]:
        """Leave out the hops out that no hop in waits for; return their receivers."""
        if self._back or len(self._left) > 1 or not self._closed:
            return []
        # Hops in that are all from one side wait for every side but that one.
        sides = list(self._left) or list(self._closed)
        return [receiver for side in sides for receiver in self._closed.pop(side, ())]

    def closed(self) -> list[str]:
        """Return the receivers of the hops out that are left."""
        return [receiver for receivers in self._closed.values() for receiver in receivers]


def _counted(sides: Mapping[str, int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for side in sides.values():
        found[side] = found.get(side, 0) + 1
    return found

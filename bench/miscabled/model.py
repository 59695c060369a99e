"""The lab's cabling as a value, faults planted in it, and what a move does to it."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace

from railwright.lab.recable import Mates, Socket, exchanged, joined, pulled
from railwright.plan.model import Link, LinkEnd, Plan

Twins = frozenset[tuple[Socket, Socket]]
"""Two links, as their ends, of which one jumper each is in the other one's cage."""


@dataclass(frozen=True, slots=True)
class World:
    """What stands in the lab and how it is cabled; the truth that the product never sees.

    `by_mac` are servers that announce their ports by hardware address, `muted` ports lose what they
    announce, `names` are announced by devices that are called something else, `strangers` are
    devices of no plan and what they announce. `crossed` links are dark, and no cable in `mates`.
    """

    mates: Mates
    by_mac: frozenset[str] = frozenset()
    muted: frozenset[Socket] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)
    strangers: Mapping[str, str] = field(default_factory=dict)
    crossed: frozenset[Twins] = frozenset()

    def with_mates(self, mates: Mates) -> "World":
        """Return the world with other cables."""
        return replace(self, mates=mates)

    def announced(self, device: str) -> str:
        """Return the system name a device announces."""
        return self.names.get(device) or self.strangers.get(device) or device


@dataclass(frozen=True, slots=True)
class Planted:
    """One fault and the truth about it.

    `links` must be named by findings of one of `kinds`, in at most `moves` moves. A harmless one
    has no kinds. `claims` is what another fault of the same batch must not touch.
    """

    kind: str
    what: str
    links: frozenset[str]
    kinds: frozenset[str]
    moves: int
    claims: frozenset[Hashable]

    @property
    def is_harmless(self) -> bool:
        """Return whether nothing may be found."""
        return not self.kinds

    def __str__(self) -> str:
        """Return it for people."""
        return f"{self.kind}: {self.what}"


class SiteError(Exception):
    """The lab or the product's command does not do what it should; the text says what."""


class ImpossibleMoveError(Exception):
    """A printed move cannot be made as it is written; the text says why."""


def socket(end: LinkEnd) -> Socket:
    """Return where a link's end is planned to be plugged in."""
    return Socket(end.device, end.port)


def moved(plan: Plan, world: World, move: Mapping[str, object]) -> World:
    """Return the world after somebody did what a printed move says.

    Raises: ImpossibleMoveError when a plug or a far end is not where the move says.
    """
    text = str(move["text"])
    ends = [_socket_of(world, one) for one in _list(move["ends"])]
    far = [None if one is None else _socket_of(world, one) for one in _list(move["far"])]
    if len(ends) != 2:
        raise ImpossibleMoveError(f"{text}: has {len(ends)} ends")
    if move["sockets"]:
        return _uncrossed(world, ends, text)
    for end, other in zip(ends, far, strict=False):
        if other is not None and world.mates.get(end) != other:
            raise ImpossibleMoveError(f"{text}: in {end} is no plug of a cable to {other}")
    a, z = ends
    action = move["action"]
    if action == "swap" and {a, z} <= world.mates.keys():
        return world.with_mates(exchanged(world.mates, a, z))
    if action == "move" and a in world.mates and z not in world.mates:
        return world.with_mates(exchanged(world.mates, a, z))
    if action == "remove" and world.mates.get(a) == z:
        return world.with_mates(pulled(world.mates, a))
    if action == "connect" and _is_free(plan, world, a) and _is_free(plan, world, z):
        return world.with_mates(joined(world.mates, a, z))
    raise ImpossibleMoveError(f"{text}: not possible with the plugs that are there")


def is_mended(plan: Plan, world: World) -> bool:
    """Return whether every cable joins what it should; parallel ones may be in any order."""
    return not world.crossed and all(
        _is_right(plan, link, world.mates) for link in plan.links if link.deployed and lies(link)
    )


def lies(link: Link) -> bool:
    """Return whether a lab has a cable for a link."""
    return link.kind in ("host", "fabric")


def _is_right(plan: Plan, link: Link, mates: Mates) -> bool:
    a, z = socket(link.a), socket(link.z)
    other = mates.get(a)
    if other is None or z not in mates:
        return False
    if link.kind == "host":
        return other == z
    planned = plan.links_of[other.device].get(other.port)
    return planned is not None and {planned.a.device, planned.z.device} == {a.device, z.device}


def _is_free(plan: Plan, world: World, socket: Socket) -> bool:
    """Return whether a socket has no plug, or one whose cable ends in a port that is switched off.

    Who looks by LLDP cannot tell the two apart; who stands there pulls the plug.
    """
    other = world.mates.get(socket)
    if other is None:
        return True
    link = plan.links_of.get(other.device, {}).get(other.port)
    return other.device in plan.device and (link is None or not link.deployed)


def _uncrossed(world: World, ends: list[Socket], text: str) -> World:
    for twins in world.crossed:
        if any({a, b} == set(ends) for a, b in zip(*twins, strict=True)):
            mates = dict(world.mates)
            for a, z in twins:
                mates = joined(mates, a, z)
            return replace(world, mates=mates, crossed=world.crossed - {twins})
    raise ImpossibleMoveError(f"{text}: no twins are crossed there")


def _socket_of(world: World, end: object) -> Socket:
    """Return where an end of a move is; a stranger is called what it announces."""
    if not isinstance(end, dict):
        raise ImpossibleMoveError(f"{end!r} is not an end")
    device, port = str(end["device"]), str(end["port"])
    by_name = {announced: name for name, announced in world.strangers.items()}
    known = end.get("known", True)
    return Socket(device if known else by_name.get(device, device), port)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []

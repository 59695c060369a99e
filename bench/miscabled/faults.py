"""Faults of every kind as changes of a world, each with the truth about what is wrong then."""

import random
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

from bench.miscabled.model import Planted, World, lies, socket

from railwright.lab.recable import Socket, exchanged, joined, pulled
from railwright.lab.strangers import STRANGER_PORT
from railwright.naming import natural_key
from railwright.plan.model import Link, Plan

T = TypeVar("T")

TWIN_GBPS = 800
"""Speed of a link that is two jumpers, where the plan does not say what cables there are."""

SWAPPED = frozenset({"rail-swap"})
NODES = frozenset({"node-swap"})
ANY_PORT = frozenset({"wrong-port"})


@dataclass(frozen=True)
class Ground:
    """The links of a plan whose ends both boot, sorted into what faults are drawn from."""

    plan: Plan
    booted: frozenset[str]

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """Return the links, in plan order."""
        return tuple(
            link
            for link in self.plan.links
            if link.deployed and lies(link) and {link.a.device, link.z.device} <= self.booted
        )

    @cached_property
    def hosts(self) -> tuple[Link, ...]:
        """Return the links between servers and switches."""
        return tuple(link for link in self.links if link.kind == "host")

    @cached_property
    def fabric(self) -> tuple[Link, ...]:
        """Return the links between switches."""
        return tuple(link for link in self.links if link.kind == "fabric")

    @cached_property
    def twins(self) -> tuple[Link, ...]:
        """Return the links between switches that are two jumpers each."""
        fitted = self.plan.fitted or {}
        return tuple(
            link
            for link in self.fabric
            if (fitted[link.id].strands > 1 if link.id in fitted else link.speed_gbps == TWIN_GBPS)
        )

    def of(self, device: str) -> tuple[Link, ...]:
        """Return the links of one device."""
        return tuple(link for link in self.links if device in (link.a.device, link.z.device))

    def cage(self, link: Link, device: str) -> int:
        """Return the number of the cage a link has on a switch."""
        name = link.end(device).port
        return next(port.cage for port in self.plan.ports[device] if port.name == name)

    def spares(self, switch: str) -> tuple[Socket, ...]:
        """Return the ports of a switch that are switched off and have no cable."""
        links = self.plan.links_of.get(switch, {})
        return tuple(
            Socket(switch, port.name)
            for port in self.plan.ports[switch]
            if not port.enabled and (port.name not in links or not links[port.name].deployed)
        )


Change = tuple[World, Planted]
Maker = Callable[[Ground, World, random.Random], Change | None]
"""Returns None where the draw found nothing; another draw follows."""


def rail_swap(ground: Ground, world: World, rng: random.Random) -> Change | None:
    """Exchange two plugs at a node."""
    node = _device(rng, ground.hosts, lambda link: link.a.device)
    pair = _sample(rng, [one for one in ground.of(node) if one.kind == "host"], 2)
    if pair is None:
        return None
    return _exchange("rail swap", ground, world, pair, node, SWAPPED)


def node_swap(ground: Ground, world: World, rng: random.Random) -> Change | None:
    """Exchange the plugs of two nodes on a leaf, in different cages."""
    pair = _on_leaf(ground, rng, same_cage=False)
    return pair and _exchange("node swap", ground, world, pair, pair[0].z.device, NODES)


def lane_swap(ground: Ground, world: World, rng: random.Random) -> Change | None:
    """Exchange the plugs of two nodes in one cage of a leaf."""
    pair = _on_leaf(ground, rng, same_cage=True)
    kinds = frozenset({"lane-swap"})
    return pair and _exchange("lane swap", ground, world, pair, pair[0].z.device, kinds)


def stray_swap(ground: Ground, world: World, rng: random.Random) -> Change | None:
    """Exchange plugs of two nodes on two leaves."""
    pair = _sample(rng, ground.hosts, 2)
    if pair is None or {*_devices(pair[:1])} & {*_devices(pair[1:])}:
        return None
    return _exchange("swap across leaves", ground, world, pair, pair[0].a.device, ANY_PORT)


def wrong_spine(ground: Ground, world: World, rng: random.Random) -> Change | None:
    """Exchange two uplinks of a leaf that lead to different spines."""
    leaf = _device(rng, ground.fabric, lambda link: link.a.device)
    pair = _sample(rng, [one for one in ground.fabric if one.a.device == leaf], 2)
    if pair is None or pair[0].z.device == pair[1].z.device:
        return None
    return _exchange("wrong spine", ground, world, pair, leaf, frozenset({"wrong-spine"}))


def leaf_swap(ground: Ground, world: World, rng: random.Random) -> Change | None:
    """Exchange the plugs of two leaves on a spine."""
    spine = _device(rng, ground.fabric, lambda link: link.z.device)
    pair = _sample(rng, [one for one in ground.fabric if one.z.device == spine], 2)
    if pair is None or pair[0].a.device == pair[1].a.device:
        return None
    return _exchange("leaf swap", ground, world, pair, spine, frozenset({"leaf-swap"}))


def uneven_spines(ground: Ground, world: World, rng: random.Random) -> Change | None:
    """Exchange uplinks of two leaves to two spines, so that the counts per pair are uneven."""
    pair = _sample(rng, ground.fabric, 2)
    if pair is None or len({*_devices(pair)}) < 4:
        return None
    kinds = frozenset({"wrong-port", "wrong-spine", "leaf-swap"})
    return _exchange("uneven spines", ground, world, pair, pair[0].a.device, kinds)


def rotated_nodes(ground: Ground, world: World, rng: random.Random) -> Change | None:
    """Move three or four plugs of a leaf one further, the last into the place of the first."""
    leaf = _device(rng, ground.hosts, lambda link: link.z.device)
    links = _sample(rng, [one for one in ground.hosts if one.z.device == leaf], rng.choice((3, 4)))
    if links is None or len({one.a.device for one in links}) < len(links):
        return None
    kinds = NODES | ANY_PORT
    return _rotate("rotated nodes", ground, world, links, leaf, kinds)


def rotated_rails(ground: Ground, world: World, rng: random.Random) -> Change | None:
    """Move three plugs of a node one further."""
    node = _device(rng, ground.hosts, lambda link: link.a.device)
    links = _sample(rng, [one for one in ground.of(node) if one.kind == "host"], 3)
    if links is None:
        return None
    return _rotate("rotated rails", ground, world, links, node, SWAPPED | ANY_PORT)


def rotated_uplinks(ground: Ground, world: World, rng: random.Random) -> Change | None:
    """Move three uplinks of a leaf one further; where two lead to one spine, they may stay so."""
    leaf = _device(rng, ground.fabric, lambda link: link.a.device)
    links = _sample(rng, [one for one in ground.fabric if one.a.device == leaf], 3)
    spines = len({one.z.device for one in links or ()})
    if links is None or spines == 1:
        return None
    kinds = frozenset({"wrong-spine", "wrong-port"})
    after, planted = _rotate("rotated uplinks", ground, world, links, leaf, kinds)
    mates = after.mates
    right = {one.id for one in links if _spine(mates.get(socket(one.a))) == one.z.device}
    return after, replace(planted, links=planted.links - right, moves=spines - 1)


def crossed_twins(ground: Ground, world: World, rng: random.Random) -> Change | None:
    """Cross one jumper each of two links in neighbouring cages: both stay dark."""
    first = _choice(rng, ground.twins)
    if first is None:
        return None
    leaf = first.a.device
    here = ground.cage(first, leaf)
    beside = [
        one for one in ground.twins if one.a.device == leaf and ground.cage(one, leaf) == here + 1
    ]
    if not beside:
        return None
    pair = (first, beside[0])
    mates = pulled(pulled(world.mates, socket(pair[0].a)), socket(pair[1].a))
    crossed = frozenset((socket(one.a), socket(one.z)) for one in pair)
    after = replace(world, mates=mates, crossed=world.crossed | {crossed})
    return after, _planted(
        "crossed twins", f"{_ids(pair)}", pair, frozenset({"crossed-twins"}), 1, _dark(pair)
    )


def missing(ground: Ground, world: World, rng: random.Random) -> Change | None:
    """Take a cable away."""
    link = _choice(rng, ground.links)
    if link is None:
        return None
    after = world.with_mates(pulled(world.mates, socket(link.a)))
    kinds = frozenset({"missing"})
    return after, _planted("missing", link.id, (link,), kinds, 1, _dark((link,)))


def spare_port(ground: Ground, world: World, rng: random.Random) -> Change | None:
    """Put a plug into a port of the same switch that is switched off."""
    link = _choice(rng, ground.links)
    spare = None if link is None else _choice(rng, ground.spares(link.z.device))
    if link is None or spare is None or spare in world.mates:
        return None
    after = world.with_mates(exchanged(world.mates, socket(link.z), spare))
    kinds = frozenset({"missing", "wrong-port"})
    what = f"{link.id} in {spare}"
    return after, _planted("spare port", what, (link,), kinds, 1, {spare, *_dark((link,))})


def pushed_aside(ground: Ground, world: World, rng: random.Random) -> Change | None:
    """Put a node's plug into another one's port, whose plug is left hanging."""
    pair = _on_leaf(ground, rng, same_cage=False)
    if pair is None:
        return None
    mine, other = pair
    mates = pulled(world.mates, socket(other.a))
    after = world.with_mates(exchanged(mates, socket(mine.z), socket(other.z)))
    kinds = frozenset({"wrong-port", "node-swap"})
    what = f"{mine.id} in the port of {other.id}, which hangs"
    return after, _planted("pushed aside", what, pair, kinds, 2, _dark(pair))


def one_way(ground: Ground, world: World, rng: random.Random) -> Change | None:
    """Lose what one end of a cable says."""
    link = _choice(rng, ground.links)
    if link is None:
        return None
    end = socket(rng.choice((link.a, link.z)))
    after = replace(world, muted=world.muted | {end})
    kinds = frozenset({"one-way"})
    return after, _planted("one-way", f"{link.id}, {end} is not heard", (link,), kinds, 0, ())


def stranger(ground: Ground, world: World, rng: random.Random) -> Change | None:
    """Plug a device of no plan into a switch where a cable of the plan should be."""
    name = f"stranger{len(world.strangers) + 1}"
    return _intruder("stranger", ground, world, rng, name, frozenset({"unknown-neighbour"}), 1)


def impostor(ground: Ground, world: World, rng: random.Random) -> Change | None:
    """Plug in a device that announces the name of a device of the plan."""
    name = rng.choice(sorted(ground.booted))
    kinds = frozenset({"duplicate-hostname"})
    return _intruder("impostor", ground, world, rng, name, kinds, 0)


def namesake(ground: Ground, world: World, rng: random.Random) -> Change | None:
    """Let a device announce the name of another one of its role."""
    plan = ground.plan
    own = plan.device[rng.choice(sorted(ground.booted))]
    others = [
        one.name
        for one in plan.devices
        if one.name in ground.booted and one.role == own.role and one.name != own.name
    ]
    name = _choice(rng, others)
    if name is None:
        return None
    after = replace(world, names={**world.names, own.name: name})
    links = ground.of(own.name)
    kinds = frozenset({"duplicate-hostname"})
    claims = {link.id for link in ground.of(name)}
    return after, _planted("namesake", f"{own.name} says it is {name}", links, kinds, 0, claims)


def reorder(ground: Ground, world: World, rng: random.Random) -> Change | None:
    """Exchange two cables between the same two switches, which changes nothing."""
    first = _choice(rng, ground.fabric)
    if first is None:
        return None
    same = [one for one in ground.fabric if _pair(one) == _pair(first) and one is not first]
    other = _choice(rng, same)
    if other is None:
        return None
    where = rng.choice((first.a.device, first.z.device))
    return _exchange("parallel reorder", ground, world, (first, other), where, frozenset(), 0)


def visitor(ground: Ground, world: World, rng: random.Random) -> Change | None:
    """Plug a device of no plan into a port that is switched off."""
    spare = _choice(rng, ground.spares(rng.choice(sorted(_switches(ground)))))
    if spare is None or spare in world.mates:
        return None
    name = f"visitor{len(world.strangers) + 1}"
    mates = joined(world.mates, Socket(name, STRANGER_PORT), spare)
    after = replace(world, mates=mates, strangers={**world.strangers, name: name})
    return after, _planted("visitor", f"{name} in {spare}", (), frozenset(), 0, {spare})


def hardware_address(ground: Ground, world: World, rng: random.Random) -> Change | None:
    """Let a server announce its ports by their hardware addresses, as lldpd does unasked."""
    node = _device(rng, ground.hosts, lambda link: link.a.device)
    if not node:
        return None
    after = replace(world, by_mac=world.by_mac | {node})
    what = f"{node} announces hardware addresses"
    return after, _planted("hardware addresses", what, (), frozenset(), 0, {("mac", node)})


def _intruder(
    kind: str,
    ground: Ground,
    world: World,
    rng: random.Random,
    announces: str,
    kinds: frozenset[str],
    moves: int,
) -> Change | None:
    link = _choice(rng, ground.links)
    if link is None or announces in (link.a.device, link.z.device):
        return None
    name = f"stranger{len(world.strangers) + 1}"
    mates = joined(world.mates, Socket(name, STRANGER_PORT), socket(link.z))
    after = replace(world, mates=mates, strangers={**world.strangers, name: announces})
    what = f"{announces} in {link.z.device} {link.z.port} instead of {link.id}"
    claims: set[Hashable] = {*_dark((link,)), *(one.id for one in ground.of(announces))}
    return after, _planted(kind, what, (link,), kinds, moves, claims)


def _on_leaf(ground: Ground, rng: random.Random, *, same_cage: bool) -> tuple[Link, Link] | None:
    """Return two links of different nodes on one switch, in one cage or in two."""
    one = _choice(rng, ground.hosts)
    if one is None:
        return None
    leaf = one.z.device
    here = ground.cage(one, leaf)
    others = [
        other
        for other in ground.of(leaf)
        if other.kind == "host" and other.a.device != one.a.device
        if (ground.cage(other, leaf) == here) == same_cage
    ]
    other = _choice(rng, others)
    return None if other is None else (one, other)


def _exchange(
    kind: str,
    ground: Ground,
    world: World,
    pair: Sequence[Link],
    device: str,
    kinds: frozenset[str],
    moves: int = 1,
) -> Change:
    """Exchange the plugs of two links at a device, or those at their upper ends."""
    ends = [one.end(device) if device in _devices((one,)) else one.a for one in pair]
    mates = exchanged(world.mates, socket(ends[0]), socket(ends[1]))
    what = f"{_ids(pair)} at {device}"
    return world.with_mates(mates), _planted(kind, what, pair, kinds, moves, _pairs(pair))


def _rotate(
    kind: str,
    ground: Ground,
    world: World,
    links: Sequence[Link],
    device: str,
    kinds: frozenset[str],
) -> Change:
    mates = dict(world.mates)
    sockets = [socket(one.end(device)) for one in links]
    for one in sockets[1:]:
        mates = exchanged(mates, sockets[0], one)
    what = f"{_ids(links)} at {device}"
    moves = len(links) - 1
    return world.with_mates(mates), _planted(kind, what, links, kinds, moves, _pairs(links))


def _planted(
    kind: str,
    what: str,
    links: Iterable[Link],
    kinds: frozenset[str],
    moves: int,
    claims: Iterable[Hashable],
) -> Planted:
    named = frozenset(link.id for link in links)
    return Planted(kind, what, named, kinds, moves, named | frozenset(claims))


def _pairs(links: Iterable[Link]) -> frozenset[Hashable]:
    """Return the pairs of switches that links join: parallel cables may stand in for each other."""
    return frozenset(_pair(link) for link in links if link.kind == "fabric")


def _pair(link: Link) -> Hashable:
    return frozenset((link.a.device, link.z.device))


def _dark(links: Iterable[Link]) -> frozenset[Hashable]:
    """Return what dark cables claim: twins in neighbouring cages cannot be told from them."""
    fabric = [link for link in links if link.kind == "fabric"]
    ends = {end.device for link in fabric for end in (link.a, link.z)}
    return _pairs(fabric) | {("dark", device) for device in ends}


def _spine(end: Socket | None) -> str:
    return "" if end is None else end.device


def _switches(ground: Ground) -> set[str]:
    return {link.z.device for link in ground.links}


def _devices(links: Iterable[Link]) -> list[str]:
    return [end.device for link in links for end in (link.a, link.z)]


def _device(rng: random.Random, links: Iterable[Link], of: Callable[[Link], str]) -> str:
    """Return a device by chance, empty where there is none."""
    return _choice(rng, sorted({of(link) for link in links}, key=natural_key)) or ""


def _choice(rng: random.Random, values: Sequence[T]) -> T | None:
    return rng.choice(values) if values else None


def _sample(rng: random.Random, values: Sequence[T], count: int) -> list[T] | None:
    return rng.sample(values, count) if len(values) >= count else None


def _ids(links: Iterable[Link]) -> str:
    return ", ".join(link.id for link in links)


FAULTS: tuple[Maker, ...] = (
    rail_swap,
    node_swap,
    lane_swap,
    stray_swap,
    wrong_spine,
    leaf_swap,
    uneven_spines,
    rotated_nodes,
    rotated_rails,
    rotated_uplinks,
    crossed_twins,
    missing,
    spare_port,
    pushed_aside,
    one_way,
    stranger,
    impostor,
    namesake,
)
HARMLESS: tuple[Maker, ...] = (reorder, visitor, hardware_address)

"""What a drawing of a network shows: boxes of switches and hosts, and bundles of links."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from railwright.emitters.drawing.levels import Level
from railwright.emitters.drawing.seats import Seat
from railwright.plan.fabric import Fabric
from railwright.plan.model import Device
from railwright.plan.shape import FabricShape, Network

Tier = Literal["router", "superspine", "spine", "leaf", "host"]
TIERS: tuple[Tier, ...] = ("router", "superspine", "spine", "leaf", "host")
"""From above."""
MANY = "many"
"""The class of bundles whose cables have several colours."""


@dataclass(frozen=True, slots=True)
class VlanMembers:
    """The ports behind one VLAN of an access switch, by what is plugged in; `later` are reserved.

    What is plugged in is a role and a port: `gpu_node` and `bmc`.
    """

    vlan: int
    kinds: Mapping[tuple[str, str], int]
    later: int


@dataclass(frozen=True, slots=True)
class Hosts:
    """The hosts of one box: deployed ones by role, with their names, and how many are reserved."""

    kinds: Mapping[str, int]
    names: tuple[str, ...]
    later: int
    vlans: tuple[VlanMembers, ...] = ()


@dataclass(frozen=True, slots=True)
class Box:
    """Switches, hosts or a router in one box: deployed switches, and the names of reserved ones."""

    seat: Seat
    tier: Tier
    switches: tuple[Device, ...] = ()
    later: tuple[str, ...] = ()
    hosts: Hosts | None = None

    @property
    def id(self) -> str:
        """Return what bundles call it."""
        return self.seat.id

    @property
    def name(self) -> str:
        """Return the name of the one switch or router in it, empty where it stands for more."""
        if self.tier == "router":
            return self.seat.id
        names = [*(one.name for one in self.switches), *self.later]
        return names[0] if len(names) == 1 else ""

    @property
    def deployed(self) -> bool:
        """Return whether something in it is there now."""
        if self.hosts is not None:
            return bool(self.hosts.names)
        return bool(self.switches) or self.tier == "router"


@dataclass(frozen=True, slots=True)
class Bundle:
    """All links between two boxes: deployed ones by speed in Gb/s, and how many are reserved.

    `colour` is the class of the colour of its cables, `many` where they have several.
    """

    lower: str
    upper: str
    speeds: Mapping[int, int]
    later: int
    colour: str

    @property
    def links(self) -> int:
        """Return how many deployed links it stands for."""
        return sum(self.speeds.values())


@dataclass(frozen=True)
class FabricView:
    """A network as it is drawn: the boxes of every tier from the left, and the bundles."""

    cluster: str
    fabric: Fabric
    level: Level
    tiers: Mapping[Tier, tuple[Box, ...]]
    bundles: tuple[Bundle, ...]

    @property
    def shape(self) -> FabricShape:
        """Return the numbers of the network."""
        return self.fabric.shape

    @property
    def network(self) -> Network:
        """Return the name of the network."""
        return self.fabric.shape.network

    @cached_property
    def box(self) -> Mapping[str, Box]:
        """Return the boxes by id."""
        return {box.id: box for boxes in self.tiers.values() for box in boxes}

    def is_regular(self, bundle: Bundle) -> bool:
        """Return whether a bundle joins two tiers that the design joins."""
        lower, upper = self.box[bundle.lower], self.box[bundle.upper]
        return upper.tier in {_UP.get(lower.tier), "router"}

    @cached_property
    def upwards(self) -> Mapping[str, tuple[Bundle, ...]]:
        """Return the regular bundles from each box upwards."""
        found: dict[str, list[Bundle]] = {}
        for bundle in self.bundles:
            if self.is_regular(bundle):
                found.setdefault(bundle.lower, []).append(bundle)
        return {lower: tuple(bundles) for lower, bundles in found.items()}

    def between(self, upper: Tier, lower: Tier) -> Iterator[Bundle]:
        """Yield the bundles between two tiers."""
        for bundle in self.bundles:
            if (self.box[bundle.upper].tier, self.box[bundle.lower].tier) == (upper, lower):
                yield bundle


_UP: Mapping[Tier, Tier] = {"host": "leaf", "leaf": "spine", "spine": "superspine"}

"""Cables as they are, to plug wrong and right again: who hears whom follows from them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from railwright.device.cabling.check import Cabling, check
from railwright.device.cabling.model import Move, Place, Seen
from railwright.device.lldp import Neighbour
from railwright.plan.model import Plan

Port = tuple[str, str]


@dataclass
class World:
    """The cables of a plan by port, both ways; `deaf` ports hear nothing though they are cabled.

    Switches announce aliases, as stock images do.
    """

    plan: Plan
    cables: dict[Port, Port] = field(default_factory=dict)
    deaf: set[Port] = field(default_factory=set)
    aliases: dict[Port, str] = field(default_factory=dict)

    @classmethod
    def of(cls, plan: Plan) -> "World":
        """Return the world as planned, as far as LLDP speaks on it."""
        world = cls(plan)
        world.aliases = {
            (device.name, port.name): port.alias
            for device in plan.switches
            for port in plan.ports[device.name]
        }
        for link in plan.links:
            if link.deployed and link.kind in {"host", "fabric"}:
                world.connect((link.a.device, link.a.port), (link.z.device, link.z.port))
        return world

    def connect(self, one: Port, other: Port) -> None:
        assert one not in self.cables
        assert other not in self.cables
        self.cables[one], self.cables[other] = other, one

    def unplug(self, port: Port) -> Port:
        """Take a cable out; return where it led to."""
        far = self.cables.pop(port)
        del self.cables[far]
        return far

    def swap(self, one: Port, other: Port) -> None:
        """Exchange what is plugged into two ports, of which one may be empty."""
        far, other_far = self.cables.get(one), self.cables.get(other)
        if other in (one, far):
            return
        for port, end in ((one, far), (other, other_far)):
            if end is not None:
                del self.cables[port], self.cables[end]
        for port, end in ((other, far), (one, other_far)):
            if end is not None:
                self.connect(port, end)

    def heard(self) -> dict[str, dict[str, tuple[Neighbour, ...]]]:
        """Return what every device of the plan hears."""
        found: dict[str, dict[str, tuple[Neighbour, ...]]] = {
            device.name: {} for device in self.plan.devices if device.is_switch or device.is_node
        }
        for here, there in self.cables.items():
            if here in self.deaf or here[0] not in found:
                continue
            said = self.aliases.get(there, there[1])
            found[here[0]][here[1]] = (Neighbour(there[0], said, chassis=f"chassis of {there[0]}"),)
        return found

    def check(self, present: Collection[str] | None = None) -> Cabling:
        """Check the cabling from what everybody hears."""
        return checked(self.plan, self.heard(), present)

    def mend(self, moves: Iterable[Move], read: Collection[str] | None = None) -> None:
        """Do what the moves say; each must find the cables as it says they are.

        `read` are the devices that were looked at, None for all. What is in a port of another may
        be unknown; a cable is not connected where the words say to look first, and a plug is there.
        """
        for move in moves:
            one, other = (at(place) for place in move.ends)
            match move.action:
                case "swap" | "move":
                    far = [at(place) if place else None for place in move.far]
                    for end, said in zip((one, other), far, strict=False):
                        assert self.cables.get(end) == said or (said is None and read is not None)
                    assert move.action == "swap" or other not in self.cables
                    self.swap(one, other)
                case "connect":
                    full = [end for end in (one, other) if end in self.cables]
                    if full and read is not None:
                        (end,) = full
                        assert end[0] not in read
                        assert f"; {end[0]} was not read: if a plug is in {end[0]} " in move.text
                        continue
                    self.connect(one, other)
                case "remove":
                    assert self.unplug(one) == other


def at(place: Place) -> Port:
    return place.device, place.port


def checked(
    plan: Plan,
    heard: dict[str, dict[str, tuple[Neighbour, ...]]],
    present: Collection[str] | None = None,
) -> Cabling:
    """Check the cabling from these neighbours alone."""
    here = frozenset(plan.device) if present is None else frozenset(present)
    return check(plan, Seen(heard, {}), here)


def kinds(found: Cabling) -> list[str]:
    return [one.kind for one in found.findings]


def texts(found: Cabling) -> list[str]:
    return [move.text for move in found.moves]

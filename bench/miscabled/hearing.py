"""What ports hear in a world by LLDP: from the cables alone, without the product."""

from collections.abc import Collection, Iterator, Mapping

from bench.miscabled.model import World, lies

from railwright.lab.network import mac
from railwright.lab.recable import Socket
from railwright.lab.strangers import STRANGER_PORT
from railwright.plan.model import Plan

Heard = Mapping[Socket, tuple[tuple[str, str], ...]]
"""What ports hear: system names and port ids."""


class Ears:
    """The ports of a plan, by what they are called and whether they are switched on."""

    def __init__(self, plan: Plan, booted: Collection[str]) -> None:
        """Take the devices that speak and hear."""
        self._booted = frozenset(booted)
        self._aliases: dict[Socket, str] = {}
        self._off: set[Socket] = set()
        for switch in plan.switches:
            for port in plan.ports[switch.name]:
                self._aliases[Socket(switch.name, port.name)] = port.alias
                if not port.enabled:
                    self._off.add(Socket(switch.name, port.name))
        self._planned = tuple(
            Socket(end.device, end.port)
            for link in plan.links
            if link.deployed and lies(link)
            for end in (link.a, link.z)
            if end.device in self._booted
        )

    def hearing(self, world: World) -> dict[Socket, tuple[tuple[str, str], ...]]:
        """Return what every port with a planned cable hears."""
        return {
            port: tuple(
                (world.announced(one.device), self._id(one, world)) for one in self._of(port, world)
            )
            for port in self._planned
        }

    def speakers(self, world: World) -> dict[Socket, Socket]:
        """Return who speaks to every port with a planned cable that hears somebody."""
        return {port: one for port in self._planned for one in self._of(port, world)}

    def lldpctl(self, world: World) -> dict[str, dict[str, object]]:
        """Return what `lldpctl -f json` prints on every device."""
        entries: dict[str, list[object]] = {name: [] for name in self._booted}
        for port, one in self.speakers(world).items():
            chassis = {"id": {"type": "mac", "value": mac(one.device)}}
            kind = "mac" if one.device in world.by_mac else "ifname"
            said = {"id": {"type": kind, "value": self._id(one, world)}, "descr": one.port}
            entry = {"chassis": {world.announced(one.device): chassis}, "port": said}
            entries[port.device].append({port.port: entry})
        return {name: {"lldp": {"interface": found}} for name, found in sorted(entries.items())}

    def _of(self, port: Socket, world: World) -> Iterator[Socket]:
        other = world.mates.get(port)
        if other is None or other in world.muted or other in self._off:
            return
        if other.device in self._booted or other.port == STRANGER_PORT:
            yield other

    def _id(self, port: Socket, world: World) -> str:
        """Return the port id that a port announces."""
        if port.device in world.by_mac:
            return mac(port.device, port.port)
        return self._aliases.get(port, port.port)

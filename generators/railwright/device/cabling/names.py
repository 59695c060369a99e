"""Whose port is it? Announced names, aliases, descriptions and MAC addresses against the plan."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from railwright.device.cabling.model import End
from railwright.device.lldp import Neighbour
from railwright.plan.model import Plan
from railwright.plan.ports import Faceplate

_MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")
_IFNAME = "ifname"


@dataclass(frozen=True, slots=True)
class _Plate:
    """The ports of one switch role: their names, and names by alias."""

    names: frozenset[str]
    by_alias: Mapping[str, str]

    def name(self, said: str, subtype: str) -> str | None:
        """Return the port that somebody announces; stock images announce the alias."""
        if subtype == _IFNAME and said in self.names:
            return said
        return self.by_alias.get(said) or (said if said in self.names else None)


class Names:
    """The ports of a plan by everything that is announced of them."""

    def __init__(self, plan: Plan) -> None:
        self._devices = plan.device
        self._links = plan.links_of
        self.domain = (plan.intent.services.domain or "").lower().rstrip(".")
        plates = {
            (network, role): _plate(fabric.faceplates[role])
            for network, fabric in plan.built.items()
            for role in fabric.faceplates
        }
        self._plates = {
            device.name: plates[device.network, device.role]
            for device in plan.switches
            if device.network is not None
        }
        assets = plan.intent.assets.rows if plan.intent.assets else ()
        self.macs: Mapping[str, End] = {
            mac: End(row.device, port)
            for row in assets
            if row.device in self._devices
            for port, mac in row.macs.items()
        }
        self.known_by_mac = frozenset(self.macs.values())

    def is_data_port(self, device: str, port: str) -> bool:
        """Return whether a port is on the faceplate of a switch, cabled by the plan or not."""
        plate = self._plates.get(device)
        return plate is not None and port in plate.names

    def ports(self, device: str) -> int:
        """Return how many ports of a device may be heard: those of a switch, links of a node."""
        plate = self._plates.get(device)
        return len(plate.names) if plate else len(self._links.get(device, ()))

    def device(self, system: str) -> str | None:
        """Return the device of the plan that calls itself so, in whatever domain."""
        if system in self._devices:
            return system
        name = short(system)
        return name if name in self._devices else None

    def other_domain(self, system: str) -> str:
        """Return the domain of a device of the plan that is not the planned one, else nothing."""
        if not self.domain or system in self._devices or self.device(system) is None:
            return ""
        domain = system.lower().rstrip(".").partition(".")[2]
        return "" if domain == self.domain else domain

    def is_at(self, seen: Neighbour, planned: End) -> bool:
        """Return whether a neighbour is plainly the planned one; False leaves it to `end`."""
        if seen.system != planned.device:
            return False
        plate = self._plates.get(seen.system)
        name = plate.name(seen.port, seen.subtype) if plate else seen.port
        return name == planned.port

    def end(self, seen: Neighbour, at: End) -> End:
        """Return the port that a neighbour heard at `at` is.

        One whose device or port the plan does not know keeps its own words and the place it is
        heard at; its device is the planned name where that is known.
        """
        if own := self.macs.get(_mac(seen.port)):
            return own
        device = self.device(seen.system)
        if device is None:
            own = self.macs.get(_mac(seen.chassis))
            return own or End(seen.system, seen.port, f"{at.device} {at.port}")
        port = self._port(device, seen)
        if port is None:
            return End(device, seen.port, f"{at.device} {at.port}")
        return End(device, port)

    def _port(self, device: str, seen: Neighbour) -> str | None:
        links = self._links.get(device, {})
        plate = self._plates.get(device)
        for said in (seen.port, seen.description):
            if plate and (name := plate.name(said, seen.subtype)):
                return name
            if said in links:  # a node's interface, or the management port of a switch
                return said
        return None


def short(system: str) -> str:
    """Return an announced name as plans have it: without domain, in lower case."""
    return system.lower().partition(".")[0]


def _plate(plate: Faceplate) -> _Plate:
    slots = (*plate.down, *plate.up, *plate.border, *plate.spares)
    return _Plate(frozenset(slot.name for slot in slots), {slot.alias: slot.name for slot in slots})


def _mac(text: str) -> str:
    """Return a MAC address as the assets have it; empty for anything else."""
    lowered = text.lower().replace("-", ":")
    return lowered if _MAC.fullmatch(lowered) else ""

"""Ends of cables as people find them: faceplate label, rack and unit, cable labels."""

from collections.abc import Mapping
from functools import cached_property

from railwright.device.cabling.model import End, Place
from railwright.device.lldp import spoken
from railwright.plan.model import Plan, Port

NAMELESS = "a device without name"


class Places:
    """The places of a plan; what a place needs is looked up when it is asked for."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._ports: dict[str, Mapping[str, Port]] = {}

    def port(self, end: End) -> Port | None:
        """Return the plan's port at an end, None where it has none."""
        if end.at or end.device not in self._plan.device:
            return None
        if end.device not in self._ports:
            self._ports[end.device] = {one.name: one for one in self._plan.ports[end.device]}
        return self._ports[end.device].get(end.port)

    def place(self, end: End) -> Place:
        """Return an end as JSON and people have it."""
        port = self.port(end)
        alias = port.alias if port else None
        rack, unit = self._stands(end.device)
        return Place(
            device=spoken(end.device),
            port=spoken(end.port),
            alias=None if alias == end.port else alias,
            known=not end.at,
            rack=rack,
            unit=unit,
            labels=() if end.at else self._labels.get((end.device, end.port), ()),
        )

    def plain(self, said: str) -> str:
        """Return what a device said, safe to print."""
        return spoken(said)

    def text(self, end: End) -> str:
        """Return an end in words: `leaf Ethernet16 (etp3a)`."""
        device = spoken(end.device or NAMELESS)
        return f"{device} {self.port_text(end)}" if end.port else device  # a router's is unknown

    def full_text(self, end: End) -> str:
        """Return an end with the place of its device: `leaf (A07 unit 32) Ethernet16 (etp3a)`."""
        return f"{self.device_text(end.device)} {self.port_text(end)}"

    def port_text(self, end: End) -> str:
        """Return the port alone: `Ethernet16 (etp3a)`."""
        port = self.port(end)
        label = f" ({port.alias})" if port and port.alias != end.port else ""
        return spoken(end.port) + label

    def device_text(self, device: str) -> str:
        """Return a device with its place: `leaf`, on a floor `leaf (A07 unit 32)`."""
        rack, unit = self._stands(device)
        name = spoken(device or NAMELESS)
        return f"{name} ({rack} unit {unit})" if rack else name

    def _stands(self, device: str) -> tuple[str, int] | tuple[None, None]:
        floor = self._plan.floor
        place = floor.places.get(device) if floor else None
        return (place.rack, place.top_u) if place else (None, None)

    @cached_property
    def _labels(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """Return the labels of the cables that belong in every port, with a floor."""
        if self._plan.floor is None:
            return {}
        found: dict[tuple[str, str], tuple[str, ...]] = {}
        for cable in self._plan.cabled.cables:
            for end in cable.ends:
                for port in end.ports:
                    key = end.device, port
                    found[key] = (*found.get(key, ()), end.label)
        return found

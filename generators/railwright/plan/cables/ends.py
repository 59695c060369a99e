"""The ends of cables: where they are, what they are plugged into, what is printed on them."""

from collections.abc import Iterable
from typing import NamedTuple

from railwright.intent.cabling import LabelFormat
from railwright.plan.cables import labels, sockets
from railwright.plan.cables.cages import Cages, PortCage
from railwright.plan.cables.model import CableEnd
from railwright.plan.model import LinkEnd
from railwright.plan.placement.model import FloorPlan


class Plug(NamedTuple):
    """One end of a cable before it is known what is at the other.

    `cage` and `socket` are empty for a router outside the plan; `name` is its half of the label.
    """

    device: str
    port: str
    cage: str
    socket: str
    name: str


class Ends:
    """Makes ends; remembers where devices stand. `racks` are those of all that stand somewhere."""

    def __init__(self, form: LabelFormat, cages: Cages, floor: FloorPlan | None) -> None:
        self._form = form
        self._cages = cages
        self.racks: dict[str, str] = {}
        self._tops: dict[str, int] = {}
        if floor:
            self.racks = {name: place.rack for name, place in floor.places.items()}
            self.racks.update(floor.rack_of_pdu)
            self._tops = {name: place.top_u for name, place in floor.places.items()}
        self._before: dict[str, str] = {}
        self._alone: dict[str, tuple[str, ...]] = {}

    def own(self, at: LinkEnd, strand: int = 0) -> Plug:
        """Return the plug of a cable that one port has for itself.

        `strand` counts from 1 where several cables lie side by side, else it is 0.
        """
        cage = self._cages.of(at.device, at.port)
        if cage is None:
            return self.plug(at, None, "")
        socket = sockets.whole(cage, strand) if strand else sockets.own(cage)
        return self.plug(at, cage, socket)

    def plug(self, at: LinkEnd, cage: PortCage | None, socket: str) -> Plug:
        """Return the plug in a socket of a cage; both are unknown outside the plan."""
        name = labels.end(self._form, self._prefix(at.device), socket)
        return Plug(at.device, at.port, cage.label if cage else "", socket, name)

    def end(self, plug: Plug, far: Iterable[str], ports: tuple[str, ...] | None = None) -> CableEnd:
        """Return a labelled end; `ports` are those it serves where they are several."""
        return CableEnd(
            device=plug.device,
            ports=self._ports(plug.port) if ports is None else ports,
            cage=plug.cage,
            socket=plug.socket,
            rack=self.racks.get(plug.device),
            top_u=self._tops.get(plug.device),
            label=labels.label(plug.name, far),
        )

    def _ports(self, port: str) -> tuple[str, ...]:
        return self._alone.setdefault(port, (port,) if port else ())

    def _prefix(self, device: str) -> str:
        if (found := self._before.get(device)) is None:
            rack, top_u = self.racks.get(device), self._tops.get(device)
            found = self._before[device] = labels.prefix(self._form, device, rack, top_u)
        return found

"""Every socket of a switch: what belongs into it, and which ones stay empty."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from railwright.emitters.cabling.ends import other_side
from railwright.emitters.cabling.job import Job, Pull
from railwright.naming import natural_key
from railwright.plan.cables.model import Cable, CableEnd
from railwright.plan.cables.plugs import Plug
from railwright.plan.model import Port

Use = Literal["used", "reserved", "spare"]
_Place = tuple[int, int, int]
_AFTER_ALL: _Place = (2, 0, 0)
"""Where ports stand that are not on the data side of the box, such as `eth0`."""


@dataclass(frozen=True, slots=True)
class Socket:
    """What a plug goes into, and the cable it is at, None for a spare socket.

    `ports` are the ports behind it, `far` the other side of the cable, `plug` what is plugged in
    now, None for a socket that stays empty.
    """

    cage: str
    socket: str
    ports: str
    use: Use
    cable: Cable | None = None
    far: tuple[Plug | CableEnd, ...] = ()
    plug: Plug | None = None


def sockets(job: Job, switches: Iterable[str]) -> Iterator[tuple[str, tuple[Socket, ...]]]:
    """Yield the sockets of every switch in the order of its cages, fixed ports after them."""
    found: dict[str, list[tuple[Cable, int]]] = {name: [] for name in switches}
    for cable in job.plan.cabled.cables:
        for number, end in enumerate(cable.ends):
            if end.device in found:
                found[end.device].append((cable, number))
    for name, ends in found.items():
        plugged = {plug.socket: (plug, pull) for plug, pull in job.by_device.get(name, ())}
        yield name, tuple(_of_switch(job.plan.ports[name], ends, plugged))


def _of_switch(
    ports: Sequence[Port],
    ends: Sequence[tuple[Cable, int]],
    plugged: Mapping[str, tuple[Plug, Pull]],
) -> Iterator[Socket]:
    places: dict[str, _Place] = {
        port.name: (int(port.fixed), port.cage, port.subport) for port in ports
    }
    cabled = [(_first(places, cable.ends[at]), _cabled(cable, at, plugged)) for cable, at in ends]
    taken = {name for cable, at in ends for name in cable.ends[at].ports}
    empty = [(places[port.name], _empty(port)) for port in ports if port.name not in taken]
    rows = [(place, natural_key(one.socket), one) for place, one in (*cabled, *empty)]
    for _, _, one in sorted(rows, key=lambda row: row[:2]):
        yield one


def _first(places: Mapping[str, _Place], end: CableEnd) -> _Place:
    return min((places.get(name, _AFTER_ALL) for name in end.ports), default=_AFTER_ALL)


def _cabled(cable: Cable, at: int, plugged: Mapping[str, tuple[Plug, Pull]]) -> Socket:
    end, upper = cable.ends[at], at == len(cable.ends) - 1
    ports = " ".join(end.ports)
    if not cable.deployed:
        far = cable.ends[:-1] if upper else cable.ends[-1:]
        return Socket(end.cage, end.socket, ports, "reserved", cable, far)
    plug, pull = plugged[end.socket]
    return Socket(end.cage, end.socket, ports, "used", cable, other_side(plug, pull), plug)


def _empty(port: Port) -> Socket:
    cage = str(port.cage)
    socket = f"{cage}/{port.subport}" if port.subport else cage
    return Socket(cage, socket, port.name, "spare" if port.use == "spare" else "reserved")

"""Face plates: the cages of a device in the order of their labels, with the ports behind each."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from railwright.emitters.cabling.job import Job
from railwright.emitters.cabling.sockets import sockets
from railwright.naming import natural_key
from railwright.plan.cables.cages import RJ45, Cages, PortCage
from railwright.plan.model import Device

PlateRow = list[tuple[str, list[str]]]
"""Cages in order, each with its label and the ports behind it."""


class Empty(NamedTuple):
    """A socket that stays empty: reserved for what is still to come, or spare.

    `ports` are the ports behind it with a space between.
    """

    cage: str
    socket: str
    ports: str
    is_reserved: bool


class Plates:
    """The plates of some of a plan's devices, by name.

    Devices of one kind share a plate, `rows` has each once.
    """

    def __init__(self, job: Job, devices: Iterable[str]) -> None:
        plan = job.plan
        self._job = job
        switches = {device.name for device in plan.switches}
        self._sockets = dict(sockets(job, [name for name in devices if name in switches]))
        self._cages = Cages(plan.intent, plan.node_models, plan.built)
        self._number: dict[int, int] = {}
        self.rows: list[PlateRow] = []

    def number(self, device: Device) -> int:
        """Return which of `rows` is the plate of a device."""
        ports = self._cages.ports_of(device.name)
        if (found := self._number.get(id(ports))) is None:
            found = self._number[id(ports)] = len(self.rows)
            self.rows.append(_plate(ports))
        return found

    def empty(self, device: Device) -> Iterator[Empty]:
        """Yield the sockets of a device that stay empty: of a switch as other sheets have them."""
        if device.is_switch:
            for one in self._sockets[device.name]:
                if one.use != "used":
                    yield Empty(one.cage, one.socket, one.ports, one.use == "reserved")
            return
        ends = self._job.by_device.get(device.name, ())
        taken = {port for plug, _ in ends for port in plug.ports.split()}
        for cage, ports in self.rows[self.number(device)]:
            for port in ports:
                if port not in taken:
                    yield Empty(cage, cage, port, is_reserved=False)


def _plate(ports: Mapping[str, PortCage]) -> PlateRow:
    """Return the cages of a device without its sockets for management, which may not be there."""
    cages: dict[str, list[str]] = {}
    for port, cage in ports.items():
        if cage.label != port or cage.kind.form_factor != RJ45:
            cages.setdefault(cage.label, []).append(port)
    order = sorted(cages, key=natural_key)
    return [(label, sorted(cages[label], key=natural_key)) for label in order]

"""The ends of cables as the person sees them who plugs them in, and the check of a cable."""

from collections.abc import Iterator
from hashlib import sha256
from typing import NamedTuple

import orjson

from railwright.catalog import loader as catalog
from railwright.plan.bom.parts import adapters
from railwright.plan.cables.model import Cable, CableEnd
from railwright.plan.model import Plan

CHECK_DIGITS = 8


class Plug(NamedTuple):
    """One end of a cable as the person sees it who plugs it in.

    `ports` are the logical ports with a space between. `row`, `rack` and `top_u` are None for what
    stands nowhere, `module` and `adapter` where the cage has none, `connector` where it is unknown.
    `waits` says that the device is still to come: the tail of a splitter is left in the rack.
    """

    device: str
    ports: str
    cage: str
    socket: str
    row: str | None
    rack: str | None
    top_u: int | None
    connector: str | None
    module: str | None
    adapter: str | None
    label: str
    waits: bool


class Plugs:
    """The plugs of a plan's cables; remembers what is in every cage."""

    def __init__(self, plan: Plan) -> None:
        known = adapters()
        self._modules: dict[tuple[str, str], str] = {}
        self._adapters: dict[tuple[str, str], str] = {}
        for one in plan.cabled.modules:
            table = self._adapters if one.part in known else self._modules
            table[one.device, one.cage] = one.part
        floor = plan.floor
        self._row: dict[str | None, str] = {}
        if floor:
            self._row = {rack.name: rack.row for rack in floor.racks}
        self._sockets = {one.sku: one.connector for one in catalog.optics().transceivers}
        self._connectors = dict(_connectors())
        self._reserved = frozenset(link.id for link in plan.links if not link.deployed)

    def of(self, cable: Cable) -> tuple[Plug, ...]:
        """Return the plugs of a cable: lower tier first, the single end of a splitter last."""
        ends, links = cable.ends, cable.links
        lower, upper = self._connectors.get(cable.part or "", (None, None))
        if len(links) == 1:
            return self._plug(ends[0], lower), self._plug(ends[1], upper)
        tails = [
            self._plug(end, lower, waits=link in self._reserved)
            for end, link in zip(ends, links, strict=False)
        ]
        return *tails, self._plug(ends[-1], upper)

    def _plug(self, end: CableEnd, connector: str | None, *, waits: bool = False) -> Plug:
        at = end.device, end.cage
        if module := self._modules.get(at):
            connector = self._sockets[module]
        return Plug(
            end.device,
            " ".join(end.ports),
            end.cage,
            end.socket,
            self._row.get(end.rack),
            end.rack,
            end.top_u,
            connector,
            module,
            self._adapters.get(at),
            end.label,
            waits,
        )


def check_of(cable: Cable, plugs: tuple[Plug, ...]) -> str:
    """Return the fingerprint of a cable and of what its ends are plugged into.

    That a device is still to come is not in it: growth changes no check.
    """
    said = cable.id, cable.part, cable.length_m, [plug[:-1] for plug in plugs]
    return sha256(orjson.dumps(said)).hexdigest()[:CHECK_DIGITS]


def _connectors() -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the connectors of every cable of the catalog, lower end first.

    A splitter's single end is the upper one: the tails go to the hosts. All others have one kind
    of connector at both ends; what goes into a module has that of the module.
    """
    optics = catalog.optics()
    for jumper in optics.jumpers:
        for length in jumper.lengths:
            yield length.sku, (jumper.connectors[1], jumper.connectors[0])
    for cable in optics.assemblies:
        for length in cable.lengths:
            yield length.sku, (cable.far, cable.near)

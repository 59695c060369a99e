"""Cables in the formats of other tools: what inventories, validators and labs load."""

from collections.abc import Callable, Iterator
from functools import partial

from railwright.emitters.interop import containerlab, left_out, netbox, p2p, ptm
from railwright.emitters.interop.wires import Wires, wires_of
from railwright.files import Extra, OutputFile, Part
from railwright.plan.cables.many import MOST_CABLES
from railwright.plan.model import Plan

_EMITTERS: tuple[Callable[[Wires], Iterator[OutputFile]], ...] = (
    netbox.emit,
    p2p.emit,
    containerlab.emit,
    ptm.emit,
    left_out.emit,
)


def parts(plan: Plan, extras: frozenset[Extra]) -> Iterator[Part]:
    """Yield the files of `cabling/interop/` as parts.

    A plan of more than `MOST_CABLES` cables has them only where `sheets` is among `extras`.
    """
    cables = sum(cable.deployed for cable in plan.cabled.cables)
    if cables <= MOST_CABLES or "sheets" in extras:
        wires = wires_of(plan)
        for emit in _EMITTERS:
            yield partial(emit, wires)

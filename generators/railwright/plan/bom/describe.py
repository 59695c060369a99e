"""What part numbers are, from the catalog, and which of them are guesses."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from railwright.catalog import loader as catalog
from railwright.catalog.physical_model import Assembly, Jumper
from railwright.plan.bom.model import Kind
from railwright.plan.bom.parts import PDU_SUFFIX, UNKNOWN, Item

_UNPLANNED: Mapping[Kind, str] = {
    "cable": "cable of a link that no part of the catalog fits",
    "pdu": "power distribution unit; the model follows from a floor",
}


class Description(NamedTuple):
    """A part in words; `assumed` says that the catalog marks it as a guess."""

    text: str
    assumed: bool


def describe(item: Item) -> Description:
    """Return what a part is. Raises: KeyError for one that the catalog does not have."""
    if item.part == UNKNOWN:
        return Description(_UNPLANNED[item.kind], assumed=True)
    return _OF_KIND[item.kind](item.part)


def _switch(part: str) -> Description:
    one = catalog.switch(part)
    return Description(f"{one.vendor} {one.model}", one.chassis is None or one.chassis.assumed)


def _node(part: str) -> Description:
    one = catalog.node(part)
    return Description(f"{one.vendor} {one.model}", one.chassis is None or one.chassis.assumed)


def _nic(part: str) -> Description:
    return Description(f"{part}, inside the servers", assumed=False)


def _rack(part: str) -> Description:
    one = catalog.rack(part)
    return Description(f"{one.vendor} {one.model}", bool(one.assumptions))


def _pdu(part: str) -> Description:
    one = catalog.rack(part.removesuffix(PDU_SUFFIX))
    text = f"PDU {one.pdu.model}, {one.pdu.usable_w} W, {one.pdu.outlets} outlets"
    return Description(text, bool(one.assumptions))


def _plugged(part: str) -> Description:
    return _optics()[part]


@cache
def _optics() -> Mapping[str, Description]:
    return dict(_described())


def _described() -> Iterator[tuple[str, Description]]:
    """Yield every module, cable and adapter of the catalog."""
    optics = catalog.optics()
    for module in optics.transceivers:
        text = f"{module.vendor} {module.description}"
        yield module.sku, Description(text, module.assumed)
    for adapter in optics.adapters:
        yield adapter.sku, Description(f"{adapter.vendor} {adapter.description}", assumed=False)
    cables: tuple[Jumper | Assembly, ...] = (*optics.jumpers, *optics.assemblies)
    for cable in cables:
        for length in cable.lengths:
            text = f"{cable.vendor} {cable.description}, {length.length_m:g} m"
            yield length.sku, Description(text, cable.assumed)


_OF_KIND: Mapping[Kind, Callable[[str], Description]] = {
    "switch": _switch,
    "node": _node,
    "nic": _nic,
    "module": _plugged,
    "adapter": _plugged,
    "cable": _plugged,
    "rack": _rack,
    "pdu": _pdu,
}

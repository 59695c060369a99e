"""The modules and adapters in the cages of links: one each, however many links a cage serves."""

from collections.abc import Iterable, Mapping

from railwright.plan.cables.cages import Cages
from railwright.plan.cables.model import Fitting, Module
from railwright.plan.model import Link, LinkEnd

ADAPTER = "adapter"
"""What the id of an adapter ends in: it may share its cage with a module."""


def modules(
    links: Iterable[Link], fitted: Mapping[str, Fitting], cages: Cages
) -> tuple[Module, ...]:
    """Return every module and adapter in the order of the links; one link deploys its cage."""
    found: dict[str, Module] = {}
    for link in links:
        if (fitting := fitted.get(link.id)) is None:
            continue
        ends = (
            (link.a, fitting.a_module, fitting.a_adapter),
            (link.z, fitting.z_module, fitting.z_adapter),
        )
        for end, part, adapter in ends:
            if part:
                _add(found, link, end, cages, part)
            if adapter:
                _add(found, link, end, cages, adapter, f":{ADAPTER}")
    return tuple(found.values())


def _add(
    found: dict[str, Module], link: Link, end: LinkEnd, cages: Cages, part: str, suffix: str = ""
) -> None:
    cage = cages.of(end.device, end.port)
    if cage is None:
        return
    name = f"{end.device}:{cage.label}{suffix}"
    before = found.get(name)
    if before is None or (link.deployed and not before.deployed):
        found[name] = Module(name, end.device, cage.label, part, link.network, link.deployed)

"""Every part of a plan, counted by part number, deployed and reserved ones apart."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from railwright.catalog import loader as catalog
from railwright.catalog.model import NicModel, NodeModel
from railwright.plan.bom.model import Kind
from railwright.plan.members import PDU_PLATFORM, members
from railwright.plan.model import NODE_ROLES, Plan

UNKNOWN = "unknown"
"""Stands for the part number of cables that no part of the catalog fits, and of unplanned PDUs."""


PDU_SUFFIX = "-pdu"
"""What follows the name of a rack profile in the part number of its PDUs, which have no other."""


class Item(NamedTuple):
    """A part number of one kind."""

    kind: Kind
    part: str


Counts = Counter[tuple[Item, bool]]
"""How many there are of an item, deployed (True) or only reserved."""


def count(plan: Plan) -> Counts:
    """Return how many of every part a plan has."""
    found: Counts = Counter()
    boxes = Counter(
        (one.role, one.platform, one.deployed) for one in members(plan.intent, plan.built)
    )
    for (role, platform, deployed), many in boxes.items():
        if role in NODE_ROLES:
            found[Item("node", platform), deployed] += many
            for nic, cards in _nics(plan.node_models[platform]):
                found[Item("nic", nic.model), deployed] += many * cards
        elif platform != PDU_PLATFORM:
            found[Item("switch", platform), deployed] += many
        elif plan.floor is None:
            found[Item("pdu", UNKNOWN), deployed] += many
    found.update(_racks(plan))
    known = adapters()
    modules = Counter((one.part, one.deployed) for one in plan.cabled.modules)
    for (part, deployed), many in modules.items():
        found[Item("adapter" if part in known else "module", part), deployed] += many
    cables = Counter((one.part or UNKNOWN, one.deployed) for one in plan.cabled.cables)
    for (part, deployed), many in cables.items():
        found[Item("cable", part), deployed] += many
    return found


def adapters() -> frozenset[str]:
    """Return the part numbers that are adapters, which sit in a cage as modules do."""
    return frozenset(one.sku for one in catalog.optics().adapters)


def _racks(plan: Plan) -> Iterator[tuple[Item, bool]]:
    """Yield every rack and the PDUs in it, one for each feed; not those that overrides emptied."""
    if plan.floor is None:
        return
    for rack in plan.floor.racks:
        if not plan.floor.in_rack[rack.name]:
            continue
        profile = plan.floor.profiles[rack.profile]
        yield Item("rack", profile.name), rack.deployed
        for _ in range(profile.feeds):
            yield Item("pdu", f"{profile.name}{PDU_SUFFIX}"), rack.deployed


def _nics(model: NodeModel) -> Iterator[tuple[NicModel, int]]:
    """Yield the NICs of a server with the number of cards; ports of one card share its address."""
    if model.rail_nic:
        yield model.rail_nic, _cards(nic.pci for nic in model.nics)
    if model.frontend_nic:
        yield model.frontend_nic, _cards(nic.pci for nic in model.frontend)


def _cards(addresses: Iterable[str | None]) -> int:
    """Return how many cards some ports are on; a port whose address is not known is one."""
    known = [one and one.rpartition(".")[0] for one in addresses]
    return len({one for one in known if one}) + sum(not one for one in known)

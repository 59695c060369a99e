"""Which devices of a plan speak for all, where comparing every one would take too long."""

from collections import defaultdict
from collections.abc import Hashable

from railwright.plan.model import Device, Plan

MOST_LINKS = 5000
"""Deployed links up to which every device is compared: about a second."""


def devices(plan: Plan) -> frozenset[str]:
    """Return the switches and servers to compare, by name.

    All of them, or the first and the last of each kind of a larger plan, with everything they are
    cabled to. Devices are of one kind that have role, network, platform and kinds of links in
    common, since all else about them is made alike.
    """
    whole = frozenset(one.name for one in plan.devices if one.is_switch or one.is_node)
    if sum(link.deployed for link in plan.links) <= MOST_LINKS:
        return whole
    kinds: dict[Hashable, list[str]] = defaultdict(list)
    for device in plan.devices:
        if device.name in whole:
            kinds[_kind(plan, device)].append(device.name)
    chosen = {name for names in kinds.values() for name in (names[0], names[-1])}
    peers = {
        link.peer(name).device
        for name in chosen
        for link in plan.links_of.get(name, {}).values()
        if link.deployed
    }
    return whole & (chosen | peers)


def _kind(plan: Plan, device: Device) -> Hashable:
    links = plan.links_of.get(device.name, {}).values()
    shape = frozenset((link.kind, link.network) for link in links if link.deployed)
    return device.role, device.network, device.platform, device.hwsku, shape

"""Which devices of a plan a test looks at: all of a usual one, some of each kind of a large one."""

from collections import defaultdict

from railwright.plan.model import Device, Plan

USUAL = 1000
"""Devices of a plan up to which none is left out: several times the reference."""


def devices(plan: Plan) -> tuple[Device, ...]:
    """Return all devices of a usual plan; the first, middle and last of each kind of a large one.

    Devices are of a kind that have role, network, platform and what their links are of in common.
    """
    if len(plan.devices) <= USUAL:
        return plan.devices
    kinds: dict[tuple[object, ...], list[Device]] = defaultdict(list)
    for device in plan.devices:
        links = plan.links_of.get(device.name, {}).values()
        shape = sorted({(link.kind, link.network, link.deployed) for link in links})
        kinds[device.role, device.network, device.platform, *shape].append(device)
    return tuple(
        one
        for same in kinds.values()
        for one in dict.fromkeys((same[0], same[len(same) // 2], same[-1]))
    )


def switches(plan: Plan) -> tuple[Device, ...]:
    """Return the switches among `devices`."""
    return tuple(device for device in devices(plan) if device.is_switch)

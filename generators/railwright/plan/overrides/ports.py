"""Links that end on another port of their switch than the planned one."""

from collections.abc import Mapping
from dataclasses import replace

from railwright.intent.overrides import Overrides, PortOverride
from railwright.plan.fabric import Fabric
from railwright.plan.model import Link, LinkEnd
from railwright.plan.overrides.model import AT, Overridden, listed, slots_of, taken_by
from railwright.plan.ports import Slot
from railwright.plan.shape import Network


def apply(overrides: Overrides, found: Overridden, fabrics: Mapping[Network, Fabric]) -> None:
    """Move the upper ends of links to the ports that were chosen."""
    by_name = {device.name: device for device in found.devices}
    place_of = {link.id: place for place, link in enumerate(found.links)}
    extra = {link.id: number for number, link in enumerate(overrides.links)}
    taken = taken_by(found.links)
    moved: dict[str, int] = {}
    for number, override in enumerate(overrides.ports):
        path = f"{AT}.ports[{number}]"
        place = place_of.get(override.link)
        if place is None:
            what = f"no link {override.link!r} in this plan; `railwright show links` lists them"
            if override.link in extra:
                there = f"{AT}.links[{extra[override.link]}]"
                what = f"{override.link} is the extra link of {there}; choose its ports there"
            found.refuse(f"{path}.link", what)
            continue
        if override.link in moved:
            first = f"{AT}.ports[{moved[override.link]}]"
            found.refuse(f"{path}.link", f"{override.link} is overridden twice, first in {first}")
            continue
        moved[override.link] = number
        link = found.links[place]
        device = by_name.get(link.z.device)
        if device is None or device.network is None:
            what = f"{link.z.device} is not deployed, so its ports cannot be chosen yet"
            if link.kind == "border":
                what = f"{link.z.device} is a router outside this plan; choose its port there"
            found.refuse(f"{path}.link", what)
            continue
        slots = slots_of(fabrics[device.network], device.role)
        if reason := _unfit(override, link, slots, taken):
            found.refuse(f"{path}.port", reason)
            continue
        taken.pop((link.z.device, link.z.port))
        taken[link.z.device, override.port] = link.id
        end = LinkEnd(link.z.device, override.port, link.z.address)
        found.links[place] = replace(link, z=end)


def _unfit(
    override: PortOverride,
    link: Link,
    slots: Mapping[str, Slot],
    taken: Mapping[tuple[str, str], str],
) -> str:
    """Return why a link cannot end on a port, nothing when it can."""
    switch, slot = link.z.device, slots.get(override.port)
    planned = slots[link.z.port]
    what = ""
    if slot is None:
        what = f"{switch} has no port {override.port!r}"
    elif owner := taken.get((switch, override.port)):
        what = f"{switch} {override.port} is the port of {owner}"
    elif slot.speed_gbps != planned.speed_gbps:
        what = f"{switch} {override.port} is {slot.speed_gbps}G, not {planned.speed_gbps}G"
    if not what:
        return ""
    spare = [
        name
        for name, one in slots.items()
        if one.speed_gbps == planned.speed_gbps and (switch, name) not in taken
    ]
    if not spare:
        return f"{what}; no port of {planned.speed_gbps}G is spare there: remove the override"
    return f"{what}; choose a spare one of {planned.speed_gbps}G: {listed(spare)}"

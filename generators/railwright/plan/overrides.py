"""Overrides applied to the plan: links on other ports, other management addresses.

Each is checked against the plan it changes; the whole is refused when two of them meet.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from netaddr import IPAddress, IPNetwork

from railwright.errors import Problem
from railwright.intent.model import Intent
from railwright.intent.overrides import AddressOverride, PortOverride
from railwright.plan.fabric import Fabric
from railwright.plan.management import ManagementAddressing
from railwright.plan.model import Device, Link, LinkEnd, Management, Svi
from railwright.plan.ports import Slot
from railwright.plan.shape import Network

AT = "overrides"
SHOWN = 5  # spare ports that a message names


@dataclass(slots=True)
class Overridden:
    """Devices and links after all overrides, and what was wrong with them.

    `moved` has the new address of every planned one that an override replaced.
    """

    devices: tuple[Device, ...]
    links: list[Link]
    problems: list[Problem] = field(default_factory=list)
    moved: dict[str, str] = field(default_factory=dict)

    def svi(self, svi: Svi) -> Svi:
        """Return an SVI that relays to the DHCP servers where they are now."""
        return replace(svi, relay=tuple(self.moved.get(one, one) for one in svi.relay))


def apply(
    intent: Intent,
    devices: tuple[Device, ...],
    links: list[Link],
    fabrics: Mapping[Network, Fabric],
    addresses: ManagementAddressing,
) -> Overridden:
    """Return devices and links with every override of the intent in place."""
    found = Overridden(devices, links)
    if intent.overrides.ports:
        _ports(intent.overrides.ports, found, fabrics)
    if intent.overrides.addresses:
        _addresses(intent.overrides.addresses, found, addresses)
    return found


def _ports(
    wanted: Iterable[PortOverride], found: Overridden, fabrics: Mapping[Network, Fabric]
) -> None:
    by_name = {device.name: device for device in found.devices}
    place_of = {link.id: place for place, link in enumerate(found.links)}
    taken = {(end.device, end.port): link.id for link in found.links for end in (link.a, link.z)}
    moved: dict[str, int] = {}
    for number, override in enumerate(wanted):
        path = f"{AT}.ports[{number}]"
        place = place_of.get(override.link)
        if place is None:
            what = f"no link {override.link!r} in this plan; `railwright show links` lists them"
            found.problems.append(Problem(f"{path}.link", what))
            continue
        if override.link in moved:
            what = (
                f"{override.link} is overridden twice, first in {AT}.ports[{moved[override.link]}]"
            )
            found.problems.append(Problem(f"{path}.link", what))
            continue
        moved[override.link] = number
        link = found.links[place]
        device = by_name.get(link.z.device)
        if device is None or device.network is None:
            what = f"{link.z.device} is not deployed, so its ports cannot be chosen yet"
            if link.kind == "border":
                what = f"{link.z.device} is a router outside this plan; choose its port there"
            found.problems.append(Problem(f"{path}.link", what))
            continue
        slots = _slots(fabrics[device.network], device)
        if reason := _unfit(override, link, slots, taken):
            found.problems.append(Problem(f"{path}.port", reason))
            continue
        taken.pop((link.z.device, link.z.port))
        taken[link.z.device, override.port] = link.id
        end = LinkEnd(link.z.device, override.port, link.z.address)
        found.links[place] = replace(link, z=end)


def _slots(fabric: Fabric, device: Device) -> dict[str, Slot]:
    plate = fabric.faceplates[device.role]
    slots = (*plate.down, *plate.up, *plate.border, *plate.spares)
    return {slot.name: slot for slot in slots}


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
    more = f" (and {len(spare) - SHOWN} more)" if len(spare) > SHOWN else ""
    return f"{what}; choose a spare one of {planned.speed_gbps}G: {', '.join(spare[:SHOWN])}{more}"


def _addresses(
    wanted: Iterable[AddressOverride], found: Overridden, addresses: ManagementAddressing
) -> None:
    place_of = {device.name: place for place, device in enumerate(found.devices)}
    devices = list(found.devices)
    owners = {
        place.address: device.name
        for device in devices
        for place in (device.management, device.bmc, device.oob)
        if place
    }
    changed: dict[tuple[str, str], int] = {}
    for number, override in enumerate(wanted):
        path = f"{AT}.addresses[{number}]"
        place = place_of.get(override.device)
        current = None
        if place is not None:
            device = devices[place]
            current = device.management if override.which == "management" else device.bmc
        if place is None or current is None:
            what = f"no {override.which} address of {override.device!r} in this plan"
            what += "; `railwright show devices` lists them"
            found.problems.append(Problem(f"{path}.device", what))
            continue
        what = f"the {override.which} address of {override.device}"
        first = changed.setdefault((override.device, override.which), number)
        if first != number:
            what += f" is overridden twice, first in {AT}.addresses[{first}]"
            found.problems.append(Problem(f"{path}.device", what))
            continue
        network = _network(devices[place], override)
        if reason := _unusable(override, current, owners, network, addresses):
            found.problems.append(Problem(f"{path}.address", reason))
            continue
        owners[override.address] = override.device
        found.moved[current.address] = override.address
        moved = replace(current, address=override.address)
        devices[place] = (
            replace(devices[place], management=moved)
            if override.which == "management"
            else replace(devices[place], bmc=moved)
        )
    found.devices = tuple(devices)
    found.links = [_readdressed(link, found.moved) for link in found.links]


def _network(device: Device, override: AddressOverride) -> Literal["inband", "oob"]:
    is_inband = device.is_node and override.which == "management"
    return "inband" if is_inband else "oob"


def _unusable(
    override: AddressOverride,
    current: Management,
    owners: Mapping[str, str],
    network: Literal["inband", "oob"],
    addresses: ManagementAddressing,
) -> str:
    """Return why a device cannot have an address, nothing when it can."""
    address, subnet = IPAddress(override.address), IPNetwork(current.subnet)
    if address not in subnet:
        return f"{address} is not on {subnet}, the subnet of {override.device}; choose one of it"
    if override.address == current.address:
        return f"{address} is what the plan gives it anyway; remove the override"
    owner = owners.get(override.address, "")
    if override.address == current.gateway:
        owner = "the gateway"
    elif int(address) in (subnet.first, subnet.last):
        owner = "the subnet itself"
    elif not owner and addresses.keeps(network, override.address):
        owner = "a device that the capacity reserves it for"
    return f"{address} belongs to {owner}; choose a free address of {subnet}" if owner else ""


def _readdressed(link: Link, moved: Mapping[str, str]) -> Link:
    """Return an access link whose host has the address it was given."""
    if link.kind != "access" or link.a.address not in moved:
        return link
    return replace(link, a=replace(link.a, address=moved[link.a.address]))

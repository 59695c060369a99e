"""Management addresses that are not the planned ones."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Literal

from netaddr import IPAddress, IPNetwork

from railwright.intent.overrides import AddressOverride
from railwright.plan.management import ManagementAddressing
from railwright.plan.model import Device, Link, Management
from railwright.plan.overrides.model import AT, Overridden


def apply(
    wanted: Iterable[AddressOverride], found: Overridden, addresses: ManagementAddressing
) -> None:
    """Give devices the addresses that were chosen."""
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
            found.refuse(f"{path}.device", what)
            continue
        what = f"the {override.which} address of {override.device}"
        first = changed.setdefault((override.device, override.which), number)
        if first != number:
            what += f" is overridden twice, first in {AT}.addresses[{first}]"
            found.refuse(f"{path}.device", what)
            continue
        network = _network(devices[place], override)
        if reason := _unusable(override, current, owners, network, addresses):
            found.refuse(f"{path}.address", reason)
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

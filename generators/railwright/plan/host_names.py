"""Every name that resolves, and the address behind it.

A device's own name is its management address; every further address has the device's name, a dash
and what the address is on: `gpu0001-bmc`, `gpu0001-rail3`, `spine1-lo`, `spine1-ethernet8`. So
names are as stable as devices and ports are, and a traceroute can be read.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from railwright.naming import OOB_LEG, natural_key
from railwright.plan.model import Device, Plan

Kind = Literal["management", "bmc", "leg", "loopback", "gateway", "interface"]


@dataclass(frozen=True, slots=True)
class HostName:
    """One label without domain and its IPv4 address; `kind` is what the address belongs to."""

    name: str
    address: str
    kind: Kind


def of_plan(plan: Plan) -> Iterator[HostName]:
    """Yield the names of all deployed devices in natural order."""
    for device in in_order(plan):
        yield from of_device(plan, device)


def in_order(plan: Plan) -> list[Device]:
    """Return the deployed devices in the natural order of their names."""
    return sorted(plan.devices, key=lambda device: natural_key(device.name))


def of_device(plan: Plan, device: Device) -> Iterator[HostName]:
    """Yield the names of one device, its own first.

    Ports that are only reserved count: a switch has their addresses from the first day.
    """
    yield HostName(device.name, device.management.address, "management")
    if device.bmc:
        yield HostName(bmc_name(device), device.bmc.address, "bmc")
    if device.oob:
        yield HostName(leg_name(device), device.oob.address, "leg")
    if device.loopback:
        yield HostName(f"{device.name}-lo", device.loopback, "loopback")
    for svi in plan.svis_of.get(device.name, ()):
        yield HostName(f"{device.name}-vlan{svi.vlan}", svi.gateway, "gateway")
    links = plan.links_of.get(device.name, {})
    for port in sorted(links, key=natural_key):
        if links[port].kind != "access":  # else a management address, or that of the VLAN
            address = links[port].end(device.name).address
            yield HostName(f"{device.name}-{port.lower()}", address, "interface")


def bmc_name(device: Device) -> str:
    """Return the name of a host's BMC."""
    return f"{device.name}-bmc"


def leg_name(device: Device) -> str:
    """Return the name of a management server's own leg on OOB."""
    return f"{device.name}-{OOB_LEG}"

"""Overrides applied to the plan: other ports, lengths, addresses, ASNs, and further links.

Each is checked against the plan it changes; the whole is refused when two of them meet.
"""

from collections.abc import Mapping

from railwright.intent.model import Intent
from railwright.plan.fabric import Fabric
from railwright.plan.management import ManagementAddressing
from railwright.plan.model import Device, Link
from railwright.plan.overrides import addresses as addresses_of
from railwright.plan.overrides import asns, extra_links, lengths, ports
from railwright.plan.overrides.model import Overridden
from railwright.plan.overrides.switches import switches
from railwright.plan.shape import Network

__all__ = ["Overridden", "apply"]


def apply(
    intent: Intent,
    devices: tuple[Device, ...],
    links: list[Link],
    fabrics: Mapping[Network, Fabric],
    addresses: ManagementAddressing,
) -> Overridden:
    """Return devices and links with every override of the intent in place.

    The order matters: an extra link may use a port that another override freed, and its session
    needs the ASNs that its ends have in the end. Lengths as built are only gathered: links get
    them with the parts they are cabled with.
    """
    found = Overridden(devices, links)
    wanted = intent.overrides
    if wanted.ports:
        ports.apply(wanted, found, fabrics)
    if wanted.lengths:
        lengths.apply(wanted, found)
    if wanted.addresses:
        addresses_of.apply(wanted.addresses, found, addresses)
    if wanted.asns or wanted.links:
        places = switches(intent, fabrics)
        numbers = asns.apply(intent, found, places)
        extra_links.apply(intent, found, fabrics, places, numbers)
    return found

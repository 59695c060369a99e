"""What the services around the cluster need to know of it: DNS, /etc/hosts, DHCP."""

from collections.abc import Iterator

from railwright.emitters.naming_services import dns, hosts, kea
from railwright.files import Part
from railwright.plan.model import Plan


def parts(plan: Plan) -> Iterator[Part]:
    """Yield `dns/...`, `hosts/...` and `dhcp/kea-dhcp4.conf` as parts."""
    yield from dns.parts(plan)
    yield from hosts.parts(plan)
    yield from kea.parts(plan)

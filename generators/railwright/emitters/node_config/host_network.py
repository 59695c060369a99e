"""A server's data ports for systemd-networkd: addresses, a routing table per port, the way out.

Traffic from a port's address leaves by that port or not at all: a rule sends it to the port's own
table, and an `unreachable` route of high metric catches there what the port does not lead to, and
everything when the port is down. Traffic without a source address finds each rail's prefix over
its own rail and the storage network over both storage ports, the rest of both pools unreachable.
"""

from collections.abc import Iterator

from railwright.emitters.node_config import oob_leg, rails, storage
from railwright.emitters.node_config.attachments import (
    UNREACHABLE_METRIC,
    Attachment,
    attachments,
    twins,
    unreachable,
)
from railwright.emitters.node_config.networkd import file, network_file, route, section
from railwright.files import OutputFile
from railwright.plan.model import Device, Plan

NETWORKD = """\
[Network]
ManageForeignRoutes=no
ManageForeignRoutingPolicyRules=no
"""

# Values: NVIDIA's and IBM's multi-rail guides: answer ARP only on the interface that owns the
# address, announce the outgoing interface's own, and accept asymmetric paths of source routing.
# A route over a port without carrier counts as none, and of several gateways the kernel takes
# one that answers: by default half the traffic of two ports is lost with one of them.
SYSCTL = """\
net.ipv4.conf.all.arp_announce = 2
net.ipv4.conf.all.arp_ignore = 1
net.ipv4.conf.all.ignore_routes_with_linkdown = 1
net.ipv4.conf.all.rp_filter = 2
net.ipv4.conf.default.rp_filter = 2
net.ipv4.fib_multipath_use_neigh = 1
"""
SYSCTL_IPV6 = "net.ipv6.conf.all.ignore_routes_with_linkdown = 1\n"


def tree(plan: Plan, device: Device) -> Iterator[OutputFile]:
    """Yield the networkd files of a server and the kernel settings several ports need."""
    yield file("etc/systemd/networkd.conf.d/50-railwright.conf", NETWORKD)
    settings = SYSCTL if plan.dual is None else SYSCTL + SYSCTL_IPV6
    yield file("etc/sysctl.d/60-railwright-rails.conf", settings)
    compute = attachments(plan, device, "compute")
    both = attachments(plan, device, "storage")
    yield network_file("lo", *_loopback(plan, device, compute, both))
    for rail in compute:
        yield network_file(rail.port.name, *rails.sections(plan, rail))
    for port in both:
        yield network_file(port.port.name, *storage.sections(plan, port, both))
    yield from oob_leg.files(plan, device)


def _loopback(
    plan: Plan, device: Device, compute: tuple[Attachment, ...], both: tuple[Attachment, ...]
) -> Iterator[str]:
    """Yield what must outlive every port: the unreachable routes and the rules of no one port."""
    yield section("Match", Name="lo")
    pools = plan.intent.pools
    for ports, pool in ((compute, pools.compute_hosts), (both, pools.storage_hosts)):
        if ports:
            for prefix in twins(plan, str(pool)):
                yield route(prefix, Type="unreachable", Metric=UNREACHABLE_METRIC)
            yield from unreachable(plan, ports)
    if both:
        yield from storage.way_out(plan, device)

"""A server's data ports: addresses, a routing table per port, the way out.

Traffic from a port's address leaves by that port or not at all: a rule sends it to the port's own
table, and an `unreachable` route of high metric catches there what the port does not lead to, and
everything when the port is down. Traffic without a source address finds each rail's prefix over
its own rail and the storage network over both storage ports, the rest of both pools unreachable.
"""

from collections.abc import Iterator

from railwright.emitters.node_config import keyfiles, oob_leg, rails, storage
from railwright.emitters.node_config.attachments import (
    UNREACHABLE_METRIC,
    Attachment,
    attachments,
    twins,
    unreachable,
)
from railwright.emitters.node_config.networkd import (
    Section,
    file,
    network_file,
    route,
    section,
)
from railwright.emitters.node_config.state import RoleState, Unit
from railwright.files import OutputFile
from railwright.naming import OOB_LEG
from railwright.plan.model import Device, Plan

NETWORKD = """\
[Network]
ManageForeignRoutes=no
ManageForeignRoutingPolicyRules=no
"""

# No data port has to be up for a system to be up, so networkd's own wait would find nothing to
# wait for and hold up whatever wants to be online for two minutes: one port is enough, or half one.
WAIT_ONLINE = """\
[Service]
ExecStart=
ExecStart=/lib/systemd/systemd-networkd-wait-online --any --timeout=30 {interfaces}
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


def state(plan: Plan, device: Device) -> RoleState:
    """Return the files of a server's data ports, and what configures the network by them.

    That is systemd-networkd, or NetworkManager on a system that has nothing else.
    """
    kernel = SYSCTL if plan.dual is None else SYSCTL + SYSCTL_IPV6
    settings = file("etc/sysctl.d/60-railwright-rails.conf", kernel)
    found = tuple(interfaces(plan, device))
    stack = plan.intent.stack
    if stack is not None and stack.os in keyfiles.SYSTEMS:
        files = keyfiles.files(plan.intent.cluster, device.name, found)
        return RoleState(files=(settings, *files), units=(Unit(keyfiles.UNIT),))
    foreign = file("etc/systemd/networkd.conf.d/50-railwright.conf", NETWORKD)
    files = tuple(network_file(name, sections) for name, sections in found)
    return RoleState(
        files=(foreign, *_wait(found), settings, *files),
        units=(Unit("systemd-networkd.service"),),
    )


def _wait(found: tuple[tuple[str, tuple[Section, ...]], ...]) -> Iterator[OutputFile]:
    """Yield what being online means to services that ask, for a server with data ports."""
    if names := [name for name, _ in found if name != "lo"]:
        ports = " ".join(f"--interface={name}" for name in names)
        folder = "etc/systemd/system/systemd-networkd-wait-online.service.d"
        yield file(f"{folder}/50-railwright.conf", WAIT_ONLINE.format(interfaces=ports))


def interfaces(plan: Plan, device: Device) -> Iterator[tuple[str, tuple[Section, ...]]]:
    """Yield the interfaces of a server that are ours, each with its settings."""
    compute = attachments(plan, device, "compute")
    both = attachments(plan, device, "storage")
    yield "lo", tuple(_loopback(plan, device, compute, both))
    for rail in compute:
        yield rail.port.name, tuple(rails.sections(plan, rail))
    for port in both:
        yield port.port.name, tuple(storage.sections(plan, port, both))
    if leg := tuple(oob_leg.sections(plan, device)):
        yield OOB_LEG, leg


def _loopback(
    plan: Plan, device: Device, compute: tuple[Attachment, ...], both: tuple[Attachment, ...]
) -> Iterator[Section]:
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

"""A node's rails for systemd-networkd: addresses, one routing table per rail, and no way out.

Traffic from a rail's address leaves by that rail or not at all: a rule sends it to the rail's
own table, where the compute pool is reached over the rail's leaf, and an `unreachable` route of
high metric catches it when the rail is down. The main table does the same for traffic without a
source address: each rail's prefix over its own rail, the rest of the pool unreachable.
"""

from collections.abc import Iterator

from railwright.files import OutputFile
from railwright.plan.model import Device, Link, Plan, Port

FIRST_TABLE = 100
FIRST_PRIORITY = 1000
UNREACHABLE_METRIC = 4096
FOLDER = "etc/systemd/network"

NETWORKD = """\
[Network]
ManageForeignRoutes=no
ManageForeignRoutingPolicyRules=no
"""

# Values: NVIDIA's and IBM's multi-rail guides: answer ARP only on the interface that owns the
# address, announce the outgoing interface's own, and accept asymmetric paths of source routing.
SYSCTL = """\
net.ipv4.conf.all.arp_announce = 2
net.ipv4.conf.all.arp_ignore = 1
net.ipv4.conf.all.rp_filter = 2
net.ipv4.conf.default.rp_filter = 2
"""


def tree(plan: Plan, device: Device) -> Iterator[OutputFile]:
    """Yield the networkd files of a node and the kernel settings multi-rail needs."""
    pool = str(plan.intent.pools.compute_hosts)
    yield _file("etc/systemd/networkd.conf.d/50-railwright.conf", NETWORKD)
    yield _file("etc/sysctl.d/60-railwright-rails.conf", SYSCTL)
    links = plan.links_of[device.name]
    ports = plan.ports[device.name]
    yield _file(f"{FOLDER}/50-railwright-lo.network", _loopback(pool, ports))
    for port in ports:
        text = _rail(plan, pool, port, links[port.name])
        yield _file(f"{FOLDER}/50-railwright-{port.name}.network", text)


def _file(path: str, text: str) -> OutputFile:
    return OutputFile(path, text.encode())


def _loopback(pool: str, ports: tuple[Port, ...]) -> str:
    tables = [None, *(FIRST_TABLE + port.index for port in ports)]
    return "[Match]\nName=lo\n" + "".join(_unreachable(pool, table) for table in tables)


def _unreachable(pool: str, table: int | None) -> str:
    where = "" if table is None else f"Table={table}\n"
    return f"\n[Route]\nDestination={pool}\nType=unreachable\nMetric={UNREACHABLE_METRIC}\n{where}"


def _rail(plan: Plan, pool: str, port: Port, link: Link) -> str:
    table = FIRST_TABLE + link.rail
    here, leaf = link.a.address, link.z.address
    return f"""\
[Match]
Name={port.name}

[Link]
MTUBytes={port.mtu_bytes}
RequiredForOnline=no

[Network]
Description={link.z.device} {link.z.port}
LinkLocalAddressing=no
IPv6AcceptRA=no
LLDP=no
ConfigureWithoutCarrier=yes
Address={here}/31

[Route]
Destination={plan.rail_prefixes[link.rail]}
Gateway={leaf}
PreferredSource={here}

[Route]
Destination={pool}
Gateway={leaf}
PreferredSource={here}
Table={table}

[RoutingPolicyRule]
From={here}/32
Table={table}
Priority={FIRST_PRIORITY + link.rail}
"""

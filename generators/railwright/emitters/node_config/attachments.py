"""A server's data ports: addresses and gateways by address family, and a routing table each."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import starmap

from railwright.emitters.node_config.networkd import Section, route, rule, section
from railwright.plan.model import Device, Link, Plan, Port
from railwright.plan.shape import Network

FIRST_TABLE: dict[Network, int] = {"compute": 100, "storage": 200}
"""The table of the first port on a network; the others follow."""
PRIORITY_ABOVE_TABLE = 900
"""A rule's priority is its table's number and this, so that both say the same."""
UNREACHABLE_METRIC = 4096
"""Behind everything else that a table has."""
EVERYTHING = ("0.0.0.0/0", "::/0")
FAMILIES = ("ipv4", "ipv6")
BITS = (32, 128)


@dataclass(frozen=True, slots=True)
class Side:
    """One address family of a port: `family` (0: IPv4, 1: IPv6), own address, gateway, subnet."""

    family: int
    own: str
    gateway: str
    subnet: str

    @property
    def interface_address(self) -> str:
        """Return the own address with the length of its subnet."""
        return f"{self.own}/{self.subnet.rpartition('/')[2]}"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A data port, its link, its routing table and its address families."""

    port: Port
    link: Link
    table: int
    sides: tuple[Side, ...]


def twins(plan: Plan, what: str) -> tuple[str, ...]:
    """Return an address or prefix of a routed fabric, and its IPv6 twin in a dual-stack plan."""
    if plan.dual is None:
        return (what,)
    twin = plan.dual.prefix(what) if "/" in what else plan.dual.address(what)
    return (what,) if twin is None else (what, twin)


def families(plan: Plan) -> range:
    """Return the numbers of the address families that data ports have."""
    return range(1 if plan.dual is None else 2)


def attachments(plan: Plan, device: Device, network: Network) -> tuple[Attachment, ...]:
    """Return a server's ports on a network, in order."""
    links = plan.links_of.get(device.name, {})
    ports = [port for port in plan.ports[device.name] if links[port.name].network == network]
    return tuple(
        Attachment(port, links[port.name], table, _sides(plan, links[port.name]))
        for table, port in enumerate(ports, start=FIRST_TABLE[network])
    )


def _sides(plan: Plan, link: Link) -> tuple[Side, ...]:
    columns = (twins(plan, one) for one in (link.a.address, link.z.address, link.prefix))
    return tuple(starmap(Side, zip(families(plan), *columns, strict=True)))


def port_sections(one: Attachment) -> Iterator[Section]:
    """Yield what gives a port its MTU and addresses, whether it has carrier or not."""
    yield section("Match", Name=one.port.name)
    yield section("Link", MTUBytes=one.port.mtu_bytes, RequiredForOnline="no")
    yield section(
        "Network",
        Description=f"{one.link.z.device} {one.link.z.port}",
        LinkLocalAddressing="no" if len(one.sides) == 1 else "ipv6",
        IPv6AcceptRA="no",
        LLDP="no",
        ConfigureWithoutCarrier="yes",
        Address=tuple(side.interface_address for side in one.sides),
    )


def own_table_rule(one: Attachment, side: Side) -> Section:
    """Return the rule that sends what comes from a port's address to the port's table."""
    source = f"{side.own}/{BITS[side.family]}"
    return rule(one.table + PRIORITY_ABOVE_TABLE, one.table, From=source)


def unreachable(plan: Plan, tables: tuple[Attachment, ...]) -> list[Section]:
    """Return the routes behind the ports' own tables: what has no way there has none at all.

    They belong in a file that no port takes with it.
    """
    return [
        route(EVERYTHING[family], Type="unreachable", Metric=UNREACHABLE_METRIC, Table=one.table)
        for family in families(plan)
        for one in tables
    ]

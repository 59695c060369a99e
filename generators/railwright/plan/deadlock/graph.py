"""Who speaks BGP to whom in one network, with what a proof about its routes needs to know.

Neutral on purpose: built from a plan here, from configurations elsewhere, and by hand in tests.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import IPv4Network
from typing import NamedTuple

from railwright.catalog.loader import tiers
from railwright.plan.border import border_of
from railwright.plan.model import SWITCH_ROLES, Plan
from railwright.plan.shape import Network

DEFAULT_ROUTE = "0.0.0.0/0"
BORDER = "border"
"""The role of routers outside the plan. PFC is off on the links to them."""

ALLOWAS_IN: Mapping[str, int] = {"ToRRouter": 1}
"""How often a switch may find its own ASN in a path, by DEVICE_METADATA.type, else never.

Source: sonic-buildimage dockers/docker-fpm-frr/frr/bgpd/templates/general/peer-group.conf.j2
(`allowas-in 1` for ToRRouter; for LeafRouter only with BGP_BBR, which is not emitted: what a
switch is really told is read in `proof/sessions.py`).
"""

Pair = tuple[str, str]
Ports = tuple[str, str]


class Speaker(NamedTuple):
    """A device that speaks BGP: its ASN, its role (a switch's, or `border`), its loop check."""

    asn: int
    role: str
    allowas_in: int = 0

    @property
    def is_lossless(self) -> bool:
        """Return whether its buffers pause who sends to them."""
        return self.role != BORDER


@dataclass(frozen=True)
class SessionGraph:
    """The BGP sessions of one network.

    `pairs` maps two devices with sessions to the ports (first's, second's) of each parallel link;
    a pair is written in one order only. `origins` are the prefixes a device advertises as its
    own: the block of a leaf, and DEFAULT_ROUTE. That of a switch is static over its links to
    border routers, so it is gone when they are. `hosts` are the ports of a switch with a host.
    `blackhole` are the switches that never forward a packet for a lost host of their own block:
    they have a blackhole route for the block, or it is the subnet of a VLAN. `svi` says whether
    hosts share a VLAN, whose unknown addresses are flooded to host ports (and to no other).
    """

    network: Network
    devices: Mapping[str, Speaker]
    pairs: Mapping[Pair, tuple[Ports, ...]]
    origins: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    hosts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    blackhole: frozenset[str] = frozenset()
    svi: bool = False

    @cached_property
    def neighbours(self) -> Mapping[str, tuple[str, ...]]:
        """Return every device's neighbours, sorted; devices without any have none."""
        found: dict[str, list[str]] = {name: [] for name in self.devices}
        for a, z in self.pairs:
            found[a].append(z)
            found[z].append(a)
        return {name: tuple(sorted(peers)) for name, peers in found.items()}

    @cached_property
    def default_origins(self) -> frozenset[str]:
        """Return who advertises a default route as its own."""
        return frozenset(name for name, own in self.origins.items() if DEFAULT_ROUTE in own)

    @cached_property
    def fallbacks(self) -> frozenset[str]:
        """Return the prefixes whose packets have more than one device to go to.

        That is the default route, every prefix with several owners, and every prefix that covers
        one of another owner, whose packets it takes where the longer one is lost.
        """
        owners: dict[str, set[str]] = {}
        for name, own in self.origins.items():
            for prefix in own:
                owners.setdefault(prefix, set()).add(name)
        found = {prefix for prefix, names in owners.items() if len(names) > 1}
        found.update(outer for outer, inner in _nested(owners) if owners[outer] != owners[inner])
        return frozenset(found | {DEFAULT_ROUTE})

    @cached_property
    def fallback_origins(self) -> frozenset[str]:
        """Return who advertises a prefix of `fallbacks` as its own."""
        return frozenset(
            name for name, own in self.origins.items() if not self.fallbacks.isdisjoint(own)
        )

    def ports(self, tx: str, rx: str) -> Ports:
        """Return the ports (of `tx`, of `rx`) of the first link of a pair, in either order.

        Raises: KeyError when the two have no session.
        """
        if (tx, rx) in self.pairs:
            return self.pairs[tx, rx][0]
        theirs, ours = self.pairs[rx, tx][0]
        return ours, theirs


def _nested(prefixes: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield (covering, covered) of IPv4 prefixes; what is none covers nothing."""
    spans = []
    for prefix in prefixes:
        try:
            network = IPv4Network(prefix, strict=False)
        except ValueError:  # a name in a hand-made graph, or a text that no switch takes
            continue
        first = int(network.network_address)
        spans.append((first, network.prefixlen, first + network.num_addresses, prefix))
    around: list[tuple[int, str]] = []
    for first, _, end, prefix in sorted(spans):
        while around and around[-1][0] <= first:
            around.pop()
        for _, outer in around:
            yield outer, prefix
        around.append((end, prefix))


def paired(links: Iterable[tuple[str, str, str, str]]) -> dict[Pair, tuple[Ports, ...]]:
    """Return `pairs` of a graph from (device, port, device, port) per link, in any order."""
    found: dict[Pair, list[Ports]] = {}
    for a, a_port, z, z_port in links:
        if (z, a) in found:
            found[z, a].append((z_port, a_port))
        else:
            found.setdefault((a, z), []).append((a_port, z_port))
    return {pair: tuple(ports) for pair, ports in found.items()}


def of_plan(plan: Plan, network: Network) -> SessionGraph:
    """Return the sessions of one network of a plan, border routers included."""
    devices = {
        one.name: Speaker(one.asn, one.role, ALLOWAS_IN.get(tiers()[one.role].type, 0))
        for one in plan.devices
        if one.role in SWITCH_ROLES and one.network == network and one.asn is not None
    }
    links = []
    routers: dict[str, Speaker] = {}
    for session in plan.sessions:
        link = session.link
        if link.network != network:
            continue
        links.append((link.a.device, link.a.port, link.z.device, link.z.port))
        if link.kind == "border":
            routers[link.z.device] = Speaker(session.asn_z, BORDER)
    shared = {one.device for one in plan.svis if one.network == network}
    return SessionGraph(
        network=network,
        devices=devices | routers,
        pairs=paired(links),
        origins=_origins(plan, network, frozenset(routers)),
        hosts=_hosts(plan, network),
        # Every leaf has its block as a blackhole unless the block is its VLAN's subnet.
        blackhole=frozenset(name for name in devices if name in plan.block_of or name in shared),
        svi=bool(shared),
    )


def _origins(plan: Plan, network: Network, routers: frozenset[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for subnet in plan.subnets:
        if subnet.kind == "leaf_block" and subnet.network == network:
            found.setdefault(subnet.owner, []).append(subnet.prefix)
    for svi in plan.svis:
        if svi.network == network and svi.prefix not in found.get(svi.device, ()):
            found.setdefault(svi.device, []).append(svi.prefix)
    border = border_of(plan.intent, network)
    if border is not None and border.default_route == "received":
        found.update({name: [DEFAULT_ROUTE] for name in routers})
    elif border is not None:
        for session in plan.sessions:
            if session.link.kind == "border" and session.link.network == network:
                own = found.setdefault(session.link.a.device, [])
                if DEFAULT_ROUTE not in own:
                    own.append(DEFAULT_ROUTE)
    return {name: tuple(own) for name, own in found.items()}


def _hosts(plan: Plan, network: Network) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for link in plan.links:
        if link.network == network and link.deployed and link.kind in {"host", "access"}:
            found.setdefault(link.z.device, []).append(link.z.port)
    return {name: tuple(ports) for name, ports in found.items()}

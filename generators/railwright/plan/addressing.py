"""Addresses of routed fabrics: one layout per pool, one function per kind of address.

Every function takes identities (SU, rail, node number ...) and returns an address; nothing here
depends on how many devices are deployed, only on the capacity the layouts were sized from.
The upper end of a /31 (leaf towards a node, spine towards a leaf) is the even address.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from netaddr import IPNetwork

from railwright.errors import IntentError
from railwright.plan.bits import Field, Layout, dotted, lay_out_all
from railwright.plan.identity import CoreId, LeafId, SpineId, superspine_number
from railwright.plan.shape import FabricShape, Network

TIER_LEAF = 0
TIER_SPINE = 1
TIER_SUPERSPINE = 2
NETWORK_NUMBER: dict[Network, int] = {"compute": 0, "storage": 1, "inband": 2, "oob": 3}
LARGEST_TWO_BITS = 3
ADDRESSES_PER_PORT = 2


@dataclass(frozen=True, slots=True)
class Pair:
    """The two ends of a /31: the even upper address, the odd lower one and the prefix."""

    upper: str
    lower: str
    prefix: str


@dataclass(frozen=True, slots=True)
class PoolNames:
    """Which pools of the intent a network's addresses come from; None where it has no such."""

    hosts: str | None
    links: str | None
    loopbacks: str = "loopbacks"


POOLS: dict[Network, PoolNames] = {
    "compute": PoolNames("compute_hosts", "compute_links"),
    "storage": PoolNames("storage_hosts", "storage_links"),
    "inband": PoolNames(None, "management_links"),
    "oob": PoolNames(None, "management_links"),
}


@dataclass(frozen=True, slots=True)
class FabricAddressing:
    """The layouts of one routed fabric; `hosts` is None for access networks."""

    shape: FabricShape
    hosts: Layout | None
    leaf_links: Layout
    spine_links: Layout
    leaf_loopbacks: Layout
    spine_loopbacks: Layout
    superspine_loopbacks: Layout

    def host_pair(self, leaf: LeafId, rail: int, place: int) -> Pair:
        """Return the /31 of NIC `rail` of the node at `place` (from 0) on a leaf of its SU."""
        return _pair(self._hosts().value(**self._host(leaf, rail), port=2 * place))

    def rail_block(self, plane: int, rail: int) -> str:
        """Return the prefix that holds the host addresses of one rail of one plane in every SU."""
        hosts = self._hosts()
        first = hosts.value(plane=plane, rail=rail, pod=0, su=0, port=0)
        return f"{dotted(first)}/{hosts.prefix_length('pod', 'su', 'port')}"

    def plane_block(self, plane: int) -> str:
        """Return the prefix that holds the host addresses of one plane."""
        hosts = self._hosts()
        first = hosts.value(plane=plane, rail=0, pod=0, su=0, port=0)
        return f"{dotted(first)}/{hosts.prefix_length('pod', 'su', 'rail', 'port')}"

    def leaf_block(self, leaf: LeafId) -> str:
        """Return the block that holds all host addresses of one leaf."""
        hosts = self._hosts()
        below = ("rail", "port") if self.shape.shared_leaf else ("port",)
        first = hosts.value(**self._host(leaf, self.shape.rail_of(leaf.leaf) or 0), port=0)
        return f"{dotted(first)}/{hosts.prefix_length(*below)}"

    def gateway(self, leaf: LeafId) -> str:
        """Return a leaf's address on the VLAN its hosts share: the first even one after theirs."""
        port = ADDRESSES_PER_PORT * self.shape.nodes_per_su
        rail = self.shape.rail_of(leaf.leaf) or 0
        return dotted(self._hosts().value(**self._host(leaf, rail), port=port))

    def link_pair(self, leaf: LeafId, uplink: int) -> Pair:
        """Return the /31 of uplink number `uplink` (from 0) of a leaf."""
        return _pair(
            self.leaf_links.value(
                tier=TIER_LEAF,
                network=_management(self.shape.network),
                leaf=leaf.leaf,
                pod=self._pod(leaf.pod),
                su=leaf.su,
                uplink=2 * uplink,
            )
        )

    def core_pair(self, spine: SpineId, uplink: int) -> Pair:
        """Return the /31 of uplink number `uplink` (from 0) of a spine."""
        return _pair(
            self.spine_links.value(
                tier=TIER_SPINE,
                network=_management(self.shape.network),
                pod=self._pod(spine.pod),
                group=spine.group,
                spine=spine.index,
                uplink=2 * uplink,
            )
        )

    def leaf_loopback(self, leaf: LeafId) -> str:
        """Return a leaf's Loopback0."""
        return dotted(
            self.leaf_loopbacks.value(
                network=NETWORK_NUMBER[self.shape.network],
                tier=TIER_LEAF,
                leaf=leaf.leaf,
                pod=self._pod(leaf.pod),
                su=leaf.su,
            )
        )

    def spine_loopback(self, spine: SpineId) -> str:
        """Return a spine's Loopback0."""
        return dotted(
            self.spine_loopbacks.value(
                network=NETWORK_NUMBER[self.shape.network],
                tier=TIER_SPINE,
                pod=self._pod(spine.pod),
                group=spine.group,
                spine=spine.index,
            )
        )

    def superspine_loopback(self, core: CoreId) -> str:
        """Return a super-spine's Loopback0."""
        return dotted(
            self.superspine_loopbacks.value(
                network=NETWORK_NUMBER[self.shape.network],
                tier=TIER_SUPERSPINE,
                superspine=superspine_number(self.shape, core) + 1,
            )
        )

    def _hosts(self) -> Layout:
        assert self.hosts is not None  # noqa: S101 (access networks have no /31s to hosts)
        return self.hosts

    def _pod(self, pod: int) -> int:
        return pod if self.shape.core else 0

    def _host(self, leaf: LeafId, rail: int) -> dict[str, int]:
        return {
            "plane": self.shape.plane_of(leaf.leaf),
            "rail": rail,
            "pod": self._pod(leaf.pod),
            "su": leaf.su,
        }


def _pair(even: int) -> Pair:
    upper = dotted(even)
    return Pair(upper=upper, lower=dotted(even + 1), prefix=f"{upper}/31")


def _management(network: Network) -> int:
    """Return the field that keeps the two management networks apart in the pool they share."""
    return int(network == "oob")


def assign(
    shape: FabricShape,
    pools: Mapping[str, IPNetwork | None],
    *,
    shared_vlan: bool = False,
    borders: int = 0,
) -> FabricAddressing:
    """Size a network's bit fields from capacity; `pools` are the intent's, by key.

    `shared_vlan` keeps room for a gateway and a broadcast address in every leaf's block;
    `borders` are the uplinks of a spine to a border router.
    Raises: IntentError with one problem per pool that is missing or too small.
    """
    names = POOLS[shape.network]
    wanted: dict[str, tuple[str, tuple[Field, ...]]] = {}
    if names.hosts:
        wanted["hosts"] = (names.hosts, _host_fields(shape, shared_vlan=shared_vlan))
    assert names.links is not None  # noqa: S101 (every fabric has links)
    management = Field("network", 1 if names.hosts is None else 0)
    wanted["leaf_links"] = (names.links, _leaf_link_fields(shape, management))
    wanted["spine_links"] = (names.links, _spine_link_fields(shape, management, borders))
    for tier, fields in _loopback_fields(shape).items():
        wanted[f"{tier}_loopbacks"] = (names.loopbacks, fields)
    layouts, problems = lay_out_all(wanted, pools)
    if problems:
        raise IntentError(problems)
    return FabricAddressing(
        shape=shape,
        hosts=layouts.get("hosts"),
        leaf_links=layouts["leaf_links"],
        spine_links=layouts["spine_links"],
        leaf_loopbacks=layouts["leaf_loopbacks"],
        spine_loopbacks=layouts["spine_loopbacks"],
        superspine_loopbacks=layouts["superspine_loopbacks"],
    )


def _pods(shape: FabricShape) -> Field:
    return Field("pod", shape.pods if shape.core else 0)


def _host_fields(shape: FabricShape, *, shared_vlan: bool) -> tuple[Field, ...]:
    """Return plane, rail, pod, SU, port; where rails share a leaf, the rail is within the SU."""
    plane, rail = Field("plane", shape.planes - 1), Field("rail", shape.rails - 1)
    su = Field("su", shape.sus, octet=True)
    last = ADDRESSES_PER_PORT * shape.nodes_per_su + (1 if shared_vlan else -1)
    port = Field("port", last, octet=True)
    if shape.shared_leaf:
        return (plane, _pods(shape), su, rail, port)
    return (plane, rail, _pods(shape), su, port)


def _leaf_link_fields(shape: FabricShape, management: Field) -> tuple[Field, ...]:
    return (
        management,
        Field("tier", 1),
        Field("leaf", shape.leaves_per_su - 1, fill=True),
        _pods(shape),
        Field("su", shape.sus, octet=True),
        Field("uplink", max(2 * shape.uplinks_per_leaf - 1, 1), octet=True),
    )


def _spine_link_fields(shape: FabricShape, management: Field, borders: int) -> tuple[Field, ...]:
    uplinks = max(shape.core.uplinks_per_spine if shape.core else 1, borders)
    return (
        management,
        Field("tier", 1),
        Field("group", max(shape.groups - 1, 0), fill=True),
        _pods(shape),
        Field("spine", shape.spines),
        Field("uplink", 2 * uplinks - 1, octet=True),
    )


def _loopback_fields(shape: FabricShape) -> dict[str, tuple[Field, ...]]:
    first = (Field("network", LARGEST_TWO_BITS), Field("tier", LARGEST_TWO_BITS))
    leaf = Field("leaf", shape.leaves_per_su - 1, fill=True)
    su = Field("su", shape.sus, octet=True)
    return {
        "leaf": (*first, leaf, _pods(shape), su),
        "spine": (
            *first,
            _pods(shape),
            Field("group", max(shape.groups - 1, 0)),
            Field("spine", shape.spines, fill=True),
        ),
        "superspine": (*first, Field("superspine", shape.total_superspines, fill=True)),
    }

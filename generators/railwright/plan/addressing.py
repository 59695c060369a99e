"""Addresses: one layout per pool, one function per kind of address.

Every function takes identities (SU, rail, node number ...) and returns an address; nothing here
depends on how many devices are deployed, only on the capacity the layouts were sized from.
The upper end of a /31 (leaf towards a node, spine towards a leaf) is the even address.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from railwright.errors import IntentError
from railwright.intent.model import Intent
from railwright.naming import rail_interface
from railwright.plan.bits import Field, Layout, dotted, lay_out_all
from railwright.plan.model import Device, FabricShape, Management, Subnet

# Kinds of management subnets: the octet above the block number tells what an address is.
KIND_GPU_NODE = 0
KIND_COMPUTE_SWITCH = 1
LARGEST_KIND = 7
FIRST_MEMBER = 10  # .1 is the gateway, .2 to .9 stay free for redundant gateways
TIER_LEAF = 0
TIER_SPINE = 1
NETWORK_COMPUTE = 0
LARGEST_TWO_BITS = 3
RAILS_IN_A_NIBBLE = 15


@dataclass(frozen=True, slots=True)
class Pair:
    """The two ends of a /31: the even upper address, the odd lower one and the prefix."""

    upper: str
    lower: str
    prefix: str


@dataclass(frozen=True, slots=True)
class Addressing:
    """The layouts of all pools of one intent."""

    hosts: Layout
    links: Layout
    leaf_loopbacks: Layout
    spine_loopbacks: Layout
    inband: Layout
    oob: Layout
    inband_per_subnet: int
    oob_nodes_per_subnet: int
    oob_switches_per_subnet: int

    def host_pair(self, su: int, rail: int, port: int) -> Pair:
        """Return the /31 between NIC port `port` (from 0) of an SU's leaf and its node."""
        return _pair(self.hosts.value(rail=rail, su=su, port=2 * port))

    def rail_block(self, rail: int) -> str:
        """Return the prefix that holds the host /31s of one rail in every SU."""
        first = self.hosts.value(rail=rail, su=0, port=0)
        return f"{dotted(first)}/{self.hosts.prefix_length('su', 'port')}"

    def leaf_block(self, su: int, rail: int) -> str:
        """Return the block that holds all host /31s of one leaf."""
        first = self.hosts.value(rail=rail, su=su, port=0)
        return f"{dotted(first)}/{self.hosts.prefix_length('port')}"

    def link_pair(self, su: int, rail: int, uplink: int) -> Pair:
        """Return the /31 of uplink number `uplink` (from 0) of a leaf."""
        return _pair(self.links.value(tier=TIER_LEAF, rail=rail, su=su, uplink=2 * uplink))

    def leaf_loopback(self, su: int, rail: int) -> str:
        """Return a leaf's Loopback0."""
        return dotted(
            self.leaf_loopbacks.value(network=NETWORK_COMPUTE, tier=TIER_LEAF, rail=rail, su=su)
        )

    def spine_loopback(self, spine: int) -> str:
        """Return a spine's Loopback0; spines count from 1."""
        return dotted(
            self.spine_loopbacks.value(network=NETWORK_COMPUTE, tier=TIER_SPINE, spine=spine)
        )

    def node_inband(self, node: int) -> Management:
        """Return the operating-system address of GPU node number `node` (from 1)."""
        return _member(self.inband, KIND_GPU_NODE, node - 1, self.inband_per_subnet)

    def node_bmc(self, node: int) -> Management:
        """Return the BMC address of GPU node number `node` (from 1)."""
        return _member(self.oob, KIND_GPU_NODE, node - 1, self.oob_nodes_per_subnet)

    def switch_oob(self, number: int) -> Management:
        """Return eth0 of compute switch `number` (from 0: all leaves, then all spines)."""
        return _member(self.oob, KIND_COMPUTE_SWITCH, number, self.oob_switches_per_subnet)


def _pair(even: int) -> Pair:
    return Pair(upper=dotted(even), lower=dotted(even + 1), prefix=f"{dotted(even)}/31")


def _member(layout: Layout, kind: int, number: int, per_subnet: int) -> Management:
    block, place = number // per_subnet + 1, number % per_subnet
    return Management(
        address=dotted(layout.value(kind=kind, block=block, member=FIRST_MEMBER + place)),
        prefix_length=layout.prefix_length("member"),
        gateway=dotted(layout.value(kind=kind, block=block, member=1)),
    )


def assign(intent: Intent, shape: FabricShape) -> Addressing:
    """Size every pool's bit fields from capacity.

    Raises: IntentError with one problem per pool that is too small.
    """
    pools, networks = intent.pools, intent.networks
    nodes = intent.nodes.gpu.reserved
    switches = shape.sus * shape.leaves_per_su + shape.spines
    rail = Field("rail", shape.leaves_per_su - 1)
    su = Field("su", shape.sus, octet=True)
    loopback = (Field("network", LARGEST_TWO_BITS), Field("tier", LARGEST_TWO_BITS))
    kind, member = Field("kind", LARGEST_KIND), Field("member", 255)
    oob_blocks = max(
        -(-nodes // networks.oob.nodes_per_subnet),
        -(-switches // networks.oob.switches_per_subnet),
    )
    layouts, problems = lay_out_all(
        {
            "compute_hosts": (
                pools.compute_hosts,
                (rail, su, Field("port", 2 * shape.nodes_per_su - 1, octet=True)),
            ),
            "compute_links": (
                pools.compute_links,
                (
                    Field("tier", 1),
                    rail,
                    su,
                    Field("uplink", max(2 * shape.uplinks_per_leaf - 1, 1), octet=True),
                ),
            ),
            "loopbacks": (
                pools.loopbacks,
                (
                    *loopback,
                    Field("rail", max(shape.leaves_per_su - 1, RAILS_IN_A_NIBBLE)),
                    Field("su", max(shape.sus, shape.spines), octet=True),
                ),
            ),
            "inband": (
                pools.inband,
                (
                    kind,
                    Field("block", -(-nodes // networks.inband.nodes_per_subnet), octet=True),
                    member,
                ),
            ),
            "oob": (pools.oob, (kind, Field("block", oob_blocks, octet=True), member)),
        }
    )
    if problems:
        raise IntentError(problems)
    leaf_loopbacks = layouts["loopbacks"]
    return Addressing(
        hosts=layouts["compute_hosts"],
        links=layouts["compute_links"],
        leaf_loopbacks=leaf_loopbacks,
        spine_loopbacks=Layout(
            pools.loopbacks,
            ("network", "tier", "spine"),
            (*leaf_loopbacks.widths[:2], sum(leaf_loopbacks.widths[2:])),
        ),
        inband=layouts["inband"],
        oob=layouts["oob"],
        inband_per_subnet=networks.inband.nodes_per_subnet,
        oob_nodes_per_subnet=networks.oob.nodes_per_subnet,
        oob_switches_per_subnet=networks.oob.switches_per_subnet,
    )


def subnets(devices: Iterable[Device], layouts: Addressing, shape: FabricShape) -> Iterator[Subnet]:
    """Yield the hosts' pool, its rails, every leaf's block, then the management subnets in use."""
    yield Subnet(str(layouts.hosts.pool), "compute", "gpu_nodes", "")
    for rail in range(shape.rails):
        yield Subnet(layouts.rail_block(rail), "rail", rail_interface(rail), "")
    found: dict[str, Subnet] = {}
    for device in devices:
        if device.role == "leaf" and device.su is not None and device.rail is not None:
            block = layouts.leaf_block(device.su, device.rail)
            yield Subnet(block, "leaf_block", device.name, "")
        for subnet in _management_subnets(device):
            found.setdefault(subnet.prefix, subnet)
    yield from found.values()


def _management_subnets(device: Device) -> Iterator[Subnet]:
    place = device.management
    if device.is_switch:
        yield Subnet(place.subnet, "oob", "switches", place.gateway)
        return
    yield Subnet(place.subnet, "inband", "gpu_nodes", place.gateway)
    if device.bmc is not None:
        yield Subnet(device.bmc.subnet, "oob", "bmcs", device.bmc.gateway)

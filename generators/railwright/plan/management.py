"""Management addresses: subnets by kind and block, each behind one access switch.

`inband` and `oob` have the same layout: a kind (what the members are), a block (counted from 1,
one subnet each) and a member. Nothing here depends on how many devices are deployed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from netaddr import IPAddress

from railwright.errors import IntentError
from railwright.intent.model import Intent
from railwright.plan.bits import Field, Layout, dotted, lay_out_all
from railwright.plan.model import Management

# Kinds of members: the octet above the block number tells what an address is.
GPU_NODE = 0
COMPUTE_SWITCH = 1
MANAGEMENT_NODE = 2
STORAGE_SWITCH = 3
MANAGEMENT_SWITCH = 4
PDU = 5
STORAGE_NODE = 6
OOB_ODD_LEAF = 7
LARGEST_KIND = 7
FIRST_MEMBER = 10  # .1 is the gateway, .2 to .9 stay free for redundant gateways
GATEWAY = 1
OOB_PER_SERVER = 2  # a management server's BMC and its leg
MEMBERS = 256  # addresses of a subnet
OOB_GBPS = 1  # of every port on OOB: BMCs, management ports of switches, PDUs

KIND_NAMES = {
    GPU_NODE: "gpu_nodes",
    COMPUTE_SWITCH: "compute_switches",
    MANAGEMENT_NODE: "management_nodes",
    STORAGE_SWITCH: "storage_switches",
    MANAGEMENT_SWITCH: "management_switches",
    PDU: "pdus",
    STORAGE_NODE: "storage_nodes",
    OOB_ODD_LEAF: "odd_oob_leaves",
}


@dataclass(frozen=True, slots=True)
class Population:
    """Members of one kind on one management network: how many, and how many share a subnet.

    Subnets that are `spread` go to different switches as long as there are any with room.
    """

    network: Literal["inband", "oob"]
    kind: int
    reserved: int
    per_subnet: int
    spread: bool = False

    @property
    def blocks(self) -> int:
        """Return the number of subnets."""
        return -(-self.reserved // self.per_subnet)

    def place(self, number: int) -> tuple[int, int]:
        """Return the block (from 1) and the member (from 0) of a member's number (from 0)."""
        return number // self.per_subnet + 1, number % self.per_subnet


@dataclass(frozen=True, slots=True)
class ManagementAddressing:
    """The layouts of both management networks and who is on them."""

    layouts: dict[str, Layout]
    populations: dict[tuple[str, int], Population]

    def member(self, network: Literal["inband", "oob"], kind: int, number: int) -> Management:
        """Return the address of member `number` (from 0) of a kind."""
        population = self.populations[network, kind]
        block, place = population.place(number)
        layout = self.layouts[network]
        return Management(
            address=dotted(layout.value(kind=kind, block=block, member=FIRST_MEMBER + place)),
            prefix_length=layout.prefix_length("member"),
            gateway=dotted(layout.value(kind=kind, block=block, member=GATEWAY)),
        )

    def keeps(self, network: Literal["inband", "oob"], address: str) -> bool:
        """Return whether an address of the pool is that of a member, deployed or reserved."""
        layout = self.layouts[network]
        rest, member = divmod(int(IPAddress(address)) - int(layout.pool.first), MEMBERS)
        kind, block = divmod(rest, 1 << layout.widths[layout.names.index("block")])
        population = self.populations.get((network, kind))
        if population is None or not FIRST_MEMBER <= member < FIRST_MEMBER + population.per_subnet:
            return False
        number = (block - 1) * population.per_subnet + member - FIRST_MEMBER
        return 0 <= number < population.reserved


def bmc_number(server: int) -> int:
    """Return the number on OOB (from 0) of the BMC of management server `server` (from 1)."""
    return OOB_PER_SERVER * (server - 1)


def leg_number(server: int) -> int:
    """Return the number on OOB (from 0) of the leg of management server `server` (from 1)."""
    return bmc_number(server) + 1


def populations(intent: Intent, switches: Mapping[int, int]) -> tuple[Population, ...]:
    """Return who is on the management networks, reserved members included, in packing order.

    `switches` has the number of switches of every kind of switch. A management server has a
    subnet of its own, so that no two depend on one switch; on OOB for its BMC and its leg.
    """
    nodes, networks = intent.nodes, intent.networks
    servers = {
        GPU_NODE: nodes.gpu.reserved,
        MANAGEMENT_NODE: nodes.management.reserved if nodes.management else 0,
        STORAGE_NODE: nodes.storage.reserved if nodes.storage else 0,
    }
    inband, oob = networks.inband, networks.oob
    found = [
        Population("inband", GPU_NODE, servers[GPU_NODE], inband.nodes_per_subnet),
        Population("inband", MANAGEMENT_NODE, servers[MANAGEMENT_NODE], 1, spread=True),
        Population("inband", STORAGE_NODE, servers[STORAGE_NODE], inband.nodes_per_subnet),
        Population("oob", GPU_NODE, servers[GPU_NODE], oob.nodes_per_subnet),
        Population("oob", PDU, nodes.pdus.reserved if nodes.pdus else 0, oob.pdus_per_subnet),
        *(Population("oob", k, n, oob.switches_per_subnet) for k, n in switches.items()),
        Population(
            "oob",
            MANAGEMENT_NODE,
            OOB_PER_SERVER * servers[MANAGEMENT_NODE],
            OOB_PER_SERVER,
            spread=True,
        ),
        Population("oob", STORAGE_NODE, servers[STORAGE_NODE], oob.nodes_per_subnet),
    ]
    return tuple(one for one in found if one.reserved)


def assign(intent: Intent, members: tuple[Population, ...]) -> ManagementAddressing:
    """Size both pools from capacity. Raises: IntentError, one problem per pool too small."""
    wanted = {
        network: (
            network,
            (
                Field("kind", LARGEST_KIND),
                Field(
                    "block",
                    max((one.blocks for one in members if one.network == network), default=1),
                    octet=True,
                ),
                Field("member", MEMBERS - 1),
            ),
        )
        for network in ("inband", "oob")
    }
    pools = {"inband": intent.pools.inband, "oob": intent.pools.oob}
    layouts, problems = lay_out_all(wanted, pools)
    if problems:
        raise IntentError(problems)
    return ManagementAddressing(layouts, {(one.network, one.kind): one for one in members})

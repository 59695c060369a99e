"""The plan's values: frozen, complete, computed once; every emitter and check reads only these.

Deployed devices are listed in `Plan.devices`. Ports and links also exist for everything the
capacity reserves, so that growth only enables them; those have `deployed` False.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Literal, NamedTuple

from railwright.catalog.model import NodeModel, SwitchPlatform
from railwright.errors import Problem
from railwright.intent.model import Intent, Services
from railwright.intent.roce import Ecn
from railwright.plan.ipv6 import Dual, dual_of
from railwright.plan.services import on_oob
from railwright.plan.shape import FabricShape, Network

if TYPE_CHECKING:
    from railwright.plan.cables.model import Cabled, Fitting
    from railwright.plan.fabric import Fabric
    from railwright.plan.management import ManagementAddressing
    from railwright.plan.placement.model import FloorPlan

Role = Literal[
    "leaf",
    "spine",
    "superspine",
    "gpu_node",
    "storage_node",
    "management_node",
    "pdu",
]
LinkKind = Literal["host", "fabric", "access", "border"]
PortUse = Literal["host", "fabric", "access", "border", "spare"]
SWITCH_ROLES: frozenset[Role] = frozenset({"leaf", "spine", "superspine"})
NODE_ROLES: frozenset[Role] = frozenset({"gpu_node", "storage_node", "management_node"})


@dataclass(frozen=True, slots=True)
class Management:
    """An address on a management subnet: `address`, its `prefix_length` and the `gateway`."""

    address: str
    prefix_length: int
    gateway: str

    @property
    def subnet(self) -> str:
        """Return the subnet this address is on."""
        shift = 32 - self.prefix_length
        first = int(IPv4Address(self.gateway)) >> shift << shift
        return f"{IPv4Address(first)}/{self.prefix_length}"


@dataclass(frozen=True, slots=True)
class Device:
    """A deployed switch, host or PDU.

    `network` is None for hosts (they sit on several). `pod`, `su`, `rail`, `plane` are None where
    they do not apply; `index` is the device's own number within its kind (node 17, spine 3; for a
    leaf its zero-based number among all leaves of its network). `management` is eth0 on OOB for a
    switch or PDU and the in-band operating-system address for a host, whose BMC is `bmc`; `oob`
    is the leg that a management server has on OOB.
    """

    name: str
    role: Role
    network: Network | None
    platform: str
    hwsku: str | None
    pod: int | None
    su: int | None
    rail: int | None
    index: int
    loopback: str | None
    asn: int | None
    management: Management
    bmc: Management | None = None
    plane: int | None = None
    oob: Management | None = None

    @property
    def is_switch(self) -> bool:
        """Return whether this device forwards packets for others."""
        return self.role in SWITCH_ROLES

    @property
    def is_node(self) -> bool:
        """Return whether this device is a server that we log in to."""
        return self.role in NODE_ROLES


@dataclass(frozen=True, slots=True)
class Port:
    """A data port of a switch, or a rail or storage interface of a node.

    `name` is the SONiC name or the node's interface name; `cage` the faceplate number; `subport`
    is 0 when the cage is not split, else 1..n; `lanes` is SONiC's comma list (empty on hosts).
    `enabled` is False for spare ports and for ports only reserved for growth. `fixed` ports are
    no cages: they cannot be split, and `autoneg` is what their platform says of them.
    """

    device: str
    name: str
    alias: str
    cage: int
    parent: str
    index: int
    subport: int
    lanes: str
    speed_gbps: int
    mtu_bytes: int
    use: PortUse
    enabled: bool
    fixed: bool = False
    autoneg: Literal["on", "off"] | None = "off"


@dataclass(frozen=True, slots=True)
class Length:
    """A cable length and where it comes from; `assumed` until placement computes it."""

    length_m: float
    provenance: str
    assumed: bool


@dataclass(frozen=True, slots=True)
class LinkEnd:
    """One end of a link: device, port and the IPv4 address (without length) on that port."""

    device: str
    port: str
    address: str


@dataclass(frozen=True, slots=True)
class Link:
    """A logical point-to-point link; `a` is the lower tier (node or leaf), `z` the upper one.

    `id` never changes while the capacity stands. `prefix` is the /31, or the subnet of an access
    link, whose `vlan` says which VLAN of the switch its port is a member of and whose `z` has the
    gateway's address. The `z` of a border link is a router outside the plan. `pod`, `su`, `rail`
    and `plane` are those of the lower end, None where they do not apply.
    """

    id: str
    kind: LinkKind
    network: Network
    a: LinkEnd
    z: LinkEnd
    speed_gbps: int
    prefix: str
    length: Length
    pod: int | None
    su: int | None
    rail: int | None
    deployed: bool
    plane: int | None = None
    vlan: int | None = None

    def end(self, device: str) -> LinkEnd:
        """Return this device's end. Raises KeyError when the link does not touch it."""
        return {self.a.device: self.a, self.z.device: self.z}[device]

    def peer(self, device: str) -> LinkEnd:
        """Return the other end. Raises KeyError when the link does not touch `device`."""
        return {self.a.device: self.z, self.z.device: self.a}[device]


@dataclass(frozen=True, slots=True)
class BgpSession:
    """One eBGP session over one link between switches or to a border router."""

    link: Link
    asn_a: int
    asn_z: int


@dataclass(frozen=True, slots=True)
class Subnet:
    """A block of addresses with a purpose.

    `kind`: `network` (all hosts of a network), `plane` and `rail` (one of them, every SU),
    `leaf_block` (one advertised route per leaf) or `access` (one VLAN of one access switch).
    `owner` is the network, the plane, the rail, the leaf, or for `access` the population behind
    it; `gateway` is empty for blocks.
    """

    prefix: str
    kind: Literal["network", "plane", "rail", "leaf_block", "access"]
    network: Network
    owner: str
    gateway: str


@dataclass(frozen=True, slots=True)
class Svi:
    """A switch's routed interface on one of its VLANs.

    `prefix` is the subnet, `gateway` the switch's address on it; `relay` are the DHCP servers
    requests are relayed to. VLANs are local to their switch.
    """

    device: str
    network: Network
    vlan: int
    prefix: str
    gateway: str
    relay: tuple[str, ...] = ()


class HeadroomKey(NamedTuple):
    """What the headroom of a port depends on; the network decides MTU and traffic pattern."""

    network: Network
    platform: str
    hwsku: str
    speed_gbps: int
    lanes: int
    length_m: float


class Term(NamedTuple):
    """One addend of a headroom derivation: what it is, and how many bytes."""

    name: str
    bytes: float


@dataclass(frozen=True, slots=True)
class Headroom:
    """Lossless buffer of one priority group.

    `method` says how it was found: `formula` (the switch computes it, SONiC's arithmetic), `table`
    (the platform's own, `cable_m` being the row used: the next length not below `length_m`) or
    `bound` (no vendor figure: first principles, an assumption). `cable_m` is what CABLE_LENGTH
    says. `size_bytes` is what the group reserves for itself: xon alone where headroom is shared.
    `bound_bytes` is the first-principles bound on xoff, to compare with; `terms` its and the
    formula's addends.
    """

    speed_gbps: int
    lanes: int
    length_m: float
    mtu_bytes: int
    cable_m: int
    size_bytes: int
    xon_bytes: int
    xoff_bytes: int
    threshold: int
    xon_offset_bytes: int | None
    method: Literal["formula", "table", "bound"]
    bound_bytes: int
    source: str
    assumed: bool
    terms: tuple[Term, ...] = ()
    bound_terms: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class QosClass:
    """One traffic class: the DSCPs it takes, its priority (= TC = queue = PG), how it is served.

    `ecn` says how a lossless class is marked, None for classes that are not.
    """

    name: str
    priority: int
    dscps: tuple[int, ...]
    lossless: bool
    strict: bool
    weight: int | None
    ecn: Ecn | None = None


@dataclass(frozen=True)
class Plan:
    """Everything that follows from one intent; `ports` may be computed on demand.

    `built` are the fabrics with their address layouts, `management` the layouts of the management
    addresses: what explanations are read from. With a `floor` or with lengths as built, `fitted`
    says by link id how it is cabled, and lengths of links are those that are ordered or built.
    """

    intent: Intent
    platforms: Mapping[str, SwitchPlatform]
    node_models: Mapping[str, NodeModel]
    fabrics: Mapping[Network, FabricShape]
    devices: tuple[Device, ...]
    ports: Mapping[str, tuple[Port, ...]]
    links: tuple[Link, ...]
    links_of: Mapping[str, Mapping[str, Link]]
    sessions: tuple[BgpSession, ...]
    subnets: tuple[Subnet, ...]
    svis: tuple[Svi, ...]
    qos: Mapping[Network, tuple[QosClass, ...]]
    headroom: Mapping[HeadroomKey, Headroom]
    assumptions: tuple[str, ...]
    built: "Mapping[Network, Fabric]"
    management: "ManagementAddressing"
    floor: "FloorPlan | None" = None
    fitted: "Mapping[str, Fitting] | None" = None
    warnings: tuple[Problem, ...] = ()

    @property
    def shape(self) -> FabricShape:
        """Return the shape of the compute fabric."""
        return self.fabrics["compute"]

    @cached_property
    def device(self) -> Mapping[str, Device]:
        """Return the deployed devices by name."""
        return {device.name: device for device in self.devices}

    @cached_property
    def sessions_of(self) -> Mapping[str, tuple[BgpSession, ...]]:
        """Return every switch's deployed BGP sessions, in port order."""
        table: dict[str, list[BgpSession]] = {}
        for session in self.sessions:
            table.setdefault(session.link.a.device, []).append(session)
            table.setdefault(session.link.z.device, []).append(session)
        return {name: tuple(sessions) for name, sessions in table.items()}

    @cached_property
    def svis_of(self) -> Mapping[str, tuple[Svi, ...]]:
        """Return the SVIs of every switch that has some."""
        table: dict[str, list[Svi]] = {}
        for svi in self.svis:
            table.setdefault(svi.device, []).append(svi)
        return {name: tuple(svis) for name, svis in table.items()}

    @cached_property
    def block_of(self) -> Mapping[str, Subnet]:
        """Return the block of host addresses that each leaf advertises."""
        return {one.owner: one for one in self.subnets if one.kind == "leaf_block"}

    @property
    def switches(self) -> tuple[Device, ...]:
        """Return the deployed switches in plan order."""
        return tuple(device for device in self.devices if device.is_switch)

    @property
    def gpu_nodes(self) -> tuple[Device, ...]:
        """Return the deployed GPU nodes in order."""
        return tuple(device for device in self.devices if device.role == "gpu_node")

    @property
    def nodes(self) -> tuple[Device, ...]:
        """Return the deployed servers of all roles in order."""
        return tuple(device for device in self.devices if device.is_node)

    def node_model(self, device: Device) -> NodeModel:
        """Return the catalog entry of a server. Raises KeyError for a switch."""
        return self.node_models[device.platform]

    @cached_property
    def cabled(self) -> "Cabled":
        """Return every cable and module, computed when first asked for."""
        from railwright.plan.cables.of_plan import cabled  # noqa: PLC0415 (it needs this module)

        return cabled(self)

    @cached_property
    def rail_prefixes(self) -> Mapping[str, str]:
        """Return the prefix that holds every host address of a rail, by interface name.

        Empty where rails are no prefixes of their own (all NICs of a node on one leaf).
        """
        return {one.owner: one.prefix for one in self.subnets if one.kind == "rail"}

    @cached_property
    def switch_services(self) -> Services:
        """Return the services at the addresses switches reach them by."""
        if "oob" not in self.fabrics:
            return self.intent.services
        legs = {one.management.address: one.oob.address for one in self.devices if one.oob}
        return on_oob(self.intent.services, legs)

    @cached_property
    def dual(self) -> Dual | None:
        """Return the IPv6 twins of addresses, None for IPv4 only."""
        return dual_of(self.intent)

    def reach(self, link: Link) -> str:
        """Return the prefix that a compute host link leads to: its rail, its plane or all."""
        shape = self.shape
        if not shape.spines or shape.isolated_rails:
            return self.rail_prefixes.get(link.a.port) or self._reach[None]
        return self._reach[link.plane]

    @cached_property
    def _reach(self) -> Mapping[int | None, str]:
        compute = [one for one in self.subnets if one.network == "compute"]
        whole = next(one.prefix for one in compute if one.kind == "network")
        planes = [one.prefix for one in compute if one.kind == "plane"]
        return {None: whole, **dict(enumerate(planes))}

    def port_headroom(self, device: Device, port: Port) -> Headroom:
        """Return the headroom of a cabled switch port. Raises KeyError for an uncabled one."""
        link = self.links_of[device.name][port.name]
        return self.headroom[
            HeadroomKey(
                link.network,
                device.platform,
                device.hwsku or "",
                port.speed_gbps,
                port.lanes.count(",") + 1,
                link.length.length_m,
            )
        ]

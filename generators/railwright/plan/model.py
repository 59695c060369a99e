"""The plan's values: frozen, complete, computed once; every emitter and check reads only these.

Deployed devices are listed in `Plan.devices`. Ports and links also exist for everything the
capacity reserves, so that growth only enables them; those have `deployed` False.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from netaddr import IPNetwork

from railwright.catalog.model import NodeModel, SwitchPlatform
from railwright.errors import Problem
from railwright.intent.model import Intent

Role = Literal[
    "leaf",
    "spine",
    "superspine",
    "gpu_node",
    "storage_node",
    "management_node",
    "oob_switch",
    "pdu",
]
Network = Literal["compute", "storage", "inband", "oob"]
PortUse = Literal["host", "fabric", "spare"]
SWITCH_ROLES: frozenset[Role] = frozenset({"leaf", "spine", "superspine", "oob_switch"})


@dataclass(frozen=True, slots=True)
class Management:
    """An address on a management subnet: `address`, its `prefix_length` and the `gateway`."""

    address: str
    prefix_length: int
    gateway: str

    @property
    def subnet(self) -> str:
        """Return the subnet this address is on."""
        return str(IPNetwork(f"{self.gateway}/{self.prefix_length}").cidr)


@dataclass(frozen=True, slots=True)
class Device:
    """A deployed switch or host.

    `network` is None for hosts (they sit on several). `pod`, `su`, `rail` are None where they do
    not apply; `index` is the device's own number within its kind (node 17, spine 3; for a leaf
    its zero-based number in the pod). `management` is eth0 on OOB for a switch and the in-band
    operating-system address for a host, whose BMC is `bmc`.
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

    @property
    def is_switch(self) -> bool:
        """Return whether this device forwards packets for others."""
        return self.role in SWITCH_ROLES


@dataclass(frozen=True, slots=True)
class Port:
    """A data port of a switch, or a rail interface of a node.

    `name` is the SONiC name or the node's interface name; `cage` the faceplate number; `subport`
    is 0 when the cage is not split, else 1..n; `lanes` is SONiC's comma list (empty on hosts).
    `enabled` is False for spare ports and for ports only reserved for growth.
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

    `id` never changes while the capacity stands. `prefix` is the /31.
    """

    id: str
    kind: Literal["host", "fabric"]
    network: Network
    a: LinkEnd
    z: LinkEnd
    speed_gbps: int
    prefix: str
    length: Length
    pod: int | None
    su: int
    rail: int
    deployed: bool

    def end(self, device: str) -> LinkEnd:
        """Return this device's end. Raises KeyError when the link does not touch it."""
        return {self.a.device: self.a, self.z.device: self.z}[device]

    def peer(self, device: str) -> LinkEnd:
        """Return the other end. Raises KeyError when the link does not touch `device`."""
        return {self.a.device: self.z, self.z.device: self.a}[device]


@dataclass(frozen=True, slots=True)
class BgpSession:
    """One eBGP session over one fabric link."""

    link: Link
    asn_a: int
    asn_z: int


@dataclass(frozen=True, slots=True)
class Subnet:
    """A block of addresses with a purpose.

    `kind` is `compute` (all hosts), `rail` (one rail of every SU), `leaf_block` (one advertised
    route per leaf), `inband` or `oob`; `owner` is the rail, the leaf, or the population behind
    the access switch; `gateway` is empty for blocks.
    """

    prefix: str
    kind: Literal["compute", "rail", "leaf_block", "inband", "oob"]
    owner: str
    gateway: str


@dataclass(frozen=True, slots=True)
class Headroom:
    """Lossless buffer of one priority group, from the platform's own table.

    `table_length_m` is the row used: the next length not below `length_m`.
    """

    speed_gbps: int
    length_m: float
    table_length_m: int
    size_bytes: int
    xon_bytes: int
    xoff_bytes: int
    threshold: int
    xon_offset_bytes: int | None
    source: str
    assumed: bool


@dataclass(frozen=True, slots=True)
class QosClass:
    """One traffic class: the DSCPs it takes, its priority (= TC = queue = PG), how it is served."""

    name: str
    priority: int
    dscps: tuple[int, ...]
    lossless: bool
    strict: bool
    weight: int | None


@dataclass(frozen=True, slots=True)
class FabricShape:
    """The numbers of the compute fabric, and the candidates the spine rule rejected."""

    design: str
    rails: int
    nodes_per_su: int
    sus: int
    sus_deployed: int
    leaves_per_su: int
    uplinks_per_leaf: int
    spines: int
    links_per_pair: int
    asked_oversubscription: float
    effective_oversubscription: float
    nic_speed_gbps: int
    uplink_speed_gbps: int
    spare_cages_leaf: int
    spare_cages_spine: int
    rejected: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """Everything that follows from one intent."""

    intent: Intent
    platforms: Mapping[str, SwitchPlatform]
    node_model: NodeModel
    shape: FabricShape
    devices: tuple[Device, ...]
    ports: Mapping[str, tuple[Port, ...]]
    links: tuple[Link, ...]
    sessions: tuple[BgpSession, ...]
    subnets: tuple[Subnet, ...]
    qos: tuple[QosClass, ...]
    headroom: Mapping[tuple[str, str, int, float], Headroom]
    assumptions: tuple[str, ...]
    warnings: tuple[Problem, ...] = ()

    @cached_property
    def device(self) -> Mapping[str, Device]:
        """Return the deployed devices by name."""
        return {device.name: device for device in self.devices}

    @cached_property
    def links_of(self) -> Mapping[str, Mapping[str, Link]]:
        """Return every device's links by its port name, reserved ones included."""
        table: dict[str, dict[str, Link]] = {}
        for link in self.links:
            table.setdefault(link.a.device, {})[link.a.port] = link
            table.setdefault(link.z.device, {})[link.z.port] = link
        return table

    @cached_property
    def sessions_of(self) -> Mapping[str, tuple[BgpSession, ...]]:
        """Return every switch's deployed BGP sessions, in port order."""
        table: dict[str, list[BgpSession]] = {}
        for session in self.sessions:
            table.setdefault(session.link.a.device, []).append(session)
            table.setdefault(session.link.z.device, []).append(session)
        return {name: tuple(sessions) for name, sessions in table.items()}

    @property
    def switches(self) -> tuple[Device, ...]:
        """Return the deployed switches in plan order."""
        return tuple(device for device in self.devices if device.is_switch)

    @property
    def gpu_nodes(self) -> tuple[Device, ...]:
        """Return the deployed GPU nodes in order."""
        return tuple(device for device in self.devices if device.role == "gpu_node")

    @cached_property
    def rail_prefixes(self) -> tuple[str, ...]:
        """Return the prefix that holds every host address of each rail, by rail number."""
        return tuple(subnet.prefix for subnet in self.subnets if subnet.kind == "rail")

    def port_headroom(self, device: Device, port: Port) -> Headroom:
        """Return the headroom of a cabled switch port. Raises KeyError for an uncabled one."""
        link = self.links_of[device.name][port.name]
        key = (device.platform, device.hwsku or "", port.speed_gbps, link.length.length_m)
        return self.headroom[key]

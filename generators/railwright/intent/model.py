"""The intent as frozen models: everything a person may say about a cluster, with its defaults.

Only what nobody can guess has no default: the name, counts, platform models and address pools.
The text of a rule between keys begins with the key it is about; the loader points at its line.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from railwright.intent.types import (
    Address,
    Asn,
    CatalogName,
    Count,
    Domain,
    Dscp,
    EcnCodepoint,
    Hostname,
    IntentModel,
    LengthM,
    Percent,
    Prefix,
    Priority,
    QueueBytes,
    SecretRef,
    Text,
    Timezone,
    UserName,
)


class GpuNodes(IntentModel):
    """The GPU nodes: how many exist now and how many the design reserves room for."""

    model: Annotated[
        CatalogName,
        Field(description="Node profile, a catalog name.", examples=["dgx-h100"]),
    ]
    count: Annotated[Count, Field(description="Nodes deployed now.")]
    capacity: Annotated[
        Count | None,
        Field(
            description="Nodes the design reserves; growing up to it renumbers nothing. "
            "Default: count."
        ),
    ] = None

    @property
    def reserved(self) -> int:
        """Return the number of nodes every name, address and port is computed for."""
        return self.count if self.capacity is None else self.capacity

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.capacity is not None and self.capacity < self.count:
            raise ValueError(
                f"capacity ({self.capacity}) is below count ({self.count}); "
                "raise capacity or lower count"
            )
        return self


class Nodes(IntentModel):
    """The populations of hosts."""

    gpu: GpuNodes


class ComputeNetwork(IntentModel):
    """The back-end fabric that joins the GPUs' rails."""

    design: Annotated[
        Literal["rail-optimized", "rail-only"],
        Field(
            description="rail-optimized: one leaf per (SU, rail), all leaves on all spines; "
            "rail-only: one leaf per rail and no spines."
        ),
    ] = "rail-optimized"
    leaf: Annotated[
        CatalogName,
        Field(description="Switch platform of the leaves, a catalog name.", examples=["cx864e-n"]),
    ]
    spine: Annotated[
        CatalogName | None,
        Field(description="Switch platform of the spines. Default: the leaf's."),
    ] = None
    rails: Annotated[
        Count | None,
        Field(description="Rails used per node. Default: every compute NIC of the node model."),
    ] = None
    nodes_per_su: Annotated[
        Count | None,
        Field(
            description="Nodes in one SU. Default: as many as one leaf has NIC ports left "
            "beside the uplinks that the oversubscription asks for."
        ),
    ] = None
    oversubscription: Annotated[
        float,
        Field(
            ge=0.1,
            le=64,
            allow_inf_nan=False,
            description="Largest allowed ratio of NIC to uplink bandwidth on a leaf.",
        ),
    ] = 1.0
    mtu_bytes: Annotated[
        int, Field(ge=1500, le=9216, description="IP MTU of switch ports (SONiC PORT.mtu).")
    ] = 9100
    host_mtu_bytes: Annotated[
        int, Field(ge=1500, le=9216, description="IP MTU of the nodes' rails.")
    ] = 9000

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.host_mtu_bytes > self.mtu_bytes:
            raise ValueError(
                f"host_mtu_bytes ({self.host_mtu_bytes}) is above mtu_bytes "
                f"({self.mtu_bytes}); lower it or raise mtu_bytes"
            )
        if self.design == "rail-only" and self.spine is not None:
            raise ValueError(
                f"spine ({self.spine!r}) is given, but a rail-only fabric has no "
                "spines; remove spine or choose design rail-optimized"
            )
        return self


class InbandNetwork(IntentModel):
    """The in-band management network: the nodes' operating-system addresses."""

    nodes_per_subnet: Annotated[
        int, Field(ge=1, le=200, description="Nodes behind one access switch, one subnet each.")
    ] = 32


class OobNetwork(IntentModel):
    """The out-of-band network: switch management ports and BMCs."""

    nodes_per_subnet: Annotated[
        int, Field(ge=1, le=200, description="BMCs behind one access switch, one subnet each.")
    ] = 32
    switches_per_subnet: Annotated[
        int, Field(ge=1, le=200, description="Switch management ports behind one access switch.")
    ] = 40


class Networks(IntentModel):
    """The networks of the cluster."""

    compute: ComputeNetwork
    inband: InbandNetwork = InbandNetwork()
    oob: OobNetwork = OobNetwork()


class Pools(IntentModel):
    """Where addresses and ASNs come from; no pool may overlap another."""

    compute_hosts: Annotated[
        Prefix, Field(description="/31s between nodes and leaves.", examples=["10.16.0.0/12"])
    ]
    compute_links: Annotated[
        Prefix, Field(description="/31s between switches.", examples=["10.240.0.0/12"])
    ]
    loopbacks: Annotated[
        Prefix, Field(description="Switch loopbacks, one /32 each.", examples=["10.224.0.0/16"])
    ]
    inband: Annotated[
        Prefix, Field(description="Operating-system addresses of hosts.", examples=["10.48.0.0/13"])
    ]
    oob: Annotated[
        Prefix, Field(description="Switch management ports and BMCs.", examples=["10.64.0.0/13"])
    ]
    asn_base: Annotated[
        Asn,
        Field(
            description="First ASN; an ASN is base + network, pod, SU and leaf as decimal "
            "digits NPPSSSLL."
        ),
    ] = 4_200_000_000


class Ecn(IntentModel):
    """ECN marking thresholds of the lossless queue, per port."""

    kmin_bytes: Annotated[QueueBytes, Field(description="Queue depth at which marking begins.")] = (
        1_048_576
    )
    kmax_bytes: Annotated[
        QueueBytes, Field(description="Queue depth from which every packet is marked.")
    ] = 2_097_152
    max_probability_percent: Annotated[
        Percent, Field(description="Share of packets marked just below kmax_bytes.")
    ] = 5

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.kmax_bytes < self.kmin_bytes:
            raise ValueError(
                f"kmax_bytes ({self.kmax_bytes}) is below kmin_bytes ({self.kmin_bytes})"
            )
        return self


class Watchdog(IntentModel):
    """PFC watchdog; times default to the stock rule by port count."""

    action: Annotated[
        Literal["drop", "forward", "alert"],
        Field(description="What happens to a queue that is paused for too long."),
    ] = "drop"
    detection_ms: Annotated[
        int | None,
        Field(ge=100, le=5000, description="Pause that counts as a storm. Default: stock rule."),
    ] = None
    restoration_ms: Annotated[
        int | None,
        Field(ge=100, le=60000, description="Calm that ends a storm. Default: stock rule."),
    ] = None
    poll_ms: Annotated[
        int | None,
        Field(ge=100, le=1000, description="Time between two looks. Default: stock rule."),
    ] = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        for name in ("detection_ms", "restoration_ms"):
            time_ms = getattr(self, name)
            if time_ms is not None and self.poll_ms is not None and time_ms < self.poll_ms:
                raise ValueError(
                    f"{name} ({time_ms}) is below poll_ms ({self.poll_ms}); "
                    "a storm cannot be seen between two looks; raise it or lower poll_ms"
                )
        return self


class Roce(IntentModel):
    """RoCEv2 traffic classes; switches and nodes are both configured from here."""

    data_dscp: Annotated[Dscp, Field(description="DSCP of RDMA data.")] = 26
    ecn_codepoint: Annotated[
        EcnCodepoint, Field(description="ECN bits the nodes send: ECT(0) is 2, ECT(1) is 1.")
    ] = 2
    priority: Annotated[Priority, Field(description="Lossless priority, queue and PG.")] = 3
    cnp_dscp: Annotated[Dscp, Field(description="DSCP of congestion notifications.")] = 48
    cnp_priority: Annotated[
        Priority, Field(description="Strict priority of CNPs; never paused.")
    ] = 6
    lossless_weight: Annotated[Percent, Field(description="DWRR weight of the lossless queue.")] = (
        60
    )
    lossy_weight: Annotated[Percent, Field(description="DWRR weight of the default queue.")] = 40
    ecn: Ecn = Ecn()
    watchdog: Watchdog = Watchdog()

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        if self.data_dscp == self.cnp_dscp:
            raise ValueError(
                f"data_dscp and cnp_dscp are both {self.data_dscp}; CNPs need a DSCP of their own"
            )
        if self.priority == self.cnp_priority:
            raise ValueError(
                f"priority and cnp_priority are both {self.priority}; "
                "CNPs must ride a priority without PFC"
            )
        return self


class Snmp(IntentModel):
    """SNMP read access of the switches; the community is a secret."""

    community: Annotated[
        SecretRef,
        Field(description="Read-only community, by name.", examples=[{"secret": "snmp_ro"}]),
    ]
    location: Annotated[Text, Field(description="sysLocation of every switch.")] = ""
    contact: Annotated[Text, Field(description="sysContact of every switch.")] = ""


class Tacacs(IntentModel):
    """TACACS+ login on the switches; local login stays as fallback."""

    servers: Annotated[
        tuple[Address, ...],
        Field(
            min_length=1,
            max_length=8,
            strict=False,
            description="Asked in this order.",
            examples=[["10.50.1.10"]],
        ),
    ]
    passkey: Annotated[
        SecretRef,
        Field(description="Key shared with them, by name.", examples=[{"secret": "tacacs_key"}]),
    ]


class Services(IntentModel):
    """What the management plane offers to every device."""

    domain: Annotated[
        Domain | None, Field(description="DNS domain of every device. Default: none.")
    ] = None
    timezone: Annotated[Timezone, Field(description="Time zone of every device.")] = "Etc/UTC"
    dns_servers: Annotated[
        tuple[Address, ...], Field(max_length=3, strict=False, description="DNS resolvers.")
    ] = ()
    ntp_servers: Annotated[
        tuple[Address, ...], Field(max_length=10, strict=False, description="NTP servers.")
    ] = ()
    syslog_servers: Annotated[
        tuple[Address, ...], Field(max_length=8, strict=False, description="Log collectors.")
    ] = ()
    snmp: Snmp | None = None
    tacacs: Tacacs | None = None


class Lengths(IntentModel):
    """Cable lengths assumed until racks are placed; every link says where its length is from."""

    host_m: Annotated[LengthM, Field(description="Node to leaf.")] = 5.0
    fabric_m: Annotated[LengthM, Field(description="Switch to switch.")] = 40.0


class Access(IntentModel):
    """How the controller logs in to the devices (keys and host keys come from its SSH setup)."""

    switch_user: Annotated[UserName, Field(description="Login name on switches.")] = "admin"
    node_user: Annotated[UserName, Field(description="Login name on nodes.")] = "root"


class Rollout(IntentModel):
    """How much may fail and how many devices change at once."""

    max_fail_percentage: Annotated[
        int,
        Field(ge=0, le=100, description="Devices of one wave that may fail before the run stops."),
    ] = 10
    parallel_nodes: Annotated[
        int, Field(ge=1, le=1000, description="Nodes changed at the same time.")
    ] = 50
    settle_s: Annotated[
        int,
        Field(
            ge=0,
            le=3600,
            description="Longest wait for sessions and links after a "
            "change before it counts as failed.",
        ),
    ] = 180


class Intent(IntentModel):
    """One cluster."""

    cluster: Annotated[
        Hostname,
        Field(description="Name of the cluster and its build folder.", examples=["h100-1024"]),
    ]
    description: Annotated[Text, Field(description="One line for reports.")] = ""
    nodes: Nodes
    networks: Networks
    pools: Pools
    roce: Roce = Roce()
    services: Services = Services()
    lengths: Lengths = Lengths()
    access: Access = Access()
    rollout: Rollout = Rollout()

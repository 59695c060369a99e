"""The networks of a cluster: what each is built of; everything else about them is computed."""

from collections.abc import Iterator
from typing import Annotated, Literal, Self, Union

from pydantic import Field, model_validator

from railwright.intent.roce import StorageRoce
from railwright.intent.types import (
    Asn,
    CatalogName,
    Count,
    Finding,
    Hostname,
    IntentModel,
    refuse,
)

Ratio = Annotated[float, Field(ge=0.1, le=64, allow_inf_nan=False)]
MtuBytes = Annotated[int, Field(ge=1500, le=9216)]
SpareCages = Annotated[int, Field(ge=0, le=64)]

Design = Literal["rail-optimized", "rail-only", "rail-isolated", "leaf-spine", "three-tier"]


def _mtus(network: Union["ComputeNetwork", "StorageNetwork"]) -> Iterator[Finding]:
    """Yield packets that hosts send and their switches would drop, at the MTU that is given."""
    host, switch = network.host_mtu_bytes, network.mtu_bytes
    if host <= switch:
        return
    if "host_mtu_bytes" in network.model_fields_set:
        what = f"{host} is above mtu_bytes ({switch}); lower it or raise mtu_bytes"
        yield Finding(("host_mtu_bytes",), what)
    else:
        what = f"{switch} is below host_mtu_bytes ({host}); raise it or lower host_mtu_bytes"
        yield Finding(("mtu_bytes",), what)


class ComputeNetwork(IntentModel):
    """The back-end fabric that joins the GPUs' rails."""

    design: Annotated[
        Design,
        Field(
            description="rail-optimized: one leaf per (SU, rail), all leaves on all spines; "
            "rail-only: one leaf per rail and no spines; rail-isolated: spines per rail, rails "
            "never meet; leaf-spine: all NICs of a node on its rack's leaf; three-tier: pods of "
            "rail-optimized fabric joined by super-spines."
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
    superspine: Annotated[
        CatalogName | None,
        Field(description="Switch platform of the super-spines. Default: the spines'."),
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
    sus_per_pod: Annotated[
        Count | None,
        Field(
            description="SUs in one pod of a three-tier fabric. Default: as many as the spines "
            "can join with unsplit ports."
        ),
    ] = None
    oversubscription: Annotated[
        Ratio,
        Field(description="Largest allowed ratio of NIC to uplink bandwidth on a leaf."),
    ] = 1.0
    pod_oversubscription: Annotated[
        Ratio,
        Field(description="Largest allowed ratio of leaf to super-spine bandwidth on a spine."),
    ] = 1.0
    spare_leaf_cages: Annotated[
        SpareCages, Field(description="Cages of every leaf kept free, for later spines.")
    ] = 0
    spare_spine_cages: Annotated[
        SpareCages, Field(description="Cages of every spine kept free.")
    ] = 0
    attachment: Annotated[
        Literal["routed", "svi"],
        Field(
            description="routed: a /31 per NIC; svi: the NICs of a leaf share a VLAN and its "
            "gateway, which is weaker (frames to a lost NIC are flooded)."
        ),
    ] = "routed"
    storm_control_percent: Annotated[
        float,
        Field(
            gt=0,
            le=100,
            allow_inf_nan=False,
            description="Share of a NIC port's speed that flooded frames may take; svi only.",
        ),
    ] = 1.0
    mtu_bytes: Annotated[
        MtuBytes, Field(description="IP MTU of switch ports (SONiC PORT.mtu).")
    ] = 9100
    host_mtu_bytes: Annotated[MtuBytes, Field(description="IP MTU of the nodes' rails.")] = 9000

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        refuse(self, (*_mtus(self), *self._tiers()))
        return self

    def _tiers(self) -> Iterator[Finding]:
        """Yield what is given of tiers that the design does not have."""
        if self.design == "rail-only" and self.spine is not None:
            yield Finding(
                ("spine",),
                f"{self.spine!r} is given, but a rail-only fabric has no spines; remove spine or "
                "choose design rail-optimized",
            )
        for key in ("superspine", "sus_per_pod"):
            if self.design != "three-tier" and getattr(self, key) is not None:
                yield Finding(
                    (key,),
                    f"{getattr(self, key)!r} is given, but only a three-tier fabric has pods and "
                    f"super-spines; remove {key} or choose design three-tier",
                )


class Border(IntentModel):
    """Uplinks from every spine to a router outside the plan."""

    router: Annotated[Hostname, Field(description="Name of the far router.")] = "border"
    peer_asn: Annotated[Asn, Field(description="Its ASN.", examples=[64512])]
    uplinks_per_spine: Annotated[int, Field(ge=1, le=8, description="Links of each spine.")] = 1
    default_route: Annotated[
        Literal["received", "originated"],
        Field(
            description="Who originates the default route. received: the far router sends it by "
            "BGP; originated: each spine has a static one to the router and advertises it inward."
        ),
    ] = "received"


class StorageNetwork(IntentModel):
    """Storage and front-end: every host has a routed attachment to each leaf of a pair."""

    leaf: Annotated[
        CatalogName,
        Field(description="Switch platform of the leaves, a catalog name.", examples=["sn4600"]),
    ]
    spine: Annotated[
        CatalogName | None,
        Field(description="Switch platform of the spines. Default: the leaf's."),
    ] = None
    speed_gbps: Annotated[int, Field(ge=1, le=1600, description="Speed of host attachments.")] = 200
    hosts_per_pair: Annotated[
        Count | None,
        Field(
            description="Hosts behind one pair of leaves. Default: as many as a leaf has ports "
            "left beside the uplinks that the oversubscription asks for."
        ),
    ] = None
    oversubscription: Annotated[
        Ratio, Field(description="Largest allowed ratio of host to uplink bandwidth on a leaf.")
    ] = 3.0
    spare_leaf_cages: Annotated[SpareCages, Field(description="Cages of every leaf kept free.")] = 0
    spare_spine_cages: Annotated[
        SpareCages, Field(description="Cages of every spine kept free beside border uplinks.")
    ] = 0
    mtu_bytes: Annotated[MtuBytes, Field(description="IP MTU of switch ports.")] = 9100
    host_mtu_bytes: Annotated[MtuBytes, Field(description="IP MTU of the hosts' ports.")] = 9000
    roce: StorageRoce = StorageRoce()
    border: Annotated[
        Border | None, Field(description="Way out of the cluster. Default: none.")
    ] = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        refuse(self, _mtus(self))
        return self


class AccessNetwork(IntentModel):
    """A management network: access switches with one subnet per VLAN, routed to spines."""

    leaf: Annotated[
        CatalogName | None,
        Field(
            description="Platform of the access switches, a catalog name. Default: none, the "
            "network exists and only its addresses are planned.",
            examples=["as4630-54pe"],
        ),
    ] = None
    spine: Annotated[
        CatalogName | None,
        Field(
            description="Platform that joins the access switches. Required with leaf.",
            examples=["sn3700c"],
        ),
    ] = None
    spines: Annotated[
        int, Field(ge=1, le=8, description="Spines, each with a link to every leaf.")
    ] = 2
    nodes_per_subnet: Annotated[
        int, Field(ge=1, le=200, description="Nodes behind one access switch, one subnet each.")
    ] = 32
    border: Annotated[
        Border | None, Field(description="Way out of the cluster. Default: none.")
    ] = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.leaf is not None and self.spine is None:
            raise ValueError(
                f"leaf ({self.leaf!r}) is given without spine; name the platform that joins the "
                "access switches"
            )
        for key in ("spine", "border"):
            if self.leaf is None and getattr(self, key) is not None:
                raise ValueError(f"{key} is given without leaf; name the access switches' platform")
        return self


class InbandNetwork(AccessNetwork):
    """The in-band management network: the hosts' operating-system addresses."""

    speed_gbps: Annotated[int, Field(ge=1, le=400, description="Speed of the hosts' ports.")] = 25


class OobNetwork(AccessNetwork):
    """The out-of-band network: switch management ports, BMCs and PDUs, all 1G."""

    switches_per_subnet: Annotated[
        int, Field(ge=1, le=200, description="Switch management ports behind one access switch.")
    ] = 40
    pdus_per_subnet: Annotated[
        int, Field(ge=1, le=200, description="PDUs behind one access switch.")
    ] = 16


class Networks(IntentModel):
    """The networks of the cluster."""

    compute: ComputeNetwork
    storage: StorageNetwork | None = None
    inband: InbandNetwork = InbandNetwork()
    oob: OobNetwork = OobNetwork()

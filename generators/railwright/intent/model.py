"""The intent as frozen models: everything a person may say about a cluster, with its defaults.

Only what nobody can guess has no default: the name, counts, platform models and address pools.
The text of a rule between keys begins with the key it is about; the loader points at its line.
"""

from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema

from railwright.intent.as_built import AsBuilt
from railwright.intent.assets import Assets
from railwright.intent.cabling import Cabling
from railwright.intent.floor import Floor
from railwright.intent.networks import Networks
from railwright.intent.nodes import Nodes
from railwright.intent.overrides import Overrides
from railwright.intent.pools import Pools
from railwright.intent.prices import Prices
from railwright.intent.roce import Roce
from railwright.intent.stack import Stack
from railwright.intent.types import (
    Address,
    Domain,
    EachOnce,
    Hostname,
    IntentModel,
    LengthM,
    SecretRef,
    Text,
    Timezone,
    UserName,
)

Language = Literal["en", "zh"]
"""Languages of the sheets for technicians: English, Chinese (simplified)."""


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
        EachOnce,
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
        tuple[Address, ...],
        Field(max_length=3, strict=False, description="DNS resolvers."),
        EachOnce,
    ] = ()
    ntp_servers: Annotated[
        tuple[Address, ...],
        Field(max_length=10, strict=False, description="NTP servers."),
        EachOnce,
    ] = ()
    syslog_servers: Annotated[
        tuple[Address, ...],
        Field(max_length=8, strict=False, description="Log collectors."),
        EachOnce,
    ] = ()
    snmp: Snmp | None = None
    tacacs: Tacacs | None = None


class Lengths(IntentModel):
    """Cable lengths assumed until racks are placed; every link says where its length is from."""

    host_m: Annotated[LengthM, Field(description="Node to leaf.")] = 5.0
    fabric_m: Annotated[LengthM, Field(description="Switch to switch.")] = 40.0
    core_m: Annotated[
        LengthM | None,
        Field(description="Spine to super-spine and to border routers. Default: fabric_m."),
    ] = None
    access_m: Annotated[LengthM, Field(description="Anything to its management access switch.")] = (
        15.0
    )


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
    language: Annotated[
        Language,
        Field(description="Of the sheets for technicians: en (English) or zh (Chinese)."),
    ] = "en"
    nodes: Nodes
    networks: Networks
    pools: Pools
    roce: Roce = Roce()
    services: Services = Services()
    stack: Annotated[
        Stack | None,
        Field(
            description="The software of nodes (docs/nodes.md). Default: none, only their network "
            "is configured."
        ),
    ] = None
    floor: Annotated[
        Floor | None,
        Field(
            description="Where racks stand; cable lengths follow. Default: none, lengths are "
            "assumed."
        ),
    ] = None
    cabling: Cabling = Cabling()
    lengths: Lengths = Lengths()
    access: Access = Access()
    rollout: Rollout = Rollout()
    overrides: Overrides = Overrides()
    assets: Annotated[
        Assets | None,
        WithJsonSchema({"type": "string"}),
        Field(
            description="CSV file below this file's folder with serial numbers and MAC addresses "
            "(docs/addresses.md). Default: none.",
            examples=["assets.csv"],
        ),
    ] = None
    prices: Annotated[
        Prices | None,
        WithJsonSchema({"type": "string"}),
        Field(
            description="CSV file below this file's folder with prices of parts (docs/bom.md). "
            "Default: none, no cost is computed.",
            examples=["prices.csv"],
        ),
    ] = None
    as_built: Annotated[
        AsBuilt | None,
        WithJsonSchema({"type": "string"}),
        Field(
            description="CSV file below this file's folder with what was done to cables, written "
            "by `railwright redline` (docs/redline.md). Default: none, nothing was done yet.",
            examples=["as-built.csv"],
        ),
    ] = None

"""Where addresses and ASNs come from."""

from typing import Annotated

from pydantic import Field

from railwright.intent.types import Asn, IntentModel, Prefix, Prefix6, Said


class Excluded(IntentModel):
    """Addresses that belong to something else and must not be planned."""

    prefix: Annotated[Prefix, Field(description="Addresses that are in use elsewhere.")]
    reason: Annotated[Said, Field(description="By whom, or why.")]


class Pools(IntentModel):
    """Where addresses and ASNs come from; no pool may overlap another."""

    compute_hosts: Annotated[
        Prefix, Field(description="/31s between nodes and leaves.", examples=["10.16.0.0/12"])
    ]
    compute_links: Annotated[
        Prefix,
        Field(description="/31s between compute switches.", examples=["10.240.0.0/12"]),
    ]
    loopbacks: Annotated[
        Prefix, Field(description="Switch loopbacks, one /32 each.", examples=["10.224.0.0/16"])
    ]
    inband: Annotated[
        Prefix, Field(description="Operating-system addresses of hosts.", examples=["10.48.0.0/13"])
    ]
    oob: Annotated[
        Prefix,
        Field(description="Switch management ports, BMCs, PDUs.", examples=["10.64.0.0/13"]),
    ]
    storage_hosts: Annotated[
        Prefix | None,
        Field(
            description="/31s between hosts and storage leaves. Required with networks.storage.",
            examples=["10.32.0.0/15"],
        ),
    ] = None
    storage_links: Annotated[
        Prefix | None,
        Field(
            description="/31s between storage switches. Required with networks.storage.",
            examples=["10.226.0.0/16"],
        ),
    ] = None
    management_links: Annotated[
        Prefix | None,
        Field(
            description="/31s between in-band switches and between OOB switches. Required with "
            "switches in networks.inband or networks.oob.",
            examples=["10.227.0.0/16"],
        ),
    ] = None
    ipv6: Annotated[
        Prefix6 | None,
        Field(
            description="Makes the routed fabrics dual stack: every pool gets a /64 of this "
            "prefix, and an address keeps its place in it. Default: IPv4 only.",
            examples=["fd00:1024::/48"],
        ),
    ] = None
    excluded: Annotated[
        tuple[Excluded, ...],
        Field(
            max_length=64,
            strict=False,
            description="Addresses in use elsewhere; a plan that would take one is refused.",
        ),
    ] = ()
    asn_base: Annotated[
        Asn,
        Field(
            description="First ASN; an ASN is base + network, pod, SU and leaf as decimal "
            "digits NPPSSSLL."
        ),
    ] = 4_200_000_000

"""Overrides: where reality is irregular, each with the reason somebody gave."""

from collections.abc import Iterator
from typing import Annotated, Literal

from netaddr import IPNetwork
from pydantic import AfterValidator, Field, WithJsonSchema

from railwright.intent.floor import RackName
from railwright.intent.types import (
    Address,
    Asn,
    Hostname,
    IntentModel,
    LengthM,
    LinkId,
    PortName,
    Prefix,
    Said,
)

P2P_LENGTH = 31

Reason = Annotated[Said, Field(description="Why; shown in the report.")]


def _point_to_point(value: IPNetwork) -> IPNetwork:
    if value.prefixlen != P2P_LENGTH:
        raise ValueError(f"must be a /{P2P_LENGTH}, the two addresses of a link, got '{value}'")
    return value


LinkPrefix = Annotated[
    Prefix,
    AfterValidator(_point_to_point),
    WithJsonSchema(
        {
            "type": "string",
            "format": "ipv4-prefix",
            "pattern": rf"^[0-9]{{1,3}}(\.[0-9]{{1,3}}){{3}}/{P2P_LENGTH}$",
        }
    ),
]


class PortOverride(IntentModel):
    """A link that ends on another port of its switch: the planned one is dead, or it was built so.

    The links of a list change places together: two may swap their ports.
    """

    link: Annotated[
        LinkId, Field(description="The link, as `show links` names it.", examples=["gpu0007:rail3"])
    ]
    port: Annotated[
        PortName,
        Field(
            description="A port of its upper device, of the same speed: a spare one, or that of a "
            "link that another override moves away.",
            examples=["Ethernet504"],
        ),
    ]
    reason: Reason

    def describe(self) -> str:
        """Return the override for people."""
        return f"{self.link} ends on {self.port}: {self.reason}"


class LengthOverride(IntentModel):
    """A link whose cables are not as long as planned: another stock length was used, or measured.

    Of the links that share a splitter cable one is named, and it holds for all of them.
    """

    link: Annotated[
        LinkId, Field(description="The link, as `show links` names it.", examples=["gpu0007:rail3"])
    ]
    length_m: Annotated[
        LengthM,
        Field(
            description="Length of its cable as built, of the longest one where several lie side "
            "by side. What is ordered is the next length in stock of the planned medium."
        ),
    ]
    reason: Reason

    def describe(self) -> str:
        """Return the override for people."""
        return f"{self.link} is {self.length_m:g} m long as built: {self.reason}"


class AddressOverride(IntentModel):
    """A management address that is not the planned one; the subnet stays."""

    device: Annotated[Hostname, Field(description="The device.", examples=["gpu0007"])]
    which: Annotated[
        Literal["management", "bmc"],
        Field(description="management: eth0 of the device; bmc: its BMC."),
    ] = "management"
    address: Annotated[Address, Field(description="Its address.", examples=["10.48.1.200"])]
    reason: Reason

    def describe(self) -> str:
        """Return the override for people."""
        return f"{self.device} {self.which} is {self.address}: {self.reason}"


class AsnOverride(IntentModel):
    """A switch whose ASN is not the planned one."""

    device: Annotated[
        Hostname,
        Field(description="The switch, deployed or reserved.", examples=["su1-rail0-leaf"]),
    ]
    asn: Annotated[
        Asn,
        Field(description="Its ASN; no neighbour may have the same.", examples=[4_200_900_001]),
    ]
    reason: Reason

    def describe(self) -> str:
        """Return the override for people."""
        return f"{self.device} has ASN {self.asn}: {self.reason}"


class SwitchPort(IntentModel):
    """One end of an extra link."""

    device: Annotated[
        Hostname,
        Field(description="The switch, deployed or reserved.", examples=["su1-rail0-leaf"]),
    ]
    port: Annotated[PortName, Field(description="A spare port of it.", examples=["Ethernet504"])]

    def __str__(self) -> str:
        """Return the port as people name it."""
        return f"{self.device} {self.port}"


class LinkOverride(IntentModel):
    """A link between two switches of one network beside those of the design; routed as they are."""

    a: Annotated[
        SwitchPort,
        Field(description="The lower end, which gets the odd address; any of two equals."),
    ]
    z: Annotated[
        SwitchPort,
        Field(
            description="The upper end, which gets the even address; its port has the speed of "
            "the other one and is split as that is."
        ),
    ]
    prefix: Annotated[
        LinkPrefix,
        Field(
            description="Its two addresses: a free /31 of the pool of the network's links, or one "
            "outside all pools (which has no IPv6 twin).",
            examples=["10.240.0.0/31"],
        ),
    ]
    length_m: Annotated[
        LengthM | None,
        Field(description="Length of its cable. Default: as `lengths` says for its kind."),
    ] = None
    reason: Reason

    @property
    def id(self) -> str:
        """Return the id of the link."""
        return f"{self.a.device}:{self.a.port}"

    def describe(self) -> str:
        """Return the override for people."""
        return f"{self.a} to {self.z} is an extra link, {self.prefix}: {self.reason}"


class PlaceOverride(IntentModel):
    """A device that stands elsewhere than planned; nothing else moves."""

    device: Annotated[
        Hostname, Field(description="The device, deployed or reserved.", examples=["gpu0007"])
    ]
    rack: Annotated[RackName, Field(description="Its rack.", examples=["B03"])]
    bottom_u: Annotated[
        int, Field(ge=1, le=100, description="The lowest rack unit it fills; 1 is the lowest.")
    ]
    reason: Reason

    def describe(self) -> str:
        """Return the override for people."""
        return f"{self.device} stands in {self.rack} from unit {self.bottom_u} on: {self.reason}"


class Overrides(IntentModel):
    """What deviates from the rules; two overrides may not meet."""

    ports: Annotated[
        tuple[PortOverride, ...],
        Field(max_length=10_000, strict=False, description="Links on other ports."),
    ] = ()
    lengths: Annotated[
        tuple[LengthOverride, ...],
        Field(max_length=10_000, strict=False, description="Cables as long as they were built."),
    ] = ()
    addresses: Annotated[
        tuple[AddressOverride, ...],
        Field(max_length=1000, strict=False, description="Other management addresses."),
    ] = ()
    asns: Annotated[
        tuple[AsnOverride, ...],
        Field(max_length=1000, strict=False, description="Other ASNs of switches."),
    ] = ()
    links: Annotated[
        tuple[LinkOverride, ...],
        Field(max_length=1000, strict=False, description="Extra links between switches."),
    ] = ()
    places: Annotated[
        tuple[PlaceOverride, ...],
        Field(max_length=1000, strict=False, description="Devices in other racks or units."),
    ] = ()

    def describe(self) -> Iterator[str]:
        """Yield every override for people, kind by kind."""
        kinds = (self.ports, self.lengths, self.addresses, self.asns, self.links, self.places)
        for kind in kinds:
            yield from (one.describe() for one in kind)

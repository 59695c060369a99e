"""Overrides: where reality is irregular, each with the reason somebody gave."""

from typing import Annotated, Literal

from pydantic import Field

from railwright.intent.types import Address, Hostname, IntentModel, LinkId, PortName, Text

Reason = Annotated[Text, Field(min_length=1, description="Why; shown in the report.")]


class PortOverride(IntentModel):
    """A link that ends on another port of its switch, because the planned one is dead."""

    link: Annotated[
        LinkId, Field(description="The link, as `show links` names it.", examples=["gpu0007:rail3"])
    ]
    port: Annotated[
        PortName,
        Field(
            description="A spare port of its upper device, of the same speed.",
            examples=["Ethernet504"],
        ),
    ]
    reason: Reason

    def describe(self) -> str:
        """Return the override for people."""
        return f"{self.link} ends on {self.port}: {self.reason}"


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


class Overrides(IntentModel):
    """What deviates from the rules; two overrides may not meet."""

    ports: Annotated[
        tuple[PortOverride, ...],
        Field(max_length=1000, strict=False, description="Links on other ports."),
    ] = ()
    addresses: Annotated[
        tuple[AddressOverride, ...],
        Field(max_length=1000, strict=False, description="Other management addresses."),
    ] = ()

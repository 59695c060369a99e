"""SONiC facts that hold for every platform: device types per tier, and what the updater accepts."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from railwright.catalog.model import CatalogModel

TierName = Literal["leaf", "spine", "superspine"]
Branch = Annotated[str, Field(pattern=r"^20\d{6}$")]
"""A release branch as the updater compares it: year, month and two digits, `20241100`."""


class Tier(CatalogModel):
    """What a fabric tier is to SONiC.

    `type` is DEVICE_METADATA.type; `hash_seed` is the ECMP and LAG seed the image derives from
    it; `since` is the first release whose YANG model accepts the type (`202505`).
    """

    type: str
    hash_seed: int
    since: Annotated[str, Field(pattern=r"^20\d{4}$")]
    reason: str
    source: str


class TierTable(CatalogModel):
    """The chosen type of each tier, and the types that must not be chosen (type: reason)."""

    tiers: dict[TierName, Tier]
    rejected: dict[str, str]
    source: str


class UpdaterAsic(CatalogModel):
    """The first release branch on which the updater accepts an edit; None: on none.

    Images without an eight-digit branch in their version are not held to the branch.
    """

    pfc_wd: Branch | None = None
    dynamic_th: Branch | None = None
    xoff: Branch | None = None
    packet_discard_action: Branch | None = None


class UpdaterTable(CatalogModel):
    """The rules of SONiC's Generic Config Updater for lossless tables.

    `operations` are the JSON patch operations each rule allows, `asics` the rules by the name the
    updater resolves a platform to; a name that is absent (such as `unknown`) is refused
    everything in `operations`. `refused_tables` are refused on every platform.
    """

    operations: Mapping[str, tuple[Literal["add", "remove", "replace"], ...]]
    asics: Mapping[str, UpdaterAsic]
    refused_tables: tuple[str, ...]
    source: str

    def asic(self, updater_name: str) -> UpdaterAsic:
        """Return the rules for an ASIC; everything refused for one the updater does not know."""
        return self.asics.get(updater_name, UpdaterAsic())

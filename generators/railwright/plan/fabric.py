"""One network's switches as the plan builds them: shape, addresses, faceplates, platforms."""

from collections.abc import Mapping
from dataclasses import dataclass

from railwright.catalog.model import SwitchPlatform
from railwright.plan.addressing import FabricAddressing
from railwright.plan.identity import LeafId, SpineId
from railwright.plan.model import Link, Role, Subnet, Svi
from railwright.plan.ports import Faceplate
from railwright.plan.shape import FabricShape


@dataclass(frozen=True, slots=True)
class Fabric:
    """A routed fabric; `faceplates` and `platforms` are by switch role.

    `idle` are the leaves that exist only in the capacity although their SU number would say
    otherwise: access switches are not filled in order.
    """

    shape: FabricShape
    addressing: FabricAddressing
    faceplates: Mapping[Role, Faceplate]
    platforms: Mapping[Role, SwitchPlatform]
    mtu_bytes: int
    idle: frozenset[LeafId] = frozenset()

    def has_leaf(self, leaf: LeafId) -> bool:
        """Return whether a leaf is deployed."""
        return leaf not in self.idle and self.shape.is_deployed(leaf.pod, leaf.su)

    def has_spine(self, spine: SpineId) -> bool:
        """Return whether a spine is deployed: from the first SU of its pod on."""
        return spine.pod <= self.shape.pods_deployed


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one network adds to the plan beside its switches."""

    links: tuple[Link, ...] = ()
    subnets: tuple[Subnet, ...] = ()
    svis: tuple[Svi, ...] = ()

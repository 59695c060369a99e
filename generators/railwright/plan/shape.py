"""The numbers of a fabric: how many leaves, spines and super-spines, and how they are joined."""

from dataclasses import dataclass
from typing import Literal

Network = Literal["compute", "storage", "inband", "oob"]


@dataclass(frozen=True, slots=True)
class CoreShape:
    """The super-spines that join pods: one set per spine position of a plane.

    A set has `superspines` boxes, each with `links_per_pair` links to its spine of every pod;
    `fewest_by_ports` is what port counts alone would need over all sets.
    """

    sets: int
    superspines: int
    uplinks_per_spine: int
    links_per_pair: int
    speed_gbps: int
    asked_oversubscription: float
    effective_oversubscription: float
    fewest_by_ports: int
    spare_cages: int
    rejected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FabricShape:
    """The numbers of one network's fabric, and the candidates the spine rule rejected.

    An SU is a group of hosts with their leaves, a pod a number of SUs with their spines. The
    leaves of an SU count plane x rails + rail, or just the plane where all NICs of a node meet on
    one leaf (`shared_leaf`). Spines come in `groups` per pod, one per plane (and rail, where
    rails are isolated), of `spines` each.
    """

    network: Network
    design: str
    rails: int
    planes: int
    shared_leaf: bool
    isolated_rails: bool
    pods: int
    sus: int
    sus_deployed: int
    nodes_per_su: int
    hosts_per_leaf: int
    leaves_per_su: int
    uplinks_per_leaf: int
    groups: int
    spines: int
    links_per_pair: int
    asked_oversubscription: float
    effective_oversubscription: float
    nic_speed_gbps: int
    uplink_speed_gbps: int
    spare_cages_leaf: int
    spare_cages_spine: int
    core: CoreShape | None = None
    rejected: tuple[str, ...] = ()

    @property
    def total_sus(self) -> int:
        """Return the SUs of all pods, reserved ones included."""
        return self.pods * self.sus

    @property
    def total_leaves(self) -> int:
        """Return the leaves of all pods, reserved ones included."""
        return self.total_sus * self.leaves_per_su

    @property
    def total_spines(self) -> int:
        """Return the spines of all pods, reserved ones included."""
        return self.pods * self.groups * self.spines

    @property
    def total_superspines(self) -> int:
        """Return all super-spines."""
        return self.core.sets * self.core.superspines if self.core else 0

    @property
    def pods_deployed(self) -> int:
        """Return the pods that hold a deployed SU."""
        return -(-self.sus_deployed // self.sus)

    def pod_name(self, pod: int) -> int | None:
        """Return the pod as devices and links carry it: None where there is only one."""
        return pod if self.core else None

    def plane_of(self, leaf: int) -> int:
        """Return the plane of a leaf of an SU."""
        return leaf if self.shared_leaf else leaf // self.rails

    def rail_of(self, leaf: int) -> int | None:
        """Return the rail of a leaf of an SU, None where all rails share it."""
        return None if self.shared_leaf else leaf % self.rails

    def group_of(self, leaf: int) -> int:
        """Return the spine group that a leaf's uplinks go to."""
        return leaf if self.isolated_rails else self.plane_of(leaf)

    def leaf_number(self, pod: int, su: int, leaf: int) -> int:
        """Return a leaf's zero-based number among all leaves; pods and SUs count from 1."""
        return ((pod - 1) * self.sus + su - 1) * self.leaves_per_su + leaf

    def is_deployed(self, pod: int, su: int) -> bool:
        """Return whether an SU holds a deployed host."""
        return (pod - 1) * self.sus + su <= self.sus_deployed

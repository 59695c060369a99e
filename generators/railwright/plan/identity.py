"""Which devices a fabric's shape holds, and what they are called: identities, never addresses."""

from collections.abc import Iterator
from dataclasses import dataclass

from railwright.naming import leaf_name, network_leaf_name, network_spine_name, spine_name
from railwright.naming import superspine_name as core_name
from railwright.plan.shape import FabricShape

FIRST_POD = 1  # the pod of a fabric that has only one: in ASNs, never in names


@dataclass(frozen=True, slots=True, order=True)
class LeafId:
    """A leaf: pod and SU count from 1, `leaf` from 0 within the SU."""

    pod: int
    su: int
    leaf: int


@dataclass(frozen=True, slots=True, order=True)
class SpineId:
    """A spine: pod and `index` count from 1, `group` from 0 within the pod."""

    pod: int
    group: int
    index: int


@dataclass(frozen=True, slots=True, order=True)
class CoreId:
    """A super-spine: `set` counts from 0 (group x spines + spine), `index` from 1 within it."""

    set: int
    index: int


def leaves(shape: FabricShape, *, deployed: bool = False) -> Iterator[LeafId]:
    """Yield all leaves in order, or only those of SUs that hold a deployed host."""
    for pod in range(1, shape.pods + 1):
        for su in range(1, shape.sus + 1):
            if not deployed or shape.is_deployed(pod, su):
                for leaf in range(shape.leaves_per_su):
                    yield LeafId(pod, su, leaf)


def spines(shape: FabricShape, *, deployed: bool = False) -> Iterator[SpineId]:
    """Yield all spines in order, or only those of pods that hold a deployed host."""
    for pod in range(1, (shape.pods_deployed if deployed else shape.pods) + 1):
        for group in range(shape.groups):
            for index in range(1, shape.spines + 1):
                yield SpineId(pod, group, index)


def superspines(shape: FabricShape) -> Iterator[CoreId]:
    """Yield all super-spines in order."""
    if shape.core:
        for number in range(shape.core.sets):
            for index in range(1, shape.core.superspines + 1):
                yield CoreId(number, index)


def spine_number(shape: FabricShape, spine: SpineId) -> int:
    """Return a spine's zero-based number among all spines of its network."""
    return ((spine.pod - 1) * shape.groups + spine.group) * shape.spines + spine.index - 1


def superspine_number(shape: FabricShape, core: CoreId) -> int:
    """Return a super-spine's zero-based number among all of them."""
    return core.set * (shape.core.superspines if shape.core else 0) + core.index - 1


def plane_name(shape: FabricShape, plane: int) -> int | None:
    """Return the plane as names and rows carry it: None where there is only one."""
    return plane if shape.planes > 1 else None


def group_place(shape: FabricShape, group: int) -> tuple[int | None, int | None]:
    """Return the plane and the rail of a spine group, each None where it does not apply."""
    if not shape.isolated_rails:
        return plane_name(shape, group), None
    return plane_name(shape, shape.plane_of(group)), shape.rail_of(group)


def name_of_leaf(shape: FabricShape, leaf: LeafId) -> str:
    """Return a leaf's name."""
    if shape.network != "compute":
        number = shape.leaf_number(leaf.pod, leaf.su, leaf.leaf) + 1
        return network_leaf_name(shape.network, number)
    plane = plane_name(shape, shape.plane_of(leaf.leaf))
    return leaf_name(shape.pod_name(leaf.pod), leaf.su, shape.rail_of(leaf.leaf), plane)


def name_of_spine(shape: FabricShape, spine: SpineId) -> str:
    """Return a spine's name."""
    if shape.network != "compute":
        return network_spine_name(shape.network, spine.index)
    plane, rail = group_place(shape, spine.group)
    return spine_name(shape.pod_name(spine.pod), spine.index, plane, rail)


def name_of_superspine(shape: FabricShape, core: CoreId) -> str:
    """Return a super-spine's name; each plane counts its own."""
    number = superspine_number(shape, core)
    per_plane = shape.total_superspines // shape.planes
    return core_name(number % per_plane + 1, plane_name(shape, number // per_plane))

"""Which row every switch and management server stands in: evenly over the rows of what it serves.

A family is a set of switches that serve the same hosts: the leaves of one SU, the spines of one
pod, and so on. Its members spread over their rows in order, so that each row has equally many.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from railwright.plan.fabric import Fabric
from railwright.plan.members import Member
from railwright.plan.placement.load import Box
from railwright.plan.shape import FabricShape, Network

Su = tuple[int | None, int | None]
"""An SU as members carry it: pod and number."""
Placed = tuple[Member, Box]


def spread(
    placed: Iterable[Placed],
    fabrics: Mapping[Network, Fabric],
    rows_of_su: Mapping[Su, Sequence[int]],
) -> dict[str, int]:
    """Return the row of every box by name, family by family, each in the order of its numbers."""
    everywhere = sorted({row for rows in rows_of_su.values() for row in rows}) or [0]
    families: dict[tuple[object, ...], list[Member]] = {}
    for member, _ in placed:
        families.setdefault(_family(member), []).append(member)
    found: dict[str, int] = {}
    for family in families.values():
        rows = _rows(family[0], rows_of_su) or everywhere
        dealt = sorted(family, key=lambda one: _step(one, fabrics))
        row_of = {
            one.name: rows[place * len(rows) // len(dealt)] for place, one in enumerate(dealt)
        }
        for one in sorted(family, key=lambda one: one.number):
            found[one.name] = row_of[one.name]
    return found


def together(placed: Iterable[Placed], fabrics: Mapping[Network, Fabric]) -> dict[str, int]:
    """Return by name, as the number of a group, boxes that one lost rack must not take all of.

    Such groups are the leaves of a storage pair, the spines of a pod, the super-spines, and the
    management servers. Other boxes are in none.
    """
    numbers: dict[tuple[object, ...], int] = {}
    found: dict[str, int] = {}
    for member, _ in placed:
        if member.role == "leaf" and member.network != "storage":
            continue
        key = _family(member)
        if member.role == "leaf":
            shape = fabrics["storage"].shape
            key = (*key, (member.number - 1) // shape.leaves_per_su)
        found[member.name] = numbers.setdefault(key, len(numbers))
    return found


def _family(member: Member) -> tuple[object, ...]:
    """Return what the members of a family have in common."""
    if member.network != "compute" or member.role == "superspine":
        return (member.network, member.role)
    su = member.su if member.role == "leaf" else None
    return (member.network, member.role, member.pod, su)


def _rows(member: Member, rows_of_su: Mapping[Su, Sequence[int]]) -> Sequence[int]:
    """Return the rows a family serves, none where it serves all or nothing that stands."""
    if member.network != "compute" or member.role == "superspine":
        return ()
    if member.role == "leaf" and (own := rows_of_su.get((member.pod, member.su))):
        return own
    of_pod = [rows for (pod, _), rows in rows_of_su.items() if pod == member.pod]
    return sorted({row for rows in of_pod for row in rows})


def _step(member: Member, fabrics: Mapping[Network, Fabric]) -> tuple[int, ...]:
    """Return a sort key: spines of one group and the leaves of a storage pair lie far apart."""
    if member.network is None:
        return (member.number,)
    return _KEYS[member.role](member.number - 1, fabrics[member.network].shape)


def _leaf(number: int, shape: FabricShape) -> tuple[int, ...]:
    if shape.network != "storage":
        return (number,)
    return (number % shape.leaves_per_su, number // shape.leaves_per_su)


def _spine(number: int, shape: FabricShape) -> tuple[int, ...]:
    of_pod = number % (shape.groups * shape.spines)
    return (of_pod % shape.spines, of_pod // shape.spines)


def _superspine(number: int, shape: FabricShape) -> tuple[int, ...]:
    each = shape.core.superspines if shape.core else 1
    return (number % each, number // each)


_KEYS: Mapping[str, Callable[[int, FabricShape], tuple[int, ...]]] = {
    "leaf": _leaf,
    "spine": _spine,
    "superspine": _superspine,
}

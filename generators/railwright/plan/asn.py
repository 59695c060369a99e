"""AS numbers: decimal digits NPPSSSLL above a base, so that an ASN tells where it is.

N is the network (compute 0), PP the pod (0 is what joins the pods), SSS the SU (0 is the pod's
spines), LL the leaf within its SU or the spine group. One ASN per leaf and one per spine group
gives no valley paths (RFC 7938) and no loop rejected between leaves.
"""

from collections.abc import Iterator

from railwright.errors import Problem
from railwright.plan.model import FabricShape, Network

NETWORK_DIGIT: dict[Network, int] = {"compute": 0, "storage": 1, "inband": 2, "oob": 3}
LARGEST_POD = 99
LARGEST_SU = 999
LARGEST_LEAF = 99
LARGEST = 4_294_967_294
PRIVATE = range(4_200_000_000, LARGEST + 1)
"""The 32-bit ASNs for private use (RFC 6996); the digits leave no room in the 16-bit ones."""


def leaf_asn(base: int, network: Network, pod: int, su: int, leaf: int) -> int:
    """Return the ASN of a leaf; pod and SU count from 1, `leaf` from 0 within its SU."""
    return _asn(base, network, pod, su, leaf)


def spine_asn(base: int, network: Network, pod: int, group: int = 0) -> int:
    """Return the one ASN that a pod's spines of one group share."""
    return _asn(base, network, pod, 0, group)


def check_base(base: int, shape: FabricShape, pod: int) -> Iterator[Problem]:
    """Yield what is wrong with the ASNs that a fabric of this capacity takes from `base`."""
    taken = _taken(base, shape, pod)
    span = f"this capacity takes the ASNs {taken[0]} to {taken[-1]}"
    if taken[-1] > LARGEST:
        yield Problem(
            "pools.asn_base",
            f"{span}, but the largest is {LARGEST}; give at most {LARGEST - taken[-1] + base}",
        )
    elif not all(number in PRIVATE for number in taken):
        yield Problem(
            "pools.asn_base",
            f"{span}, of which some belong to the public Internet; RFC 6996 keeps {PRIVATE[0]} "
            f"to {PRIVATE[-1]} for private use",
            "warning",
        )


def _taken(base: int, shape: FabricShape, pod: int) -> list[int]:
    leaves = [
        leaf_asn(base, "compute", pod, su, leaf)
        for su in range(1, shape.sus + 1)
        for leaf in range(shape.leaves_per_su)
    ]
    return [*([spine_asn(base, "compute", pod)] if shape.spines else ()), *leaves]


def _asn(base: int, network: Network, pod: int, su: int, leaf: int) -> int:
    if pod > LARGEST_POD or su > LARGEST_SU or leaf > LARGEST_LEAF:
        raise ValueError(f"pod {pod}, SU {su}, leaf {leaf} do not fit the ASN digits PPSSSLL")
    return base + NETWORK_DIGIT[network] * 10_000_000 + pod * 100_000 + su * 100 + leaf

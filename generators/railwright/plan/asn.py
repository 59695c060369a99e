"""AS numbers: decimal digits NPPSSSLL above a base, so that an ASN tells where it is.

N is the network (compute 0), PP the pod (0 is what joins the pods), SSS the SU (0 is the pod's
spines), LL the leaf within its SU or the spine group. One ASN per leaf, one per spine group of a
pod and one for the super-spines of a plane gives no valley paths (RFC 7938), no loop rejected
between leaves and none between pods.
"""

from collections.abc import Iterable, Iterator

from railwright.errors import Problem
from railwright.plan import identity
from railwright.plan.identity import CoreId, LeafId, SpineId
from railwright.plan.shape import FabricShape, Network

NETWORK_DIGIT: dict[Network, int] = {"compute": 0, "storage": 1, "inband": 2, "oob": 3}
NETWORK_PLACE = 10_000_000
POD_PLACE = 100_000
SU_PLACE = 100
"""What one more of each adds to an ASN; a leaf adds one."""
CORE_POD = 0
SPINE_SU = 0
LARGEST_POD = 99
LARGEST_SU = 999
LARGEST_LEAF = 99
LARGEST = 4_294_967_294
PRIVATE = range(4_200_000_000, LARGEST + 1)
"""The 32-bit ASNs for private use (RFC 6996); the digits leave no room in the 16-bit ones."""


def leaf_asn(base: int, network: Network, leaf: LeafId) -> int:
    """Return the ASN of a leaf."""
    return _asn(base, network, leaf.pod, leaf.su, leaf.leaf)


def spine_asn(base: int, network: Network, spine: SpineId) -> int:
    """Return the one ASN that a pod's spines of one group share."""
    return _asn(base, network, spine.pod, SPINE_SU, spine.group)


def superspine_asn(base: int, shape: FabricShape, core: CoreId) -> int:
    """Return the one ASN that the super-spines of a plane share."""
    return _asn(base, shape.network, CORE_POD, SPINE_SU, core.set // shape.spines)


def check_digits(shapes: Iterable[FabricShape]) -> Iterator[Problem]:
    """Yield what does not fit the digits of an ASN."""
    for shape in shapes:
        storage = shape.network == "storage"
        for what, number, largest, key, mend in (
            ("pods", shape.pods, LARGEST_POD, "sus_per_pod", "raise"),
            (
                "leaf pairs" if storage else "SUs in a pod",
                shape.sus,
                LARGEST_SU,
                "hosts_per_pair" if storage else "nodes_per_su",
                "raise",
            ),
            ("leaves in an SU", shape.leaves_per_su, LARGEST_LEAF + 1, "rails", "lower"),
        ):
            if number > largest:
                yield Problem(
                    f"networks.{shape.network}.{key}",
                    f"{number} {what}, but an ASN has digits for {largest}; {mend} {key} or lower "
                    "the capacity",
                )


def check_base(base: int, shapes: Iterable[FabricShape]) -> Iterator[Problem]:
    """Yield what is wrong with the ASNs that fabrics of this capacity take from `base`."""
    taken = sorted(number for shape in shapes for number in _span(base, shape))
    first, last = taken[0], taken[-1]
    span = f"this capacity takes the ASNs {first} to {last}"
    if last > LARGEST:
        yield Problem(
            "pools.asn_base",
            f"{span}, but the largest is {LARGEST}; give at most {LARGEST - last + base}",
        )
    elif first not in PRIVATE:
        yield Problem(
            "pools.asn_base",
            f"{span}, of which some belong to the public Internet; RFC 6996 keeps {PRIVATE[0]} "
            f"to {PRIVATE[-1]} for private use",
            "warning",
        )


def owner(number: int, base: int, shapes: Iterable[FabricShape]) -> str:
    """Return whose ASN a number is, reserved switches included; nothing if it is nobody's."""
    network, rest = divmod(number - base, NETWORK_PLACE)
    pod, rest = divmod(rest, POD_PLACE)
    su, leaf = divmod(rest, SU_PLACE)
    for shape in shapes:
        if NETWORK_DIGIT[shape.network] != network:
            continue
        core = pod == CORE_POD and shape.core is not None
        if su == SPINE_SU and (core or 1 <= pod <= shape.pods) and leaf < shape.groups:
            return f"the {shape.network} {'super-spines' if core else 'spines'}"
        if 1 <= su <= shape.sus and 1 <= pod <= shape.pods and leaf < shape.leaves_per_su:
            return identity.name_of_leaf(shape, LeafId(pod, su, leaf))
    return ""


def _span(base: int, shape: FabricShape) -> tuple[int, int]:
    """Return the first and the last ASN of a fabric."""
    last = leaf_asn(base, shape.network, LeafId(shape.pods, shape.sus, shape.leaves_per_su - 1))
    if shape.core:
        return _asn(base, shape.network, CORE_POD, SPINE_SU, 0), last
    if shape.spines:
        return spine_asn(base, shape.network, SpineId(1, 0, 1)), last
    return leaf_asn(base, shape.network, LeafId(1, 1, 0)), last


def _asn(base: int, network: Network, pod: int, su: int, leaf: int) -> int:
    digits = NETWORK_DIGIT[network] * NETWORK_PLACE + pod * POD_PLACE + su * SU_PLACE
    return base + digits + leaf

"""AS numbers: decimal digits NPPSSSLL above a base, so that an ASN tells where it is.

N is the network (compute 0), PP the pod (0 is what joins the pods), SSS the SU (0 is the pod's
spines), LL the leaf within its SU or the spine group. One ASN per leaf and one per spine group
gives no valley paths (RFC 7938) and no loop rejected between leaves.
"""

from railwright.plan.model import Network

NETWORK_DIGIT: dict[Network, int] = {"compute": 0, "storage": 1, "inband": 2, "oob": 3}
LARGEST_POD = 99
LARGEST_SU = 999
LARGEST_LEAF = 99


def leaf_asn(base: int, network: Network, pod: int, su: int, leaf: int) -> int:
    """Return the ASN of a leaf; pod and SU count from 1, `leaf` from 0 within its SU."""
    return _asn(base, network, pod, su, leaf)


def spine_asn(base: int, network: Network, pod: int, group: int = 0) -> int:
    """Return the one ASN that a pod's spines of one group share."""
    return _asn(base, network, pod, 0, group)


def _asn(base: int, network: Network, pod: int, su: int, leaf: int) -> int:
    if pod > LARGEST_POD or su > LARGEST_SU or leaf > LARGEST_LEAF:
        raise ValueError(f"pod {pod}, SU {su}, leaf {leaf} do not fit the ASN digits PPSSSLL")
    return base + NETWORK_DIGIT[network] * 10_000_000 + pod * 100_000 + su * 100 + leaf

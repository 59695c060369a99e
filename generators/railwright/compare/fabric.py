"""What a compute fabric achieves: bandwidth across it, ratios, and how far GPUs are apart."""

from collections import defaultdict

from railwright.compare.model import Figures, Ways
from railwright.plan.model import Plan
from railwright.plan.shape import FabricShape

LEAF_ONLY, OVER_SPINES, OVER_CORE = 1, 3, 5  # switches on the way


def figures(plan: Plan) -> Figures:
    """Return the figures of a plan's compute fabric as it is deployed."""
    shape = plan.shape
    ways = ways_of(shape)
    bisection = bisection_gbps(plan)
    return Figures(
        design=shape.design,
        tiers=1 + bool(shape.spines) + bool(shape.core),
        nodes_per_su=shape.nodes_per_su,
        nic_gbps=shape.rails * shape.planes * shape.nic_speed_gbps,
        bisection_gbps=bisection,
        between_rails_gbps=bisection if ways.other_rail_far else 0,
        oversubscription=shape.effective_oversubscription if shape.spines else None,
        core_oversubscription=shape.core.effective_oversubscription if shape.core else None,
        ways=ways,
        spare_cages_leaf=shape.spare_cages_leaf,
        spare_cages_spine=shape.spare_cages_spine if shape.spines else None,
    )


def bisection_gbps(plan: Plan) -> int:
    """Return what can cross between two halves of the deployed nodes: half the narrowest tier.

    A tier is all links that hosts, leaves or spines have upwards.
    """
    tiers: dict[str, int] = defaultdict(int)
    for link in plan.links:
        if link.deployed and link.network == "compute" and link.kind in {"host", "fabric"}:
            tiers[plan.device[link.a.device].role] += link.speed_gbps
    return min(tiers.values()) // 2


def ways_of(shape: FabricShape) -> Ways:
    """Return how many switches lie between GPUs, within one SU and over all deployed ones."""
    far = LEAF_ONLY
    if shape.core and shape.pods_deployed > 1:
        far = OVER_CORE
    elif shape.spines and shape.sus_deployed > 1:
        far = OVER_SPINES
    if shape.shared_leaf:
        return Ways(LEAF_ONLY, far, LEAF_ONLY, far)
    if not shape.spines or shape.isolated_rails:
        return Ways(LEAF_ONLY, far, None, None)
    return Ways(LEAF_ONLY, far, OVER_SPINES, max(OVER_SPINES, far))

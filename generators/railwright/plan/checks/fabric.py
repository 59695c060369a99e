"""The fabric as a whole: what a senior engineer would remark on before ordering it."""

from collections.abc import Iterator

from railwright.errors import Problem
from railwright.plan.model import Plan

FEWEST_SPINES = 4  # Juniper AI data centre design guide: two spines plus a failure meant PFC storms
CNP_DSCPS_OF_ROUTING = (48,)


def check_fabric(plan: Plan) -> Iterator[Problem]:
    """Yield warnings about spines, spare ports and shared DSCPs."""
    shape = plan.shape
    if 0 < shape.spines < FEWEST_SPINES:
        yield Problem(
            "networks.compute",
            f"{shape.spines} spines: losing one leaves {(shape.spines - 1) / shape.spines:.0%} of "
            f"the bisection; at least {FEWEST_SPINES} spines ride out a failure without "
            "congestion",
            "warning",
        )
    if shape.spines and shape.spare_cages_leaf == 0 and shape.spare_cages_spine == 0:
        yield Problem(
            "nodes.gpu.capacity",
            "every cage of every leaf and spine is used: this fabric cannot grow and has no "
            "spare port to move a failed link to",
            "warning",
        )
    if plan.intent.roce.cnp_dscp in CNP_DSCPS_OF_ROUTING:
        yield Problem(
            "roce.cnp_dscp",
            f"CNPs share DSCP {plan.intent.roce.cnp_dscp} with routing protocols, so both ride "
            f"strict priority {plan.intent.roce.cnp_priority}",
            "warning",
        )

"""The fabric as a whole: what a senior engineer would remark on before ordering it."""

from collections.abc import Iterator

from railwright.errors import Problem
from railwright.plan.model import Plan
from railwright.plan.shape import FabricShape

ADVISED_SPINES = 4
"""Source: Juniper AI data centre design guide: two spines plus a failure meant PFC storms."""


def check_fabric(plan: Plan) -> Iterator[Problem]:
    """Yield warnings about spines, spare ports and weak attachment."""
    shape = plan.shape
    for fabric in plan.fabrics.values():
        if fabric.network in plan.qos and 0 < fabric.spines < ADVISED_SPINES:
            yield _few_spines(fabric)
    if plan.intent.networks.compute.attachment == "svi":
        yield Problem(
            "networks.compute.attachment",
            "NICs that share a VLAN are weaker than routed ones: lossless frames to a NIC that is "
            "lost are flooded to every port of the leaf, and pauses spread with them; routed is "
            "the default",
            "warning",
        )
    if shape.spines and shape.spare_cages_leaf == 0 and shape.spare_cages_spine == 0:
        yield Problem(
            "nodes.gpu.capacity",
            "every cage of every leaf and spine is used: this fabric cannot grow and has no "
            "spare port to move a failed link to",
            "warning",
        )


def _few_spines(shape: FabricShape) -> Problem:
    left = (shape.spines - 1) / shape.spines
    return Problem(
        f"networks.{shape.network}",
        f"{shape.spines} spines: losing one leaves {left:.0%} of the bisection; at least "
        f"{ADVISED_SPINES} spines ride out a failure without congestion",
        "warning",
    )

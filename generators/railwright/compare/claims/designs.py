"""The designs that claims are about, planned in memory from the catalog: 1024 GPUs.

All cables are optical, as in the arithmetic that is published: leaves of a rail reach nodes in
sixteen racks or more.
"""

from functools import cache
from typing import Any

from railwright.catalog import loader as catalog
from railwright.compare.measure import measure
from railwright.compare.model import Measures
from railwright.intent.model import Intent
from railwright.plan import parts
from railwright.plan.build import build
from railwright.plan.networks.compute import demand
from railwright.plan.shape import FabricShape
from railwright.plan.topology import shape_of

NODE, FEWER_NICS, SHARED_CAGES = "hgx-h100", "hgx-h100-4nic", "dgx-h100"
LEAF, LEAF_400G = "cx864e-n", "sn5400"
NIC_GBPS = 400


@cache
def two_tiers(node: str = NODE, leaf: str = LEAF) -> Measures:
    """Return leaves and spines without oversubscription."""
    return _measured("two tiers at 1:1", node, {"leaf": leaf})


@cache
def one_tier(node: str = NODE) -> Measures:
    """Return one leaf per rail and no spines."""
    return _measured("rail-only", node, {"leaf": LEAF, "design": "rail-only"})


@cache
def three_tiers() -> Measures:
    """Return pods of one SU, joined by super-spines, without oversubscription."""
    return _measured(
        "three tiers at 1:1", NODE, {"leaf": LEAF, "design": "three-tier", "sus_per_pod": 1}
    )


@cache
def oversubscribed(ratio: float, nodes_per_su: int | None = None) -> Measures:
    """Return leaves and spines with fewer uplinks than NIC ports."""
    compute = {"leaf": LEAF, "oversubscription": ratio, "nodes_per_su": nodes_per_su}
    return _measured(f"{ratio:g}:1", NODE, compute)


def _measured(name: str, node: str, compute: dict[str, Any]) -> Measures:
    nodes = catalog.said().boxes.gpus // catalog.node(node).gpus
    return measure(name, build(_intent(node, compute, nodes)))


def _intent(node: str, compute: dict[str, Any], nodes: int) -> Intent:
    written = {
        "cluster": "claims",
        "nodes": {"gpu": {"model": node, "count": nodes}},
        "networks": {"compute": compute},
        "pools": {
            "compute_hosts": "10.16.0.0/12",
            "compute_links": "10.240.0.0/12",
            "loopbacks": "10.224.0.0/16",
            "inband": "10.48.0.0/13",
            "oob": "10.64.0.0/13",
        },
        "lengths": {"host_m": 30, "fabric_m": 40},
        "cabling": {"prefer": ["MMF", "SMF"]},
    }
    return Intent.model_validate(written)


def pods(gpus: int, pod_gpus: int, ratio: float) -> FabricShape:
    """Return the shape of pods without oversubscription inside and `ratio` between them."""
    per_node, per_su = catalog.node(NODE).gpus, two_tiers().figures.nodes_per_su
    compute = {
        "leaf": LEAF,
        "design": "three-tier",
        "nodes_per_su": per_su,
        "sus_per_pod": pod_gpus // per_node // per_su,
        "pod_oversubscription": ratio,
    }
    intent = _intent(NODE, compute, gpus // per_node)
    used = parts.load(intent)
    return shape_of(demand(intent, used.platforms["compute"], used.models))

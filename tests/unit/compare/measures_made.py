"""Measures for tests, from the few figures that matter to one."""

from decimal import Decimal
from typing import Any

from railwright.compare.model import Cost, Figures, Measures, Parts, Power, Ways

FIGURES = Figures(
    design="rail-optimized",
    tiers=2,
    nodes_per_su=64,
    nic_gbps=3200,
    bisection_gbps=204_800,
    between_rails_gbps=204_800,
    oversubscription=1.0,
    core_oversubscription=None,
    ways=Ways(1, 3, 3, 3),
    spare_cages_leaf=0,
    spare_cages_spine=0,
)
PARTS = Parts(
    switches={"leaf": 16, "spine": 8},
    links={("host", 400): 1024, ("fabric", 800): 512},
    cables={"MMF": 2048},
    modules={("switch", 800): 1536, ("node", 400): 1024},
    adapters=0,
    switches_w=52_800,
    plugged_w=35_000.0,
)
SMALLER = Parts(
    switches={"leaf": 8},
    links={("host", 400): 1024},
    cables={"DAC": 256, "MMF": 768},
    modules={("switch", 800): 512, ("node", 400): 1024},
    adapters=0,
    switches_w=17_600,
    plugged_w=18_000.0,
)


def made(name: str, **changes: Any) -> Measures:
    """Return the measures of 1024 GPUs with changes on top."""
    given: dict[str, Any] = {
        "name": name,
        "cluster": f"cluster-{name}",
        "gpus": 1024,
        "nodes": 128,
        "nodes_reserved": 128,
        "figures": FIGURES,
        "parts": {"compute": PARTS},
        "racks": None,
        "power": Power(1_305_600, 0, 52_800),
        "cost": None,
    }
    return Measures(**(given | changes))


def cost(currency: str, network: int, total: int, *missing: str) -> Cost:
    """Return a cost of which all missing parts belong to the network."""
    return Cost(currency, Decimal(network), Decimal(total), missing, missing)

"""The pools of the dynamic model against the file that a switch computes them with."""

import shutil
from typing import Any

import pytest

from railwright.plan.lossless import kinds, pools
from railwright.plan.lossless.proof import case_of
from tests.unit.plan.lossless import pool_script
from tests.unit.plan.made import planned

SECOND = {"second": {"dscp": 34, "priority": 4}}
CASES: dict[str, dict[str, Any]] = {
    "as it is": {},
    "two classes": {"roce": SECOND},
    "shared headroom": {"roce": {"headroom": {"shared_pool_ratio": 1}}},
    "shared by four, two classes": {"roce": {**SECOND, "headroom": {"shared_pool_ratio": 4}}},
    "shared by many": {"roce": {"headroom": {"shared_pool_ratio": 16}}},
    "large packets": {"roce": {"headroom": {"pattern_mtu_bytes": 4096, "shared_pool_ratio": 2}}},
}


@pytest.mark.parametrize(("switch", "nodes"), [("sn5600", 128), ("sn4700", 8)])
@pytest.mark.parametrize("case", CASES)
def test_pools_are_those_the_switch_computes(case: str, switch: str, nodes: int) -> None:
    text = pool_script.script()
    if text is None:
        pytest.skip(f"{pool_script.NAME} is not here; set {pool_script.VARIABLE} to its path")
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is missing")
    changes = {"nodes": {"gpu": {"count": nodes}}, "networks": {"compute": {"leaf": switch}}}
    plan = planned(changes, CASES[case])
    with pool_script.server() as redis:
        for kind in kinds.of_plan(plan):
            device = plan.device[kind.devices[0]]
            found = pool_script.pools(redis, text, plan, device)
            budget = case_of(plan, kind).budget
            assert budget.shared_bytes == pools.shared_bytes(plan, device)
            size, *headroom = found["ingress_lossless_pool"]
            assert budget.shared_bytes == size, kind.name
            assert bool(headroom) == budget.shares_headroom
            if headroom:
                private = pools.PRIVATE_BYTES * kind.ports
                assert budget.limit_bytes == headroom[0] + private

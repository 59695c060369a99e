"""Traffic classes of a network, and where their queues are marked."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from railwright.catalog import loader as catalog
from railwright.intent.roce import Ecn, Roce
from railwright.intent.roce_rules import ROUTING_DSCPS
from railwright.plan.lossless.pools import shared_bytes
from railwright.plan.marking import marking_of
from railwright.plan.model import Plan, QosClass
from railwright.plan.qos import classes, marking, roce_path, tos
from tests.unit.plan.made import ALL_NETWORKS, planned

BULK = {"name": "bulk", "dscps": [10, 8], "priority": 1, "weight": 5}
KMIN, KMAX = 100_000, 200_000


def of(**settings: Any) -> dict[str, QosClass]:
    return {one.name: one for one in classes(Roce.model_validate(settings))}


def test_defaults_are_rdma_cnp_and_the_rest() -> None:
    found = of()
    assert list(found) == ["default", "rdma", "cnp"]
    assert [(one.priority, one.lossless, one.strict, one.weight) for one in found.values()] == [
        (0, False, False, 40),
        (3, True, False, 60),
        (6, False, True, None),
    ]
    assert (found["rdma"].dscps, found["cnp"].dscps) == ((26,), (48,))


def test_a_second_lossless_class_is_lossless_and_marked_by_its_own_settings() -> None:
    ecn = {"kmin_bytes": KMIN, "kmax_bytes": KMAX}
    found = of(second={"dscp": 34, "priority": 4, "weight": 30, "ecn": ecn})
    second = found["rdma2"]
    assert (second.dscps, second.priority, second.weight) == ((34,), 4, 30)
    assert (second.lossless, second.strict) == (True, False)
    assert second.ecn == Ecn(kmin_bytes=KMIN, kmax_bytes=KMAX)
    assert found["rdma"].ecn == Ecn()
    assert [one.name for one in found.values() if one.ecn] == ["rdma", "rdma2"]


def test_lossy_classes_have_queues_by_name() -> None:
    bulk = of(lossy=[BULK])["bulk"]
    assert (bulk.dscps, bulk.priority, bulk.weight) == ((8, 10), 1, 5)
    assert (bulk.lossless, bulk.strict, bulk.ecn) == (False, False, None)


def test_trimmed_packets_are_in_the_class_whose_queue_they_get() -> None:
    settings = {"lossy": [BULK, BULK | {"name": "trimmed", "dscps": [50], "priority": 2}]}
    found = of(**settings, trimming={"dscp": 51, "priority": 2})
    assert (found["trimmed"].dscps, found["bulk"].dscps) == ((50, 51), (8, 10))
    assert of(**settings, trimming={"dscp": 50, "priority": 2})["trimmed"].dscps == (50,)


@st.composite
def settings(draw: st.DrawFn) -> dict[str, Any]:
    """Any settings whose classes share no priority and no DSCP, routing's not paused."""
    priorities = draw(st.permutations(range(8)))
    lossless = draw(st.permutations(sorted(set(range(64)) - set(ROUTING_DSCPS))))[:2]
    dscps = draw(st.permutations(sorted(set(range(64)) - set(lossless))))
    roce: dict[str, Any] = {
        "priority": priorities.pop(),
        "data_dscp": lossless.pop(),
        "cnp_priority": priorities.pop(),
        "cnp_dscp": dscps.pop(),
    }
    if draw(st.booleans()):
        roce["second"] = {"priority": priorities.pop(), "dscp": lossless.pop()}
    roce["lossy"] = [
        {
            "name": f"class{priority}",
            "priority": priority,
            "dscps": [dscps.pop() for _ in range(draw(st.integers(1, 10)))],
        }
        for priority in priorities[: draw(st.integers(0, min(5, len(priorities) - 1)))]
    ]
    return roce


@given(settings())
def test_every_dscp_and_priority_has_one_class(roce: dict[str, Any]) -> None:
    found = of(**roce)
    assert sorted(dscp for one in found.values() for dscp in one.dscps) == list(range(64))
    used = [one.priority for one in found.values()]
    assert sorted(set(used)) == used
    default = found.pop("default").priority
    assert default == min(set(range(8)) - {one.priority for one in found.values()})


def test_tos_is_dscp_and_codepoint() -> None:
    roce = Roce.model_validate({"ecn_codepoint": 1})
    assert (tos(Roce()), tos(roce), tos(roce, 34)) == (106, 105, 137)


def test_paths_of_the_settings() -> None:
    assert (roce_path("compute"), roce_path("storage")) == ("roce", "networks.storage.roce")


PLATFORM = catalog.switch("cx864e-n")
assert PLATFORM.wred is not None
OWN = PLATFORM.wred
BARE = PLATFORM.model_copy(update={"wred": None})


def slope(ecn: Ecn, shared: int | None = None, *, bare: bool = False) -> tuple[int, ...] | None:
    found = marking(ecn, BARE if bare else PLATFORM, shared)
    if found is None:
        return None
    return found.kmin_bytes, found.kmax_bytes, found.max_probability_percent


def test_thresholds_are_the_intents_else_the_platforms() -> None:
    own = (OWN.kmin_bytes, OWN.kmax_bytes, OWN.max_probability_percent)
    given_bytes = Ecn(kmin_bytes=KMIN, kmax_bytes=KMAX)
    shares = Ecn(kmin_percent=0.5, kmax_percent=1)
    assert slope(Ecn()) == own
    assert slope(Ecn(max_probability_percent=33)) == (*own[:2], 33)
    assert slope(given_bytes) == (KMIN, KMAX, own[2])
    assert slope(shares, 40_000_001) == (200_000, 400_000, own[2])


@pytest.mark.parametrize(
    ("ecn", "shared", "bare"),
    [
        (Ecn(), None, True),
        (Ecn(max_probability_percent=5), None, True),
        (Ecn(kmin_bytes=KMIN, kmax_bytes=KMAX), None, True),
        (Ecn(kmin_percent=0.5, kmax_percent=1), None, False),
    ],
)
def test_a_queue_without_a_figure_is_not_marked(ecn: Ecn, shared: int | None, bare: bool) -> None:
    assert slope(ecn, shared, bare=bare) is None


def test_shares_are_of_the_pool_without_its_headroom() -> None:
    plan = planned({"roce": {"ecn": {"kmin_percent": 1, "kmax_percent": 2}}})
    leaf = plan.device["su1-rail0-leaf"]
    pools = PLATFORM.buffers[next(iter(PLATFORM.buffers))]
    pool = pools.pools[pools.lossless_pool]
    assert pool.size_bytes is not None
    assert pool.xoff_bytes is not None
    shared = shared_bytes(plan, leaf)
    assert shared == pool.size_bytes - pool.xoff_bytes
    found = marking_of(plan, leaf, rdma(plan))
    assert found is not None
    assert (found.kmin_bytes, found.kmax_bytes) == (shared // 100, shared * 2 // 100)


def rdma(plan: Plan) -> QosClass:
    return next(one for one in plan.qos["compute"] if one.name == "rdma")


def test_lossy_classes_are_not_marked() -> None:
    plan = planned(ALL_NETWORKS)
    for one in plan.qos["compute"]:
        slope = marking_of(plan, plan.device["su1-rail0-leaf"], one)
        assert (slope is not None) == one.lossless
    assert shared_bytes(plan, plan.device["oob1-leaf"]) is None

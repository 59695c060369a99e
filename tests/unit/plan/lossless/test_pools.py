"""What headroom comes from, worked out by hand for the three platforms of the reference."""

from typing import Any

import pytest

from railwright.catalog.model import Buffers, SwitchPlatform
from railwright.plan.lossless.pools import Budget, budget_of
from tests.unit.plan.lossless.proofs import SECOND, case, reference

LEAF, SPINE = "compute leaf", "compute spine"


def budget(leaf: str, name: str = LEAF, **roce: Any) -> Budget:
    return case(reference(leaf, **roce), name).budget


@pytest.mark.parametrize(
    ("platform", "name", "need", "limit", "shared"),
    [
        ("cx864e-n", LEAF, 64 * 129_920 + 32 * 285_312, 72_581_120, 159_633_822 - 72_581_120),
        ("cx864e-n", SPINE, 64 * 285_312, 72_581_120, 159_633_822 - 72_581_120),
        ("7060x6-64pe", LEAF, 64 * 425_958 + 32 * 833_536, 38_843_712, 147_226_020 - 38_843_712),
        ("7060x6-64pe", SPINE, 64 * 833_536, 38_843_712, 147_226_020 - 38_843_712),
    ],
)
def test_a_shared_headroom_pool_is_the_xoff_of_the_pool(
    platform: str, name: str, need: int, limit: int, shared: int
) -> None:
    found = budget(platform, name, headroom=None)
    assert found.shares_headroom
    assert (found.need_bytes, found.limit_bytes, found.shared_bytes) == (need, limit, shared)
    assert found.admitted_bytes == shared + limit


def test_groups_keep_their_minimum_out_of_the_shared_buffer() -> None:
    found = budget("7060x6-64pe")
    assert found.shared_bytes is not None
    assert found.least_shared_bytes == found.shared_bytes - 96 * 8636


def test_nvidia_tables_fit_between_the_whole_and_the_ingress_pools() -> None:
    for name, need in ((LEAF, 64 * 250_880 + 32 * 410_624), (SPINE, 64 * 410_624)):
        found = budget("sn5600", name, headroom={"model": "traditional"})
        assert not found.shares_headroom
        assert found.need_bytes == need
        assert found.limit_bytes == 158_229_504 - 2 * 52_161_690
        assert found.shared_bytes == 52_161_690
    both = budget("sn5600", SPINE, headroom={"model": "traditional"}, **SECOND)
    assert both.ratio == pytest.approx(52_559_872 / 53_906_124)


def test_the_switch_computes_its_pools_from_what_is_left() -> None:
    found = budget("sn5600")
    groups = (64 * 19 + 32 * 37) * 1024
    terms = {one.name: one.bytes for one in found.terms}
    assert terms == {
        "lossy group of every port": groups,
        "management group of every port": groups,
        "minimum of egress ports and queues": 96 * 9216,
        "copies of packets at the egress": 96 * 10_240,
        "management pool": 262_144,
    }
    own = 64 * 117_760 + 32 * 200_704
    assert found.need_bytes == own
    assert found.limit_bytes == 158_229_504 - sum(terms.values())
    assert found.shared_bytes == (158_229_504 - sum(terms.values()) - own) / 2


@pytest.mark.parametrize(("ratio", "pool"), [(1, 9_994_240), (2, 4_997_120), (16, 624_640)])
def test_a_shared_headroom_pool_is_the_sum_over_the_ratio(ratio: int, pool: int) -> None:
    found = budget("sn5600", headroom={"shared_pool_ratio": ratio})
    xoff, private = 64 * 96_256 + 32 * 150_528, 96 * 10_240
    assert pool == (xoff - private) // ratio
    assert found.shares_headroom
    assert (found.need_bytes, found.limit_bytes) == (xoff, pool + private)
    reserved = sum(one.bytes for one in found.terms)
    assert found.shared_bytes == (158_229_504 - reserved - pool) / 2


def test_a_second_class_doubles_the_need() -> None:
    for platform in ("cx864e-n", "7060x6-64pe", "sn5600"):
        once, twice = budget(platform), budget(platform, **SECOND)
        assert twice.need_bytes == 2 * once.need_bytes


def changed(platform: SwitchPlatform, **update: Any) -> SwitchPlatform:
    return platform.model_copy(update=update)


def test_chips_that_keep_descriptors_set_nothing_aside_for_copies() -> None:
    plan = reference("sn5600")
    facts = plan.platforms["sn5600"].dynamic
    assert facts
    keeping = facts.model_copy(update={"keeps_descriptors": True})
    newer = changed(plan.platforms["sn5600"], dynamic=keeping)
    kind, roce = case(plan).kind, case(plan).roce
    before = budget_of(kind, plan.platforms["sn5600"], roce)
    after = budget_of(kind, newer, roce)
    assert before.limit_bytes is not None
    assert after.limit_bytes == before.limit_bytes + 96 * 10_240 - (32 << 20)


def test_the_chips_own_figure_of_its_buffer_counts() -> None:
    plan = reference("sn5600")
    platform = plan.platforms["sn5600"]
    assert platform.dynamic
    larger = changed(platform, dynamic=platform.dynamic.model_copy(update={"mmu_bytes": 1 << 28}))
    kind, roce = case(plan).kind, case(plan).roce
    more, less = budget_of(kind, larger, roce), budget_of(kind, platform, roce)
    assert more.limit_bytes is not None
    assert less.limit_bytes is not None
    assert more.limit_bytes - less.limit_bytes == (1 << 28) - 158_229_504


def unsized(facts: Buffers) -> Buffers:
    pools = {
        name: one.model_copy(update={"size_bytes": None, "xoff_bytes": None})
        for name, one in facts.pools.items()
    }
    return facts.model_copy(update={"pools": pools})


@pytest.mark.parametrize("name", ["7060x6-64pe", "sn5600"])
def test_pools_of_unknown_size_leave_the_limit_unknown(name: str) -> None:
    plan = reference(name, headroom={"model": "traditional"})
    platform = plan.platforms[name]
    bare = {key: unsized(one) for key, one in platform.buffers.items()}
    found = case(plan, platform=changed(platform, buffers=bare)).budget
    assert found.limit_bytes is None
    assert found.ratio is None

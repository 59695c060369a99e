"""Egress never discards what ingress admitted: shipped limits, and limits that would discard."""

from typing import Any

import pytest

from railwright.catalog.model import BufferProfile, SwitchPlatform
from railwright.plan.lossless.egress import egress_of
from railwright.plan.lossless.model import Egress
from tests.unit.plan.lossless.proofs import SECOND, by_name, case, reference
from tests.unit.plan.made import planned

LEAF, SPINE = "compute leaf", "compute spine"


def egress(platform: SwitchPlatform | str, name: str = LEAF, **roce: Any) -> Egress:
    known = platform if isinstance(platform, str) else platform.name
    plan = reference(known, **roce)
    one = case(plan, name, None if isinstance(platform, str) else platform)
    return egress_of(one.kind, one.platform, one.budget)


def with_profile(name: str, profile: str, **update: Any) -> SwitchPlatform:
    """Return a platform with one buffer profile changed in both models."""
    platform = reference(name).platforms[name]
    facts = {
        key: one.model_copy(update={"profiles": _changed(one.profiles, profile, update)})
        for key, one in platform.buffers.items()
    }
    dynamic = platform.dynamic and platform.dynamic.model_copy(
        update={"profiles": _changed(platform.dynamic.profiles, profile, update)}
    )
    return platform.model_copy(update={"buffers": facts, "dynamic": dynamic})


def _changed(
    profiles: dict[str, BufferProfile], name: str, update: dict[str, Any]
) -> dict[str, BufferProfile]:
    return {**profiles, name: profiles[name].model_copy(update=update)}


@pytest.mark.parametrize(
    ("platform", "name", "admitted", "queue"),
    [
        ("cx864e-n", LEAF, 159_633_822, 215_646_208),
        ("7060x6-64pe", LEAF, 147_226_020, 147_226_020),
        ("7060x6-64pe", SPINE, 147_226_020, 147_226_020),
        ("sn5600", LEAF, 68_612_608 + 13_959_168, 158_229_504 * 128 // 129),
    ],
)
def test_the_reference_holds_all_that_it_admits(
    platform: str, name: str, admitted: int, queue: int
) -> None:
    found = egress(platform, name)
    assert (found.verdict, found.admitted_bytes, found.queue_bytes) == ("proven", admitted, queue)


@pytest.mark.parametrize("attachment", ["routed", "svi"])
def test_flooded_frames_are_not_covered_by_the_proof(attachment: str) -> None:
    plan = planned({"networks": {"compute": {"attachment": attachment}}})
    flooded = attachment == "svi"
    proofs = by_name(plan)
    assert proofs[LEAF].kind.floods == flooded
    assert proofs[LEAF].egress.verdict == ("unproven" if flooded else "proven")
    assert ("holds for traffic that is not flooded" in proofs[LEAF].egress.why) == flooded
    assert proofs[SPINE].egress.verdict == "proven"  # no host, no VLAN


def test_the_shipped_limit_of_teralynx_discards() -> None:
    shipped = {"pool": "ingress_lossless_pool", "static_th_bytes": 22_798_336}
    found = egress(with_profile("cx864e-n", "egress_lossless_profile", **shipped))
    assert (found.verdict, found.queue_bytes) == ("failed", 22_798_336)
    assert "discards before all pause" in found.why


def test_a_static_limit_holds_in_each_slice_of_the_buffer() -> None:
    platform = reference("7060x6-64pe").platforms["7060x6-64pe"]
    whole = platform.asic.model_copy(update={"buffer_slices": 1})
    assert platform.asic.buffer_slices == 2
    found = egress(platform.model_copy(update={"asic": whole}))
    assert (found.verdict, found.queue_bytes) == ("failed", 82_434_938)


@pytest.mark.parametrize(("threshold", "verdict"), [(7, "proven"), (1, "proven"), (0, "failed")])
def test_a_dynamic_limit_lets_one_queue_have_its_share_only(threshold: int, verdict: str) -> None:
    found = egress(with_profile("sn5600", "egress_lossless_profile", dynamic_th=threshold))
    assert found.verdict == verdict
    share = 2.0**threshold
    assert found.queue_bytes == int(158_229_504 * share / (1 + share))


def test_limits_of_the_port_count_as_those_of_the_queue() -> None:
    platform = with_profile("sn5600", "q_lossy_profile", pool="egress_lossless_pool", dynamic_th=-2)
    assert platform.dynamic
    listed = platform.dynamic.model_copy(update={"egress_profile_list": ("q_lossy_profile",)})
    found = egress(platform.model_copy(update={"dynamic": listed}))
    assert (found.verdict, found.queue_bytes) == ("failed", int(158_229_504 * 0.25 / 1.25))


def test_lossy_traffic_in_the_same_pool_counts() -> None:
    platform = with_profile("cx864e-n", "egress_lossy_profile", pool="egress_lossless_pool")
    found = egress(platform)
    assert found.admitted_bytes == 159_633_822 + 56_012_386
    assert found.verdict == "proven"  # both pools are the whole buffer, to the byte


@pytest.mark.parametrize(("threshold", "verdict"), [(1, "proven"), (0, "failed")])
def test_a_port_may_not_run_out_before_its_groups_pause(threshold: int, verdict: str) -> None:
    platform = with_profile("sn5600", "ingress_lossless_profile", dynamic_th=threshold)
    found = egress(platform, **SECOND)  # two groups that pause at 1 of what is free, each
    assert found.verdict == verdict
    if verdict == "failed":
        assert "ingress_lossless_profile limits a port to 1 of the free buffer" in found.why


def test_pools_of_unknown_size_prove_nothing() -> None:
    platform = reference("cx864e-n").platforms["cx864e-n"]
    bare = {}
    for key, facts in platform.buffers.items():
        pools = {
            name: one.model_copy(update={"size_bytes": None}) for name, one in facts.pools.items()
        }
        bare[key] = facts.model_copy(update={"pools": pools})
    assert egress(platform.model_copy(update={"buffers": bare})).verdict == "unproven"

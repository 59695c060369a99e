"""What validate says of buffers: errors at the switch, acceptances, warnings."""

from dataclasses import replace
from typing import Any

import pytest

from railwright.errors import Problem
from railwright.plan.checks.buffers import check_headroom_fit
from railwright.plan.model import Plan
from tests.unit.plan.lossless.proofs import SECOND, reference
from tests.unit.plan.made import ALL_NETWORKS, planned

LEAF, SPINE = "networks.compute.leaf", "networks.compute.spine"


def found(plan: Plan) -> dict[str, Problem]:
    problems = list(check_headroom_fit(plan))
    assert len(set(problems)) == len(problems)
    return {one.path: one for one in problems}


def accepted(ratio: float) -> dict[str, Any]:
    return {"headroom": {"accept": {"ratio": ratio, "reason": "small jobs only"}}}


@pytest.mark.parametrize("platform", ["cx864e-n", "dbmvtx9180", "sn5600"])
@pytest.mark.parametrize("classes", [{}, SECOND])
def test_the_reference_has_nothing_to_say(platform: str, classes: dict[str, Any]) -> None:
    assert not found(reference(platform, **classes))


def test_every_network_is_looked_at() -> None:
    assert not found(planned(ALL_NETWORKS))
    late = {"ecn": {"kmin_bytes": 1 << 30, "kmax_bytes": 1 << 30}}
    wide = {"networks": {"storage": {"roce": late}}}
    assert set(found(planned(ALL_NETWORKS, wide))) == {"networks.storage.roce.ecn"}


def test_too_much_headroom_is_refused_where_the_switch_is_chosen() -> None:
    problems = found(reference("7060x6-64pe"))
    assert {path: one.severity for path, one in problems.items()} == {LEAF: "error", SPINE: "error"}
    leaf, spine = problems[LEAF].what, problems[SPINE].what
    assert "53934464 bytes wanted of 38843712, 1.39:1: 60 of 96 ports may pause at once" in leaf
    assert "53346304 bytes wanted of 17962880, 2.97:1: 21 of 64 ports may pause at once" in spine
    assert leaf.endswith("or accept ratio 1.39 with a reason in roce.headroom.accept")
    assert spine.endswith("or accept ratio 2.97 with a reason in roce.headroom.accept")


def test_a_second_class_that_does_not_fit_says_so() -> None:
    what = found(reference("7060x6-64pe", **SECOND))[LEAF].what
    assert "2.78:1" in what
    assert "remove roce.second" in what


def test_shorter_cables_are_advised_where_they_help() -> None:
    nodes = {"nodes": {"gpu": {"count": 16}}, "networks": {"compute": {"leaf": "7060x6-64pe"}}}

    def problems(length_m: float) -> dict[str, Problem]:
        return found(planned(nodes, {"roce": SECOND, "lengths": {"fabric_m": length_m}}))

    assert "shorten the cables between switches to 40 m" in problems(300.0)[LEAF].what
    assert LEAF not in problems(40.0)


def test_an_accepted_ratio_is_a_warning_that_repeats_it() -> None:
    problems = found(reference("7060x6-64pe", **accepted(3.0)))
    assert {path: one.severity for path, one in problems.items()} == {
        LEAF: "warning",
        SPINE: "warning",
    }
    assert "2.97:1" in problems[SPINE].what
    assert "accepted up to 3:1: small jobs only" in problems[SPINE].what


def test_an_acceptance_below_the_real_ratio_names_the_real_one() -> None:
    problems = found(reference("7060x6-64pe", **accepted(1.5)))
    errors = {path: one.what for path, one in problems.items() if one.severity == "error"}
    assert set(errors) == {"roce.headroom.accept.ratio"}
    assert "is 1.5, below the real one: headroom of a compute spine" in errors.popitem()[1]
    assert problems[LEAF].severity == "warning"


def test_an_acceptance_that_nothing_needs_is_a_warning() -> None:
    problems = found(reference("sn5600", **accepted(2.0)))
    assert {path: one.severity for path, one in problems.items()} == {
        "roce.headroom.accept": "warning"
    }


def test_an_acceptance_of_storage_has_its_own_place() -> None:
    roce = {"networks": {"storage": {"roce": accepted(2.0)}}}
    assert set(found(planned(ALL_NETWORKS, roce))) == {"networks.storage.roce.headroom.accept"}


def without(plan: Plan, name: str, **update: Any) -> Plan:
    changed = plan.platforms[name].model_copy(update=update)
    return replace(plan, platforms={**plan.platforms, name: changed})


def test_an_egress_limit_that_discards_is_an_error() -> None:
    plan = reference("7060x6-64pe", **accepted(3.0))
    asic = plan.platforms["7060x6-64pe"].asic.model_copy(update={"buffer_slices": 1})
    problems = list(check_headroom_fit(without(plan, "7060x6-64pe", asic=asic)))
    errors = {one.path: one.what for one in problems if one.severity == "error"}
    assert set(errors) == {LEAF, SPINE}
    assert "hold 82434938 bytes; ingress admits at most 147226020" in errors[LEAF]


def test_marking_after_pause_is_an_error_of_the_thresholds() -> None:
    ecn = {"kmin_bytes": 60_000_000, "kmax_bytes": 70_000_000}
    problems = found(reference("sn5600", ecn=ecn))
    assert {path: one.severity for path, one in problems.items()} == {"roce.ecn": "error"}
    second = {"dscp": 34, "priority": 4, "ecn": ecn}
    assert set(found(reference("sn5600", second=second))) == {"roce.second.ecn"}


def test_marking_that_two_queues_defeat_is_a_warning() -> None:
    ecn = {"kmin_bytes": 20_000_000, "kmax_bytes": 30_000_000}
    problems = found(reference("sn5600", ecn=ecn))
    assert {path: one.severity for path, one in problems.items()} == {"roce.ecn": "warning"}
    assert "a sender into 2 queues is paused before" in problems["roce.ecn"].what


def test_thresholds_of_the_platform_are_its_own_fault() -> None:
    plan = reference("sn5600")
    wred = plan.platforms["sn5600"].wred
    assert wred
    late = wred.model_copy(update={"kmin_bytes": 60_000_000, "kmax_bytes": 60_000_000})
    problems = list(check_headroom_fit(without(plan, "sn5600", wred=late)))
    assert {one.path for one in problems} == {LEAF, SPINE}


def test_unknown_pools_are_warnings() -> None:
    plan = reference("cx864e-n")
    bare = {}
    for key, facts in plan.platforms["cx864e-n"].buffers.items():
        pools = {
            name: one.model_copy(update={"size_bytes": None, "xoff_bytes": None})
            for name, one in facts.pools.items()
        }
        bare[key] = facts.model_copy(update={"pools": pools})
    problems = list(check_headroom_fit(without(plan, "cx864e-n", buffers=bare)))
    assert problems
    assert {one.severity for one in problems} == {"warning"}


def test_many_mixes_of_ports_are_told_as_one() -> None:
    links = [
        {
            "a": {"device": f"su1-rail{rail}-leaf", "port": "Ethernet128"},
            "z": {"device": "spine1", "port": f"Ethernet{256 + 8 * rail}"},
            "prefix": f"192.0.2.{2 * rail}/31",
            "length_m": 100.0 + rail,
            "reason": "a spare trunk",
        }
        for rail in range(4)
    ]
    ecn = {"kmin_bytes": 1 << 30, "kmax_bytes": 1 << 30}
    changes = {"nodes": {"gpu": {"count": 16}}, "overrides": {"links": links}}
    problems = list(check_headroom_fit(planned(changes, {"roce": {"ecn": ecn}})))
    assert len(problems) == 2  # one of leaves, one of spines

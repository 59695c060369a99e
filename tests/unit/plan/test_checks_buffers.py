"""What validate says of buffers: errors at the switch, acceptances, warnings."""

from dataclasses import replace
from typing import Any

import pytest

from railwright.errors import Problem
from railwright.plan.checks.buffers import check_headroom_fit
from railwright.plan.lossless.kinds import of_plan
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
    assert "53346304 bytes wanted of 38843712, 1.37:1: 46 of 64 ports may pause at once" in spine
    assert leaf.endswith("or accept ratio 1.39 with a reason in roce.headroom.accept")
    assert spine.endswith("or accept ratio 1.39 with a reason in roce.headroom.accept")  # of both


def test_removing_the_second_class_is_advised_where_one_fits() -> None:
    what = found(reference("7060x6-64pe", **SECOND))[LEAF].what
    assert "2.78:1" in what
    assert "remove roce.second" not in what  # one class is over the pool too
    few = {"nodes": {"gpu": {"count": 16}}, "networks": {"compute": {"leaf": "7060x6-64pe"}}}
    long = {"lengths": {"fabric_m": 300.0}}
    assert "remove roce.second" in found(planned(few, long, {"roce": SECOND}))[LEAF].what
    assert LEAF not in found(planned(few, long))


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
    assert "1.37:1" in problems[SPINE].what
    assert "accepted up to 3:1: small jobs only" in problems[SPINE].what


def test_an_acceptance_below_the_real_ratio_names_the_real_one() -> None:
    problems = found(reference("7060x6-64pe", **accepted(1.38)))
    errors = {path: one.what for path, one in problems.items() if one.severity == "error"}
    assert set(errors) == {"roce.headroom.accept.ratio"}
    assert "is 1.38, below the real one: headroom of a compute leaf" in errors.popitem()[1]
    assert problems[SPINE].severity == "warning"


def small(**headroom: Any) -> Plan:
    """Return four switches of SN5600 whose ports share a headroom pool."""
    compute = {"leaf": "sn5600", "rails": 2, "nodes_per_su": 4}
    changes = {"nodes": {"gpu": {"count": 8}}, "networks": {"compute": compute}}
    return planned(changes, {"roce": {"headroom": headroom}})


def test_a_shared_pool_that_is_too_small_is_told_once_where_it_is_asked_for() -> None:
    at = "roce.headroom.shared_pool_ratio"
    problems = found(small(shared_pool_ratio=2))
    assert {path: one.severity for path, one in problems.items()} == {at: "error"}
    what = problems[at].what
    assert what.startswith("is 2, too much for a compute ")
    assert "lower shared_pool_ratio to 1 or accept ratio " in what
    accept = float(what.partition("accept ratio ")[2].partition(" ")[0])
    accepted = {"ratio": accept, "reason": "tried"}
    problems = found(small(shared_pool_ratio=2, accept=accepted))
    assert {one.severity for one in problems.values()} == {"warning"}


def test_nobody_accepts_that_not_even_one_port_may_pause() -> None:
    problems = found(small(shared_pool_ratio=16))
    (what,) = (one.what for one in problems.values())
    assert "so not even one port may pause" in what
    assert what.endswith("; lower shared_pool_ratio to 1")
    accept = {"ratio": 16.0, "reason": "whatever"}
    (what,) = (one.what for one in found(small(shared_pool_ratio=16, accept=accept)).values())
    lower = int(what.rpartition("lower shared_pool_ratio to ")[2])
    assert lower > 1
    for ratio, refused in ((lower, False), (lower + 1, True)):
        told = found(small(shared_pool_ratio=ratio, accept=accept))
        assert ("error" in {one.severity for one in told.values()}) == refused


def test_a_port_that_asks_too_much_of_any_shared_pool_is_better_off_alone() -> None:
    roce = {"roce": {"headroom": {"shared_pool_ratio": 1}}}
    changes = {"networks": {"compute": {"leaf": "sn5600"}}, "lengths": {"fabric_m": 1500.0}}
    (problem,) = found(planned(changes, roce)).values()
    assert problem.path == "roce.headroom.shared_pool_ratio"
    assert "remove shared_pool_ratio or shorten the cables between switches to 1186 m" in (
        problem.what
    )
    assert not found(planned(changes))


def test_what_follows_from_headroom_that_cannot_be_is_not_told() -> None:
    changes = {"networks": {"compute": {"leaf": "sn5600"}}, "lengths": {"fabric_m": 2000.0}}
    problems = found(planned(changes))
    assert {path: one.severity for path, one in problems.items()} == {SPINE: "error"}
    assert "nothing is left for the shared buffer" in problems[SPINE].what


def test_headroom_below_the_bound_is_a_warning_of_the_role() -> None:
    roce = {"pattern_mtu_bytes": 4096, "small_packet_percent": 50}

    def of_storage(**headroom: Any) -> dict[str, Problem]:
        return found(
            planned(ALL_NETWORKS, {"networks": {"storage": {"roce": {"headroom": headroom}}}})
        )

    problems = of_storage(**roce)
    assert {path: one.severity for path, one in problems.items()} == {
        "networks.storage.leaf": "warning",
        "networks.storage.spine": "warning",
    }
    told = problems["networks.storage.leaf"].what
    assert "200G host ports at 5 m (xoff 49152 bytes, bound 49953, 801 missing)" in told
    key = "networks.storage.roce.headroom.small_packet_percent"
    percent = int(told.partition(f"raise {key} to ")[2].partition(" ")[0])
    assert not of_storage(**{**roce, "small_packet_percent": percent})
    assert of_storage(**{**roce, "small_packet_percent": percent - 1})


def test_a_table_below_the_bound_yields_to_the_formula() -> None:
    traditional = {"networks": {"storage": {"roce": {"headroom": {"model": "traditional"}}}}}
    problems = found(planned(ALL_NETWORKS, traditional))
    told = problems["networks.storage.spine"].what
    assert (
        "remove networks.storage.roce.headroom.model (the switch's own formula covers it)" in told
    )
    assert not found(planned(ALL_NETWORKS))


def test_hosts_that_share_a_vlan_leave_the_egress_unproven() -> None:
    shared = {"networks": {"compute": {"attachment": "svi"}}}
    problems = found(planned(ALL_NETWORKS, shared))
    assert {path: one.severity for path, one in problems.items()} == {
        "networks.compute.attachment": "warning"
    }
    assert "this holds for traffic that is not flooded" in problems.popitem()[1].what


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


def test_thresholds_that_fail_on_one_role_are_told_once_and_with_that_role() -> None:
    ecn = {"kmin_bytes": 33_000_000, "kmax_bytes": 33_000_000}
    half_full = {"nodes": {"gpu": {"count": 32}}, "networks": {"compute": {"leaf": "sn5600"}}}
    problems = list(check_headroom_fit(planned(half_full, {"roce": {**SECOND, "ecn": ecn}})))
    assert [(one.path, one.severity) for one in problems] == [("roce.ecn", "error")]
    assert "class rdma on a compute spine" in problems[0].what


def test_marking_that_two_queues_defeat_is_a_warning() -> None:
    ecn = {"kmin_bytes": 20_000_000, "kmax_bytes": 30_000_000}
    problems = found(reference("sn5600", ecn=ecn))
    assert {path: one.severity for path, one in problems.items()} == {"roce.ecn": "warning"}
    assert "a sender into 2 queues is paused before" in problems["roce.ecn"].what


def test_a_sender_needs_no_more_queues_than_there_are_other_ports() -> None:
    compute = {"design": "rail-isolated", "rails": 2, "nodes_per_su": 4}
    plan = planned({"nodes": {"gpu": {"count": 8}}, "networks": {"compute": compute}})
    assert min(one.ports for one in of_plan(plan)) == 2
    assert not found(plan)


def test_marking_every_packet_after_pause_is_a_warning() -> None:
    problems = found(reference("sn5600", ecn={"kmin_bytes": 1 << 20, "kmax_bytes": 40_000_000}))
    assert {path: one.severity for path, one in problems.items()} == {"roce.ecn": "warning"}
    what = problems["roce.ecn"].what
    assert "a group pauses at 34306304 bytes, before every packet is marked at 40000000" in what
    assert what.endswith("; lower kmax")
    both = found(reference("sn5600", ecn={"kmin_bytes": 20_000_000, "kmax_bytes": 40_000_000}))
    assert both["roce.ecn"].what.endswith("; lower kmin and kmax")
    assert not found(reference("sn5600", ecn={"kmin_bytes": 1 << 20, "kmax_bytes": 34_306_303}))


def test_the_smallest_margin_speaks_for_all() -> None:
    ecn = {"kmin_bytes": 34_500_000, "kmax_bytes": 50_000_000}  # between leaf and spine
    problems = list(check_headroom_fit(reference("sn5600", ecn=ecn)))
    assert [(one.path, one.severity) for one in problems] == [("roce.ecn", "error")]
    assert "on a compute leaf" in problems[0].what


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
    assert [one.path for one in problems] == ["roce.ecn"]

"""What switches cannot do of their traffic classes, catalog entries changed."""

from dataclasses import replace
from typing import Any

import pytest

from railwright.catalog.model import Buffers
from railwright.errors import Problem
from railwright.plan.checks.qos import check_marking
from railwright.plan.model import Plan
from tests.unit.plan.made import ALL_NETWORKS, planned


def found(plan: Plan) -> dict[str, Problem]:
    return {one.path: one for one in check_marking(plan) if one.severity == "error"}


def without_wred(plan: Plan) -> Plan:
    platforms = {
        name: one.model_copy(update={"wred": None}) for name, one in plan.platforms.items()
    }
    return replace(plan, platforms=platforms)


def test_the_defaults_can_be_done() -> None:
    assert not found(planned(ALL_NETWORKS))


@pytest.mark.parametrize(
    ("ecn", "wanted"),
    [
        ({}, "no marking thresholds are known; give kmin_bytes, kmax_bytes and"),
        (
            {"max_probability_percent": 5},
            "no marking thresholds are known; give kmin_bytes, kmax_bytes and",
        ),
        ({"kmin_bytes": 1, "kmax_bytes": 2}, "give max_probability_percent"),
    ],
)
def test_a_platform_without_thresholds_needs_them(ecn: dict[str, Any], wanted: str) -> None:
    plan = without_wred(planned({"roce": {"ecn": ecn}}))
    problem = found(plan)["roce.ecn"]
    assert problem.what.startswith("cx864e-n (leaf, spine): ")
    assert wanted in problem.what


def test_shares_of_an_unknown_buffer_are_refused() -> None:
    plan = planned({"roce": {"ecn": {"kmin_percent": 1, "kmax_percent": 2}}})
    assert not found(plan)
    (platform,) = plan.platforms.values()
    tables = {name: unsized(one) for name, one in platform.buffers.items()}
    bare = {platform.name: platform.model_copy(update={"buffers": tables})}
    problems = found(replace(plan, platforms=bare))
    assert set(problems) == {"roce.ecn.kmin_percent"}
    assert (
        "whose size on cx864e-n (leaf, spine) is unknown" in problems["roce.ecn.kmin_percent"].what
    )


def unsized(buffers: Buffers) -> Buffers:
    pools = {
        name: one.model_copy(update={"size_bytes": None}) for name, one in buffers.pools.items()
    }
    return buffers.model_copy(update={"pools": pools})


def test_given_thresholds_need_nothing_of_the_platform() -> None:
    ecn = {"kmin_bytes": 1, "kmax_bytes": 2, "max_probability_percent": 5}
    assert not found(without_wred(planned({"roce": {"ecn": ecn}})))


def test_each_lossless_class_is_looked_at() -> None:
    ecn = {"kmin_bytes": 1, "kmax_bytes": 2, "max_probability_percent": 5}
    second = {"dscp": 34, "priority": 4}
    plan = planned(
        ALL_NETWORKS,
        {"roce": {"ecn": ecn, "second": second}, "networks": {"storage": {"roce": {"ecn": ecn}}}},
    )
    assert set(found(without_wred(plan))) == {"roce.second.ecn"}


def warned(*changes: dict[str, Any]) -> dict[str, str]:
    return {
        one.path: one.what for one in check_marking(planned(*changes)) if one.severity == "warning"
    }


def test_routing_beside_cnps_or_in_the_default_class_is_remarked_on() -> None:
    assert "both ride strict priority 6" in warned()["roce.cnp_dscp"]
    moved = warned({"roce": {"cnp_dscp": 49, "dcqcn": False}})
    assert set(moved) == {"roce.cnp_dscp"}
    assert "ride the default class, priority 0" in moved["roce.cnp_dscp"]


@pytest.mark.parametrize(
    "roce",
    [
        {"dcqcn": False},
        {"cnp_dscp": 49, "lossy": [{"name": "routing", "dscps": [48], "priority": 1}]},
    ],
)
def test_routing_with_a_class_of_its_own_is_fine(roce: dict[str, Any]) -> None:
    assert not warned({"roce": roce})


@pytest.mark.parametrize(("action", "frees"), [("drop", True), ("forward", True), ("alert", False)])
def test_a_watchdog_that_frees_nothing_is_remarked_on(action: str, *, frees: bool) -> None:
    found = warned({"roce": {"dcqcn": False, "watchdog": {"action": action}}})
    assert ("roce.watchdog.action" not in found) == frees


def test_unmarked_traffic_and_routing_mix_with_classes_of_every_network() -> None:
    changes = {
        "roce": {"second": {"dscp": 0, "priority": 4}, "cnp_dscp": 49},
        "networks": {"storage": {"roce": {"data_dscp": 0}}},
    }
    warnings = {one.path: one.what for one in check_marking(planned(ALL_NETWORKS, changes))}
    assert set(warnings) == {
        "roce.second.dscp",
        "roce.cnp_dscp",
        "networks.storage.roce.data_dscp",
        "networks.storage.roce.cnp_dscp",
    }
    assert "lossless priority 4" in warnings["roce.second.dscp"]
    assert "strict priority 6" in warnings["networks.storage.roce.cnp_dscp"]

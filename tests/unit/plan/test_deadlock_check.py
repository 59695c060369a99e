"""What the check says of intents that break the ASN rule or add links across."""

from dataclasses import replace
from typing import Any

import pytest

from railwright.errors import Problem
from railwright.plan.checks.deadlock import check_deadlock
from railwright.plan.deadlock.reach import unreached
from railwright.plan.model import Plan
from tests.unit.plan.deadlock_graphs import SPINES, bordered, clos, pods, with_asns
from tests.unit.plan.made import ALL_NETWORKS, planned

SMALL: dict[str, Any] = {
    "nodes": {"gpu": {"count": 24}},
    "networks": {"compute": {"nodes_per_su": 8}},
}
OTHER = 4_200_900_001


def asn(device: str, number: int) -> dict[str, Any]:
    return {"overrides": {"asns": [{"device": device, "asn": number, "reason": "a trial"}]}}


def link(one: str, other: str, plan: Plan) -> dict[str, Any]:
    """Return an extra link on the first spare ports of one speed."""
    a, z = (
        next(port.name for port in plan.ports[name] if port.use == "spare") for name in (one, other)
    )
    found = {
        "a": {"device": one, "port": a},
        "z": {"device": other, "port": z},
        "prefix": "172.31.0.0/31",
        "reason": "a trial",
    }
    return {"overrides": {"links": [found]}}


def checked(*changes: dict[str, Any]) -> list[Problem]:
    return list(check_deadlock(planned(SMALL, *changes)))


def test_planned_networks_have_nothing_to_say() -> None:
    assert list(check_deadlock(planned(ALL_NETWORKS))) == []


def test_another_asn_of_a_leaf_is_fine() -> None:
    assert checked(asn("su1-rail0-leaf", OTHER)) == []


def test_a_spine_with_an_asn_of_its_own() -> None:
    (found,) = checked(asn("spine2", OTHER))
    assert found.path == "overrides.asns[0].asn"
    assert found.severity == "error"
    assert "\n" not in found.what
    assert (
        "circle, with su1-rail0-leaf - spine2 down and su1-rail1-leaf - spine1 down" in found.what
    )
    assert "spine1 Ethernet32 > su1-rail2-leaf Ethernet256" in found.what
    assert "remove the override: one ASN per leaf" in found.what


def test_the_override_in_the_cycle_is_named() -> None:
    changes = asn("su3-rail7-leaf", OTHER)
    changes["overrides"]["asns"] += asn("spine1", OTHER + 1)["overrides"]["asns"]
    (found,) = checked(changes)
    assert found.path == "overrides.asns[1].asn"


def test_two_leaves_of_one_asn() -> None:
    plan = planned(SMALL)
    shared = plan.device["su2-rail3-leaf"].asn
    assert shared is not None
    (found,) = checked(asn("su1-rail0-leaf", shared))
    assert found.path == "overrides.asns[0].asn"
    block = plan.block_of["su1-rail0-leaf"].prefix
    assert f"no route to {block} of su1-rail0-leaf from su2-rail3-leaf" in found.what
    assert f"both have ASN {shared}; give an ASN that no other switch has" in found.what


def test_a_link_between_leaves() -> None:
    plan = planned(SMALL)
    (found,) = checked(link("su1-rail0-leaf", "su2-rail0-leaf", plan))
    assert found.path == "overrides.links[0]"
    assert "which BGP does not exclude" in found.what
    assert "su1-rail0-leaf Ethernet32 > su2-rail0-leaf Ethernet32" in found.what
    assert found.what.endswith("; remove the link")


def test_a_third_link_of_a_pair_is_fine() -> None:
    plan = planned(SMALL)
    assert checked(link("su1-rail0-leaf", "spine1", plan)) == []


def test_pods_that_a_link_between_leaves_short_cuts() -> None:
    changes: dict[str, Any] = {
        "nodes": {"gpu": {"count": 12}},
        "networks": {
            "compute": {"design": "three-tier", "rails": 2, "nodes_per_su": 2, "sus_per_pod": 2}
        },
    }
    plan = planned(changes)
    assert list(check_deadlock(plan)) == []
    across = link("pod1-su1-rail0-leaf", "pod2-su1-rail0-leaf", plan)
    (found,) = check_deadlock(planned(changes, across))
    assert found.path == "overrides.links[0]"
    assert "in a circle, with everything up: " in found.what


def test_a_network_without_lossless_classes_may_only_lose_routes() -> None:
    plan = planned(ALL_NETWORKS)
    leaves = [one for one in plan.switches if (one.network, one.role) == ("oob", "leaf")]
    spine = next(one for one in plan.switches if (one.network, one.role) == ("oob", "spine"))

    def changed(**asns: int | None) -> Plan:
        devices = tuple(replace(one, asn=asns.get(one.name, one.asn)) for one in plan.devices)
        return replace(plan, devices=devices)

    assert list(check_deadlock(changed(**{spine.name: OTHER}))) == []
    (found,) = check_deadlock(changed(**{leaves[1].name: leaves[0].asn}))
    assert found.path == "networks.oob"
    assert "one ASN per leaf" in found.what


@pytest.mark.parametrize(
    ("graph", "lost"),
    [
        (clos(4, 2), set()),
        (bordered(4, 2, originated=False), set()),
        (with_asns(clos(4, 2), {"leaf3": 1}), {("leaf1", "leaf3"), ("leaf3", "leaf1")}),
        (
            with_asns(clos(4, 2), {"leaf2": 1, "leaf3": 1}),
            {
                (one, other)
                for one in ("leaf1", "leaf2", "leaf3")
                for other in ("leaf1", "leaf2", "leaf3")
                if one != other
            },
        ),
        (
            with_asns(bordered(2, 2, originated=False), {"border": SPINES}),
            {("leaf1", "border"), ("leaf2", "border"), ("border", "leaf1")},
        ),
    ],
)
def test_who_has_no_route_to_whom(graph: Any, lost: set[tuple[str, str]]) -> None:
    assert {(one.listener, one.owner) for one in unreached(graph)} == lost


def test_pods_of_one_spine_asn_do_not_reach_each_other() -> None:
    graph = with_asns(pods(3, 3, 2, 2), {f"pod2-spine{n}": SPINES for n in (1, 2)})
    found = {(one.listener[:4], one.owner[:4]) for one in unreached(graph)}
    assert found == {("pod1", "pod2"), ("pod2", "pod1")}

"""What the deadlock proof reads out of a plan."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import pytest

from railwright.catalog import loader as catalog
from railwright.catalog.sonic_model import Tier
from railwright.plan.deadlock import graph as graph_module
from railwright.plan.deadlock.graph import BORDER, DEFAULT_ROUTE, of_plan, paired
from railwright.plan.deadlock.proof import quick
from tests.unit.plan.deadlock_graphs import clos
from tests.unit.plan.made import ALL_NETWORKS, compute_plan, merged, planned

ORIGINATED = {"networks": {"storage": {"border": {"default_route": "originated"}}}}


def test_a_fabric_of_two_tiers() -> None:
    plan = compute_plan(24, nodes_per_su=8)
    found = of_plan(plan, "compute")
    leaves = [one for one in plan.switches if one.role == "leaf"]
    spines = [one for one in plan.switches if one.role == "spine"]
    assert set(found.devices) == {one.name for one in leaves + spines}
    assert set(found.pairs) == {(leaf.name, spine.name) for leaf in leaves for spine in spines}
    fabric = [one for one in plan.links if one.kind == "fabric"]
    assert sum(map(len, found.pairs.values())) == len(fabric)
    assert {one.asn for name, one in found.devices.items()} == {one.asn for one in leaves + spines}
    assert all(one.allowas_in == 0 and one.is_lossless for one in found.devices.values())
    assert found.origins == {name: (block.prefix,) for name, block in plan.block_of.items()}
    assert found.blackhole == {one.name for one in leaves}
    assert sum(map(len, found.hosts.values())) == 24 * 8
    assert not found.svi
    assert not found.default_origins


def test_ports_of_a_pair_in_either_order() -> None:
    plan = compute_plan(24, nodes_per_su=8)
    found = of_plan(plan, "compute")
    link = next(one for one in plan.links if one.kind == "fabric")
    assert found.ports(link.a.device, link.z.device) == (link.a.port, link.z.port)
    assert found.ports(link.z.device, link.a.device) == (link.z.port, link.a.port)
    with pytest.raises(KeyError):
        found.ports(link.a.device, link.a.device)


def test_parallel_links_are_one_pair_whichever_end_comes_first() -> None:
    links = [("a", "a1", "z", "z1"), ("z", "z2", "a", "a2")]
    assert paired(links) == {("a", "z"): (("a1", "z1"), ("a2", "z2"))}


def test_links_that_are_only_reserved_carry_no_session() -> None:
    plan = compute_plan(8, 24, nodes_per_su=8)
    found = of_plan(plan, "compute")
    assert {a for a, _ in found.pairs} == {one.name for one in plan.switches if one.role == "leaf"}
    assert sum(map(len, found.hosts.values())) == 8 * 8


@pytest.mark.parametrize(
    ("changes", "owners"), [({}, {"edge"}), (ORIGINATED, {"storage-spine1", "storage-spine2"})]
)
def test_who_originates_the_default_route(changes: dict[str, object], owners: set[str]) -> None:
    found = of_plan(planned(merged(ALL_NETWORKS, changes)), "storage")
    assert found.devices["edge"].role == BORDER
    assert not found.devices["edge"].is_lossless
    assert found.devices["edge"].asn == 64512
    assert found.default_origins == owners
    assert all(own.count(DEFAULT_ROUTE) <= 1 for own in found.origins.values())


def test_hosts_on_a_vlan_need_no_blackhole() -> None:
    plan = compute_plan(24, nodes_per_su=8, attachment="svi")
    found = of_plan(plan, "compute")
    assert found.svi
    assert found.blackhole == {one.name for one in plan.switches if one.role == "leaf"}
    assert {own for own in found.origins.values()} == {(svi.prefix,) for svi in plan.svis}
    assert any("flooded" in note for note in quick(plan, "compute").notes)


def test_the_device_type_decides_the_loop_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """No tier has this type; if one got it, the proof has to know."""
    plan = compute_plan(24, nodes_per_su=8)
    leaf_like = catalog.tiers()

    def tiers() -> Mapping[str, Tier]:
        spine = leaf_like["spine"].model_copy(update={"type": "ToRRouter"})
        return MappingProxyType({**leaf_like, "spine": spine})

    assert quick(plan, "compute").verdict == "proven"
    monkeypatch.setattr(graph_module, "tiers", tiers)
    spines = {one.name for one in plan.switches if one.role == "spine"}
    found = of_plan(plan, "compute")
    assert {name for name, one in found.devices.items() if one.allowas_in == 1} == spines
    proof = quick(plan, "compute")
    assert (proof.verdict, proof.method) == ("failed", "simulation")


def test_an_asn_changed_in_the_plan_is_seen() -> None:
    plan = compute_plan(24, nodes_per_su=8)
    devices = tuple(
        replace(one, asn=4_200_009_999) if one.name == "spine1" else one for one in plan.devices
    )
    changed = replace(plan, devices=devices)
    assert of_plan(changed, "compute").devices["spine1"].asn == 4_200_009_999
    assert quick(changed, "compute").verdict == "failed"


def test_prefixes_that_have_more_than_one_device_to_go_to() -> None:
    known = replace(
        clos(4, 2),
        origins={
            "leaf1": ("10.0.0.0/8", "10.1.0.0/16", "10.1.1.0/24", "no prefix"),
            "leaf2": ("10.1.1.0/24", "10.2.0.0/16", "10.2.2.0/24"),
            "leaf3": ("172.16.0.0/12",),
            "leaf4": ("172.32.0.0/12", "no prefix"),
        },
    )
    assert known.fallbacks == {
        DEFAULT_ROUTE,
        "10.0.0.0/8",  # covers what is leaf2's
        "10.1.0.0/16",
        "10.1.1.0/24",  # of two
        "no prefix",
    }
    assert known.fallback_origins == {"leaf1", "leaf2", "leaf4"}
    assert not clos(4, 2).fallback_origins

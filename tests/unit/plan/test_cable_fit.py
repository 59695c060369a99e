"""How the links of whole plans are cabled, with a floor and without one."""

from typing import Any

import pytest

from railwright.plan.cables.fit import fit
from railwright.plan.cables.model import Fitting
from railwright.plan.cables.route import Ways, spots_of
from railwright.plan.explain import explain
from railwright.plan.model import Link, Plan
from tests.unit.plan.made import ALL_NETWORKS, planned

FLOOR: dict[str, Any] = {"floor": {"rows": 2}}


@pytest.fixture(scope="module")
def placed() -> Plan:
    return planned(ALL_NETWORKS, FLOOR)


def fitted(plan: Plan) -> dict[str, Fitting]:
    found, unfit = fit(plan.intent, plan.links, plan.node_models, plan.built, plan.floor)
    assert unfit == ()
    return found


def links(plan: Plan) -> dict[str, Link]:
    return {link.id: link for link in plan.links}


def test_without_a_floor_the_assumed_length_is_what_is_needed() -> None:
    plan = planned(ALL_NETWORKS)
    assert plan.fitted is None
    found = fitted(plan)
    assert found.keys() == links(plan).keys()
    assert all(found[link.id].computed_m == link.length.length_m for link in plan.links)
    assert all(link.length.assumed for link in plan.links)


def test_on_a_floor_links_are_as_long_as_what_is_ordered(placed: Plan) -> None:
    assert placed.fitted is not None
    for link in placed.links:
        fitting = placed.fitted[link.id]
        assert fitting.computed_m <= fitting.length_m
        if link.kind == "border":
            assert link.length.assumed
            assert link.length.length_m == fitting.computed_m == 40
            assert fitting.z_module is None
        else:
            assert not link.length.assumed
            assert link.length.length_m == fitting.length_m


def test_the_provenance_names_both_places_and_the_part(placed: Plan) -> None:
    link = links(placed)["gpu0001:rail0"]
    fitting = (placed.fitted or {})[link.id]
    assert placed.floor
    places = placed.floor.places
    node, leaf = places["gpu0001"], places["su1-rail0-leaf"]
    assert link.length.provenance == (
        f"{node.rack} unit {node.top_u} to {leaf.rack} unit {leaf.top_u}: "
        f"{fitting.computed_m:.1f} m of way and slack, {fitting.length_m:g} m ordered "
        f"({fitting.part})"
    )


def test_parallel_links_share_one_length() -> None:
    plan = planned({"nodes": {"gpu": {"count": 16}}}, FLOOR)
    spine = [
        one.length
        for one in plan.links
        if (one.a.device, one.z.device) == ("su1-rail0-leaf", "spine1")
    ]
    assert len(spine) > 1
    assert all(one is spine[0] for one in spine)


def test_links_that_share_a_module_have_one_medium_and_one_module(placed: Plan) -> None:
    found = placed.fitted or {}
    for node in ("gpu0001", "gpu0003"):
        for cage in (("rail0", "rail3"), ("rail1", "rail2"), ("rail4", "rail7")):
            parts = {
                (found[f"{node}:{one}"].medium, found[f"{node}:{one}"].a_module) for one in cage
            }
            assert parts == {("MMF", "MMA4Z00-NS-FLT")}


def test_splitters_of_one_cage_are_one_part_as_long_as_the_longest_needs() -> None:
    gpu = {"model": "hgx-h100-2x200g", "count": 8}
    plan = planned({"nodes": {"gpu": gpu}}, FLOOR)
    found = plan.fitted or {}
    cages: dict[tuple[str, str], list[Fitting]] = {}
    for link in plan.links:
        if link.kind == "host":
            fitting = found[link.id]
            assert fitting.shared
            parent = fitting.shared.partition(".")[0]
            cages.setdefault((link.z.device, parent), []).append(fitting)
    assert {len(one) for one in cages.values()} == {4}
    for one in cages.values():
        assert {fitting.shared[-2:] for fitting in one} == {".1", ".2"}
        assert len({(fitting.part, fitting.length_m) for fitting in one}) == 1
        assert max(fitting.computed_m for fitting in one) <= one[0].length_m


def test_a_copper_splitter_serves_a_whole_cage() -> None:
    lengths = {"lengths": {"host_m": 2}}
    gpu = {"nodes": {"gpu": {"model": "hgx-h100", "count": 8}}}
    found = fitted(planned(gpu, lengths))
    assert found["gpu0001:rail0"] == found["gpu0002:rail0"]
    assert (found["gpu0001:rail0"].part, found["gpu0001:rail0"].shared) == (
        "MCP7Y00-N002",
        "Ethernet0",
    )
    assert found["gpu0003:rail0"].shared == "Ethernet8"


def test_a_length_that_the_intent_gives_stays() -> None:
    link = {
        "a": {"device": "su1-rail0-leaf", "port": "Ethernet504"},
        "z": {"device": "spine1", "port": "Ethernet504"},
        "prefix": "10.240.0.0/31",
        "length_m": 33,
        "reason": "a detour",
    }
    roomy = {"networks": {"compute": {"nodes_per_su": 5, "rails": 3}}}
    plan = planned(ALL_NETWORKS, roomy, {"overrides": {"links": [link]}}, FLOOR)
    one = links(plan)["su1-rail0-leaf:Ethernet504"]
    fitting = (plan.fitted or {})[one.id]
    assert one.length.length_m == fitting.computed_m == 33
    assert fitting.length_m == 50
    assert explain(plan, "su1-rail0-leaf", ("Ethernet504", "length")).inputs[0].path == (
        "overrides.links[0].length_m"
    )


def test_what_stands_nowhere_keeps_its_assumed_length() -> None:
    plan = planned(ALL_NETWORKS, {"nodes": {"pdus": {"count": 100, "capacity": 100}}}, FLOOR)
    assert plan.floor
    hung = plan.floor.rack_of_pdu
    found = {one.a.device: one for one in plan.links if one.a.device.startswith("pdu")}
    assert any(name in hung for name in found)
    assert any(name not in hung for name in found)
    assert all(one.length.assumed == (name not in hung) for name, one in found.items())


def test_the_explanation_adds_up(placed: Plan) -> None:
    assert placed.floor
    spots, ways = spots_of(placed.floor), Ways(placed.floor)
    found = explain(placed, "gpu0001", ("rail0", "length"))
    terms = ways.terms(spots["gpu0001"], spots["su1-rail0-leaf"])
    inputs = {one.name: one.value for one in found.inputs}
    assert {one.name: f"{one.length_m:.2f} m" for one in terms}.items() <= inputs.items()
    assert inputs["needed"] == f"{sum(one.length_m for one in terms):.2f} m"
    assert inputs["medium"] == "MMF"
    assert inputs["modules"] == "MMA4Z00-NS-FLT and MMA4Z00-NS"
    assert found.value in inputs["ordered"]


def test_assumptions_say_what_lengths_rest_on(placed: Plan) -> None:
    text = "\n".join(placed.assumptions)
    assert "until racks are placed" not in text
    assert "0.4 m sideways to the box at each end, 0.5 m of service loop" in text
    assert "40 m to routers outside the plan" in text
    assert "until racks are placed" in "\n".join(planned(ALL_NETWORKS).assumptions)
    given = planned(FLOOR, {"floor": {"tray_height_m": 3.0, "cold_aisle_m": 2.0}})
    lengths = next(one for one in given.assumptions if one.startswith("cable lengths"))
    assert "trays" not in lengths
    assert "cold aisles" not in lengths
    assert "hot aisles 1 m wide" in lengths

"""Every floor: cables take the shortest way along trays, are long enough, and fit their cages."""

from dataclasses import replace
from heapq import heappop, heappush
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from railwright.catalog import loader as catalog
from railwright.intent.model import Intent
from railwright.plan.cables.cages import Cages
from railwright.plan.cables.fit import fit
from railwright.plan.cables.model import Fitting
from railwright.plan.cables.route import Spot, Ways, spots_of
from railwright.plan.model import Link, Plan
from railwright.plan.placement.model import FloorPlan, Rack
from tests.invariants.cablings import cablings
from tests.invariants.floors import clusters, placing, stood, without_floor
from tests.invariants.plans import DRAWN, plan_of
from tests.invariants.strategies import growths

Point = tuple[str, float]
"""A place in the trays: the row, and x along it."""


def trays(floor: FloorPlan, racks: list[Rack]) -> dict[Point, list[tuple[Point, float]]]:
    """Return the trays as a graph, with the racks as points of it, tray by tray."""
    stops: dict[str, set[float]] = {row.name: set(floor.cross_m) for row in floor.rows}
    for rack in racks:
        stops[rack.row].add(rack.x_m)
    graph: dict[Point, list[tuple[Point, float]]] = {}

    def join(a: Point, z: Point, length_m: float) -> None:
        graph.setdefault(a, []).append((z, length_m))
        graph.setdefault(z, []).append((a, length_m))

    for row, positions in stops.items():
        for left, right in pairwise(sorted(positions)):
            join((row, left), (row, right), right - left)
    for upper, lower in pairwise(floor.rows):
        if upper.room == lower.room:
            for at_m in floor.cross_m:
                join((upper.name, at_m), (lower.name, at_m), lower.y_m - upper.y_m)
        else:
            at_m = floor.cross_m[0]
            join((upper.name, at_m), (lower.name, at_m), floor.room_gap_m[lower.room])
    return graph


def shortest(graph: dict[Point, list[tuple[Point, float]]], a: Point, z: Point) -> float:
    """Return the shortest way between two points of the trays."""
    seen: set[Point] = set()
    waiting = [(0.0, a)]
    while waiting:
        length_m, at = heappop(waiting)
        if at == z:
            return length_m
        if at not in seen:
            seen.add(at)
            for other, step_m in graph.get(at, ()):
                heappush(waiting, (length_m + step_m, other))
    raise AssertionError(f"no way from {a} to {z}")


def placed(intent: Intent) -> tuple[Plan, FloorPlan]:
    """Return the cluster's plan without the floor, and the floor."""
    plan = plan_of(without_floor(intent))
    return plan, stood(intent, plan)


def spot(data: st.DataObject, floor: FloorPlan) -> Spot:
    """Draw a place in any rack."""
    rack = data.draw(st.sampled_from(floor.racks))
    return Spot(rack.name, 0.1 + data.draw(st.integers(1, 40)) * floor.geometry.rack_unit_m, None)


@DRAWN
@given(st.data(), clusters())
def test_a_cable_takes_the_shortest_way_in_both_directions(
    data: st.DataObject, intent: Intent
) -> None:
    _, floor = placed(intent)
    ways, geometry = Ways(floor), floor.geometry
    for _ in range(5):
        a, z = (spot(data, floor) for _ in range(2))
        racks = [floor.rack[a.rack], floor.rack[z.rack]]
        along_m = ways.along(a.rack, z.rack).length_m
        if a.rack != z.rack:
            points = [(rack.row, rack.x_m) for rack in racks]
            assert along_m == pytest.approx(shortest(trays(floor, racks), *points), abs=1e-6)
            assert ways.cable_m(a, z) > along_m
        assert ways.cable_m(a, z) == ways.cable_m(z, a)
        assert ways.along(a.rack, z.rack) == ways.along(z.rack, a.rack)
        terms = ways.terms(a, z)
        assert sum(one.length_m for one in terms) == pytest.approx(ways.cable_m(a, z), abs=0.006)
        assert all(one.length_m >= 0 for one in terms)
        longer = replace(z, height_m=z.height_m - geometry.rack_unit_m)
        if a.rack != z.rack:
            assert ways.cable_m(a, longer) > ways.cable_m(a, z)


@DRAWN
@given(clusters())
def test_further_along_the_row_is_never_shorter(intent: Intent) -> None:
    _, floor = placed(intent)
    ways = Ways(floor)
    first = floor.racks[0]
    row = sorted((one for one in floor.racks if one.row == first.row), key=lambda one: one.x_m)
    lengths = [ways.cable_m(Spot(row[0].name, 1.0, 20), Spot(one.name, 1.5, 30)) for one in row[1:]]
    assert lengths == sorted(set(lengths))


@st.composite
def wired(draw: st.DrawFn) -> Intent:
    """Draw a cluster with a floor, and how it is cabled."""
    return draw(clusters()).model_copy(update={"cabling": draw(cablings())})


def cabled(intent: Intent) -> tuple[Plan, FloorPlan, dict[str, Fitting]]:
    """Return a placed cluster and how its links are cabled."""
    plan, floor = placed(intent)
    found, unfit = fit(intent, plan.links, plan.node_models, plan.built, floor)
    assert found.keys() | {one.link for one in unfit} == {link.id for link in plan.links}
    assert not found.keys() & {one.link for one in unfit}
    return plan, floor, found


@DRAWN
@given(wired())
def test_what_is_ordered_is_long_enough_within_reach_and_fits(intent: Intent) -> None:
    plan, floor, found = cabled(intent)
    cages = Cages(intent, plan.node_models, plan.built)
    spots, ways = spots_of(floor), Ways(floor)
    optics = catalog.optics()
    modules = {one.sku: one for one in optics.transceivers}
    accepts = optics.form_factors.accepts
    media = intent.cabling.media
    for link in plan.links:
        fitting = found.get(link.id)
        if fitting is None:
            continue
        a, z = spots.get(link.a.device), spots.get(link.z.device)
        if a and z and link.kind != "border" and link.length.assumed:
            assert fitting.computed_m == ways.cable_m(a, z)
        assert fitting.computed_m <= fitting.length_m <= (media.longest_m(fitting.medium) or 0)
        ends = (
            (link.a, fitting.a_module, fitting.a_adapter),
            (link.z, fitting.z_module, fitting.z_adapter),
        )
        used = [modules[module] for _, module, _ in ends if module]
        assert len({one.interface for one in used}) <= 1
        assert all(fitting.length_m <= one.reach_m for one in used)
        for end, module, adapter in ends:
            cage = cages.of(end.device, end.port)
            if module and cage and not adapter:
                taken = accepts[cage.kind.form_factor or ""]
                assert modules[module].form_factor in taken


@DRAWN
@given(wired())
def test_a_cage_has_one_module_and_a_splitter_one_part(intent: Intent) -> None:
    plan, _, found = cabled(intent)
    cages = Cages(intent, plan.node_models, plan.built)
    in_cage: dict[tuple[str, str], set[object]] = {}
    splitters: dict[tuple[str, str], set[object]] = {}
    for link in plan.links:
        if (fitting := found.get(link.id)) is None:
            continue
        for end, module in ((link.a, fitting.a_module), (link.z, fitting.z_module)):
            if cage := cages.of(end.device, end.port):
                key = end.device, cage.parent
                in_cage.setdefault(key, set()).add((fitting.medium, module, fitting.strands))
        if fitting.shared:
            key = link.z.device, fitting.shared
            splitters.setdefault(key, set()).add((fitting.part, fitting.length_m))
    assert all(len(one) == 1 for one in in_cage.values())
    assert all(len(one) == 1 for one in splitters.values())


@DRAWN
@given(st.data(), wired())
def test_growth_changes_no_cable(data: st.DataObject, intent: Intent) -> None:
    plan, floor, found = cabled(intent)
    later = data.draw(growths(intent))
    grown = plan_of(without_floor(later))
    again, problems = placing(later, grown)
    assert again
    assert not problems
    cables, _ = fit(later, grown.links, grown.node_models, grown.built, again)
    assert {name: cables[name] for name in found} == found
    before: dict[str, Link] = {link.id: link for link in plan.links}
    assert {link.id for link in grown.links} >= before.keys()
    assert floor.places.keys() == again.places.keys()

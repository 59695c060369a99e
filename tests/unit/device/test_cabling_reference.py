"""The cabling check on the reference: parallel links, floor and labels."""

from itertools import pairwise
from pathlib import Path

import pytest

from railwright import api
from railwright.plan.model import Plan
from tests.unit.device.cabling_world import Port, World, kinds, texts

LEAF, SPINE, FAR = "su1-rail0-leaf", "spine1", "spine2"


@pytest.fixture(scope="module")
def reference(root: Path) -> Plan:
    return api.load_plan(root / "intent" / "cluster.yml").plan


@pytest.fixture
def world(reference: Plan) -> World:
    return World.of(reference)


def uplinks(plan: Plan, spine: str) -> list[Port]:
    """Return the leaf's ports to a spine."""
    return [
        (LEAF, name)
        for name, link in plan.links_of[LEAF].items()
        if link.peer(LEAF).device == spine
    ]


def test_parallel_links_in_another_order_are_a_note(world: World, reference: Plan) -> None:
    first, second, third, fourth = uplinks(reference, SPINE)
    world.swap(first, second)
    world.swap(second, third)
    found = world.check()
    assert (found.findings, found.moves) == ((), ())
    (note,) = found.notes
    assert note.kind == "parallel-reorder"
    assert set(note.links) == {f"{LEAF}:{port}" for _, port in (first, second, third)}
    assert note.text.startswith(f"3 parallel links of {LEAF} and {SPINE} are in another order")
    assert found.links.reordered == 3
    assert found.links.ok == found.links.links - found.links.unverified
    assert world.cables[fourth][0] == SPINE


def test_the_order_of_parallel_links_saves_moves(world: World, reference: Plan) -> None:
    """Three plugs are in wrong ports, but one exchange makes two of them a mere reordering."""
    one, two, _, _ = uplinks(reference, SPINE)
    other, _, _, _ = uplinks(reference, FAR)
    world.swap(one, two)
    world.swap(two, other)
    found = world.check()
    assert kinds(found) == ["wrong-spine"]
    assert len(found.moves) == 1
    assert found.moves[0].device == LEAF
    world.mend(found.moves)
    after = world.check()
    assert after.findings == ()
    assert [note.kind for note in after.notes] == ["parallel-reorder"]


def test_a_wrong_spine_is_counted_by_pair(world: World, reference: Plan) -> None:
    spare = uplinks(reference, FAR)[0]
    far = world.unplug(spare)
    world.swap(uplinks(reference, SPINE)[0], spare)
    world.connect(uplinks(reference, SPINE)[0], far)
    found = world.check()
    assert kinds(found) == ["wrong-spine"]
    assert found.links.wrong == 2
    world.mend(found.moves)
    assert world.check().findings == ()


def test_moves_say_where_on_the_floor(world: World, reference: Plan) -> None:
    assert reference.floor is not None
    place = reference.floor.places["gpu0007"]
    world.swap(("gpu0007", "rail2"), ("gpu0007", "rail5"))
    found = world.check()
    (move,) = found.moves
    assert texts(found)[0].startswith(
        f"at gpu0007 ({place.rack} unit {place.top_u}) swap the plugs in "
    )
    for end, port in zip(move.ends, ("rail2", "rail5"), strict=True):
        assert (end.rack, end.unit) == (place.rack, place.top_u)
        (cable,) = (one for one in reference.cabled.cables if f"gpu0007:{port}" in one.links)
        assert end.labels == tuple(one.label for one in cable.ends if one.device == "gpu0007")
        assert end.labels[0] in move.text
    leaves = {one.device for one in move.far if one}
    assert leaves == {"su1-rail2-leaf", "su1-rail5-leaf"}


def test_crossed_jumpers_are_named_by_their_own_labels(world: World, reference: Plan) -> None:
    assert reference.fitted is not None
    one, other, *_ = (
        port
        for spine in ("spine1", "spine2", "spine3", "spine4", "spine5", "spine6")
        for port in uplinks(reference, spine)
        if reference.fitted[f"{LEAF}:{port[1]}"].strands == 2
    )
    world.unplug(one)
    world.unplug(other)
    (move,) = world.check().moves
    assert move.sockets
    assert [len(end.labels) for end in move.ends] == [2, 2]
    for end in move.ends:
        first, second = end.labels
        assert second in move.text
        assert first not in move.text


def test_dark_copper_is_missing_as_it_has_no_jumpers(world: World, reference: Plan) -> None:
    assert reference.fitted is not None
    copper = [
        port
        for port in uplinks(reference, SPINE)
        if reference.fitted[f"{LEAF}:{port[1]}"].strands == 1
    ]
    if len(copper) < 2:
        pytest.skip("the reference has no such uplinks of one cable each")
    for port in copper[:2]:
        world.unplug(port)
    assert kinds(world.check()) == ["missing", "missing"]


def test_dark_cages_of_a_run_of_three_are_missing(world: World, reference: Plan) -> None:
    for port in uplinks(reference, SPINE)[:3]:
        world.unplug(port)
    assert kinds(world.check()) == ["missing"] * 3


def test_long_faults_have_short_stable_names(world: World, reference: Plan) -> None:
    """Every plug of a leaf sits one port further."""
    ports = [(LEAF, name) for name, link in reference.links_of[LEAF].items() if link.kind == "host"]
    for one, other in pairwise(ports):
        world.swap(one, other)
    found = world.check()
    (finding,) = found.findings
    assert finding.kind == "node-swap"
    assert len(finding.links) == len(ports)
    assert finding.id.startswith("cabling:node-swap:gpu0001:rail0+63-")
    assert finding.id == world.check().findings[0].id
    assert len(found.moves) == len(ports) - 1
    assert {move.device for move in found.moves} == {LEAF}
    world.mend(found.moves)
    assert world.check().findings == ()

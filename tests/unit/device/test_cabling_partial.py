"""Cables of which a part was read: what is not seen is neither right nor empty."""

from pathlib import Path

import pytest

from railwright import api
from railwright.device.cabling.check import Cabling
from railwright.device.lldp import Neighbour
from railwright.plan.model import Link, Plan
from tests.unit.device.cabling_world import Port, World, checked, kinds, texts
from tests.unit.device.test_cabling_kinds import SWAPS

LEAF, OTHER, SPINE = "su1-rail0-leaf", "su1-rail1-leaf", "spine1"


@pytest.fixture
def world(plan: Plan) -> World:
    return World.of(plan)


def seen_from(world: World, *devices: str) -> Cabling:
    heard = world.heard()
    return checked(world.plan, {name: heard[name] for name in devices})


def test_a_port_that_nobody_sees_may_hold_a_plug(world: World) -> None:
    world.swap(("gpu0001", "rail0"), ("gpu0001", "rail1"))
    found = seen_from(world, LEAF)
    assert texts(found) == [
        "at gpu0001 swap the plugs in rail0 (OSFP4P2) and rail1 (OSFP3P2); gpu0001 was not read: "
        "if rail0 (OSFP4P2) is empty, move the other plug there"
    ]
    (move,) = found.moves
    assert move.far[0] is None
    assert move.far[1] is not None
    assert (move.far[1].device, move.far[1].port) == (LEAF, "Ethernet0")
    assert found.findings[0].text.endswith(
        "; nobody sees what is in gpu0001 rail0 (OSFP4P2) and su1-rail1-leaf Ethernet0 (etp1a): "
        "look again after the moves"
    )
    world.mend(found.moves, {LEAF})
    assert world.check().findings == ()


@pytest.mark.parametrize("kind", SWAPS)
def test_an_exchange_has_one_name_wherever_it_is_seen_from(world: World, kind: str) -> None:
    ends, name, _ = SWAPS[kind]
    far = [world.cables[end] for end in ends]
    world.swap(*ends)
    for device in sorted({end[0] for end in (*ends, *far)}):
        found = seen_from(world, device)
        assert [one.id for one in found.findings] == [name]
        assert [move.action for move in found.moves] == ["swap"]


def test_a_dark_port_that_was_read_is_empty(world: World) -> None:
    """One plug in another's place and one cable lost: the first is moved, the second is not."""
    world.unplug(("gpu0001", "rail0"))
    world.swap((LEAF, "Ethernet0"), (LEAF, "Ethernet4"))
    found = seen_from(world, LEAF)
    assert kinds(found) == ["wrong-port"]
    assert [move.action for move in found.moves] == ["move"]
    world.mend(found.moves, {LEAF})
    found = seen_from(world, LEAF)
    assert texts(found) == [
        f"connect gpu0001 rail0 (OSFP4P2) and {LEAF} Ethernet0 (etp1a): plug the cable in, or find "
        "out why it is dark; gpu0001 was not read: if a plug is in gpu0001 rail0 (OSFP4P2), see "
        "where it leads to first"
    ]


def test_a_plug_that_nobody_sees_goes_where_the_other_came_from(world: World) -> None:
    """Three plugs rotated at a leaf that was not read; two of the hosts were."""
    world.swap((LEAF, "Ethernet0"), (LEAF, "Ethernet8"))
    world.swap((LEAF, "Ethernet8"), (LEAF, "Ethernet12"))
    read = ("gpu0001", "gpu0003")
    found = seen_from(world, *read)
    assert [(move.action, move.device) for move in found.moves] == [("swap", LEAF)] * 2
    assert any(None in move.far for move in found.moves)
    assert f"{LEAF} was not read: if Ethernet8 (etp2a) is empty" in " ".join(texts(found))
    world.mend(found.moves, read)
    assert world.check().findings == ()


def parallel(root: Path, example: str) -> tuple[World, list[Port], list[Port]]:
    """Return a world with several links between two switches, with their lower and upper ends."""
    world = World.of(api.load_plan(root / f"intent/examples/{example}.yml").plan)
    bundles: dict[Port, list[Link]] = {}
    for link in world.plan.links:
        if link.deployed and link.kind == "fabric":
            bundles.setdefault((link.a.device, link.z.device), []).append(link)
    links = next(one for one in bundles.values() if len(one) > 1)
    return (
        world,
        [(one.a.device, one.a.port) for one in links],
        [(one.z.device, one.z.port) for one in links],
    )


def test_a_plug_that_may_be_right_stays_where_it_is(root: Path) -> None:
    """Both switches of parallel links were not read; a third hears one of their ports."""
    world, lower, upper = parallel(root, "tor-64")
    links = {one.a.device: one for one in world.plan.links if one.kind == "fabric"}
    third = next(name for name in sorted(links) if name != lower[0][0])
    other = (third, links[third].a.port)
    world.swap(upper[0], world.cables[other])
    found = seen_from(world, third)
    assert found.findings
    touched = {(end.device, end.port) for move in found.moves for end in move.ends}
    assert touched.isdisjoint(lower)
    read = (third,)
    right = {port: far for port, far in world.cables.items() if port in lower[1:]}
    world.mend(found.moves, read)
    assert {port: world.cables.get(port) for port in right} == right


def test_nothing_is_moved_if_only_a_plug_that_may_be_right_is_in_the_way(root: Path) -> None:
    world, lower, upper = parallel(root, "lab-networks")
    third, spare = next(
        (one.name, port.name)
        for one in world.plan.switches
        if one.name not in (lower[0][0], upper[0][0])
        for port in world.plan.ports[one.name]
        if port.use == "spare"
    )
    world.unplug(upper[0])
    world.connect(upper[0], (third, spare))
    found = seen_from(world, third)
    (finding,) = found.findings
    assert finding.text.endswith(": look there before anything is moved")
    assert found.moves == ()


def test_of_a_switch_that_was_not_read_links_are_not_counted(world: World, plan: Plan) -> None:
    spare = next(port.name for port in plan.ports["spine2"] if port.use == "spare")
    world.swap((SPINE, "Ethernet0"), ("spine2", spare))
    (finding,) = seen_from(world, "spine2").findings
    assert f"{LEAF} has at least 2 to spine2 (planned 1)" in finding.text
    assert "to spine1" not in finding.text.partition(" has ")[2]
    (finding,) = seen_from(world, LEAF).findings
    assert f"{LEAF} has 0 to spine1 (planned 1), 2 to spine2 (planned 1)" in finding.text


def test_a_device_that_hears_nothing_is_one_fault(world: World) -> None:
    world.deaf = {port for port in world.cables if port[0] == LEAF}
    found = world.check()
    (finding,) = found.findings
    assert finding.id == f"cabling:one-way:{LEAF}"
    assert finding.text.startswith(
        f"{LEAF} hears nothing on any port, though 6 of its links are heard at their other ends: "
        "LLDP is not received there; "
    )
    assert (finding.device, len(finding.links), found.links.wrong) == (LEAF, 6, 6)
    assert found.moves == ()
    hearing = sorted(world.deaf)[0]
    world.deaf.remove(hearing)
    assert kinds(world.check()) == ["one-way"] * 5


def test_that_a_device_that_hears_nothing_hears_nothing_says_nothing(world: World) -> None:
    world.deaf = {port for port in world.cables if port[0] == LEAF}
    found = seen_from(world, LEAF, "gpu0001", "gpu0002")
    assert [one.id for one in found.findings] == [f"cabling:one-way:{LEAF}"]
    assert len(found.findings[0].links) == 2
    reasons = {one.reason: one.links for one in found.unverified}
    assert (
        f"{LEAF}:Ethernet256"
        in (reasons["an end hears nothing on any port, the other was not read"])
    )


def test_a_plug_whose_port_is_not_known_is_not_nothing(world: World, plan: Plan) -> None:
    heard = world.heard()
    del heard["gpu0001"], heard["gpu0003"], heard[OTHER]
    heard[LEAF]["Ethernet0"] = (Neighbour("gpu0001", "ens1"),)
    heard[LEAF]["Ethernet8"] = (Neighbour("gpu0001", "rail0"),)
    found = checked(plan, heard)
    assert all(move.action == "swap" for move in found.moves)
    assert "nobody sees what is in Ethernet0 (etp1a): if Ethernet0 (etp1a) is empty" in (
        found.moves[0].text
    )

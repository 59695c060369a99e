"""Every kind of fault, alone: its name, its words, the move that mends it."""

import pytest

from railwright.device.lldp import Neighbour
from railwright.plan.model import Plan
from tests.unit.device.cabling_world import World, checked, kinds, texts

LEAF, OTHER, SPINE = "su1-rail0-leaf", "su1-rail1-leaf", "spine1"


@pytest.fixture
def world(plan: Plan) -> World:
    return World.of(plan)


def test_as_planned(world: World, plan: Plan) -> None:
    found = world.check()
    assert (found.findings, found.moves, found.notes, found.unverified) == ((), (), (), ())
    assert found.links.values() == {
        "links": len(plan.links),
        "ok": len(plan.links),
        "wrong": 0,
        "unverified": 0,
        "reordered": 0,
    }


SWAPS = {
    "rail-swap": (
        (("gpu0003", "rail0"), ("gpu0003", "rail1")),
        "cabling:rail-swap:gpu0003:rail0+gpu0003:rail1",
        "at gpu0003 swap the plugs in rail0 (OSFP4P2) and rail1 (OSFP3P2)",
    ),
    "node-swap": (
        ((LEAF, "Ethernet0"), (LEAF, "Ethernet12")),
        "cabling:node-swap:gpu0001:rail0+gpu0004:rail0",
        f"at {LEAF} swap the plugs in Ethernet0 (etp1a) and Ethernet12 (etp2b)",
    ),
    "lane-swap": (
        ((LEAF, "Ethernet0"), (LEAF, "Ethernet4")),
        "cabling:lane-swap:gpu0001:rail0+gpu0002:rail0",
        f"at {LEAF} swap the plugs in Ethernet0 (etp1a) and Ethernet4 (etp1b)",
    ),
    "leaf-swap": (
        ((SPINE, "Ethernet0"), (SPINE, "Ethernet8")),
        f"cabling:leaf-swap:{LEAF}:Ethernet256+{OTHER}:Ethernet256",
        f"at {SPINE} swap the plugs in Ethernet0 (etp1) and Ethernet8 (etp2)",
    ),
    "wrong-spine": (
        ((LEAF, "Ethernet256"), (LEAF, "Ethernet264")),
        f"cabling:wrong-spine:{LEAF}:Ethernet256+{LEAF}:Ethernet264",
        f"at {LEAF} swap the plugs in Ethernet256 (etp33) and Ethernet264 (etp34)",
    ),
    "wrong-port": (
        (("gpu0001", "rail0"), ("gpu0002", "rail1")),
        "cabling:wrong-port:gpu0001:rail0+gpu0002:rail1",
        "swap the plugs in gpu0001 rail0 (OSFP4P2) and gpu0002 rail1 (OSFP3P2)",
    ),
}


@pytest.mark.parametrize("kind", SWAPS)
def test_two_plugs_exchanged(world: World, kind: str) -> None:
    ends, name, move = SWAPS[kind]
    world.swap(*ends)
    found = world.check()
    assert [one.id for one in found.findings] == [name]
    assert kinds(found) == [kind]
    assert texts(found) == [move]
    assert found.moves[0].fault == name
    assert found.links.wrong == len(found.findings[0].links) == 2
    far = {world.cables[end] for end in ends}
    assert set(found.findings[0].ports) == {*ends, *far}
    world.mend(found.moves)
    assert world.check().findings == ()


def test_what_an_exchange_is_told_as(world: World) -> None:
    world.swap(*SWAPS["wrong-spine"][0])
    (finding,) = world.check().findings
    assert finding.text == (
        f"uplinks lead to a wrong switch: {LEAF} Ethernet256 (etp33) sees spine2 Ethernet0 (etp1), "
        f"planned is spine1 Ethernet0 (etp1); {LEAF} Ethernet264 (etp34) sees spine1 Ethernet0 "
        "(etp1), planned is spine2 Ethernet0 (etp1)"
    )
    assert (finding.device, finding.place) == (LEAF, "Ethernet256")


def test_a_plug_at_a_wrong_spine_says_how_many_there_should_be(world: World, plan: Plan) -> None:
    spare = next(port.name for port in plan.ports["spine2"] if port.use == "spare")
    world.swap((SPINE, "Ethernet0"), ("spine2", spare))
    found = world.check()
    assert kinds(found) == ["wrong-spine"]
    assert f"{LEAF} has 0 to spine1 (planned 1), 2 to spine2 (planned 1)" in found.findings[0].text
    assert texts(found) == [
        f"move the far end of the cable in {LEAF} Ethernet256 (etp33) from spine2 {spare} (etp5) "
        "to spine1 Ethernet0 (etp1)"
    ]
    world.mend(found.moves)
    assert world.check().findings == ()


def test_a_plug_in_a_spare_port_of_the_same_switch(world: World, plan: Plan) -> None:
    spare = next(port.name for port in plan.ports[SPINE] if port.use == "spare")
    world.swap((SPINE, "Ethernet0"), (SPINE, spare))
    found = world.check()
    assert kinds(found) == ["wrong-port"]
    assert texts(found) == [
        f"at spine1 move the plug in {spare} (etp5) to Ethernet0 (etp1); its far end is {LEAF} "
        "Ethernet256 (etp33)"
    ]
    assert (found.moves[0].action, found.moves[0].device) == ("move", SPINE)


def test_three_plugs_rotated_take_two_swaps_at_one_switch(world: World) -> None:
    world.swap((LEAF, "Ethernet0"), (LEAF, "Ethernet4"))
    world.swap((LEAF, "Ethernet4"), (LEAF, "Ethernet8"))
    found = world.check()
    assert kinds(found) == ["node-swap"]
    assert [move.device for move in found.moves] == [LEAF, LEAF]
    assert [move.id for move in found.moves] == [
        f"{found.findings[0].id}/{number}" for number in (1, 2)
    ]
    world.mend(found.moves)
    assert world.check().findings == ()


def test_a_missing_cable(world: World) -> None:
    world.unplug(("gpu0001", "rail0"))
    found = world.check()
    assert [one.id for one in found.findings] == ["cabling:missing:gpu0001:rail0"]
    assert texts(found) == [
        f"connect gpu0001 rail0 (OSFP4P2) and {LEAF} Ethernet0 (etp1a): plug the cable in, or find "
        "out why it is dark"
    ]


def test_a_cable_that_nobody_planned(world: World, plan: Plan) -> None:
    spare = next(port.name for port in plan.ports[SPINE] if port.use == "spare")
    world.connect((SPINE, spare), ("spine2", spare))
    found = world.check()
    assert [one.id for one in found.findings] == [
        f"cabling:unplanned:spine1:{spare}+spine2:{spare}"
    ]
    assert found.links.wrong == 0
    assert [move.action for move in found.moves] == ["remove"]
    world.mend(found.moves)
    assert world.check().findings == ()


def test_a_cable_taken_from_two_links(world: World) -> None:
    """Two cables lost, one of them plugged between the other's ports: one to move, one to buy."""
    one = world.unplug(("gpu0001", "rail0"))
    world.unplug(("gpu0005", "rail1"))
    world.connect(("gpu0005", "rail1"), one)
    found = world.check()
    assert sorted(move.action for move in found.moves) == ["connect", "move"]
    world.mend(found.moves)
    assert world.check().findings == ()


def test_one_way(world: World) -> None:
    world.deaf.add(("gpu0001", "rail0"))
    found = world.check()
    assert [one.id for one in found.findings] == ["cabling:one-way:gpu0001:rail0"]
    assert f"{LEAF} Ethernet0 (etp1a) hears gpu0001 rail0 (OSFP4P2), which hears nothing" in (
        found.findings[0].text
    )
    assert found.moves == ()
    assert found.links.wrong == 1


def test_a_wrong_cable_that_one_end_hears_only_is_still_moved(world: World) -> None:
    world.swap(("gpu0003", "rail0"), ("gpu0003", "rail1"))
    world.deaf.add(("gpu0003", "rail0"))
    found = world.check()
    assert kinds(found) == ["rail-swap"]
    assert found.findings[0].text.endswith("; gpu0003 rail0 (OSFP4P2) itself hears nothing")
    assert len(found.moves) == 1


def test_crossed_twins_are_two_dark_cages_side_by_side(world: World) -> None:
    for port in ("Ethernet256", "Ethernet264"):
        world.unplug((LEAF, port))
    found = world.check()
    assert kinds(found) == ["crossed-twins"]
    assert texts(found) == [
        f"at {LEAF} swap the second jumpers in Ethernet256 (etp33) and Ethernet264 (etp34)"
    ]
    assert found.moves[0].sockets
    assert found.links.wrong == 2


def test_two_dark_cages_apart_are_missing(world: World) -> None:
    world.unplug((LEAF, "Ethernet256"))
    world.unplug((SPINE, "Ethernet16"))
    assert kinds(world.check()) == ["missing", "missing"]


def test_an_unknown_neighbour(world: World) -> None:
    leaf_port = world.unplug(("gpu0003", "rail0"))
    world.connect(leaf_port, ("laptop\x1b[2J", "en0"))
    found = world.check()
    assert [one.id for one in found.findings] == ["cabling:unknown-neighbour:gpu0003:rail0"]
    assert texts(found) == [
        f"move the far end of the cable in {LEAF} Ethernet8 (etp2a) from laptop\\x1b[2J en0 to "
        "gpu0003 rail0 (OSFP4P2)"
    ]
    assert found.moves[0].ends[0].known is False


def test_a_stranger_on_a_spare_port_is_the_sites_own_matter(world: World, plan: Plan) -> None:
    spare = next(port.name for port in plan.ports[LEAF] if port.use == "spare")
    world.connect((LEAF, spare), ("laptop", "en0"))
    assert world.check().findings == ()


def test_a_name_announced_twice_is_told_and_nothing_is_judged_from_it(
    world: World, plan: Plan
) -> None:
    world.unplug(("gpu0003", "rail0"))
    heard = world.heard()
    heard[LEAF]["Ethernet8"] = (Neighbour("gpu0002", "rail0", chassis="another"),)
    found = checked(plan, heard)
    (finding,) = found.findings
    assert finding.id == "cabling:duplicate-hostname:gpu0002"
    assert "chassis another at su1-rail0-leaf Ethernet8 (etp2a)" in finding.text
    assert finding.links == ("gpu0003:rail0",)
    assert found.moves == ()
    (unverified,) = found.unverified
    assert unverified.links == ("gpu0002:rail0", "gpu0002:rail1")


def test_a_name_heard_at_more_ports_than_it_has(world: World, plan: Plan) -> None:
    world.unplug(("gpu0003", "rail0"))
    heard = world.heard()
    heard[LEAF]["Ethernet8"] = heard[LEAF]["Ethernet4"]
    assert kinds(checked(plan, heard)) == ["duplicate-hostname"]


def test_an_old_chassis_id_beside_the_new_one_is_no_second_device(world: World, plan: Plan) -> None:
    heard = world.heard()
    (now,) = heard[LEAF]["Ethernet4"]
    heard[LEAF]["Ethernet4"] = (Neighbour(now.system, now.port, chassis="before"), now)
    assert checked(plan, heard).findings == ()


def test_claims_that_contradict_each_other_move_nothing(world: World, plan: Plan) -> None:
    """Transmit and receive of one cable lead to different leaves."""
    heard = world.heard()
    heard["gpu0001"]["rail0"] = heard["gpu0001"]["rail1"]
    heard["gpu0001"].pop("rail1")
    found = checked(plan, heard)
    assert kinds(found) == ["conflict"]
    assert found.findings[0].links == ("gpu0001:rail0", "gpu0001:rail1")
    assert found.moves == ()
    assert found.links.wrong == 2


def test_two_ports_that_hear_the_same_one(world: World, plan: Plan) -> None:
    heard = world.heard()
    del heard["gpu0001"]
    for port in ("Ethernet0", "Ethernet4"):
        heard[LEAF][port] = (Neighbour("gpu0001", "rail0"),)
    heard[OTHER].pop("Ethernet0")
    found = checked(plan, heard)
    assert "conflict" in kinds(found)
    assert all(move.action == "connect" for move in found.moves)

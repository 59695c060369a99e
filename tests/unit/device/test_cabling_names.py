"""Whose port it is that a neighbour announces, and who is taken at their word."""

from dataclasses import replace
from pathlib import Path

import pytest

from railwright import api
from railwright.device.cabling.model import End
from railwright.device.cabling.names import Names
from railwright.device.lldp import Neighbour
from railwright.plan.model import Plan
from tests.unit.device.cabling_world import World, checked, kinds

LEAF = "su1-rail0-leaf"
HERE = End("spine1", "Ethernet0")


@pytest.mark.parametrize(
    ("seen", "end"),
    [
        (Neighbour(LEAF, "etp33", subtype="local"), End(LEAF, "Ethernet256")),
        (Neighbour(LEAF, "Ethernet256"), End(LEAF, "Ethernet256")),
        (Neighbour(LEAF, "aa:bb:cc:00:00:01", "etp33", "", "mac"), End(LEAF, "Ethernet256")),
        (Neighbour(LEAF, "7", "Ethernet256"), End(LEAF, "Ethernet256")),
        (Neighbour("gpu0001", "rail0", subtype="ifname"), End("gpu0001", "rail0")),
        (Neighbour("gpu0001", "aa:bb:cc:00:00:01", "rail1"), End("gpu0001", "rail1")),
        (Neighbour("GPU0001.lab-small.example.net.", "rail0"), End("gpu0001", "rail0")),
        (Neighbour("gpu0001.elsewhere.net", "rail0"), End("gpu0001", "rail0")),
        (Neighbour("gpu9999.lab-small.example.net", "rail0"), None),
        (Neighbour("laptop", "en0"), None),
        (Neighbour("", "aa:bb:cc:00:00:01"), None),
    ],
)
def test_ends(plan: Plan, seen: Neighbour, end: End | None) -> None:
    stranger = End(seen.system, seen.port, "spine1 Ethernet0")
    assert Names(plan).end(seen, HERE) == (end or stranger)


def test_a_known_device_at_an_unknown_port_keeps_its_name(plan: Plan) -> None:
    found = Names(plan).end(Neighbour("gpu0001.lab-small.example.net", "ens1"), HERE)
    assert found == End("gpu0001", "ens1", "spine1 Ethernet0")


def test_an_alias_that_is_another_ports_name_is_told_apart_by_what_the_id_is(root: Path) -> None:
    """On some platforms `Ethernet4` is both a port and the label of another."""
    plan = api.load_plan(root / "intent/examples/reference-7060x6.yml").plan
    device = plan.device["su1-rail0-leaf"]
    names = {port.name for port in plan.ports[device.name]}
    for port in plan.ports[device.name]:
        said = Neighbour(device.name, port.alias, subtype="local")
        assert Names(plan).end(said, HERE) == End(device.name, port.name)
        said = Neighbour(device.name, port.name, subtype="ifname")
        assert Names(plan).end(said, HERE) == End(device.name, port.name)
    assert len(names) == len(plan.ports[device.name])


def test_the_other_end_settles_a_port_that_nobody_knows(plan: Plan) -> None:
    heard = World.of(plan).heard()
    heard[LEAF]["Ethernet0"] = (Neighbour("gpu0001", "ens1"),)
    assert checked(plan, heard).findings == ()
    assert checked(plan, heard).unverified == ()
    del heard["gpu0001"]
    found = checked(plan, heard)
    assert found.findings == ()
    (unverified,) = found.unverified
    assert unverified.reason == "what is heard does not say which port it is"
    assert unverified.links == ("gpu0001:rail0",)


def test_a_wrong_device_at_an_unknown_port_is_wrong(plan: Plan) -> None:
    heard = World.of(plan).heard()
    del heard["gpu0002"], heard["su1-rail1-leaf"]
    heard[LEAF]["Ethernet0"] = (Neighbour("gpu0002", "ens1"),)
    heard[LEAF].pop("Ethernet4")
    heard["gpu0001"].pop("rail0")
    found = checked(plan, heard)
    assert "wrong-port" in kinds(found)
    assert {"gpu0001:rail0"} <= {link for one in found.findings for link in one.links}


def test_a_device_without_name_may_be_a_planned_one_that_was_not_read(plan: Plan) -> None:
    heard = World.of(plan).heard()
    heard[LEAF]["Ethernet0"] = (Neighbour("", "aa:bb:cc:00:00:01"),)
    heard["gpu0001"].pop("rail0")
    assert kinds(checked(plan, heard)) == ["unknown-neighbour"]
    del heard["gpu0001"]
    found = checked(plan, heard)
    assert found.findings == ()
    assert found.unverified[0].links == ("gpu0001:rail0",)


def test_one_of_several_neighbours_is_enough(plan: Plan) -> None:
    heard = World.of(plan).heard()
    heard[LEAF]["Ethernet0"] = (
        Neighbour("", "00:11:22:33:44:55"),
        Neighbour("a-switch-in-between", "7"),
        *heard[LEAF]["Ethernet0"],
    )
    assert checked(plan, heard).findings == ()


def test_a_port_that_hears_two_wrong_ones_is_a_conflict(plan: Plan) -> None:
    heard = World.of(plan).heard()
    del heard["su1-rail1-leaf"]  # else both names are heard at one port more than they have
    heard[LEAF]["Ethernet0"] = (Neighbour("gpu0002", "rail0"), Neighbour("gpu0003", "rail0"))
    found = checked(plan, heard)
    assert kinds(found) == ["conflict"]
    assert "gpu0001:rail0" in found.findings[0].links


def test_what_is_not_here_is_not_judged_and_not_ok(plan: Plan) -> None:
    heard = World.of(plan).heard()
    del heard["gpu0001"]
    for leaf in (LEAF, "su1-rail1-leaf"):
        del heard[leaf]["Ethernet0"]
    found = checked(plan, heard, present=frozenset(plan.device) - {"gpu0001"})
    assert found.findings == ()
    (unverified,) = found.unverified
    assert unverified.reason == "an end is not here"
    assert unverified.links == ("gpu0001:rail0", "gpu0001:rail1")


def test_a_device_that_was_not_read_and_is_not_heard_is_one_fault(plan: Plan) -> None:
    heard = World.of(plan).heard()
    del heard["gpu0001"]
    for leaf in (LEAF, "su1-rail1-leaf"):
        del heard[leaf]["Ethernet0"]
    found = checked(plan, heard)
    assert [one.id for one in found.findings] == ["cabling:missing:gpu0001"]
    assert found.findings[0].text == (
        "nothing is heard of gpu0001, on 2 links: is it up, and does it run LLDP?"
    )
    assert found.moves == ()
    assert found.links.wrong == 2


def test_one_file_verifies_what_it_can(plan: Plan) -> None:
    heard = {LEAF: World.of(plan).heard()[LEAF]}
    found = checked(plan, heard)
    own = [link for link in plan.links if LEAF in (link.a.device, link.z.device)]
    assert found.findings == ()
    assert found.links.ok == len(own)
    assert found.links.unverified == len(plan.links) - len(own)
    (unverified,) = found.unverified
    assert unverified.reason == "neither end was read"


def test_reserved_links_may_be_plugged_early(root: Path) -> None:
    plan = api.load_plan(root / "intent/examples/lab-networks.yml").plan
    heard = World.of(plan).heard()
    clean = checked(plan, heard)
    link = next(one for one in plan.links if one.id == "gpu0004:rail0")
    assert not link.deployed
    for system in ("gpu0004.lab-networks.example.net", "GPU0004", "gpu0004"):
        heard[link.z.device][link.z.port] = (Neighbour(system, "rail0"),)
        assert checked(plan, heard) == clean
    assert checked(plan, heard) == clean
    heard[link.z.device][link.z.port] = (Neighbour("gpu0003", "rail0"),)
    assert checked(plan, heard).findings != ()


def in_domain(world: World, domain: str) -> dict[str, dict[str, tuple[Neighbour, ...]]]:
    """Return what everybody hears when all announce a domain."""
    return {
        device: {
            port: tuple(replace(one, system=f"{one.system}.{domain}") for one in neighbours)
            for port, neighbours in ports.items()
        }
        for device, ports in world.heard().items()
    }


def test_another_domain_is_told_once_and_judged_all_the_same(plan: Plan) -> None:
    world = World.of(plan)
    found = checked(plan, in_domain(world, "Elsewhere.net\x1b"))
    assert found.findings == ()
    assert found.links.ok == len(plan.links)
    (note,) = found.notes
    assert note.text == (
        "devices announce the domain elsewhere.net\\x1b (gpu0001 and 13 more), planned is "
        "lab-small.example.net; they are taken for the devices of the plan"
    )
    world.swap(("gpu0001", "rail0"), ("gpu0001", "rail1"))
    found = checked(plan, in_domain(world, "elsewhere.net"))
    assert kinds(found) == ["rail-swap"]
    world.mend(found.moves)
    assert checked(plan, in_domain(world, "lab-small.example.net")).notes == ()


def test_without_a_planned_domain_any_will_do(root: Path, tmp_path: Path) -> None:
    text = (root / "intent/examples/lab-small.yml").read_text()
    lines = [line for line in text.splitlines() if not line.strip().startswith("domain:")]
    assert len(lines) == len(text.splitlines()) - 1
    (tmp_path / "cluster.yml").write_text("\n".join(lines) + "\n")
    plan = api.load_plan(tmp_path / "cluster.yml").plan
    found = checked(plan, in_domain(World.of(plan), "somewhere.net"))
    assert (found.findings, found.notes) == ((), ())


def test_which_stranger_is_told_does_not_depend_on_how_it_spells_its_name(plan: Plan) -> None:
    told = []
    for names in (("alpha.net", "BETA"), ("ALPHA", "beta.net")):
        heard = World.of(plan).heard()
        del heard["gpu0001"]
        heard[LEAF]["Ethernet0"] = tuple(Neighbour(name, "en0") for name in names)
        (move,) = checked(plan, heard).moves
        told.append({end.device.lower().partition(".")[0] for end in move.ends if not end.known})
    assert told == [{"beta"}, {"beta"}]


def test_long_words_are_cut(plan: Plan) -> None:
    heard = World.of(plan).heard()
    heard["gpu0001"].pop("rail0")
    heard[LEAF]["Ethernet0"] = (Neighbour("s" * 1000, "p" * 1000),)
    found = checked(plan, heard)
    assert f"{'s' * 64}… {'p' * 64}…" in found.findings[0].text
    assert len(found.findings[0].text) < 500
    assert str(heard[LEAF]["Ethernet0"][0]) == f"{'s' * 64}… {'p' * 64}…"

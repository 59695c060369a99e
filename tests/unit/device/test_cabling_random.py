"""Cables plugged wrong at random: found, mended by the moves, nothing else blamed."""

import random
from pathlib import Path

import pytest

from railwright import api
from railwright.device.cabling.check import Cabling
from railwright.device.lldp import Neighbour
from railwright.plan.model import Plan
from tests.unit.device.cabling_world import Port, World, checked, kinds

SEEDS = {"lab-small": 30, "lab-networks": 15, "tor-64": 6, "multi-plane-512": 2}
"""How often cables are spoiled, by example; a large cluster takes a second each time."""


@pytest.fixture(scope="module", params=SEEDS)
def example(request: pytest.FixtureRequest, root: Path) -> tuple[Plan, range]:
    plan = api.load_plan(root / f"intent/examples/{request.param}.yml").plan
    return plan, range(SEEDS[request.param])


def spoil(world: World, rng: random.Random) -> int:
    """Plug some cables wrong; return how many things were done."""
    planned = sorted(world.cables)
    done = rng.randint(1, 4)
    for _ in range(done):
        one = rng.choice(planned)
        if rng.random() < 0.2 and one in world.cables:
            world.unplug(one)
            continue
        near = [port for port in planned if port[0] == one[0]]
        world.swap(one, rng.choice(near if rng.random() < 0.6 else planned))
    return done


def touched(world: World, planned: dict[Port, Port]) -> set[Port]:
    """Return the ports whose cable is not the planned one."""
    every = planned.keys() | world.cables.keys()
    return {port for port in every if world.cables.get(port) != planned.get(port)}


def test_faults_are_found_and_mended_and_nothing_else(example: tuple[Plan, range]) -> None:
    plan, seeds = example
    for seed in seeds:
        spoil_and_mend(plan, seed)


def spoil_and_mend(plan: Plan, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311
    world = World.of(plan)
    planned = dict(world.cables)
    before = world.check()
    assert (before.findings, before.notes) == ((), ())
    done = spoil(world, rng)
    changed = touched(world, planned)
    found = world.check()
    sums = found.links
    assert sums.ok + sums.wrong + sums.unverified == sums.links == before.links.links
    assert sums.unverified == before.links.unverified
    assert bool(found.findings or found.notes) == bool(changed)
    assert {port for one in found.findings for port in one.ports} <= changed
    assert len(found.moves) <= done
    ids = [one.id for one in found.findings]
    assert len(set(ids)) == len(ids)
    assert {move.fault for move in found.moves} <= set(ids)
    assert sums.wrong == len({link for one in found.findings for link in one.links})
    if "crossed-twins" in kinds(found):
        return  # two missing cables look the same
    world.mend(found.moves)
    after = world.check()
    assert after.findings == ()
    assert after.links.wrong == 0


def wrong_links(found: Cabling) -> set[str]:
    return {link for one in found.findings for link in one.links}


def mend_all(world: World) -> None:
    """Look with everything read and mend, until all is right; a few looks are enough."""
    for _ in range(4):
        found = world.check()
        if not found.findings:
            return
        world.mend(move for move in found.moves if not move.sockets)
        for link in world.plan.links:  # two cables that are missing side by side
            if any(link.id in one.links for one in found.findings if one.kind == "crossed-twins"):
                world.connect((link.a.device, link.a.port), (link.z.device, link.z.port))
    pytest.fail("not mended")


def partial_look(plan: Plan, seed: int) -> None:
    rng = random.Random(f"partial {seed}")  # noqa: S311
    world = World.of(plan)
    spoil(world, rng)
    truth = wrong_links(world.check())
    heard = world.heard()
    read = rng.sample(sorted(heard), rng.randint(1, len(heard) - 1))
    found = checked(plan, {name: heard[name] for name in read})
    sums = found.links
    assert sums.ok + sums.wrong + sums.unverified == sums.links
    assert wrong_links(found) <= truth
    world.mend((move for move in found.moves if not move.sockets), read)
    assert wrong_links(world.check()) <= truth  # what was right stays right
    mend_all(world)
    assert world.check().links.wrong == 0


def test_moves_from_a_part_of_the_devices_are_possible_and_never_do_harm(
    example: tuple[Plan, range],
) -> None:
    plan, seeds = example
    for seed in range(4 * len(seeds)):
        partial_look(plan, seed)


@pytest.mark.parametrize("seed", range(5))
def test_faults_have_the_same_names_and_moves_seen_from_switches_alone(
    example: tuple[Plan, range], seed: int
) -> None:
    plan, _ = example
    rng = random.Random(seed)  # noqa: S311
    world = World.of(plan)
    hosts = sorted(port for port in world.cables if plan.device[port[0]].is_node)
    world.swap(*rng.sample(hosts, 2))
    whole = world.check()
    heard = world.heard()
    half = checked(plan, {name: heard[name] for name in heard if plan.device[name].is_switch})
    assert [one.id for one in half.findings] == [one.id for one in whole.findings]
    assert [one.text for one in half.moves] == [one.text for one in whole.moves]


def nonsense(world: World, rng: random.Random) -> dict[str, dict[str, tuple[Neighbour, ...]]]:
    """Return what everybody hears after somebody has changed a part of it at random."""
    heard = world.heard()
    devices = sorted(heard)
    every = [(device, port) for device in devices for port in sorted(heard[device])]
    said = [one for device, port in every for one in heard[device][port]]
    for device, port in rng.sample(every, rng.randint(1, len(every) // 2)):
        one, other = rng.choice(said), rng.choice(said)
        heard[device][port] = rng.choice(
            [
                (),
                (one,),
                (one, other),
                (Neighbour(one.system, other.port, chassis=other.chassis),),
                (Neighbour(one.system, "en\x1b[0m", chassis=one.chassis), other),
                (Neighbour("laptop", "en0"),),
                (Neighbour("", "02:00:00:00:00:01"),),
            ]
        )
    heard[rng.choice(devices)][f"Ethernet{rng.randint(0, 600)}"] = (rng.choice(said),)
    for device in rng.sample(devices, rng.randint(0, len(devices) // 2)):
        del heard[device]
    return heard


@pytest.mark.parametrize("seed", range(60))
def test_whatever_is_heard_every_link_is_one_thing_and_every_wrong_one_is_told(
    plan: Plan, seed: int
) -> None:
    rng = random.Random(seed)  # noqa: S311
    heard = nonsense(World.of(plan), rng)
    here = rng.sample(sorted(plan.device), rng.randint(len(plan.device) - 2, len(plan.device)))
    found = checked(plan, heard, frozenset(here))
    sums = found.links
    assert sums.ok + sums.wrong + sums.unverified == sums.links
    assert sums.links == sum(link.deployed for link in plan.links)
    assert sums.unverified == sum(len(one.links) for one in found.unverified)
    told = {link for one in found.findings for link in one.links}
    assert sums.wrong == len(told)
    assert told.isdisjoint(link for one in found.unverified for link in one.links)
    assert len({one.id for one in found.findings}) == len(found.findings)
    texts = [one.text for one in found.findings] + [one.text for one in found.moves]
    assert all(text.isprintable() for text in texts)
    assert found == checked(plan, dict(sorted(heard.items(), reverse=True)), frozenset(here))

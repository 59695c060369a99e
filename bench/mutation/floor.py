"""Mutations of the floor: cables that are longer than planned, missing or plugged elsewhere."""

import random
from dataclasses import replace

from bench.mutation.model import Edit, Floor, Mutator, Truth, World

from railwright.proof.model import End, FloorLink


def longer(world: World, rng: random.Random) -> Edit:
    """Put in a cable that is longer than planned."""
    link = rng.choice(sorted(world.floor))
    floor = dict(world.floor)
    length_m = floor[link].length_m
    new = length_m + rng.choice((0.5, 1, 5, 20, 60, 300))
    floor[link] = replace(floor[link], length_m=new)
    return _edit("longer cable", link, f"{length_m:g} m -> {new:g} m", floor, link)


def missing(world: World, rng: random.Random) -> Edit:
    """Leave out a cable."""
    link = rng.choice(sorted(world.floor))
    floor = dict(world.floor)
    del floor[link]
    return _edit("cable missing", link, "not there", floor, link)


def swapped_on_a_switch(world: World, rng: random.Random) -> Edit | None:
    """Swap the ends of two cables between two ports of one switch."""
    link = rng.choice(sorted(world.floor))
    device = world.floor[link].z.device
    others = [
        one
        for one, cable in sorted(world.floor.items())
        if one != link and cable.z.device == device and cable.z.port
    ]
    # The ports of a border router are not known: its ends are all the same to us.
    return _swapped(world, link, rng.choice(others)) if others else None


def swapped_between_switches(world: World, rng: random.Random) -> Edit | None:
    """Swap the ends of two cables between two switches."""
    link = rng.choice(sorted(world.floor))
    device = world.floor[link].z.device
    others = [one for one, cable in sorted(world.floor.items()) if cable.z.device != device]
    return _swapped(world, link, rng.choice(others)) if others else None


def _swapped(world: World, link: str, other: str) -> Edit:
    floor = dict(world.floor)
    one, two = floor[link], floor[other]
    floor[link], floor[other] = replace(one, z=two.z), replace(two, z=one.z)
    what = f"ends {_end(one)} and {_end(two)} swapped"
    return _edit("ends swapped", f"{link} and {other}", what, floor, link)


def moved(world: World, rng: random.Random) -> Edit:
    """Plug a cable into a port that nobody planned for it."""
    link = rng.choice(sorted(world.floor))
    floor = dict(world.floor)
    one = floor[link]
    floor[link] = replace(one, a=End(one.a.device, f"{one.a.port}9"))
    return _edit("end moved", link, f"{one.a.port} -> {one.a.port}9", floor, link)


def _end(one: FloorLink) -> str:
    return f"{one.z.device} {one.z.port}"


def _edit(kind: str, place: str, what: str, floor: Floor, link: str) -> Edit:
    return Edit(Truth(kind, f"{place}: {what}", ((f"link {link} ",),)), floor=floor)


MUTATORS: tuple[tuple[int, Mutator], ...] = (
    (4, longer),
    (1, missing),
    (2, swapped_on_a_switch),
    (2, swapped_between_switches),
    (1, moved),
)

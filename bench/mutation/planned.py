"""Mutations of the plan itself, after which everything that is emitted agrees with it.

Only a proof can find these: no two places say different things.
"""

import random
from collections import Counter
from dataclasses import replace

from bench.mutation.model import Edit, Mutator, Truth, World

from railwright.plan.model import BgpSession, Device, Plan


def with_asn(plan: Plan, device: Device, asn: int) -> Plan:
    """Return the plan with another AS number of one switch, wherever it stands."""
    name = device.name

    def session(one: BgpSession) -> BgpSession:
        if one.link.a.device == name:
            return replace(one, asn_a=asn)
        return replace(one, asn_z=asn) if one.link.z.device == name else one

    return replace(
        plan,
        devices=tuple(replace(one, asn=asn) if one.name == name else one for one in plan.devices),
        sessions=tuple(map(session, plan.sessions)),
    )


def duplicated(world: World, rng: random.Random) -> Edit | None:
    """Give a leaf the AS number of another leaf of its network."""
    leaves = _of_role(world.plan, "leaf")
    if not leaves:
        return None
    one = rng.choice(leaves)
    reached = _reached(world.plan, one.name)
    others = [other for other in leaves if other.name in reached and other.asn != one.asn]
    if not others:
        return None
    other = rng.choice(others)
    return _edit(world, "AS number twice", one, other.asn or 0, f"that of {other.name}")


def of_the_other_tier(world: World, rng: random.Random) -> Edit | None:
    """Give a leaf the AS number of its spines."""
    leaves = _of_role(world.plan, "leaf")
    if not leaves:
        return None
    one = rng.choice(leaves)
    asns = sorted(
        {
            session.asn_z
            for session in world.plan.sessions_of.get(one.name, ())
            if session.link.a.device == one.name and session.link.kind == "fabric"
        }
    )
    if not asns:
        return None
    return _edit(world, "AS number of the other tier", one, asns[0], "that of its spines")


def spine_alone(world: World, rng: random.Random) -> Edit | None:
    """Give one spine of a group an AS number of its own, so that paths may go down and up again."""
    spines = [one for one in _of_role(world.plan, "spine") if one.network in world.plan.qos]
    groups = Counter((one.network, one.asn) for one in spines)
    shared = [one for one in spines if groups[one.network, one.asn] > 1]
    if not shared:
        return None
    one = rng.choice(shared)
    return _edit(world, "AS rule broken", one, 4_290_000_000 + rng.randrange(1000), "its own")


def broken_rule(world: World, rng: random.Random) -> Edit | None:
    """Break the rule of AS numbers: a spine on its own, or a leaf with that of its spines."""
    first, second = rng.sample((spine_alone, of_the_other_tier), 2)
    return first(world, rng) or second(world, rng)


def _of_role(plan: Plan, role: str) -> list[Device]:
    return sorted(
        (one for one in plan.switches if one.role == role and one.name in plan.sessions_of),
        key=lambda one: one.name,
    )


def _reached(plan: Plan, start: str) -> set[str]:
    """Return the switches that exchange routes with one: those of other rails may not."""
    found, left = {start}, [start]
    while left:
        for session in plan.sessions_of.get(left.pop(), ()):
            for name in (session.link.a.device, session.link.z.device):
                if name in plan.device and name not in found:
                    found.add(name)
                    left.append(name)
    return found


def _edit(world: World, kind: str, device: Device, asn: int, whose: str) -> Edit:
    what = f"{device.name}: AS {device.asn} -> {asn} ({whose}), at its neighbours as well"
    names = (f"switches/{device.name}/", " DEVICE_METADATA|")
    return Edit(Truth(kind, what, (names,)), plan=with_asn(world.plan, device, asn))


MUTATORS: tuple[tuple[int, Mutator], ...] = (
    (1, duplicated),
    (1, of_the_other_tier),
    (1, spine_alone),
)

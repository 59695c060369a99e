"""Mutations that take two devices, or a device and the plan: each side looks right by itself."""

import copy
import random
from collections import defaultdict

from bench.mutation.model import Edit, Mutator, Truth, World, switch_path
from bench.mutation.switch import chain_place

from railwright.plan.model import Link
from railwright.sonic.configdb import dumps

ALIKE = (
    ("PORT", "mtu", ("1500", "4000", "9000")),
    ("PORT", "fec", ("none", "fc", "rs")),
    ("PORT", "speed", ("100000", "200000", "400000")),
    ("PORT_QOS_MAP", "pfc_enable", ("", "4", "2,3")),
    ("CABLE_LENGTH", "", ("1m", "300m")),
)
"""(table, field, values) that both ends of a link may be given; a cable's field is its port."""


def exchanged(world: World, rng: random.Random) -> Edit | None:
    """Exchange the configurations of two switches of one kind."""
    alike: dict[tuple[str | None, str], list[str]] = defaultdict(list)
    for one in world.plan.switches:
        alike[one.network, one.role].append(one.name)
    groups = [sorted(names) for names in alike.values() if len(names) > 1]
    if not groups:
        return None
    a, z = rng.sample(rng.choice(groups), 2)
    files = {switch_path(one): dumps(world.configs[other]) for one, other in ((a, z), (z, a))}
    names = tuple((f"switches/{one}/config_db.json ",) for one in (a, z))
    return Edit(Truth("files of two switches exchanged", f"{a} and {z}", names), files)


def both_ends(world: World, rng: random.Random) -> Edit | None:
    """Change both ends of a link alike, so that they agree with each other."""
    links = _fabric(world)
    if not links:
        return None
    link = rng.choice(links)
    table, named, values = rng.choice(ALIKE)
    new = rng.choice(values)
    files: dict[str, bytes | None] = {}
    names: list[tuple[str, ...]] = []
    for end in (link.a, link.z):
        config = copy.deepcopy(world.configs[end.device])
        key, field = (end.port, named) if named else ("AZURE", end.port)
        row = config.get(table, {}).get(key, {})
        if row.get(field, new) == new:
            return None
        row[field] = new
        files[switch_path(end.device)] = dumps(config)
        names.append((f"switches/{end.device}/", f" {table}|", f" {field} "))
    what = f"{link.id}: {table} {named} -> {new or 'none'} at both"
    truth = Truth("both ends changed alike", what, tuple(names), chain_place(table, named))
    return Edit(truth, files)


def second_origin(world: World, rng: random.Random) -> Edit | None:
    """Let a second switch of the network advertise the block of a leaf."""
    leaves = sorted(name for name, config in world.configs.items() if config.get("STATIC_ROUTE"))
    if not leaves:
        return None
    leaf = rng.choice(leaves)
    key = rng.choice(sorted(world.configs[leaf]["STATIC_ROUTE"]))
    network = world.plan.device[leaf].network
    others = [
        one.name
        for one in world.plan.switches
        if one.network == network and key not in world.configs[one.name].get("STATIC_ROUTE", {})
    ]
    if not others:
        return None
    other = rng.choice(sorted(others))
    config = copy.deepcopy(world.configs[other])
    config.setdefault("STATIC_ROUTE", {})[key] = dict(world.configs[leaf]["STATIC_ROUTE"][key])
    names = (f"switches/{other}/", f" STATIC_ROUTE|{key} ")
    truth = Truth("block advertised twice", f"{other} has {key} of {leaf}", (names,))
    return Edit(truth, {switch_path(other): dumps(config)})


def fabric_in_vlan(world: World, rng: random.Random) -> Edit | None:
    """Put a routed port between switches into a VLAN."""
    links = _fabric(world)
    if not links:
        return None
    link = rng.choice(links)
    end = rng.choice((link.a, link.z))
    config = copy.deepcopy(world.configs[end.device])
    vlans = config.setdefault("VLAN", {})
    vlan = rng.choice(sorted(vlans) or ["Vlan999"])
    vlans.setdefault(vlan, {"vlanid": vlan.removeprefix("Vlan")})
    key = f"{vlan}|{end.port}"
    if key in config.setdefault("VLAN_MEMBER", {}):
        return None
    config["VLAN_MEMBER"][key] = {"tagging_mode": "untagged"}
    names = (f"switches/{end.device}/", f" VLAN_MEMBER|{key} ")
    truth = Truth("fabric port in a VLAN", f"{end.device} {key}", (names,))
    return Edit(truth, {switch_path(end.device): dumps(config)})


def _fabric(world: World) -> list[Link]:
    return [
        one
        for one in world.plan.links
        if one.kind == "fabric"
        and one.deployed
        and one.a.device in world.configs
        and one.z.device in world.configs
    ]


MUTATORS: tuple[tuple[int, Mutator], ...] = (
    (1, exchanged),
    (2, both_ends),
    (1, second_origin),
    (1, fabric_in_vlan),
)

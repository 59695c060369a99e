"""What a running lab is given when its plan has grown; the kernel is a table here."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from netaddr import IPNetwork

from railwright.intent.networks import ComputeNetwork
from railwright.intent.pools import Pools
from railwright.lab.growth import Growth, growth, record, recorded
from railwright.lab.lifecycle import kinds_of
from railwright.lab.network import Wiring, wire
from railwright.plan.build import build
from railwright.plan.model import Plan
from tests.invariants.strategies import POOLS, make

PREFIX = "rw-drawn-"


NETWORK = ComputeNetwork(leaf="sn5600", nodes_per_su=4, rails=2)
ELSEWHERE = POOLS.model_copy(update={"inband": IPNetwork("10.56.0.0/13")})


@cache
def of(count: int, network: ComputeNetwork = NETWORK, pools: Pools = POOLS) -> Plan:
    return build(make(network, count, 12, pools))


def other(**settings: int) -> ComputeNetwork:
    return NETWORK.model_copy(update=settings)


def wired(plan: Plan, nodes: int = 1) -> Wiring:
    return wire(plan, kinds_of(plan, nodes))


Kernel = dict[tuple[str, str], tuple[str, str]]
"""The other end of every veth by namespace and name."""


def made(lines: tuple[str, ...]) -> Kernel:
    ends: Kernel = {}
    for line in lines:
        words = line.split()
        at = words.index("peer")
        a, z = (words[words.index("netns") + 1], words[2]), (words[-1], words[at + 2])
        if "address" in words[at:]:
            z = (words[at + 4], words[at + 2])
        ends[a], ends[z] = z, a
    return ends


def grown(kernel: Kernel, more: Growth, void: str) -> Kernel:
    """Return the ends after the lines of a growth ran."""
    ends = {**kernel, **made(more.links)}
    for line in more.plugged:
        words = line.split()
        old, new = (void, words[3]), (words[5], words[-1])
        far = ends.pop(old)
        ends[far], ends[new] = new, far
    return ends


@pytest.mark.parametrize(("before", "after"), [(4, 12), (3, 4), (1, 5), (6, 7)])
def test_a_grown_lab_is_the_lab_of_the_grown_plan(before: int, after: int) -> None:
    old, new = wired(of(before)), wired(of(after))
    more = growth(old, new)
    assert more is not None
    assert grown(made(old.links), more, old.void) == made(new.links)
    assert {*old.create, *more.create} == set(new.create)
    for name, lines in new.inside.items():
        assert (*old.inside.get(name, ()), *more.inside.get(name, ())) == lines or set(lines) == {
            *old.inside[name],
            *more.inside.get(name, ()),
        }


def test_a_new_cable_is_plugged_into_the_port_that_is_there() -> None:
    old, new = wired(of(4)), wired(of(5))
    more = growth(old, new)
    assert more is not None
    running = set(old.namespaces.values())
    assert not [line for line in more.links if set(line.split()) & running]
    spines = sum(device.role == "spine" for device in of(4).devices)
    assert len(more.plugged) == spines * 2 * of(4).shape.links_per_pair
    plan = of(5)
    link = next(one for one in plan.links if one.kind == "fabric" and one.su == 2)
    mine = next(line for line in more.plugged if f"netns {PREFIX}{link.a.device} " in line)
    assert mine.endswith(f" name {link.a.port}")
    assert " mtu 9100 address 02:" in mine


def test_bare_nodes_and_the_controller_are_given_their_lines() -> None:
    more = growth(wired(of(3)), wired(of(4)))
    assert more is not None
    node = more.inside[f"{PREFIX}gpu0004"]
    assert any("dev rail1" in line for line in node)
    controller = more.inside[f"{PREFIX}ctl"]
    assert len(controller) == 1
    assert " master mgmt" in controller[0]
    assert set(more.inside) == {f"{PREFIX}gpu0004", f"{PREFIX}ctl"}


def test_nothing_is_to_be_added_to_the_same_lab() -> None:
    assert growth(wired(of(3)), wired(of(3))) == Growth((), (), (), {})


OTHERS: Mapping[str, Callable[[], Wiring]] = {
    "fewer nodes": lambda: wired(of(4)),
    "a node that boots": lambda: wired(of(5), 2),
    "another number of rails": lambda: wired(of(5, other(rails=3))),
    "another SU size": lambda: wired(of(5, other(nodes_per_su=6))),
    "another MTU": lambda: wired(of(5, other(mtu_bytes=9000, host_mtu_bytes=8900))),
    "other addresses": lambda: wired(of(5, NETWORK, ELSEWHERE)),
}


@pytest.mark.parametrize("what", OTHERS)
def test_more_than_additions_is_no_growth(what: str) -> None:
    assert growth(wired(of(5)), OTHERS[what]()) is None


def test_a_port_in_use_is_never_plugged_again() -> None:
    old, new = wired(of(4)), wired(of(5))
    pair = next(one for one in old.pairs if one.a.name == "rail0")
    stolen = replace(pair, a=replace(pair.a, namespace=f"{PREFIX}gpu0005"))
    pairs = tuple(one for one in new.pairs if one != pair)
    assert growth(old, replace(new, pairs=(*pairs, stolen))) is None


def test_a_record_reads_back(tmp_path: Path) -> None:
    wiring = wired(of(4))
    path = tmp_path / "wiring.json"
    path.write_text(json.dumps(record(wiring)))
    assert recorded(json.loads(path.read_text())) == wiring
    assert recorded({"format": 99}) is None

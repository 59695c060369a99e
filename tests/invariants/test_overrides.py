"""Overrides drawn into drawn clusters: they change only what they name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from hypothesis import given, reject
from hypothesis import strategies as st
from netaddr import IPNetwork

from railwright.emitters.sonic_config import intended
from railwright.intent.model import Intent
from railwright.intent.overrides import (
    AsnOverride,
    LengthOverride,
    LinkOverride,
    Overrides,
    PortOverride,
    SwitchPort,
)
from railwright.plan.build import build
from railwright.plan.model import Plan
from railwright.plan.overrides.switches import SwitchPlace, switches
from tests.invariants.plans import DRAWN, doubles, plan_of
from tests.invariants.strategies import growths, intents

TIERS = ("leaf", "spine", "superspine")
FIRST_ASN = 4_290_000_000  # beyond what any drawn cluster takes
SPEEDS = (100, 200, 400, 800)  # of cages; the slow ports beside them carry no RDMA


@st.composite
def overridden(draw: st.DrawFn) -> tuple[Intent, Intent]:
    """Draw a cluster, and the same with an ASN or an extra link of its own."""
    intent = draw(intents())
    plan = plan_of(intent)
    places = switches(intent, plan.built)
    links = draw(extra_links(plan, places))
    named = [end.device for one in links for end in (one.a, one.z)]
    # a spine's session with its equal needs two ASNs
    names = draw(st.lists(st.sampled_from(sorted(places)), max_size=2, unique=True))
    renumbered = dict.fromkeys((*named, *names))
    if not renumbered:
        reject()
    asns = tuple(
        AsnOverride(device=name, asn=FIRST_ASN + place, reason="drawn")
        for place, name in enumerate(renumbered)
    )
    given_more = Overrides(asns=asns, links=links)
    return intent, intent.model_copy(update={"overrides": given_more})


@st.composite
def extra_links(
    draw: st.DrawFn, plan: Plan, places: dict[str, SwitchPlace]
) -> tuple[LinkOverride, ...]:
    """Draw up to two links between ports that no capacity uses, of switches there or to come."""
    free = dict(_free_ports(plan, places))
    pairs = [
        (one, other)
        for one, other in combinations(sorted(free), 2)
        if places[one].network == places[other].network and free[one].keys() & free[other].keys()
    ]
    if not pairs:
        return ()
    found = []
    for number, pair in enumerate(draw(st.lists(st.sampled_from(pairs), max_size=2))):
        lower, upper = sorted(pair, key=lambda name: TIERS.index(places[name].role))
        kinds = sorted(free[lower].keys() & free[upper].keys())
        kind = draw(st.sampled_from(kinds)) if kinds else reject()
        found.append(
            LinkOverride(
                a=SwitchPort(device=lower, port=free[lower][kind].pop()),
                z=SwitchPort(device=upper, port=free[upper][kind].pop()),
                prefix=IPNetwork(f"192.168.{number}.0/31"),
                length_m=draw(st.none() | st.sampled_from([2.0, 37.5])),
                reason="drawn",
            )
        )
        for name in pair:
            free[name] = {kind: ports for kind, ports in free[name].items() if ports}
    return tuple(found)


def _free_ports(
    plan: Plan, places: dict[str, SwitchPlace]
) -> list[tuple[str, dict[tuple[int, int], list[str]]]]:
    """Return the ports of every switch that its faceplate leaves spare, by speed and split."""
    found = []
    for name, place in places.items():
        plate = plan.built[place.network].faceplates[place.role]
        slots = (*plate.down, *plate.up, *plate.border, *plate.spares)
        cages = [slot.parent for slot in slots]
        kinds: dict[tuple[int, int], list[str]] = {}
        for slot in plate.spares:
            if slot.speed_gbps in SPEEDS:
                kinds.setdefault((slot.speed_gbps, cages.count(slot.parent)), []).append(slot.name)
        found.append((name, kinds))
    return found


@DRAWN
@given(overridden())
def test_nothing_else_moves(pair: tuple[Intent, Intent]) -> None:
    before, after = (plan_of(one) for one in pair)
    wanted = pair[1].overrides
    numbers = {one.device: one.asn for one in wanted.asns}
    assert after.devices == tuple(
        replace(one, asn=numbers[one.name]) if one.name in numbers else one
        for one in before.devices
    )
    live = [one for one in wanted.links if {one.a.device, one.z.device} & after.device.keys()]
    count = len(before.links)
    assert after.links[:count] == before.links
    assert [link.id for link in after.links[count:]] == [one.id for one in live]
    assert (after.subnets, after.svis) == (before.subnets, before.svis)
    assert list(after.headroom)[: len(before.headroom)] == list(before.headroom)


@DRAWN
@given(overridden())
def test_an_extra_link_is_whole(pair: tuple[Intent, Intent]) -> None:
    """Both ports have it, at one speed, with one session, as every other link between switches."""
    plan = plan_of(pair[1])
    for override in pair[1].overrides.links:
        links = [link for link in plan.links if link.id == override.id]
        for link in links:
            ends = (link.a, link.z)
            here = [end for end in ends if end.device in plan.device]
            assert link.deployed == (len(here) == 2)
            for end in here:
                (port,) = [one for one in plan.ports[end.device] if one.name == end.port]
                assert (port.use, port.enabled) == ("fabric", link.deployed)
                assert port.speed_gbps == link.speed_gbps
                if link.network in plan.qos:
                    assert plan.port_headroom(plan.device[end.device], port).lanes
            sessions = [one for one in plan.sessions if one.link.id == link.id]
            assert len(sessions) == link.deployed
            assert all(one.asn_a != one.asn_z for one in sessions)
    used = [(end.device, end.port) for link in plan.links for end in (link.a, link.z) if end.port]
    assert doubles(used) == []


@DRAWN
@given(overridden())
def test_sessions_agree_on_both_sides(pair: tuple[Intent, Intent]) -> None:
    """What one switch is configured to expect is what the other one is."""
    plan = plan_of(pair[1])
    names = [one.device for one in pair[1].overrides.asns if one.device in plan.device]
    for name in names:
        own = intended(plan, plan.device[name])
        for address, row in own.get("BGP_NEIGHBOR", {}).items():
            peer = plan.device.get(str(row["name"]))
            if peer is None:
                continue
            far = intended(plan, peer)
            back = far["BGP_NEIGHBOR"][str(row["local_addr"])]
            assert back["local_addr"] == address
            assert back["asn"] == own["DEVICE_METADATA"]["localhost"]["bgp_asn"]
            assert row["asn"] == far["DEVICE_METADATA"]["localhost"]["bgp_asn"]


@DRAWN
@given(st.data(), overridden())
def test_growth_only_adds(data: st.DataObject, pair: tuple[Intent, Intent]) -> None:
    small = plan_of(pair[1])
    large = build(data.draw(growths(pair[1])))
    later = {link.id: link for link in large.links}
    for link in small.links:
        assert replace(link, deployed=later[link.id].deployed) == later[link.id]
        assert later[link.id].deployed or not link.deployed
    for name, device in small.device.items():
        assert large.device[name] == device
    for name, ports in small.ports.items():
        now = {port.name: port for port in large.ports[name]}
        for port in ports:
            assert replace(port, enabled=now[port.name].enabled) == now[port.name]
    assert set(small.headroom) <= set(large.headroom)


@dataclass(frozen=True, slots=True)
class Replugged:
    """A cluster before and after links of one switch changed ports: which port became which."""

    switch: str
    before: Intent
    after: Intent
    ports: Mapping[str, str]


@st.composite
def replugged(draw: st.DrawFn) -> Replugged:
    """Draw a cluster, and the same with ports of one switch exchanged, spare ones among them."""
    intent = draw(intents())
    plan = plan_of(intent)
    names = {link.z.device for link in plan.links if link.kind != "border"} & plan.device.keys()
    switch = draw(st.sampled_from(sorted(names)))
    upper = {link.z.port: link for link in plan.links if link.z.device == switch}
    lower = {link.a.port for link in plan.links if link.a.device == switch}
    shared = [port.parent for port in plan.ports[switch]]
    kinds: dict[tuple[object, ...], list[str]] = {}
    for port in plan.ports[switch]:
        if port.name not in lower:
            lanes, split = port.lanes.count(","), shared.count(port.parent)
            kind = port.speed_gbps, lanes, split, port.fixed, port.autoneg
            kinds.setdefault(kind, []).append(port.name)
    ports = draw(st.sampled_from([one for one in kinds.values() if upper.keys() & one]))
    places = dict(zip(ports, draw(st.permutations(ports)), strict=True))
    rows = [
        PortOverride(link=upper[old].id, port=new, reason="drawn")
        for old, new in places.items()
        if old in upper and old != new
    ]
    overrides = Overrides(ports=tuple(draw(st.permutations(rows))))
    return Replugged(switch, intent, intent.model_copy(update={"overrides": overrides}), places)


def renamed(text: Any, ports: Mapping[str, str]) -> Any:
    """Return a part of a configuration with other names of ports."""
    match text:
        case dict():
            return {renamed(key, ports): renamed(value, ports) for key, value in text.items()}
        case list():
            return sorted(renamed(one, ports) for one in text)
    return re.sub(r"[A-Za-z]+[0-9]+", lambda found: ports.get(found[0], found[0]), text)


@DRAWN
@given(replugged())
def test_links_change_ports_and_nothing_else(drawn: Replugged) -> None:
    before, after = plan_of(drawn.before), plan_of(drawn.after)
    there = {
        link.id: drawn.ports.get(link.z.port, link.z.port)
        for link in before.links
        if link.z.device == drawn.switch
    }
    assert after.links == tuple(
        replace(link, z=replace(link.z, port=there.get(link.id, link.z.port)))
        for link in before.links
    )
    assert after.devices == before.devices
    assert (after.subnets, after.svis) == (before.subnets, before.svis)
    assert [(one.link.id, one.asn_a, one.asn_z) for one in after.sessions] == [
        (one.link.id, one.asn_a, one.asn_z) for one in before.sessions
    ]
    used = [(end.device, end.port) for link in after.links for end in (link.a, link.z) if end.port]
    assert doubles(used) == []


@DRAWN
@given(replugged())
def test_the_configuration_follows_the_ports(drawn: Replugged) -> None:
    """All that was said of a port is said of the one that its link has now, and nothing else."""
    before, after = plan_of(drawn.before), plan_of(drawn.after)
    old, new = (intended(plan, plan.device[drawn.switch]) for plan in (before, after))
    assert old.keys() == new.keys()
    assert new.get("BREAKOUT_CFG") == old.get("BREAKOUT_CFG")
    neighbours = {
        drawn.ports.get(port, port): row for port, row in old.get("DEVICE_NEIGHBOR", {}).items()
    }
    assert new.get("DEVICE_NEIGHBOR", {}) == neighbours
    for table in old.keys() - {"PORT", "BREAKOUT_CFG", "DEVICE_NEIGHBOR"}:
        assert renamed(new[table], {}) == renamed(old[table], drawn.ports), table
    for name, row in old["PORT"].items():
        now = new["PORT"][drawn.ports.get(name, name)]
        assert now["admin_status"] == row["admin_status"]
        assert now.get("description") == row.get("description")
        assert new["PORT"][name]["lanes"] == row["lanes"]


@DRAWN
@given(replugged())
def test_every_cable_is_there_once_under_the_name_it_had(drawn: Replugged) -> None:
    """A splitter is named after its cage; all other cables after their links."""
    before, after = plan_of(drawn.before), plan_of(drawn.after)
    old, new = before.cabled, after.cabled
    assert {one for cable in new.cables for one in cable.links} == {one.id for one in after.links}
    assert doubles(cable.id for cable in new.cables) == []
    assert (
        doubles((end.device, end.socket) for one in new.cables for end in one.ends if end.cage)
        == []
    )
    moved = {one.link for one in drawn.after.overrides.ports}
    names = {one.id for one in new.cables}
    assert {one.id for one in old.cables if not moved & set(one.links)} <= names
    alone = {one.id for one in old.cables if one.links[0] == one.id}
    assert {one.id for one in new.cables if one.links[0] == one.id} == alone


@DRAWN
@given(st.data(), intents())
def test_lengths_as_built_are_those_of_the_links_they_name(
    data: st.DataObject, intent: Intent
) -> None:
    before = plan_of(intent)
    cables = [one for one in before.cabled.cables if one.part]
    chosen = data.draw(
        st.lists(st.sampled_from(cables), max_size=4, unique_by=lambda one: one.links)
    )
    rows = tuple(
        LengthOverride(
            link=data.draw(st.sampled_from(one.links)),
            length_m=data.draw(st.floats(0.5, one.length_m)),
            reason="drawn",
        )
        for one in chosen
    )
    built = intent.model_copy(update={"overrides": Overrides(lengths=rows)})
    after = plan_of(built)
    length_m = {
        link: row.length_m for row, one in zip(rows, chosen, strict=True) for link in one.links
    }
    for old, new in zip(before.links, after.links, strict=True):
        assert replace(new, length=old.length) == old
        assert new.length.length_m == length_m.get(old.id, old.length.length_m)
        assert new.length.assumed == (old.length.assumed and old.id not in length_m)
    assert after.cabled.modules == before.cabled.modules
    for was, now in zip(before.cabled.cables, after.cabled.cables, strict=True):
        assert (now.id, now.medium, now.bundle) == (was.id, was.medium, was.bundle)
        if was.links[0] in length_m:
            assert length_m[was.links[0]] <= now.length_m <= was.length_m
        else:
            assert now == was

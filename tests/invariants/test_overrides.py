"""Overrides of ASNs and extra links: drawn into drawn clusters, they change only what they name."""

from dataclasses import replace
from itertools import combinations

from hypothesis import given, reject
from hypothesis import strategies as st
from netaddr import IPNetwork

from railwright.emitters.sonic_config import intended
from railwright.intent.model import Intent
from railwright.intent.overrides import AsnOverride, LinkOverride, Overrides, SwitchPort
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

"""Routes: everything that shall meet does, in every pod; what is isolated never does."""

from dataclasses import replace

from hypothesis import given

from railwright.intent.model import Intent
from railwright.intent.networks import ComputeNetwork
from railwright.plan.build import build
from railwright.plan.model import BgpSession, Plan
from tests.invariants import bgp
from tests.invariants.plans import DRAWN, plan_of, switches
from tests.invariants.strategies import intents, make

PODS = ComputeNetwork(design="three-tier", leaf="cx864e-n", rails=2, nodes_per_su=2, sus_per_pod=2)


@DRAWN
@given(intents())
def test_leaves_reach_each_other_and_nobody_else(intent: Intent) -> None:
    plan = plan_of(intent)
    # A router outside may join networks, so the plan's own links have to prove it.
    found = bgp.speakers(one for one in plan.sessions if one.link.kind == "fabric")
    domains = bgp.domains(plan)
    domain_of = {name: key for key, names in domains.items() for name in names}
    for names in domains.values():
        for origin in names:
            routes = bgp.reached(found, origin)
            heard = {name for name in routes if name in domain_of}
            assert heard == names


@DRAWN
@given(intents())
def test_no_path_goes_down_and_up_again(intent: Intent) -> None:
    """A path climbs to the tier where both ends meet and descends: no leaf or pod is transit."""
    plan = plan_of(intent)
    found = bgp.speakers(plan.sessions)
    tiers = {device.asn: device.role for device in plan.switches}
    for names in bgp.domains(plan).values():
        for origin in names:
            for name, path in bgp.reached(found, origin).items():
                roles = [tiers.get(asn, "border") for asn in path]
                assert roles[:-1].count("leaf") == 0, (origin, name, path)
                assert roles.count("spine") <= 2
                assert roles.count("superspine") <= 1


@DRAWN
@given(intents())
def test_both_ends_of_a_session_agree(intent: Intent) -> None:
    plan = plan_of(intent)
    borders = {
        name: border.peer_asn
        for name in ("storage", "inband", "oob")
        if (network := getattr(intent.networks, name)) and (border := network.border)
    }
    for session in plan.sessions:
        link = session.link
        assert link.deployed
        assert session.asn_a == plan.device[link.a.device].asn
        if link.kind == "border":
            assert session.asn_z == borders[link.network]
        else:
            assert session.asn_z == plan.device[link.z.device].asn
        assert session.asn_a != session.asn_z
    routed = [link for link in plan.links if link.kind in {"fabric", "border"} and link.deployed]
    assert [session.link for session in plan.sessions] == routed


@DRAWN
@given(intents())
def test_the_border_hears_every_leaf(intent: Intent) -> None:
    plan = plan_of(intent)
    found = bgp.speakers(plan.sessions)
    for network in ("storage", "inband", "oob"):
        settings = getattr(intent.networks, network)
        for leaf in switches(plan, network, "leaf") if settings and settings.border else ():
            assert settings.border.router in bgp.reached(found, leaf.name)


def with_asn(plan: Plan, name: str, asn: int) -> tuple[BgpSession, ...]:
    """Return the sessions as if a switch had another ASN."""
    return tuple(
        replace(
            session,
            asn_a=asn if session.link.a.device == name else session.asn_a,
            asn_z=asn if session.link.z.device == name else session.asn_z,
        )
        for session in plan.sessions
    )


def test_a_leaf_with_the_asn_of_another_is_not_heard_there() -> None:
    """What the simulation is for: it notices when the ASN plan is wrong."""
    plan = build(make(PODS, 12, 12))
    one, other = plan.device["pod1-su1-rail0-leaf"], plan.device["pod3-su1-rail1-leaf"]
    assert other.asn is not None
    found = bgp.speakers(with_asn(plan, one.name, other.asn))
    (leaves,) = bgp.domains(plan).values()
    assert bgp.lost(bgp.speakers(plan.sessions), leaves) == []
    assert bgp.lost(found, leaves) == [(one.name, other.name), (other.name, one.name)]


def test_pods_whose_spines_share_an_asn_do_not_hear_each_other() -> None:
    plan = build(make(PODS, 12, 12))
    shared = plan.device["pod1-spine1"].asn
    assert shared is not None
    sessions = plan.sessions
    for spine in switches(plan, "compute", "spine"):
        if spine.pod == 2:
            sessions = with_asn(replace(plan, sessions=sessions), spine.name, shared)
    found = bgp.speakers(sessions)
    assert "pod2-su1-rail0-leaf" not in bgp.reached(found, "pod1-su1-rail0-leaf")
    assert "pod3-su1-rail0-leaf" in bgp.reached(found, "pod1-su1-rail0-leaf")

"""Growth within capacity only adds: what stands today keeps every name, cable and number."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from railwright.intent.model import Intent
from railwright.plan.build import build
from railwright.plan.model import Plan
from tests.invariants.plans import DRAWN, plan_of
from tests.invariants.strategies import growths, intents


@st.composite
def grown(draw: st.DrawFn) -> tuple[Intent, Intent]:
    """Draw a cluster and the same with more deployed of any population."""
    intent = draw(intents())
    return intent, draw(growths(intent))


def both(pair: tuple[Intent, Intent]) -> tuple[Plan, Plan]:
    return plan_of(pair[0]), build(pair[1])


@DRAWN
@given(grown())
def test_devices_addresses_and_asns_stay(pair: tuple[Intent, Intent]) -> None:
    """A device is its name, place, platform, addresses and ASN; all of it stays."""
    small, large = both(pair)
    for name, device in small.device.items():
        assert large.device[name] == device
    assert set(small.subnets) <= set(large.subnets)
    assert small.fabrics.keys() == large.fabrics.keys()
    assert set(small.headroom) <= set(large.headroom)


@DRAWN
@given(grown())
def test_links_and_sessions_stay(pair: tuple[Intent, Intent]) -> None:
    """A link only goes from reserved to deployed."""
    small, large = both(pair)
    later = {link.id: link for link in large.links}
    for link in small.links:
        assert replace(link, deployed=later[link.id].deployed) == later[link.id]
        assert later[link.id].deployed or not link.deployed
    live = {session.link.id: session for session in large.sessions}
    for session in small.sessions:
        assert live[session.link.id] == session


@DRAWN
@given(grown())
def test_ports_and_gateways_stay(pair: tuple[Intent, Intent]) -> None:
    """A port keeps lanes, speed and use, so that growth only sets its admin status."""
    small, large = both(pair)
    for device, rows in small.ports.items():
        later = {port.name: port for port in large.ports[device]}
        for port in rows:
            assert replace(port, enabled=later[port.name].enabled) == later[port.name]
            assert later[port.name].enabled or not port.enabled
    gateways = {(svi.device, svi.vlan): svi for svi in large.svis}
    for svi in small.svis:
        now = gateways[svi.device, svi.vlan]
        assert (now.prefix, now.gateway) == (svi.prefix, svi.gateway)


@DRAWN
@given(intents())
def test_the_full_capacity_leaves_nothing_to_come(intent: Intent) -> None:
    """Everything is live then, but for leaves that a last pod has and no node needs."""
    nodes = intent.nodes
    full = {
        name: one.model_copy(update={"count": one.reserved})
        for name in ("gpu", "storage", "management", "pdus")
        if (one := getattr(nodes, name)) is not None
    }
    plan = plan_of(intent.model_copy(update={"nodes": nodes.model_copy(update=full)}))
    shape = plan.shape
    never = [link for link in plan.links if not link.deployed]
    assert all(link.a.device.startswith(f"pod{shape.pods}-su") for link in never)
    assert never == [] or shape.sus_deployed % shape.sus

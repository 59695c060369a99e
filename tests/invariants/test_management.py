"""In-band and out-of-band: every port has its cable, no subnet spans two switches."""

from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given

from railwright.intent.model import Intent
from railwright.plan.model import Link, Plan
from tests.invariants.plans import DRAWN, doubles, plan_of, switches
from tests.invariants.strategies import intents

NETWORKS = ("inband", "oob")


def access_links(plan: Plan, network: str) -> list[Link]:
    return [link for link in plan.links if (link.kind, link.network) == ("access", network)]


def members(plan: Plan, network: str) -> Iterator[tuple[str, str, str]]:
    """Yield device, port and address of everything that is on a management network."""
    for device in plan.devices:
        if device.is_node == (network == "inband"):
            yield device.name, "eth0", device.management.address
        if network == "oob" and device.bmc:
            yield device.name, "bmc", device.bmc.address
        if network == "oob" and device.oob:
            yield device.name, "oob0", device.oob.address


@DRAWN
@given(intents())
@pytest.mark.parametrize("network", NETWORKS)
def test_every_management_port_has_one_cable(network: str, intent: Intent) -> None:
    """Where the network is planned; BMCs, PDUs and eth0 of all switches, the access ones too."""
    plan = plan_of(intent)
    links = access_links(plan, network)
    cabled = {(link.a.device, link.a.port, link.a.address) for link in links if link.deployed}
    if network in plan.fabrics:
        assert cabled == set(members(plan, network))
    else:
        assert not links
        assert not switches(plan, network, "leaf")


@DRAWN
@given(intents())
@pytest.mark.parametrize("network", NETWORKS)
def test_no_subnet_is_on_two_switches(network: str, intent: Intent) -> None:
    plan = plan_of(intent)
    svis = [svi for svi in plan.svis if svi.network == network]
    assert doubles(svi.prefix for svi in svis) == []
    assert doubles((svi.device, svi.vlan) for svi in svis) == []
    by_prefix = {svi.prefix: svi for svi in svis}
    for link in access_links(plan, network):
        svi = by_prefix[link.prefix]
        assert (link.z.device, link.vlan, link.z.address) == (svi.device, svi.vlan, svi.gateway)
        assert plan.device[svi.device].role == "leaf"


@DRAWN
@given(intents())
def test_access_switches_serve_somebody_and_not_themselves(intent: Intent) -> None:
    """An access switch without a live port is not bought; none depends on itself for eth0."""
    plan = plan_of(intent)
    for network in NETWORKS:
        links = access_links(plan, network)
        live = Counter(link.z.device for link in links if link.deployed)
        assert set(live) == {leaf.name for leaf in switches(plan, network, "leaf")}
        assert not [link for link in links if link.a.device == link.z.device]
        subnets = {svi.prefix for svi in plan.svis if svi.network == network}
        for leaf in switches(plan, network, "leaf"):
            own = {svi.prefix for svi in plan.svis if svi.device == leaf.name}
            assert own <= subnets
            assert leaf.management.subnet not in own, "one subnet on eth0 and on a VLAN"


@DRAWN
@given(intents())
def test_requests_are_relayed_to_servers_on_other_vlans(intent: Intent) -> None:
    plan = plan_of(intent)
    servers = [device for device in plan.devices if device.role == "management_node"]
    for svi in plan.svis:
        if svi.network == "compute":
            assert svi.relay == ()
            continue
        places = [one.management if svi.network == "inband" else one.oob for one in servers]
        here = any(place and place.subnet == svi.prefix for place in places)
        expected = () if here else tuple(place.address for place in places if place)
        assert svi.relay == expected

"""The way out: uplinks of spines to a router outside the plan, and their sessions."""

from collections import Counter
from ipaddress import IPv4Address

import pytest

from railwright.plan.border import border_of
from railwright.plan.model import Link, Plan
from tests.unit.plan.made import ALL_NETWORKS, planned

INBAND_BORDER = {
    "networks": {"inband": {"border": {"router": "core9", "peer_asn": 65000}}},
}


def borders(plan: Plan) -> list[Link]:
    return [link for link in plan.links if link.kind == "border"]


def test_every_spine_has_its_uplinks() -> None:
    plan = planned(ALL_NETWORKS)
    per_spine = Counter(link.a.device for link in borders(plan))
    spines = {one.name for one in plan.switches if (one.role, one.network) == ("spine", "storage")}
    assert per_spine == dict.fromkeys(spines, 2)
    for link in borders(plan):
        assert (link.z.device, link.z.port, link.deployed) == ("edge", "", True)
        assert link.network == "storage"
        assert link.id == f"{link.a.device}:{link.a.port}"
        assert int(IPv4Address(link.a.address)) == int(IPv4Address(link.z.address)) + 1
        assert link.prefix == f"{link.z.address}/31"
    assert "edge" not in plan.device
    assert "edge" not in plan.links_of


def test_addresses_and_ports_are_used_once() -> None:
    plan = planned(ALL_NETWORKS, INBAND_BORDER)
    routed = [link for link in plan.links if link.kind in {"fabric", "border", "host"}]
    addresses = [end.address for link in routed for end in (link.a, link.z)]
    assert len(addresses) == len(set(addresses))
    ports = Counter((link.a.device, link.a.port) for link in plan.links)
    assert set(ports.values()) == {1}


def test_every_uplink_has_a_session_with_the_routers_asn() -> None:
    plan = planned(ALL_NETWORKS, INBAND_BORDER)
    sessions = [one for one in plan.sessions if one.link.kind == "border"]
    assert len(sessions) == len(borders(plan))
    for session in sessions:
        border = border_of(plan.intent, session.link.network)
        assert border is not None
        assert session.asn_z == border.peer_asn
        assert session.asn_a == plan.device[session.link.a.device].asn
    assert {one.asn_z for one in sessions} == {64512, 65000}


def test_uplinks_take_free_cages_and_move_no_other_cable() -> None:
    without = planned(ALL_NETWORKS, {"networks": {"storage": {"border": None}}})
    plan = planned(ALL_NETWORKS)
    others = {link.id: link for link in plan.links if link.kind != "border"}
    assert others == {link.id: link for link in without.links}
    before, after = without.fabrics["storage"], plan.fabrics["storage"]
    spine = "storage-spine1"
    used = {port.name for port in plan.ports[spine] if port.use == "border"}
    assert after.spare_cages_spine == before.spare_cages_spine - len(used)
    spare = [port for port in plan.ports[spine] if port.use == "spare" and not port.fixed]
    assert after.spare_cages_spine == len({port.cage for port in spare})
    assert used == {link.a.port for link in borders(plan) if link.a.device == spine}
    assert all(port.enabled for port in plan.ports[spine] if port.use == "border")


@pytest.mark.parametrize(
    ("network", "router"),
    [("compute", None), ("storage", "edge"), ("inband", "core9"), ("oob", None), (None, None)],
)
def test_border_of_a_network(network: str | None, router: str | None) -> None:
    intent = planned(ALL_NETWORKS, INBAND_BORDER).intent
    border = border_of(intent, network)  # type: ignore[arg-type]
    assert (border.router if border else None) == router


def test_no_storage_no_border() -> None:
    intent = planned().intent
    assert border_of(intent, "storage") is None

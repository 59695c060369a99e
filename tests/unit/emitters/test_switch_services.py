"""What switches ask for services, and that they ask over OOB whatever their fabric leads to."""

from typing import Any

import pytest

from railwright.emitters.sonic_config import intended
from railwright.plan.model import Plan
from tests.unit.plan.made import ALL_NETWORKS, planned

MANAGEMENT_SERVERS = ("10.50.1.10", "10.50.2.10")
LEGS = ("10.66.1.11", "10.66.2.11")
BEYOND = "192.0.2.7"
SERVICES = {
    "dns_servers": [MANAGEMENT_SERVERS[0], BEYOND],
    "ntp_servers": [*MANAGEMENT_SERVERS],
    "syslog_servers": [MANAGEMENT_SERVERS[1]],
    "tacacs": {"servers": [MANAGEMENT_SERVERS[1]], "passkey": {"secret": "tac_key"}},
}
BORDER = {"router": "edge2", "peer_asn": 64513}


@pytest.fixture(scope="module")
def plan() -> Plan:
    return planned(ALL_NETWORKS, {"services": SERVICES})


def test_management_servers_are_asked_on_their_own_legs(plan: Plan) -> None:
    servers = [one for one in plan.devices if one.role == "management_node"]
    assert [one.management.address for one in servers] == list(MANAGEMENT_SERVERS)
    assert [one.oob.address for one in servers if one.oob] == list(LEGS)
    for device in plan.switches:
        config = intended(plan, device)
        assert list(config["DNS_NAMESERVER"]) == [LEGS[0], BEYOND]
        assert list(config["NTP_SERVER"]) == [*LEGS]
        assert list(config["SYSLOG_SERVER"]) == [LEGS[1]]
        assert list(config["TACPLUS_SERVER"]) == [LEGS[1]]


def test_without_oob_switches_they_are_asked_where_the_intent_says() -> None:
    plan = planned(ALL_NETWORKS, {"services": SERVICES, "networks": {"oob": None}})
    config = intended(plan, plan.device["su1-rail0-leaf"])
    assert list(config["NTP_SERVER"]) == [*MANAGEMENT_SERVERS]


def forced(plan: Plan, name: str) -> Any:
    (row,) = intended(plan, plan.device[name])["MGMT_INTERFACE"].values()
    return row.get("forced_mgmt_routes")


def test_a_fabric_with_a_way_out_does_not_take_the_switches_own_traffic(plan: Plan) -> None:
    expected = ["10.64.0.0/13", f"{BEYOND}/32"]
    for name in ("storage-spine1", "storage1-leaf"):
        assert forced(plan, name) == expected
    for name in ("su1-rail0-leaf", "spine1", "inband1-leaf", "oob1-leaf", "oob-spine1"):
        assert forced(plan, name) is None
    for device in plan.switches:
        (row,) = intended(plan, device)["MGMT_INTERFACE"].values()
        assert row["gwaddr"] == device.management.gateway


def test_the_oob_fabric_itself_is_the_way_to_everything_on_oob() -> None:
    borders = {"inband": {"border": BORDER}, "oob": {"border": BORDER}}
    plan = planned(ALL_NETWORKS, {"services": SERVICES, "networks": borders})
    assert forced(plan, "inband1-leaf") == ["10.64.0.0/13", f"{BEYOND}/32"]
    assert forced(plan, "oob1-leaf") is None

"""A server's storage ports: both in use, each its own table, and the way out of the cluster."""

from itertools import chain

import pytest

from railwright.emitters import node_config
from railwright.plan.model import Plan
from tests.unit.emitters.node_files import (
    Settings,
    interfaces_of,
    routes_of,
    rules_of,
    sections_of,
    text_of,
)
from tests.unit.plan.made import ALL_NETWORKS, planned

IPV6 = {"pools": {"ipv6": "fd00:1024::/48"}}
NO_BORDER = {"networks": {"storage": {"border": None}}}
KERNEL_MAIN_RULE = 32766

STORAGE0 = """\
[Match]
Name=storage0

[Link]
MTUBytes=9000
RequiredForOnline=no

[Network]
Description=storage1-leaf Ethernet0
LinkLocalAddressing=no
IPv6AcceptRA=no
LLDP=no
ConfigureWithoutCarrier=yes
Address=10.32.1.1/31

[Route]
Destination=10.32.0.0/15
MultiPathRoute=10.32.1.0@storage0
MultiPathRoute=10.33.1.0@storage1

[Route]
Destination=10.32.0.0/15
Gateway=10.32.1.0
PreferredSource=10.32.1.1
Metric=2048

[Route]
Destination=0.0.0.0/0
MultiPathRoute=10.32.1.0@storage0
MultiPathRoute=10.33.1.0@storage1
Table=210

[Route]
Destination=0.0.0.0/0
Gateway=10.32.1.0
PreferredSource=10.32.1.1
Metric=2048
Table=210

[Route]
Destination=0.0.0.0/0
Gateway=10.32.1.0
PreferredSource=10.32.1.1
Table=200

[RoutingPolicyRule]
From=10.32.1.1/32
Table=200
Priority=1100
"""

LEG = """\
[Match]
Name=oob0

[Link]
RequiredForOnline=no

[Network]
Description=out-of-band network
LinkLocalAddressing=no
IPv6AcceptRA=no
LLDP=no
ConfigureWithoutCarrier=yes
Address=10.66.1.11/24

[Route]
Destination=10.64.0.0/13
Gateway=10.66.1.1
PreferredSource=10.66.1.11

[Route]
Destination=10.66.1.0/24
PreferredSource=10.66.1.11
Table=300

[Route]
Destination=0.0.0.0/0
Gateway=10.66.1.1
PreferredSource=10.66.1.11
Table=300

[RoutingPolicyRule]
From=10.66.1.11/32
Table=300
Priority=1200
"""


@pytest.fixture(scope="module")
def plan() -> Plan:
    return planned(ALL_NETWORKS)


@pytest.fixture(scope="module")
def closed() -> Plan:
    """The same without a border."""
    return planned(ALL_NETWORKS, NO_BORDER)


def in_table(routes: list[Settings], table: int | None) -> list[Settings]:
    wanted = None if table is None else str(table)
    return [route for route in routes if route.get("Table") == wanted]


def test_the_file_of_a_storage_port(plan: Plan) -> None:
    assert text_of(plan, "storage01", "storage0") == STORAGE0


def test_the_file_of_a_management_servers_leg(plan: Plan) -> None:
    assert text_of(plan, "mgmt01", "oob0") == LEG
    assert text_of(plan, "mgmt02", "oob0") == LEG.replace("10.66.1.", "10.66.2.")


def test_every_server_has_a_file_for_each_of_its_ports_and_for_no_other(plan: Plan) -> None:
    for node in plan.nodes:
        expected = {"lo", *(port.name for port in plan.ports[node.name])}
        expected |= {"oob0"} if node.role == "management_node" else set()
        assert interfaces_of(plan, node.name) == expected
        for interface in expected:
            (match,) = sections_of(plan, node.name, interface, "Match")
            assert match == {"Name": interface}


def test_without_oob_switches_there_is_no_leg() -> None:
    plan = planned(ALL_NETWORKS, {"networks": {"oob": None}})
    assert plan.device["mgmt01"].oob is None
    assert "oob0" not in interfaces_of(plan, "mgmt01")
    # somebody else's OOB network is still no traffic for the border
    assert str(plan.intent.pools.oob) in "".join(map(str, rules_of(plan, "mgmt01", "lo")))


def test_both_ports_share_their_routes_and_stand_in_for_each_other(plan: Plan) -> None:
    for node in plan.nodes:
        ways = " ".join(
            f"{plan.links_of[node.name][port].z.address}@{port}"
            for port in ("storage0", "storage1")
        )
        for port in ("storage0", "storage1"):
            routes = routes_of(plan, node.name, port)
            for table, goal in ((None, "10.32.0.0/15"), (210, "0.0.0.0/0")):
                shared, alone = in_table(routes, table)
                assert shared["Destination"] == alone["Destination"] == goal
                assert shared["MultiPathRoute"] == ways
                assert int(shared.get("Metric", 0)) < int(alone["Metric"])
                assert alone["Gateway"] == plan.links_of[node.name][port].z.address


def test_what_a_port_does_not_lead_to_is_unreachable_even_without_the_port(plan: Plan) -> None:
    for node in plan.nodes:
        behind = routes_of(plan, node.name, "lo")
        assert {route["Type"] for route in behind} == {"unreachable"}
        ports = [port.name for port in plan.ports[node.name]]
        own = {rule["Table"] for port in ports for rule in rules_of(plan, node.name, port)}
        assert {route.get("Table") for route in behind} == {None, *own}
        assert {route["Destination"] for route in behind if "Table" in route} == {"0.0.0.0/0"}
        pools = {route["Destination"] for route in in_table(behind, None)}
        rails = {"10.16.0.0/12"} if node.role == "gpu_node" else set()
        assert pools == {"10.32.0.0/15", *rails}
        written = chain.from_iterable(routes_of(plan, node.name, port) for port in ports)
        highest = max(int(route.get("Metric", 0)) for route in written)
        assert all(int(route["Metric"]) > highest for route in behind)


def test_rails_are_never_a_way_out(plan: Plan) -> None:
    for node in plan.gpu_nodes:
        for port in plan.ports[node.name]:
            if port.name.startswith("rail"):
                goals = {route["Destination"] for route in routes_of(plan, node.name, port.name)}
                assert "0.0.0.0/0" not in goals


def test_the_way_out_is_asked_after_the_management_networks_and_before_their_default_route(
    plan: Plan,
) -> None:
    for node in plan.nodes:
        rules = rules_of(plan, node.name, "lo")
        pools = ["10.48.0.0/13"] + ["10.64.0.0/13"] * (node.role == "management_node")
        ends = [{end: pool} for pool in pools for end in ("From", "To")]
        assert rules == [
            *({**end, "Table": "254", "Priority": "32750"} for end in ends),
            {
                "Family": "ipv4",
                "SuppressPrefixLength": "0",
                "Table": "254",
                "Priority": "32751",
            },
            {"Family": "ipv4", "Table": "210", "Priority": "32752"},
        ]
        assert all(int(rule["Priority"]) < KERNEL_MAIN_RULE for rule in rules)


def test_without_a_border_nothing_leads_out(closed: Plan) -> None:
    for node in closed.nodes:
        assert rules_of(closed, node.name, "lo") == []
        for port in ("storage0", "storage1"):
            goals = {route["Destination"] for route in routes_of(closed, node.name, port)}
            assert goals == {"10.32.0.0/15"}


def test_ipv6_takes_the_same_ways_and_joins_equal_routes_by_itself() -> None:
    plan = planned(ALL_NETWORKS, IPV6)
    own = ("fd00:1024:0:4::101", "fd00:1024:0:4::1:101")
    metrics = set()
    for number, address in enumerate(own):
        port = f"storage{number}"
        (network,) = sections_of(plan, "storage01", port, "Network")
        assert network["Address"].split()[1] == f"{address}/127"
        assert network["LinkLocalAddressing"] == "ipv6"
        six = [one for one in routes_of(plan, "storage01", port) if ":" in one["Destination"]]
        gateway = address.removesuffix("1") + "0"
        way = {"Gateway": gateway, "PreferredSource": address}
        assert six == [
            {"Destination": "fd00:1024:0:4::/111", **way},
            {"Destination": "::/0", **way, "Table": "210"},
            {"Destination": "::/0", **way, "Table": f"{200 + number}"},
        ]
        metrics |= {route.get("Metric") for route in six}
        assert rules_of(plan, "storage01", port)[1] == {
            "From": f"{address}/128",
            "Table": f"{200 + number}",
            "Priority": f"{1100 + number}",
        }
    assert metrics == {None}
    families = [rule.get("Family") for rule in rules_of(plan, "storage01", "lo")]
    assert families.count("ipv4") == families.count("ipv6") == 2


@pytest.mark.parametrize(("changes", "families"), [({}, ("ipv4",)), (IPV6, ("ipv4", "ipv6"))])
def test_routes_over_ports_without_carrier_count_as_none(
    changes: dict[str, dict[str, str]], families: tuple[str, ...]
) -> None:
    plan = planned(ALL_NETWORKS, changes)
    tree = node_config.files(plan, plan.device["gpu0001"], "host_network")
    (file,) = [one for one in tree if one.path.startswith("etc/sysctl.d/")]
    lines = file.content.decode().splitlines()
    assert [line for line in lines if "ignore_routes_with_linkdown" in line] == [
        f"net.{family}.conf.all.ignore_routes_with_linkdown = 1" for family in families
    ]

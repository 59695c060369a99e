"""A node's files: one table per rail, a way back in, no way out."""

import configparser
from ipaddress import IPv4Address, IPv4Network

import pytest

from railwright.emitters import node_config
from railwright.plan.model import Plan
from tests.unit.emitters.node_stacks import stacked
from tests.unit.plan.made import ALL_NETWORKS, compute_plan, planned


@pytest.fixture(scope="module")
def plan() -> Plan:
    return compute_plan(8, leaf="cx864e-n", nodes_per_su=4)


def sections(text: str) -> list[tuple[str, dict[str, str]]]:
    """Return networkd sections in order; names repeat, which configparser alone refuses."""
    found: list[tuple[str, dict[str, str]]] = []
    for block in text.strip().split("\n\n"):
        parser = configparser.ConfigParser(interpolation=None)
        parser.optionxform = str  # type: ignore[assignment,method-assign]
        parser.read_string(block)
        found.append((parser.sections()[0], dict(parser[parser.sections()[0]])))
    return found


def rail_file(plan: Plan, node: str, rail: int) -> list[tuple[str, dict[str, str]]]:
    tree = node_config.files(plan, plan.device[node], "host_network")
    path = f"etc/systemd/network/50-railwright-rail{rail}.network"
    return sections(next(file.content.decode() for file in tree if file.path == path))


def test_every_rail_has_address_table_and_rule_of_its_own(plan: Plan) -> None:
    seen = set()
    for rail in range(8):
        link = plan.links_of["gpu0005"][f"rail{rail}"]
        found = rail_file(plan, "gpu0005", rail)
        assert ("Address", f"{link.a.address}/31") in found[2][1].items()
        routes = [values for name, values in found if name == "Route"]
        rules = [values for name, values in found if name == "RoutingPolicyRule"]
        assert [route.get("Table") for route in routes] == [None, str(100 + rail)]
        assert {route["Gateway"] for route in routes} == {link.z.address}
        assert rules == [
            {"From": f"{link.a.address}/32", "Table": str(100 + rail), "Priority": str(1000 + rail)}
        ]
        seen.add(rules[0]["Table"])
    assert len(seen) == 8


def test_the_main_table_reaches_a_rail_by_that_rail_only(plan: Plan) -> None:
    for rail in range(8):
        main = next(values for name, values in rail_file(plan, "gpu0001", rail) if name == "Route")
        prefix = IPv4Network(main["Destination"])
        for node in plan.gpu_nodes:
            for other in range(8):
                address = IPv4Address(plan.links_of[node.name][f"rail{other}"].a.address)
                assert (address in prefix) == (other == rail)


def test_the_pool_is_unreachable_in_main_and_everything_in_every_rail_table(plan: Plan) -> None:
    tree = node_config.files(plan, plan.device["gpu0001"], "host_network")
    text = next(file.content.decode() for file in tree if file.path.endswith("lo.network"))
    routes = [values for name, values in sections(text) if name == "Route"]
    assert {route["Type"] for route in routes} == {"unreachable"}
    expected = {str(100 + rail): "0.0.0.0/0" for rail in range(8)} | {"main": "10.16.0.0/12"}
    assert {route.get("Table", "main"): route["Destination"] for route in routes} == expected
    assert len(routes) == 9


def test_nothing_matches_foreign_interfaces(plan: Plan) -> None:
    for node in plan.gpu_nodes:
        for file in node_config.files(plan, node, "host_network"):
            if file.path.endswith(".network"):
                name = dict(sections(file.content.decode())[0][1])["Name"]
                assert name == "lo" or name.startswith("rail")
                assert "*" not in name


def test_lldp_names_the_node_and_its_rails(plan: Plan) -> None:
    (file,) = node_config.files(plan, plan.device["gpu0003"], "lldp")
    text = file.content.decode()
    assert "configure system hostname gpu0003\n" in text
    assert "configure lldp portidsubtype ifname\n" in text
    assert ",".join(f"rail{rail}" for rail in range(8)) in text


WAIT = "etc/systemd/system/systemd-networkd-wait-online.service.d/50-railwright.conf"


@pytest.mark.parametrize(
    ("node", "ports"),
    [
        ("gpu0001", [*(f"rail{rail}" for rail in range(8)), "storage0", "storage1"]),
        ("storage01", ["storage0", "storage1"]),
        ("mgmt01", ["storage0", "storage1", "oob0"]),
    ],
)
def test_a_system_is_online_with_any_of_its_ports_or_after_half_a_minute(
    node: str, ports: list[str]
) -> None:
    plan = planned(ALL_NETWORKS)
    tree = node_config.files(plan, plan.device[node], "host_network")
    text = next(file.content.decode() for file in tree if file.path == WAIT)
    head, replaced, command = text.splitlines()
    # Without the empty line the unit would have two commands, and the package's own would wait.
    assert (head, replaced) == ("[Service]", "ExecStart=")
    program, *words = command.removeprefix("ExecStart=").split()
    assert program == "/lib/systemd/systemd-networkd-wait-online"
    assert words == ["--any", "--timeout=30", *(f"--interface={port}" for port in ports)]


def test_networkmanager_has_its_own_way_to_wait() -> None:
    plan = stacked(os="rocky-9")
    files = node_config.files(plan, plan.device["gpu0001"], "host_network")
    assert not [file.path for file in files if "networkd" in file.path]

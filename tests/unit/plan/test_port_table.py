"""Ports computed when asked for: every port of a switch, the cabled ones of a server."""

from collections.abc import Mapping

import pytest

from railwright.plan.model import Link, Plan, Port
from railwright.plan.port_table import KEPT, PortTable
from tests.unit.plan.made import ALL_NETWORKS, compute_plan, planned


@pytest.fixture(scope="module")
def plan() -> Plan:
    return planned(ALL_NETWORKS)


def by_name(ports: tuple[Port, ...]) -> Mapping[str, Port]:
    return {port.name: port for port in ports}


def test_it_is_a_table_of_the_deployed_devices(plan: Plan) -> None:
    assert isinstance(plan.ports, PortTable)
    assert list(plan.ports) == [device.name for device in plan.devices]
    assert len(plan.ports) == len(plan.devices)
    assert "gpu0001" in plan.ports
    assert "gpu0040" not in plan.ports
    with pytest.raises(KeyError):
        plan.ports["gpu0040"]


def test_a_switch_has_every_port_of_its_box_in_order(plan: Plan) -> None:
    for device in plan.switches:
        ports = plan.ports[device.name]
        platform = plan.platforms[device.platform]
        assert {port.cage for port in ports if not port.fixed} == {
            cage.cage for cage in platform.cages
        }
        assert {port.name for port in ports if port.fixed} == {
            port.name for port in platform.aux_ports
        }
        order = [(port.fixed, port.cage, port.subport) for port in ports]
        assert order == sorted(order)


def test_links_say_what_a_port_is_for_and_whether_it_is_up(plan: Plan) -> None:
    for device in plan.switches:
        links = plan.links_of[device.name]
        for port in plan.ports[device.name]:
            link = links.get(port.name)
            assert (port.use == "spare") == (link is None)
            assert port.enabled == (link is not None and link.deployed)
            if link:
                assert port.use == link.kind
                assert port.speed_gbps == link.speed_gbps


def test_every_link_of_a_device_ends_on_one_of_its_ports(plan: Plan) -> None:
    for device in plan.devices:
        ports = by_name(plan.ports[device.name])
        for name, link in plan.links_of[device.name].items():
            management = link.kind == "access" and link.a.device == device.name
            assert (name in ports) != management


def test_a_gpu_node_has_its_rails_and_its_storage_ports(plan: Plan) -> None:
    ports = by_name(plan.ports["gpu0001"])
    assert list(ports) == [*(f"rail{rail}" for rail in range(8)), "storage0", "storage1"]
    model = plan.node_model(plan.device["gpu0001"])
    for nic in model.nics:
        port = ports[f"rail{nic.rail}"]
        assert (port.alias, port.cage, port.speed_gbps) == (nic.cage, nic.rail, 400)
    for front in model.frontend[:2]:
        port = ports[f"storage{front.port}"]
        assert (port.alias, port.speed_gbps) == (front.cage, 200)
    assert {port.mtu_bytes for port in ports.values()} == {9000}
    assert all(port.enabled for port in ports.values())


def test_servers_have_storage_ports_and_pdus_none(plan: Plan) -> None:
    for name in ("storage01", "mgmt01"):
        assert list(by_name(plan.ports[name])) == ["storage0", "storage1"]
    assert plan.ports["pdu01"] == ()


def test_planes_are_ports_of_one_nic() -> None:
    plan = planned(
        {
            "nodes": {"gpu": {"model": "hgx-b300", "count": 8}},
            "networks": {"compute": {"nodes_per_su": 4}},
        }
    )
    ports = by_name(plan.ports["gpu0001"])
    assert {f"rail{rail}p{plane}" for rail in range(8) for plane in range(2)} == set(ports)
    assert ports["rail3p0"].alias == ports["rail3p1"].alias


def test_switch_ports_have_the_mtu_of_their_network() -> None:
    mtu = {
        "networks": {
            "compute": {"mtu_bytes": 9200},
            "storage": {"mtu_bytes": 4200, "host_mtu_bytes": 4000},
        }
    }
    plan = planned(ALL_NETWORKS, mtu)
    found = {
        device.network: {port.mtu_bytes for port in plan.ports[device.name]}
        for device in plan.switches
    }
    assert found == {"compute": {9200}, "storage": {4200}, "inband": {1500}, "oob": {1500}}
    hosts = {port.name: port.mtu_bytes for port in plan.ports["gpu0001"]}
    assert (hosts["rail0"], hosts["storage0"]) == (9000, 4000)


def test_what_was_forgotten_is_computed_again_alike() -> None:
    plan = compute_plan(128)
    names = [device.name for device in plan.devices]
    assert len(names) > KEPT
    first = plan.ports[names[0]]
    assert plan.ports[names[0]] is first
    for name in names[1:]:
        assert plan.ports[name]
    assert plan.ports[names[0]] == first


def test_links_of_a_border_are_only_those_of_the_spine(plan: Plan) -> None:
    found: list[Link] = [link for link in plan.links if link.kind == "border"]
    for link in found:
        port = by_name(plan.ports[link.a.device])[link.a.port]
        assert (port.use, port.enabled, port.speed_gbps) == ("border", True, link.speed_gbps)

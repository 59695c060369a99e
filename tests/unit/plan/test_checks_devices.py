"""Checks of servers, switches and routers against what they are to do, catalog entries changed."""

from collections.abc import Callable
from typing import Any

import pytest

from railwright.catalog import loader as catalog
from railwright.catalog.model import NodeModel, SwitchPlatform
from railwright.errors import IntentError, Problem
from railwright.plan import asn
from railwright.plan.checks import check
from railwright.plan.checks.hosts import check_hosts
from tests.unit.plan.made import ALL_NETWORKS, compute_plan, made, planned

ROUTER = {"router": "edge", "peer_asn": 64512}


def warnings(*changes: dict[str, Any]) -> dict[str, Problem]:
    return {one.path: one for one in check(planned(*changes))}


def changed(
    monkeypatch: pytest.MonkeyPatch, kind: str, name: str, update: dict[str, Any]
) -> NodeModel | SwitchPlatform:
    """Let the catalog say something else of one entry."""
    known: Callable[[str], Any] = getattr(catalog, kind)
    entry: NodeModel | SwitchPlatform = known(name).model_copy(update=update)
    monkeypatch.setattr(catalog, kind, lambda wanted: entry if wanted == name else known(wanted))
    return entry


def refused(*changes: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(IntentError) as caught:
        planned(*changes)
    return {one.path: one.what for one in caught.value.problems}


def test_a_server_without_storage_ports_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    changed(monkeypatch, "node", "management-server", {"frontend": ()})
    assert refused(ALL_NETWORKS) == {
        "nodes.management.model": "management-server has 0 storage ports, but a host is attached "
        "to both leaves of a pair; choose another model"
    }


def test_servers_without_fitting_management_ports_are_refused() -> None:
    intent = made(ALL_NETWORKS)
    models = {name: catalog.node(name) for name in ("dgx-h100", "storage-server")}
    models["management-server"] = catalog.node("management-server").model_copy(
        update={"inband": None, "bmc_speed_gbps": 10}
    )
    assert [(one.path, one.what.partition(";")[0]) for one in check_hosts(intent, models)] == [
        ("nodes.management.model", "management-server has no port for the in-band network"),
        (
            "nodes.management.model",
            "the BMC of management-server runs at 10G, the ports of the OOB network at 1G",
        ),
    ]


def test_management_ports_do_not_matter_without_access_switches() -> None:
    intent = made()
    model = catalog.node("dgx-h100").model_copy(update={"inband": None, "bmc_speed_gbps": 10})
    assert not list(check_hosts(intent, {"dgx-h100": model}))


def test_a_switch_without_lossless_buffers_cannot_carry_rdma(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    skus = catalog.switch("cx864e-n").skus
    bare = tuple(sku.model_copy(update={"buffers": None}) for sku in skus)
    changed(monkeypatch, "switch", "cx864e-n", {"skus": bare})
    found = refused()
    assert set(found) == {"networks.compute.leaf", "networks.compute.spine"}
    assert "so it cannot carry RDMA" in found["networks.compute.leaf"]


def test_a_speed_that_the_buffer_table_lacks_is_a_bound_that_the_user_is_shown() -> None:
    plan = planned(
        {"networks": {"storage": {"leaf": "7060x6-64pe", "speed_gbps": 200}, "compute": {}}}
    )
    rooms = [room for key, room in plan.headroom.items() if key.speed_gbps == 200]
    assert rooms
    assert all(room.method == "bound" and room.assumed for room in rooms)
    assert any("no row for 200G, so its headroom is a bound" in one for one in plan.assumptions)


def test_a_model_that_a_platform_lacks_is_refused_at_its_field() -> None:
    wanted = {"headroom": {"model": "dynamic"}}
    found = refused({"roce": wanted})
    assert "has no dynamic buffer model" in found["roce.headroom.model"]
    storage = {"leaf": "cx864e-n", "roce": wanted}
    found = refused({"networks": {"storage": storage}})
    assert "has no dynamic buffer model" in found["networks.storage.roce.headroom.model"]


def test_everything_has_an_owner_in_the_range_of_asns() -> None:
    plan = planned(ALL_NETWORKS)
    base, shapes = plan.intent.pools.asn_base, plan.fabrics.values()
    for device in plan.switches:
        assert device.asn is not None
        owner = asn.owner(device.asn, base, shapes)
        assert owner == (device.name if device.role == "leaf" else f"the {device.network} spines")
    for number in (64512, base, base - 1, base + 99, base + 1_000_000, base + 90_000_000):
        assert asn.owner(number, base, shapes) == ""


def test_superspines_have_an_asn_of_their_own() -> None:
    plan = compute_plan(1024, design="three-tier")
    base = plan.intent.pools.asn_base
    assert asn.owner(base, base, plan.fabrics.values()) == "the compute super-spines"


def test_one_router_for_two_networks_is_fine_and_two_asns_for_it_are_a_warning() -> None:
    networks: dict[str, Any] = {"storage": {"border": ROUTER}, "inband": {"border": ROUTER}}
    path = "networks.inband.border.peer_asn"
    assert path not in warnings(ALL_NETWORKS, {"networks": networks})
    networks["inband"] = {"border": ROUTER | {"peer_asn": 64513}}
    found = warnings(ALL_NETWORKS, {"networks": networks})[path]
    assert found.severity == "warning"
    assert "has ASN 64513 here and 64512 in networks.storage.border" in found.what


def test_services_on_devices_that_offer_none_are_warnings() -> None:
    plan = planned(ALL_NETWORKS)
    node, server = plan.device["gpu0001"], plan.device["mgmt01"]
    assert node.bmc is not None
    gateway = node.bmc.gateway
    services = {
        "dns_servers": [server.management.address, node.management.address, "192.0.2.1"],
        "syslog_servers": [gateway],
        "tacacs": {"servers": [node.bmc.address], "passkey": {"secret": "tacacs_key"}},
    }
    found = warnings(ALL_NETWORKS, {"services": services})
    on_services = {path: one for path, one in found.items() if path.startswith("services.")}
    assert {path: one.what.partition(",")[0] for path, one in on_services.items()} == {
        "services.dns_servers[1]": f"{node.management.address} is the address of gpu0001",
        "services.dns_servers[2]": "switches cannot reach 192.0.2.1: it is no management server "
        "and the OOB network has no way out; give a management server's address",
        "services.syslog_servers[0]": f"{gateway} is the address of the gateway of 10.64.1.0/24",
        "services.tacacs.servers[0]": f"{node.bmc.address} is the address of the BMC of gpu0001",
    }
    assert {one.severity for one in on_services.values()} == {"warning"}


def test_services_outside_are_no_warning_where_oob_has_a_way_out() -> None:
    services = {"services": {"dns_servers": ["192.0.2.1"]}}
    assert "services.dns_servers[0]" in warnings(ALL_NETWORKS, services)
    border = {"networks": {"oob": {"border": {"peer_asn": 64512}}}}
    assert "services.dns_servers[0]" not in warnings(ALL_NETWORKS, services, border)
    assert "services.dns_servers[0]" not in warnings(services)


def test_storage_servers_without_a_storage_network_are_a_warning() -> None:
    found = warnings({"nodes": {"storage": {"count": 2}}})["nodes.storage"]
    assert found.severity == "warning"
    assert "nodes.storage" not in warnings(ALL_NETWORKS)


def test_nics_that_share_a_vlan_are_a_warning() -> None:
    found = warnings({"networks": {"compute": {"attachment": "svi"}}})
    assert found["networks.compute.attachment"].severity == "warning"


def test_excluded_addresses_may_lie_in_a_pool_and_be_avoided_by_an_override() -> None:
    excluded = {"prefix": "10.48.1.12/32", "reason": "a printer"}
    pools = {"pools": {"excluded": [excluded]}}
    found = warnings(ALL_NETWORKS, pools)["pools.excluded[0].prefix"]
    assert (found.severity, "used by gpu0003 eth0;" in found.what) == ("error", True)
    pinned = {"device": "gpu0003", "address": "10.48.1.250", "reason": "a printer has it"}
    overrides = {"overrides": {"addresses": [pinned]}}
    assert "pools.excluded[0].prefix" not in warnings(ALL_NETWORKS, pools, overrides)


@pytest.mark.parametrize(
    ("prefix", "user"),
    [
        ("10.48.1.31/32", "gpu0022 eth0 (reserved)"),
        ("10.64.1.31/32", "gpu0022 bmc (reserved)"),
        ("10.48.4.1/32", None),
        ("10.48.1.100/31", None),
    ],
)
def test_excluded_addresses_of_hosts_that_will_come_count(prefix: str, user: str | None) -> None:
    pools = {"pools": {"excluded": [{"prefix": prefix, "reason": "a printer"}]}}
    found = warnings(ALL_NETWORKS, pools).get("pools.excluded[0].prefix")
    assert (found is None) == (user is None)
    assert user is None or (found is not None and f"used by {user};" in found.what)


def test_unmarked_traffic_in_a_lossless_class_is_a_warning() -> None:
    assert not {"roce.data_dscp", "networks.storage.roce.data_dscp"} & warnings(ALL_NETWORKS).keys()
    unmarked = {"roce": {"data_dscp": 0}, "networks": {"storage": {"roce": {"data_dscp": 0}}}}
    found = warnings(ALL_NETWORKS, unmarked)
    assert "lossless priority 3" in found["roce.data_dscp"].what
    assert "lossless priority 2" in found["networks.storage.roce.data_dscp"].what

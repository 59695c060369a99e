"""Access switches: VLANs, DHCP relay and routed uplinks, and nothing of RDMA."""

import pytest

from railwright.emitters.sonic_config import intended
from railwright.plan.model import Device, Plan
from railwright.sonic.configdb import ConfigDb
from railwright.sonic.tables import Rows
from tests.unit.plan.made import ALL_NETWORKS, planned

RDMA_TABLES = {
    "BUFFER_PG",
    "BUFFER_POOL",
    "BUFFER_PROFILE",
    "BUFFER_QUEUE",
    "CABLE_LENGTH",
    "DSCP_TO_TC_MAP",
    "PFC_WD",
    "PORT_QOS_MAP",
    "QUEUE",
    "SCHEDULER",
    "WRED_PROFILE",
}


@pytest.fixture(scope="module")
def cluster() -> Plan:
    return planned(ALL_NETWORKS)


@pytest.fixture(scope="module")
def access(cluster: Plan) -> dict[str, ConfigDb]:
    return {
        device.name: intended(cluster, device)
        for device in cluster.switches
        if is_access(device) and device.role == "leaf"
    }


def is_access(device: Device) -> bool:
    return device.network in {"inband", "oob"}


def test_every_vlan_has_its_gateway_and_its_bare_row(
    cluster: Plan, access: dict[str, ConfigDb]
) -> None:
    for name, config in access.items():
        svis = cluster.svis_of[name]
        assert svis
        assert config["VLAN_INTERFACE"] == {
            key: {}
            for svi in svis
            for key in (
                f"Vlan{svi.vlan}",
                f"Vlan{svi.vlan}|{svi.gateway}/{svi.prefix.partition('/')[2]}",
            )
        }
        assert set(config["VLAN"]) == {f"Vlan{svi.vlan}" for svi in svis}
        for svi in svis:
            assert config["VLAN"][f"Vlan{svi.vlan}"]["vlanid"] == str(svi.vlan)


def test_members_are_the_access_ports_reserved_ones_too(
    cluster: Plan, access: dict[str, ConfigDb]
) -> None:
    for name, config in access.items():
        links = {
            port: link
            for port, link in cluster.links_of[name].items()
            if link.kind == "access" and link.z.device == name
        }
        assert links
        assert config["VLAN_MEMBER"] == {
            f"Vlan{link.vlan}|{port}": {"tagging_mode": "untagged"} for port, link in links.items()
        }
        for port, link in links.items():
            expected = "up" if link.deployed else "down"
            assert config["PORT"][port]["admin_status"] == expected


def test_a_port_is_routed_or_a_member_never_both(access: dict[str, ConfigDb]) -> None:
    for config in access.values():
        routed = {key.split("|")[0] for key in config["INTERFACE"]}
        members = {key.split("|")[1] for key in config["VLAN_MEMBER"]}
        assert routed
        assert members
        assert not routed & members


def test_uplinks_are_routed_and_speak_bgp(cluster: Plan, access: dict[str, ConfigDb]) -> None:
    for name, config in access.items():
        network = cluster.device[name].network
        spines = {
            one.name for one in cluster.switches if (one.network, one.role) == (network, "spine")
        }
        assert {row["name"] for row in config["BGP_NEIGHBOR"].values()} == spines
        assert "STATIC_ROUTE" not in config


def test_both_ends_of_a_cable_between_switches_are_set_alike(cluster: Plan) -> None:
    ports = {device.name: intended(cluster, device)["PORT"] for device in cluster.switches}
    links = [link for link in cluster.links if link.kind == "fabric" and link.deployed]
    assert {link.speed_gbps for link in links} > {100}
    for link in links:
        near, far = ports[link.a.device][link.a.port], ports[link.z.device][link.z.port]
        assert near["fec"] == far["fec"] == "rs"
        for field in ("admin_status", "autoneg", "mtu", "speed"):
            assert near[field] == far[field]


def test_requests_are_relayed_where_servers_are_elsewhere(
    cluster: Plan, access: dict[str, ConfigDb]
) -> None:
    relayed = 0
    for name, config in access.items():
        for svi in cluster.svis_of[name]:
            row = config["VLAN"][f"Vlan{svi.vlan}"]
            assert row.get("dhcp_servers", []) == list(svi.relay)
            relayed += bool(svi.relay)
        wanted = any("dhcp_servers" in row for row in config["VLAN"].values())
        feature = config.get("FEATURE", {}).get("dhcp_relay")
        assert feature == ({"state": "enabled"} if wanted else None)
    assert relayed


def test_no_lossless_class_no_rdma_tables(cluster: Plan) -> None:
    for device in cluster.switches:
        tables = set(intended(cluster, device))
        if is_access(device):
            assert not tables & RDMA_TABLES
        else:
            assert tables >= RDMA_TABLES


def test_fixed_ports_have_no_breakout_and_spines_do(cluster: Plan) -> None:
    for device in cluster.switches:
        config = intended(cluster, device)
        cages = {cage.name for cage in cluster.platforms[device.platform].cages}
        assert set(config.get("BREAKOUT_CFG", {})) == cages
        assert set(config["PORT"]) == {port.name for port in cluster.ports[device.name]}


def test_no_switch_has_its_own_management_subnet_on_a_vlan(cluster: Plan) -> None:
    for device in cluster.switches:
        config = intended(cluster, device)
        gateways = {row["gwaddr"] for row in config["MGMT_INTERFACE"].values()}
        own = {key.partition("|")[2].partition("/")[0] for key in config.get("VLAN_INTERFACE", {})}
        assert not gateways & own


def test_descriptions_name_what_hangs_there(access: dict[str, ConfigDb]) -> None:
    assert access["oob1-leaf"]["PORT"]["Ethernet0"]["description"] == "gpu0001:bmc"
    assert access["inband1-leaf"]["PORT"]["Ethernet0"]["description"] == "gpu0001:eth0"


def test_servers_and_pdus_are_neighbours_with_their_addresses(
    cluster: Plan, access: dict[str, ConfigDb]
) -> None:
    named: Rows = {}
    for config in access.values():
        named |= config["DEVICE_NEIGHBOR_METADATA"]
    for name in ("gpu0001", "storage01", "mgmt01", "pdu01"):
        assert named[name]["type"] == "Server"
        assert named[name]["mgmt_addr"] == cluster.device[name].management.address


def test_switches_that_route_oob_keep_eth0_in_a_vrf_of_its_own(cluster: Plan) -> None:
    """Else a connected route over eth0 would hide the fabric's way to that subnet."""
    for device in cluster.switches:
        config = intended(cluster, device)
        apart = device.network == "oob"
        enabled = config["MGMT_VRF_CONFIG"]["vrf_global"]["mgmtVrfEnabled"]
        assert enabled == ("true" if apart else "false"), device.name
        vrfs = {row.get("vrf") for row in config.get("SYSLOG_SERVER", {}).values()}
        vrfs |= {row.get("vrf") for row in config.get("TACPLUS_SERVER", {}).values()}
        assert vrfs <= ({"mgmt"} if apart else {None}), device.name
        if "NTP" in config:
            assert config["NTP"]["global"]["vrf"] == ("mgmt" if apart else "default")

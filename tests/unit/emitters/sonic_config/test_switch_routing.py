"""INTERFACE, LOOPBACK_INTERFACE, BGP_NEIGHBOR, STATIC_ROUTE, SWITCH_HASH and neighbours."""

from collections.abc import Callable
from dataclasses import replace

from railwright.emitters.sonic_config import intended
from railwright.plan.model import Plan
from railwright.sonic.configdb import ConfigDb


def addresses(config: ConfigDb) -> set[str]:
    return {
        key.split("|")[1].split("/")[0]
        for table in ("INTERFACE", "LOOPBACK_INTERFACE")
        for key in config[table]
        if "|" in key
    }


def test_every_cabled_port_has_its_31_reserved_ones_too(
    plan: Plan, configs: dict[str, ConfigDb], leaf_name: str
) -> None:
    assert any(not link.deployed for link in plan.links_of[leaf_name].values())
    for name, config in configs.items():
        expected = {
            f"{port}|{link.end(name).address}/31" for port, link in plan.links_of[name].items()
        }
        assert {key for key in config["INTERFACE"] if "|" in key} == expected


def test_the_loopback_is_an_ipv4_host_address(plan: Plan, configs: dict[str, ConfigDb]) -> None:
    for device in plan.switches:
        rows = configs[device.name]["LOOPBACK_INTERFACE"]
        assert rows == {"Loopback0": {}, f"Loopback0|{device.loopback}/32": {}}


def test_every_neighbour_has_asn_and_name(configs: dict[str, ConfigDb]) -> None:
    for config in configs.values():
        assert config["BGP_NEIGHBOR"]
        for row in config["BGP_NEIGHBOR"].values():
            assert int(str(row["asn"])) > 0
            assert row["name"] in config["DEVICE_NEIGHBOR_METADATA"]


def test_local_addresses_are_on_an_interface(configs: dict[str, ConfigDb]) -> None:
    for config in configs.values():
        local = {row["local_addr"] for row in config["BGP_NEIGHBOR"].values()}
        assert local <= addresses(config)


def test_both_ends_of_a_session_agree(plan: Plan, configs: dict[str, ConfigDb]) -> None:
    assert plan.sessions
    for session in plan.sessions:
        a, z = session.link.a, session.link.z
        at_a = configs[a.device]["BGP_NEIGHBOR"][z.address]
        at_z = configs[z.device]["BGP_NEIGHBOR"][a.address]
        assert (at_a["local_addr"], at_z["local_addr"]) == (a.address, z.address)
        assert at_a["asn"] == configs[z.device]["DEVICE_METADATA"]["localhost"]["bgp_asn"]
        assert at_z["asn"] == configs[a.device]["DEVICE_METADATA"]["localhost"]["bgp_asn"]
        assert at_a["asn"] != at_z["asn"]


def test_only_deployed_links_have_a_session(plan: Plan, spine: ConfigDb, spine_name: str) -> None:
    deployed = [link for link in plan.links_of[spine_name].values() if link.deployed]
    assert 0 < len(deployed) < len(plan.links_of[spine_name])
    assert set(spine["BGP_NEIGHBOR"]) == {link.a.address for link in deployed}


def test_timers_leave_room_for_three_keepalives(configs: dict[str, ConfigDb]) -> None:
    for config in configs.values():
        for row in config["BGP_NEIGHBOR"].values():
            assert int(str(row["holdtime"])) >= 3 * int(str(row["keepalive"]))


def test_a_leaf_advertises_its_own_block_explicitly(
    plan: Plan, leaf: ConfigDb, leaf_name: str
) -> None:
    (block,) = [one for one in plan.subnets if one.owner == leaf_name]
    assert leaf["STATIC_ROUTE"] == {
        f"default|{block.prefix}": {"blackhole": "true", "advertise": "true"}
    }


def test_a_spine_originates_no_route(spine: ConfigDb) -> None:
    assert "STATIC_ROUTE" not in spine


def test_a_rail_only_leaf_has_no_session_and_still_its_block(
    make_plan: Callable[..., Plan],
) -> None:
    plan = make_plan(networks={"compute": {"design": "rail-only", "nodes_per_su": None}})
    for device in plan.switches:
        config = intended(plan, device)
        assert "BGP_NEIGHBOR" not in config
        assert len(config["STATIC_ROUTE"]) == 1


def test_neighbours_are_keyed_by_local_port_and_deployed(
    plan: Plan, configs: dict[str, ConfigDb]
) -> None:
    for name, config in configs.items():
        deployed = {
            port: {"name": link.peer(name).device, "port": link.peer(name).port}
            for port, link in plan.links_of[name].items()
            if link.deployed
        }
        assert config["DEVICE_NEIGHBOR"] == deployed
        named = {row["name"] for row in config["DEVICE_NEIGHBOR"].values()}
        assert set(config["DEVICE_NEIGHBOR_METADATA"]) == named


def test_neighbour_types_are_those_the_neighbours_have(
    plan: Plan, configs: dict[str, ConfigDb], leaf: ConfigDb
) -> None:
    for name, row in leaf["DEVICE_NEIGHBOR_METADATA"].items():
        if name in configs:
            assert row["type"] == configs[name]["DEVICE_METADATA"]["localhost"]["type"]
            assert row["lo_addr"] == f"{plan.device[name].loopback}/32"
        else:
            assert row["type"] == "Server"


def test_the_hash_takes_the_udp_source_port_where_it_can_be_chosen(
    plan: Plan, spine_name: str
) -> None:
    for supported in (True, False):
        platforms = {
            name: platform.model_copy(
                update={"features": platform.features.model_copy(update={"switch_hash": supported})}
            )
            for name, platform in plan.platforms.items()
        }
        changed = replace(plan, platforms=platforms)
        config = intended(changed, changed.device[spine_name])
        assert ("SWITCH_HASH" in config) is supported
        if supported:
            assert "L4_SRC_PORT" in config["SWITCH_HASH"]["GLOBAL"]["ecmp_hash"]

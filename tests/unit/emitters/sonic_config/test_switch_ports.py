"""PORT, BREAKOUT_CFG and DEVICE_METADATA."""

import pytest

from railwright.catalog.model import SwitchPlatform
from railwright.catalog.ports import split
from railwright.plan.model import Device, Plan
from railwright.sonic.configdb import ConfigDb

FEC_LANE_MBPS = 50_000
FEC_PORT_MBPS = 100_000


def platform_of(plan: Plan, device: Device) -> SwitchPlatform:
    return plan.platforms[device.platform]


def test_every_data_port_of_the_box_has_a_row(plan: Plan, configs: dict[str, ConfigDb]) -> None:
    for device in plan.switches:
        auxiliary = {aux.name for aux in platform_of(plan, device).aux_ports}
        cages = {port.name for port in plan.ports[device.name]}
        assert set(configs[device.name]["PORT"]) == cages | auxiliary


def test_lanes_are_digits_and_belong_to_one_port(configs: dict[str, ConfigDb]) -> None:
    for config in configs.values():
        lanes = [lane for row in config["PORT"].values() for lane in str(row["lanes"]).split(",")]
        assert all(lane.isdigit() for lane in lanes)
        assert len(lanes) == len(set(lanes))


def test_only_ports_with_a_deployed_link_are_up(plan: Plan, configs: dict[str, ConfigDb]) -> None:
    for device in plan.switches:
        links = plan.links_of[device.name]
        for name, row in configs[device.name]["PORT"].items():
            deployed = name in links and links[name].deployed
            assert row["admin_status"] == ("up" if deployed else "down")


def test_fast_lanes_and_100g_have_rs_fec_and_slow_ones_none(configs: dict[str, ConfigDb]) -> None:
    for config in configs.values():
        for row in config["PORT"].values():
            speed_mbps = int(str(row["speed"]))
            fast = speed_mbps // len(str(row["lanes"]).split(",")) >= FEC_LANE_MBPS
            assert row.get("fec") == ("rs" if fast or speed_mbps == FEC_PORT_MBPS else None)


def test_descriptions_name_the_far_end(plan: Plan, configs: dict[str, ConfigDb]) -> None:
    for name, config in configs.items():
        for port, link in plan.links_of[name].items():
            peer = link.peer(name)
            assert config["PORT"][port]["description"] == f"{peer.device}:{peer.port}"
        spares = set(config["PORT"]) - set(plan.links_of[name])
        assert {config["PORT"][port]["description"] for port in spares} <= {"spare"}


def test_breakout_rows_are_exactly_the_parents(plan: Plan, configs: dict[str, ConfigDb]) -> None:
    for device in plan.switches:
        rows = configs[device.name]["BREAKOUT_CFG"]
        assert set(rows) == {cage.name for cage in platform_of(plan, device).cages}


def test_breakout_modes_give_the_ports_that_are_emitted(
    plan: Plan, configs: dict[str, ConfigDb]
) -> None:
    for device in plan.switches:
        platform, config = platform_of(plan, device), configs[device.name]
        for cage in platform.cages:
            mode = str(config["BREAKOUT_CFG"][cage.name]["brkout_mode"])
            for port in split(platform, cage, mode):
                row = config["PORT"][port.name]
                assert row["lanes"] == ",".join(map(str, port.lanes))
                assert row["speed"] == str(port.speed_gbps * 1000)


def test_metadata_is_complete_for_bgpcfgd(plan: Plan, configs: dict[str, ConfigDb]) -> None:
    for device in plan.switches:
        row = configs[device.name]["DEVICE_METADATA"]["localhost"]
        assert row["hostname"] == device.name
        assert row["hwsku"] == device.hwsku
        assert row["platform"] == platform_of(plan, device).sonic_platform
        assert row["bgp_asn"] == str(device.asn)
        assert row["docker_routing_config_mode"] == "separated"
        assert row["frr_mgmt_framework_config"] == "false"
        computes = platform_of(plan, device).dynamic is not None
        assert row["buffer_model"] == ("dynamic" if computes else "traditional")
        assert row["timezone"] == "Europe/Zurich"


@pytest.mark.parametrize("harmful", ["ToRRouter", "SpineRouter"])
def test_no_tier_has_a_type_that_breaks_bgp(configs: dict[str, ConfigDb], harmful: str) -> None:
    types = {config["DEVICE_METADATA"]["localhost"]["type"] for config in configs.values()}
    assert harmful not in types


def test_adjacent_tiers_have_types_that_seed_different_hashes(
    leaf: ConfigDb, spine: ConfigDb
) -> None:
    def seed(config: ConfigDb) -> int:
        """The rule of sonic-buildimage dockers/docker-orchagent/switch.json.j2."""
        kind = str(config["DEVICE_METADATA"]["localhost"]["type"])
        seeds = {"ToRRouter": 0, "LeafRouter": 10, "SpineRouter": 25}
        return next((seed for part, seed in seeds.items() if part in kind), 0)

    assert seed(leaf) != seed(spine)

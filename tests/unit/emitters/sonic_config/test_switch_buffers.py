"""Buffer tables and CABLE_LENGTH: what the switch's buffer manager finds and leaves alone."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from railwright.catalog import loader
from railwright.catalog.model import Buffers, DynamicBuffers
from railwright.emitters.sonic_config import intended
from railwright.plan.headroom.table import buffers_of
from railwright.plan.model import Device, Plan
from railwright.sonic.configdb import ConfigDb

MakePlan = Callable[..., Plan]
FABRICS = [
    name for name in loader.switch_names() if {"leaf", "spine"} <= set(loader.switch(name).roles)
]
COMPUTING = [name for name in FABRICS if loader.switch(name).dynamic]


def with_roce(make_plan: MakePlan, name: str, **changes: Any) -> Plan:
    """Return the small fabric with other traffic settings on all its networks."""
    storage: dict[str, Any] = {}
    if "storage" in make_plan(name).built:
        storage = {"networks": {"storage": {"roce": changes}}}
    return make_plan(name, roce=changes, **storage)


@pytest.fixture(scope="session", params=FABRICS)
def plan(request: pytest.FixtureRequest, make_plan: MakePlan) -> Plan:
    """The small fabric on every platform, in the model that all of them have."""
    return with_roce(make_plan, request.param, headroom={"model": "traditional"})


@pytest.fixture(scope="session")
def configs(plan: Plan) -> dict[str, ConfigDb]:
    return {device.name: intended(plan, device) for device in plan.switches}


@pytest.fixture(scope="session", params=COMPUTING)
def computing(request: pytest.FixtureRequest, make_plan: MakePlan) -> Plan:
    """The small fabric on every platform that computes its headroom, asked for nothing else."""
    return make_plan(request.param)


def dynamic_of(plan: Plan, device: Device) -> DynamicBuffers | None:
    return plan.platforms[device.platform].dynamic


def computed_configs(plan: Plan) -> list[tuple[Device, DynamicBuffers, ConfigDb]]:
    """Return the switches that compute, with what they compute from and their tables."""
    found = [(device, dynamic_of(plan, device)) for device in plan.switches]
    return [(device, facts, intended(plan, device)) for device, facts in found if facts]


def with_features(plan: Plan, **update: Any) -> Plan:
    """Return a plan whose switches' images do something else."""
    platforms = {
        name: platform.model_copy(update={"features": platform.features.model_copy(update=update)})
        for name, platform in plan.platforms.items()
    }
    return replace(plan, platforms=platforms)


def buffers_of_device(plan: Plan, device: Device) -> Buffers:
    buffers = buffers_of(plan.platforms[device.platform], device.hwsku or "")
    assert buffers is not None
    return buffers


def texts(**fields: str | int | None) -> dict[str, str]:
    return {name: str(value) for name, value in fields.items() if value is not None}


def lossless_ports(config: ConfigDb) -> set[str]:
    return {key.split("|")[0] for key in config["BUFFER_PG"] if key.endswith("|3")}


def test_cable_lengths_are_rows_of_the_platforms_table(
    plan: Plan, configs: dict[str, ConfigDb]
) -> None:
    for device in plan.switches:
        buffers = buffers_of_device(plan, device)
        known = {(row.speed_gbps, f"{row.length_m}m") for row in buffers.lossless_rows}
        config = configs[device.name]
        (lengths,) = config["CABLE_LENGTH"].values()
        assert set(lengths) == set(plan.links_of[device.name])
        for port, length in lengths.items():
            assert (int(str(config["PORT"][port]["speed"])) // 1000, length) in known


def test_profiles_are_named_and_filled_as_the_buffer_manager_would(
    plan: Plan, configs: dict[str, ConfigDb]
) -> None:
    for device in plan.switches:
        config = configs[device.name]
        (lengths,) = config["CABLE_LENGTH"].values()
        for port in plan.ports[device.name]:
            if port.name not in plan.links_of[device.name]:
                continue
            room = plan.port_headroom(device, port)
            name = f"pg_lossless_{port.speed_gbps}000_{lengths[port.name]}_profile"
            profile = config["BUFFER_PROFILE"][name]
            pool = config["BUFFER_POOL"][str(profile["pool"])]
            threshold = {f"{pool['mode']}_th": str(room.threshold)}
            assert profile == threshold | texts(
                pool=buffers_of_device(plan, device).lossless_pool,
                size=room.size_bytes,
                xoff=room.xoff_bytes,
                xon=room.xon_bytes,
                xon_offset=room.xon_offset_bytes,
            )
            assert config["BUFFER_PG"].get(f"{port.name}|3") in (None, {"profile": name})


def test_pools_and_profiles_are_those_the_hwsku_ships(
    plan: Plan, configs: dict[str, ConfigDb]
) -> None:
    for device in plan.switches:
        config, buffers = configs[device.name], buffers_of_device(plan, device)
        assert config["BUFFER_POOL"] == {
            name: texts(type=pool.type, mode=pool.mode, size=pool.size_bytes, xoff=pool.xoff_bytes)
            for name, pool in buffers.pools.items()
        }
        shipped = {
            name: texts(
                pool=one.pool,
                size=one.size_bytes,
                dynamic_th=one.dynamic_th,
                static_th=one.static_th_bytes,
            )
            for name, one in buffers.profiles.items()
        }
        generated = {name for name in config["BUFFER_PROFILE"] if name.startswith("pg_lossless_")}
        assert generated
        assert config["BUFFER_PROFILE"] == shipped | {
            name: config["BUFFER_PROFILE"][name] for name in generated
        }


def test_queues_get_the_profile_of_their_class(plan: Plan, configs: dict[str, ConfigDb]) -> None:
    for device in plan.switches:
        buffers = buffers_of_device(plan, device)
        for key, row in configs[device.name]["BUFFER_QUEUE"].items():
            lossless = key.endswith("|3")
            expected = buffers.egress_lossless_profile if lossless else buffers.egress_lossy_profile
            assert row == {"profile": expected}


def test_every_profile_has_a_pool_one_threshold_and_a_size(configs: dict[str, ConfigDb]) -> None:
    for config in configs.values():
        for row in config["BUFFER_PROFILE"].values():
            assert row["pool"] in config["BUFFER_POOL"]
            assert "size" in row
            assert len({"dynamic_th", "static_th"} & set(row)) == 1


def test_profiles_in_use_exist(configs: dict[str, ConfigDb]) -> None:
    for config in configs.values():
        for table in ("BUFFER_PG", "BUFFER_QUEUE"):
            assert {row["profile"] for row in config[table].values()} <= set(
                config["BUFFER_PROFILE"]
            )
        for table in ("BUFFER_PORT_INGRESS_PROFILE_LIST", "BUFFER_PORT_EGRESS_PROFILE_LIST"):
            for row in config.get(table, {}).values():
                assert set(str(row["profile_list"]).split(",")) <= set(config["BUFFER_PROFILE"])


@pytest.mark.parametrize(("queues", "last"), [(7, "4-6"), (8, "4-7")])
def test_the_queues_with_a_buffer_are_those_of_the_stock_templates(
    plan: Plan, spine_name: str, queues: int, last: str
) -> None:
    changed = with_features(plan, stock_queues=queues)
    rows = intended(changed, changed.device[spine_name])["BUFFER_QUEUE"]
    port = next(iter(rows)).split("|")[0]
    keys = {key.split("|")[1] for key in rows if key.startswith(f"{port}|")}
    assert keys == {"0-2", "3", last}


def test_reserved_ports_keep_their_lossless_group(plan: Plan, leaf_name: str) -> None:
    changed = with_features(plan, reclaims_when_down=False)
    config = intended(changed, changed.device[leaf_name])
    assert lossless_ports(config) == set(plan.links_of[leaf_name])


def test_reserved_ports_have_none_where_the_switch_takes_it_back(
    plan: Plan, leaf_name: str
) -> None:
    changed = with_features(plan, reclaims_when_down=True)
    config = intended(changed, changed.device[leaf_name])
    links = plan.links_of[leaf_name]
    deployed = {port for port, link in links.items() if link.deployed}
    assert deployed != set(links)
    assert lossless_ports(config) == deployed
    assert {key.split("|")[0] for key in config["BUFFER_PG"] if key.endswith("|0")} == set(links)


def test_only_computing_switches_are_told_what_to_compute_from(
    plan: Plan, configs: dict[str, ConfigDb]
) -> None:
    for config in configs.values():
        assert config["DEVICE_METADATA"]["localhost"]["buffer_model"] == "traditional"
        assert "DEFAULT_LOSSLESS_BUFFER_PARAMETER" not in config
        assert "LOSSLESS_TRAFFIC_PATTERN" not in config
        assert {"profile": "NULL"} not in config["BUFFER_PG"].values()


def test_a_computing_switch_gets_lengths_and_no_lossless_profiles(computing: Plan) -> None:
    found = computed_configs(computing)
    assert found
    for device, facts, config in found:
        assert config["DEVICE_METADATA"]["localhost"]["buffer_model"] == "dynamic"
        assert set(config["BUFFER_PROFILE"]) == set(facts.profiles)
        assert config["DEFAULT_LOSSLESS_BUFFER_PARAMETER"] == {
            "AZURE": {"default_dynamic_th": str(facts.default_threshold)}
        }
        assert config["LOSSLESS_TRAFFIC_PATTERN"] == {
            "AZURE": {"mtu": "1024", "small_packet_percentage": "50"}
        }
        links = computing.links_of[device.name]
        assert config["CABLE_LENGTH"] == {
            "AZURE": {port: f"{int(link.length.length_m)}m" for port, link in links.items()}
        }


def test_a_computing_switch_computes_the_pools_without_a_size(computing: Plan) -> None:
    for _, facts, config in computed_configs(computing):
        pools = config["BUFFER_POOL"]
        assert {name for name, row in pools.items() if "size" in row} == {"egress_lossless_pool"}
        assert pools["egress_lossless_pool"]["size"] == str(facts.mmu_bytes)
        assert not any("xoff" in row for row in pools.values())


def test_every_port_of_a_computing_switch_keeps_its_lossless_group(computing: Plan) -> None:
    for device, _, config in computed_configs(computing):
        links = computing.links_of[device.name]
        assert lossless_ports(config) == set(links)
        for port in links:
            assert config["BUFFER_PG"][f"{port}|3"] == {"profile": "NULL"}


def test_profile_lists_and_queues_of_a_computing_switch_exist(computing: Plan) -> None:
    for _, facts, config in computed_configs(computing):
        known = set(config["BUFFER_PROFILE"])
        assert {row["profile"] for row in config["BUFFER_QUEUE"].values()} <= known
        lists = {
            "BUFFER_PORT_INGRESS_PROFILE_LIST": facts.ingress_profile_list,
            "BUFFER_PORT_EGRESS_PROFILE_LIST": facts.egress_profile_list,
        }
        for table, names in lists.items():
            rows = config[table].values()
            assert {str(row["profile_list"]) for row in rows} == {",".join(names)}


def test_lengths_are_whole_metres_rounded_up(make_plan: MakePlan) -> None:
    plan = make_plan("sn5600", lengths={"host_m": 2.1, "fabric_m": 33.5})
    lengths = {
        length
        for _, _, config in computed_configs(plan)
        for length in config["CABLE_LENGTH"]["AZURE"].values()
    }
    assert lengths == {"3m", "34m"}


def test_the_pattern_and_the_shared_pool_are_the_intents(make_plan: MakePlan) -> None:
    settings = {"pattern_mtu_bytes": 4096, "small_packet_percent": 20, "shared_pool_ratio": 2}
    for _, _, config in computed_configs(with_roce(make_plan, "sn5600", headroom=settings)):
        assert config["LOSSLESS_TRAFFIC_PATTERN"]["AZURE"] == {
            "mtu": "4096",
            "small_packet_percentage": "20",
        }
        assert config["DEFAULT_LOSSLESS_BUFFER_PARAMETER"]["AZURE"] == {
            "default_dynamic_th": "0",
            "over_subscribe_ratio": "2",
        }
        assert "xoff" not in config["BUFFER_POOL"]["ingress_lossless_pool"]


@pytest.mark.parametrize("name", ["sn5600", "cx864e-n", "7060x6-64pe"])
def test_a_second_lossless_class_has_groups_and_queues_of_its_own(
    make_plan: MakePlan, name: str
) -> None:
    plan = make_plan(name, roce={"second": {"dscp": 34, "priority": 5, "weight": 20}})
    for device in plan.switches:
        config = intended(plan, device)
        groups, queues = config["BUFFER_PG"], config["BUFFER_QUEUE"]
        for port in plan.links_of[device.name]:
            lossless = groups.get(f"{port}|3")
            assert groups.get(f"{port}|5") == lossless
            assert queues[f"{port}|5"] == queues[f"{port}|3"]
            assert queues[f"{port}|4"] != queues[f"{port}|3"]


@pytest.mark.parametrize("name", ["sn5600", "sn5400", "7060x6-64pe"])
def test_trimming_changes_what_the_lossy_queues_do_with_a_packet(
    make_plan: MakePlan, name: str
) -> None:
    trimming = {"dscp": 50, "priority": 1}
    lossy = [{"name": "trimmed", "dscps": [50], "priority": 1}]
    changed = make_plan(name, roce={"trimming": trimming, "lossy": lossy})
    platform = changed.platforms[name]
    for device in changed.switches:
        config = intended(changed, device)
        trims = {
            key
            for key, row in config["BUFFER_PROFILE"].items()
            if row.get("packet_discard_action") == "trim"
        }
        kept = (platform.dynamic or buffers_of_device(changed, device)).egress_lossy_profile
        assert trims == {f"{kept}_trim"}
        # RDMA, CNPs (6) and what is left of packets (1) must not be cut
        queues: dict[str, set[bool]] = {}
        for key, row in config["BUFFER_QUEUE"].items():
            for queue in _numbers(key.partition("|")[2]):
                queues.setdefault(queue, set()).add(row["profile"] in trims)
        assert {queue for queue, trimmed in queues.items() if trimmed == {True}} == (
            queues.keys() - {"1", "3", "6"}
        )


def _numbers(text: str) -> list[str]:
    first, _, last = text.partition("-")
    return [str(number) for number in range(int(first), int(last or first) + 1)]

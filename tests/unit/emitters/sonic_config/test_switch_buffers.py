"""Buffer tables and CABLE_LENGTH: what the switch's buffer manager finds and leaves alone."""

from dataclasses import replace

import pytest

from railwright.catalog.model import Buffers
from railwright.emitters.sonic_config import intended
from railwright.plan.headroom import buffers_of
from railwright.plan.model import Device, Plan
from railwright.sonic.configdb import ConfigDb


def on_vendor(plan: Plan, vendor: str) -> Plan:
    return replace(
        plan,
        platforms={
            name: platform.model_copy(
                update={"asic": platform.asic.model_copy(update={"vendor": vendor})}
            )
            for name, platform in plan.platforms.items()
        },
    )


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


@pytest.mark.parametrize(
    ("vendor", "last"), [("broadcom", "4-6"), ("mellanox", "4-6"), ("marvell-teralynx", "4-7")]
)
def test_the_queues_with_a_buffer_are_those_of_the_stock_templates(
    plan: Plan, spine_name: str, vendor: str, last: str
) -> None:
    changed = on_vendor(plan, vendor)
    rows = intended(changed, changed.device[spine_name])["BUFFER_QUEUE"]
    port = next(iter(rows)).split("|")[0]
    keys = {key.split("|")[1] for key in rows if key.startswith(f"{port}|")}
    assert keys == {"0-2", "3", last}


@pytest.mark.parametrize("vendor", ["broadcom", "marvell-teralynx"])
def test_reserved_ports_keep_their_lossless_group(plan: Plan, leaf_name: str, vendor: str) -> None:
    changed = on_vendor(plan, vendor)
    config = intended(changed, changed.device[leaf_name])
    assert lossless_ports(config) == set(plan.links_of[leaf_name])


def test_reserved_ports_have_none_where_the_switch_takes_it_back(
    plan: Plan, leaf_name: str
) -> None:
    changed = on_vendor(plan, "mellanox")
    config = intended(changed, changed.device[leaf_name])
    links = plan.links_of[leaf_name]
    deployed = {port for port, link in links.items() if link.deployed}
    assert deployed != set(links)
    assert lossless_ports(config) == deployed
    assert {key.split("|")[0] for key in config["BUFFER_PG"] if key.endswith("|0")} == set(links)

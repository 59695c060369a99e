"""eth0, time, logs, names, SNMP, logins, counters."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from railwright.emitters.sonic_config import intended
from railwright.plan.model import Plan
from railwright.sonic.configdb import ConfigDb


def test_the_management_address_has_its_port_and_gateway(
    plan: Plan, configs: dict[str, ConfigDb]
) -> None:
    for device in plan.switches:
        config, management = configs[device.name], device.management
        key = f"eth0|{management.address}/{management.prefix_length}"
        assert config["MGMT_INTERFACE"] == {key: {"gwaddr": management.gateway}}
        assert "eth0" in config["MGMT_PORT"]
        assert config["MGMT_VRF_CONFIG"] == {"vrf_global": {"mgmtVrfEnabled": "false"}}


def test_nothing_asks_for_a_management_vrf(configs: dict[str, ConfigDb]) -> None:
    for config in configs.values():
        vrfs = {
            row["vrf"]
            for table in ("NTP", "SYSLOG_SERVER", "TACPLUS_SERVER")
            for row in config[table].values()
            if "vrf" in row
        }
        assert vrfs == {"default"}


def test_logs_have_no_vrf_so_that_they_leave_by_eth0(leaf: ConfigDb) -> None:
    assert leaf["SYSLOG_SERVER"] == {"10.64.0.13": {"port": "514", "protocol": "udp"}}


def test_time_is_asked_from_eth0_and_not_from_dhcp(leaf: ConfigDb) -> None:
    assert leaf["NTP"]["global"]["src_intf"] == "eth0"
    assert leaf["NTP"]["global"]["dhcp"] == "disabled"
    assert set(leaf["NTP_SERVER"]) == {"10.64.0.11", "10.64.0.12"}


def test_names_come_without_options_that_releases_cannot_store(leaf: ConfigDb) -> None:
    assert leaf["DNS_NAMESERVER"] == {"10.64.0.10": {}}
    assert "DNS_OPTIONS" not in leaf


def test_the_first_tacacs_server_is_asked_first(leaf: ConfigDb) -> None:
    servers = leaf["TACPLUS_SERVER"]
    order = sorted(servers, key=lambda name: -int(str(servers[name]["priority"])))
    assert order == ["10.64.0.14", "10.64.0.15"]


def test_local_login_is_the_fallback(leaf: ConfigDb) -> None:
    assert leaf["AAA"]["authentication"] == {"login": "tacacs+,local", "failthrough": "false"}


def test_snmp_says_where_and_who(leaf: ConfigDb) -> None:
    assert leaf["SNMP"] == {"LOCATION": {"Location": "hall 1"}, "CONTACT": {"Contact": "noc"}}


def test_without_services_only_address_location_and_local_login_remain(
    make_plan: Callable[..., Plan],
) -> None:
    plan = make_plan(services={})
    config = intended(plan, plan.device["spine1"])
    absent = [
        "NTP",
        "NTP_SERVER",
        "DNS_NAMESERVER",
        "SYSLOG_SERVER",
        "TACPLUS_SERVER",
    ]
    assert not set(absent) & set(config)
    assert config["AAA"] == {"authentication": {"login": "local"}}
    assert config["SNMP"] == {"LOCATION": {"Location": "test"}}
    assert config["DEVICE_METADATA"]["localhost"]["timezone"] == "Etc/UTC"


@pytest.mark.parametrize("able", [True, False])
def test_ecn_counters_are_on_where_the_platform_has_them(
    plan: Plan, spine_name: str, *, able: bool
) -> None:
    platforms = {
        name: platform.model_copy(
            update={"features": platform.features.model_copy(update={"ecn_counters": able})}
        )
        for name, platform in plan.platforms.items()
    }
    config = intended(replace(plan, platforms=platforms), plan.device[spine_name])
    counters = config["FLEX_COUNTER_TABLE"]
    assert (counters.get("WRED_ECN_QUEUE") == {"FLEX_COUNTER_STATUS": "enable"}) is able
    assert {"PORT", "QUEUE", "PFCWD", "PG_WATERMARK", "PG_DROP"} <= set(counters)


def test_resource_thresholds_are_ordered(configs: dict[str, ConfigDb]) -> None:
    for config in configs.values():
        row = config["CRM"]["Config"]
        lows = [field for field in row if field.endswith("_low_threshold")]
        assert lows
        for low in lows:
            high = low.replace("_low_", "_high_")
            assert int(str(row[low])) < int(str(row[high])) < 100

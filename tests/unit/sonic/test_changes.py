"""Differences between running and intended configurations, and who owns them."""

from copy import deepcopy

import pytest

from railwright.sonic.changes import Change, diff
from railwright.sonic.configdb import ConfigDb

INTENDED: ConfigDb = {
    "BGP_NEIGHBOR": {"10.0.0.1": {"asn": "65001", "name": "spine1", "holdtime": "10"}},
    "BUFFER_PG": {"Ethernet0|0": {"profile": "lossy"}},
    "DEVICE_METADATA": {
        "localhost": {
            "default_pfcwd_status": "disable",
            "frr_mgmt_framework_config": "false",
            "hostname": "leaf",
        }
    },
    "FEATURE": {"bgp": {"state": "enabled"}},
    "INTERFACE": {"Ethernet0": {}, "Ethernet0|10.0.0.0/31": {}},
    "PORT": {"Ethernet0": {"lanes": "0,1", "speed": "400000", "admin_status": "down"}},
    "QUEUE": {"Ethernet0|3-4": {"scheduler": "lossless"}},
    "TACPLUS": {"global": {"passkey": "s3cret-value", "timeout": "5"}},
}


def running(**tables: dict[str, dict[str, str]]) -> ConfigDb:
    """Return the intended configuration with rows replaced, and with what daemons add."""
    config = deepcopy(INTENDED)
    config["VERSIONS"] = {"DATABASE": {"VERSION": "version_202505_01"}}
    config["CRM"] = {"Config": {"polling_interval": "300"}}
    config["FEATURE"]["snmp"] = {"state": "enabled"}
    config["FEATURE"]["bgp"]["auto_restart"] = "enabled"
    config["BUFFER_PROFILE"] = {"pg_lossless_400000_5m_profile": {"xoff": "1"}}
    config["BUFFER_PG"]["Ethernet0|3"] = {"profile": "pg_lossless_400000_5m_profile"}
    config["BGP_DEVICE_GLOBAL"] = {"STATE": {"tsa_enabled": "true"}}
    config["PORT"]["Ethernet0"]["dhcp_rate_limit"] = "300"
    for table, rows in tables.items():
        config.setdefault(table, {}).update(deepcopy(rows))  # type: ignore[arg-type]
    return config


def test_what_the_switch_adds_by_itself_is_no_difference() -> None:
    assert diff(running(), INTENDED) == ()


def test_spelling_is_no_difference() -> None:
    same = running(
        PORT={"Ethernet0": {"lanes": "0, 1", "speed": "400000"}},
        TACPLUS={"global": {"passkey": "s3cret-value"}},
    )
    same["QUEUE"] = {
        "Ethernet0|3": {"scheduler": "lossless"},
        "Ethernet0|4": {"scheduler": "lossless"},
    }
    assert diff(same, INTENDED) == ()


@pytest.mark.parametrize(
    ("tables", "line"),
    [
        (
            {"BGP_NEIGHBOR": {"10.0.0.9": {"asn": "1"}}},
            "- BGP_NEIGHBOR|10.0.0.9: asn=1",
        ),
        (
            {"BGP_NEIGHBOR": {"10.0.0.1": {"asn": "65001", "name": "spine2", "holdtime": "10"}}},
            "~ BGP_NEIGHBOR|10.0.0.1 name: spine2 -> spine1",
        ),
        (
            {"INTERFACE": {"Ethernet0|10.9.0.0/31": {}}},
            "- INTERFACE|Ethernet0|10.9.0.0/31: (empty)",
        ),
        ({"VLAN": {"Vlan10": {"vlanid": "10"}}}, "- VLAN|Vlan10: vlanid=10"),
        (
            {"BUFFER_PG": {"Ethernet0|7": {"profile": "mine"}}},
            "- BUFFER_PG|Ethernet0|7: profile=mine",
        ),
        (
            {"DEVICE_METADATA": {"localhost": {"hostname": "leaf", "switch_type": "voq"}}},
            "- DEVICE_METADATA|localhost switch_type: voq",
        ),
        (
            {
                "DEVICE_METADATA": {
                    "localhost": {"hostname": "leaf", "frr_mgmt_framework_config": "true"}
                }
            },
            "~ DEVICE_METADATA|localhost frr_mgmt_framework_config: true -> false",
        ),
        (
            {
                "DEVICE_METADATA": {
                    "localhost": {"hostname": "leaf", "default_pfcwd_status": "enable"}
                }
            },
            "~ DEVICE_METADATA|localhost default_pfcwd_status: enable -> disable",
        ),
        ({"FEATURE": {"bgp": {"state": "disabled"}}}, "~ FEATURE|bgp state: disabled -> enabled"),
    ],
)
def test_an_owned_difference_is_one_line(
    tables: dict[str, dict[str, dict[str, str]]], line: str
) -> None:
    assert [str(change) for change in diff(running(**tables), INTENDED)] == [line]


def test_missing_rows_and_fields_are_added() -> None:
    left = running()
    del left["BGP_NEIGHBOR"]
    del left["PORT"]["Ethernet0"]["speed"]
    assert [str(change) for change in diff(left, INTENDED)] == [
        "+ BGP_NEIGHBOR|10.0.0.1: asn=65001, holdtime=10, name=spine1",
        "+ PORT|Ethernet0 speed: 400000",
    ]


def test_secrets_are_compared_and_never_shown() -> None:
    changes = diff(running(TACPLUS={"global": {"passkey": "other-value"}}), INTENDED)
    assert changes == (
        Change("TACPLUS", "global", "passkey", "change", "<secret: differs>", "<secret: differs>"),
    )


def test_a_secret_row_key_is_never_shown() -> None:
    intended = INTENDED | {"SNMP_COMMUNITY": {"hidden-one": {"TYPE": "RO"}}}
    have = running(SNMP_COMMUNITY={"public": {"TYPE": "RO"}})
    text = " ".join(map(repr, diff(have, intended)))
    assert "hidden-one" not in text
    assert "public" not in text
    assert [change.kind for change in diff(have, intended)] == ["add", "remove"]


def test_changes_are_in_natural_order() -> None:
    rows = {f"Ethernet{number}": {"lanes": str(number)} for number in (16, 4, 100)}
    keys = [change.key for change in diff(running(PORT=rows), INTENDED)]
    assert keys == ["Ethernet4", "Ethernet16", "Ethernet100"]


def test_the_arguments_stay_as_they_are() -> None:
    have, want = running(VLAN={"Vlan1": {}}), deepcopy(INTENDED)
    before = deepcopy(have)
    diff(have, want)
    assert (have, want) == (before, INTENDED)

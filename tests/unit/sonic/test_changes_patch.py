"""Targets, patches and additive files."""

import random
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from railwright.sonic.changes import diff
from railwright.sonic.configdb import ConfigDb
from railwright.sonic.patch import additions, clean, full_file, make_patch, pointer, target
from railwright.sonic.references import misfits

NAMES = st.sampled_from(["a", "Ethernet0|10.0.0.0/31", "t~x", "b"])
ROWS = st.dictionaries(NAMES, st.sampled_from(["1", "2"]), max_size=3)
CONFIGS = st.dictionaries(
    st.sampled_from(["PORT", "QUEUE", "X"]), st.dictionaries(NAMES, ROWS, min_size=1), max_size=3
)


def applied(config: dict[str, Any], patch: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the configuration after a patch, strictly as RFC 6902 says."""
    result: dict[str, Any] = deepcopy(config)
    for operation in patch:
        parts = operation["path"].split("/")[1:]
        *folders, last = [part.replace("~1", "/").replace("~0", "~") for part in parts]
        node = result
        for name in folders:
            node = node[name]
        if operation["op"] == "add":
            node[last] = operation["value"]
        else:
            assert last in node
            if operation["op"] == "remove":
                del node[last]
            else:
                node[last] = operation["value"]
    return result


@given(CONFIGS, CONFIGS, st.randoms())
def test_a_patch_leads_to_its_target_in_any_order(
    before: ConfigDb, after: ConfigDb, shuffle: random.Random
) -> None:
    patch = make_patch(before, after)
    shuffle.shuffle(patch)
    assert applied(before, patch) == after
    assert (patch == []) == (before == after)


def test_a_new_table_comes_whole_and_the_last_row_takes_its_table_along() -> None:
    before: ConfigDb = {"NTP_SERVER": {"10.0.0.9": {}}}
    after: ConfigDb = {"INTERFACE": {"Ethernet0|10.0.0.0/31": {}}}
    assert make_patch(before, after) == [
        {"op": "add", "path": "/INTERFACE", "value": {"Ethernet0|10.0.0.0/31": {}}},
        {"op": "remove", "path": "/NTP_SERVER"},
    ]


def test_slashes_and_tildes_are_escaped() -> None:
    assert pointer("INTERFACE", "Ethernet0|10.0.0.0/31", "a~b") == (
        "/INTERFACE/Ethernet0|10.0.0.0~131/a~0b"
    )


def test_the_target_leaves_alone_what_is_not_owned() -> None:
    running: ConfigDb = {
        "ACL_TABLE": {"SITE": {"type": "CTRLPLANE"}},
        "FEATURE": {"bgp": {"state": "disabled", "auto_restart": "enabled"}},
        "BUFFER_PG": {"Ethernet0|3": {"profile": "pg_lossless_1_5m_profile"}},
        "VLAN": {"Vlan5": {}},
        "TACPLUS": {"global": {"NULL": "NULL"}},
    }
    intended: ConfigDb = {"FEATURE": {"bgp": {"state": "enabled"}}, "TACPLUS": {"global": {}}}
    assert target(running, intended, diff(running, intended)) == {
        "ACL_TABLE": {"SITE": {"type": "CTRLPLANE"}},
        "FEATURE": {"bgp": {"state": "enabled", "auto_restart": "enabled"}},
        "BUFFER_PG": {"Ethernet0|3": {"profile": "pg_lossless_1_5m_profile"}},
        "TACPLUS": {"global": {}},
    }


@pytest.mark.parametrize(
    ("running", "intended"),
    [
        (  # a range against single rows
            {"QUEUE": {"Ethernet0|3-4": {"scheduler": "a"}, "Ethernet4|0": {"scheduler": "a"}}},
            {"QUEUE": {"Ethernet0|3": {"scheduler": "a"}, "Ethernet0|4": {"scheduler": "b"}}},
        ),
        (  # the same address in two spellings, with a changed field
            {"BGP_NEIGHBOR": {"fc00:0::1": {"asn": "1"}}},
            {"BGP_NEIGHBOR": {"fc00::1": {"asn": "2"}}},
        ),
        (  # a field at its default on the intended side
            {"PORT": {"Ethernet0": {"lanes": "0", "admin_status": "up"}}},
            {"PORT": {"Ethernet0": {"lanes": "0", "admin_status": "down"}}},
        ),
        (  # secret row keys
            {"SNMP_COMMUNITY": {"public": {"TYPE": "RO"}}},
            {"SNMP_COMMUNITY": {"hidden": {"TYPE": "RO"}}},
        ),
        (  # a foreign row in a table owned by field
            {"DEVICE_METADATA": {"localhost": {"hostname": "a", "switch_type": "voq"}}},
            {"DEVICE_METADATA": {"localhost": {"hostname": "b"}}},
        ),
    ],
)
def test_the_target_has_no_owned_difference(running: ConfigDb, intended: ConfigDb) -> None:
    after = target(running, intended, diff(running, intended))
    assert diff(after, intended) == ()
    assert all(after.values())
    assert applied(clean(running), make_patch(clean(running), after)) == after


def test_only_new_rows_may_be_loaded() -> None:
    before: ConfigDb = {"PFC_WD": {"GLOBAL": {"POLL_INTERVAL": "200"}}}
    after = deepcopy(before)
    after["PFC_WD"]["Ethernet0"] = {"action": "drop"}
    assert additions(before, after) == {"PFC_WD": {"Ethernet0": {"action": "drop"}}}
    assert additions(before, {"PFC_WD": {"GLOBAL": {"POLL_INTERVAL": "300"}}}) is None
    assert additions(before, {"X": {"a": {}}}) is None


def test_a_reload_file_is_clean() -> None:
    after: ConfigDb = {
        "BUFFER_PG": {
            "Ethernet0|3": {"profile": "pg_lossless_1_5m_profile"},
            "Ethernet4|3": {"profile": "pg_lossless_1_5m_profile"},
        },
        "INTERFACE": {"Ethernet0": {"NULL": "NULL"}},
        "VLAN": {"Vlan5": {"dhcp_servers": [""]}},
        "X": {},
    }
    intended: ConfigDb = {"BUFFER_PG": {"Ethernet4|3": {"profile": "pg_lossless_1_5m_profile"}}}
    assert full_file(after, intended) == {
        "BUFFER_PG": {"Ethernet4|3": {"profile": "pg_lossless_1_5m_profile"}},
        "INTERFACE": {"Ethernet0": {}},
        "VLAN": {"Vlan5": {}},
    }


@pytest.mark.parametrize(
    ("table", "key", "row", "fault"),
    [
        ("INTERFACE", "Ethernet9", {}, "INTERFACE|Ethernet9 names PORT|Ethernet9"),
        ("INTERFACE", "Ethernet0|10.0.0.0/31", {}, "needs the row INTERFACE|Ethernet0"),
        ("QUEUE", "Ethernet0|3", {"scheduler": "none"}, "names SCHEDULER|none"),
        ("PORT", "Ethernet1", {"lanes": "0"}, "lane 0 is used by PORT|Ethernet0 and"),
        ("PORT_QOS_MAP", "global", {"dscp_to_tc_map": "A"}, "names DSCP_TO_TC_MAP|A"),
    ],
)
def test_rows_that_do_not_fit_are_named(
    table: str, key: str, row: dict[str, str], fault: str
) -> None:
    config: ConfigDb = {"PORT": {"Ethernet0": {"lanes": "0,1"}}}
    rows: ConfigDb = {table: {key: dict(row)}}
    config[table] = config.get(table, {}) | rows[table]
    assert any(fault in text for text in misfits(config, rows))


def test_rows_that_fit_are_not_named() -> None:
    rows: ConfigDb = {
        "BUFFER_PG": {"Ethernet0|3": {"profile": "NULL"}},
        "INTERFACE": {"Ethernet0": {}, "Ethernet0|10.0.0.0/31": {}},
        "QUEUE": {"CPU|0": {}},
    }
    config: ConfigDb = {"PORT": {"Ethernet0": {"lanes": "0,1"}}}
    assert misfits(config | rows, rows) == ()

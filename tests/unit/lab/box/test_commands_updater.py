"""The updater's rules on a hand-written leaf, without recorded data."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from railwright.lab.box import patch, updater
from railwright.lab.box.configdb import Config
from railwright.lab.box.defaults import DATABASE_VERSION, image_defaults, migrated
from railwright.lab.box.errors import BoxError, NotInLabError
from railwright.lab.box.fieldrules import BoxFacts, asic_name
from railwright.lab.box.validate import check_config
from tests.unit.lab.box.sample import NEIGHBOR_ROW, QOS_ROW, WATCHDOG_ROW, leaf

Operation = dict[str, Any]
LISTED = BoxFacts("mellanox", "SONiC-OS-master.20260823.1")


def op(kind: str, path: str, value: Any = None) -> Operation:
    return {"op": kind, "path": path, **({} if kind == "remove" else {"value": value})}


def status(port: str, value: str) -> Operation:
    return op("replace", f"/PORT/{port}/admin_status", value)


PFC = op("replace", "/PORT_QOS_MAP/Ethernet0/pfc_enable", "3,4")
LINK = [
    op("add", "/BGP_NEIGHBOR/10.0.3.1", {**NEIGHBOR_ROW, "local_addr": "10.0.3.0"}),
    op("add", "/INTERFACE/Ethernet4|10.0.3.0~131", {}),
    op("add", "/INTERFACE/Ethernet4", {}),
]
ACCEPTED: dict[str, tuple[list[Operation], list[list[Operation]]]] = {
    "a field in place": (
        [op("replace", "/SCHEDULER/scheduler.0/weight", "41")],
        [[op("replace", "/SCHEDULER/scheduler.0/weight", "41")]],
    ),
    "nothing": ([op("replace", "/PORT/Ethernet0/mtu", "9100")], []),
    "rows parents first": (LINK, [[LINK[0]], [LINK[2]], [LINK[1]]]),
    "a port that is up bounces": (
        [PFC],
        [[status("Ethernet0", "down")], [PFC], [status("Ethernet0", "up")]],
    ),
    "a port that is down does not": (
        [op("add", "/PORT_QOS_MAP/Ethernet4", QOS_ROW)],
        [[op("add", "/PORT_QOS_MAP/Ethernet4", QOS_ROW)]],
    ),
    "a port that comes up does so last": (
        [status("Ethernet4", "up"), op("add", "/PORT_QOS_MAP/Ethernet4", QOS_ROW)],
        [[op("add", "/PORT_QOS_MAP/Ethernet4", QOS_ROW)], [status("Ethernet4", "up")]],
    ),
    "a port that goes down goes first": (
        [PFC, status("Ethernet0", "down")],
        [[status("Ethernet0", "down")], [PFC]],
    ),
    "a new map, its user, then the old map": (
        [
            op("remove", "/TC_TO_DSCP_MAP/AZURE"),
            op("add", "/TC_TO_DSCP_MAP/NEW", {"3": "24"}),
            op("replace", "/PORT_QOS_MAP/Ethernet8/tc_to_dscp_map", "NEW"),
        ],
        [
            [op("add", "/TC_TO_DSCP_MAP/NEW", {"3": "24"})],
            [status("Ethernet8", "down")],
            [op("replace", "/PORT_QOS_MAP/Ethernet8/tc_to_dscp_map", "NEW")],
            [status("Ethernet8", "up")],
            [op("remove", "/TC_TO_DSCP_MAP/AZURE")],
        ],
    ),
    "a neighbour's ASN takes the row away and back": (
        [op("replace", "/BGP_NEIGHBOR/10.0.0.1/asn", "65101")],
        [
            [op("remove", "/BGP_NEIGHBOR/10.0.0.1")],
            [op("add", "/BGP_NEIGHBOR/10.0.0.1", {**NEIGHBOR_ROW, "asn": "65101"})],
        ],
    ),
    "the last field of a row goes, the row stays": (
        [op("remove", "/MAP_PFC_PRIORITY_TO_QUEUE/AZURE/3")],
        [[op("remove", "/MAP_PFC_PRIORITY_TO_QUEUE/AZURE/3")]],
    ),
    "the last row changes its name": (
        [op("remove", "/DNS_NAMESERVER/10.9.0.53"), op("add", "/DNS_NAMESERVER/10.9.0.54", {})],
        [
            [op("remove", "/DNS_NAMESERVER/10.9.0.53"), op("remove", "/DNS_NAMESERVER")],
            [op("add", "/DNS_NAMESERVER", {"10.9.0.54": {}})],
        ],
    ),
}
"""Patch, and the steps it is taken in."""


@pytest.mark.parametrize("name", ACCEPTED)
def test_a_patch_is_taken_in_these_steps(name: str) -> None:
    operations, expected = ACCEPTED[name]
    running = leaf()
    change = updater.patch_change(running, operations, LISTED)
    assert [list(step.operations) for step in change.steps] == expected
    assert updater.simulate(running, change) == patch.apply(leaf(), operations)
    assert running == leaf()


REJECTED: dict[str, tuple[list[Operation], str]] = {
    "a pool": (
        [op("replace", "/BUFFER_POOL/in_pool/size", "1")],
        "Modification of BUFFER_POOL table is illegal",
    ),
    "the size of a profile": (
        [op("replace", "/BUFFER_PROFILE/lossless/size", "1")],
        "Modification of BUFFER_PROFILE table is illegal",
    ),
    "Loopback0": (
        [
            op("replace", "/NTP/global/src_intf", "eth0"),
            op("replace", "/TACPLUS/global/src_intf", "eth0"),
            op("remove", "/LOOPBACK_INTERFACE/Loopback0"),
            op("remove", "/LOOPBACK_INTERFACE/Loopback0|10.255.0.1~132"),
            op("add", "/LOOPBACK_INTERFACE/Loopback1", {}),
        ],
        "remove is illegal on field: /LOOPBACK_INTERFACE/Loopback0",
    ),
    "the last row of a table": (
        [op("remove", "/DNS_NAMESERVER/10.9.0.53")],
        "will result in empty tables which is not allowed in ConfigDb. Table: DNS_NAMESERVER",
    ),
    "a table without a model": (
        [op("add", "/MY_TABLE", {"a": {}})],
        "changes to tables without YANG models",
    ),
    "a value out of range": (
        [op("replace", "/PORT/Ethernet0/mtu", "9217")],
        'value "9217" is out of the allowed range.: Data path: '
        "/sonic-port:sonic-port/PORT/PORT_LIST[name='Ethernet0']/mtu",
    ),
    "a reference to nothing": (
        [op("replace", "/QUEUE/Ethernet0|3/wred_profile", "NONE")],
        'Invalid leafref value "NONE"',
    ),
    "lanes of another port": (
        [op("replace", "/PORT/Ethernet0/lanes", "4,5,6,7")],
        "'4' lane is used multiple times in PORT",
    ),
    "lanes that are none": (
        [op("replace", "/PORT/Ethernet0/lanes", "a,b")],
        "PORT 'Ethernet0' has an invalid lane 'a'",
    ),
    "a moved watchdog row": (
        [op("remove", "/PFC_WD/Ethernet0"), op("add", "/PFC_WD/Ethernet4", WATCHDOG_ROW)],
        "Modification of PFC_WD table is illegal",
    ),
    "a path into nothing": (
        [op("remove", "/PORT/Ethernet99/mtu")],
        "member 'Ethernet99' not found",
    ),
}
"""Patch, and a part of the error."""


@pytest.mark.parametrize("name", REJECTED)
def test_a_patch_is_refused_whole(name: str) -> None:
    operations, text = REJECTED[name]
    running = leaf()
    good = op("replace", "/SCHEDULER/scheduler.0/weight", "41")
    with pytest.raises(BoxError) as caught:
        updater.patch_change(running, [good, *operations], LISTED)
    assert text in str(caught.value)
    assert not isinstance(caught.value, NotInLabError)
    assert running == leaf()


LAB_LIMITS: dict[str, list[Operation]] = {
    "new lanes": [op("replace", "/PORT/Ethernet0/lanes", "600,601,602,603")],
    "a loopback in another VRF": [
        op("add", "/LOOPBACK_INTERFACE/Loopback0/vrf_name", "VrfTenant1")
    ],
    "a modelled table the lab does not hold": [op("add", "/SFLOW", {"global": {}})],
    "a modelled field the lab does not hold": [op("add", "/PORT/Ethernet0/macsec", "x")],
    "a row of the other routing daemon": [op("add", "/BGP_NEIGHBOR/default|10.0.9.1", {})],
    "another ASIC": [op("remove", "/asic0/PORT")],
}


@pytest.mark.parametrize("name", LAB_LIMITS)
def test_limits_of_the_lab_are_named_as_such(name: str) -> None:
    with pytest.raises(NotInLabError, match=r"^not implemented in the lab: ") as caught:
        updater.patch_change(leaf(), LAB_LIMITS[name], LISTED)
    assert caught.value.status == 3


def test_replace_takes_the_same_steps_as_the_patch_between_them() -> None:
    target = patch.apply(leaf(), [*LINK, PFC])
    change = updater.replace_change(leaf(), target, LISTED)
    assert change.steps == updater.patch_change(leaf(), [*LINK, PFC], LISTED).steps
    assert updater.simulate(leaf(), change) == target
    assert updater.replace_change(target, target, LISTED).steps == ()


def test_a_number_instead_of_text_is_written_and_then_complained_about() -> None:
    running = leaf()
    change = updater.patch_change(running, [op("replace", "/PORT/Ethernet0/mtu", 9000)], LISTED)
    result = updater.simulate(running, change)
    assert result["PORT"]["Ethernet0"]["mtu"] == "9000"
    with pytest.raises(BoxError, match="still some parts not updated"):
        change.check_result(result)


def test_an_invalid_running_configuration_refuses_even_its_repair() -> None:
    running = updater.merged(leaf(), {"PORT": {"Ethernet4": {"mtu": "1"}}})
    repair = [op("replace", "/PORT/Ethernet4/mtu", "9000")]
    with pytest.raises(BoxError, match='Unsatisfied range - value "1"'):
        updater.patch_change(running, repair, LISTED)


def test_unmodelled_tables_are_tolerated_and_can_be_allowed() -> None:
    running = {**leaf(), "MY_TABLE": {"a": {"b": "c"}}}
    edit = [op("replace", "/MY_TABLE/a/b", "d")]
    assert updater.patch_change(running, [PFC], LISTED).steps
    with pytest.raises(BoxError, match="without YANG models"):
        updater.patch_change(running, edit, LISTED)
    change = updater.patch_change(running, edit, LISTED, unmodelled=True)
    assert updater.simulate(running, change)["MY_TABLE"] == {"a": {"b": "d"}}


FIELD_RULES: list[tuple[str, str, str, Operation, bool]] = [
    ("mellanox", "ACS-SN5600", "x.20260823.1", op("replace", "dynamic_th", "1"), True),
    ("mellanox", "acs-sn5600", "x.20260823.1", op("replace", "dynamic_th", "1"), True),
    ("mellanox", "Acme", "x.20260823.1", op("replace", "dynamic_th", "1"), False),
    ("broadcom", "Arista-7060X6-64PE-B-O128", "x.20260823.1", op("replace", "xoff", "1"), True),
    ("broadcom", "Dell-Z9864f-O64", "x.20260823.1", op("replace", "xoff", "1"), False),
    ("marvell-teralynx", "any", "x.20260823.1", op("replace", "dynamic_th", "1"), True),
    ("marvell-teralynx", "any", "x.20260823.1", op("replace", "xoff", "1"), False),
    ("marvell-teralynx", "any", "x.20240101.1", op("replace", "dynamic_th", "1"), False),
    ("mellanox", "ACS-SN5640", "x.20240510.10", op("replace", "dynamic_th", "1"), False),
    ("mellanox", "ACS-SN5640", "x-20240510", op("replace", "dynamic_th", "1"), True),
    ("mellanox", "ACS-SN5600", "x.20260823.1", op("remove", "dynamic_th"), False),
]


@pytest.mark.parametrize(("asic_type", "hwsku", "build", "edit", "allowed"), FIELD_RULES)
def test_profile_fields_depend_on_chip_and_build(
    asic_type: str, hwsku: str, build: str, edit: Operation, allowed: bool
) -> None:
    running = leaf()
    running["DEVICE_METADATA"]["localhost"]["hwsku"] = hwsku
    operation = {**edit, "path": f"/BUFFER_PROFILE/lossless/{edit['path']}"}
    if allowed:
        assert updater.patch_change(running, [operation], BoxFacts(asic_type, build)).steps
    else:
        with pytest.raises(BoxError, match="Modification of BUFFER_PROFILE table is illegal"):
            updater.patch_change(running, [operation], BoxFacts(asic_type, build))


def test_whole_profile_rows_are_free_on_every_box() -> None:
    row = {"pool": "in_pool", "size": "0", "dynamic_th": "1"}
    running = leaf()
    running["DEVICE_METADATA"]["localhost"]["hwsku"] = "Acme"
    assert asic_name("mellanox", "Acme") == "unknown"
    assert updater.patch_change(running, [op("add", "/BUFFER_PROFILE/new", row)], LISTED).steps


@pytest.mark.parametrize(
    ("field", "value", "state", "allowed"),
    [
        ("speed", "200000", {"supported_speeds": "400000,200000"}, True),
        ("speed", "200000", {"supported_speeds": "400000"}, False),
        ("speed", "200000", {}, True),
        ("fec", "fc", {"supported_fecs": "rs, none"}, False),
        ("fec", "none", {"supported_fecs": "rs, none"}, True),
        ("fec", "none", {"supported_fecs": "N/A"}, False),
    ],
)
def test_ports_take_what_the_state_database_says_they_can(
    field: str, value: str, state: dict[str, str], allowed: bool
) -> None:
    facts = BoxFacts("mellanox", "", {"Ethernet0": state})
    edit = [op("replace", f"/PORT/Ethernet0/{field}", value)]
    if allowed:
        assert updater.patch_change(leaf(), edit, facts).steps
    else:
        with pytest.raises(BoxError, match="Modification of PORT table is illegal"):
            updater.patch_change(leaf(), edit, facts)


def test_load_merges_and_checks_nothing() -> None:
    data: dict[str, Any] = {
        "PORT": {"Ethernet0": {"mtu": 1, "new": True}, "Ethernet4": None},
        "VLAN": {},
        "MGMT_PORT": None,
        "lower": {"a": {}},
        "MY_TABLE": {"a": {}},
        "SWITCH_HASH": {"GLOBAL": {"ecmp_hash": ["SRC_IP"]}},
    }
    result = updater.merged(leaf(), data)
    expected = leaf()
    expected["PORT"]["Ethernet0"] |= {"mtu": "1", "new": "True"}
    del expected["PORT"]["Ethernet4"], expected["MGMT_PORT"]
    expected["MY_TABLE"] = {"a": {}}
    expected["SWITCH_HASH"]["GLOBAL"]["ecmp_hash"] = ["SRC_IP"]
    assert result == expected


def test_a_list_of_numbers_cannot_be_written() -> None:
    with pytest.raises(BoxError, match="a list may hold only strings"):
        updater.merged({}, {"SWITCH_HASH": {"GLOBAL": {"ecmp_hash": [1]}}})


def without_version() -> Config:
    config = leaf()
    del config["VERSIONS"]
    return config


def test_reload_adds_the_image_defaults_under_the_file() -> None:
    result = updater.reloaded(leaf(), None, "mellanox")
    check_config(result)
    for table, rows in leaf().items():
        for key, row in rows.items():
            assert row.items() <= result[table][key].items()
    defaults = image_defaults("LeafRouter")
    assert result["PASSW_HARDENING"] == defaults["PASSW_HARDENING"]
    assert result["NTP"]["global"]["dhcp"] == "enabled"
    assert result["DEVICE_METADATA"]["localhost"]["timezone"] == "UTC"
    assert updater.reloaded(leaf(), {}, "mellanox") == leaf()


def test_without_a_database_version_every_migration_is_replayed() -> None:
    config = without_version()
    config["PORT_QOS_MAP"]["Ethernet0"]["pfcwd_sw_enable"] = ""
    config["DEVICE_METADATA"]["localhost"]["buffer_model"] = "dynamic"
    del config["PORT_QOS_MAP"]["global"]
    result = migrated(config, "broadcom")
    assert result["VERSIONS"] == {"DATABASE": {"VERSION": DATABASE_VERSION}}
    assert result["PORT"]["Ethernet0"]["dhcp_rate_limit"] == "300"
    assert result["PORT_QOS_MAP"]["Ethernet0"]["pfcwd_sw_enable"] == "3"
    assert result["PORT_QOS_MAP"]["global"] == {"dscp_to_tc_map": "AZURE"}
    assert result["DEVICE_METADATA"]["localhost"]["buffer_model"] == "traditional"
    model = migrated(config, "mellanox")["DEVICE_METADATA"]["localhost"]["buffer_model"]
    assert model == "dynamic"
    assert migrated(leaf(), "broadcom") == leaf()


EDITS: dict[str, tuple[Callable[[Config], Any], str]] = {
    "no model": (lambda c: c.update(ARS_PROFILE={"a": {}}), "missing yang models: dict_keys"),
    "invalid": (lambda c: c["PORT"]["Ethernet0"].update(mtu="1"), "F fails YANG validation! Error"),
    "unknown field": (
        lambda c: c["PORT"]["Ethernet0"].update(foo="1"),
        "All Keys are not parsed in PORT",
    ),
    "null pair": (
        lambda c: c["VLAN_MEMBER"].update({"Vlan100|Ethernet4": {"NULL": "NULL"}}),
        "'NULL'",
    ),
}


@pytest.mark.parametrize("name", EDITS)
def test_reload_refuses_files(name: str) -> None:
    edit, text = EDITS[name]
    config = leaf()
    edit(config)
    with pytest.raises(BoxError) as caught:
        updater.check_file(config, "F")
    assert text in str(caught.value)
    assert str(caught.value).endswith("\nAborted!")


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("DEVICE_METADATA", {"hwsku": "ACS-SN5600", "platform": "x"}),
        ("VERSIONS", {"VERSION": "version_202505_01"}),
    ],
)
def test_reload_refuses_what_needs_facts_of_a_real_box(table: str, row: dict[str, str]) -> None:
    config = leaf()
    config[table] = {next(iter(config[table])): row}
    with pytest.raises(NotInLabError):
        updater.reloaded(config, None, "mellanox")


@pytest.mark.parametrize(
    ("operations", "document", "expected"),
    [
        ([op("add", "/a/-", 3)], {"a": [1, 2]}, {"a": [1, 2, 3]}),
        ([op("add", "/a/1", 3)], {"a": [1, 2]}, {"a": [1, 3, 2]}),
        ([op("remove", "/a/0")], {"a": [1, 2]}, {"a": [2]}),
        ([op("replace", "/a/0", 3)], {"a": [1]}, {"a": [3]}),
        (
            [{"op": "copy", "from": "/a", "path": "/b"}],
            {"a": {"x": 1}},
            {"a": {"x": 1}, "b": {"x": 1}},
        ),
        ([{"op": "move", "from": "/a~1b", "path": "/c~0d"}], {"a/b": 1}, {"c~d": 1}),
        ([op("test", "/a", 1), op("remove", "/a")], {"a": 1}, {}),
    ],
)
def test_json_patch(operations: list[Operation], document: Any, expected: Any) -> None:
    before = copy.deepcopy(document)
    assert patch.apply(document, operations) == expected
    assert document == before


@pytest.mark.parametrize(
    ("operation", "text"),
    [
        (op("remove", "/b"), "can't remove a non-existent object 'b'"),
        (op("replace", "/b", 1), "can't replace a non-existent object 'b'"),
        (op("add", "/b/c", 1), "member 'b' not found in"),
        (op("test", "/a", [2]), "is not equal to tested value"),
        (op("add", "/a/5", 1), "can't add outside of list"),
        (op("remove", "/a/x"), "'x' is not a valid sequence index"),
        ({"op": "add", "path": "/b"}, "does not contain a 'value' member"),
        ({"op": "move", "path": "/b"}, "does not contain a 'from' member"),
        (op("add", "b", 1), "Location must start with /"),
        (op("add", "", 1), "Wrong patch with empty path"),
    ],
)
def test_a_patch_that_does_not_fit(operation: Operation, text: str) -> None:
    with pytest.raises(patch.PatchError) as caught:
        patch.apply({"a": [1]}, [operation])
    assert text in str(caught.value)


@pytest.mark.parametrize(
    "data", [{}, [1], [{"op": "add"}], [{"op": "twist", "path": "/a"}], [{"op": "add", "path": 1}]]
)
def test_what_is_no_patch(data: Any) -> None:
    assert not patch.is_patch(data)


def test_a_difference_says_how_to_get_there() -> None:
    old = {"a": {"x": "1", "y": "2"}, "b": {"z": {}}, "c": {"same": "1"}}
    new = {"a": {"x": "3", "w": "4"}, "d": {"z": {}}, "c": {"same": "1"}}
    operations = patch.diff(old, new)
    assert patch.apply(old, operations) == new
    assert {"op": "move", "from": "/b", "path": "/d"} in operations
    assert patch.diff(old, old) == []

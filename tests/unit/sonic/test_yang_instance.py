"""CONFIG_DB rows as YANG instance data."""

from pathlib import Path
from typing import Any, cast
from xml.etree import ElementTree as ET

import pytest

from railwright.sonic.configdb import ConfigDb
from railwright.sonic.yang_instance import Document, Place, convert
from railwright.sonic.yang_schema import Table, read_tables

MODELS = Path(__file__).resolve().parents[2] / "data" / "yang"


@pytest.fixture(scope="module")
def tables() -> dict[str, Table]:
    return read_tables(sorted(MODELS.glob("*.yang")))


def elements(document: Document) -> list[str]:
    """Return the document without the lines of modules and tables."""
    return [text for text, at in document.lines if at.key]


def test_one_line_for_each_element_knows_where_it_came_from(tables: dict[str, Table]) -> None:
    document, problems = convert({"PORT": {"Ethernet0": {"mtu": "9100"}}}, tables)
    row = Place("PORT", "Ethernet0")
    assert problems == []
    assert document.lines == (
        ('<small-port xmlns="urn:small:port">', Place("")),
        ("<PORT>", Place("PORT")),
        ("<PORT_LIST>", row),
        ("<name>Ethernet0</name>", row),
        ("<mtu>9100</mtu>", Place("PORT", "Ethernet0", "mtu")),
        ("</PORT_LIST>", row),
        ("</PORT>", Place("PORT")),
        ("</small-port>", Place("")),
    )
    assert document.xml().splitlines() == [text for text, _ in document.lines]


def test_tables_of_one_module_share_its_container(tables: dict[str, Table]) -> None:
    config: ConfigDb = {
        "WRED_PROFILE": {"w": {}},
        "PORT": {"Ethernet0": {}},
        "QUEUE": {"CPU|0": {}},
    }
    document, _ = convert(config, tables)
    openings = [text for text, at in document.lines if not at.table and "xmlns" in text]
    assert openings == ['<small-port xmlns="urn:small:port">', '<small-qos xmlns="urn:small:qos">']


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (
            {"INTERFACE": {"Ethernet0|10.0.0.0/31": {}}},
            ["<name>Ethernet0</name>", "<prefix>10.0.0.0/31</prefix>"],
        ),
        ({"DEVICE_METADATA": {"localhost": {"bgp_asn": "1"}}}, ["<bgp_asn>1</bgp_asn>"]),
        ({"DEVICE_METADATA": {"localhost": {"groups": ["a", "b"]}}}, ["<groups>a</groups>"] * 1),
        (
            {"DSCP_TO_TC_MAP": {"AZURE": {"3": "4"}}},
            ["<DSCP_TO_TC_MAP>", "<dscp>3</dscp>", "<tc>4</tc>", "</DSCP_TO_TC_MAP>"],
        ),
        (
            {"PORT": {"Ethernet0": {"adv_speeds": "100, 200,"}}},
            ["<adv_speeds>100</adv_speeds>", "<adv_speeds>200</adv_speeds>"],
        ),
        ({"PFC_WD": {"GLOBAL": {"POLL_INTERVAL": "200"}}}, ["<GLOBAL>", "</GLOBAL>"]),
        ({"PFC_WD": {"Ethernet0": {"detection_ms": "200"}}}, ["<port>Ethernet0</port>"]),
        ({"NEIGHBOR": {"10.0.0.1": {"asn": "1"}}}, ["<NEIGHBOR_SIMPLE_LIST>"]),
        ({"NEIGHBOR": {"10.0.0.1": {"peer_type": "x"}}}, ["<NEIGHBOR_FULL_LIST>"]),
        ({"NEIGHBOR": {"10.0.0.1": {}}}, ["<NEIGHBOR_FULL_LIST>"]),
    ],
)
def test_rows_find_their_node(
    tables: dict[str, Table], config: ConfigDb, expected: list[str]
) -> None:
    document, problems = convert(config, tables)
    assert problems == []
    assert [text for text in elements(document) if text in expected] == expected


def test_text_survives_xml(tables: dict[str, Table]) -> None:
    text = "a<b>&\"'\r\n\tü\u2028 ]]>"
    document, problems = convert({"BANNER": {"global": {"text": text}}}, tables)
    assert problems == []
    root = ET.fromstring(document.xml())  # noqa: S314
    assert root.findtext(".//{*}text") == text
    assert len(document.xml().split("\n")) == len(document.lines)


@pytest.mark.parametrize(
    ("config", "place", "message"),
    [
        (
            {"PROT": {"Ethernet0": {}}},
            "PROT",
            'no YANG model knows this table, and config reload aborts on it; did you mean "PORT"?',
        ),
        (
            {"link-event": {"x": {}}},
            "link-event",
            "no YANG model knows this table, and config reload aborts on it",
        ),
        (
            {"PORT": {}},
            "PORT",
            "the table is empty, which config apply-patch and replace refuse; leave it out",
        ),
        (
            {"PORT": {"Ethernet0": {"NULL": "NULL"}}},
            "PORT|Ethernet0",
            'a file cannot hold {"NULL": "NULL"}; write {} for an empty row',
        ),
        (
            {"PORT": {"Ethernet0": {"mtuu": "1"}}},
            "PORT|Ethernet0 mtuu",
            'no such field; did you mean "mtu"?',
        ),
        ({"PORT": {"Ethernet0": {"zzz": "1"}}}, "PORT|Ethernet0 zzz", "no such field"),
        (
            {"PFC_WD": {"GLOBAL": {"POLL": "1"}}},
            "PFC_WD|GLOBAL POLL",
            "no such field",
        ),
        (
            {"NEIGHBOR": {"10.0.0.1": {"asn": "1", "name": "x", "bfd": "true"}}},
            "NEIGHBOR|10.0.0.1 bfd",
            "no such field",
        ),
        (
            {"QUEUE": {"Ethernet0": {}}},
            "QUEUE|Ethernet0",
            "a key of 1 part fits no row of this table; keys are `port|index`",
        ),
        (
            {"PFC_WD": {"a|b": {}}},
            "PFC_WD|a|b",
            "a key of 2 parts fits no row of this table; keys are `port` or `GLOBAL`",
        ),
        (
            {"PORT": {"Ethernet0": {"mtu": 9100}}},
            "PORT|Ethernet0 mtu",
            'the bare value 9100 where CONFIG_DB holds a string or a list of strings; write "9100"',
        ),
        (
            {"PORT": {"Ethernet0": {"mtu": ["9100"]}}},
            "PORT|Ethernet0 mtu",
            "a JSON list where SONiC reads one string",
        ),
        (
            {"PORT": {"Ethernet0": {"adv_speeds": ["100"]}}},
            "PORT|Ethernet0 adv_speeds",
            "a JSON list where SONiC reads one string, its elements joined by ','",
        ),
        (
            {"ACL_TABLE": {"a": {"ports": "Ethernet0,Ethernet4"}}},
            "ACL_TABLE|a ports",
            "a plain string where SONiC reads a JSON list",
        ),
        (
            {"ACL_TABLE": {"a": {"ports": []}}},
            "ACL_TABLE|a ports",
            "an empty list cannot be stored; leave the field out",
        ),
        (
            {"ACL_TABLE": {"a": {"ports": [""]}}},
            "ACL_TABLE|a ports",
            "an empty list cannot be stored; leave the field out",
        ),
        (
            {"ACL_TABLE": {"a": {"ports": ["\x07"]}}},
            "ACL_TABLE|a ports",
            "the text holds the control character '\\x07'",
        ),
        (
            {"PORT": {"Ethernet\x00": {}}},
            "PORT|Ethernet\x00",
            "the key holds the control character '\\x00'",
        ),
        (
            {"DSCP_TO_TC_MAP": {"AZURE": {"3": ["4"]}}},
            "DSCP_TO_TC_MAP|AZURE 3",
            "a JSON list where SONiC reads one string",
        ),
        (
            {"PORT": {"Ethernet0": {"name": "Ethernet4"}}},
            "PORT|Ethernet0 name",
            "is 'Ethernet4', but the row's key says 'Ethernet0'",
        ),
    ],
)
def test_what_cannot_be_instance_data_is_a_problem(
    tables: dict[str, Table], config: Any, place: str, message: str
) -> None:
    document, problems = convert(cast(ConfigDb, config), tables)
    assert [(str(at), what) for at, what in problems] == [(place, message)]
    if document.lines:
        ET.fromstring(document.xml())  # noqa: S314 - what is left is well-formed


def test_a_problem_leaves_the_rest_in_the_document(tables: dict[str, Table]) -> None:
    config: ConfigDb = {"PORT": {"Ethernet0": {"mut": "1", "mtu": "9100"}, "a|b": {}}}
    document, problems = convert(config, tables)
    assert len(problems) == 2
    assert elements(document) == [
        "<PORT_LIST>",
        "<name>Ethernet0</name>",
        "<mtu>9100</mtu>",
        "</PORT_LIST>",
    ]


def test_fields_and_rows_can_be_cut_out(tables: dict[str, Table]) -> None:
    config: ConfigDb = {
        "PORT": {"Ethernet0": {"mtu": "1", "fec": "rs"}, "Ethernet4": {"mtu": "1"}},
        "DSCP_TO_TC_MAP": {"AZURE": {"3": "4", "5": "6"}},
    }
    document, _ = convert(config, tables)
    shorter = document.without(
        {
            Place("PORT", "Ethernet0", "mtu"),
            Place("PORT", "Ethernet4"),
            Place("DSCP_TO_TC_MAP", "AZURE", "3"),
        }
    )
    expected, _ = convert(
        {"PORT": {"Ethernet0": {"fec": "rs"}}, "DSCP_TO_TC_MAP": {"AZURE": {"5": "6"}}}, tables
    )
    assert shorter == expected


def test_rows_lacking_a_field_are_found(tables: dict[str, Table]) -> None:
    config: ConfigDb = {
        "PFC_WD": {"Ethernet0": {}, "Ethernet4": {"detection_ms": "1"}, "GLOBAL": {}}
    }
    document, _ = convert(config, tables)
    assert document.rows_lacking("PFC_WD", "PFC_WD_LIST", "detection_ms") == [
        Place("PFC_WD", "Ethernet0"),
        Place("PFC_WD", "GLOBAL"),
    ]

"""The text form of CONFIG_DB: canonical out, checked in."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from railwright.sonic.configdb import (
    LISTS_STORED_AS_TEXT,
    ConfigDb,
    ConfigDbError,
    dumps,
    key_parts,
    loads,
    row_key,
)

words = st.text(
    st.characters(max_codepoint=0x2FFF, categories=("L", "Nd", "P", "Z", "Cc")), max_size=8
)
rows = st.dictionaries(words, words | st.lists(words, max_size=3), max_size=4)
configs = st.dictionaries(words, st.dictionaries(words, rows, max_size=4), max_size=4)


def test_text_is_laid_out_as_a_switch_prints_it() -> None:
    config: ConfigDb = {
        "PORT": {"Ethernet16": {"speed": "400000", "mtu": "9100"}, "Ethernet4": {}},
        "ACL_TABLE": {"A": {"ports": ["Ethernet8", "Ethernet0"]}, "B": {"ports": []}},
    }
    assert dumps(config).decode() == (
        "{\n"
        '    "ACL_TABLE": {\n'
        '        "A": {\n'
        '            "ports": [\n'
        '                "Ethernet8",\n'
        '                "Ethernet0"\n'
        "            ]\n"
        "        },\n"
        '        "B": {\n'
        '            "ports": []\n'
        "        }\n"
        "    },\n"
        '    "PORT": {\n'
        '        "Ethernet4": {},\n'
        '        "Ethernet16": {\n'
        '            "mtu": "9100",\n'
        '            "speed": "400000"\n'
        "        }\n"
        "    }\n"
        "}\n"
    )


def test_order_of_building_does_not_show_in_the_text() -> None:
    one: ConfigDb = {"A": {"x": {"1": "a", "01": "d", "10": "b", "2": "c"}}, "B": {}}
    two: ConfigDb = {"B": {}, "A": {"x": {"2": "c", "10": "b", "01": "d", "1": "a"}}}
    assert dumps(one) == dumps(two)
    assert list(json.loads(dumps(one))["A"]["x"]) == ["01", "1", "2", "10"]


@given(configs)
def test_reading_back_gives_the_same_configuration(config: ConfigDb) -> None:
    text = dumps(config)
    assert loads(text) == config
    assert dumps(loads(text)) == text


@given(configs)
def test_layout_is_that_of_the_standard_library(config: ConfigDb) -> None:
    text = dumps(config).decode()
    assert text == json.dumps(json.loads(text), indent=4, ensure_ascii=False) + "\n"


def test_syntax_error_names_file_line_and_column() -> None:
    with pytest.raises(ConfigDbError) as caught:
        loads('{\n "PORT": {\n  "Ethernet0": }\n}', "leaf.json")
    assert str(caught.value).startswith("leaf.json:3:16: not JSON: ")


def test_every_value_of_a_wrong_type_is_named_at_once() -> None:
    text = """{"PORT": {"Ethernet0": {"mtu": 9100, "fec": true, "adv": ["1", 2], "x": null},
               "Ethernet4": []}, "VLAN": 3}"""
    with pytest.raises(ConfigDbError) as caught:
        loads(text, "leaf.json")
    tail = "where CONFIG_DB holds a string or a list of strings"
    assert caught.value.problems == (
        f'leaf.json: PORT|Ethernet0 mtu: the bare value 9100 {tail}; write "9100"',
        f'leaf.json: PORT|Ethernet0 fec: the bare value true {tail}; write "true"',
        f"leaf.json: PORT|Ethernet0 adv: a list with something else than strings in it {tail}",
        f"leaf.json: PORT|Ethernet0 x: null {tail}",
        "leaf.json: PORT|Ethernet4: a row is an object of fields, got a list",
        "leaf.json: VLAN: a table is an object of rows, got the bare value 3",
    )


def test_a_file_of_wrong_values_does_not_flood_the_terminal() -> None:
    text = json.dumps({"PORT": {f"Ethernet{n}": {"mtu": n} for n in range(100)}})
    with pytest.raises(ConfigDbError) as caught:
        loads(text)
    assert len(caught.value.problems) == 100
    lines = str(caught.value).splitlines()
    assert len(lines) == 21
    assert lines[-1] == "and 80 more problems"


@pytest.mark.parametrize("text", ["[]", '"x"', "null", "7"])
def test_only_an_object_is_a_configuration(text: str) -> None:
    with pytest.raises(ConfigDbError, match="a configuration is an object of tables"):
        loads(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('{"PORT": {}, "PORT": {"Ethernet0": {}}}', "PORT"),
        ('{"PORT": {"Ethernet0": {"mtu": "1"}, "Ethernet0": {"mtu": "1"}}}', "Ethernet0"),
        ('{"PORT": {"Ethernet0": {"mtu": "1", "mtu": "2"}}}', "mtu"),
        ('{"A": {"b": {"c": "\\"", "c": ["d"]}}}', "c"),
    ],
)
@pytest.mark.parametrize("as_bytes", [True, False])
def test_a_name_that_stands_twice_is_refused(text: str, name: str, as_bytes: bool) -> None:
    with pytest.raises(ConfigDbError, match=f'"{name}" stands more than once in one object'):
        loads(text.encode() if as_bytes else text)


def test_what_a_second_object_hides_is_no_traceback() -> None:
    hidden = '{"x":' * 1000 + "1" + "}" * 1000

    with pytest.raises(ConfigDbError, match="nested too deeply"):
        loads(f'{{"PORT": {hidden}, "PORT": {{}}}}')


def test_keys_join_and_split() -> None:
    assert row_key("Ethernet0", 3) == "Ethernet0|3"
    assert key_parts("Ethernet0|fd00::1/64") == ("Ethernet0", "fd00::1/64")
    assert key_parts("192.0.2.1|161|") == ("192.0.2.1", "161", "")
    with pytest.raises(ValueError, match="holds the separator"):
        row_key("a|b", "c")


def test_separators_of_lists_stored_as_text() -> None:
    assert {key for key, mark in LISTS_STORED_AS_TEXT.items() if mark == ";"} == {
        ("NTP", "src_intf")
    }
    assert set(LISTS_STORED_AS_TEXT.values()) == {",", ";"}

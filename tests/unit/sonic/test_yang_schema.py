"""The shape read from YANG models."""

from pathlib import Path

import pytest

from railwright.errors import RailwrightError
from railwright.sonic.yang_schema import Statement, Table, parse_yang, read_tables

MODELS = Path(__file__).resolve().parents[2] / "data" / "yang"


@pytest.fixture(scope="module")
def tables() -> dict[str, Table]:
    return read_tables(sorted(MODELS.glob("*.yang")))


def module(body: str) -> str:
    return f'module m {{ namespace "urn:m"; prefix m; {body} }}'


def test_tables_are_the_containers_below_the_module_container(tables: dict[str, Table]) -> None:
    assert sorted(tables) == [
        "ACL_RULE",
        "ACL_TABLE",
        "BANNER",
        "DEVICE_METADATA",
        "DSCP_TO_TC_MAP",
        "INTERFACE",
        "NEIGHBOR",
        "PFC_WD",
        "PORT",
        "QUEUE",
        "WRED_PROFILE",
    ]
    assert (tables["PORT"].module, tables["PORT"].namespace) == ("small-port", "urn:small:port")


def test_groupings_of_another_module_are_inlined(tables: dict[str, Table]) -> None:
    (ports,) = tables["PORT"].lists
    assert ports.keys == ("name",)
    assert {name for name, is_list in ports.leaves.items() if is_list} == {"adv_speeds"}
    assert {"description", "admin_status"} < ports.leaves.keys()


def test_cases_of_a_choice_are_ordinary_leaves(tables: dict[str, Table]) -> None:
    (rules,) = tables["ACL_RULE"].lists
    assert list(rules.leaves) == ["table", "rule", "SRC_IP", "SRC_IPV6"]


def test_a_table_can_have_lists_of_several_key_lengths(tables: dict[str, Table]) -> None:
    assert [node.keys for node in tables["INTERFACE"].lists] == [("name",), ("name", "prefix")]


def test_rows_of_fixed_name(tables: dict[str, Table]) -> None:
    assert tables["PFC_WD"].fixed_rows == {"GLOBAL": {"POLL_INTERVAL": False}}
    assert tables["DEVICE_METADATA"].fixed_rows["localhost"]["groups"] is True


def test_map_tables_are_recognised_by_their_inner_list(tables: dict[str, Table]) -> None:
    (maps,) = tables["DSCP_TO_TC_MAP"].lists
    assert (maps.map_value, maps.inner_name) == ("tc", "DSCP_TO_TC_MAP")
    assert [node.map_value for node in tables["PORT"].lists] == [None]


def test_strings_comments_and_concatenation() -> None:
    text = """
    module m { // a comment { with a brace
      prefix 'single "quoted"'; /* another ; one */
      description "a \\"b\\"\\n" + 'c\\n' + "\\td";
      organization "+";
      namespace http://example.org/m;
      container c { };
    }
    """
    assert parse_yang(text) == Statement(
        "module",
        "m",
        (
            Statement("prefix", 'single "quoted"'),
            Statement("description", 'a "b"\nc\\n\td'),
            Statement("organization", "+"),
            Statement("namespace", "http://example.org/m"),
            Statement("container", "c"),
        ),
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("module m {\n leaf a; }\n}", "line 3: unexpected '}'"),
        ("module m {\n { }\n}", "line 2: unexpected '{'"),
        ("module m {\n leaf a\n}", "line 3: unexpected '}'"),
        ('module m {\n\n description "x;\n}', "line 3: a quote or comment never ends"),
        ("module m {\n /* x", "line 2: a quote or comment never ends"),
        ("module m {\n leaf a;\n", "line 3: the text ends inside a statement"),
        ("", "line 1: the text ends inside a statement"),
        ("module a { } module b { }", "line 1: the text ends inside a statement"),
    ],
)
def test_malformed_text_is_refused_with_its_line(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason.replace("{", r"\{").replace("}", r"\}")):
        parse_yang(text)


def test_malformed_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "m.yang"
    path.write_text("module m {")
    with pytest.raises(RailwrightError, match=r"m\.yang: not a YANG model: line 1: "):
        read_tables([path])
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(RailwrightError, match=r"m\.yang: not a YANG model: 'utf-8'"):
        read_tables([path])
    with pytest.raises(RailwrightError, match=r"cannot read this YANG model: Is a directory"):
        read_tables([tmp_path])


def test_a_grouping_that_uses_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m.yang").write_text(
        module(
            "grouping a { uses b; } grouping b { uses m:a; }"
            "container m { container T { container r { uses a; } } }"
        )
    )
    with pytest.raises(RailwrightError, match="module m: grouping a uses itself"):
        read_tables([tmp_path / "m.yang"])


@pytest.mark.parametrize("name", ["a", "x:a"])
def test_a_missing_grouping_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "m.yang").write_text(
        module(f"import x {{ prefix x; }} container m {{ container T {{ uses {name}; }} }}")
    )
    with pytest.raises(RailwrightError, match=f"module m: `uses {name}` names no grouping"):
        read_tables([tmp_path / "m.yang"])


def test_the_nearest_grouping_of_a_name_counts(tmp_path: Path) -> None:
    (tmp_path / "m.yang").write_text(
        module(
            "grouping g { leaf outer { type string; } }"
            "container m { container T { grouping g { leaf inner { type string; } }"
            "  container r { uses g; } } container U { container r { uses g; } } }"
        )
    )
    found = read_tables([tmp_path / "m.yang"])
    assert found["T"].fixed_rows == {"r": {"inner": False}}
    assert found["U"].fixed_rows == {"r": {"outer": False}}

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from railwright.intent.yaml_lines import flow, parse, scalar


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("nUll", "nUll"),
        ("true", True),
        ("FALSE", False),
        ("yes", "yes"),
        ("on", "on"),
        ("12", 12),
        ("-12", -12),
        ("+12", 12),
        ("010", 10),
        ("0o10", 8),
        ("0xfF", 255),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        ("1.5", 1.5),
        ("1.", 1.0),
        (".5", 0.5),
        ("1e3", 1000.0),
        (".", "."),
        ("-.inf", -math.inf),
        ("2024-01-01", "2024-01-01"),
        ("7060x6-64pe", "7060x6-64pe"),
        ("10.16.0.0/12", "10.16.0.0/12"),
        ("9" * 64, int("9" * 64)),
        ("9" * 5000, "9" * 5000),
        ("١٢", "١٢"),  # digits of another script are text
    ],
)
def test_plain_scalar_of_the_core_schema(text: str, value: Any) -> None:
    read = scalar(text)
    assert (type(read), read) == (type(value), value)


def test_not_a_number() -> None:
    read = scalar(".nan")
    assert isinstance(read, float)
    assert math.isnan(read)


@pytest.mark.parametrize("text", ['k: "12"\n', "k: '12'\n", "k: |-\n  12\n", "k: >-\n  12\n"])
def test_quoted_and_block_scalars_are_text(text: str) -> None:
    root, problems = parse(text, "f")
    assert (root.plain(), problems) == ({"k": "12"}, ())


def test_aliases_share_values_and_keep_their_own_line() -> None:
    root, problems = parse("a: &x\n  b: 1\nc:\n  - *x\n", "f")
    assert root.plain() == {"a": {"b": 1}, "c": [{"b": 1}]}
    assert problems == ()
    assert root.deepest(("c", 0)).line == 4
    assert root.deepest(("c", 0, "b")).line == 2


PLAIN: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(PLAIN)
def test_flow_reads_back_as_itself(value: Any) -> None:
    root, problems = parse(f"k: {flow(value)}\n", "f")
    assert (root.plain()["k"], problems) == (value, ())

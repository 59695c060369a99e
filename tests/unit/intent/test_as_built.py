"""The as-built record: what is written is read back, what is wrong is said with its line."""

from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from railwright.cells import unescaped
from railwright.intent.as_built import (
    COLUMNS,
    AsBuilt,
    Mark,
    Value,
    What,
    dumps,
    mark_id,
    parse,
    printable,
)

MARK = Mark("gpu0001:rail0", "pulled", True, "Li Wei", "2026-03-01T09:30:00Z", id="ab12-1")


LETTERS = st.characters(categories=("L", "N", "P", "S"), include_characters=" ")


def texts(most: int) -> st.SearchStrategy[str]:
    """Texts as they are read: without blanks around, without a quote for formulas."""
    return st.text(LETTERS, max_size=most).map(lambda text: unescaped(text.strip()).strip())


CABLES = st.sampled_from(("gpu0001:rail0", "gpu0002:rail7", "su1-rail0-leaf:Ethernet320.1"))
IDS = st.sampled_from(("ab12cd34-1", "b-0123456789abcdef", "_", "x" * 40))
WHATS: dict[What, st.SearchStrategy[Value]] = {
    "pulled": st.booleans(),
    "connected": st.booleans(),
    "tested": st.booleans(),
    "port": st.sampled_from((None, "Ethernet8", "eth1-1.2")),
    "length_m": st.none() | st.integers(1, 1_000_000).map(lambda number: number / 100),
    "remark": texts(40).map(lambda text: text or None),
}


@st.composite
def marks(draw: st.DrawFn) -> Mark:
    what = draw(st.sampled_from(list(WHATS)))
    return Mark(
        draw(CABLES),
        what,
        draw(WHATS[what]),
        draw(texts(20)) or "Li",
        f"2026-03-01T{draw(st.integers(0, 23)):02d}:30:00Z",
        draw(texts(40)),
        draw(IDS | st.just("")),
        tuple(draw(st.lists(IDS, max_size=2))),
    )


@given(st.lists(marks(), max_size=4, unique_by=lambda mark: (mark.cable, mark.what)))
def test_what_is_written_is_read_back(some: list[Mark]) -> None:
    found, problems = parse(dumps(some), "as-built.csv")
    assert problems == ()
    assert found == AsBuilt("as-built.csv", tuple(some), tuple(range(2, len(some) + 2)))


def test_no_cell_is_a_formula() -> None:
    line = dumps([replace(MARK, by="=1+1", note="-1.2 dBm")]).splitlines()[1]
    assert line == "gpu0001:rail0,pulled,yes,'=1+1,2026-03-01T09:30:00Z,'-1.2 dBm,ab12-1,,"


def test_a_mark_without_an_id_has_one_from_what_it_says() -> None:
    bare = replace(MARK, id="")
    assert mark_id(MARK) == "ab12-1"
    said = "gpu0001:rail0|pulled|yes|Li Wei|2026-03-01T09:30:00Z|"
    assert mark_id(bare) == f"b-{sha256(said.encode()).hexdigest()[:16]}"
    assert len({mark_id(replace(bare, **change)) for change in CHANGES}) == len(CHANGES)


CHANGES: tuple[dict[str, Any], ...] = (
    {},
    {"cable": "gpu0001:rail1"},
    {"what": "tested"},
    {"value": False},
    {"by": "Li"},
    {"at": "2026-03-01T09:30:01Z"},
    {"note": "-1.2 dBm"},
)


@pytest.mark.parametrize(
    ("cells", "what"),
    [
        ("gpu1,pulled,yes,Li,2026-03-01T09:30:00Z", "cable: must be the id of a cable, got 'gpu1'"),
        ("gpu0001:rail0,torn,yes,Li,2026-03-01T09:30:00Z", "what: must be one of pulled, "),
        ("gpu0001:rail0,pulled,ja,Li,2026-03-01T09:30:00Z", "value: must be yes or no, got 'ja'"),
        ("gpu0001:rail0,length_m,0,Li,2026-03-01T09:30:00Z", "value: must be metres, above 0 "),
        ("gpu0001:rail0,length_m,nan,Li,2026-03-01T09:30:00Z", "value: must be metres, above 0 "),
        ("gpu0001:rail0,length_m,1e9,Li,2026-03-01T09:30:00Z", "value: must be metres, above 0 "),
        ("gpu0001:rail0,length_m,x,Li,2026-03-01T09:30:00Z", "value: must be metres such as 12.5"),
        ("gpu0001:rail0,port,a b,Li,2026-03-01T09:30:00Z", "value: must be a port such as "),
        ("gpu0001:rail0,pulled,yes,,2026-03-01T09:30:00Z", "by: must be a name of 1 to 64 "),
        ("gpu0001:rail0,pulled,yes,Li,2026-02-30T09:30:00Z", "at: must be a time such as "),
        ("gpu0001:rail0,pulled,yes,Li,2026-03-01 09:30", "at: must be a time such as "),
    ],
)
def test_wrong_rows_say_where_and_why(cells: str, what: str) -> None:
    found, problems = parse(f"cable,what,value,by,at\n{cells}\n", "as-built.csv")
    assert found.marks == ()
    assert [str(one).startswith(f"as-built.csv:2: {what}") for one in problems] == [True], problems


def test_one_row_for_each_thing() -> None:
    text = dumps([MARK, replace(MARK, id="x")])
    _, problems = parse(text, "as-built.csv")
    assert [one.line for one in problems] == [3]
    assert text.splitlines()[0] == ",".join(COLUMNS)


def test_checks_of_a_mark_are_kept() -> None:
    mark = replace(MARK, check="0a1b2c3d", through=("11111111", "22222222"))
    text = dumps([mark])
    assert text.splitlines()[1].endswith(",0a1b2c3d 11111111 22222222")
    assert parse(text, "as-built.csv")[0].marks == (mark,)
    _, problems = parse(text.replace("0a1b2c3d", "ABC"), "as-built.csv")
    assert [str(one) for one in problems] == [
        "as-built.csv:2: check: must be checks of the cable, eight hexadecimal digits each, "
        "got 'ABC'"
    ]


def test_a_record_without_the_column_of_checks_is_read() -> None:
    rows = [line.rsplit(",", 1)[0] for line in dumps([MARK]).splitlines()]
    found, problems = parse("\n".join(rows), "as-built.csv")
    assert (found.marks, problems) == ((MARK,), ())


@pytest.mark.parametrize(
    ("text", "sound"),
    [
        ("弯折 \u3000 ok", True),
        ("\U0001fae8 \U0001fadf \u0378", True),
        ("a\u200bb", False),
        ("a\u2028b", False),
        ("a\x85b", False),
        ("a\x1b[0m", False),
    ],
)
def test_what_is_printable_does_not_depend_on_how_new_a_character_is(
    text: str, *, sound: bool
) -> None:
    assert printable(text) is sound

"""Exports of the page for phones: every field is checked, each problem says where it is."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from railwright.redline import phone
from railwright.redline.model import MAX_MARKS

MARK: dict[str, Any] = {
    "id": "k3j5h2g1-1",
    "cable": "gpu0001:rail0",
    "check": "0a1b2c3d",
    "what": "pulled",
    "value": True,
    "by": "Li Wei",
    "at": "2026-03-01T09:30:00Z",
    "note": "",
    "after": [],
}
FILE: dict[str, Any] = {
    "format": "railwright-marks",
    "version": 1,
    "cluster": "tiny",
    "revision": "0123456789ab",
    "marks": [MARK],
}


def problems(data: Any, cluster: str = "tiny") -> list[str]:
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    contents, wrong = phone.read(raw, "li.json", cluster)
    return [str(one) for one in (*wrong, *contents.unsound)]


def test_a_sound_export_has_no_problems() -> None:
    marks = [
        MARK,
        {**MARK, "id": "a-2", "what": "length_m", "value": 5, "note": "x", "after": ["b", "a"]},
        {**MARK, "id": "a-3", "what": "port", "value": None},
        {**MARK, "id": "a-4", "what": "remark", "value": " 弯折 ", "by": " 李伟 "},
        {**MARK, "id": "a-5", "what": "remark", "value": ""},
    ]
    contents, wrong = phone.read(
        b"\xef\xbb\xbf" + json.dumps({**FILE, "marks": marks}).encode(), "li.json", "tiny"
    )
    assert wrong == []
    found = [one.mark for one in contents.marks]
    assert [(mark.value, mark.by) for mark in found] == [
        (True, "Li Wei"),
        (5.0, "Li Wei"),
        (None, "Li Wei"),
        ("弯折", "李伟"),
        (None, "Li Wei"),
    ]
    assert type(found[1].value) is float
    assert found[1].after == ("a", "b")


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"id": "a b"}, "id: must be the id of a mark, got 'a b'"),
        ({"id": "x" * 41}, "id: must be the id of a mark, got "),
        ({"cable": "../x"}, "cable: must be the id of a cable, got '../x'"),
        ({"check": "XYZ"}, "check: must be the check of a cable"),
        ({"what": "eaten"}, "what: must be one of pulled, connected, tested, port, "),
        ({"value": 1}, "value: must be true or false, got 1"),
        ({"what": "port", "note": "x", "value": "a b"}, "value: must be a port such as Ethernet8"),
        ({"what": "length_m", "note": "x", "value": True}, "value: must be metres, got true"),
        ({"what": "length_m", "note": "x", "value": -1}, "value: must be metres, above 0 and at "),
        ({"what": "length_m", "note": "x", "value": 1e308}, "value: must be metres, above 0 and "),
        ({"what": "length_m", "note": "x", "value": "5"}, "value: must be metres, got '5'"),
        ({"what": "length_m", "value": 5}, "note: is missing; say why it is built otherwise"),
        ({"what": "port", "value": "Ethernet8"}, "note: is missing; say why it is built otherwise"),
        ({"what": "remark", "value": 7}, "value: must be text, got 7"),
        ({"what": "remark", "value": "x" * 256}, "value: must be at most 255 printable "),
        ({"by": ""}, "by: must be a name of 1 to 64 characters, got nothing"),
        ({"by": "x" * 65}, "by: must be a name of 1 to 64 characters, got "),
        ({"by": "a\nb"}, "by: must be a name of 1 to 64 characters, got 'a\\nb'"),
        ({"by": None}, "by: must be text, got nothing"),
        ({"at": "2026-02-30T00:00:00Z"}, "at: must be a time such as 2026-03-01T09:30:00Z"),
        ({"at": "2026-03-01T09:30:00+08:00"}, "at: must be a time such as 2026-03-01T09:30:00Z"),
        ({"note": "x" * 256}, "note: must be at most 255 printable characters, got "),
        ({"after": "a"}, "after: must be a list of at most 1000 ids, got 'a'"),
        ({"after": ["a"] * 1001}, "after: must be a list of at most 1000 ids, got a list of 1001"),
        ({"after": ["k3j5h2g1-1"]}, "after: must hold ids of other marks, got 'k3j5h2g1-1'"),
        ({"after": [1]}, "after: must hold ids of other marks, got 1"),
    ],
)
def test_every_field_is_checked(change: dict[str, Any], what: str) -> None:
    found = problems({**FILE, "marks": [MARK, {**MARK, "id": "k3j5h2g1-1", **change}]})
    assert len(found) == 1
    assert found[0].startswith(f"li.json: marks[1].{what}")


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"format": "x"}, "li.json: format: must be railwright-marks"),
        ({"version": 2}, "li.json: version: must be 1, got 2"),
        ({"version": True}, "li.json: version: must be 1, got true"),
        ({"cluster": "other"}, "li.json: cluster: must be tiny, got 'other'"),
        ({"revision": 7}, "li.json: revision: must be the revision of the page, got 7"),
        ({"marks": {}}, "li.json: marks: must be a list, got a mapping of keys"),
        ({"more": 1}, "li.json: unknown key 'more'; allowed: format, version, "),
        ({"marks": [7]}, "li.json: marks[0]: must be a mark, got 7"),
        ({"marks": [{**MARK, "x": 1}]}, "li.json: marks[0]: unknown key 'x'; allowed: id, "),
    ],
)
def test_what_is_around_the_marks_is_checked(change: dict[str, Any], what: str) -> None:
    found = problems({**FILE, **change})
    assert len(found) == 1
    assert found[0].startswith(what)


@pytest.mark.parametrize(
    "make",
    [
        lambda: b"",
        lambda: b"{",
        lambda: b"\xff\xfe",
        lambda: b'{"marks": NaN}',
        lambda: b"[" * 100_000,
        lambda: b'{"format": "\\ud800"}',
    ],
)
def test_what_is_no_json_is_refused(make: Callable[[], bytes]) -> None:
    assert problems(make()) == [
        "li.json: is not JSON; hand in the file that the page exported, unchanged"
    ]


def test_too_many_marks_are_refused_before_any_is_looked_at() -> None:
    found = problems({**FILE, "marks": [0] * (MAX_MARKS + 1)})
    assert found == [f"li.json: marks: must be at most {MAX_MARKS}, got {MAX_MARKS + 1}; "
                     "hand in fewer at once"]  # fmt: skip


def test_all_problems_are_told_at_once() -> None:
    marks = [{**MARK, "by": ""}, MARK, {**MARK, "at": "now"}]
    found = problems({**FILE, "marks": marks})
    assert [one.split(":")[1].strip() for one in found] == ["marks[0].by", "marks[2].at"]

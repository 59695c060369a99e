"""Workbooks and tables that somebody filled in: every cell that counts is read, or refused."""

import io
import zipfile
from datetime import date, datetime, timedelta, timezone
from typing import Any

import openpyxl
import pytest

from railwright.redline import table, workbook
from railwright.redline.cells import utc
from railwright.redline.model import MAX_FILE_BYTES, Statement
from railwright.redline.read import read as read_file
from railwright.redline.workbook import KEYS
from tests.unit.redline.samples import Site
from tests.unit.redline.samples import workbook as made

CABLE = "gpu0001:rail0"
ROW: dict[str, Any] = {"cable": CABLE, "check": "0a1b2c3d", "status": "planned"}


def said(*rows: dict[str, Any], sheet: str = "2-fabric") -> tuple[list[Statement], list[str]]:
    contents, problems = workbook.read(made({sheet: [{**ROW, **row} for row in rows]}), "w.xlsx")
    strong = [one for one in contents.statements if not one.weak]
    return strong, [str(one) for one in problems]


def brief(statements: list[Statement]) -> list[tuple[str, object, str, str, str]]:
    return [(one.what, one.value, one.by, one.at, one.note) for one in statements]


def test_a_status_says_all_steps_up_to_it() -> None:
    row = {"status": "Tested", "by": "Li", "at": "2026-03-01 09:30", "tested_by": "Anna"}
    statements, problems = said(
        {**row, "tested_at": "2026-03-02T10:00:00+08:00", "result": "'-1.2 dBm"}
    )
    assert problems == []
    assert brief(statements) == [
        ("tested", True, "Anna", "2026-03-02T02:00:00Z", "-1.2 dBm"),
        ("connected", True, "Li", "2026-03-01T09:30:00Z", ""),
        ("pulled", True, "Li", "2026-03-01T09:30:00Z", ""),
    ]
    assert str(statements[0].place) == "w.xlsx 2-fabric!C3"


@pytest.mark.parametrize(
    ("word", "steps"),
    [("未开始", 0), ("已布放", 1), ("已连接", 2), ("已测试", 3), (" PULLED ", 1), (None, 0)],
)
def test_a_status_in_either_language(word: str | None, steps: int) -> None:
    statements, problems = said({"status": word, "by": "李伟", "at": "2026-03-01 09:30"})
    assert problems == []
    assert len(statements) == steps


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("2026-03-01 09:30", "2026-03-01T09:30:00Z"),
        ("2026-03-01T09:30:15Z", "2026-03-01T09:30:15Z"),
        ("2026-03-01 17:30:00 +08:00", "2026-03-01T09:30:00Z"),
        ("2026-03-01", "2026-03-01T00:00:00Z"),
        (datetime(2026, 3, 1, 9, 29, 59, 999_990), "2026-03-01T09:30:00Z"),
        (date(2026, 3, 1), "2026-03-01T00:00:00Z"),
        (
            datetime(2026, 3, 1, 17, 30, tzinfo=timezone(timedelta(hours=8))),
            "2026-03-01T09:30:00Z",
        ),
    ],
)
def test_a_time_in_every_form(value: object, wanted: str) -> None:
    assert utc(value) == wanted


@pytest.mark.parametrize(
    "value", ["yesterday", "01.03.2026", "2026-02-30", "2026-03-01 25:00", 46082.4, True,
              datetime(9999, 12, 31, 23, 59, 59, 999_999)]
)  # fmt: skip
def test_what_is_no_time_is_refused(value: object) -> None:
    with pytest.raises(
        ValueError, match=r"is no time|must be a time|day is out of range|hour must be"
    ):
        utc(value)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({"cable": "x"}, "2-fabric!A3: cable: must be the id of a cable, got 'x'"),
        ({"check": None}, "2-fabric!B3: check: must be the check that was printed"),
        (
            {"status": "done"},
            "2-fabric!C3: status: must be one of planned, pulled, connected, tested",
        ),
        ({"at": "now"}, "2-fabric!E3: at: must be a time in UTC such as 2026-03-01 09:30, got"),
        ({"at": 46082.4}, "2-fabric!E3: at: must be a time in UTC such as 2026-03-01 09:30, got"),
        ({"by": "x" * 65}, "2-fabric!D3: by: must be a name of 1 to 64 characters, got"),
        ({"by": True}, "2-fabric!D3: by: must be text, got True"),
        ({"result": "x" * 256}, "2-fabric!H3: result: must be at most 255 printable characters"),
        ({"as_built_port": "a b"}, "2-fabric!I3: as_built_port: must be a port such as Ethernet8"),
        ({"as_built_length_m": "long"}, "2-fabric!J3: as_built_length_m: must be metres such as"),
        ({"as_built_length_m": -1}, "2-fabric!J3: as_built_length_m: must be metres, above 0"),
        ({"remark": "=1+1"}, "2-fabric!L3: remark: is a formula; write what it comes to"),
        ({"remark": "a\nb"}, "2-fabric!L3: remark: must be at most 255 printable characters"),
    ],
)
def test_wrong_cells_say_where_and_why(row: dict[str, Any], problem: str) -> None:
    _, problems = said({"status": None, **row})
    assert len(problems) == 1, problems
    assert problems[0].startswith(f"w.xlsx: {problem}")


def test_numbers_are_names_and_lengths_may_be_text() -> None:
    statements, problems = said(
        {"as_built_length_m": "12.5", "by": 4711, "at": "2026-03-01", "reason": "x"},
    )
    assert problems == []
    assert brief(statements) == [("length_m", 12.5, "4711", "2026-03-01T00:00:00Z", "x")]


def test_a_cable_stands_in_one_row() -> None:
    _, problems = said(ROW, ROW)
    assert problems == ["w.xlsx: 2-fabric!A4: cable: is already in 2-fabric!A3; remove one"]


def test_other_sheets_are_left_alone() -> None:
    _, problems = workbook.read(made({}), "w.xlsx")
    assert [str(one) for one in problems] == [
        "w.xlsx: has no sheet of a wave: their first, hidden row holds keys and begins with "
        "`cable`; hand in the workbook that was built"
    ]


def test_a_sheet_without_its_keys_is_told() -> None:
    book = openpyxl.load_workbook(io.BytesIO(made({"1-oob": [ROW]})))
    book["1-oob"].cell(1, KEYS.index("by") + 1).value = "who"
    stream = io.BytesIO()
    book.save(stream)
    _, problems = workbook.read(stream.getvalue(), "w.xlsx")
    assert str(problems[0]) == (
        "w.xlsx: 1-oob!1: lacks the keys by; put back what was in this hidden row"
    )


def zipped(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return stream.getvalue()


def with_part(name: str, data: bytes) -> bytes:
    """Return a workbook one part of which is another."""
    with zipfile.ZipFile(io.BytesIO(made({"1-oob": [ROW]}))) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    assert name in parts
    return zipped({**parts, name: data})


BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><sst><si><t>&b;</t></si></sst>"""


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04 not really",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        zipped({"a.txt": b"x"}),
        with_part("xl/workbook.xml", BOMB),
        with_part("xl/worksheets/sheet2.xml", BOMB),
        with_part("xl/worksheets/sheet2.xml", b"<worksheet><sheetData><row r='x'/>"),
        with_part("[Content_Types].xml", b"<a>" * 100_000),
    ],
)
def test_what_is_no_workbook_is_refused(data: bytes) -> None:
    _, problems = workbook.read(data, "w.xlsx")
    assert [str(one) for one in problems] == [
        "w.xlsx: is no workbook that can be read; save it as Excel workbook (.xlsx), without a "
        "password"
    ]


def test_a_workbook_that_unpacks_to_too_much_is_not_unpacked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workbook, "MAX_UNPACKED_BYTES", 1_000_000)
    _, problems = workbook.read(zipped({"xl/workbook.xml": b" " * 1_000_001}), "w.xlsx")
    assert str(problems[0]) == (
        "w.xlsx: unpacks to 1 parts of 1000001 bytes; 10000 parts of 1000000 bytes are allowed"
    )


def test_rows_without_end_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_ROWS", 1000)
    row = f'<row r="{workbook.MAX_ROWS + 5}"><c r="A{workbook.MAX_ROWS + 5}"><v>1</v></c></row>'
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1" t="inlineStr"><is><t>cable</t></is></c>'
    )
    keys = "".join(f'<c t="inlineStr"><is><t>{key}</t></is></c>' for key in KEYS[1:])
    data = with_part(
        "xl/worksheets/sheet2.xml", f"{sheet}{keys}</row>{row}</sheetData></worksheet>".encode()
    )
    _, problems = workbook.read(data, "w.xlsx")
    assert str(problems[0]) == (
        f"w.xlsx: 1-oob: has more than {workbook.MAX_ROWS} rows; remove those that are empty"
    )


def test_rows_of_all_sheets_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_ROWS_IN_ALL", 5)
    rows = [{**ROW, "cable": f"gpu000{number}:rail0"} for number in range(1, 4)]
    _, problems = workbook.read(made({"1-oob": rows[:1], "2-fabric": rows[1:]}), "w.xlsx")
    assert [str(one) for one in problems] == [
        "w.xlsx: has more than 5 rows in all sheets; hand in fewer at once"
    ]


def test_a_part_is_read_for_one_sheet_only() -> None:
    """Thousands of sheets may name one large part, and all of it would be read for each."""
    with zipfile.ZipFile(io.BytesIO(made({"1-oob": [ROW], "2-fabric": [ROW]}))) as archive:
        relations = archive.read("xl/_rels/workbook.xml.rels")
        parts = {part: archive.read(part) for part in archive.namelist()}
    parts["xl/_rels/workbook.xml.rels"] = relations.replace(b"sheet3.xml", b"sheet2.xml")
    assert parts["xl/_rels/workbook.xml.rels"] != relations
    _, problems = workbook.read(zipped(parts), "w.xlsx")
    assert str(problems[0]).startswith("w.xlsx: is no workbook that can be read;")


def test_problems_are_counted_up_to_a_limit() -> None:
    rows = [{**ROW, "cable": f"gpu{number}:rail0", "at": "now"} for number in range(1, 1100)]
    _, problems = workbook.read(made({"1-oob": rows}), "w.xlsx")
    assert len(problems) == workbook.MAX_WRONG + 2
    assert str(problems[-1]) == "w.xlsx: has more problems than these; mend them first"


@pytest.mark.parametrize("title", [b"a&#9;&#x85;b", b"x" * 32])
def test_what_a_sheet_is_called_is_not_printed_as_it_is(title: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(made({"1-oob": [ROW]}))) as archive:
        book = archive.read("xl/workbook.xml")
    _, problems = workbook.read(
        with_part("xl/workbook.xml", book.replace(b"1-oob", title)), "w.xlsx"
    )
    (text,) = map(str, problems)
    assert text.startswith("w.xlsx: has a sheet that is called '")
    assert text.isprintable()


def test_no_entity_of_a_workbook_is_expanded() -> None:
    assert openpyxl.DEFUSEDXML


HEAD = "cable,check,pulled,pulled_by,pulled_at,connected,connected_by,connected_at,tested,tested_by"
TABLE = f"{HEAD},tested_at,result,port,length_as_built_m,remark,by,at,reason\n"


def of_table(row: str) -> tuple[list[Statement], list[str]]:
    contents, problems = table.read(f"{TABLE}{row}\n".encode("utf-8-sig"), "cabling.csv")
    return list(contents.statements), [str(one) for one in problems]


def test_a_table_has_a_cell_for_every_step() -> None:
    statements, problems = of_table(
        f"{CABLE},0a1b2c3d,yes,Li,2026-03-01T09:30:00Z,no,Li,2026-03-02 09:30,yes,Anna,"
        "2026-03-03 09:30,'-1 dBm,Ethernet8,5,bent,Bob,2026-03-04 09:30,dead cage"
    )
    assert problems == []
    assert brief(statements) == [
        ("pulled", True, "Li", "2026-03-01T09:30:00Z", ""),
        ("connected", False, "Li", "2026-03-02T09:30:00Z", ""),
        ("tested", True, "Anna", "2026-03-03T09:30:00Z", "-1 dBm"),
        ("port", "Ethernet8", "Bob", "2026-03-04T09:30:00Z", "dead cage"),
        ("length_m", 5.0, "Bob", "2026-03-04T09:30:00Z", "dead cage"),
        ("remark", "bent", "Bob", "2026-03-04T09:30:00Z", ""),
    ]
    assert str(statements[0].place) == "cabling.csv:2"


def test_a_table_that_is_no_table_is_refused() -> None:
    for data, what in (
        (b"", "cabling.csv:1: is empty; the first line names the columns: cable, check, "),
        (b"a;b\n1;2\n", "cabling.csv:1: columns must be separated by commas"),
        ("cable,名\n".encode("gbk"), "cabling.csv:1: is not UTF-8 text; save the table as CSV "),
        (b"cable,check,polled\n", "cabling.csv:1: unknown column 'polled'; did you mean 'pulled'?"),
    ):
        problems = table.read(data, "cabling.csv")[1]
        assert str(problems[0]).startswith(what)


def test_wrong_cells_of_a_table_say_where() -> None:
    _, problems = of_table(f"{CABLE},0a1b2c3d,ja{',' * 15}")
    assert problems == ["cabling.csv:2: pulled: must be yes or no, got 'ja'"]


def test_other_files_are_refused(tiny: Site) -> None:
    big = tiny.folder / "big.json"
    with big.open("wb") as stream:
        stream.truncate(MAX_FILE_BYTES + 1)
    for path, what in (
        (big, f"is larger than {MAX_FILE_BYTES} bytes; hand in fewer marks at once"),
        (tiny.folder / "none.json", "cannot be read: no such file or directory"),
        (tiny.folder, "cannot be read: is a directory"),
        (
            tiny.intent.rename(tiny.folder / "a.txt"),
            "must be an export of the page (.json), a workbook (.xlsx) or cabling.csv",
        ),
    ):
        assert [str(one) for one in read_file(path, "tiny")[1]] == [f"{path}: {what}"]

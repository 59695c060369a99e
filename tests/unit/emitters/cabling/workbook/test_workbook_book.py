"""The workbook as a whole: its sheets, its cover, safe cells, the same bytes, other programs."""

import csv
import io
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell
from openpyxl.utils import get_column_letter

from railwright.emitters.cabling import volume
from railwright.emitters.cabling.job import Job, job_of
from railwright.emitters.cabling.volume import volumes
from railwright.intent.as_built import Mark
from railwright.intent.model import Language
from tests.unit.emitters.cabling.workbook import books
from tests.unit.plan.made import planned

FORMULAS = ("=COUNTIF(", "=SUM(", "=C")
UTF_8 = ":Text - txt - csv (StarCalc):44,34,76"
"""Commas, double quotes, and the number that LibreOffice gives UTF-8."""
READABLE_POINTS = 6.0
HOSTILE = ('=HYPERLINK("http://example.net")', "@SUM(1)", "+1+1", "-2+3", "\tx", "http://a.example")


def cells(book: Workbook) -> list[Cell]:
    return [
        cell
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell, Cell) and cell.value is not None
    ]


def hostile() -> Job:
    """A job whose every free text would be a formula, and a link or two."""
    job = books.on_floor()
    marks = (
        Mark("gpu0001:rail0", "connected", True, HOSTILE[0], "2026-03-01T09:30:00Z"),
        Mark("gpu0001:rail0", "tested", True, HOSTILE[1], "2026-03-01T09:30:00Z", HOSTILE[3]),
        Mark("gpu0002:rail0", "remark", HOSTILE[5], HOSTILE[2], "2026-03-01T09:30:00Z"),
        Mark("gpu0003:rail0", "length_m", 3.0, "x", "2026-03-01T09:30:00Z", HOSTILE[0]),
    )
    marked = books.with_marks(job, *marks)
    change = {
        "description": HOSTILE[0],
        "overrides": planned(
            {
                "nodes": {"gpu": {"count": 4}},
                "floor": {"rows": 1},
                "overrides": {
                    "places": [
                        {"device": "gpu0001", "rack": "A01", "bottom_u": 1, "reason": HOSTILE[1]}
                    ]
                },
            }
        ).intent.overrides,
    }
    return replace(
        marked, plan=replace(marked.plan, intent=marked.plan.intent.model_copy(update=change))
    )


def test_no_text_is_taken_for_a_formula_or_a_link() -> None:
    book = books.opened(hostile())
    found = cells(book)
    for cell in found:
        if cell.data_type == "f":
            assert cell.parent.title == "Cover"
            assert str(cell.value).startswith(FORMULAS)
        else:
            assert cell.data_type in ("s", "n")
            assert not str(cell.value).startswith(("=", "+", "-", "@", "\t"))
        if cell.hyperlink:
            assert cell.hyperlink.target is None
            assert cell.hyperlink.location
    said = {str(cell.value) for cell in found}
    assert {f"'{text}" for text in HOSTILE[:4]} <= said
    assert HOSTILE[5] in said


def test_numbers_are_numbers_and_text_is_text() -> None:
    for sheet in books.wave_sheets(books.book()):
        for row in books.wave_rows(sheet):
            for key in ("a_unit", "z_unit", "length_m"):
                assert row[key] is None or isinstance(row[key], int | float)
            assert all(isinstance(row[key], str) for key in ("cable", "check", "z_label"))


def test_the_same_plan_gives_the_same_bytes() -> None:
    assert books.content(books.on_floor()) == books.content(job_of(books.on_floor().plan))
    with zipfile.ZipFile(io.BytesIO(books.content(books.on_floor()))) as archive:
        assert {info.date_time[0] for info in archive.infolist()} == {1980}
        assert b"2000-01-01T00:00:00Z" in archive.read("docProps/core.xml")


@pytest.mark.parametrize(
    ("book", "job", "racks"),
    [(books.book, books.on_floor, True), (books.flat_book, books.nowhere, False)],
)
def test_the_sheets_are_in_order(book: Any, job: Any, racks: bool) -> None:
    plan = job().plan
    names = ["Cover", "Contents", "Pick list", *job().waves]
    if racks:
        names += [f"Rack {one.name}" for one in plan.floor.racks if one.name in job().by_rack]
    assert book().sheetnames == [*names, *(one.name for one in plan.switches)]


def test_the_contents_lead_to_every_other_sheet() -> None:
    book = books.book()
    led = {
        cell.hyperlink.location
        for row in book["Contents"].iter_rows()
        for cell in row
        if cell.hyperlink
    }
    others = set(book.sheetnames) - {"Cover", "Contents", "Pick list"}
    assert led == {f"'{name}'!A1" for name in others}


def test_few_sheets_need_no_contents() -> None:
    made = {"nodes": {"gpu": {"count": 4}}, "networks": {"compute": {"design": "rail-only"}}}
    book = books.opened(job_of(planned(made)))
    assert len(book.sheetnames) <= 20
    assert "Contents" not in book.sheetnames


@pytest.mark.parametrize(("language", "cover"), [("en", "Cover"), ("zh", "封面")])
def test_the_cover_says_what_one_has_to_know(language: Any, cover: str) -> None:
    job, book, words = books.on_floor(language), books.book(language), books.words(language)
    said = books.texts(book[cover])
    assert {job.cluster, job.revision, *job.waves} <= said
    for section in ("progress", "fill_in", "colours", "label_title", "terms", "lengths"):
        assert words[section] in said
    example = job.pulls[0]
    assert words["label_example"].format(cable=example.id) in said
    assert {plug.label for plug in example.plugs} <= said
    assert any("railwright redline" in text for text in said)
    orange, violet = words["colour_orange"], words["colour_violet"]
    assert {f"R0 {orange}", f"{words['chip_fabric']} {violet}", words["means_fabric"]} <= said
    assert words["wave_rail"].format(rail=7) in said
    assert len([text for text in said if text == words["wave_fabric"]]) == 1


def test_progress_is_counted_and_follows_the_sheets() -> None:
    at = "2026-03-01T09:30:00Z"
    job = books.with_marks(
        books.on_floor(),
        Mark("gpu0001:rail0", "pulled", True, "Ann", at),
        Mark("gpu0002:rail0", "tested", True, "Ann", at),
    )
    data = books.content(job)
    known = progress(load_workbook(io.BytesIO(data), data_only=True))
    cables = {wave: len(pulls) for wave, pulls in job.waves.items()}
    for wave, count in cables.items():
        steps = (2, 1, 1) if wave == "5-su1-rail0" else (0, 0, 0)
        assert known[wave] == (count, *steps, count - steps[-1])
    total = len(job.pulls)
    assert known["Total"] == (total, 2, 1, 1, total - 1)
    formulas = progress(load_workbook(io.BytesIO(data)))
    sheet = load_workbook(io.BytesIO(data))["5-su1-rail0"]
    keys = [cell.value for cell in sheet[1]]
    letter = get_column_letter(keys.index("status") + 1)
    area = f"'5-su1-rail0'!${letter}$3:${letter}${sheet.max_row}"
    assert formulas["5-su1-rail0"][3] == f'=COUNTIF({area},"tested")'
    assert str(formulas["5-su1-rail0"][1]).count("COUNTIF") == 3


def progress(book: Workbook) -> dict[str, tuple[object, ...]]:
    found: dict[str, tuple[object, ...]] = {}
    for row in book["Cover"].iter_rows(values_only=True, max_col=7):
        if isinstance(row[0], str) and row[2] is not None:
            found[row[0]] = row[2:7]
    return found


def test_every_page_says_what_it_belongs_to() -> None:
    languages: tuple[Language, ...] = ("en", "zh")
    for language in languages:
        job = books.on_floor(language)
        page = books.words(language)["page"].format(page="&P", pages="&N")
        for sheet in books.book(language).worksheets:
            head: Any = sheet.oddHeader
            foot: Any = sheet.oddFooter
            assert head.left.text.strip() == job.cluster
            assert head.center.text.strip() == "&A"
            assert job.revision in head.right.text
            assert job.revision in foot.left.text
            assert foot.right.text == page


def test_deviations_stand_on_the_cover() -> None:
    made = {
        "nodes": {"gpu": {"count": 4}},
        "floor": {"rows": 1},
        "overrides": {
            "places": [{"device": "gpu0001", "rack": "A01", "bottom_u": 1, "reason": "no water"}]
        },
    }
    job = job_of(planned(made))
    assert set(job.plan.intent.overrides.describe()) <= books.texts(books.opened(job)["Cover"])


def test_assumed_lengths_are_told() -> None:
    text = books.words()["lengths_assumed"]
    job = books.nowhere()
    said = text.format(count=len(job.pulls), all=len(job.pulls))
    assert said in books.texts(books.flat_book()["Cover"])


def test_every_volume_is_a_workbook_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(volume, "MOST_CABLES", 10)
    for job in (books.on_floor(), books.nowhere(), books.split()):
        cables: list[str] = []
        for part in volumes(job):
            book = books.opened(job, part)
            for sheet in books.wave_sheets(book):
                cables += [row["cable"] for row in books.wave_rows(sheet)]
            assert {f"Rack {rack}" for rack in part.racks} <= set(book.sheetnames)
            assert set(part.switches) <= set(book.sheetnames)
            assert any(part.name in text for text in books.texts(book["Cover"]))
        assert sorted(cables) == sorted(pull.id for pull in job.pulls)


@pytest.fixture
def office(tmp_path: Path) -> Any:
    """Return what converts a workbook with LibreOffice."""
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("no soffice here: apt install libreoffice-calc-nogui")

    def convert(data: bytes, kind: str, options: str = "") -> Path:
        (tmp_path / "cabling.xlsx").write_bytes(data)
        command = [
            program,
            f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
            *("--headless", "--convert-to", f"{kind}{options}", "--outdir", str(tmp_path)),
            str(tmp_path / "cabling.xlsx"),
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        assert "error" not in f"{done.stdout}{done.stderr}".lower()
        return tmp_path / f"cabling.{kind}"

    return convert


def test_libreoffice_counts_what_somebody_filled_in(office: Any) -> None:
    book = books.opened(books.split())
    sheet = next(books.wave_sheets(book))
    keys = [cell.value for cell in sheet[books.KEYS]]
    for row, status in ((3, "pulled"), (4, "connected"), (5, "tested")):
        sheet.cell(row, keys.index("status") + 1).value = status
    stream = io.BytesIO()
    book.save(stream)  # without the counts that were known before
    with office(stream.getvalue(), "csv", UTF_8).open(encoding="utf-8", newline="") as text:
        lines = {row[0]: row[2:7] for row in csv.reader(text)}
    count = len(books.split().waves[sheet.title])
    assert lines[sheet.title] == [str(count), "3", "2", "1", str(count - 1)]
    total = len(books.split().pulls)
    assert lines["Total"] == [str(total), "3", "2", "1", str(total - 1)]


@pytest.mark.parametrize(("made", "language"), [("split", "zh"), ("floor", "en")])
def test_libreoffice_prints_it_in_a_size_that_can_be_read(
    made: str, language: Language, office: Any
) -> None:
    """Without Microsoft's fonts, whose stand-in here is wider: nothing prints smaller."""
    pypdfium2 = pytest.importorskip("pypdfium2")
    job = books.split(language) if made == "split" else books.on_floor(language)
    pages = pypdfium2.PdfDocument(office(books.content(job), "pdf"))
    assert len(pages) >= len(books.opened(job).sheetnames)
    assert job.revision in pages[0].get_textpage().get_text_range()
    widths = set()
    for page in pages:
        widths.add(round(page.get_width()))
        assert min(printed_points(page.get_textpage())) >= READABLE_POINTS
    assert {595, 842, 1191} >= widths


def printed_points(text: Any) -> Iterator[float]:
    """Yield how large every character of a page stands on paper."""
    raw = pytest.importorskip("pypdfium2.raw")
    turn = raw.FS_MATRIX()
    for at in range(text.count_chars()):
        if not chr(raw.FPDFText_GetUnicode(text, at)).isspace():
            raw.FPDFText_GetMatrix(text, at, turn)
            yield raw.FPDFText_GetFontSize(text, at) * max(abs(turn.a), abs(turn.b))

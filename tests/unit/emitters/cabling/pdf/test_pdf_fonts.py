"""Fonts: embedded TrueType subsets, and an error with a remedy before anything is drawn."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from railwright.catalog import loader as catalog
from railwright.catalog.physical_model import Font, FontFamily, Fonts
from railwright.emitters.cabling import pdf
from railwright.emitters.cabling.job import Job
from railwright.emitters.cabling.pdf.fonts import FontError, typeface
from railwright.emitters.cabling.pdf.pen import Pen, Style
from railwright.plan.model import Plan
from tests.unit.emitters.cabling.pdf.pages import files, job_in, objects, text


def use(monkeypatch: pytest.MonkeyPatch, regular: Font, bold: Font) -> None:
    """Let the catalog have these fonts for both languages."""
    family = FontFamily(regular=regular, bold=bold)
    fonts = Fonts(languages={"en": family, "zh": family}, source="test")
    monkeypatch.setattr(catalog, "fonts", lambda: fonts)


def test_a_missing_font_is_refused_before_any_part(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = catalog.fonts().languages["en"].regular
    use(monkeypatch, there, Font(path="/nowhere/Bold.ttf", package="fonts-bold"))
    with pytest.raises(FontError) as caught:
        pdf.parts(job)
    assert str(caught.value) == (
        "PDF files in English (language: en) need /nowhere/Bold.ttf, which is not on this "
        "machine: apt install fonts-bold; or build without --pdf"
    )


def test_all_missing_fonts_are_named_at_once(tiny: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = (Font(path=f"/nowhere/{at}.ttf", package=f"fonts-{at}") for at in ("a", "b"))
    use(monkeypatch, one, other)
    with pytest.raises(FontError) as caught:
        pdf.parts(job_in("zh", tiny))
    assert str(caught.value) == (
        "PDF files in Chinese (language: zh) need /nowhere/a.ttf and /nowhere/b.ttf, which are "
        "not on this machine: apt install fonts-a fonts-b; or build without --pdf"
    )


def test_a_file_that_is_no_truetype_font_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cff.ttf"
    path.write_bytes(b"OTTO" + bytes(200))
    use(monkeypatch, *(Font(path=str(path), package="fonts-cff") for _ in range(2)))
    with pytest.raises(FontError) as caught:
        typeface("zh")
    said = str(caught.value)
    assert said.startswith(f"{path}: cannot be embedded in PDF files in Chinese: ")
    assert said.endswith("; apt install --reinstall fonts-cff")


@pytest.mark.parametrize("language", ["english", "chinese"])
def test_all_fonts_are_embedded_as_truetype(language: str, request: pytest.FixtureRequest) -> None:
    made: Mapping[str, bytes] = request.getfixturevalue(language)
    for content in made.values():
        found = objects(content)
        fonts = [one for one in found if b"/Type /Font\n" in one or b"/Type /Font " in one]
        descriptors = [one for one in found if b"/Type /FontDescriptor" in one]
        assert fonts
        assert all(b"/Subtype /TrueType" in one for one in fonts)
        assert len(descriptors) == len(fonts)
        assert all(b"/FontFile2" in one for one in descriptors)


def test_chinese_sheets_are_in_chinese_and_names_are_not(chinese: dict[str, bytes]) -> None:
    rack, labels = text(chinese["rack-A03"]), text(chinese["labels-1-oob"])
    assert all(
        word in rack for word in ("机柜 A03", "布线施工单", "本端", "对端", "su1-rail0-leaf")
    )
    assert "Pull sheet" not in rack
    assert "标签 · 批次 1-oob" in labels
    assert catalog.words("common", "zh")["page"].format(page=1, pages=2) in labels


def test_the_same_job_gives_the_same_bytes_in_any_order(
    job: Job, english: dict[str, bytes]
) -> None:
    again = {
        file.path.rpartition("/")[2].removesuffix(".pdf"): file.content
        for part in reversed(list(pdf.parts(job)))
        for file in part()
    }
    assert again == english
    assert files(job) == english


def test_a_character_the_font_lacks_is_a_question_mark(job: Job) -> None:
    pen = Pen("title", "subject", typeface("en"), job.language)
    pen.text(20, 20, "rack 机柜\n7", Style(10))
    pen.next_page()
    assert text(pen.finish()) == "rack ???7"

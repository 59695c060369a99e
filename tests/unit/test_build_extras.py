"""What is only built when asked for: written, kept while it is true, removed when it is not."""

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from railwright import api, cli, output
from railwright.emitters import cabling, interop
from railwright.emitters.cabling.job import Job
from railwright.files import Extra, OutputFile, Part
from railwright.output import JOURNAL
from railwright.plan import summary_floor

PDF: frozenset[Extra] = frozenset({"pdf"})
SHEETS: frozenset[Extra] = frozenset({"sheets"})
FILES = ("cabling/pdf/labels.pdf", "cabling/pdf/racks.pdf")


@pytest.fixture
def intent(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small intent of its own; its PDF files are quick to make and say how many cables it has."""

    def parts(job: Job) -> Iterator[Part]:
        for path in FILES:
            yield partial(tuple, [OutputFile(path, f"{path} {len(job.pulls)}".encode())])

    monkeypatch.setattr("railwright.emitters.cabling.pdf.parts", parts)
    monkeypatch.setattr(api, "_engine", lambda: "engine")
    path = tmp_path / "intent" / "small.yml"
    path.parent.mkdir()
    shutil.copy(root / "tests/golden/intents/rail-only-tiny.yml", path)
    return path


def grow(intent: Path) -> None:
    intent.write_text(intent.read_text().replace("count: 2", "count: 3"))
    api.load_plan.cache_clear()


def present(folder: Path) -> list[str]:
    return [path for path in FILES if (folder / path).exists()]


def test_no_pdf_is_written_unasked(intent: Path, tmp_path: Path) -> None:
    built = api.build(intent, tmp_path / "build")
    assert built.changes.added
    assert not list(built.folder.rglob("*.pdf"))


def test_asked_for_later_they_are_all_that_is_added(intent: Path, tmp_path: Path) -> None:
    out = tmp_path / "build"
    api.build(intent, out)
    changes = api.build(intent, out, extras=PDF).changes
    assert (changes.added, changes.changed, changes.removed) == (FILES, (), ())


def test_they_stay_while_nothing_has_changed(intent: Path, tmp_path: Path) -> None:
    out = tmp_path / "build"
    folder = api.build(intent, out, extras=PDF).folder
    for extras in (frozenset[Extra](), PDF):
        for dry_run in (True, False):
            assert not api.build(intent, out, extras=extras, dry_run=dry_run).changes
    assert present(folder) == list(FILES)


def test_asking_for_something_else_does_not_take_them_away(intent: Path, tmp_path: Path) -> None:
    out = tmp_path / "build"
    folder = api.build(intent, out, extras=PDF).folder
    assert not api.build(intent, out, extras=SHEETS).changes
    manifest = output.read_manifest(folder)
    assert manifest
    assert output.extras_of(manifest) == PDF | SHEETS


def test_mending_a_file_keeps_them_too(intent: Path, tmp_path: Path) -> None:
    out = tmp_path / "build"
    folder = api.build(intent, out, extras=PDF).folder
    (folder / "cabling/cabling.csv").unlink()
    (folder / FILES[0]).write_text("torn")
    changes = api.build(intent, out).changes
    assert (changes.added, changes.changed) == (("cabling/cabling.csv",), (FILES[0],))
    assert changes.removed == ()


def test_a_changed_intent_removes_them_unless_they_are_asked_for(
    intent: Path, tmp_path: Path
) -> None:
    out = tmp_path / "build"
    folder = api.build(intent, out, extras=PDF).folder
    grow(intent)
    assert set(FILES) <= set(api.build(intent, out, dry_run=True).changes.removed)
    assert present(folder) == list(FILES)
    assert set(FILES) <= set(api.build(intent, out, extras=PDF, dry_run=True).changes.changed)
    assert set(FILES) <= set(api.build(intent, out).changes.removed)
    assert not list(folder.rglob("*.pdf"))


def test_a_changed_intent_rewrites_them_when_asked(intent: Path, tmp_path: Path) -> None:
    out = tmp_path / "build"
    folder = api.build(intent, out, extras=PDF).folder
    before = [(folder / path).read_text() for path in FILES]
    grow(intent)
    assert set(FILES) <= set(api.build(intent, out, extras=PDF).changes.changed)
    after = [(folder / path).read_text() for path in FILES]
    assert not set(before) & set(after)


@pytest.mark.parametrize("then", [frozenset(), PDF], ids=["without", "pdf"])
def test_an_interrupted_build_is_finished(
    intent: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, then: frozenset[Extra]
) -> None:
    """It was stopped while it wrote the first PDF files; the next build says what is right."""
    out = tmp_path / "build"
    whole = api.build(intent, tmp_path / "whole", extras=then).folder
    folder = api.build(intent, out).folder

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as context:
        context.setattr("railwright.output.manifest.dumps", stopped)
        with pytest.raises(KeyboardInterrupt):
            api.build(intent, out, extras=PDF)
    assert (folder / JOURNAL).exists()
    assert present(folder) == list(FILES)
    changes = api.build(intent, out, extras=then).changes
    assert changes.removed == (() if then else FILES)
    assert not (folder / JOURNAL).exists()
    assert content(folder) == content(whole)
    assert not api.build(intent, out, extras=then).changes


def content(folder: Path) -> dict[str, bytes]:
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def test_the_command_says_which_pdf_files_it_removes(
    intent: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["build", str(intent), "--out", str(tmp_path / "build")]
    folder = tmp_path / "build" / "rail-only-tiny"
    assert cli.main([*command, "--pdf"]) == 0
    grow(intent)
    capsys.readouterr()
    assert cli.main([*command, "--check"]) == 2
    advice = "removed, they are out of date; `build --pdf` writes them anew\n"
    assert f"{folder}: 2 PDF files of a former build would be {advice}" in capsys.readouterr().out
    assert cli.main(command) == 0
    assert f"{folder}: 2 PDF files of a former build were {advice}" in capsys.readouterr().out
    assert cli.main(command) == 0
    assert "PDF" not in capsys.readouterr().out


class TestVeryManyCables:
    """A plan beyond the number of cables for which sheets are written unasked."""

    @pytest.fixture(autouse=True)
    def few(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for family in (cabling, interop):
            monkeypatch.setattr(family, "MOST_CABLES", 3)
        monkeypatch.setattr("railwright.emitters.cabling.volume.MOST_CABLES", 3)
        monkeypatch.setattr(summary_floor, "MOST_CABLES", 3)

    def cabling(self, folder: Path) -> list[str]:
        """The files about single cables: all but drawings of the whole."""
        paths = [path for path in (folder / "cabling").rglob("*") if path.is_file()]
        return sorted(path.name for path in paths if path.stem.partition("-")[0] != "fabric")

    def test_only_the_table_is_written(self, intent: Path, tmp_path: Path) -> None:
        for extras in (frozenset[Extra](), PDF):
            folder = api.build(intent, tmp_path / "build", extras=extras).folder
            assert self.cabling(folder) == ["cabling.csv"]

    def test_the_summary_says_so_whatever_was_asked_for(self, intent: Path, tmp_path: Path) -> None:
        line = (
            "sheets       4 cables are more than 3: workbooks, phone pages, labels and files for "
            "other tools are written by `build --sheets`, PDF files by `build --sheets --pdf`\n"
        )
        for extras in (frozenset[Extra](), SHEETS):
            built = api.build(intent, tmp_path / "build", extras=extras)
            assert line in built.summary
            assert line in (built.folder / "report/summary.txt").read_text()

    def test_sheets_are_written_when_asked_for(self, intent: Path, tmp_path: Path) -> None:
        plain = api.build(intent, tmp_path / "build").changes.total
        built = api.build(intent, tmp_path / "build", extras=SHEETS | PDF)
        assert built.changes.total == plain + len(built.changes.added)
        assert set(FILES) < set(built.changes.added)
        assert "cabling/labels/brady/devices.csv" in built.changes.added
        assert built.changes.changed == built.changes.removed == ()

    def test_the_table_is_the_same_with_and_without_sheets(
        self, intent: Path, tmp_path: Path
    ) -> None:
        folders = [
            api.build(intent, tmp_path / str(len(extras)), extras=extras).folder
            for extras in (frozenset[Extra](), SHEETS)
        ]
        first, second = (folder / "cabling/cabling.csv" for folder in folders)
        assert first.read_bytes() == second.read_bytes()


def test_a_usual_plan_has_no_line_about_sheets(intent: Path, tmp_path: Path) -> None:
    built = api.build(intent, tmp_path / "build")
    assert "sheets " not in built.summary
    assert (built.folder / "cabling/labels/brother/devices.csv").exists()

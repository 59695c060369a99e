"""From intent to files through the api: shared among processes, recognised when unchanged."""

import csv
import io
import subprocess
import sys
from pathlib import Path

import pytest

from railwright import api, output
from railwright.emitters import report
from railwright.output import JOURNAL, workers
from railwright.plan.tables import TABLES

LAB = Path("intent/examples/lab-small.yml")


def content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_number_of_processes_makes_no_difference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = []
    for count in (1, 2, 5):
        monkeypatch.setattr(workers, "count_for", lambda *_, count=count: count)
        built.append(api.build(LAB, tmp_path / str(count)))
        again = api.build(LAB, tmp_path / str(count))
        assert not again.changes
        assert (again.changes.total, again.summary) == (built[0].changes.total, built[0].summary)
    assert {one.changes for one in built} == {built[0].changes}
    files = [content(one.folder) for one in built]
    assert files[0] == files[1] == files[2]
    assert len(files[0]) == built[0].changes.total + 1
    made = {file.path: file.content for file in api.artefacts(api.load_plan(LAB).plan)}
    assert made == {path: text for path, text in files[0].items() if path != output.MANIFEST}


def test_no_two_parts_make_one_file() -> None:
    paths = [file.path for file in api.artefacts(api.load_plan(LAB).plan)]
    assert len(set(paths)) == len(paths) > 40


def test_tables_are_written_as_they_are_shown() -> None:
    plan = api.load_plan(LAB).plan
    files = {file.path: file.content.decode() for part in report.parts(plan) for file in part()}
    assert files.pop("report/summary.txt") == report.text(plan)
    assert set(files) == {f"report/{name}.csv" for name in TABLES}
    for name, table in TABLES.items():
        rows = list(csv.DictReader(io.StringIO(files[f"report/{name}.csv"])))
        shown = [
            {key: "" if value is None else str(value) for key, value in row.items()}
            for row in table(plan)
        ]
        assert rows == shown


def test_check_of_a_new_cluster_has_a_summary_and_writes_nothing(tmp_path: Path) -> None:
    built = api.build(LAB, tmp_path / "build", dry_run=True)
    assert "8 nodes" in built.summary
    assert len(built.changes.added) == built.changes.total
    assert not (tmp_path / "build").exists()


def test_an_unfinished_build_is_never_taken_as_unchanged(tmp_path: Path) -> None:
    folder = api.build(LAB, tmp_path).folder
    (folder / JOURNAL).write_text('{"intent": "lab-small.yml"}\n"left/over"')
    (folder / "left").mkdir()
    (folder / "left/over").write_text("")
    assert api.build(LAB, tmp_path, dry_run=True).changes.removed == ("left/over",)
    assert api.build(LAB, tmp_path).changes.removed == ("left/over",)
    assert not (folder / "left").exists()
    assert not (folder / JOURNAL).exists()


def test_an_unchanged_build_imports_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from railwright import api\n"
        f"assert not api.build(Path({str(LAB)!r}), Path({str(tmp_path)!r})).changes\n"
        "heavy = {'pydantic', 'jinja2', 'ruamel', 'yaml', 'netaddr', 'multiprocessing'}\n"
        "print(sorted(heavy & set(sys.modules)), 'railwright.plan.build' in sys.modules)"
    )
    api.build(LAB, tmp_path)
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "[] False\n"

"""Writing artefacts: only what differs, nothing foreign, nothing outside, nothing half-written."""

from pathlib import Path

import pytest

from railwright import output
from railwright.files import OutputFile
from railwright.output import Inputs, OutputError

INPUTS = Inputs("cluster.yml", {"cluster.yml": "00"}, "engine")


def files(**content: str) -> list[OutputFile]:
    return [OutputFile(name.replace("__", "/"), text.encode()) for name, text in content.items()]


def test_first_write_adds_everything_and_a_manifest(tmp_path: Path) -> None:
    changes = output.write(tmp_path / "c", files(a__b="1", c="2"), INPUTS)
    assert (changes.added, changes.changed, changes.removed) == (("a/b", "c"), (), ())
    manifest = output.read_manifest(tmp_path / "c")
    assert manifest is not None
    assert manifest["files"] == {"a/b": output.sha256(b"1"), "c": output.sha256(b"2")}


def test_second_write_touches_nothing(tmp_path: Path) -> None:
    output.write(tmp_path / "c", files(a__b="1", c="2"), INPUTS)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "c").rglob("*")}
    assert not output.write(tmp_path / "c", files(a__b="1", c="2"), INPUTS)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "c").rglob("*")} == before


def test_prunes_what_is_no_longer_made_and_keeps_foreign_files(tmp_path: Path) -> None:
    output.write(tmp_path / "c", files(a__b="1", c="2"), INPUTS)
    (tmp_path / "c" / "notes.txt").write_text("mine")
    changes = output.write(tmp_path / "c", files(c="3"), INPUTS)
    assert (changes.added, changes.changed, changes.removed) == ((), ("c",), ("a/b",))
    assert sorted(path.name for path in (tmp_path / "c").iterdir()) == [
        "c",
        "manifest.json",
        "notes.txt",
    ]


def test_refuses_the_folder_of_another_intent(tmp_path: Path) -> None:
    output.write(tmp_path / "c", files(a="1"), INPUTS)
    with pytest.raises(OutputError, match=r"was built from cluster\.yml, not other\.yml"):
        output.write(tmp_path / "c", files(a="2"), Inputs("other.yml", {}, "engine"))
    assert (tmp_path / "c" / "a").read_text() == "1"


def test_refuses_a_folder_it_did_not_build(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("do not touch")
    with pytest.raises(OutputError, match="was not built by railwright"):
        output.write(tmp_path, files(a="1"), INPUTS)


@pytest.mark.parametrize("path", ["../a", "/etc/a", "a/../../b"])
def test_refuses_to_leave_the_folder(tmp_path: Path, path: str) -> None:
    with pytest.raises(OutputError, match="leaves the build folder"):
        output.write(tmp_path / "c", [OutputFile(path, b"")], INPUTS)


def test_refuses_symbolic_links(tmp_path: Path) -> None:
    output.write(tmp_path / "c", files(a__b="1"), INPUTS)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "c" / "d").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OutputError, match="is a symbolic link"):
        output.write(tmp_path / "c", files(d__e="1"), INPUTS)
    assert not list((tmp_path / "elsewhere").iterdir())


def test_an_interrupted_write_is_finished_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = Path.replace
    countdown = [3]

    def fail_at_third(self: Path, target: Path) -> Path:
        countdown[0] -= 1
        if not countdown[0]:
            raise KeyboardInterrupt
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fail_at_third)
    with pytest.raises(KeyboardInterrupt):
        output.write(tmp_path / "c", files(a="1", b="2", c="3"), INPUTS)
    assert sorted(path.name for path in (tmp_path / "c").iterdir()) == ["a", "manifest.json"]
    changes = output.write(tmp_path / "c", files(a="1", b="2"), INPUTS)
    assert (changes.added, changes.removed) == (("b",), ())
    assert not output.write(tmp_path / "c", files(a="1", b="2"), INPUTS)


def test_check_writes_nothing(tmp_path: Path) -> None:
    changes = output.compare(tmp_path / "c", files(a="1"), INPUTS)
    assert changes.added == ("a",)
    assert not (tmp_path / "c").exists()


def test_a_broken_manifest_is_a_message(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(OutputError, match="remove the folder and build again"):
        output.read_manifest(tmp_path)


@pytest.mark.parametrize("text", ['{"format": 1}', '{"format": 1, "intent": 2}', "[]"])
def test_a_manifest_without_its_parts_is_a_message(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(OutputError, match="is not a manifest of this version"):
        output.read_manifest(tmp_path)


def test_a_killed_write_leaves_nothing_after_the_next(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    folder.mkdir()
    (folder / ".new-first").write_text("killed before there was a manifest")
    output.write(folder, files(a__b="1"), INPUTS)
    assert sorted(path.name for path in folder.iterdir()) == ["a", "manifest.json"]
    manifest = folder / "manifest.json"
    manifest.write_text(manifest.read_text().replace(output.sha256(b"1"), ""))
    (folder / "a" / ".new-second").write_text("killed between claim and end")
    output.write(folder, files(a__b="1"), INPUTS)
    assert [path.name for path in (folder / "a").iterdir()] == ["b"]


def test_check_says_what_it_cannot_read(tmp_path: Path) -> None:
    output.write(tmp_path / "c", files(a="1"), INPUTS)
    with pytest.raises(OutputError, match="cannot be read: Not a directory"):
        output.compare(tmp_path / "c", files(a__b="1"), INPUTS)


def test_a_file_is_no_build_folder(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(OutputError, match="is not a folder; choose another --out"):
        output.write(tmp_path / "out" / "c", files(a="1"), INPUTS)

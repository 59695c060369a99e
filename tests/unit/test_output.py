"""Writing artefacts: only what differs, nothing foreign, nothing outside, nothing half-written."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from railwright import output
from railwright.files import Extra, OutputFile, Part
from railwright.output import JOURNAL, Inputs, OutputError

INPUTS = Inputs("cluster.yml", {"cluster.yml": "00"}, "engine")


def parts(files: Iterable[OutputFile]) -> list[Part]:
    return [partial(tuple, [file]) for file in files]


def files(**content: str) -> list[Part]:
    return parts(
        OutputFile(name.replace("__", "/"), text.encode()) for name, text in content.items()
    )


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


@pytest.mark.parametrize("path", ["../a", "/a", "/etc/a", "a/../../b", "a//b", "./a", "a/", ""])
def test_refuses_to_leave_the_folder(tmp_path: Path, path: str) -> None:
    with pytest.raises(OutputError, match="leaves the build folder"):
        output.write(tmp_path / "c", parts([OutputFile(path, b"")]), INPUTS)


def test_refuses_symbolic_links(tmp_path: Path) -> None:
    output.write(tmp_path / "c", files(a__b="1"), INPUTS)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "c" / "d").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OutputError, match="is a symbolic link"):
        output.write(tmp_path / "c", files(d__e="1"), INPUTS)
    assert not list((tmp_path / "elsewhere").iterdir())


def test_refuses_a_symbolic_link_in_place_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "theirs").write_text("1")
    output.write(tmp_path / "c", files(a__b="1", c="2"), INPUTS)
    (tmp_path / "c/a/b").unlink()
    (tmp_path / "c/a/b").symlink_to(tmp_path / "theirs")
    for act in (output.compare, output.write):
        with pytest.raises(OutputError, match="a/b: is a symbolic link"):
            act(tmp_path / "c", files(a__b="2", c="3"), INPUTS)
    assert (tmp_path / "theirs").read_text() == "1"


def test_does_not_remove_through_a_symbolic_link(tmp_path: Path) -> None:
    output.write(tmp_path / "c", files(a__b="1", c="2"), INPUTS)
    (tmp_path / "c/a").rename(tmp_path / "theirs")
    (tmp_path / "c/a").symlink_to(tmp_path / "theirs")
    with pytest.raises(OutputError, match="c/a: is a symbolic link"):
        output.write(tmp_path / "c", files(c="2"), INPUTS)
    assert (tmp_path / "theirs/b").read_text() == "1"


def test_a_manifest_that_was_tampered_with_removes_nothing_outside(tmp_path: Path) -> None:
    (tmp_path / "theirs").write_text("1")
    output.write(tmp_path / "c", files(a="1"), INPUTS)
    manifest = tmp_path / "c/manifest.json"
    manifest.write_text(manifest.read_text().replace('"a"', '"../theirs"'))
    with pytest.raises(OutputError, match=r"\.\.: leaves the build folder"):
        output.write(tmp_path / "c", files(b="1"), INPUTS)
    assert (tmp_path / "theirs").exists()


def test_files_get_their_mode_and_untouched_ones_stay_the_same_file(tmp_path: Path) -> None:
    def made(text: str) -> list[Part]:
        return parts([OutputFile("a/x", b"1", 0o755), OutputFile("a/y", text.encode(), 0o600)])

    output.write(tmp_path / "c", made("1"), INPUTS)
    modes = [(tmp_path / "c/a" / name).stat().st_mode & 0o777 for name in "xy"]
    assert modes == [0o755, 0o600]
    before = (tmp_path / "c/a/x").stat()
    assert output.write(tmp_path / "c", made("2"), INPUTS).changed == ("a/y",)
    after = (tmp_path / "c/a/x").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_removes_the_folders_that_become_empty_and_no_other(tmp_path: Path) -> None:
    output.write(tmp_path / "c", files(a__b__c__d="1", a__e="2", f__g="3"), INPUTS)
    (tmp_path / "c/f/mine").mkdir()
    changes = output.write(tmp_path / "c", files(a__e="2"), INPUTS)
    assert changes.removed == ("a/b/c/d", "f/g")
    left = sorted(path.relative_to(tmp_path / "c").as_posix() for path in tmp_path.rglob("c/**/*"))
    assert left == ["a", "a/e", "f", "f/mine", "manifest.json"]


def test_lists_changes_sorted_in_any_order_of_parts(tmp_path: Path) -> None:
    for count in (1, 3):
        folder = tmp_path / str(count)
        output.write(folder, files(b="1", d="1", x="1", w="1"), INPUTS, count)
        for act in (output.compare, output.write):
            changes = act(folder, files(d="2", c="1", b="2", a="1"), INPUTS, count)
            assert changes.added == ("a", "c")
            assert changes.changed == ("b", "d")
            assert changes.removed == ("w", "x")
            assert changes.total == 4


@pytest.mark.parametrize("count", [1, 2])
def test_a_file_that_is_made_twice_is_a_bug(tmp_path: Path, count: int) -> None:
    with pytest.raises(RuntimeError, match="a: is made by two emitters"):
        output.write(tmp_path / "c", [*files(a="1"), *files(a="1")], INPUTS, count)


def test_no_more_than_a_batch_is_held_at_once(tmp_path: Path) -> None:
    seen = []

    def many() -> Iterator[OutputFile]:
        for number in range(600):
            seen.append(len(list((tmp_path / "c").glob("[0-9]*"))))
            yield OutputFile(str(number), b"1")

    output.write(tmp_path / "c", [many], INPUTS)
    assert max(number - written for number, written in enumerate(seen)) <= 256


def test_a_write_that_changes_nothing_leaves_the_folder_itself_untouched(tmp_path: Path) -> None:
    output.write(tmp_path / "c", files(a="1"), INPUTS)
    before = (tmp_path / "c").stat().st_mtime_ns
    assert not output.write(tmp_path / "c", files(a="1"), INPUTS)
    assert (tmp_path / "c").stat().st_mtime_ns == before


def test_other_inputs_with_the_same_files_are_recorded(tmp_path: Path) -> None:
    output.write(tmp_path / "c", files(a="1"), INPUTS)
    assert not output.write(tmp_path / "c", files(a="1"), Inputs("cluster.yml", {}, "other"))
    manifest = output.read_manifest(tmp_path / "c")
    assert manifest is not None
    assert (manifest["engine"], manifest["inputs"]) == ("other", {})
    assert sorted(path.name for path in (tmp_path / "c").iterdir()) == ["a", "manifest.json"]


@pytest.mark.parametrize("count", [1, 3])
def test_unchanged_reads_every_file(tmp_path: Path, count: int) -> None:
    made = {f"d{number % 7}__f{number}": str(number) for number in range(50)}
    output.write(tmp_path / "c", files(**made), INPUTS)
    manifest = output.read_manifest(tmp_path / "c")
    assert manifest is not None
    assert output.unchanged(tmp_path / "c", manifest, count)
    (tmp_path / "c/d0/f49").write_text("-1")
    assert not output.unchanged(tmp_path / "c", manifest, count)
    (tmp_path / "c/d0/f49").unlink()
    assert not output.unchanged(tmp_path / "c", manifest, count)
    (tmp_path / "c/d0/f49").write_text("49")
    assert output.unchanged(tmp_path / "c", manifest, count)
    (tmp_path / "c" / JOURNAL).write_text("")
    assert not output.unchanged(tmp_path / "c", manifest, count)


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


@pytest.mark.parametrize("extras", ['"pdf"', "{}", "true", '["pdf", "gold"]', '[["pdf"]]', "[1]"])
def test_extras_that_this_version_does_not_know_are_a_message(tmp_path: Path, extras: str) -> None:
    output.write(tmp_path / "c", files(a="1"), INPUTS)
    manifest = tmp_path / "c/manifest.json"
    manifest.write_text(manifest.read_text().replace('"extras": []', f'"extras": {extras}'))
    with pytest.raises(OutputError, match="is not a manifest of this version"):
        output.read_manifest(tmp_path / "c")


@pytest.mark.parametrize("extras", [frozenset(), frozenset({"sheets", "pdf"})])
def test_the_manifest_records_what_was_asked_for(tmp_path: Path, extras: frozenset[Extra]) -> None:
    output.write(tmp_path / "c", files(a="1"), replace(INPUTS, extras=extras))
    manifest = output.read_manifest(tmp_path / "c")
    assert manifest is not None
    assert manifest["extras"] == sorted(extras)
    assert output.extras_of(manifest) == extras


def test_a_manifest_from_before_there_were_extras_has_none(tmp_path: Path) -> None:
    output.write(tmp_path / "c", files(a="1"), INPUTS)
    manifest = tmp_path / "c/manifest.json"
    manifest.write_text(manifest.read_text().replace('  "extras": [],\n', ""))
    recorded = output.read_manifest(tmp_path / "c")
    assert recorded is not None
    assert "extras" not in recorded
    assert output.extras_of(recorded) == frozenset()


def test_check_says_what_it_cannot_read(tmp_path: Path) -> None:
    output.write(tmp_path / "c", files(a="1"), INPUTS)
    with pytest.raises(OutputError, match="cannot be read: Not a directory"):
        output.compare(tmp_path / "c", files(a__b="1"), INPUTS)


def test_a_file_is_no_build_folder(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(OutputError, match="is not a folder; choose another --out"):
        output.write(tmp_path / "out" / "c", files(a="1"), INPUTS)

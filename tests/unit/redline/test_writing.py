"""Writing: one run at a time, nothing half done, and files as people write them."""

import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from railwright import api, api_redline
from railwright.errors import RailwrightError
from railwright.redline import replace as replacing
from tests.unit.redline.samples import Site
from tests.unit.redline.test_redline import OTHER, RAIL0, RAIL1, SPARE, exits
from tests.unit.redline.test_round import run


def test_two_runs_at_once_lose_nothing(tiny: Site) -> None:
    files = [
        tiny.phone("Li", [(RAIL0, "pulled", True)]),
        tiny.phone("Anna", [(RAIL1, "pulled", True)]),
    ]
    together = threading.Barrier(len(files))

    def hand_in(path: Path) -> None:
        together.wait()
        api_redline.redline(tiny.intent, [path], write=True)

    with ThreadPoolExecutor(len(files)) as pool:
        list(pool.map(hand_in, files))
    assert set(tiny.record()) == {(RAIL0, "pulled"), (RAIL1, "pulled")}


def test_a_run_that_does_not_get_its_turn_says_so(
    tiny: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replacing, "WAIT_S", 0.0)
    file = tiny.phone("Li", [(RAIL0, "pulled", True)])
    with replacing.alone(tiny.folder):
        with pytest.raises(RailwrightError, match="another `redline --write` is at work here"):
            tiny.redline(file, write=True)
        assert exits(tiny.redline(file), write=False) == 2
    assert exits(tiny.redline(file, write=True)) == 0


def test_a_record_that_changed_meanwhile_is_not_overwritten(
    tiny: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny.redline(tiny.phone("Li", [(RAIL0, "pulled", True)]), write=True)
    record = tiny.folder / "as-built.csv"
    genuine = api_redline._check

    def edited(*given: object) -> None:
        genuine(*given)  # type: ignore[arg-type]
        record.write_text(record.read_text().replace(",Li,", ",Anna,"))

    monkeypatch.setattr(api_redline, "_check", edited)
    with pytest.raises(RailwrightError, match="changed meanwhile; nothing was written"):
        tiny.redline(tiny.phone("Bob", [(RAIL1, "pulled", True)]), write=True)
    assert {mark.by for mark in tiny.record().values()} == {"Anna"}


def test_what_a_run_left_that_was_cut_off_is_swept(tiny: Site) -> None:
    left = tiny.folder / f"{replacing.PREFIX}abc"
    left.write_text("half")
    tiny.redline(tiny.phone("Li", [(RAIL0, "pulled", True)]), write=True)
    assert not left.exists()


def test_a_run_cut_off_between_two_files_is_finished_by_the_next(tiny: Site) -> None:
    """The intent has its override already, the record still has nothing."""
    file = tiny.phone("Li", [(RAIL0, "port", SPARE, "dead"), (RAIL1, "pulled", True)])
    tiny.redline(file, write=True)
    whole, marks = tiny.intent.read_bytes(), set(tiny.record())
    record = tiny.folder / "as-built.csv"
    record.write_text(record.read_text().splitlines()[0] + "\n")
    assert exits(tiny.redline(file, write=True)) == 0
    assert (tiny.intent.read_bytes(), set(tiny.record())) == (whole, marks)


def test_the_group_of_a_file_stays(tiny: Site) -> None:
    if os.getuid():
        pytest.skip("only root gives files away")
    os.chown(tiny.intent, 0, 12345)
    tiny.redline(tiny.phone("Li", [(RAIL0, "pulled", True)]), write=True)
    assert tiny.intent.stat().st_gid == 12345


@pytest.mark.parametrize("written", ["as_built:", "as_built: null", "as_built:   # the record"])
def test_a_key_without_a_value_is_given_one(tiny: Site, written: str) -> None:
    text = tiny.intent.read_text()
    tiny.intent.write_text(f"{written}\n{text}")
    assert exits(tiny.redline(tiny.phone("Li", [(RAIL0, "pulled", True)]), write=True)) == 0
    assert tiny.intent.read_text().count("as_built:") == 1
    assert set(tiny.record()) == {(RAIL0, "pulled")}


def test_files_may_stand_behind_options(tiny: Site, capsys: pytest.CaptureFixture[str]) -> None:
    li = tiny.phone("Li", [(RAIL0, "pulled", True)])
    anna = tiny.phone("Anna", [(RAIL1, "pulled", True)])
    assert run(tiny, "--write", li, anna) == 0
    assert run(tiny, li, "--format", "json", anna) == 0
    with pytest.raises(SystemExit):
        run(tiny, li, "--wrote", anna)
    assert "unrecognized arguments: --wrote" in capsys.readouterr().err
    assert set(tiny.record()) == {(RAIL0, "pulled"), (RAIL1, "pulled")}


def test_one_unsound_mark_does_not_shut_out_the_others(tiny: Site) -> None:
    path = tiny.phone(
        "Li",
        [
            (RAIL0, "length_m", 20_000, "far"),
            (RAIL1, "remark", "\U0001fad9\U0001fae8"),
            (OTHER, "pulled", True),
        ],
    )
    done = tiny.redline(path, write=True)
    assert exits(done) == 2
    assert [str(one) for one in done.outcome.merged.unsound] == [
        f"{path}: marks[0].value: must be metres, above 0 and at most 10000, got 20000"
    ]
    assert set(tiny.record()) == {(RAIL1, "remark"), (OTHER, "pulled")}


def test_a_reason_that_only_phones_can_write_goes_into_the_intent(tiny: Site) -> None:
    """Of a character that is not known here the intent gets a sign, the record has it."""
    new = "\U0001fadf"  # not yet in the Unicode that this Python knows
    assert not new.isprintable()
    done = tiny.redline(tiny.phone("Li", [(RAIL0, "port", SPARE, f"dead {new}")]), write=True)
    assert exits(done) == 0
    assert tiny.record()[RAIL0, "port"].note == f"dead {new}"
    (override,) = tiny.job().plan.intent.overrides.ports
    assert override.reason.endswith("dead \ufffd")


def test_a_file_of_nothing_but_unsound_marks_is_refused(tiny: Site) -> None:
    path = tiny.phone("Li", [(RAIL0, "length_m", 0, "x")])
    value = json.loads(path.read_text())
    value["marks"] *= 1001
    path.write_text(json.dumps(value))
    with pytest.raises(RailwrightError, match="902 more problems"):
        tiny.redline(path)
    api.load_plan.cache_clear()

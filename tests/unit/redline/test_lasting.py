"""What lasts: marks of sheets between redlines count, those of an older plan do not."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from railwright import api
from railwright.intent.as_built import dumps
from railwright.plan.cables import redlined
from tests.unit.redline.samples import ROOT, Site, fill, site
from tests.unit.redline.test_redline import OTHER, RAIL0, RAIL1, SPARE, exits
from tests.unit.redline.test_round import LI, built, run


def replan(one: Site, cable: str = RAIL1) -> None:
    """Give a cable another port, as a person would in the design."""
    text = one.intent.read_text()
    mine = f"    - {{ link: {cable}, port: {SPARE}, reason: dead cage }}\n"
    head = "overrides:\n" if "  ports:\n" not in text else "  ports:\n"
    added = f"  ports:\n{mine}" if head == "overrides:\n" else mine
    one.intent.write_text(text.replace(head, f"{head}{added}", 1))


def warnings(one: Site) -> list[str]:
    api.load_plan.cache_clear()
    return [problem.what for problem in api.load_plan(one.intent).warnings]


def test_steps_of_an_older_plan_are_told_and_count_no_more(tiny: Site) -> None:
    said = [(RAIL0, "pulled", True), (RAIL1, "tested", True, "-1 dBm")]
    li = tiny.phone("Li", said)
    tiny.redline(li, write=True)
    assert tiny.record()[RAIL1, "tested"].check == tiny.pull(RAIL1).check
    assert not any("recorded of cables" in one for one in warnings(tiny))
    replan(tiny)
    (told,) = [one for one in warnings(tiny) if "recorded of cables" in one]
    assert told.startswith(
        "1 step is recorded of cables that the plan had otherwise then, so that they count no "
        f"more: {RAIL1} tested"
    )
    pull = tiny.pull(RAIL1)
    assert (dict(pull.marks), set(pull.older)) == ({}, {"tested"})
    again = tiny.redline(li, write=True)
    assert (again.files, exits(again)) == ((), 0)
    wave = next(one for one in again.outcome.progress if one.wave == pull.cable.wave)
    assert wave.before["tested"] == 0


def test_a_new_sheet_replaces_what_an_older_plan_was_about(tiny: Site) -> None:
    tiny.redline(tiny.phone("Li", [(RAIL1, "pulled", True)]), write=True)
    replan(tiny)
    path = built(tiny)
    fill(path, RAIL1, status="pulled", by="Anna", at="2026-02-01 09:30")
    assert run(tiny, path, "--write") == 0
    assert tiny.record()[RAIL1, "pulled"].by == "Anna"
    assert set(tiny.pull(RAIL1).marks) == {"pulled"}
    no = tiny.phone("Bob", [(RAIL0, "pulled", True), (RAIL1, "tested", False)])
    assert exits(tiny.redline(no, write=True)) == 0


def test_a_phone_contradicts_an_older_plan_without_a_conflict(tiny: Site) -> None:
    tiny.redline(tiny.phone("Li", [(RAIL1, "pulled", True)]), write=True)
    replan(tiny)
    done = tiny.redline(tiny.phone("Anna", [(RAIL1, "pulled", False)]), write=True)
    assert exits(done) == 0
    assert tiny.record()[RAIL1, "pulled"].value is False


def test_sheets_between_redlines_count(tiny: Site) -> None:
    """The first, the second and the third state of a cable are one cable, known better."""
    sheets = [tiny.phone("Li", [(RAIL0, "pulled", True)]).read_bytes()]
    checks = [tiny.pull(RAIL0).check]
    ports = [SPARE, "Ethernet496", "Ethernet488"]
    after: list[str] = []
    for number, port in enumerate(ports):
        name = f"Bob{number}"
        tiny.redline(tiny.phone(name, [(RAIL0, "port", port, "dead", list(after))]), write=True)
        after.append(f"bob{number}xxxx-1")
        checks.append(tiny.pull(RAIL0).check)
        sheets.append(tiny.phone(f"Eve{number}", [(RAIL0, "connected", True)]).read_bytes())
    assert len(set(checks)) == len(ports) + 1
    pull = tiny.pull(RAIL0)
    assert pull.accepted[:2] == (checks[-1], checks[0])
    assert set(pull.accepted) == set(checks)
    assert pull.planned_port == "Ethernet0"
    for number, content in enumerate(sheets):
        path = tiny.folder / f"sheet{number}.json"
        path.write_bytes(content)
        done = tiny.redline(path, write=True)
        assert (exits(done), done.outcome.merged.stale) == (0, ())
    assert {"pulled", "connected", "port"} == set(tiny.pull(RAIL0).marks)


def test_checks_between_redlines_are_forgotten_with_their_plan(tiny: Site) -> None:
    first = tiny.phone("Li", [(RAIL0, "pulled", True)])
    tiny.redline(tiny.phone("Bob", [(RAIL0, "length_m", 10, "stock")]), write=True)
    old = tiny.pull(RAIL0).accepted
    tiny.redline(tiny.phone("Eve", [(RAIL0, "length_m", 15, "x", ["bobxxxxx-1"])]), write=True)
    assert len(tiny.pull(RAIL0).accepted) == 3
    replan(tiny, RAIL0)
    assert not set(old) & set(tiny.pull(RAIL0).accepted)
    assert [one.mark.id for one in tiny.redline(first).outcome.merged.stale] == ["lixxxxxx-1"]


def test_cables_side_by_side_go_through_redlines_together(tmp_path: Path) -> None:
    one = site(tmp_path / "site", ROOT / "intent" / "cluster.yml")
    first = next(pull for pull in one.job().pulls if pull.id.endswith(".1") and pull.redlines)
    second = f"{first.id[:-1]}2"
    checks = [one.pull(second).check]
    after: list[str] = []
    for number, length_m in enumerate((50, 30)):
        marks = [(first.id, "length_m", length_m, "stock", list(after))]
        assert exits(one.redline(one.phone(f"Bob{number}", marks), write=True)) == 0
        after.append(f"bob{number}xxxx-1")
        checks.append(one.pull(second).check)
    assert len(set(checks)) == 3
    assert set(checks) <= set(one.pull(second).accepted)


def test_a_record_without_checks_counts(tiny: Site) -> None:
    tiny.redline(tiny.phone("Li", [(RAIL1, "pulled", True)]), write=True)
    record = tiny.folder / "as-built.csv"
    rows = list(csv.reader(record.open()))
    record.write_text("".join(f"{','.join(row[:-1])}\n" for row in rows))
    replan(tiny)
    assert set(tiny.pull(RAIL1).marks) == {"pulled"}
    assert not any("recorded of cables" in one for one in warnings(tiny))


def test_a_record_that_was_corrected_by_hand_is_right(tiny: Site) -> None:
    li = tiny.phone("Li", [(RAIL0, "pulled", True), (RAIL1, "tested", True, "ok")])
    tiny.redline(li, write=True)
    marks = [
        replace(mark, value=False) if mark.cable == RAIL0 else mark
        for mark in tiny.record().values()
    ]
    (tiny.folder / "as-built.csv").write_text(dumps(marks))
    anna = tiny.phone("Anna", [(OTHER, "pulled", True)])
    assert exits(tiny.redline(li, anna, write=True)) == 0
    assert tiny.record()[RAIL0, "pulled"].value is False
    assert (OTHER, "pulled") in tiny.record()


def test_a_plan_that_needs_a_redline_is_told(tiny: Site) -> None:
    """Without the redline there is no plan: an override of a person took the port it freed."""
    tiny.redline(tiny.phone("Li", [(RAIL0, "port", SPARE, "dead")]), write=True)
    text = tiny.intent.read_text()
    mine = f"    - {{ link: {OTHER}, port: Ethernet0, reason: shorter }}\n"
    tiny.intent.write_text(text.replace("  ports:\n", f"  ports:\n{mine}"))
    assert any("no plan without what redlines changed" in one for one in warnings(tiny))
    found = tiny.redline(tiny.phone("Anna", [(RAIL1, "pulled", True)]))
    assert len(found.outcome.notes) == 1
    assert set(tiny.pull(RAIL0).marks) == {"port"}


def test_who_connected_what_somebody_else_pulled(tiny: Site) -> None:
    tiny.redline(tiny.phone("Anna", [(RAIL0, "pulled", True)]), write=True)
    path = built(tiny)
    fill(path, RAIL0, status="tested", tested_by="Bob", tested_at="2026-03-03 11:00", result="ok")
    assert run(tiny, path, "--write") == 0
    by = {what: mark.by for (_, what), mark in tiny.record().items()}
    assert by == {"pulled": "Anna", "connected": "Bob", "tested": "Bob"}
    assert tiny.record()[RAIL0, "connected"].at == "2026-03-03T11:00:00Z"


def test_a_result_that_another_one_hides_is_told(tiny: Site) -> None:
    anna = tiny.phone("Anna", [(RAIL0, "tested", True, "FAIL -14 dBm")])
    bob = tiny.phone("Bob", [(RAIL1, "pulled", True), (RAIL0, "tested", True, "ok")])
    done = tiny.redline(bob, anna, write=True)
    (beside,) = done.outcome.merged.beside
    assert [voice.mark.note for voice in beside.voices] == ["FAIL -14 dBm", "ok"]
    assert tiny.record()[RAIL0, "tested"].note == "ok"
    assert tiny.redline(bob, anna).outcome.merged.beside == ()


def test_ones_own_correction_is_no_conflict(tiny: Site) -> None:
    path = built(tiny)
    fill(path, RAIL0, as_built_port=SPARE, reason="dead", **LI)
    first = path.read_bytes()
    assert run(tiny, path, "--write") == 0
    other = {**LI, "at": "2026-03-01 10:00"}
    fill(path, RAIL0, as_built_port="Ethernet496", reason="dead", **other)
    assert run(tiny, path, "--write") == 0
    assert tiny.record()[RAIL0, "port"].value == "Ethernet496"
    fill(path, RAIL1, as_built_port=SPARE, reason="dead", **LI)
    earlier = tiny.folder / "earlier.xlsx"
    earlier.write_bytes(path.read_bytes())
    fill(path, RAIL1, as_built_port="Ethernet496", reason="dead", **other)
    old = Path(tiny.folder / "old.xlsx")
    old.write_bytes(first)
    assert run(tiny, path, earlier, old, "--write") == 0
    assert tiny.record()[RAIL1, "port"].value == "Ethernet496"


def test_no_second_plan_is_made_where_nothing_was_redlined(
    tiny: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny.redline(tiny.phone("Li", [(RAIL0, "pulled", True)]), write=True)

    def never(*given: object) -> None:
        raise AssertionError(given)

    monkeypatch.setattr(redlined, "replanned", never)
    for pull in tiny.job().pulls:
        assert pull.accepted == (pull.check,)
        assert pull.planned_length_m == pull.cable.length_m
        assert pull.planned_port == (pull.upper.ports if pull.redlines else None)


def test_what_is_left_out_or_hidden_is_in_the_report(
    tiny: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    said = [(RAIL0, "tested", True, "FAIL"), (RAIL1, "length_m", 20_000, "far")]
    anna = tiny.phone("Anna", said)
    bob = tiny.phone("Bob", [(RAIL1, "pulled", True), (RAIL0, "tested", True, "ok")])
    assert run(tiny, anna, bob) == 2
    out = capsys.readouterr().out
    assert f"unsound: {anna}: marks[1].value: must be metres, above 0 and at most 10000" in out
    assert (
        f"note: {RAIL0} tested: yes (Anna, 2026-03-01T09:01:30Z) 'FAIL', {anna} marks[0], "
        f"yes (Bob, 2026-03-01T09:02:30Z) 'ok', {bob} marks[1]: only the last is recorded"
    ) in out
    assert "3 marks, 3 new, 1 unsound;" in out

"""Two technicians: nothing is lost, what they disagree about is shown, a person decides."""

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from railwright.emitters.cabling.job import Job
from tests.browser import work
from tests.browser.conftest import AT, DESKTOP, Open


def mark(page_mark: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {**page_mark, **changes}


def written(path: Path, marks: list[dict[str, Any]], **changes: Any) -> Path:
    whole = {"format": "railwright-marks", "version": 1, "cluster": "floor-tiny"}
    path.write_text(json.dumps({**whole, "revision": "0" * 12, "marks": marks, **changes}), "utf-8")
    return path


def own(job: Job) -> dict[str, Any]:
    """Return the mark of somebody who pulled a cable, as a page makes it."""
    (check,) = [pull.check for pull in job.pulls if pull.id == work.CABLE]
    said = {"id": "ana00000-1", "cable": work.CABLE, "check": check, "what": "pulled"}
    return {**said, "value": True, "by": "Ana", "at": AT, "note": "", "after": []}


def test_two_technicians_lose_nothing_and_decide_what_they_disagree_on(
    visit: Open, floor: Path, tmp_path: Path
) -> None:
    ana, li = visit(floor), visit(floor, **DESKTOP)
    work.card(ana)
    work.tick(ana, "connected", who="Ana")
    work.card(ana, "gpu0002:rail0")
    work.tick(ana, "pulled")
    work.card(li)
    work.tick(li, "pulled", who="Li Wei")
    work.tick(li, "pulled")  # and takes it back
    work.card(li, "gpu0003:rail0")
    work.tick(li, "tested")
    files = [work.exported(ana, tmp_path), work.exported(li, tmp_path)]
    assert [len(work.marks_in(file)) for file in files] == [3, 5]

    chief = visit(floor, **DESKTOP)
    said = work.imported(chief, *files)
    assert "new: 3" in said
    assert "new: 5" in said
    expect(chief.locator("#said")).to_contain_text("New marks: 8. To decide: 1.")
    assert "known before: 3" in work.imported(chief, files[0])
    work.card(chief, "gpu0003:rail0")
    work.expect_ticks(chief, True, True, True)

    work.show(chief, "#/conflicts")
    conflict = chief.locator(".open")
    expect(conflict).to_have_count(1)
    for part in (work.CABLE, "Ana, 20", "Li Wei, 20", "pulled", "not pulled"):
        expect(conflict).to_contain_text(part)
    expect(chief.locator(".badge")).to_have_text("1")
    conflict.get_by_role("button", name="Decide: pulled").click()
    work.name(chief, "Chief")
    expect(chief.locator(".open")).to_have_count(0)
    expect(chief.locator(".badge")).to_be_hidden()
    work.card(chief)
    work.expect_ticks(chief, True, True, False)

    whole = work.exported(chief, tmp_path)
    by_id = {one["id"]: one for one in work.marks_in(whole)}
    assert len(by_id) == 9
    for file in files:
        assert all(by_id[one["id"]] == one for one in work.marks_in(file))
    work.imported(li, whole)  # and the decision reaches the others
    work.card(li)
    work.expect_ticks(li, True, True, False)


def test_a_conflict_is_shown_and_counts_for_nothing_on_the_card(
    visit: Open, floor: Path, tiny: Job, tmp_path: Path
) -> None:
    first = own(tiny)
    other = mark(first, id="elsewhere-1", value=False, by="Bo")
    page = visit(floor)
    work.imported(page, written(tmp_path / "both.json", [first, other]))
    work.card(page)
    work.expect_ticks(page, False, False, False)
    expect(page.locator(".card .alert")).to_contain_text("A person must decide")
    page.get_by_role("button", name="Decide: not pulled").click()
    work.name(page, "Chief")
    expect(page.locator(".card .alert")).to_have_count(0)


def test_marks_for_an_older_plan_are_shown_and_never_applied(
    visit: Open, floor: Path, tiny: Job, tmp_path: Path
) -> None:
    first = own(tiny)
    page = visit(floor)
    work.imported(page, written(tmp_path / "old.json", [mark(first, check="00000000")]))
    work.card(page)
    work.expect_ticks(page, False, False, False)
    expect(page.locator(".card .alert")).to_contain_text("Older plan: pulled")
    page.get_by_role("button", name="Still true").click()
    work.name(page, "Chief")
    work.expect_ticks(page, True, False, False)
    expect(page.locator(".card .alert")).to_have_count(0)


def test_marks_for_an_older_plan_can_be_dismissed(
    visit: Open, floor: Path, tiny: Job, tmp_path: Path
) -> None:
    first = own(tiny)
    page = visit(floor)
    work.imported(page, written(tmp_path / "old.json", [mark(first, check="00000000")]))
    work.show(page, "#/conflicts")
    page.get_by_role("button", name="No longer true").click()
    work.name(page, "Chief")
    expect(page.locator(".open")).to_have_count(0)
    work.card(page)
    work.expect_ticks(page, False, False, False)


def test_marks_of_cables_that_are_not_on_the_page_are_kept(
    visit: Open, floor: Path, tiny: Job, tmp_path: Path
) -> None:
    first = own(tiny)
    page = visit(floor)
    stranger = mark(first, id="far-1", cable="gpu9999:rail0")
    work.imported(page, written(tmp_path / "far.json", [stranger]))
    work.show(page, "#/conflicts")
    expect(page.locator("#detail")).to_contain_text("Marks of 1 cables that are not on this page")
    page.reload()
    work.show(page, "#/marks")
    page.locator("[data-key=export]").click()
    with page.expect_download() as download:
        work.name(page, "Chief")
    assert work.marks_in(Path(download.value.path())) == [stranger]


def test_files_that_are_none_are_refused_with_the_reason(
    visit: Open, floor: Path, tmp_path: Path
) -> None:
    page = visit(floor)
    (tmp_path / "text.json").write_text("no json")
    (tmp_path / "list.json").write_text("[1, 2]")
    files = {
        tmp_path / "text.json": "no JSON file",
        tmp_path / "list.json": "no file of marks",
        written(tmp_path / "next.json", [], version=2): "another version",
        written(tmp_path / "other.json", [], cluster="other"): "another cluster",
    }
    for file, reason in files.items():
        assert reason in work.imported(page, file)


def test_marks_that_are_none_are_refused_and_the_others_taken(
    visit: Open, floor: Path, tiny: Job, tmp_path: Path
) -> None:
    first = own(tiny)
    faulty: list[Any] = [
        mark(first, id="a b"),
        mark(first, id="x-1", cable="<b>"),
        mark(first, id="x-2", check="zz"),
        mark(first, id="x-3", what="eaten"),
        mark(first, id="x-4", value="yes"),
        mark(first, id="x-5", by=""),
        mark(first, id="x-6", at="yesterday"),
        mark(first, id="x-7", note="x" * 256),
        mark(first, id="x-8", after=["x-8"]),
        mark(first, id="x-9", what="port", value="Ethernet8"),  # without a reason
        "no mark",
    ]
    page = visit(floor)
    said = work.imported(page, written(tmp_path / "mixed.json", [*faulty, first]))
    assert "new: 1" in said
    assert f"Refused: {len(faulty)}" in said


def test_a_page_built_later_starts_from_what_was_handed_in(
    visit: Open, later: Path, tmp_path: Path
) -> None:
    page: Page = visit(later, f"#/cable/{work.CABLE}")
    work.expect_ticks(page, True, True, False)
    expect(page.locator(".card")).to_contain_text("Ana, 2026-03-01 09:30 UTC")
    work.tick(page, "tested", who="Li Wei")
    (mine,) = work.marks_in(work.exported(page, tmp_path))
    assert mine["what"] == "tested"
    work.card(page)
    work.tick(page, "connected")
    found = work.marks_in(work.exported(page, tmp_path))
    undone = next(one for one in found if one["what"] == "connected")
    assert undone["after"] == ["ana00000-2", "older-1"]  # what it replaces, and what that did


def disagreed(page: Page, job: Job, folder: Path) -> None:
    """Import marks of two people who disagree whether a cable is pulled; open its card."""
    first = own(job)
    other = mark(first, id="elsewhere-1", value=False, by="Bo")
    work.imported(page, written(folder / "both.json", [first, other]))
    work.card(page)


def test_a_decision_is_not_undone_unseen(
    visit: Open, floor: Path, tiny: Job, tmp_path: Path
) -> None:
    page = visit(floor)
    disagreed(page, tiny, tmp_path)
    page.get_by_role("button", name="Decide: pulled").click()
    work.name(page, "Chief")
    expect(page.locator("#said")).to_contain_text("decided")
    expect(page.get_by_role("button", name="Undo")).to_be_hidden()
    work.expect_ticks(page, True, False, False)
    work.tick(page, "connected")  # while what nobody disagreed about is
    page.get_by_role("button", name="Undo").click()
    work.expect_ticks(page, True, False, False)


def test_a_tick_of_a_later_step_settles_no_conflict(
    visit: Open, floor: Path, tiny: Job, tmp_path: Path
) -> None:
    page = visit(floor)
    disagreed(page, tiny, tmp_path)
    work.tick(page, "tested", who="Chief")
    expect(page.locator("#said")).to_contain_text("pulled must be decided first")
    work.expect_ticks(page, False, True, True)
    expect(page.locator(".badge")).to_have_text("1")
    found = work.marks_in(work.exported(page, tmp_path))
    assert sorted(one["what"] for one in found if one["by"] == "Chief") == ["connected", "tested"]


def test_a_step_in_conflict_is_decided_not_ticked(
    visit: Open, floor: Path, tiny: Job, tmp_path: Path
) -> None:
    page = visit(floor)
    disagreed(page, tiny, tmp_path)
    work.tick(page, "pulled")
    expect(page.locator("#said")).to_contain_text("pulled must be decided first")
    expect(page.locator("#decide-title")).to_be_focused()
    work.show(page, "#/")
    page.locator(f"[data-key='step:{work.CABLE}']").click()  # from the list as well
    expect(page.locator("#detail-title")).to_have_text(work.CABLE)
    expect(page.locator("#said")).to_contain_text("pulled must be decided first")
    expect(page.locator(".badge")).to_have_text("1")
    expect(page.locator("#name-dialog")).to_be_hidden()


def test_a_time_that_lies_ahead_is_pointed_out(
    visit: Open, floor: Path, tiny: Job, tmp_path: Path
) -> None:
    page = visit(floor)
    first = own(tiny)
    ahead = mark(first, id="ahead-1", what="connected", at="2099-01-01T00:00:00Z")
    work.imported(page, written(tmp_path / "ahead.json", [first, ahead]))
    work.card(page)
    done = page.locator("section[aria-labelledby=done-title] > .said > li")
    expect(done.filter(has_text="clock")).to_have_count(1)
    expect(done.filter(has_text="clock")).to_contain_text("connected Ana, 2099-01-01")


def test_marks_of_sheets_from_before_a_redline_count(
    visit: Open, redlined: Path, tiny: Job, tmp_path: Path
) -> None:
    page = visit(redlined)
    before = mark(own(tiny), id="before-1", check="00000001")
    other = mark(before, id="before-2", cable="gpu0003:rail0")
    work.imported(page, written(tmp_path / "before.json", [before, other]))
    work.card(page)
    work.expect_ticks(page, True, False, False)
    work.card(page, "gpu0003:rail0")  # whose check that never was
    work.expect_ticks(page, False, False, False)
    expect(page.locator(".card .alert")).to_contain_text("Older plan: pulled")


def test_what_is_recorded_of_an_older_plan_waits_for_a_person(
    visit: Open, redlined: Path, tmp_path: Path
) -> None:
    page = visit(redlined, f"#/cable/{work.OTHER}")
    work.expect_ticks(page, False, False, False)
    page.get_by_role("button", name="Still true: pulled").click()
    work.name(page, "Chief")
    work.expect_ticks(page, True, False, False)
    (decided,) = work.marks_in(work.exported(page, tmp_path))
    assert decided["after"] == ["ana00000-3"]

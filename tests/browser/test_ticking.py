"""Ticking off, remembering, taking back, handing in."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from railwright.emitters.cabling.job import Job
from railwright.redline import phone as importer
from tests.browser import work
from tests.browser.conftest import Open, Watched

FILE = re.compile(r"floor-tiny-Li-Wei-\d{12}\.json")


@pytest.fixture
def page(visit: Open, floor: Path) -> Page:
    return visit(floor, f"#/cable/{work.CABLE}")


def test_a_tick_asks_for_the_name_once_and_is_kept(page: Page) -> None:
    work.tick(page, "pulled", who="Li Wei")
    expect(page.locator("#said")).to_contain_text("Saved on this device")
    work.card(page, "gpu0001:rail1")
    work.tick(page, "pulled")
    work.expect_ticks(page, True, False, False)
    page.reload()
    work.expect_ticks(page, True, False, False)
    expect(page.locator(".card")).to_contain_text("Li Wei, 20")


def test_nothing_is_ticked_without_a_name(page: Page) -> None:
    work.tick(page, "pulled")
    page.locator("#name-dialog").get_by_role("button", name="Cancel").click()
    work.expect_ticks(page, False, False, False)
    work.tick(page, "pulled")
    page.keyboard.press("Escape")
    work.expect_ticks(page, False, False, False)


def test_a_blank_name_is_asked_for_again(page: Page) -> None:
    work.tick(page, "pulled", who="   ")
    expect(page.locator("#name-problem")).to_have_text("Give a name, or cancel.")
    expect(page.locator("#name")).to_be_focused()
    work.name(page)
    work.expect_ticks(page, True, False, False)


def test_a_step_brings_those_before_it_and_takes_those_after_it(page: Page) -> None:
    work.tick(page, "tested", who="Li Wei")
    work.expect_ticks(page, True, True, True)
    work.tick(page, "pulled")
    work.expect_ticks(page, False, False, False)


def test_undo_is_a_new_mark(page: Page, tmp_path: Path) -> None:
    work.tick(page, "connected", who="Li Wei")
    page.get_by_role("button", name="Undo").click()
    work.expect_ticks(page, False, False, False)
    found = work.marks_in(work.exported(page, tmp_path))
    assert sorted((one["what"], one["value"]) for one in found) == [
        ("connected", False),
        ("connected", True),
        ("pulled", False),
        ("pulled", True),
    ]
    by_id = {one["id"]: one for one in found}
    for one in found:
        replaced = [by_id[name]["value"] for name in one["after"]]
        assert replaced == ([] if one["value"] else [True])


def test_the_export_is_what_the_importer_reads(page: Page, tiny: Job, tmp_path: Path) -> None:
    work.tick(page, "tested", who="Li Wei")
    page.fill("#result", "-1.2 dBm")
    page.locator("form:has(#result) button").click()
    expect(page.locator(".card")).to_contain_text("-1.2 dBm")
    file = work.exported(page, tmp_path)
    assert FILE.fullmatch(file.name)
    contents, problems = importer.read(file.read_bytes(), file.name, tiny.cluster)
    assert problems == []
    (pull,) = [pull for pull in tiny.pulls if pull.id == work.CABLE]
    assert {handed.check for handed in contents.marks} == {pull.check}
    assert {handed.mark.by for handed in contents.marks} == {"Li Wei"}
    last = next(one.mark for one in contents.marks if one.mark.note)
    assert (last.what, last.value, last.note, len(last.after)) == ("tested", True, "-1.2 dBm", 1)


def test_two_tabs_of_one_phone_know_of_each_other(
    page: Page, floor: Path, watched: Watched
) -> None:
    work.tick(page, "pulled", who="Li Wei")
    other = page.context.new_page()
    watched.follow(other)
    other.goto(f"{floor.as_uri()}#/cable/gpu0002:rail0")
    work.tick(other, "pulled")  # the name is known
    work.card(page, "gpu0002:rail0")
    expect(page.locator("[data-key='tick:pulled']")).to_have_attribute("aria-pressed", "true")
    page.reload()
    work.expect_ticks(page, True, False, False)
    work.card(page)
    work.expect_ticks(page, True, False, False)


def test_a_browser_that_keeps_nothing_says_so_all_the_time(
    visit: Open, floor: Path, tmp_path: Path
) -> None:
    page = visit(
        floor,
        f"#/cable/{work.CABLE}",
        "Object.defineProperty(window, 'localStorage', {get() { throw new Error('refused'); }})",
    )
    warning = page.locator("body > .alert")
    expect(warning).to_contain_text("only in this tab until they are exported")
    work.tick(page, "pulled", who="Li Wei")
    expect(page.locator("#said")).to_contain_text("Not saved")
    work.expect_ticks(page, True, False, False)
    assert len(work.marks_in(work.exported(page, tmp_path))) == 1


def test_a_device_that_is_full_says_so(visit: Open, floor: Path) -> None:
    page = visit(
        floor,
        f"#/cable/{work.CABLE}",
        """const set = Storage.prototype.setItem;
        Storage.prototype.setItem = function (key, value) {
          if (key.startsWith('railwright-marks/')) throw new DOMException('', 'QuotaExceededError');
          set.call(this, key, value);
        };""",
    )
    work.tick(page, "pulled", who="Li Wei")
    expect(page.locator("body > .alert")).to_be_visible()


def test_the_page_shares_the_file_where_the_device_can(visit: Open, floor: Path) -> None:
    page = visit(
        floor,
        f"#/cable/{work.CABLE}",
        """navigator.canShare = ({files}) => files[0].type === 'text/plain';
        navigator.share = async ({files: [file]}) => {
          window.shared = [file.name, await file.text()];
        };
        """,
    )
    work.tick(page, "pulled", who="Li Wei")
    work.show(page, "#/marks")
    page.get_by_role("button", name="Share").click()
    expect(page.locator("#said")).to_contain_text("Exported marks: 1")
    name, text = page.evaluate("window.shared")
    assert FILE.fullmatch(name)
    assert work.CABLE in text


def test_the_remark_of_a_cable_is_kept_and_taken_back(page: Page) -> None:
    page.get_by_text("Remark", exact=True).first.click()
    page.fill("#remark", "tie is loose")
    page.locator("form:has(#remark) button").click()
    work.name(page)
    done = page.locator("section[aria-labelledby=done-title] > .said")
    expect(done).to_contain_text("remark: tie is loose")
    page.fill("#remark", "")
    page.locator("form:has(#remark) button").click()
    expect(done).to_have_count(0)

"""What is built otherwise: ports, swaps, lengths, each with its reason."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from railwright.emitters.cabling.job import Job
from railwright.redline import phone as importer
from tests.browser import work
from tests.browser.conftest import Open

OTHER = work.OTHER


@pytest.fixture
def page(visit: Open, floor: Path) -> Page:
    page = visit(floor, f"#/cable/{work.CABLE}")
    page.get_by_text("It is built otherwise").click()
    return page


def save(page: Page, reason: str, who: str = "") -> None:
    page.fill("#as-reason", reason)
    page.get_by_role("button", name="Save as built").click()
    if who:
        work.name(page, who)


def test_the_ports_of_the_upper_device_are_offered_with_what_is_in_them(
    page: Page, tiny: Job
) -> None:
    options = page.locator("#as-port option").all_text_contents()
    assert options[0] == "as planned: Ethernet0"
    assert f"Ethernet8 · 2 · {OTHER}" in options
    assert "Ethernet24 · 4 · reserved" in options
    assert any(option.endswith("spare") for option in options)
    assert len(options) == len(set(options)) == len(tiny.plan.ports["su1-rail0-leaf"])


def test_two_swapped_cables_are_two_marks_with_one_reason(
    page: Page, tiny: Job, tmp_path: Path
) -> None:
    page.select_option("#as-port", "Ethernet8")
    expect(page.locator("label[for=as-swap]")).to_have_text(f"Swapped: {OTHER} is in Ethernet0 now")
    save(page, "found so", who="Li Wei")
    expect(page.locator(".moved")).to_have_text("as built in Ethernet8")
    work.card(page, OTHER)
    expect(page.locator(".moved")).to_have_text("as built in Ethernet0")
    work.show(page, "#/conflicts")
    expect(page.locator(".open")).to_have_count(0)
    file = work.exported(page, tmp_path)
    found = {one["cable"]: one for one in work.marks_in(file)}
    assert {name: (one["what"], one["value"], one["note"]) for name, one in found.items()} == {
        work.CABLE: ("port", "Ethernet8", "found so"),
        OTHER: ("port", "Ethernet0", "found so"),
    }
    assert importer.read(file.read_bytes(), file.name, tiny.cluster)[1] == []


def test_a_swap_that_is_swapped_back_is_as_planned(page: Page, tmp_path: Path) -> None:
    page.select_option("#as-port", "Ethernet8")
    save(page, "found so", who="Li Wei")
    page.select_option("#as-port", "")
    save(page, "put right")
    expect(page.locator(".moved")).to_have_count(0)
    work.card(page, OTHER)
    expect(page.locator(".moved")).to_have_count(0)
    last = work.marks_in(work.exported(page, tmp_path))
    assert sorted((one["cable"], one["value"]) for one in last if one["note"] == "put right") == [
        (work.CABLE, None),
        (OTHER, None),
    ]


def test_one_cable_alone_in_a_taken_port_is_shown_until_it_is_settled(page: Page) -> None:
    page.select_option("#as-port", "Ethernet8")
    page.uncheck("#as-swap")
    save(page, "only this one", who="Li Wei")
    work.show(page, "#/conflicts")
    clash = page.locator(".open")
    expect(clash).to_contain_text("su1-rail0-leaf Ethernet8")
    expect(clash).to_contain_text(work.CABLE)
    expect(clash).to_contain_text(OTHER)


def test_a_spare_port_swaps_with_nobody(page: Page) -> None:
    page.select_option("#as-port", "Ethernet24")
    expect(page.locator("#as-swap")).to_be_hidden()
    save(page, "cage 1 is bent", who="Li Wei")
    expect(page.locator(".moved")).to_have_text("as built in Ethernet24")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".moved")).to_have_count(0)


def test_a_reason_is_mandatory(page: Page) -> None:
    page.fill("#as-length", "12.5")
    save(page, "   ")
    expect(page.locator(".redline .problem")).to_have_text("Say why.")
    expect(page.locator("#as-reason")).to_be_focused()
    expect(page.locator("#name-dialog")).to_be_hidden()


@pytest.mark.parametrize("length", ["0", "-3", "10001"])
def test_a_length_that_is_none_is_refused(page: Page, length: str) -> None:
    page.fill("#as-length", length)
    save(page, "measured")
    expect(page.locator(".redline .problem")).to_contain_text("above 0 and at most 10000")


def test_a_length_is_kept_and_shown(page: Page) -> None:
    page.fill("#as-length", "12.5")
    save(page, "measured", who="Li Wei")
    expect(page.locator(".facts")).to_contain_text("12.5 m")
    expect(page.locator(".card-head")).to_contain_text("built otherwise")


def test_saving_nothing_says_so(page: Page) -> None:
    save(page, "no reason at all")
    expect(page.locator(".redline .problem")).to_have_text("Nothing is changed.")


def test_a_router_outside_the_plan_offers_no_port(visit: Open, border: Path) -> None:
    page = visit(border)
    work.search(page, "border")
    page.locator(".cable > a").first.click()
    page.get_by_text("It is built otherwise").click()
    expect(page.locator("#as-port")).to_have_count(0)
    expect(page.locator("form.redline").first).to_contain_text("ends outside the plan")


def test_who_gives_no_name_keeps_what_was_typed(page: Page) -> None:
    page.select_option("#as-port", "Ethernet24")
    page.fill("#as-length", "12.5")
    save(page, "cage 1 is bent")
    page.locator("#name-dialog").get_by_role("button", name="Cancel").click()
    expect(page.locator("#as-reason")).to_have_value("cage 1 is bent")
    expect(page.locator("#as-length")).to_have_value("12.5")
    expect(page.locator("#as-port")).to_have_value("Ethernet24")
    page.get_by_role("button", name="Save as built").click()
    work.name(page)
    expect(page.locator(".moved")).to_have_text("as built in Ethernet24")
    expect(page.locator("#as-reason")).to_have_value("")


def test_a_length_is_kept_to_the_centimetre(page: Page, tmp_path: Path) -> None:
    page.fill("#as-length", "12.344")
    save(page, "measured", who="Li Wei")
    (found,) = work.marks_in(work.exported(page, tmp_path))
    assert found["value"] == 12.34


class TestAfterARedline:
    """The page of a plan that a redline is already in: rules alone give another port and length."""

    @pytest.fixture
    def page(self, visit: Open, redlined: Path) -> Page:
        page = visit(redlined, f"#/cable/{work.CABLE}")
        page.get_by_text("It is built otherwise").click()
        return page

    def said(self, page: Page, folder: Path) -> dict[str, Any]:
        found = work.marks_in(work.exported(page, folder))
        return {one["what"]: one["value"] for one in found if one["cable"] == work.CABLE}

    def test_what_stands_is_chosen_and_what_rules_give_is_offered(
        self, page: Page, tiny: Job
    ) -> None:
        (pull,) = [pull for pull in tiny.pulls if pull.id == work.CABLE]
        expect(page.locator("#as-port")).to_have_value("Ethernet0")
        options = page.locator("#as-port option").all_text_contents()
        assert options[0] == "as planned: Ethernet24"
        expect(page.locator("#as-length")).to_have_value(f"{pull.cable.length_m:g}")
        expect(page.locator("#as-length-hint")).to_have_text("Empty: 9 m, as planned.")
        save(page, "looked at it")
        expect(page.locator(".redline .problem")).to_have_text("Nothing is changed.")

    def test_only_what_rules_give_takes_the_redline_back(self, page: Page, tmp_path: Path) -> None:
        page.select_option("#as-port", "")
        page.fill("#as-length", "")
        save(page, "put right", who="Li Wei")
        assert self.said(page, tmp_path) == {"port": None, "length_m": None}

    def test_another_port_is_said_and_undone_in_so_many_words(
        self, page: Page, tmp_path: Path
    ) -> None:
        page.select_option("#as-port", "Ethernet32")
        save(page, "moved", who="Li Wei")
        expect(page.locator(".moved")).to_have_text("as built in Ethernet32")
        page.get_by_role("button", name="Undo").click()
        expect(page.locator(".moved")).to_have_text("as built in Ethernet0")
        found = work.marks_in(work.exported(page, tmp_path))
        assert sorted(one["value"] for one in found) == ["Ethernet0", "Ethernet32"]

    def test_a_cable_that_takes_its_place_is_said_with_its_port(
        self, visit: Open, redlined: Path, tmp_path: Path
    ) -> None:
        page = visit(redlined, f"#/cable/{OTHER}")
        page.get_by_text("It is built otherwise").click()
        page.select_option("#as-port", "Ethernet0")
        save(page, "swapped", who="Li Wei")
        assert self.said(page, tmp_path) == {"port": "Ethernet8"}

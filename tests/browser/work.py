"""What technicians do with the page, as steps that tests put together."""

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

CABLE = "gpu0001:rail0"
OTHER = "gpu0002:rail0"


def search(page: Page, text: str) -> list[str]:
    """Type into the search and return the ids of the cables that are listed."""
    page.fill("#q", text)
    return page.locator(".cable .id").all_text_contents()


def show(page: Page, route: str) -> None:
    page.evaluate("hash => { location.hash = '#/help'; location.hash = hash; }", route)
    if route != "#/":
        expect(page.locator("#detail-title")).to_be_focused()
    else:
        expect(page.locator("#q")).to_be_focused()


def card(page: Page, cable: str = CABLE) -> None:
    show(page, f"#/cable/{cable}")
    expect(page.locator("#detail-title")).to_have_text(cable)


def name(page: Page, who: str = "Li Wei") -> None:
    """Answer the question for the name."""
    page.fill("#name", who)
    page.locator("#name-dialog button[value=ok]").click()


def tick(page: Page, step: str, who: str = "") -> None:
    """Press a tick of the open card; `who` answers the question for the name."""
    page.locator(f"[data-key='tick:{step}']").click()
    if who:
        name(page, who)


def expect_ticks(page: Page, *done: bool) -> None:
    """Expect which of the ticks of the open card are set: pulled, connected, tested."""
    for step, one in zip(("pulled", "connected", "tested"), done, strict=True):
        button = page.locator(f"[data-key='tick:{step}']")
        expect(button).to_have_attribute("aria-pressed", "true" if one else "false")


def exported(page: Page, folder: Path) -> Path:
    """Export the marks into a folder; return the file."""
    show(page, "#/marks")
    with page.expect_download() as download:
        page.locator("[data-key=export]").click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def imported(page: Page, *files: Path) -> str:
    """Import files; return what the page says of them."""
    show(page, "#/marks")
    page.set_input_files("#files", [str(file) for file in files])
    report = page.locator("section[aria-labelledby=import-title] .said")
    expect(report.locator("li")).to_have_count(len(files))
    return str(report.text_content())


def marks_in(path: Path) -> list[dict[str, Any]]:
    found = json.loads(path.read_text(encoding="utf-8"))
    return list(found["marks"])

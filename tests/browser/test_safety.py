"""The page runs nothing but its own script, asks nobody for anything, and shows texts as texts."""

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from railwright.emitters.cabling.job import Job
from tests.browser import work
from tests.browser.conftest import Open, Watched, write

MARKUP = "</script><script>window.broken = true</script><b>bold</b>"
ROUTES = ["#/", "#/progress", "#/marks", "#/conflicts", "#/help", "#/rack/A03", "#/device/spine1"]


def test_the_page_asks_for_nothing_but_itself(visit: Open, floor: Path, watched: Watched) -> None:
    page = visit(floor)
    for route in (*ROUTES[1:], f"#/cable/{work.CABLE}"):
        work.show(page, route)
    page.reload()
    own = floor.as_uri()
    assert {url.partition("#")[0] for url in watched.requests if url.startswith("file:")} == {own}


def test_the_policy_runs_no_script_that_is_put_in(
    visit: Open, floor: Path, watched: Watched
) -> None:
    watched.expected += ["Content Security Policy", "TrustedScript", "TrustedHTML"]
    page = visit(floor)
    page.evaluate(
        """() => {
          const add = (tag, set) => { try {
            const one = document.createElement(tag);
            set(one);
            document.body.append(one);
          } catch { /* the policy refuses some of it at once */ } };
          add('script', one => { one.textContent = 'window.broken = 1'; });
          add('script', one => { one.src = 'data:text/javascript,window.broken=2'; });
          add('div', one => { one.innerHTML = '<img src=x onerror="window.broken = 3">'; });
          add('iframe', one => { one.src = 'data:text/html,hello'; });
          try { setTimeout('window.broken = 5', 0); } catch { /* refused */ }
        }"""
    )
    page.wait_for_timeout(200)
    assert page.evaluate("window.broken") is None
    assert any("Content Security Policy" in one for one in watched.complaints)


@pytest.mark.parametrize(
    "attempt",
    [
        "fetch('https://railwright.invalid/')",
        "fetch('data:,x')",
        "new Promise((ok, no) => { const i = new Image(); i.onload = ok; i.onerror = no;"
        " i.src = 'https://railwright.invalid/x.png'; })",
    ],
)
def test_the_policy_reaches_nobody(
    visit: Open, floor: Path, watched: Watched, attempt: str
) -> None:
    watched.expected += ["Content Security Policy"]
    page = visit(floor)
    assert page.evaluate(f"() => {attempt}.then(() => 'reached', () => 'refused')") == "refused"
    assert any("Content Security Policy" in one for one in watched.complaints)


def test_descriptions_that_look_like_markup_stay_text(visit: Open, folder: Path, tiny: Job) -> None:
    pulls = tuple(replace(pull, description=MARKUP) for pull in tiny.pulls)
    page = visit(write(replace(tiny, pulls=pulls), folder / "markup.html"))
    work.card(page)
    expect(page.locator(".facts")).to_contain_text(MARKUP)
    assert page.evaluate("window.broken") is None


def test_marks_that_look_like_markup_stay_text(visit: Open, later: Path) -> None:
    page = visit(later, f"#/cable/{work.CABLE}")
    expect(page.locator(".card")).to_contain_text("</script><b>bent</b>")
    page.get_by_text("It is built otherwise").click()
    page.fill("#as-length", "9")
    page.fill("#as-reason", "<img src=x onerror=alert(1)>")
    page.get_by_role("button", name="Save as built").click()
    work.name(page, "<b>Li</b>")
    expect(page.locator(".card")).to_contain_text("<b>Li</b>")
    expect(page.locator(".card")).to_contain_text("<img src=x onerror=alert(1)>")
    assert page.locator("#detail b b, #detail img").count() == 0


def test_what_is_stored_by_others_is_checked_like_a_file(visit: Open, floor: Path) -> None:
    page = visit(floor)
    page.evaluate(
        """() => {
          localStorage.setItem('railwright-marks/floor-tiny/x-1', '{"id": "x-1"}');
          localStorage.setItem('railwright-marks/floor-tiny/x-2', 'no json');
        }"""
    )
    page.reload()
    work.show(page, "#/marks")
    expect(page.locator("#detail")).to_contain_text("Marks to hand in: 0")


def test_the_title_and_the_page_say_cluster_and_revision(
    visit: Open, floor: Path, tiny: Job
) -> None:
    page = visit(floor)
    assert page.title() == f"Cabling floor-tiny {tiny.revision}"
    expect(page.locator("h1")).to_have_text(f"floor-tiny Revision {tiny.revision}")

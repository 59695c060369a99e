"""Keyboards, screen readers, gloves, small screens, any colour vision."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import work
from tests.browser.conftest import DESKTOP, PHONE, Open

ROUTES = [
    *("#/", "#/progress", "#/marks", "#/conflicts", "#/help", "#/rack/A03"),
    *("#/device/su1-rail0-leaf", f"#/cable/{work.CABLE}"),
]
CONTROLS = {"button", "link", "textbox", "searchbox", "combobox", "checkbox", "spinbutton"}
NARROW = {"viewport": {"width": 320, "height": 640}}
TEXT_CONTRAST = 4.5

LIGHT = """
const luminance = colour => {
  const [r, g, b] = colour.map(one => one / 255)
    .map(one => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
const pixels = colour => {
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = colour;
  canvas.fillRect(0, 0, 1, 1);
  return [...canvas.getImageData(0, 0, 1, 1).data];
};
const below = element => {
  for (let at = element; at; at = at.parentElement) {
    const colour = pixels(getComputedStyle(at).backgroundColor);
    if (colour[3] > 0) return colour.slice(0, 3);
  }
  return [255, 255, 255];
};
const contrast = element => {
  const [one, other] = [pixels(getComputedStyle(element).color).slice(0, 3), below(element)]
    .map(luminance).sort((a, b) => b - a);
  return (one + 0.05) / (other + 0.05);
};
"""


def everything(page: Page) -> None:
    """Open all that is folded, so that what it holds is looked at too."""
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")


@pytest.fixture
def busy(visit: Open, later: Path) -> Page:
    """A page on which something was done, with what it says of it still open."""
    page = visit(later, f"#/cable/{work.CABLE}")
    work.tick(page, "tested", who="Li Wei")
    return page


def test_from_the_start_to_a_tick_with_keys_alone(visit: Open, floor: Path) -> None:
    page = visit(floor, **DESKTOP)
    keys = page.keyboard
    expect(page.locator("#q")).to_be_focused()
    keys.type("gpu0002")
    keys.press("ArrowDown")
    expect(page.locator(".hit").first).to_be_focused()
    for _ in range(3):
        keys.press("ArrowDown")
    expect(page.locator(".cable > a").nth(2)).to_be_focused()
    keys.press("ArrowUp")
    keys.press("Enter")
    expect(page.locator("#detail-title")).to_be_focused()
    expect(page.locator("#detail-title")).to_have_text("gpu0002:rail1")
    for _ in range(20):
        keys.press("Tab")
        if page.evaluate("document.activeElement.dataset.key") == "tick:pulled":
            break
    keys.press("Space")
    expect(page.locator("#name")).to_be_focused()
    keys.type("Li Wei")
    keys.press("Enter")
    work.expect_ticks(page, True, False, False)
    expect(page.locator("[data-key='tick:pulled']")).to_be_focused()
    keys.press("Escape")
    expect(page.locator("#q")).to_be_focused()
    keys.press("Tab")
    keys.press("/")
    expect(page.locator("#q")).to_be_focused()


def test_the_skip_link_comes_first_and_leads_to_the_search(visit: Open, floor: Path) -> None:
    page = visit(floor, "#/help", **DESKTOP)
    page.evaluate("() => { document.body.tabIndex = -1; document.body.focus(); }")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the search")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#q")).to_be_focused()


def test_ticking_down_a_list_keeps_the_place(visit: Open, floor: Path) -> None:
    page = visit(floor, **DESKTOP)
    first = page.locator("[data-key='step:gpu0001:rail0']")
    first.focus()
    page.keyboard.press("Enter")
    work.name(page)
    expect(first).to_be_focused()
    expect(first).to_have_attribute("aria-label", "Tick connected: gpu0001:rail0")
    page.evaluate(
        """() => {
          const field = document.getElementById('filter-status');
          field.value = 'planned';
          field.dispatchEvent(new Event('change'));
        }"""
    )
    second = page.locator("[data-key='step:gpu0001:rail1']")
    second.focus()
    page.keyboard.press("Enter")  # and it leaves the list
    expect(second).to_have_count(0)
    assert page.evaluate("document.activeElement.closest('.cable') !== null")


def test_the_focus_is_always_seen(visit: Open, floor: Path) -> None:
    page = visit(floor, f"#/cable/{work.CABLE}", **DESKTOP)
    everything(page)
    for _ in range(60):
        page.keyboard.press("Tab")
        style = page.evaluate(
            """() => {
              const style = getComputedStyle(document.activeElement);
              return [document.activeElement.tagName, style.outlineStyle,
                parseFloat(style.outlineWidth)];
            }"""
        )
        assert style[0] == "BODY" or (style[1] != "none" and style[2] >= 2), style


def test_every_control_has_a_name(busy: Page) -> None:
    session = busy.context.new_cdp_session(busy)
    for route in ROUTES:
        work.show(busy, route)
        everything(busy)
        nodes: list[dict[str, Any]] = session.send("Accessibility.getFullAXTree")["nodes"]
        shown = [node for node in nodes if not node["ignored"]]
        controls = [node for node in shown if node["role"]["value"] in CONTROLS]
        assert len(controls) > 5
        nameless = [one for one in controls if not one.get("name", {}).get("value", "").strip()]
        assert nameless == [], route
        roles = [node["role"]["value"] for node in shown]
        for landmark in ("banner", "navigation", "main"):
            assert roles.count(landmark) == 1, route


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_targets_are_large_and_headings_in_order(
    visit: Open, later: Path, size: dict[str, Any]
) -> None:
    page = visit(later, **size)
    for route in ROUTES:
        work.show(page, route)
        everything(page)
        small = page.evaluate(
            """() => [...document.querySelectorAll('a, button, summary, select, input, .file')]
              .filter(one => one.checkVisibility())
              .filter(one => !one.matches('.skip, [type=file], [type=checkbox]'))
              .map(one => [one.outerHTML.slice(0, 90), one.getBoundingClientRect()])
              .filter(([, box]) => box.height < 43.5 || box.width < 24)
              .map(([text, box]) => [text, box.width, box.height])"""
        )
        assert small == [], route
        levels = page.evaluate(
            """() => [...document.querySelectorAll('h1, h2, h3, h4')]
              .filter(one => one.checkVisibility()).map(one => Number(one.tagName[1]))"""
        )
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in pairwise(levels)), route


def test_nothing_scrolls_sideways_on_the_smallest_screen(visit: Open, later: Path) -> None:
    page = visit(later, **NARROW)
    for route in ROUTES:
        work.show(page, route)
        everything(page)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, route


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_are_read_in_light_and_dark(visit: Open, later: Path, scheme: str) -> None:
    page = visit(later, f"#/cable/{work.CABLE}", **DESKTOP, color_scheme=scheme)
    work.tick(page, "tested", who="Li Wei")
    for route in ROUTES:
        work.show(page, route)
        everything(page)
        faint = page.evaluate(
            f"""() => {{ {LIGHT}
              const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
              const found = new Map();
              while (walker.nextNode()) {{
                const element = walker.currentNode.parentElement;
                if (!walker.currentNode.data.trim() || !element.checkVisibility()) continue;
                if (element.matches('script, .hidden, option')) continue;
                if (contrast(element) < {TEXT_CONTRAST}) {{
                  found.set(element.outerHTML.slice(0, 80), contrast(element));
                }}
              }}
              return [...found];
            }}"""
        )
        assert faint == [], route


def test_every_colour_of_cables_can_be_read(visit: Open, floor: Path) -> None:
    page = visit(floor)
    found = page.evaluate(
        f"""() => {{ {LIGHT}
          const found = [];
          for (let number = 0; number < 12; number += 1) {{
            const chip = document.createElement('span');
            chip.className = `chip c${{number}}`;
            chip.textContent = 'x';
            document.body.append(chip);
            found.push([pixels(getComputedStyle(chip).backgroundColor).join(), contrast(chip)]);
          }}
          return found;
        }}"""
    )
    assert len({colour for colour, _ in found}) == 12
    assert min(contrast for _, contrast in found) >= TEXT_CONTRAST


def test_results_and_what_was_saved_are_announced(visit: Open, floor: Path) -> None:
    page = visit(floor)
    for place in ("#results", "#said"):
        expect(page.locator(place)).to_have_attribute("aria-live", "polite")
    work.search(page, "gpu0002")
    expect(page.locator("#results")).to_have_text("5 of 58 cables")


def test_motion_is_left_out_where_it_is_not_wanted(visit: Open, floor: Path) -> None:
    page = visit(floor, f"#/cable/{work.CABLE}", **PHONE, reduced_motion="reduce")
    work.tick(page, "pulled", who="Li Wei")
    assert page.evaluate("document.getAnimations().length") == 0


def test_the_page_speaks_chinese(visit: Open, chinese: Path) -> None:
    page = visit(chinese, f"#/cable/{work.CABLE}")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    assert page.title().startswith("布线 floor-tiny ")
    expect(page.locator("[data-key='tick:pulled']")).to_have_text("已布放")
    for route in ROUTES:
        work.show(page, route)
        everything(page)
        latin = page.evaluate(
            """() => [...document.querySelectorAll('h2, h3, button, label, summary, dt, nav a')]
              .filter(one => one.checkVisibility())
              .filter(one => !one.matches('#detail-title, dt:has(kbd)'))
              .map(one => one.textContent.trim())
              .filter(text => text && !/[\\u4e00-\\u9fff]/.test(text))"""
        )
        assert [text for text in latin if not text.startswith(("1-", "2-", "5-"))] == [], route

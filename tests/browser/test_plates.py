"""Face plates and racks: everything in its order, and how far it is."""

from pathlib import Path

from playwright.sync_api import expect

from railwright.emitters.cabling.job import Job
from railwright.emitters.cabling.sockets import sockets
from railwright.naming import natural_key
from tests.browser import work
from tests.browser.conftest import DESKTOP, PHONE, Open


def test_a_face_plate_has_every_cage_in_order(visit: Open, floor: Path, tiny: Job) -> None:
    page = visit(floor, "#/device/su1-rail0-leaf")
    names = page.locator(".cage-name").all_text_contents()
    assert [name for name in names if name.startswith("Cage ")] == names
    cages = [name.removeprefix("Cage ") for name in names]
    assert cages[:64] == [str(number) for number in range(1, 65)]
    linked = page.locator(".plate a .name").all_text_contents()
    sockets = {plug.socket for plug, _ in tiny.by_device["su1-rail0-leaf"]}
    assert sorted(linked, key=natural_key) == sorted(sockets, key=natural_key)
    reserved = page.locator(".plate .socket.reserved .name").all_text_contents()
    assert reserved == ["4", "5"]  # two more servers
    assert page.locator(".plate .socket.spare").count() > 0


def test_sockets_stay_empty_where_the_other_sheets_say_so(
    visit: Open, floor: Path, tiny: Job, splitters: tuple[Path, Job]
) -> None:
    kinds = {"used": "", "reserved": "reserved", "spare": "spare"}
    for path, job in ((floor, tiny), splitters):
        leaves = [one.name for one in job.plan.switches if one.name in job.by_device]
        names = [leaves[0], leaves[-1]]
        page = visit(path)
        for name, found in sockets(job, names):
            work.show(page, f"#/device/{name}")
            shown = page.locator(".plate .socket").evaluate_all(
                "all => all.map(one => [one.querySelector('.name').textContent,"
                " [...one.classList].find(name => ['reserved', 'spare'].includes(name)) || ''])"
            )
            assert shown == [[one.socket, kinds[one.use]] for one in found]


def test_a_cage_reserved_whole_shows_each_of_its_sockets(
    visit: Open, splitters: tuple[Path, Job]
) -> None:
    page = visit(splitters[0], "#/device/su1-rail0-plane0-leaf")
    cage = page.locator(".cage", has_text="Cage 2").first
    expect(cage.locator(".reserved .name")).to_have_text(["2/1", "2/2"])
    expect(cage.locator(".socket")).to_have_count(2)


def test_a_chip_has_the_letters_of_the_labels_and_says_what_they_mean(
    visit: Open, floor: Path, splitters: tuple[Path, Job]
) -> None:
    page = visit(floor, "#/device/su1-rail2-leaf")
    letters = page.locator(".plate .letters")
    assert set(letters.all_text_contents()) == {"R2", "FAB", "OOB"}
    fabric = page.locator(".plate a", has_text="FAB").first
    said = str(fabric.get_attribute("aria-label"))
    assert "compute fabric between switches" in said
    assert "rail" not in said.split("to spine")[1]
    expect(page.locator(".legend")).to_contain_text("compute fabric between switches")
    page = visit(splitters[0], "#/cable/su1-rail0-plane1-leaf:Ethernet0.1")
    expect(page.locator(".card-head .chip")).to_have_text("R0·P1rail 0, plane 1")
    facts = page.locator(".facts")
    expect(facts).to_contain_text("Rail")
    expect(facts).to_contain_text("Plane")


def test_the_list_says_which_device_is_still_to_come(
    visit: Open, splitters: tuple[Path, Job]
) -> None:
    path, job = splitters
    pull = next(pull for pull in job.pulls if any(plug.waits for plug in pull.plugs))
    page = visit(path)
    assert work.search(page, pull.id) == [pull.id]
    ends = page.locator(".cable .ends > span")
    for end, plug in zip(ends.all(), pull.plugs, strict=True):
        expect(end).to_contain_text(plug.device)
        expect(end.get_by_text("still to come")).to_have_count(int(plug.waits))
    work.show(page, f"#/device/{pull.upper.device}")
    socket = page.locator(f".plate a[href$='{pull.id.partition(':')[2]}']")
    waiting = next(plug for plug in pull.plugs if plug.waits)
    said = str(socket.get_attribute("aria-label"))
    assert f"{waiting.device} {waiting.socket} (still to come)" in said
    assert said.count("still to come") == 1


def test_a_socket_says_everything_and_leads_to_its_cable(visit: Open, floor: Path) -> None:
    page = visit(floor, "#/device/su1-rail0-leaf")
    socket = page.locator(".plate a").first
    said = socket.get_attribute("aria-label")
    assert said == "Socket 1: gpu0001:rail0, to gpu0001 NIC0, rail 0, planned"
    socket.click()
    expect(page.locator("#detail-title")).to_have_text(work.CABLE)
    beside = page.locator(".beside").nth(1).locator(".socket .name")
    assert beside.all_text_contents() == ["1", "2", "3"]


def test_progress_is_told_by_shape_and_word(visit: Open, floor: Path) -> None:
    page = visit(floor, f"#/cable/{work.CABLE}")
    work.tick(page, "connected", who="Li Wei")
    work.show(page, "#/device/su1-rail0-leaf")
    expect(page.locator(".plate a").first.locator(".sign.connected")).to_be_visible()
    expect(page.locator(".plate a").first).to_contain_text("connected")
    work.show(page, "#/rack/A03")
    row = page.locator(".in-rack", has_text="su1-rail0-leaf")
    expect(row.locator(".count").first).to_contain_text("1/10")


def test_arrows_walk_over_a_face_plate(visit: Open, floor: Path) -> None:
    for size in (PHONE, DESKTOP):
        page = visit(floor, "#/device/su1-rail0-leaf", **size)
        links = page.locator(".plate a")
        links.first.focus()
        page.keyboard.press("ArrowRight")
        expect(links.nth(1)).to_be_focused()
        page.keyboard.press("ArrowLeft")
        expect(links.first).to_be_focused()
        page.keyboard.press("ArrowDown")
        at = page.evaluate(
            """() => {
              const [first] = document.querySelectorAll('.plate a');
              const there = document.activeElement.getBoundingClientRect();
              return there.top > first.getBoundingClientRect().top;
            }"""
        )
        assert at
        page.keyboard.press("End")
        expect(links.last).to_be_focused()
        assert page.locator(".plate a[tabindex='0'], .plate a:not([tabindex])").count() == 1


def test_a_rack_lists_what_stands_in_it_from_the_top(visit: Open, floor: Path, tiny: Job) -> None:
    page = visit(floor, "#/rack/A03")
    plugs = [plug for pull in tiny.pulls for plug in pull.plugs]
    there = {plug.device: plug.top_u for plug in plugs if plug.rack == "A03"}
    names = page.locator(".in-rack b").all_text_contents()
    assert set(names) == set(there)
    units = [there[name] or 0 for name in names]
    assert units == sorted(units, reverse=True)
    page.get_by_role("button", name="List its cables").click()
    expect(page.locator("#results")).to_contain_text(f"{len(tiny.by_rack['A03'])} of")


def test_the_overview_counts_every_wave_and_rack(visit: Open, floor: Path, tiny: Job) -> None:
    page = visit(floor, "#/progress")
    tables = page.locator("table")
    rows = [
        [cell.strip() for cell in row.all_inner_texts()]
        for row in (one.locator("th, td") for one in tables.first.locator("tbody tr").all())
    ]
    assert {row[0]: int(row[1]) for row in rows} == {
        wave: len(pulls) for wave, pulls in tiny.waves.items()
    }
    tables.first.get_by_role("button", name="5-su1-rail1").click()
    expect(page.locator(".cable .id")).to_have_text([pull.id for pull in tiny.waves["5-su1-rail1"]])


def test_the_tail_of_a_splitter_waits_for_its_device(
    visit: Open, splitters: tuple[Path, Job]
) -> None:
    path, job = splitters
    pull = next(pull for pull in job.pulls if any(plug.waits for plug in pull.plugs))
    page = visit(path, f"#/cable/{pull.id}")
    ends = page.locator(".end")
    expect(ends).to_have_count(3)
    for end, plug in zip(ends.all(), pull.plugs, strict=True):
        expect(end).to_contain_text(plug.device)
        expect(end.get_by_text("still to come")).to_have_count(int(plug.waits))
    page.get_by_text("It is built otherwise").click()
    expect(page.locator("#as-port")).to_have_count(0)
    rack = next(plug.rack for plug in pull.plugs if plug.waits)
    work.show(page, f"#/rack/{rack}")
    waiting = next(plug.device for plug in pull.plugs if plug.waits)
    assert waiting not in page.locator(".in-rack b").all_text_contents()

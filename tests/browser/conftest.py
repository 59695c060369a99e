"""The page for phones in a real browser: pages of small plans, opened from files as on a phone."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from railwright import api
from railwright.emitters.cabling import phone
from railwright.emitters.cabling.job import Job, job_of
from railwright.emitters.cabling.volume import volumes
from railwright.intent.as_built import Mark
from tests.browser import work
from tests.unit.plan.made import planned

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
SPLITTERS: dict[str, Any] = {
    "nodes": {"gpu": {"model": "hgx-h100-2x200g", "count": 3, "capacity": 8}},
    "networks": {"compute": {"nodes_per_su": 8}},
    "floor": {"rows": 2},
}
AT = "2026-03-01T09:30:00Z"
WAIT_MS = 20_000  # only a page that does not work takes long, or a machine that does much else
FLAGS = ("--no-sandbox", "--disable-gpu", "--renderer-process-limit=1")
NAMES = ("chromium", "chromium-browser", "google-chrome")

Open = Callable[..., Page]


@dataclass
class Watched:
    """What pages said that they should not, and what they asked for."""

    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    """Parts of complaints that a test provokes."""

    _left: list[Callable[[], None]] = field(default_factory=list)

    def follow(self, page: Page) -> None:
        heard: dict[str, Callable[[Any], None]] = {
            "console": lambda message: self._said(message.type, message.text),
            "pageerror": lambda error: self.complaints.append(f"error: {error}"),
            "request": lambda request: self.requests.append(request.url),
            "requestfailed": self._refused,
        }
        for event, hear in heard.items():
            page.on(event, hear)  # type: ignore[call-overload]
            self._left.append(partial(page.remove_listener, event, hear))

    def leave(self) -> None:
        """Listen to no page any more."""
        while self._left:
            self._left.pop()()

    def _refused(self, request: Request) -> None:
        """Forget a request that the page's policy stopped before it left."""
        if request.failure == "csp":
            self.requests.remove(request.url)

    def _said(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(f"{kind}: {text}")

    @property
    def unexpected(self) -> list[str]:
        return [one for one in self.complaints if not any(part in one for part in self.expected)]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = next((found for name in NAMES if (found := shutil.which(name))), None)
    if program is None:
        reason = f"none of {', '.join(NAMES)} is installed"
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail(f"{reason}, and REQUIRE_BROWSER is set")
        pytest.skip(reason)
    expect.set_options(timeout=WAIT_MS)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=[*FLAGS])
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pages")


def write(job: Job, path: Path) -> Path:
    """Write the page of a job's only volume."""
    (volume,) = volumes(job)
    (file,) = phone.emit(job, volume)
    path.write_bytes(file.content)
    return path


@pytest.fixture(scope="session")
def tiny(root: Path) -> Job:
    """Two rooms, three servers, four rails."""
    return job_of(api.load_plan(root / "tests/golden/intents/floor-tiny.yml").plan)


@pytest.fixture(scope="session")
def floor(folder: Path, tiny: Job) -> Path:
    return write(tiny, folder / "floor.html")


@pytest.fixture(scope="session")
def chinese(folder: Path, root: Path) -> Path:
    text = (root / "tests/golden/intents/floor-tiny.yml").read_text(encoding="utf-8")
    prices = root / "tests/golden/intents/floor-tiny.csv"
    (folder / prices.name).write_bytes(prices.read_bytes())
    intent = folder / "floor-zh.yml"
    intent.write_text(f"{text}\nlanguage: zh\n", encoding="utf-8")
    return write(job_of(api.load_plan(intent).plan), folder / "zh.html")


@pytest.fixture(scope="session")
def nowhere(folder: Path, root: Path) -> Path:
    """Return the page of a plan without a floor."""
    plan = api.load_plan(root / "tests/golden/intents/networks-tiny.yml").plan
    return write(job_of(plan), folder / "nowhere.html")


@pytest.fixture(scope="session")
def border(folder: Path, root: Path) -> Path:
    """Return the page of a plan with links to routers outside of it."""
    plan = api.load_plan(root / "intent/examples/rail-512.yml").plan
    return write(job_of(plan), folder / "border.html")


@pytest.fixture(scope="session")
def splitters(folder: Path) -> tuple[Path, Job]:
    """Return the page of a plan with splitters, a tail of which waits, and its job."""
    job = job_of(planned(SPLITTERS))
    return write(job, folder / "splitters.html"), job


@pytest.fixture(scope="session")
def large(folder: Path, root: Path) -> Path:
    """Return the page of the reference, 1024 GPUs."""
    return write(job_of(api.load_plan(root / "intent/cluster.yml").plan), folder / "large.html")


@pytest.fixture(scope="session")
def redlined(folder: Path, tiny: Job) -> Path:
    """Return the page of a plan in which a redline has moved a cable and made it longer.

    Rules alone give it Ethernet24 and 9 m. Its tick is of a sheet from before, that of another
    cable is of another plan.
    """
    (moved, other) = (pull for pull in tiny.pulls if pull.id in (work.CABLE, work.OTHER))
    now = moved.cable.length_m
    before = "00000001"
    standing = replace(
        moved.standing,
        first=before,
        accepted=(moved.check, before),
        port="Ethernet24",
        length_m=9.0,
    )
    moved_by = Mark(work.CABLE, "port", "Ethernet0", "Ana", AT, "found so", "ana00000-1")
    longer = Mark(work.CABLE, "length_m", now, "Ana", AT, "found so", "ana00000-2")
    stale = Mark(work.OTHER, "pulled", True, "Ana", AT, "", "ana00000-3", check="00000002")
    changed = {
        work.CABLE: replace(moved, standing=standing, marks={"port": moved_by, "length_m": longer}),
        work.OTHER: replace(other, older={"pulled": stale}),
    }
    pulls = tuple(changed.get(pull.id, pull) for pull in tiny.pulls)
    return write(replace(tiny, pulls=pulls), folder / "redlined.html")


LATER = """\
cable,what,value,by,at,note,id,after
gpu0001:rail0,pulled,yes,Ana,2026-03-01T09:30:00Z,,ana00000-1,
gpu0001:rail0,connected,yes,Ana,2026-03-01T09:31:00Z,,ana00000-2,older-1
gpu0001:rail0,remark,</script><b>bent</b>,Ana,2026-03-01T09:32:00Z,,ana00000-3,
"""


@pytest.fixture(scope="session")
def later(folder: Path, root: Path) -> Path:
    """Return the page of a plan that has marks already, one of which looks like markup."""
    text = (root / "tests/golden/intents/floor-tiny.yml").read_text(encoding="utf-8")
    prices = root / "tests/golden/intents/floor-tiny.csv"
    (folder / prices.name).write_bytes(prices.read_bytes())
    (folder / "as-built.csv").write_text(LATER, encoding="utf-8")
    intent = folder / "floor-later.yml"
    intent.write_text(f"{text}\nas_built: as-built.csv\n", encoding="utf-8")
    return write(job_of(api.load_plan(intent).plan), folder / "later.html")


@pytest.fixture
def watched() -> Iterator[Watched]:
    found = Watched()
    yield found
    assert found.unexpected == []
    strange = [url for url in found.requests if not url.startswith(("file:", "data:", "blob:"))]
    assert strange == []


class Devices:
    """Phones and desktops that are used again, since a new one costs more than what a test does.

    One that was put back remembers nothing.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._free: dict[str, list[Page]] = {}

    def take(self, options: dict[str, Any]) -> Page:
        """Return a page on a device that nobody uses."""
        free = self._free.get(_kind(options))
        return free.pop() if free else self.bought(options)

    def bought(self, options: dict[str, Any]) -> Page:
        """Return a page on a new device."""
        context = self._browser.new_context(**options)
        context.set_default_timeout(WAIT_MS)
        context.set_offline(True)
        return context.new_page()

    def put_back(self, page: Page, options: dict[str, Any]) -> None:
        """Make a device forget, and keep it for another test."""
        for other in page.context.pages:
            if other is not page:
                other.close()
        page.evaluate("localStorage.clear()")
        page.goto("about:blank")
        self._free.setdefault(_kind(options), []).append(page)


def _kind(options: dict[str, Any]) -> str:
    return json.dumps(options, sort_keys=True)


@pytest.fixture(scope="session")
def devices(browser: Browser) -> Devices:
    return Devices(browser)


@pytest.fixture
def visit(devices: Devices, watched: Watched) -> Iterator[Open]:
    """Return what opens a page, each time on a device of its own that remembers nothing.

    With a `script` that runs before the page's, the device is a new one.
    """
    used: list[tuple[Page, dict[str, Any]]] = []
    odd: list[Page] = []

    def opened(path: Path, route: str = "", script: str = "", **options: Any) -> Page:
        wanted = options or PHONE
        if script:
            page = devices.bought(wanted)
            page.add_init_script(script)
            odd.append(page)
        else:
            page = devices.take(wanted)
            used.append((page, wanted))
        watched.follow(page)
        page.goto(f"{path.as_uri()}{route}")
        return page

    yield opened
    watched.leave()
    for page, options in used:
        devices.put_back(page, options)
    for page in odd:
        page.context.close()

"""Face plates: every socket, as in all other documents, and nothing of it cut off."""

import re
from collections.abc import Mapping
from typing import Any

import pytest

from railwright.catalog import loader as catalog
from railwright.emitters.cabling import swatch
from railwright.emitters.cabling.ends import far_names
from railwright.emitters.cabling.job import Job
from railwright.emitters.cabling.pdf import faceplate
from railwright.emitters.cabling.pdf.fit import CUT
from railwright.emitters.cabling.pdf.press import press_of
from railwright.emitters.cabling.sockets import sockets
from railwright.intent.model import Language
from railwright.naming import natural_key
from tests.unit.emitters.cabling.pdf.conftest import needs_fonts
from tests.unit.emitters.cabling.pdf.pages import files, job_in, texts
from tests.unit.emitters.cabling.splitters import SPLITTERS
from tests.unit.plan.made import planned

FLOOR = {"floor": {"rows": 2}}
NAMES = {"cabling": {"labels": "names"}}
CASES: Mapping[str, tuple[dict[str, Any], ...]] = {
    "floor": (SPLITTERS, FLOOR),
    "names": (SPLITTERS, FLOOR, NAMES),
}


NAME = re.compile(r"[\w-]*", re.ASCII)


def cabled(job: Job) -> list[str]:
    """The switches that a cable ends at."""
    return [one.name for one in job.plan.switches if one.name in job.by_device]


def plates(job: Job) -> dict[str, str]:
    """The face plate of every switch, its pages one after the other."""
    found: dict[str, str] = {}
    for content in files(job).values():
        for page in texts(content):
            head = NAME.match(page)[0]  # type: ignore[index]  # every page begins with one
            if head in job.by_device and ("Face plate" in page or "面板图" in page):
                found[head] = found.get(head, "") + page
    return found


@pytest.fixture(scope="module", params=["en", "zh"])
def language(request: pytest.FixtureRequest) -> Language:
    language: Language = request.param
    needs_fonts(language)
    return language


@pytest.fixture(scope="module", params=list(CASES))
def job(request: pytest.FixtureRequest, language: Language) -> Job:
    return job_in(language, planned(*CASES[request.param]))


@pytest.fixture(scope="module")
def shown(job: Job) -> dict[str, str]:
    return plates(job)


def test_every_far_end_is_readable_with_its_rail_and_plane(
    job: Job, shown: dict[str, str], language: Language
) -> None:
    words = catalog.words("common", language)
    switches = cabled(job)
    assert set(shown) == set(switches)
    letters = set()
    for switch in switches:
        assert CUT not in shown[switch]
        for plug, pull in job.by_device[switch]:
            mark = swatch.of_cable(pull.cable, words)
            letters.add(mark.letters)
            assert mark.letters in shown[switch]
            assert all(name in shown[switch] for name in far_names(plug))
    assert {"R0·P0", "R7·P1", words["chip_fabric"]} <= letters


def test_a_device_that_is_still_to_come_is_marked(
    job: Job, shown: dict[str, str], language: Language
) -> None:
    phrase = catalog.words("pdf", language)["still_to_come"]
    waiting = [pull for pull in job.pulls if pull.lower[-1].waits]
    assert waiting
    for pull in waiting:
        there, later = pull.lower
        assert phrase.format(device=later.device) in shown[pull.upper.device]
        assert phrase.format(device=there.device) not in shown[pull.upper.device]


def test_sockets_are_those_of_all_documents(job: Job) -> None:
    press = press_of(job)
    for switch, expected in sockets(job, cabled(job)):
        cages = faceplate.cages_of(press, switch)
        shown = [(cage.label, entry) for cage in cages for entry in cage.entries]
        assert [label + entry.suffix for label, entry in shown] == [one.socket for one in expected]
        for (_, entry), one in zip(shown, expected, strict=True):
            assert (entry.mark is not None) == (one.use == "used")
            if one.use != "used":
                word = "free" if one.use == "spare" else "reserved"
                assert [line.name for line in entry.lines] == [press.words[word]]
        labels = [cage.label for cage in cages]
        digits = [label for label in labels if label.isdigit()]
        assert digits == sorted(digits, key=natural_key)
        assert labels[: len(digits)] == digits


def test_reserved_sockets_beside_used_ones_are_said(language: Language) -> None:
    one = {"gpu": {**SPLITTERS["nodes"]["gpu"], "count": 1}}
    job = job_in(language, planned(SPLITTERS, {"nodes": one}))
    press = press_of(job)
    first, second = faceplate.cages_of(press, "su1-rail0-plane0-leaf")[:2]
    reserved = press.words["reserved"]
    assert [entry.mark is None for entry in first.entries] == [False, True]
    assert [entry.suffix for entry in first.entries] == ["/1", "/2"]
    assert first.entries[1].lines == (faceplate.Line(reserved, ""),)
    assert [entry.mark for entry in second.entries] == [None, None]
    assert {line.name for entry in second.entries for line in entry.lines} == {reserved}


def test_a_plate_has_fewer_columns_only_where_that_is_needed(tiny_job: Job, job: Job) -> None:
    simple, split = press_of(tiny_job), press_of(job)
    leaf = "su1-rail0-plane0-leaf"
    assert faceplate.grid_of(split, faceplate.cages_of(split, leaf)).columns == 2
    grid = faceplate.grid_of(simple, faceplate.cages_of(simple, "spine1"))
    assert grid.columns == 4
    assert not grid.beside


@pytest.fixture(scope="module")
def tiny_job(tiny: Any) -> Job:
    needs_fonts("en")
    return job_in("en", tiny)

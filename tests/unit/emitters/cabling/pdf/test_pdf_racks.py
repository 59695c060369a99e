"""Rack files: the elevation, the face plates, the pull sheet; no cable is missing or twice."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from railwright.emitters.cabling.ends import in_rack, near_name
from railwright.emitters.cabling.job import Job
from railwright.emitters.cabling.pdf.pen import Area, Pen, Stroke
from railwright.intent.as_built import STEPS, Mark
from railwright.plan.cables.labels import BETWEEN
from tests.unit.emitters.cabling.pdf.pages import files, job_in, text, texts
from tests.unit.plan.made import ALL_NETWORKS, planned

Sheet = Callable[[str], list[str]]


@pytest.fixture
def sheet(english: dict[str, bytes]) -> Sheet:
    """The texts of the pages of a rack's pull sheet."""

    def read(rack: str) -> list[str]:
        return [page for page in texts(english[f"rack-{rack}"]) if "Pull sheet" in page]

    return read


def test_there_is_a_file_per_rack_and_per_wave(job: Job, english: dict[str, bytes]) -> None:
    racks = {f"rack-{rack}" for rack in ("A01", "A03", "B01")}
    assert set(english) == racks | {f"labels-{wave}" for wave in job.waves}


def test_the_sheet_of_a_rack_has_all_its_cables(job: Job, sheet: Sheet) -> None:
    for rack, own in job.by_rack.items():
        said = " ".join(sheet(rack))
        for pull in own:
            assert pull.id in said
            assert f"{pull.cable.length_m:g} m" in said
            assert str(pull.cable.part) in said
            for plug in pull.plugs:
                if plug.rack == rack:
                    assert plug.label.partition(BETWEEN)[2] in said


def test_all_sheets_together_are_the_plan(job: Job) -> None:
    rows = {rack: in_rack(job, rack) for rack in job.by_rack}
    ends = Counter((row.pull.id, row.plug) for own in rows.values() for row in own)
    assert ends == Counter((pull.id, plug) for pull in job.pulls for plug in pull.plugs)
    ticked = Counter(row.pull.id for own in rows.values() for row in own if row.is_ticked)
    assert ticked == Counter(pull.id for pull in job.pulls)


def test_a_cable_to_a_router_outside_the_plan_is_in_the_rack_of_its_near_end() -> None:
    job = job_in("en", planned(ALL_NETWORKS, {"floor": {"rows": 2}}))
    outside = [pull for pull in job.pulls if pull.upper.device == "edge"]
    assert outside
    for pull in outside:
        (near,) = pull.lower
        rows = [row for row in in_rack(job, str(near.rack)) if row.pull is pull]
        assert [(row.plug, row.far) for row in rows] == [(near, (pull.upper,))]


def test_a_rack_is_worked_through_from_the_top_down(job: Job) -> None:
    units = [row.plug.top_u for row in in_rack(job, "A03")]
    standing = [unit for unit in units if unit is not None]
    assert standing == sorted(standing, reverse=True)
    assert len(set(standing)) > 4
    assert units[len(standing) :] == [None] * 2  # its PDUs


def test_a_cable_is_ticked_off_at_its_home_and_the_other_end_leads_there(
    job: Job, sheet: Sheet
) -> None:
    rows = [row for row in in_rack(job, "A03") if row.pull.id == "su1-rail0-leaf:eth0"]
    assert [row.plug.device for row in rows] == ["su1-rail0-leaf", "oob1-leaf"]
    assert [row.is_ticked for row in rows] == [True, False]
    for rack in job.by_rack:
        elsewhere = {near_name(row.pull.home) for row in in_rack(job, rack) if not row.is_ticked}
        said = " ".join(sheet(rack))
        assert all(f"see {place}" in said for place in elsewhere)


def test_there_are_boxes_for_every_cable_on_one_sheet_alone(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    boxes: list[Area] = []
    real = Pen.box

    def box(pen: Pen, area: Area, fill: str = "", stroke: Stroke | None = None) -> None:
        if not fill and area.width == area.height:
            boxes.append(area)
        real(pen, area, fill, stroke)

    monkeypatch.setattr(Pen, "box", box)
    files(job)
    assert len(boxes) == len(STEPS) * len(job.pulls)


def test_every_page_has_the_columns_and_its_number(job: Job, english: dict[str, bytes]) -> None:
    pages = texts(english["rack-A03"])
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in page
        assert f"Cluster floor-tiny · Revision {job.revision}" in page
    lists = [page for page in pages if "Pull sheet" in page]
    assert len(lists) == 3
    for page in lists:
        assert all(word in page for word in ("Near end", "Far end", "Bundle", "tested"))
    assert ["(continued) floor-tiny" in page for page in lists] == [False, True, True]


def test_the_elevation_has_every_device_its_cords_and_its_reserved_places(
    job: Job, english: dict[str, bytes]
) -> None:
    floor = job.plan.floor
    assert floor
    for rack, places in floor.in_rack.items():
        if f"rack-{rack}" not in english:
            assert not any(place.deployed for place in places)
            continue
        page = texts(english[f"rack-{rack}"])[0]
        for place in places:
            free = f"leave free: {place.device}" in page
            assert place.device in page
            assert free is not place.deployed
        for pdu in floor.rack[rack].pdus:
            assert pdu in page
        assert " ".join(str(unit) for unit in range(1, 43)) in page.replace("  ", " ")


def test_the_elevation_shows_what_stands_elsewhere_and_what_is_kept_free() -> None:
    change = {"floor": {"rows": 2}, "nodes": {"gpu": {"count": 3, "capacity": 8}}}
    move = {"device": "gpu0002", "rack": "A02", "bottom_u": 33, "reason": "water"}
    job = job_in("en", planned(change, {"overrides": {"places": [move]}}))
    made = files(job)
    floor = job.plan.floor
    assert floor
    (left,) = floor.vacated
    said = text(made[f"rack-{left.rack}"])
    assert "gpu0002 moved to A02 U33: empty" in said
    kept = {one.device: one.rack for one in floor.places.values() if not one.deployed}
    beside = {device: rack for device, rack in kept.items() if f"rack-{rack}" in made}
    assert beside
    for device, rack in beside.items():
        assert f"leave free: {device}" in text(made[f"rack-{rack}"])


def test_what_was_reported_is_ticked_already(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    at = "2026-03-01T09:30:00Z"
    pull = next(one for one in job.pulls if one.id == "gpu0001:rail0")
    marks = {
        "pulled": Mark(pull.id, "pulled", True, "Li Wei", at),
        "connected": Mark(pull.id, "connected", True, "Li Wei", at),
        "tested": Mark(pull.id, "tested", False, "Li Wei", at),
    }
    marked = tuple(replace(one, marks=marks) if one is pull else one for one in job.pulls)
    ticks: list[Area] = []
    monkeypatch.setattr(Pen, "tick", lambda _, area, __: ticks.append(area))
    files(replace(job, pulls=marked))
    assert len(ticks) == 2
    assert len({area.x for area in ticks}) == 2

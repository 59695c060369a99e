"""The pull lists of racks: every end once, from the top of the rack down."""

from collections import Counter
from typing import Any

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from railwright.emitters.cabling import swatch
from railwright.emitters.cabling.job import Job, job_of
from railwright.emitters.cabling.workbook.columns import far_sockets
from railwright.intent.as_built import STEPS
from railwright.naming import natural_key
from tests.unit.emitters.cabling.workbook import books
from tests.unit.plan.made import planned

KINDS = ("floor", "split")


def rack_sheets(kind: str) -> list[tuple[str, Worksheet]]:
    book, job = books.BOOKS[kind](), books.JOBS[kind]()
    return [(rack, book[f"Rack {rack}"]) for rack in job.by_rack]


def rows(sheet: Worksheet) -> list[dict[str, Any]]:
    return books.table(sheet, 2, 3)


def ends(job: Job) -> Counter[tuple[object, ...]]:
    return Counter(
        (plug.rack, plug.top_u, plug.device, plug.socket, plug.label, pull.id)
        for pull in job.pulls
        for plug in pull.plugs
        if plug.rack and not plug.waits
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_end_is_in_the_list_of_its_rack_once(kind: str) -> None:
    found = Counter(
        (
            rack,
            row["U"],
            row["Device"],
            row["Socket"],
            row["Label"].replace("\n", " "),
            row["Cable"],
        )
        for rack, sheet in rack_sheets(kind)
        for row in rows(sheet)
    )
    assert found == ends(books.JOBS[kind]())


def test_a_list_goes_from_the_top_down_cage_by_cage() -> None:
    for _, sheet in rack_sheets("floor"):
        listed = rows(sheet)
        keys = [(-(row["U"] or 0), natural_key(row["Device"])) for row in listed]
        assert keys == sorted(keys)
        first = [row for row in listed if row["Device"] == listed[0]["Device"]]
        sockets = [natural_key(row["Socket"]) for row in first]
        assert sockets == sorted(sockets)


def test_a_row_says_the_far_end() -> None:
    job = books.on_floor()
    pulls = {pull.id: pull for pull in job.pulls}
    for rack, sheet in rack_sheets("floor"):
        for row in rows(sheet):
            pull = pulls[row["Cable"]]
            near = next(
                one
                for one in pull.plugs
                if (one.device, one.socket) == (row["Device"], row["Socket"])
            )
            far = pull.upper if near is pull.lower[0] else pull.lower[0]
            assert near.rack == rack
            assert (row["far end: Rack"], row["far end: U"]) == (far.rack, far.top_u)
            assert row["far end: Device"] == far.device
            assert row["Colour"] == swatch.of_cable(pull.cable, books.words()).letters
            assert row["far end: Socket"] == (far.socket or None)
            assert row["Length m"] == pull.cable.length_m


def test_boxes_are_ticked_for_what_was_done() -> None:
    done = books.with_marks(books.on_floor(), *books.marks("gpu0001:rail0")[:2])
    book = books.opened(done)
    plug = next(pull for pull in done.pulls if pull.id == "gpu0001:rail0").home
    found = {
        (row["Cable"], row["Device"]): [row[step] for step in STEPS]
        for row in rows(book[f"Rack {plug.rack}"])
    }
    assert found.pop(("gpu0001:rail0", plug.device)) == ["☑", "☑", "☐"]
    assert not [boxes for boxes in found.values() if "☑" in boxes]


@pytest.mark.parametrize("kind", KINDS)
def test_a_cable_is_ticked_off_in_one_place(kind: str) -> None:
    homes = {pull.id: pull.home for pull in books.JOBS[kind]().pulls}
    ticked = Counter[str]()
    for rack, sheet in rack_sheets(kind):
        for row in rows(sheet):
            home = homes[row["Cable"]]
            boxes = [row[step] for step in STEPS]
            if boxes == ["☐"] * 3:
                assert (rack, row["Device"], row["Socket"]) == (home.rack, home.device, home.socket)
                ticked[row["Cable"]] += 1
            else:
                here = f"U{home.top_u}" if home.top_u else home.device
                place = here if home.rack == rack else home.rack
                assert boxes == [f"see {place}", None, None]
    assert ticked == Counter(dict.fromkeys(homes, 1))


def test_the_far_end_of_a_tail_is_what_its_label_says() -> None:
    tails = {
        (tail.device, tail.socket): tail.label.rpartition(":")[2]
        for pull in books.split().pulls
        for tail in pull.lower
        if len(pull.lower) > 1 and not tail.waits
    }
    found = {
        (row["Device"], row["Socket"]): row["far end: Socket"]
        for _, sheet in rack_sheets("split")
        for row in rows(sheet)
    }
    assert tails
    assert {end: found[end] for end in tails} == tails


def test_a_list_is_ready_for_paper() -> None:
    for rack, sheet in rack_sheets("floor"):
        setup = sheet.page_setup
        assert (setup.paperSize, setup.orientation) == (9, "landscape")
        assert (setup.fitToWidth or 1, setup.fitToHeight) == (1, 0)
        assert sheet.print_title_rows == "$1:$2"
        assert sheet.freeze_panes == "A3"
        assert sheet["A1"].value.startswith(f"Rack {rack}, ")


@pytest.mark.parametrize("form", ["tia-606", "grid", "names"])
def test_a_tail_is_told_from_its_siblings_in_every_form_of_labels(form: str) -> None:
    job = job_of(planned(books.SPLIT, {"cabling": {"labels": form}}))
    pulls = [pull for pull in job.pulls if len(pull.lower) > 1]
    assert pulls
    for pull in pulls:
        found = [socket for tail in pull.lower for socket in far_sockets(tail, (pull.upper,))]
        assert found == [f"{pull.upper.socket}{letter}" for letter in "ab"]
        tails = [tail.socket for tail in pull.lower]
        assert list(far_sockets(pull.upper, pull.lower)) == tails


def test_without_a_floor_there_are_none() -> None:
    assert not [name for name in books.flat_book().sheetnames if name.startswith("Rack")]

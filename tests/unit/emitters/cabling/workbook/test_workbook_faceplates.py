"""The front plates of switches: every socket once, in order, and which ones stay empty."""

from collections import Counter
from typing import Any

import pytest

from railwright.emitters.cabling.job import Job
from railwright.naming import natural_key
from tests.unit.emitters.cabling.workbook import books

WORDS = books.words()


def rows(kind: str, switch: str) -> list[dict[str, Any]]:
    return books.table(books.BOOKS[kind]()[switch], 3, 4)


def ends_of(job: Job, switch: str) -> Counter[tuple[object, ...]]:
    return Counter(
        (end.socket, " ".join(end.ports), cable.id)
        for cable in job.plan.cabled.cables
        for end in cable.ends
        if end.device == switch
    )


@pytest.mark.parametrize("kind", books.JOBS)
def test_every_socket_of_every_switch_is_there_once(kind: str) -> None:
    job = books.JOBS[kind]()
    for switch in job.plan.switches:
        found = rows(kind, switch.name)
        sockets = [row["Socket"] for row in found]
        assert len(sockets) == len(set(sockets))
        cabled = Counter(
            (row["Socket"], row["Port"], row["Cable"]) for row in found if row["Cable"]
        )
        assert cabled == ends_of(job, switch.name)
        shown = {port for row in found for port in row["Port"].split()}
        assert {port.name for port in job.plan.ports[switch.name]} <= shown


@pytest.mark.parametrize("kind", books.JOBS)
def test_a_socket_is_cabled_or_stays_empty(kind: str) -> None:
    job, seen = books.JOBS[kind](), Counter[str]()
    labels = {(plug.device, plug.socket): plug.label for pull in job.pulls for plug in pull.plugs}
    reserved = {one.id for one in job.plan.cabled.cables if not one.deployed}
    for switch in job.plan.switches:
        for row in rows(kind, switch.name):
            label = row["Label"].replace("\n", " ")
            if row["Cable"] is None:
                assert label == WORDS["spare"]
                assert row["far end: Device"] is None
                seen["spare"] += 1
            elif row["Cable"] in reserved:
                assert label == WORDS["reserved"]
                assert row["far end: Device"]
                seen["reserved"] += 1
            else:
                assert label == labels[switch.name, row["Socket"]]
                seen["used"] += 1
    assert set(seen) >= {"used", "reserved"}


def test_sockets_are_in_the_order_of_the_cages() -> None:
    for switch in books.on_floor().plan.switches:
        cages = [row["Socket"].partition("/")[0] for row in rows("floor", switch.name)]
        numbers = [int(cage) for cage in cages if cage.isdecimal()]
        assert cages[: len(numbers)] == [str(cage) for cage in numbers]
        fixed = {port.cage for port in books.on_floor().plan.ports[switch.name] if port.fixed}
        caged = [cage for cage in numbers if cage not in fixed]
        assert caged == sorted(caged)
        by_cage: dict[str, list[str]] = {}
        for cage, row in zip(cages, rows("floor", switch.name), strict=True):
            by_cage.setdefault(cage, []).append(natural_key(row["Socket"]))
        assert all(one == sorted(one) for one in by_cage.values())


def test_the_head_says_which_box_it_is() -> None:
    job = books.on_floor()
    for switch in job.plan.switches:
        sheet = books.book()[switch.name]
        platform = job.plan.platforms[switch.platform]
        assert job.plan.floor
        place = job.plan.floor.places[switch.name]
        assert sheet["A1"].value == (
            f"{switch.name}: {platform.vendor} {platform.model} (rack {place.rack}, U{place.top_u})"
        )
        used = sum(end.device == switch.name for pull in job.pulls for end in pull.cable.ends)
        assert sheet["A2"].value.startswith(f"{used} sockets used, ")
        assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "portrait")
        assert sheet.print_title_rows == "$3:$3"
        assert sheet.freeze_panes == "A4"


def test_without_a_floor_no_place_is_asked_for() -> None:
    switch = books.nowhere().plan.switches[0].name
    assert "far end: Rack" not in rows("nowhere", switch)[0]
    assert "(" not in books.flat_book()[switch]["A1"].value

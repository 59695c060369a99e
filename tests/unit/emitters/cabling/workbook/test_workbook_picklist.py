"""The pick list: what every wave takes from the store adds up to the bill of materials."""

import io
from collections import Counter
from typing import Any

import pytest
from openpyxl import load_workbook
from xlsxwriter import Workbook

from railwright.emitters.cabling import volume
from railwright.emitters.cabling.volume import volumes
from railwright.emitters.cabling.workbook import picklist
from railwright.emitters.cabling.workbook.style import Style
from railwright.plan.bom.of_plan import bom
from railwright.plan.bom.parts import Item
from tests.unit.emitters.cabling.workbook import books

KINDS = ("cable", "module", "adapter")


def rows(kind: str) -> list[dict[str, Any]]:
    found = books.table(books.BOOKS[kind]()["Pick list"], 2, 3)
    return [row for row in found if row["Total"] is not None]


@pytest.mark.parametrize("kind", books.JOBS)
def test_it_adds_up_to_the_bill_of_materials(kind: str) -> None:
    job = books.JOBS[kind]()
    found = {
        (row["Kind"], row["Part number"]): (row["Total"], row["Spares in store"])
        for row in rows(kind)
    }
    assert found == {
        (line.kind, line.part): (line.quantity, line.spares)
        for line in bom(job.plan).lines
        if line.kind in KINDS and line.quantity
    }
    assert len(found) == len(rows(kind))
    for row in rows(kind):
        assert sum(row[wave] or 0 for wave in job.waves) == row["Total"]


@pytest.mark.parametrize("kind", books.JOBS)
def test_a_wave_takes_its_cables(kind: str) -> None:
    job = books.JOBS[kind]()
    taken = Counter[str]()
    for row in rows(kind):
        if row["Kind"] == "cable":
            taken.update({wave: row[wave] or 0 for wave in job.waves})
    assert taken == {wave: len(pulls) for wave, pulls in job.waves.items()}


def test_a_module_comes_with_the_first_wave_that_uses_its_cage() -> None:
    job = books.on_floor()
    order = {wave: number for number, wave in enumerate(job.waves)}
    first: dict[tuple[str, str], tuple[int, str]] = {}
    for pull in job.pulls:
        for plug in pull.plugs:
            if plug.module:
                here = order[pull.cable.wave], plug.module
                at = plug.device, plug.cage
                first[at] = min(first.get(at, here), here)
    wanted = Counter(first.values())
    found = Counter[tuple[int, str]]()
    for row in rows("floor"):
        if row["Kind"] == "module":
            found.update({(order[w], row["Part number"]): row[w] for w in order if row[w]})
    assert found == wanted
    assert len({wave for wave, _ in wanted}) > 2


@pytest.mark.parametrize("kind", books.JOBS)
def test_the_volumes_of_a_large_cluster_share_it(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(volume, "MOST_CABLES", 10)
    job = books.JOBS[kind]()
    parts = volumes(job)
    assert len(parts) > 1
    found = Counter[tuple[str, str]]()
    for part in parts:
        for line in picklist.lines(job, part, tuple(job.waves)):
            assert line.spares is None
            found[line.item.kind, line.item.part] += line.total
    assert found == {
        (line.kind, line.part): line.quantity
        for line in bom(job.plan).lines
        if line.kind in KINDS and line.quantity
    }


def test_guesses_of_the_catalog_are_marked() -> None:
    described = {(row["Kind"], row["Part number"]): row["Description"] for row in rows("floor")}
    lines = [line for line in bom(books.on_floor().plan).lines if line.kind in KINDS]
    assert any(line.assumed for line in lines)
    for line in lines:
        if line.quantity:
            text = described[line.kind, line.part]
            assert text == f"{line.description}{' *' if line.assumed else ''}"
    assert books.words()["assumed_part"] in books.texts(books.book()["Pick list"])


@pytest.mark.parametrize(("waves", "pages"), [(5, 1), (20, 1), (21, 1), (40, 2), (100, 4)])
def test_many_waves_are_printed_side_by_side(waves: int, pages: int) -> None:
    stream = io.BytesIO()
    with Workbook(stream) as book:
        names = tuple(f"5-su{number}-rail0" for number in range(waves))
        line = picklist.Line(Item("cable", "A-1"), "a cable", False, (1,) * waves, None)
        sheet = book.add_worksheet("Pick list")
        picklist.write(sheet, Style(book, books.on_floor()), names, [line])
    found = load_workbook(io.BytesIO(stream.getvalue())).worksheets[0]
    assert (found.page_setup.fitToWidth or 1) == pages
    assert found.print_title_cols == ("$A:$B" if pages > 1 else None)
    assert found.print_title_rows == "$1:$2"

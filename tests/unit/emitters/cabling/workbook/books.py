"""Workbooks of small clusters, opened again with another library than the one that wrote them."""

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from railwright.catalog import loader as catalog
from railwright.emitters.cabling import workbook
from railwright.emitters.cabling.job import Job, job_of
from railwright.emitters.cabling.volume import Volume, volumes
from railwright.intent.as_built import AsBuilt, Mark
from railwright.intent.model import Language
from tests.unit.plan.made import ALL_NETWORKS, planned

FLOOR: dict[str, Any] = {"floor": {"rows": 2}}
SPLIT: dict[str, Any] = {
    "nodes": {"gpu": {"model": "hgx-h100-2x200g", "count": 3, "capacity": 8}},
    "networks": {"compute": {"nodes_per_su": 8}},
    "floor": {"rows": 2},
}
"""Splitters, some of whose tails wait for nodes that are still to come; two planes."""
KEYS, HEADINGS, FIRST = 1, 2, 3
"""The rows of a wave's sheet, counted from 1."""


@cache
def on_floor(language: Language = "en") -> Job:
    """A small cluster with every network, on a floor."""
    return job_of(planned(ALL_NETWORKS, FLOOR, {"language": language}))


@cache
def nowhere() -> Job:
    """The same without a floor."""
    return job_of(planned(ALL_NETWORKS))


@cache
def split(language: Language = "en") -> Job:
    """A cluster of splitters."""
    return job_of(planned(SPLIT, {"language": language}))


def with_marks(job: Job, *marks: Mark) -> Job:
    """The job after people handed in what they did."""
    intent = job.plan.intent.model_copy(update={"as_built": AsBuilt("as-built.csv", marks)})
    return job_of(replace(job.plan, intent=intent))


def marks(cable: str) -> tuple[Mark, ...]:
    """Everything that can be said of a cable, step by step."""
    return (
        Mark(cable, "pulled", True, "Ann", "2026-03-01T09:30:00Z"),
        Mark(cable, "connected", True, "Bo", "2026-03-02T10:00:59Z"),
        Mark(cable, "tested", True, "Cy", "2026-03-03T11:00:00Z", "-1.2 dBm"),
        Mark(cable, "port", "Ethernet8", "Dee", "2026-03-02T10:01:00Z", "cage 1 is dead"),
        Mark(cable, "length_m", 12.5, "Dee", "2026-03-02T10:02:00Z", "no 10 m in store"),
        Mark(cable, "remark", "tight bend", "Dee", "2026-03-02T10:03:00Z"),
    )


def content(job: Job, volume: Volume | None = None) -> bytes:
    (file,) = workbook.emit(job, volume or volumes(job)[0])
    return file.content


def opened(job: Job, volume: Volume | None = None) -> Workbook:
    return load_workbook(io.BytesIO(content(job, volume)))


@cache
def book(language: Language = "en") -> Workbook:
    return opened(on_floor(language))


@cache
def flat_book() -> Workbook:
    return opened(nowhere())


@cache
def split_book() -> Workbook:
    return opened(split())


def words(language: Language = "en") -> Mapping[str, str]:
    return {**catalog.words("common", language), **catalog.words("workbook", language)}


def wave_sheets(found: Workbook) -> Iterator[Worksheet]:
    """The sheets that people fill in, as the importer tells them."""
    for sheet in found.worksheets:
        if sheet["A1"].value == "cable":
            yield sheet


def table(sheet: Worksheet, head: int, first: int) -> list[dict[str, Any]]:
    """The rows of a sheet by what stands above them in row `head`."""
    keys = [str(cell.value) for cell in sheet[head]]
    return [
        dict(zip(keys, row, strict=True))
        for row in sheet.iter_rows(min_row=first, values_only=True)
    ]


def wave_rows(sheet: Worksheet) -> list[dict[str, Any]]:
    return table(sheet, KEYS, FIRST)


def texts(sheet: Worksheet) -> set[str]:
    return {
        cell for row in sheet.iter_rows(values_only=True) for cell in row if isinstance(cell, str)
    }


JOBS: Mapping[str, Callable[[], Job]] = {"floor": on_floor, "nowhere": nowhere, "split": split}
BOOKS: Mapping[str, Callable[[], Workbook]] = {
    "floor": book,
    "nowhere": flat_book,
    "split": split_book,
}

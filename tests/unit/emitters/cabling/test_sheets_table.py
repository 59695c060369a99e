"""`cabling.csv`: one row per cable, columns of both ends, what was done."""

import csv
import io
from dataclasses import replace
from typing import Any

import pytest

from railwright.cells import unescaped
from railwright.emitters.cabling import table
from railwright.emitters.cabling.job import Job, job_of, pulls_of
from railwright.intent.as_built import AsBuilt, Mark
from railwright.plan.cables.model import Cable
from railwright.plan.tables_floor import cables as shown_cables
from tests.unit.plan.made import ALL_NETWORKS, planned

JUMPERS: dict[str, Any] = {
    "nodes": {"gpu": {"model": "hgx-h100-2x200g", "count": 3, "capacity": 8}},
    "networks": {"compute": {"nodes_per_su": 8}},
    "floor": {"rows": 2},
}
AT = "2026-03-01T09:30:00Z"


@pytest.fixture(scope="module")
def job() -> Job:
    return job_of(planned(ALL_NETWORKS, {"floor": {"rows": 2}}))


def rows(job: Job) -> dict[str, dict[str, str]]:
    (file,) = table.emit(job.pulls)
    assert file.path == "cabling/cabling.csv"
    found = list(csv.DictReader(io.StringIO(file.content.decode())))
    assert len({row["cable"] for row in found}) == len(found)
    return {row["cable"]: row for row in found}


def marked(job: Job, *marks: Mark) -> Job:
    built = AsBuilt("as-built.csv", marks, tuple(range(2, len(marks) + 2)))
    intent = job.plan.intent.model_copy(update={"as_built": built})
    return job_of(replace(job.plan, intent=intent))


def test_one_row_per_deployed_cable_with_every_column(job: Job) -> None:
    found = rows(job)
    assert list(found) == [pull.id for pull in job.pulls]
    assert all(None not in row and None not in row.values() for row in found.values())
    assert tuple(found["gpu0001:rail0"]) == table.COLUMNS
    assert len(set(table.COLUMNS)) == len(table.COLUMNS)


def test_it_says_what_show_cables_says(job: Job) -> None:
    found = rows(job)
    for row in shown_cables(job.plan):
        if not row.pop("deployed"):
            continue
        name = str(row.pop("id"))
        for column, value in row.items():
            assert found[name][column] == ("" if value is None else str(value)), (name, column)


def test_a_row_is_one_cable_from_end_to_end(job: Job) -> None:
    row = rows(job)["gpu0001:rail0"]
    pull = next(one for one in job.pulls if one.id == "gpu0001:rail0")
    assert (row["check"], row["description"], row["waits"]) == (pull.check, pull.description, "")
    assert (row["a_connector"], row["z_connector"]) == ("MPO-12/APC", "MPO-12/APC")
    assert (row["a_module"], row["z_module"]) == ("MMA4Z00-NS-FLT", "MMA4Z00-NS")
    assert row["a_row"] == pull.lower[0].row
    assert {row[column] for column in table.COLUMNS[-13:]} == {""}


def test_the_ends_of_a_splitter_share_cells_and_one_that_waits_is_named() -> None:
    job = job_of(planned(JUMPERS))
    pull = next(one for one in job.pulls if one.lower[-1].waits)
    row = rows(job)[pull.id]
    assert row["a_device"] == "gpu0003 + gpu0004"
    assert row["waits"] == "gpu0004"
    assert row["a_top_u"] == " + ".join(str(plug.top_u) for plug in pull.lower)
    assert row["a_adapter"] == ""
    assert row["z_ports"] == pull.upper.ports


def test_what_only_one_end_of_a_splitter_has_stands_in_its_place() -> None:
    job = job_of(planned(JUMPERS))
    pull = next(one for one in job.pulls if len(one.lower) == 2)
    first, second = pull.lower
    plugs = (first._replace(adapter=None), second._replace(adapter="QSA"), pull.upper)
    row = rows(replace(job, pulls=(replace(pull, plugs=plugs),)))[pull.id]
    assert row["a_adapter"] == " + QSA"


def test_what_was_done_stands_in_the_row(job: Job) -> None:
    name = "gpu0001:rail0"
    found = rows(
        marked(
            job,
            Mark(name, "pulled", True, "Ada", AT),
            Mark(name, "connected", False, "Bo", "2026-03-02T10:00:00Z"),
            Mark(name, "tested", True, "Cy", AT, "-1.2 dBm"),
            Mark(name, "port", "Ethernet8", "Ada", AT, "dead cage"),
            Mark(name, "length_m", 12.5, "Ada", AT, "none of 10 m left"),
            Mark(name, "remark", "dust", "Ada", AT),
        )
    )
    row = found[name]
    assert [row[one] for one in table.COLUMNS[-13:]] == [
        *("yes", "Ada", AT),
        *("no", "Bo", "2026-03-02T10:00:00Z"),
        *("yes", "Cy", AT),
        *("'-1.2 dBm", "Ethernet8", "12.5", "dust"),
    ]
    assert {found["gpu0002:rail0"][one] for one in table.COLUMNS[-13:]} == {""}


def test_what_was_taken_back_is_empty(job: Job) -> None:
    name = "gpu0001:rail0"
    row = rows(
        marked(job, Mark(name, "port", None, "Ada", AT), Mark(name, "pulled", True, "B", AT))
    )
    assert (row[name]["port"], row[name]["pulled"], row[name]["tested"]) == ("", "yes", "")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@cmd", "\tx", "=HYPERLINK(1)"])
def test_no_text_of_a_person_is_a_formula(job: Job, text: str) -> None:
    name = "gpu0001:rail0"
    row = rows(
        marked(
            job,
            Mark(name, "pulled", True, text, AT),
            Mark(name, "tested", True, text, AT, text),
            Mark(name, "remark", text, text, AT),
        )
    )[name]
    for column in ("pulled_by", "tested_by", "result", "remark"):
        assert row[column] == f"'{text}"
        assert unescaped(row[column]) == text


@pytest.mark.parametrize("text", ['a "quoted", thing', "two\nlines", "终端 1", "'=1", "'"])
def test_any_text_comes_back_as_it_was(job: Job, text: str) -> None:
    name = "gpu0001:rail0"
    row = rows(marked(job, Mark(name, "remark", text, text, AT)))[name]
    assert unescaped(row["remark"]) == text or row["remark"] == text


def test_a_description_is_no_formula(job: Job) -> None:
    pull = replace(job.pulls[0], description="=1+1")
    assert rows(replace(job, pulls=(pull,)))[pull.id]["description"] == "'=1+1"


def test_a_cable_without_a_part_has_empty_cells() -> None:
    job = job_of(planned({"cabling": {"prefer": ["DAC"]}, "nodes": {"gpu": {"count": 4}}}))
    for row in rows(job).values():
        columns = ("medium", "part", "description", "computed_m", "a_connector", "z_connector")
        assert [row[column] for column in columns] == [""] * 6


def test_pulls_one_by_one_are_those_of_the_job(job: Job) -> None:
    assert list(table.emit(pulls_of(job.plan))) == list(table.emit(job.pulls))


def test_cables_are_read_once(job: Job) -> None:
    """Very many are written as they are made, so that they are not held at once."""
    cables: list[Cable] = [pull.cable for pull in job.pulls]
    (file,) = table.emit(iter(job.pulls))
    assert len(file.content.splitlines()) == len(cables) + 1

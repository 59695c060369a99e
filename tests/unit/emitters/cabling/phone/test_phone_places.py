"""What the page knows of places and colours is what every other sheet says of them."""

from pathlib import Path
from typing import Any

import pytest

from railwright import api
from railwright.catalog import loader as catalog
from railwright.emitters.cabling.job import Job, job_of
from railwright.emitters.cabling.phone import data
from railwright.emitters.cabling.sockets import sockets
from railwright.emitters.cabling.swatch import of_cable
from railwright.emitters.cabling.volume import volumes
from railwright.intent.model import Language
from railwright.naming import natural_key
from tests.unit.plan.made import planned

SPLITTERS: dict[str, Any] = {
    "nodes": {"gpu": {"model": "hgx-h100-2x200g", "count": 5, "capacity": 12}},
    "networks": {"compute": {"nodes_per_su": 12}},
    "floor": {"rows": 2},
}
Empty = set[tuple[str, str, str, str]]


def of(job: Job) -> dict[str, Any]:
    (volume,) = volumes(job)
    return data.of(job, volume)


@pytest.fixture(scope="module", params=["floor-tiny", "networks-tiny", "splitters"])
def job(request: pytest.FixtureRequest, root: Path) -> Job:
    if request.param == "splitters":
        return job_of(planned(SPLITTERS))
    return job_of(api.load_plan(root / f"tests/golden/intents/{request.param}.yml").plan)


def test_the_sockets_that_stay_empty_are_those_of_the_other_sheets(job: Job) -> None:
    page = of(job)
    texts = page["texts"]
    rows = {row[0]: row for row in page["devices"]}
    switches = [device.name for device in job.plan.switches if device.name in rows]
    assert switches
    for name, found in sockets(job, switches):
        empty: Empty = {(one.cage, one.socket, one.ports, one.use) for one in found if not one.plug}
        said: Empty = {
            (*(texts[number] for number in one[:3]), "reserved" if one[3] else "spare")
            for one in rows[name][7]
        }
        assert said == empty
        assert len(rows[name][7]) == len(said)


def test_a_cage_reserved_whole_has_each_of_its_sockets() -> None:
    page = of(job_of(planned(SPLITTERS)))
    texts = page["texts"]
    (row,) = [row for row in page["devices"] if row[0] == "su1-rail0-plane0-leaf"]
    reserved = [texts[one[1]] for one in row[7] if one[3] and texts[one[0]] in ("2", "3")]
    assert reserved == ["2/2", "3/1", "3/2"]


def test_ports_of_servers_without_a_cable_are_spare(job: Job) -> None:
    page = of(job)
    texts = page["texts"]
    servers = {device.name for device in job.plan.nodes}
    for row in page["devices"]:
        if row[0] not in servers:
            continue
        taken = {port for plug, _ in job.by_device[row[0]] for port in plug.ports.split()}
        ports = {port for _, ports in page["plates"][row[6]] for port in ports}
        assert {texts[one[2]] for one in row[7]} == ports - taken
        assert not any(one[3] for one in row[7])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_chips_are_the_swatches_of_the_other_sheets(job: Job, language: Language) -> None:
    words = catalog.words("common", language)
    chips = data.Chips(words)
    numbers = [chips.number(pull) for pull in job.pulls]
    for number, pull in zip(numbers, job.pulls, strict=True):
        swatch = of_cable(pull.cable, words)
        letters, meaning, colour = chips.rows[number]
        assert (letters, meaning) == (swatch.letters, swatch.meaning)
        assert data.colours()[colour].hex == swatch.colour
        assert meaning in words
    found = of(job)
    assert len(found["chips"]) == len(chips.rows)
    assert [row[16] for row in found["cables"]] == numbers


def test_racks_are_in_the_order_people_count_them() -> None:
    plan = planned({**SPLITTERS, "floor": {"rows": 1}})
    assert plan.floor is not None
    names = [row[0] for row in of(job_of(plan))["racks"]]
    assert names == sorted(names, key=natural_key)

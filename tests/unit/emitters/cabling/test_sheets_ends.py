"""Ends of cables in racks, the order of pulling, the units of devices."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from railwright.emitters.cabling import labels
from railwright.emitters.cabling.ends import at_device, far_names, in_rack, near_name, ticked_at
from railwright.emitters.cabling.job import Job, job_of
from railwright.emitters.cabling.order import in_order
from railwright.emitters.cabling.units import units
from railwright.naming import natural_key
from railwright.plan.cables.labels import BETWEEN
from railwright.plan.placement.model import Place
from tests.unit.emitters.cabling.splitters import SPLITTERS
from tests.unit.plan.made import ALL_NETWORKS, planned


@pytest.fixture(
    scope="module",
    params=[(ALL_NETWORKS, {"floor": {"rows": 2}}), (SPLITTERS, {"floor": {"rows": 2}})],
    ids=["networks", "splitters"],
)
def job(request: pytest.FixtureRequest) -> Job:
    changes: tuple[dict[str, Any], ...] = request.param
    return job_of(planned(*changes))


def test_the_racks_together_have_every_end_that_is_there(job: Job) -> None:
    rows = [row for rack in job.by_rack for row in in_rack(job, rack)]
    there = [(pull.id, plug) for pull in job.pulls for plug in pull.plugs if plug.rack]
    assert Counter((row.pull.id, row.plug) for row in rows) == Counter(
        (cable, plug) for cable, plug in there if not plug.waits
    )
    for row in rows:
        assert {row.plug, *row.far, *row.siblings} == set(row.pull.plugs)
        assert (row.plug in row.pull.lower) == (row.far == (row.pull.upper,))


def test_the_names_of_far_ends_are_those_on_the_label(job: Job) -> None:
    for rack in job.by_rack:
        for row in in_rack(job, rack):
            near, far = row.plug.label.split(BETWEEN)
            assert near_name(row.plug) == near
            assert row.names == far_names(row.plug) == tuple(far.split(" + "))
            assert len(row.names) == len(row.far)
            for name, plug in zip(row.names, row.far, strict=True):
                assert name.startswith(near_name(plug))


def test_a_rack_is_read_from_the_top_down_and_socket_by_socket(job: Job) -> None:
    for rack in job.by_rack:
        keys = [
            (
                row.plug.top_u is None,
                -(row.plug.top_u or 0),
                natural_key(row.plug.device),
                natural_key(row.plug.socket),
            )
            for row in in_rack(job, rack)
        ]
        assert keys == sorted(keys)


def test_every_cable_is_ticked_off_at_one_end_that_is_there(job: Job) -> None:
    rows = [row for rack in job.by_rack for row in in_rack(job, rack)]
    ticked = Counter(row.pull.id for row in rows if row.is_ticked)
    assert ticked == Counter(pull.id for pull in job.pulls)
    assert all(row.plug is row.pull.home for row in rows if row.is_ticked)


def test_where_its_home_is_in_no_rack_a_cable_is_ticked_off_at_the_other_end(job: Job) -> None:
    pull = next(pull for pull in job.pulls if len(pull.plugs) == 2)
    lower, upper = pull.plugs
    loose = replace(pull, plugs=(lower._replace(rack=None), upper))
    assert ticked_at(loose) is upper
    nowhere = replace(pull, plugs=(lower._replace(rack=None), upper._replace(rack=None)))
    assert ticked_at(nowhere) is nowhere.home


def test_a_device_without_a_floor_has_its_ends_socket_by_socket() -> None:
    job = job_of(planned(SPLITTERS))
    for device, plugs in job.by_device.items():
        rows = at_device(job, device)
        assert Counter(row.plug for row in rows) == Counter(plug for plug, _ in plugs)
        names = [natural_key(row.plug.cage) for row in rows]
        assert names == sorted(names)


def test_cables_are_pulled_in_the_order_of_their_labels(job: Job) -> None:
    made = {file.path: file.content.decode() for file in labels.emit(job)}
    for wave, pulls in job.waves.items():
        lines = made[f"cabling/labels/brady/{wave}.csv"].splitlines()[1:]
        printed = list(dict.fromkeys(line.split('"')[1] for line in lines))
        assert printed == [pull.id for pull in in_order(pulls)]


def test_units_are_those_a_device_fills(job: Job) -> None:
    floor = job.plan.floor
    assert floor
    for place in floor.places.values():
        first, _, last = units(place).partition("-")
        assert int(first.removeprefix("U")) == place.bottom_u
        assert bool(last) == (place.height_u > 1)
        assert int((last or first).removeprefix("U")) == place.top_u


def test_one_unit_is_named_once() -> None:
    place = Place("one", "A01", 9, 1, 100, 5.0, 0, (1,), deployed=True)
    assert units(place) == "U9"

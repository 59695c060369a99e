"""Volumes: one workbook and phone page, or one per row of racks, pod or SU of a large cluster."""

from collections import Counter
from typing import Any

import pytest

from railwright.emitters import cabling
from railwright.emitters.cabling import volume
from railwright.emitters.cabling.job import Job, job_of
from railwright.emitters.cabling.volume import Volume, volumes
from railwright.files import Extra
from railwright.naming import natural_key
from tests.unit.plan.made import ALL_NETWORKS, planned

PODS: dict[str, Any] = {
    "nodes": {"gpu": {"count": 16}},
    "networks": {"compute": {"design": "three-tier", "nodes_per_su": 4, "sus_per_pod": 2}},
}
JUMPERS: dict[str, Any] = {
    "nodes": {"gpu": {"model": "hgx-h100-2x200g", "count": 3, "capacity": 8}},
    "networks": {"compute": {"nodes_per_su": 8}},
    "floor": {"rows": 2},
}


@pytest.fixture(scope="module")
def floor() -> Job:
    return job_of(planned(ALL_NETWORKS, {"floor": {"rows": 2}}))


def parted(job: Job, monkeypatch: pytest.MonkeyPatch) -> tuple[Volume, ...]:
    monkeypatch.setattr(volume, "MOST_CABLES", 10)
    return volumes(job)


def check_shares(job: Job, found: tuple[Volume, ...]) -> None:
    """Every cable, rack and switch is in one volume; no name leads to another's files."""
    assert Counter(pull.id for one in found for pull in one.pulls) == Counter(
        pull.id for pull in job.pulls
    )
    names = [one.name for one in found]
    assert len(set(names)) == len(names)
    assert not {"labels", "interop", "pdf"} & set(names)
    racks = [rack for one in found for rack in one.racks]
    assert sorted(racks) == sorted(job.by_rack)
    switches = [switch for one in found for switch in one.switches]
    wired = {one.name for one in job.plan.switches if one.name in job.by_device}
    assert Counter(switches) == Counter(wired)
    place = {pull.id: number for number, pull in enumerate(job.pulls)}
    for one in found:
        own = [place[pull.id] for pull in one.pulls]
        assert own == sorted(own)


def test_a_usual_cluster_has_one(floor: Job) -> None:
    (only,) = volumes(floor)
    assert (only.name, only.pulls) == ("", floor.pulls)
    assert only.path("cabling.xlsx") == "cabling/cabling.xlsx"
    check_shares(floor, (only,))


def test_without_a_floor_it_shows_no_rack() -> None:
    job = job_of(planned(ALL_NETWORKS))
    (only,) = volumes(job)
    assert only.racks == ()
    check_shares(job, (only,))


def test_the_limit_itself_is_one_volume(floor: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(volume, "MOST_CABLES", len(floor.pulls))
    assert len(volumes(floor)) == 1
    monkeypatch.setattr(volume, "MOST_CABLES", len(floor.pulls) - 1)
    assert len(volumes(floor)) > 1


def test_a_large_cluster_has_one_per_row(floor: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    found = parted(floor, monkeypatch)
    check_shares(floor, found)
    assert [one.name for one in found] == ["A", "B"]
    assert found[0].path("cabling.xlsx") == "cabling/A/cabling.xlsx"
    for one in found:
        assert {pull.home.row for pull in one.pulls} == {one.name}
        assert {rack[0] for rack in one.racks} == {one.name}


def test_a_row_that_cables_only_lead_to_has_a_volume_of_its_racks(
    floor: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its racks and switches are still looked up there."""
    pulls = tuple(pull for pull in floor.pulls if pull.home.row == "A")
    job = Job(floor.plan, floor.revision, pulls)
    first, second = parted(job, monkeypatch)
    assert (first.name, first.pulls) == ("A", pulls)
    assert (second.name, second.pulls) == ("B", ())
    assert second.racks
    assert second.switches


def test_a_splitter_is_pulled_from_where_a_device_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    job = job_of(planned(JUMPERS))
    check_shares(job, parted(job, monkeypatch))


def test_without_a_floor_it_is_pods_and_waves(monkeypatch: pytest.MonkeyPatch) -> None:
    job = job_of(planned(PODS))
    found = parted(job, monkeypatch)
    check_shares(job, found)
    assert [one.name for one in found] == ["2-fabric", "pod1", "pod2"]
    core, first, _ = found
    assert core.pulls == ()
    assert all(name.startswith("superspine") for name in core.switches)
    assert {pull.cable.wave for pull in first.pulls} >= {"2-fabric", "5-pod1-su1-rail0"}
    assert all(name.startswith("pod1-") for name in first.switches)


def test_without_pods_it_is_sus_and_waves(monkeypatch: pytest.MonkeyPatch) -> None:
    job = job_of(planned(ALL_NETWORKS))
    found = parted(job, monkeypatch)
    check_shares(job, found)
    names = [one.name for one in found]
    assert names == sorted(names, key=natural_key)
    assert names == ["1-oob", "2-fabric", "3-storage", "4-inband", "su1", "su2"]
    of = {one.name: one for one in found}
    assert all(pull.cable.network == "oob" for pull in of["1-oob"].pulls)
    assert all(name.startswith("su1-") for name in of["su1"].switches)
    assert any(name.startswith("storage") for name in of["3-storage"].switches)


@pytest.mark.parametrize("extras", [frozenset(), frozenset({"sheets"}), frozenset({"pdf"})])
@pytest.mark.parametrize("most", [1, 10_000])
def test_what_is_written_of_few_and_of_very_many_cables(
    floor: Job, monkeypatch: pytest.MonkeyPatch, extras: frozenset[Extra], most: int
) -> None:
    seen: list[str] = []

    def emit(_: Job, volume: Volume) -> tuple[()]:
        seen.append(volume.name)
        return ()

    monkeypatch.setattr(cabling, "MOST_CABLES", most)
    monkeypatch.setattr(volume, "MOST_CABLES", most)
    monkeypatch.setattr("railwright.emitters.cabling.workbook.emit", emit)
    monkeypatch.setattr("railwright.emitters.cabling.phone.emit", emit)
    monkeypatch.setattr("railwright.emitters.cabling.pdf.parts", lambda _: iter(["pdf"]))
    found: list[Any] = list(cabling.parts(floor.plan, extras))
    assert ("pdf" in found) == ("pdf" in extras and most > 1)
    paths = {file.path for part in found if callable(part) for file in part()}
    assert "cabling/cabling.csv" in paths
    few, sheets = most > 1, "sheets" in extras
    assert ("cabling/labels/brady/1-oob.csv" in paths) == (few or sheets)
    assert sorted(seen) == ([""] * 2 if few else ["A", "A", "B", "B"] if sheets else [])

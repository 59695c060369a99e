"""Without a floor there are files of devices instead of racks."""

import pytest

from railwright.emitters.cabling.job import Job
from tests.unit.emitters.cabling.pdf.conftest import needs_fonts
from tests.unit.emitters.cabling.pdf.pages import files, job_in, text, texts
from tests.unit.plan.made import ALL_NETWORKS, planned


@pytest.fixture(scope="module")
def job() -> Job:
    needs_fonts("en")
    return job_in("en", planned(ALL_NETWORKS, {"nodes": {"gpu": {"count": 2}}}))


@pytest.fixture(scope="module")
def made(job: Job) -> dict[str, bytes]:
    return files(job)


def test_there_is_a_file_per_device_of_the_plan(job: Job, made: dict[str, bytes]) -> None:
    ours = {f"device-{name}" for name in job.by_device if name in job.plan.device}
    assert set(made) == ours | {f"labels-{wave}" for wave in job.waves}
    assert "edge" in job.by_device
    assert "device-edge" not in made


def test_a_cable_is_on_the_sheets_of_all_its_ends(job: Job, made: dict[str, bytes]) -> None:
    said = {name: text(content) for name, content in made.items() if name.startswith("device-")}
    for pull in job.pulls:
        for plug in pull.plugs:
            if plug.device in job.plan.device:
                assert pull.id in said[f"device-{plug.device}"]


def test_a_length_nobody_measured_is_marked(made: dict[str, bytes]) -> None:
    page = text(made["device-gpu0001"])
    assert "≈ 5 m" in page
    assert "≈ length assumed, not measured" in page


def test_a_switch_has_its_face_plate_first_and_a_server_none(made: dict[str, bytes]) -> None:
    pages = texts(made["device-su1-rail0-leaf"])
    assert ["Face plate" in page for page in pages] == [True, False]
    assert "Face plate" not in text(made["device-gpu0001"])

"""Pull sheets of splitters: what is said of every tail."""

import pytest

from railwright.emitters.cabling.ends import End, in_rack, near_name
from railwright.emitters.cabling.job import Job
from railwright.emitters.cabling.pdf import pulls
from railwright.plan.cables.labels import BETWEEN
from tests.unit.emitters.cabling.pdf.conftest import needs_fonts
from tests.unit.emitters.cabling.pdf.pages import files, job_in, text
from tests.unit.emitters.cabling.splitters import SPLITTERS
from tests.unit.plan.made import planned


@pytest.fixture(scope="module")
def job() -> Job:
    needs_fonts("en")
    return job_in("en", planned(SPLITTERS, {"floor": {"rows": 2}}))


@pytest.fixture(scope="module")
def made(job: Job) -> dict[str, bytes]:
    return files(job)


@pytest.fixture(scope="module")
def tails(job: Job) -> list[End]:
    return [row for rack in job.by_rack for row in in_rack(job, rack) if row.siblings]


def test_the_far_end_of_a_tail_is_the_single_end_as_its_own_label_has_it(
    tails: list[End], made: dict[str, bytes]
) -> None:
    assert tails
    letters = set()
    for row in tails:
        (name,) = row.names
        assert row.far == (row.pull.upper,)
        assert name == row.plug.label.partition(BETWEEN)[2]
        assert name.startswith(near_name(row.pull.upper))
        assert name in text(made[f"rack-{row.plug.rack}"])
        letters.add(name[-1])
    assert letters == {"a", "b"}


def test_the_sibling_of_a_tail_is_small_print(tails: list[End], made: dict[str, bytes]) -> None:
    whole = [row for row in tails if not row.siblings[0].waits]
    assert whole
    for row in whole:
        (other,) = row.siblings
        said = f"same cable: {near_name(other)} ({other.device} {other.ports})"
        assert said in text(made[f"rack-{row.plug.rack}"])


def test_a_tail_takes_less_room_than_two_far_ends(job: Job, tails: list[End]) -> None:
    rows = [row for rack in job.by_rack for row in in_rack(job, rack)]
    single = max(pulls.height_mm(row) for row in rows if len(row.far) == 2)
    assert all(pulls.height_mm(row) < single for row in tails)


def test_a_tail_whose_device_is_still_to_come_is_left_in_the_rack(
    job: Job, made: dict[str, bytes]
) -> None:
    said = " ".join(text(content) for name, content in made.items() if "rack" in name)
    assert "gpu0004 not here yet: tie up tail" in said
    assert not any(row.plug.waits for rack in job.by_rack for row in in_rack(job, rack))

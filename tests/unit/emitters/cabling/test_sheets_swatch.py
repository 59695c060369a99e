"""What the chip of a cable says, the same on every sheet."""

import pytest

from railwright.catalog import loader as catalog
from railwright.emitters.cabling import swatch
from railwright.emitters.cabling.job import Job, job_of
from railwright.intent.model import Language
from railwright.plan.cables.waves import kind
from tests.unit.emitters.cabling.splitters import SPLITTERS
from tests.unit.plan.made import ALL_NETWORKS, planned

LETTERS: dict[Language, dict[str, str]] = {
    "en": {"fabric": "FAB", "storage": "STO", "inband": "INB", "oob": "OOB"},
    "zh": {"fabric": "互联", "storage": "存储", "inband": "带内", "oob": "带外"},
}


@pytest.fixture(scope="module")
def job() -> Job:
    return job_of(planned(ALL_NETWORKS))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_only_cables_to_hosts_have_the_number_of_a_rail(job: Job, language: Language) -> None:
    words = catalog.words("common", language)
    hexes = {name: one.hex for name, one in catalog.palette().networks.items()}
    seen = set()
    for pull in job.pulls:
        cable, mark = pull.cable, swatch.of_cable(pull.cable, words)
        of = kind(cable.wave)
        seen.add(of)
        if of == "rail":
            rails = catalog.palette().rails
            assert cable.rail is not None
            assert mark[:2] == (f"R{cable.rail}", rails[cable.rail % len(rails)].hex)
            assert mark.rail == cable.rail
        else:
            assert mark[:2] == (LETTERS[language][of], hexes[of])
            assert mark.rail is None
        assert words[mark.meaning].format(rail=mark.rail)
    assert seen == {"rail", *LETTERS[language]}


def test_planes_are_told_apart() -> None:
    words = catalog.words("common", "en")
    job = job_of(planned(SPLITTERS))
    rails = [pull.cable for pull in job.pulls if kind(pull.cable.wave) == "rail"]
    found = {swatch.of_cable(cable, words).letters for cable in rails}
    assert found == {f"R{rail}·P{plane}" for rail in range(8) for plane in range(2)}

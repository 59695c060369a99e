"""A small cluster on a floor, and its PDF files in both languages."""

from pathlib import Path

import pytest

from railwright.catalog import loader as catalog
from railwright.emitters.cabling.job import Job
from railwright.intent.loader import load
from railwright.intent.model import Language
from railwright.plan.build import build
from railwright.plan.model import Plan
from tests.unit.emitters.cabling.pdf.pages import files, job_in


def needs_fonts(language: Language) -> None:
    family = catalog.fonts().languages[language]
    for font in (family.regular, family.bold):
        if not Path(font.path).is_file():
            pytest.skip(f"no font {font.path}: apt install {font.package}")


@pytest.fixture(scope="session")
def tiny(root: Path) -> Plan:
    return build(load(root / "tests/golden/intents/floor-tiny.yml").intent)


@pytest.fixture(scope="session")
def job(tiny: Plan) -> Job:
    needs_fonts("en")
    return job_in("en", tiny)


@pytest.fixture(scope="session")
def english(job: Job) -> dict[str, bytes]:
    return files(job)


@pytest.fixture(scope="session")
def chinese(tiny: Plan) -> dict[str, bytes]:
    needs_fonts("zh")
    return files(job_in("zh", tiny))

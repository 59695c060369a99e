"""The small cluster that most tests hand marks in for."""

from pathlib import Path

import pytest

from tests.unit.redline.samples import Site, site


@pytest.fixture
def tiny(tmp_path: Path) -> Site:
    return site(tmp_path / "tiny")

"""A small plan, shared by the tests of the lab that touch no kernel."""

from pathlib import Path

import pytest

from railwright import api
from railwright.plan.model import Plan


@pytest.fixture(scope="session")
def tiny(root: Path) -> Plan:
    """Two leaves, two spines, two nodes of two rails."""
    return api.load_plan(root / "tests/lab/tiny.yml").plan

"""What the tests of the real lab share: a host that can run one, or a reason why not."""

import os
from pathlib import Path

import pytest

from railwright import api
from railwright.lab import requirements
from railwright.lab.errors import LabUnavailableError
from railwright.plan.model import Plan
from tests.lab.lab_tools import CLUSTER

LONGEST = "test_nodes.py"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest file, so that one worker has it while the other has the rest."""
    items.sort(key=lambda one: one.path.name != LONGEST)


@pytest.fixture(scope="session")
def lab_host(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A host that can run a lab; else the test is skipped, or fails where REQUIRE_LAB is set."""
    try:
        requirements.check(tmp_path_factory.mktemp("probe"))
        requirements.check_build()
    except LabUnavailableError as err:
        stop = pytest.fail if os.environ.get("REQUIRE_LAB") else pytest.skip
        stop(str(err))


@pytest.fixture(scope="session")
def lab_cache() -> Path:
    """The user's own cache, so that the root file system is built once and not per run."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "railwright"


@pytest.fixture(scope="session")
def lab_intent(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small cluster under this worker's name."""
    text = (root / "tests/lab/tiny.yml").read_text()
    intent = tmp_path_factory.mktemp("intent") / "tiny.yml"
    intent.write_text(text.replace("cluster: rw-test", f"cluster: {CLUSTER}"))
    return intent


@pytest.fixture(scope="session")
def lab_plan(lab_intent: Path) -> Plan:
    """Two leaves, two spines, two nodes of two rails."""
    return api.load_plan(lab_intent).plan

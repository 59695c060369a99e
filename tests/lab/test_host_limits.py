"""The host itself, as the first lab finds it and the last one leaves it."""

from pathlib import Path

import pytest

from railwright import api
from railwright.lab import lifecycle
from railwright.lab.host import NEEDED, PROC_SYS
from railwright.lab.lifecycle import LabOptions
from railwright.plan.model import Plan
from tests.lab.lab_remains import look_at_host
from tests.lab.lab_tools import CLUSTER

pytestmark = [pytest.mark.lab, pytest.mark.alone, pytest.mark.usefixtures("lab_host")]

OTHER = "rw-other"
INSTANCES = PROC_SYS / "fs/inotify/max_user_instances"


@pytest.fixture
def other_plan(lab_intent: Path, tmp_path: Path) -> Plan:
    intent = tmp_path / "other.yml"
    intent.write_text(lab_intent.read_text().replace(f"cluster: {CLUSTER}", f"cluster: {OTHER}"))
    return api.load_plan(intent).plan


@pytest.mark.parametrize("elsewhere", [False, True])
def test_the_last_lab_puts_the_host_back(
    elsewhere: bool, lab_plan: Plan, other_plan: Plan, lab_cache: Path, tmp_path: Path
) -> None:
    """Labs recorded in two places share the limits as well, which stay while one of them runs."""
    first, second = tmp_path / "one", tmp_path / ("two" if elsewhere else "one")
    found = INSTANCES.read_text()
    INSTANCES.write_text("128\n")
    try:
        before = look_at_host(second)
        try:
            lifecycle.up(lab_plan, LabOptions(cache=lab_cache, base=first), lambda _: None)
            lifecycle.up(other_plan, LabOptions(cache=lab_cache, base=second), lambda _: None)
            assert int(INSTANCES.read_text()) == NEEDED["fs/inotify/max_user_instances"]
            assert lifecycle.down(OTHER, lambda _: None, second)
            assert int(INSTANCES.read_text()) == NEEDED["fs/inotify/max_user_instances"]
        finally:
            lifecycle.down(OTHER, lambda _: None, second)
            lifecycle.down(CLUSTER, lambda _: None, first)
        assert look_at_host(first) == before
    finally:
        INSTANCES.write_text(found)

"""A small cluster, and its first leaf as a fake switch."""

from pathlib import Path

import pytest

from railwright import api
from railwright.plan.model import Device, Plan
from tests.unit.device.fakes import FakeSwitch


@pytest.fixture(scope="session")
def plan(root: Path) -> Plan:
    return api.load_plan(root / "intent" / "examples" / "lab-small.yml").plan


@pytest.fixture(scope="session")
def leaf(plan: Plan) -> Device:
    return plan.device["su1-rail0-leaf"]


@pytest.fixture
def switch(tmp_path: Path, plan: Plan, leaf: Device) -> FakeSwitch:
    """The leaf as it leaves the factory."""
    return FakeSwitch(tmp_path / leaf.name, plan, leaf)

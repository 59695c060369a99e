"""Every configuration of every intent in the repository is valid under the image's YANG models."""

import shutil
from pathlib import Path

import pytest

from railwright.emitters.sonic_config import (
    intended,
    merge,
    merge_box_facts,
    placeholders,
    required_secrets,
)
from railwright.intent.loader import load
from railwright.plan.build import build
from railwright.plan.model import Plan
from railwright.sonic.configdb import ConfigDb
from railwright.sonic.yang import ModelSet

ROOT = Path(__file__).parents[4]
INTENTS = [ROOT / "intent/cluster.yml", *sorted((ROOT / "intent/examples").glob("*.yml"))]

pytestmark = pytest.mark.skipif(
    shutil.which("yanglint") is None, reason="yanglint is not installed"
)


@pytest.fixture(scope="module")
def models(shared: Path) -> ModelSet:
    return ModelSet.load(shared / "sonic-yang")


def complete(plan: Plan) -> dict[str, ConfigDb]:
    """What push would send: with placeholders for secrets and facts of a box."""
    configs = {}
    for device in plan.switches:
        slots = required_secrets(plan, device)
        config = merge(intended(plan, device), slots, placeholders(slots))
        configs[device.name] = merge_box_facts(config, "02:00:00:00:00:01", "version_202505_01")
    return configs


@pytest.mark.parametrize("intent", INTENTS, ids=lambda path: path.stem)
def test_every_configuration_of_an_intent_is_valid(models: ModelSet, intent: Path) -> None:
    configs = complete(build(load(intent).intent))
    assert configs
    assert [str(finding) for finding in models.validate(configs)] == []


def test_every_platform_is_valid_with_every_service(models: ModelSet, plan: Plan) -> None:
    assert [str(finding) for finding in models.validate(complete(plan))] == []


def test_a_wrong_row_is_found(models: ModelSet, plan: Plan) -> None:
    config = complete(plan)["spine1"]
    name = next(iter(config["INTERFACE"]))
    broken = config | {"INTERFACE": {k: v for k, v in config["INTERFACE"].items() if k != name}}
    assert models.validate({"spine1": broken})

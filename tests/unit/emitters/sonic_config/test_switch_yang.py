"""Every configuration of every intent in the repository is valid under the image's YANG models."""

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

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
from railwright.plan.model import Device, Plan
from railwright.sonic.configdb import ConfigDb
from railwright.sonic.yang import ModelSet
from tests.unit.plan.made import ALL_NETWORKS, planned
from tests.unit.samples import switches

ROOT = Path(__file__).parents[4]
INTENTS = [ROOT / "intent/cluster.yml", *sorted((ROOT / "intent/examples").glob("*.yml"))]

pytestmark = pytest.mark.skipif(
    shutil.which("yanglint") is None, reason="yanglint is not installed"
)


@pytest.fixture(scope="module")
def models(shared: Path) -> ModelSet:
    return ModelSet.load(shared / "sonic-yang")


def complete(plan: Plan, devices: Iterable[Device]) -> dict[str, ConfigDb]:
    """What push would send: with placeholders for secrets and facts of a box."""
    configs = {}
    for device in devices:
        slots = required_secrets(plan, device)
        config = merge(intended(plan, device), slots, placeholders(slots))
        configs[device.name] = merge_box_facts(config, "02:00:00:00:00:01", "version_202505_01")
    return configs


@pytest.mark.parametrize("intent", INTENTS, ids=lambda path: path.stem)
def test_every_configuration_of_an_intent_is_valid(models: ModelSet, intent: Path) -> None:
    plan = build(load(intent).intent)
    configs = complete(plan, switches(plan))
    assert configs
    assert [str(finding) for finding in models.validate(configs)] == []


def test_every_platform_is_valid_with_every_service(models: ModelSet, plan: Plan) -> None:
    assert [str(finding) for finding in models.validate(complete(plan, plan.switches))] == []


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="every network"),
        pytest.param({"pools": {"ipv6": "fd00:1024::/48"}}, id="dual stack"),
        pytest.param({"networks": {"compute": {"attachment": "svi"}}}, id="shared VLAN"),
        pytest.param(
            {"networks": {"storage": {"border": {"default_route": "originated"}}}},
            id="default route",
        ),
    ],
)
def test_every_kind_of_network_is_valid(models: ModelSet, changes: dict[str, Any]) -> None:
    plan = planned(ALL_NETWORKS, changes)
    assert [str(finding) for finding in models.validate(complete(plan, plan.switches))] == []


BULK = {"name": "bulk", "dscps": [8, 10], "priority": 1}
TRIMMED = {"name": "trimmed", "dscps": [50], "priority": 2}
SHARES = {"kmin_percent": 0.4, "kmax_percent": 0.8, "max_probability_percent": 10}


def small_plan(leaf: str, roce: dict[str, Any]) -> Plan:
    nodes = {"gpu": {"count": 2}}
    compute = {"leaf": leaf, "nodes_per_su": 2, "rails": 2}
    return planned({"nodes": nodes, "networks": {"compute": compute}, "roce": roce})


@pytest.mark.parametrize("leaf", ["cx864e-n", "7060x6-64pe", "sn5600"])
@pytest.mark.parametrize(
    "roce",
    [
        pytest.param({"second": {"dscp": 34, "priority": 4}}, id="second lossless class"),
        pytest.param({"lossy": [BULK, TRIMMED]}, id="lossy classes"),
        pytest.param({"headroom": {"model": "traditional"}, "ecn": SHARES}, id="shares"),
        pytest.param({"dcqcn": False, "watchdog": {"poll_ms": 100}}, id="watchdog"),
    ],
)
def test_every_kind_of_traffic_class_is_valid(
    models: ModelSet, leaf: str, roce: dict[str, Any]
) -> None:
    plan = small_plan(leaf, roce)
    assert [str(finding) for finding in models.validate(complete(plan, switches(plan)))] == []


@pytest.mark.parametrize("leaf", ["7060x6-64pe", "sn5600"])
def test_trimming_is_valid(models: ModelSet, leaf: str) -> None:
    roce = {"lossy": [BULK, TRIMMED], "trimming": {"dscp": 50, "priority": 2}}
    plan = small_plan(leaf, roce)
    configs = complete(plan, switches(plan))
    assert all("SWITCH_TRIMMING" in config for config in configs.values())
    assert [str(finding) for finding in models.validate(configs)] == []


def test_a_wrong_row_is_found(models: ModelSet, plan: Plan) -> None:
    config = complete(plan, plan.switches)["spine1"]
    name = next(iter(config["INTERFACE"]))
    broken = config | {"INTERFACE": {k: v for k, v in config["INTERFACE"].items() if k != name}}
    assert models.validate({"spine1": broken})

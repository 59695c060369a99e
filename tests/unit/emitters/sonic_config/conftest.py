"""A small fabric with reserved nodes, a reserved SU and every service, per platform."""

from collections.abc import Callable
from typing import Any

import pytest

from railwright.catalog import loader
from railwright.emitters.sonic_config import intended
from railwright.intent.model import Intent
from railwright.plan.build import build
from railwright.plan.model import Plan
from railwright.sonic.configdb import ConfigDb

BASE: dict[str, Any] = {
    "cluster": "test",
    "nodes": {"gpu": {"model": "dgx-h100", "count": 6, "capacity": 12}},
    "networks": {"compute": {"leaf": "", "nodes_per_su": 8}},
    "pools": {
        "compute_hosts": "10.16.0.0/12",
        "compute_links": "10.32.0.0/12",
        "loopbacks": "10.48.0.0/16",
        "inband": "10.64.0.0/13",
        "oob": "10.80.0.0/13",
    },
    "services": {
        "domain": "cluster.example",
        "timezone": "Europe/Zurich",
        "dns_servers": ["10.64.0.10"],
        "ntp_servers": ["10.64.0.11", "10.64.0.12"],
        "syslog_servers": ["10.64.0.13"],
        "snmp": {"community": {"secret": "snmp_ro"}, "location": "hall 1", "contact": "noc"},
        "tacacs": {"servers": ["10.64.0.14", "10.64.0.15"], "passkey": {"secret": "tac_key"}},
    },
}


def merged(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return base | {
        key: merged(base[key], value) if isinstance(base.get(key), dict) and value else value
        for key, value in changes.items()
    }


def fabric_platforms() -> list[str]:
    """Every platform of the catalog that can be both leaf and spine."""
    names = loader.switch_names()
    return [name for name in names if {"leaf", "spine"} <= set(loader.switch(name).roles)]


MakePlan = Callable[..., Plan]


@pytest.fixture(scope="session")
def make_plan() -> MakePlan:
    """Return a plan of the small fabric, changed by nested keywords; on any platform."""

    def make(platform: str | None = None, **changes: Any) -> Plan:
        leaf = {"networks": {"compute": {"leaf": platform or fabric_platforms()[0]}}}
        return build(Intent.model_validate(merged(merged(BASE, leaf), changes)))

    return make


@pytest.fixture(scope="session", params=fabric_platforms())
def plan(request: pytest.FixtureRequest, make_plan: MakePlan) -> Plan:
    """The small fabric on every platform that can be leaf and spine."""
    return make_plan(request.param)


@pytest.fixture(scope="session")
def configs(plan: Plan) -> dict[str, ConfigDb]:
    return {device.name: intended(plan, device) for device in plan.switches}


@pytest.fixture(scope="session")
def leaf(configs: dict[str, ConfigDb]) -> ConfigDb:
    return configs["su1-rail0-leaf"]


@pytest.fixture(scope="session")
def spine(configs: dict[str, ConfigDb]) -> ConfigDb:
    return configs["spine1"]

"""A small fabric with reserved nodes, a reserved SU and every service, per platform.

A platform without ports for the nodes' rails has the storage fabric instead, with the same
traffic classes.
"""

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


RAIL_GBPS = 400  # of the nodes' NICs
STORAGE_GBPS = (200, 100)


def speeds(platform: str) -> set[int]:
    """The port speeds that a platform's cages offer."""
    return {mode.speed_gbps for mode in loader.switch(platform).breakouts}


def fabric_platforms() -> list[str]:
    """Every platform of the catalog that can be both leaf and spine."""
    names = loader.switch_names()
    return [name for name in names if {"leaf", "spine"} <= set(loader.switch(name).roles)]


def rail_platforms() -> list[str]:
    """Those with ports for the nodes' rails."""
    return [name for name in fabric_platforms() if RAIL_GBPS in speeds(name)]


def storage_on(platform: str) -> dict[str, Any]:
    """Return the changes that add a storage fabric, its traffic classes those of the rails."""
    speed_gbps = next(speed for speed in STORAGE_GBPS if speed in speeds(platform))
    storage = {
        "leaf": platform,
        "speed_gbps": speed_gbps,
        "hosts_per_pair": 8,
        "roce": {"data_dscp": 26, "priority": 3},
    }
    pools = {"storage_hosts": "10.96.0.0/15", "storage_links": "10.49.0.0/16"}
    return {
        "nodes": {"gpu": {"model": "hgx-h100"}},
        "networks": {"storage": storage},
        "pools": pools,
    }


MakePlan = Callable[..., Plan]


@pytest.fixture(scope="session")
def make_plan() -> MakePlan:
    """Return a plan of the small fabric, changed by nested keywords; on any platform."""

    def make(platform: str | None = None, **changes: Any) -> Plan:
        platforms = rail_platforms()
        leaf = platform if platform in platforms else platforms[0]
        text = merged(BASE, {"networks": {"compute": {"leaf": leaf}}})
        if platform and platform != leaf:
            text = merged(text, storage_on(platform))
        return build(Intent.model_validate(merged(text, changes)))

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
    """The first leaf of the platform."""
    return configs.get("storage1-leaf") or configs["su1-rail0-leaf"]


@pytest.fixture(scope="session")
def spine(configs: dict[str, ConfigDb]) -> ConfigDb:
    """The first spine of the platform."""
    return configs.get("storage-spine1") or configs["spine1"]


@pytest.fixture(scope="session")
def leaf_name(leaf: ConfigDb) -> str:
    return str(leaf["DEVICE_METADATA"]["localhost"]["hostname"])


@pytest.fixture(scope="session")
def spine_name(spine: ConfigDb) -> str:
    return str(spine["DEVICE_METADATA"]["localhost"]["hostname"])

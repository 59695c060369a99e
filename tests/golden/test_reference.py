"""What is on the labels and in the routers of the reference: changing it would be a migration.

The digests are of the compute network as it was first released. They change with nothing that is
added beside it; a reviewed change of them is a line in the changelog.
"""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest

from railwright import api
from railwright.emitters.sonic_config import intended
from railwright.plan import tables
from railwright.plan.model import Plan

REFERENCE = Path(__file__).parents[2] / "intent" / "cluster.yml"
DEVICE_COLUMNS = (
    *("name", "role", "network", "platform", "hwsku", "pod", "su", "rail", "loopback", "asn"),
    *("mgmt_address", "mgmt_prefix_length", "mgmt_gateway", "bmc_address"),
)
LINK_COLUMNS = (
    *("id", "kind", "su", "rail", "a_device", "a_port", "a_address", "z_device", "z_port"),
    *("z_address", "prefix", "speed_gbps", "length_m", "deployed"),
)
SERVICE_TABLES = {"DNS_NAMESERVER", "NTP_SERVER", "SYSLOG_SERVER"}
"""Whom a switch asks, which is not the compute network's to say."""


@pytest.fixture(scope="module")
def plan() -> Plan:
    return api.load_plan(REFERENCE).plan


def digest(rows: Iterable[Any]) -> tuple[int, str]:
    found = sha256()
    count = 0
    for row in rows:
        found.update(orjson.dumps(row, option=orjson.OPT_SORT_KEYS))
        count += 1
    return count, found.hexdigest()


def test_names_asns_and_addresses_of_compute_switches_and_nodes(plan: Plan) -> None:
    rows = (
        [row[column] for column in DEVICE_COLUMNS]
        for row in tables.devices(plan)
        if row["network"] == "compute" or row["role"] == "gpu_node"
    )
    assert digest(rows) == (152, "9eb8eb3911bd71696e3e0568a078f22a34f9a1e67e627e310986c62b1b128411")


def test_cable_ids_ports_and_addresses_of_compute_links(plan: Plan) -> None:
    rows = (
        [row[column] for column in LINK_COLUMNS]
        for row in tables.links(plan)
        if row["network"] == "compute"
    )
    assert digest(rows) == (
        1536,
        "f725e49cdeb21db004ba5ecd18c7f5f40307dedcce5342cda2e1249e97716156",
    )


def test_configurations_of_compute_switches(plan: Plan) -> None:
    configs = (
        {
            table: rows
            for table, rows in intended(plan, device).items()
            if table not in SERVICE_TABLES
        }
        for device in plan.switches
        if device.network == "compute"
    )
    assert digest(configs) == (
        24,
        "4c7e17c2c031b1943be8594eecc74aea3ede15181f32d076445dc25c0aeba778",
    )

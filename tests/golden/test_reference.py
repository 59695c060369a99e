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
    *("z_address", "prefix", "speed_gbps", "deployed"),
)
PLACE_COLUMNS = ("device", "rack", "bottom_u", "top_u")
CABLE_COLUMNS = ("id", "a_label", "z_label", "bundle", "wave", "colour")
SERVICE_TABLES = {"DNS_NAMESERVER", "NTP_SERVER", "SYSLOG_SERVER"}
"""Whom a switch asks, which is not the compute network's to say."""
LENGTH_TABLES = {"CABLE_LENGTH", "BUFFER_PG", "BUFFER_PROFILE"}
"""What follows from the lengths of cables, hence from the floor."""


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
        "0f9e3ced89385e795848fa026043226d1143a3e5f6c6b99ae8f7a44f25e9b777",
    )


def test_configurations_of_compute_switches(plan: Plan) -> None:
    configs = (
        {
            table: rows
            for table, rows in intended(plan, device).items()
            if table not in SERVICE_TABLES | LENGTH_TABLES
        }
        for device in plan.switches
        if device.network == "compute"
    )
    assert digest(configs) == (
        24,
        "88e9a9f1cfa54c2943831813bee3e0d711295efb27e4bb5718dd5b292e4844b7",
    )


def test_places(plan: Plan) -> None:
    rows = ([row[column] for column in PLACE_COLUMNS] for row in tables.TABLES["places"](plan))
    assert digest(rows) == (
        191,
        "91d7f206a275a9d2ed23dfaabd6b9184edd29204dcf290db921fc4746ffbc0d0",
    )


def test_cable_ids_and_labels(plan: Plan) -> None:
    rows = ([row[column] for column in CABLE_COLUMNS] for row in tables.TABLES["cables"](plan))
    assert digest(rows) == (
        2778,
        "0d3ba07a7ea2f1581979b002f98e2f76d7f27c8b9a4ac4854dff2ca071234f9b",
    )

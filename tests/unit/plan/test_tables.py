"""The plan as rows: one meaning per column in every design and network."""

import pytest

from railwright.plan.groups import groups
from railwright.plan.tables import TABLES, rails, subnets
from tests.unit.plan.made import ALL_NETWORKS, compute_plan, planned

ROLES = {"leaf", "spine", "superspine", "gpu_node", "storage_node", "management_node", "pdu"}


@pytest.mark.parametrize("table", TABLES)
def test_every_row_of_a_table_has_the_same_keys(table: str) -> None:
    rows = list(TABLES[table](planned(ALL_NETWORKS, {"floor": {"rows": 2}})))
    assert rows
    assert len({tuple(row) for row in rows}) == 1


def test_device_rows_name_role_and_network() -> None:
    rows = {str(row["name"]): row for row in TABLES["devices"](planned(ALL_NETWORKS))}
    assert {row["role"] for row in rows.values()} <= ROLES
    assert (rows["oob1-leaf"]["role"], rows["oob1-leaf"]["network"]) == ("leaf", "oob")
    assert (rows["gpu0001"]["network"], rows["pdu01"]["role"]) == (None, "pdu")
    assert rows["mgmt01"]["role"] == "management_node"


@pytest.mark.parametrize("design", ["rail-optimized", "leaf-spine"])
def test_rails_count_nodes_not_nics(design: str) -> None:
    plan = compute_plan(6, 8, design=design, nodes_per_su=4)
    rows = list(rails(plan))
    assert {(row["su"], row["nodes"], row["reserved"]) for row in rows} == {(1, 4, 4), (2, 2, 4)}
    assert len(rows) == (2 if design == "leaf-spine" else 16)


def test_every_address_has_one_row() -> None:
    plan = planned(ALL_NETWORKS)
    rows = list(TABLES["addresses"](plan))
    routed = [row["address"] for row in rows if row["kind"] != "gateway"]
    assert len(routed) == len(set(routed))
    own = {(row["device"], row["port"]): row["address"] for row in rows}
    assert own["mgmt01", "oob0"] != own["mgmt01", "bmc"]
    assert own["oob1-leaf", "Vlan101"] == "10.64.1.1"
    expected = {
        place.address
        for device in plan.devices
        for place in (device.management, device.bmc, device.oob)
        if place
    }
    assert expected <= set(routed)


def test_subnets_do_not_overlap_within_a_kind() -> None:
    rows = list(subnets(planned(ALL_NETWORKS)))
    for kind in ("leaf_block", "access", "rail"):
        prefixes = [row["prefix"] for row in rows if row["kind"] == kind]
        assert prefixes
        assert len(prefixes) == len(set(prefixes))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("su1-rail3-leaf", ("leaf", "switch", "compute_switch", "su1", "rail3")),
        ("spine1", ("spine", "switch", "compute_switch")),
        ("storage1-leaf", ("leaf", "switch", "storage_switch")),
        ("oob-spine1", ("spine", "switch", "oob_switch")),
        ("gpu0009", ("gpu_node", "host", "su2")),
        ("storage01", ("storage_node", "host")),
        ("pdu01", ("pdu",)),
    ],
)
def test_groups(name: str, expected: tuple[str, ...]) -> None:
    assert groups(planned(ALL_NETWORKS).device[name]) == expected

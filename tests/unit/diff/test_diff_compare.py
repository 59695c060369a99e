"""What counts as new, moved, renumbered or gone, and what is only growth."""

from dataclasses import replace
from typing import Any

import pytest

from railwright.diff.compare import compare
from railwright.diff.model import Difference, Snapshot
from railwright.diff.snapshot import MissingColumnError, table_of
from railwright.sonic.classes import ChangeClass
from tests.unit.diff.samples import address, device, link, snapshot

UP, DOWN = {"admin_status": "up", "mtu": "9216"}, {"admin_status": "down", "mtu": "9216"}


def keys(entries: Any) -> list[str]:
    return [" ".join(one.key) for one in entries]


def of_links(old: list[Any], new: list[Any]) -> Difference:
    return compare(snapshot(links=old), snapshot(links=new))


def of_configs(old: Any, new: Any, *links: list[Any]) -> Difference:
    before, after = links or ([], [])
    return compare(
        snapshot(configs={"leaf1": old}, links=before),
        snapshot(configs={"leaf1": new}, links=after),
    )


def test_equal_sides_are_identical_whatever_the_order() -> None:
    rows = [device("leaf1"), device("gpu0001", "gpu_node", su=1)]
    found = compare(snapshot(devices=rows), snapshot(devices=reversed(rows)))
    assert found.result == "identical"
    assert not found.devices
    assert found.sizes["devices"] == 2


def test_values_and_the_text_of_their_csv_are_equal() -> None:
    values = link("gpu0001 rail0", "leaf1 Ethernet0", su=None)
    texts = {name: "" if value is None else str(value) for name, value in values.items()}
    assert of_links([values], [texts]).result == "identical"


def test_new_rows_alone_are_additions() -> None:
    found = compare(
        snapshot(devices=[device("leaf1")]),
        snapshot(devices=[device(f"leaf{number}") for number in (10, 9, 1)]),
    )
    assert found.result == "additions"
    assert keys(found.devices.added) == ["leaf9", "leaf10"]
    assert found.devices.added[0].cells["role"] == "leaf"


def test_a_device_that_goes_or_becomes_another_is_a_change() -> None:
    found = compare(
        snapshot(devices=[device("leaf1"), device("leaf2")]),
        snapshot(devices=[device("leaf1", platform="sn5600")]),
    )
    assert found.result == "changes"
    assert keys(found.devices.removed) == ["leaf2"]
    assert found.devices.changed[0].old == {"platform": "cx864e-n"}
    assert found.devices.changed[0].new == {"platform": "sn5600"}


def test_addresses_of_a_device_count_once() -> None:
    old, new = (
        snapshot(
            devices=[device("leaf1", loopback=one, mgmt_address=one, mgmt_gateway=one, asn=one)],
            addresses=[address("leaf1 lo", one)],
        )
        for one in ("10.0.0.1", "10.0.0.2")
    )
    found = compare(old, new)
    assert not found.devices
    assert keys(found.addresses.changed) == ["leaf1 lo host"]
    assert found.addresses.changed[0].new == {"address": "10.0.0.2"}


def test_another_prefix_length_is_renumbering() -> None:
    found = compare(
        snapshot(addresses=[address("leaf1 eth0", "10.0.0.1", length=24)]),
        snapshot(addresses=[address("leaf1 eth0", "10.0.0.1", length=25)]),
    )
    assert found.addresses.changed[0].old == {"prefix_length": "24"}


def test_two_addresses_on_a_port_are_compared_together() -> None:
    both = [address("leaf1 Vlan10", "10.0.0.1"), address("leaf1 Vlan10", "10.0.1.1")]
    found = compare(snapshot(addresses=both[:1]), snapshot(addresses=both))
    assert found.addresses.changed[0].new["address"] == "10.0.0.1 10.0.1.1"


def test_sessions_do_not_make_another_asn() -> None:
    old, new = ({"name": "spine1", "asn": asn, "sessions": 4 * asn} for asn in (65000, 65001))
    assert not compare(snapshot(asns=[old]), snapshot(asns=[{**old, "sessions": 8}])).asns
    assert compare(snapshot(asns=[old]), snapshot(asns=[new])).asns.changed[0].new == {
        "asn": "65001"
    }


def subnet(prefix: str, owner: str = "leaf1", gateway: str = "") -> dict[str, str]:
    return {"prefix": prefix, "kind": "leaf_block", "owner": owner, "gateway": gateway}


@pytest.mark.parametrize(
    ("old", "new", "result"),
    [
        (["10.0.1.0/24"], ["10.0.1.0/24", "10.0.2.0/24"], "additions"),
        (["10.0.1.0/24"], ["10.0.2.0/24"], "changes"),
        (["10.0.1.0/24", "10.0.2.0/24"], ["10.0.1.0/24"], "changes"),
    ],
)
def test_subnets(old: list[str], new: list[str], result: str) -> None:
    found = compare(
        snapshot(subnets=map(subnet, old)), snapshot(subnets=[subnet(one) for one in new])
    )
    assert found.result == result


def test_the_only_prefix_of_an_owner_that_becomes_another_is_one_change() -> None:
    found = compare(
        snapshot(subnets=[subnet("10.0.1.0/24"), subnet("10.9.0.0/24", "leaf9")]),
        snapshot(subnets=[subnet("10.0.2.0/24"), subnet("10.8.0.0/24", "leaf8")]),
    ).subnets
    assert [(one.old, one.new) for one in found.changed] == [
        ({"prefix": "10.0.1.0/24"}, {"prefix": "10.0.2.0/24"})
    ]
    assert [one.key[1] for one in (*found.added, *found.removed)] == ["leaf8", "leaf9"]


def test_another_gateway_is_a_change() -> None:
    found = compare(
        snapshot(subnets=[subnet("10.0.1.0/24", gateway="10.0.1.1")]),
        snapshot(subnets=[subnet("10.0.1.0/24", gateway="10.0.1.254")]),
    )
    assert found.subnets.changed[0].new == {"gateway": "10.0.1.254"}
    assert found.result == "changes"


def test_a_reserved_link_that_is_deployed_is_a_cable_to_add() -> None:
    reserved = link("gpu0001 rail0", "leaf1 Ethernet0", deployed=False)
    found = of_links([reserved], [{**reserved, "deployed": True, "length_m": 5.0}])
    assert keys(found.links.added) == ["gpu0001:rail0"]
    assert not found.links.reserved
    assert found.result == "additions"


def test_a_cable_that_is_only_reserved_now_is_to_be_removed() -> None:
    cable = link("gpu0001 rail0", "leaf1 Ethernet0")
    found = of_links([cable], [{**cable, "deployed": False}])
    assert keys(found.links.removed) == ["gpu0001:rail0"]
    assert found.result == "changes"


def test_new_reservations_are_additions() -> None:
    found = of_links([], [link("gpu0001 rail0", "leaf1 Ethernet0", deployed=False)])
    assert keys(found.links.reserved.added) == ["gpu0001:rail0"]
    assert not found.links.added
    assert found.result == "additions"


@pytest.mark.parametrize("state", [True, False])
def test_another_port_is_a_move_and_tells_every_end(state: bool) -> None:
    old = link("gpu0001 rail0", "leaf1 Ethernet0", deployed=state)
    found = of_links([old], [{**old, "z_port": "Ethernet4"}]).links
    moved = found.changed["moved"]
    if not state:
        assert not moved
        assert found.reserved.changed[0].new == {"z_port": "Ethernet4"}
        return
    assert moved[0].old == {
        "a_device": "gpu0001",
        "a_port": "rail0",
        "z_device": "leaf1",
        "z_port": "Ethernet0",
    }
    assert moved[0].new["z_port"] == "Ethernet4"
    assert not [*found.added, *found.removed, *found.changed["changed"]]


def test_a_length_is_told_with_the_links_only_where_cables_are_not_known() -> None:
    old = link("gpu0001 rail0", "leaf1 Ethernet0")
    new = {**old, "length_m": 5.0, "length_from": "racks"}
    assert of_links([old], [new]).result == "identical"
    sides = snapshot(links=[old]), replace(snapshot(links=[new]), missing=frozenset({"cables"}))
    for before, after in (sides, sides[::-1]):
        found = compare(before, after)
        assert found.links.changed["changed"][0].new.keys() == {"length_m"}
        assert found.unknown == ("cables",)
        assert found.result == "changes"


def test_a_column_that_one_side_lacks_is_not_compared() -> None:
    old = link("gpu0001 rail0", "leaf1 Ethernet0")
    new = {"vlan": 7, **old, "speed_gbps": 200}
    assert of_links([old], [new]).links.changed["changed"][0].new == {"speed_gbps": "200"}


def test_a_column_that_comparing_needs_is_missed() -> None:
    row = {**link("gpu0001 rail0", "leaf1 Ethernet0")}
    del row["deployed"]
    with pytest.raises(MissingColumnError, match="has no column 'deployed'"):
        table_of("links", [row])


def test_growth_enables_ports_and_adds_rows() -> None:
    reserved = link("gpu0001 rail0", "leaf1 Ethernet0", deployed=False)
    found = of_configs(
        {"PORT": {"Ethernet0": DOWN}},
        {"PORT": {"Ethernet0": UP}, "DEVICE_NEIGHBOR": {"Ethernet0": {"name": "gpu0001"}}},
        [reserved],
        [{**reserved, "deployed": True}],
    )
    assert found.result == "additions"
    touched = found.configurations.touched[0]
    assert (touched.harm, touched.disturbs) == (ChangeClass.HITLESS, False)
    assert [(row.table, row.added, row.claimed) for row in touched.rows] == [
        ("DEVICE_NEIGHBOR", ("Ethernet0",), ()),
        ("PORT", (), ("Ethernet0",)),
    ]


def test_the_same_change_on_a_port_in_service_counts() -> None:
    cable = link("gpu0001 rail0", "leaf1 Ethernet0")
    found = of_configs({"PORT": {"Ethernet0": UP}}, {"PORT": {"Ethernet0": DOWN}}, [cable], [cable])
    touched = found.configurations.touched[0]
    assert found.result == "changes"
    assert touched.harm is ChangeClass.PORT_BOUNCE
    assert (touched.rows[0].changed, touched.rows[0].fields) == (("Ethernet0",), ("admin_status",))


def test_a_port_that_changes_its_cable_is_no_growth() -> None:
    found = of_configs(
        {"PORT": {"Ethernet0": {"description": "gpu0001:rail0", **UP}}},
        {"PORT": {"Ethernet0": {"description": "gpu0002:rail0", **UP}}},
        [link("gpu0001 rail0", "leaf1 Ethernet0")],
        [link("gpu0002 rail0", "leaf1 Ethernet0")],
    )
    assert found.configurations.disturbs
    assert found.configurations.touched[0].rows[0].fields == ("description",)


def test_a_reservation_claims_a_spare_port() -> None:
    found = of_configs(
        {"PORT": {"Ethernet0": {"description": "spare", **DOWN}}},
        {"PORT": {"Ethernet0": {"description": "gpu0001:rail0", **DOWN}}},
        [],
        [link("gpu0001 rail0", "leaf1 Ethernet0", deployed=False)],
    )
    assert found.result == "additions"


def test_ports_that_are_fields_count_one_by_one() -> None:
    old = {"CABLE_LENGTH": {"AZURE": {"Ethernet0": "5m", "Ethernet4": "5m", "Ethernet8": "5m"}}}
    new = {"CABLE_LENGTH": {"AZURE": {"Ethernet0": "5m", "Ethernet4": "40m", "Ethernet12": "5m"}}}
    row = of_configs(old, new).configurations.touched[0].rows[0]
    assert row.added == ("AZURE|Ethernet12",)
    assert row.changed == ("AZURE|Ethernet4",)
    assert row.removed == ("AZURE|Ethernet8",)
    assert row.fields == ()


def test_spelling_is_no_difference() -> None:
    old = {"PORT": {"Ethernet0": {"lanes": "1,2", "mtu": "9100"}}}
    new = {"PORT": {"Ethernet0": {"lanes": "1, 2"}}}
    assert of_configs(old, new).result == "identical"


def test_a_field_that_appears_in_an_existing_row_changes_it() -> None:
    found = of_configs(
        {"PORT": {"Ethernet0": {"lanes": "1"}}},
        {"PORT": {"Ethernet0": {"lanes": "1", "fec": "rs"}}},
    )
    assert found.configurations.touched[0].rows[0].changed == ("Ethernet0",)
    assert found.result == "changes"


def test_secrets_are_never_told() -> None:
    old, new = ({"SNMP_COMMUNITY": {name: {"TYPE": "RO"}}} for name in ("first", "second"))
    row = of_configs(old, new).configurations.touched[0].rows[0]
    assert set(row.added) == set(row.removed) == {"<secret>"}


def side(*files: str) -> Snapshot:
    return snapshot(files=dict(one.split("=") for one in files))


@pytest.mark.parametrize(
    ("old", "new", "result"),
    [
        (["nodes/gpu0001/a=1"], ["nodes/gpu0001/a=1", "nodes/gpu0001/b=1"], "additions"),
        (["nodes/gpu0001/a=1"], ["nodes/gpu0001/a=2"], "changes"),
        (["nodes/gpu0001/a=1", "nodes/gpu0001/b=1"], ["nodes/gpu0001/a=1"], "changes"),
        (["nodes/gpu0001/a=1"], ["nodes/gpu0001/a=1", "nodes/gpu0002/a=1"], "additions"),
        (["nodes/gpu0001/a=1", "nodes/gpu0002/a=1"], ["nodes/gpu0001/a=1"], "changes"),
        (["switches/leaf1/s=1"], ["switches/leaf1/s=2"], "changes"),
    ],
)
def test_files(old: list[str], new: list[str], result: str) -> None:
    assert compare(side(*old), side(*new)).result == result


def test_switches_come_before_nodes_in_natural_order() -> None:
    found = compare(
        side(),
        side("nodes/gpu0010/a=", "nodes/gpu0009/a=", "switches/z2/a=", "switches/z1/a="),
    )
    assert found.configurations.added == ("z1", "z2", "gpu0009", "gpu0010")

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import pytest

from railwright.catalog import loader as catalog
from railwright.emitters.interop.netbox.cables import label_of
from railwright.emitters.interop.netbox.interfaces import type_of
from railwright.intent.as_built import AsBuilt, Mark, What
from railwright.plan.cables.cages import PortCage, cage_kind
from railwright.plan.model import Plan
from tests.unit.emitters.interop.written import Written, files_of
from tests.unit.emitters.naming_files import Variant

CABLE_TYPES = {"", "mmf", "smf", "cat6a", "dac-passive", "dac-active", "aoc"}
SPLIT_LINKS = 512
LAB = "examples/lab-networks"
_END = ("device", "name")


def test_objects_refer_to_objects_of_the_tables_before(case: Written) -> None:
    sites = _column(case, "sites", "name")
    makers = _column(case, "manufacturers", "name")
    types = {(row["manufacturer"], row["model"]) for row in case.rows("netbox-device-types.csv")}
    roles = _column(case, "device-roles", "name")
    racks = _column(case, "racks", "name") if case.plan.floor else {""}
    assert {maker for maker, _ in types} == makers
    for row in case.rows("netbox-devices.csv"):
        assert row["site"] in sites
        assert row["role"] in roles
        assert (row["manufacturer"], row["device_type"]) in types
        assert row["rack"] in racks
    assert _column(case, "interfaces", "device") <= _column(case, "devices", "name")


def test_nothing_is_there_twice(case: Written) -> None:
    keys = {
        "sites": ("slug",),
        "manufacturers": ("slug",),
        "device-types": ("slug",),
        "device-roles": ("slug",),
        "devices": ("name",),
        "interfaces": ("device", "name"),
    }
    for kind, columns in keys.items():
        rows = case.rows(f"netbox-{kind}.csv")
        values = [tuple(row[column] for column in columns) for row in rows]
        assert len(set(values)) == len(values), kind


def test_every_deployed_device_is_there(case: Written) -> None:
    assert _column(case, "devices", "name") == {device.name for device in case.plan.devices}


def test_an_interface_holds_one_cable_between_known_ends(case: Written) -> None:
    known = {(row["device"], row["name"]) for row in case.rows("netbox-interfaces.csv")}
    rows = case.rows("netbox-cables.csv")
    ends = Counter(
        (row[f"side_{side}_device"], row[f"side_{side}_name"]) for row in rows for side in "ab"
    )
    assert set(ends) <= known
    assert set(ends.values()) == {1}
    joined = {
        frozenset({(row[f"side_{side}_device"], row[f"side_{side}_name"]) for side in "ab"})
        for row in rows
    }
    assert joined == case.ends("netbox-cables.csv")


def test_cables_say_what_netbox_can_read(case: Written) -> None:
    palette = catalog.palette()
    colours = {one.hex[1:] for one in (*palette.rails, *palette.networks.values())}
    for row in case.rows("netbox-cables.csv"):
        assert row["side_a_type"] == row["side_b_type"] == "dcim.interface"
        assert row["type"] in CABLE_TYPES
        assert row["status"] == "planned"
        assert row["color"] in colours
        assert float(row["length"]) > 0
        assert row["length_unit"] == "m"
        assert len(row["label"]) <= 100
        assert len(row["description"]) <= 200


def test_every_cable_is_on_a_label_or_left_out(case: Written) -> None:
    labels = {one for row in case.rows("netbox-cables.csv") for one in row["label"].split(" + ")}
    out = {one for row in case.left_out("netbox-cables.csv") for one in row["cables"].split()}
    assert labels | out == {cable.id for cable in case.plan.cabled.cables if cable.deployed}


def test_side_by_side_jumpers_are_one_cable_with_both_ids(twins: Written) -> None:
    row = _cable(twins, "su1-rail0-leaf", "Ethernet256")
    assert row["label"] == "su1-rail0-leaf:Ethernet256.1 + su1-rail0-leaf:Ethernet256.2"


def test_a_splitter_is_a_cable_per_link_with_its_id(splitters: Written) -> None:
    shared = [cable for cable in splitters.plan.cabled.cables if len(cable.links) > 1]
    labels = Counter(row["label"] for row in splitters.rows("netbox-cables.csv"))
    assert sum(len(cable.links) for cable in shared) == SPLIT_LINKS
    assert all(labels[cable.id] == len(cable.links) for cable in shared)


def test_too_many_ids_are_first_and_last() -> None:
    ids = [f"su1-rail0-leaf:Ethernet256.{strand}" for strand in range(1, 5)]
    assert label_of(ids[:3]) == " + ".join(ids[:3])
    assert label_of(ids) == "su1-rail0-leaf:Ethernet256.1 .. su1-rail0-leaf:Ethernet256.4"


@pytest.mark.parametrize(
    ("marks", "status"),
    [
        ([("connected", True)], "connected"),
        ([("tested", True)], "connected"),
        ([("pulled", True)], "planned"),
        ([("connected", False)], "planned"),
        ([("tested", False), ("connected", True)], "connected"),
    ],
)
def test_what_technicians_connected_is_connected(
    networks: Written, marks: list[tuple[What, bool]], status: str
) -> None:
    plan = _built(networks.plan, [("gpu0001:rail0", what, value) for what, value in marks])
    rows = Written(plan, files_of(plan)).rows("netbox-cables.csv")
    found = {row["label"]: row["status"] for row in rows}
    assert found.pop("gpu0001:rail0") == status
    assert set(found.values()) == {"planned"}


def test_a_link_is_connected_when_all_its_jumpers_are(twins: Written) -> None:
    link = "su1-rail0-leaf:Ethernet256"
    for strands, status in (((1,), "planned"), ((1, 2), "connected")):
        plan = _built(twins.plan, [(f"{link}.{one}", "connected", True) for one in strands])
        row = _cable(Written(plan, files_of(plan)), *link.split(":"))
        assert row["status"] == status


def test_devices_stand_where_the_floor_says(floor: Written) -> None:
    assert floor.plan.floor is not None
    heights = {row["name"]: int(row["u_height"]) for row in floor.rows("netbox-racks.csv")}
    for row in floor.rows("netbox-devices.csv"):
        if row["role"] == "pdu":
            assert (row["position"], row["face"]) == ("", "")
            assert row["rack"] == floor.plan.floor.rack_of_pdu[row["name"]]
        else:
            place = floor.plan.floor.places[row["name"]]
            assert (row["rack"], int(row["position"])) == (place.rack, place.bottom_u)
            assert row["face"] == "front"
            assert place.top_u <= heights[place.rack]
    rooms = {row["name"]: row["location"] for row in floor.rows("netbox-racks.csv")}
    assert rooms == {"A01": "hall1", "A03": "hall1", "B01": "hall2"}
    assert _column(floor, "locations", "name") == set(rooms.values())


def test_only_pdus_have_no_height(floor: Written) -> None:
    zero = {row["model"] for row in floor.rows("netbox-device-types.csv") if row["u_height"] == "0"}
    used = {row["device_type"] for row in floor.rows("netbox-devices.csv") if row["role"] == "pdu"}
    assert zero == used


def test_without_a_floor_nothing_stands_anywhere(networks: Written) -> None:
    rows = networks.rows("netbox-devices.csv")
    assert {(row["rack"], row["position"], row["face"]) for row in rows} == {("", "", "")}
    assert "PDU" in _column(networks, "device-types", "model")


def test_serial_numbers_come_from_the_assets(variant: Variant) -> None:
    plan = variant(rows="device,serial\ngpu0002,SN-77\n")
    rows = Written(plan, files_of(plan)).rows("netbox-devices.csv")
    assert [row["name"] for row in rows if row["serial"] == "SN-77"] == ["gpu0002"]
    assert {row["serial"] for row in rows} == {"", "SN-77"}


def test_interfaces_say_what_they_are(networks: Written) -> None:
    rows = {(row["device"], row["name"]): row for row in networks.rows("netbox-interfaces.csv")}
    rail = rows["gpu0001", "rail0"]
    assert (rail["type"], rail["speed"], rail["label"]) == (
        *("400gbase-x-osfp-rhs", "400000000"),
        "NIC0",
    )
    assert (rail["mgmt_only"], rail["mtu"], rail["enabled"]) == ("false", "9000", "true")
    assert rows["gpu0001", "eth0"]["mgmt_only"] == "false"
    for end in (("gpu0001", "bmc"), ("su1-rail0-leaf", "eth0"), ("mgmt01", "oob0")):
        assert (rows[end]["mgmt_only"], rows[end]["type"]) == ("true", "1000base-t")
    spare = rows["su1-rail0-leaf", "Ethernet240"]
    assert (spare["type"], spare["enabled"]) == ("400gbase-x-qsfpdd", "false")


def test_no_interface_of_the_reference_is_of_another_type(case: Written) -> None:
    assert "other" not in _column(case, "interfaces", "type")


@pytest.mark.parametrize(
    ("form_factor", "speed_gbps", "expected"),
    [
        ("OSFP-IHS", 200, "400gbase-x-osfp"),
        ("OSFP-IHS", 800, "800gbase-x-osfp"),
        ("QSFP28", 25, "100gbase-x-qsfp28"),
        ("QSFP112", 100, "400gbase-x-qsfp112"),
        ("SFP28", 100, "other"),
        ("UNHEARD-OF", 100, "other"),
        (None, 100, "other"),
    ],
)
def test_type_is_the_slowest_that_is_fast_enough(
    form_factor: str | None, speed_gbps: int, expected: str
) -> None:
    cage = PortCage("1", "Ethernet0", 1, cage_kind("leaf", "x", form_factor, 1))
    assert type_of(cage, speed_gbps) == expected


def test_growth_keeps_every_cable(variant: Variant) -> None:
    small, large = (
        _ends_by_label(files_of(plan), plan)
        for plan in (
            variant(intent=LAB),
            variant(("count: 3, capacity: 6", "count: 5, capacity: 6"), intent=LAB),
        )
    )
    assert small.items() < large.items()


def _ends_by_label(files: dict[str, bytes], plan: Plan) -> dict[str, str]:
    rows = Written(plan, files).rows("netbox-cables.csv")
    return {
        row["label"]: " ".join(row[f"side_{side}_{name}"] for side in "ab" for name in _END)
        for row in rows
    }


def _column(case: Written, kind: str, column: str) -> set[str]:
    return {row[column] for row in case.rows(f"netbox-{kind}.csv")}


def _cable(case: Written, device: str, port: str) -> dict[str, str]:
    (row,) = (
        row
        for row in case.rows("netbox-cables.csv")
        if (row["side_a_device"], row["side_a_name"]) == (device, port)
    )
    return row


def _built(plan: Plan, said: Iterable[tuple[str, What, bool]]) -> Plan:
    marks = tuple(
        Mark(cable, what, value, "Ann", "2026-03-01T09:30:00Z") for cable, what, value in said
    )
    built = AsBuilt("as-built.csv", marks, tuple(range(len(marks))))
    return replace(plan, intent=plan.intent.model_copy(update={"as_built": built}))

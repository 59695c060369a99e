"""A finding names the value to mend: the row, the reference to it, the map, or the cable."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from railwright.proof.model import Agreement, Finding
from tests.unit.proof import fabric
from tests.unit.proof.fabric import Cables, Configs, Files, after, of

LEAF, SPINE, BORDER = "su1-rail0-leaf", "spine1", "storage-spine1"
PLAN, NODE, BOTH, FLOOR = "switch - plan", "switch - node", "leaf - spine", "cable - plan"
NIC = "etc/railwright/roce/rail0.env"
ROOM = "pg_lossless_400000_5m_profile"
LINK = "gpu0001:rail0"
NONE = ""


def _set(table: str, key: str, field: str, value: str, device: str = LEAF) -> Agreement:
    def change(configs: Configs) -> None:
        assert configs[device][table][key].get(field) != value
        configs[device][table][key][field] = value

    return after(switches=change)


def _delete(table: str, key: str) -> Agreement:
    def change(configs: Configs) -> None:
        del configs[LEAF][table][key]

    return after(switches=change)


def _own(finding: Finding) -> tuple[str, str, str]:
    return finding.place.partition(" ")[2], finding.found, finding.expected


@pytest.mark.parametrize(
    ("table", "key", "field", "value", "expected"),
    [
        ("QUEUE", "Ethernet256|3", "scheduler", "scheduler.cnp", "scheduler.rdma"),
        ("QUEUE", "Ethernet256|3", "scheduler", "gone", "scheduler.rdma"),
        ("QUEUE", "Ethernet256|3", "wred_profile", "gone", "AZURE_LOSSLESS"),
        (
            "BUFFER_PG",
            "Ethernet256|3",
            "profile",
            "ingress_lossy_profile",
            "pg_lossless_800000_40m_profile",
        ),
        (
            "BUFFER_QUEUE",
            "Ethernet256|3",
            "profile",
            "egress_lossy_profile",
            "egress_lossless_profile",
        ),
        ("BUFFER_PROFILE", ROOM, "pool", "lossy_pool", "ingress_lossless_pool"),
        ("BUFFER_PROFILE", ROOM, "pool", "gone", "ingress_lossless_pool"),
    ],
)
def test_a_wrong_reference_is_the_only_finding(
    table: str, key: str, field: str, value: str, expected: str
) -> None:
    (found,) = _set(table, key, field, value).findings

    assert _own(found) == (f"{table}|{key} {field}", value, expected)


def test_a_wrong_map_of_a_port_is_named_and_the_map_is_not() -> None:
    agreement = _set("PORT_QOS_MAP", "Ethernet0", "dscp_to_tc_map", "AZURE_OUTSIDE", BORDER)

    (planned,) = of(agreement, PLAN, "classes of packets")
    assert _own(planned) == ("PORT_QOS_MAP|Ethernet0 dscp_to_tc_map", "AZURE_OUTSIDE", "AZURE")
    assert not any("DSCP_TO_TC_MAP|AZURE_OUTSIDE" in str(one) for one in agreement.findings)


@pytest.mark.parametrize(
    ("table", "key", "subject", "expected"),
    [
        ("WRED_PROFILE", "AZURE_LOSSLESS", "queues and marking", "a WRED profile"),
        ("SCHEDULER", "scheduler.rdma", "queues and marking", "weight 60"),
        ("BUFFER_PROFILE", ROOM, "headroom", "xoff 129920"),
        ("BUFFER_POOL", "ingress_lossless_pool", "headroom", "a pool of ingress buffer"),
    ],
)
def test_a_missing_row_is_the_only_finding(
    table: str, key: str, subject: str, expected: str
) -> None:
    agreement = _delete(table, key)

    (found,) = agreement.findings
    assert of(agreement, PLAN, subject) == [found]
    assert _own(found) == (f"{table}|{key}", "(absent)", expected)


@pytest.mark.parametrize(("field", "value"), [("mode", "static"), ("type", "egress")])
def test_a_pool_of_another_kind_is_named_and_its_profiles_are_not(field: str, value: str) -> None:
    (found,) = _set("BUFFER_POOL", "ingress_lossless_pool", field, value).findings

    assert found.place.endswith(f"BUFFER_POOL|ingress_lossless_pool {field}")


@pytest.mark.parametrize(
    ("table", "key", "value", "where"),
    [
        ("DSCP_TO_TC_MAP", "26", "1", "traffic class 1, queue 1 and group 0"),
        ("TC_TO_QUEUE_MAP", "3", "1", "queue 1"),
        ("TC_TO_PRIORITY_GROUP_MAP", "3", "0", "group 0"),
    ],
)
def test_the_first_map_that_leaves_the_plan_is_named_by_every_pair(
    table: str, key: str, value: str, where: str
) -> None:
    agreement = _set(table, "AZURE", key, value)

    (planned,) = of(agreement, PLAN, "classes of packets")
    lossy = f"packets of class rdma are in {where}: they are dropped in congestion"
    assert (planned.place.endswith(f"{table}|AZURE {key}"), planned.effect) == (True, lossy)
    nodes = of(agreement, NODE, "classes of packets")
    assert {one.other_place.partition(" ")[2] for one in nodes} == {f"{table}|AZURE {key}"}
    spines = of(agreement, BOTH, "classes of packets")
    assert {one.place.partition(" ")[2] for one in spines} <= {f"{table}|AZURE {key}"}


def test_pauses_that_a_port_does_not_send_are_named_to_its_node() -> None:
    agreement = _set("PORT_QOS_MAP", "Ethernet0", "pfc_enable", "4")

    nodes = of(agreement, NODE, "classes of packets")
    assert {one.other_place.partition(" ")[2] for one in nodes} == {
        "PORT_QOS_MAP|Ethernet0 pfc_enable"
    }


def test_a_scheduler_that_is_not_strict_is_named_to_nodes() -> None:
    (found,) = of(
        _set("SCHEDULER", "scheduler.cnp", "type", "DWRR"), NODE, "congestion notifications"
    )

    assert found.other_place.endswith("SCHEDULER|scheduler.cnp type")


def test_a_reference_to_a_scheduler_that_is_not_strict_is_named_to_nodes() -> None:
    agreement = _set("QUEUE", "Ethernet0|6", "scheduler", "scheduler.default")

    (found,) = of(agreement, NODE, "congestion notifications")
    assert found.other_place.endswith("QUEUE|Ethernet0|6 scheduler")


def test_a_whole_map_is_said_once_a_class() -> None:
    agreement = _delete("DSCP_TO_TC_MAP", "AZURE")

    for pair in (PLAN, BOTH):
        found = of(agreement, pair, "classes of packets")
        assert len(found) == len(fabric.plan().qos["compute"])
    assert any("(DSCP 0-25,27-47,49-63)" in one.effect for one in found)


def test_best_effort_in_the_paused_queue_is_said() -> None:
    agreement = _set("DSCP_TO_TC_MAP", "AZURE", "10", "3")

    (found,) = of(agreement, PLAN, "classes of packets")
    assert "best effort rides the paused queue" in found.effect


@pytest.mark.parametrize(
    ("table", "key", "field", "value", "word"),
    [
        ("BUFFER_QUEUE", "Ethernet256|3", "profile", "egress_lossy_profile", "egress"),
        ("BUFFER_PROFILE", "egress_lossless_profile", "static_th", "1000", "egress"),
        ("BUFFER_POOL", "ingress_lossless_pool", "xoff", "1000", "headroom"),
    ],
)
def test_rdma_that_is_dropped_for_want_of_buffer_is_said(
    table: str, key: str, field: str, value: str, word: str
) -> None:
    (found,) = _set(table, key, field, value).findings

    assert "RDMA is dropped" in found.effect
    assert word in found.effect


def test_more_buffer_than_planned_drops_nothing() -> None:
    (found,) = _set("BUFFER_POOL", "ingress_lossless_pool", "xoff", "999999999").findings

    assert "dropped" not in found.effect


def test_a_marking_mode_without_green_is_named_by_its_own_field() -> None:
    (found,) = _set("WRED_PROFILE", "AZURE_LOSSLESS", "ecn", "ecn_none").findings

    assert _own(found) == ("WRED_PROFILE|AZURE_LOSSLESS ecn", "ecn_none", "ecn_all")


def test_a_port_that_is_shut_is_said_to_be_down() -> None:
    agreement = _set("PORT", "Ethernet256", "admin_status", "down")

    (planned,) = of(agreement, PLAN, "ports")
    assert (planned.found, planned.expected, planned.effect) == ("down", "up", "the link is down")
    (met,) = of(agreement, BOTH, "speed and FEC")
    assert (met.found, met.expected) == ("down", "up")


def test_both_ends_changed_alike_are_not_said_to_stay_down() -> None:
    def change(configs: Configs) -> None:
        configs[LEAF]["PORT"]["Ethernet256"]["fec"] = "none"
        configs[SPINE]["PORT"]["Ethernet0"]["fec"] = "none"

    found = after(switches=change).findings

    assert {one.place.partition("/")[2].partition("/")[0] for one in found} == {LEAF, SPINE}
    assert not any("stays down" in one.effect for one in found)


def test_a_missing_row_of_which_one_field_is_known_is_named_itself() -> None:
    found = of(_delete("DEVICE_METADATA", "localhost"), PLAN, "everything else owned")

    assert [one.place for one in found] == [
        f"switches/{LEAF}/config_db.json DEVICE_METADATA|localhost"
    ]
    assert found[0].other_place == f"switches/{LEAF}/config_db.json as planned"


def _nic(old: str, new: str) -> Agreement:
    def change(files: Files) -> None:
        fabric.replaced(files, "gpu0001", NIC, old, new)

    return after(nodes=change)


def test_priorities_that_a_nic_is_not_told_are_said_by_dscp() -> None:
    (found,) = _nic("DSCP_PRIORITY=24:0,25:0,27:0,28:0,29:0,30:0,31:0\n", NONE).findings

    assert found.place == f"nodes/gpu0001/{NIC} DSCP_PRIORITY"
    assert (found.found, found.expected) == ("DSCP 24-25,27-31 in priority 3", "queue 0")
    assert "DSCP 24-25,27-31" in found.effect


@pytest.mark.parametrize(
    ("key", "value", "subject"),
    [
        ("TOS=106", "TOS=x", "classes of packets"),
        ("CNP_DSCP=48", "CNP_DSCP=x", "congestion notifications"),
    ],
)
def test_a_mark_that_is_none_is_shown_as_it_is_written(key: str, value: str, subject: str) -> None:
    found = of(_nic(key, value), NODE, subject)

    assert "x" in [one.found for one in found]
    assert not any("-1" in f"{one.found}{one.other_place}" for one in found)


def test_speeds_of_both_ends_are_shown_alike() -> None:
    (found,) = of(_nic("SPEED_GBPS=400", "SPEED_GBPS=200"), NODE, "speed and FEC")

    assert (found.found, found.expected) == ("200G", "400G")


def _floor(change: Callable[[Cables], None]) -> Agreement:
    return after(floor=change)


def test_the_ends_of_a_cable_may_be_listed_either_way() -> None:
    def turn(cables: Cables) -> None:
        one = cables[LINK]
        cables[LINK] = replace(one, a=one.z, z=one.a)

    assert _floor(turn).findings == ()


def test_a_wrong_end_is_found_whichever_way_a_cable_is_listed() -> None:
    def turn(cables: Cables) -> None:
        one = cables[LINK]
        cables[LINK] = replace(one, a=cables["gpu0002:rail0"].z, z=one.a)

    (found,) = _floor(turn).findings

    assert (found.found, found.expected) == (f"{LEAF} Ethernet4", f"{LEAF} Ethernet0")


def test_a_cable_that_no_link_plans_is_found() -> None:
    def add(cables: Cables) -> None:
        cables["nobody"] = cables[LINK]

    (found,) = _floor(add).findings

    assert (found.place, found.expected) == ("floor: cable of nobody", "(absent)")


@pytest.mark.parametrize("length_m", [0.0, -3.0, float("nan"), float("inf")])
def test_a_length_that_no_cable_has_is_found(length_m: float) -> None:
    def change(cables: Cables) -> None:
        cables[LINK] = replace(cables[LINK], length_m=length_m)

    (found,) = of(_floor(change), FLOOR, "cable length")

    assert found.effect == "no cable has this length, and nothing is proven for it: measure it"


def test_a_cable_longer_than_its_nic_was_told_is_found_though_the_switch_holds_it() -> None:
    def change(cables: Cables) -> None:
        cables[LINK] = replace(cables[LINK], length_m=4)

    switch, nic = of(_floor(change), FLOOR, "cable length")

    assert "still hold it" in switch.effect
    assert nic.other_place == f"nodes/gpu0001/{NIC} CABLE_LENGTH_M"
    assert (nic.found, nic.expected) == ("4 m", "3 m")

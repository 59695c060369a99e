"""Maps, queues, schedulers and ECN."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from railwright.emitters.sonic_config import intended
from railwright.plan.lossless.pools import shared_bytes
from railwright.plan.model import Plan
from railwright.sonic.configdb import ConfigDb

MAX_INT32 = 2_147_483_647  # qosorch reads thresholds with a signed 32-bit stoi


def with_features(plan: Plan, **features: bool) -> Plan:
    return replace(
        plan,
        platforms={
            name: platform.model_copy(
                update={"features": platform.features.model_copy(update=features)}
            )
            for name, platform in plan.platforms.items()
        },
    )


def test_every_dscp_is_mapped(configs: dict[str, ConfigDb]) -> None:
    for config in configs.values():
        (rows,) = config["DSCP_TO_TC_MAP"].values()
        assert set(rows) == {str(dscp) for dscp in range(64)}


def test_rdma_is_lossless_cnp_is_its_own_and_the_rest_is_lossy(leaf: ConfigDb) -> None:
    (rows,) = leaf["DSCP_TO_TC_MAP"].values()
    assert rows["26"] == "3"
    assert rows["48"] == "6"
    assert {value for dscp, value in rows.items() if dscp not in ("26", "48")} == {"0"}


def test_the_intent_moves_the_classes(make_plan: Callable[..., Plan]) -> None:
    roce = {"data_dscp": 24, "priority": 0, "cnp_dscp": 46, "cnp_priority": 7}
    plan = make_plan(roce=roce)
    config = intended(plan, plan.device["su1-rail0-leaf"])
    (dscps,) = config["DSCP_TO_TC_MAP"].values()
    assert (dscps["24"], dscps["46"], dscps["26"]) == ("0", "7", "1")
    assert config["PORT_QOS_MAP"]["Ethernet0"]["pfc_enable"] == "0"
    (groups,) = config["TC_TO_PRIORITY_GROUP_MAP"].values()
    assert {tc for tc, group in groups.items() if group == "0"} == {"0"}
    assert config["BUFFER_QUEUE"].keys() >= {"Ethernet0|0", "Ethernet0|1-7"}


def test_only_lossless_traffic_reaches_the_lossless_group(leaf: ConfigDb) -> None:
    (groups,) = leaf["TC_TO_PRIORITY_GROUP_MAP"].values()
    assert {tc for tc, group in groups.items() if group == "3"} == {"3"}
    assert {tc: group for tc, group in groups.items() if tc != "3"} == {
        str(tc): "0" for tc in (0, 1, 2, 4, 5, 6, 7)
    }


def test_queues_and_paused_priorities_are_the_traffic_classes(leaf: ConfigDb) -> None:
    identity = {str(number): str(number) for number in range(8)}
    assert list(leaf["TC_TO_QUEUE_MAP"].values()) == [identity]
    assert list(leaf["MAP_PFC_PRIORITY_TO_QUEUE"].values()) == [identity]


def test_pfc_covers_the_lossless_priority_and_never_cnp(configs: dict[str, ConfigDb]) -> None:
    for config in configs.values():
        rows = [row for port, row in config["PORT_QOS_MAP"].items() if port != "global"]
        assert rows
        assert {row["pfc_enable"] for row in rows} == {"3"}
        assert {row["pfcwd_sw_enable"] for row in rows} == {"3"}


def test_used_ports_have_qos_rows_reserved_ones_too_and_spares_none(
    plan: Plan, configs: dict[str, ConfigDb]
) -> None:
    for name, config in configs.items():
        assert set(config["PORT_QOS_MAP"]) - {"global"} == set(plan.links_of[name])
        assert {key.split("|")[0] for key in config["QUEUE"]} == set(plan.links_of[name])


@pytest.mark.parametrize("needed", [True, False])
def test_the_pfc_to_group_map_exists_only_where_the_platform_reads_it(
    plan: Plan, leaf_name: str, *, needed: bool
) -> None:
    changed = with_features(plan, pfc_to_pg_map=needed)
    config = intended(changed, changed.device[leaf_name])
    port = next(port for port in config["PORT_QOS_MAP"] if port != "global")
    assert ("PFC_PRIORITY_TO_PRIORITY_GROUP_MAP" in config) is needed
    assert ("pfc_to_pg_map" in config["PORT_QOS_MAP"][port]) is needed
    if needed:
        assert list(config["PFC_PRIORITY_TO_PRIORITY_GROUP_MAP"].values()) == [{"3": "3"}]


@pytest.mark.parametrize("needed", [True, False])
def test_the_global_row_holds_the_dscp_map_only(
    plan: Plan, leaf_name: str, *, needed: bool
) -> None:
    changed = with_features(plan, global_dscp_map=needed)
    config = intended(changed, changed.device[leaf_name])
    (name,) = config["DSCP_TO_TC_MAP"]
    expected = {"dscp_to_tc_map": name} if needed else None
    assert config["PORT_QOS_MAP"].get("global") == expected


def test_maps_and_profiles_that_are_named_exist(configs: dict[str, ConfigDb]) -> None:
    target = {
        "dscp_to_tc_map": "DSCP_TO_TC_MAP",
        "tc_to_queue_map": "TC_TO_QUEUE_MAP",
        "tc_to_pg_map": "TC_TO_PRIORITY_GROUP_MAP",
        "pfc_to_queue_map": "MAP_PFC_PRIORITY_TO_QUEUE",
        "pfc_to_pg_map": "PFC_PRIORITY_TO_PRIORITY_GROUP_MAP",
        "scheduler": "SCHEDULER",
        "wred_profile": "WRED_PROFILE",
    }
    for config in configs.values():
        rows = [*config["PORT_QOS_MAP"].values(), *config["QUEUE"].values()]
        named = {(field, str(row[field])) for row in rows for field in row if field in target}
        assert named
        assert all(name in config[target[field]] for field, name in named)


def test_each_class_has_one_queue_with_its_scheduler(leaf: ConfigDb) -> None:
    queues = {key.split("|")[1]: row for key, row in leaf["QUEUE"].items()}
    assert set(queues) == {"0", "3", "6"}
    kinds = {queue: leaf["SCHEDULER"][str(row["scheduler"])] for queue, row in queues.items()}
    assert kinds == {
        "0": {"type": "DWRR", "weight": "40"},
        "3": {"type": "DWRR", "weight": "60"},
        "6": {"type": "STRICT"},
    }


def test_only_the_lossless_queue_marks(leaf: ConfigDb) -> None:
    marking = {key.split("|")[1] for key, row in leaf["QUEUE"].items() if "wred_profile" in row}
    assert marking == {"3"}


def test_ecn_marks_green_packets_at_the_thresholds_of_the_intent(
    make_plan: Callable[..., Plan],
) -> None:
    ecn = {"kmin_bytes": 100_000, "kmax_bytes": 300_000, "max_probability_percent": 7}
    plan = make_plan(roce={"ecn": ecn})
    (row,) = intended(plan, plan.device["spine1"])["WRED_PROFILE"].values()
    assert row["ecn"] == "ecn_all"
    assert row["wred_green_enable"] == "true"
    assert row["green_min_threshold"] == "100000"
    assert row["green_max_threshold"] == "300000"
    assert row["green_drop_probability"] == "7"


RICH: dict[str, Any] = {
    "second": {"dscp": 34, "priority": 4, "weight": 25, "ecn": {"max_probability_percent": 33}},
    "lossy": [
        {"name": "bulk", "dscps": [8, 10], "priority": 1, "weight": 5},
        {"name": "trimmed", "dscps": [50], "priority": 2, "weight": 7},
    ],
    "pfc_priorities": [3, 4],
    "trimming": {"dscp": 51, "priority": 2, "size_bytes": 128},
}
"""Every kind of class at once."""


@pytest.fixture(scope="module")
def rich(make_plan: Callable[..., Plan]) -> Plan:
    return make_plan("sn5600", roce=RICH)


@pytest.fixture(scope="module")
def rich_leaf(rich: Plan) -> ConfigDb:
    return intended(rich, rich.device["su1-rail0-leaf"])


def test_every_class_has_its_dscps_queue_and_scheduler(rich_leaf: ConfigDb) -> None:
    (dscps,) = rich_leaf["DSCP_TO_TC_MAP"].values()
    own = {"26": "3", "34": "4", "48": "6", "8": "1", "10": "1", "50": "2", "51": "2"}
    assert {dscp: tc for dscp, tc in dscps.items() if tc != "0"} == own
    queues = {
        key.split("|")[1]: rich_leaf["SCHEDULER"][str(row["scheduler"])]
        for key, row in rich_leaf["QUEUE"].items()
    }
    assert queues == {
        "0": {"type": "DWRR", "weight": "40"},
        "1": {"type": "DWRR", "weight": "5"},
        "2": {"type": "DWRR", "weight": "7"},
        "3": {"type": "DWRR", "weight": "60"},
        "4": {"type": "DWRR", "weight": "25"},
        "6": {"type": "STRICT"},
    }


def test_both_lossless_classes_are_paused_and_have_groups_of_their_own(
    rich: Plan, rich_leaf: ConfigDb
) -> None:
    rows = [row for port, row in rich_leaf["PORT_QOS_MAP"].items() if port != "global"]
    assert {(row["pfc_enable"], row["pfcwd_sw_enable"]) for row in rows} == {("3,4", "3,4")}
    (groups,) = rich_leaf["TC_TO_PRIORITY_GROUP_MAP"].values()
    assert groups == {str(tc): str(tc) if tc in (3, 4) else "0" for tc in range(8)}
    assert rich.platforms["sn5600"].features.pfc_to_pg_map
    (paused,) = rich_leaf["PFC_PRIORITY_TO_PRIORITY_GROUP_MAP"].values()
    assert paused == {"3": "3", "4": "4"}


def test_each_lossless_class_is_marked_by_a_shared_row_of_its_own(rich_leaf: ConfigDb) -> None:
    profiles = {
        key.split("|")[1]: row["wred_profile"]
        for key, row in rich_leaf["QUEUE"].items()
        if "wred_profile" in row
    }
    assert profiles == {"3": "AZURE_LOSSLESS", "4": "AZURE_LOSSLESS_RDMA2"}
    first, second = (rich_leaf["WRED_PROFILE"][str(profiles[queue])] for queue in ("3", "4"))
    assert (first["green_drop_probability"], second["green_drop_probability"]) == ("5", "33")
    assert first["green_min_threshold"] == second["green_min_threshold"]
    assert second["wred_green_enable"] == "true"


def test_trimmed_packets_have_size_dscp_and_queue(rich_leaf: ConfigDb, leaf: ConfigDb) -> None:
    assert rich_leaf["SWITCH_TRIMMING"] == {
        "GLOBAL": {"dscp_value": "51", "queue_index": "2", "size": "128"}
    }
    assert "SWITCH_TRIMMING" not in leaf


def test_a_change_of_weights_and_thresholds_leaves_every_port_row_alone(
    make_plan: Callable[..., Plan], rich_leaf: ConfigDb
) -> None:
    changes = {
        "second": RICH["second"] | {"weight": 50, "ecn": {"kmin_bytes": 1, "kmax_bytes": 2}},
        "lossy": [one | {"weight": 11} for one in RICH["lossy"]],
        "lossless_weight": 1,
    }
    plan = make_plan("sn5600", roce=RICH | changes)
    config = intended(plan, plan.device["su1-rail0-leaf"])
    changed = {table for table in config if config[table] != rich_leaf[table]}
    assert changed == {"SCHEDULER", "WRED_PROFILE"}


def test_shares_of_the_buffer_are_bytes_on_the_switch(make_plan: Callable[..., Plan]) -> None:
    plan = make_plan("7060x6-64pe", roce={"ecn": {"kmin_percent": 0.5, "kmax_percent": 1.0}})
    device = plan.device["su1-rail0-leaf"]
    row = intended(plan, device)["WRED_PROFILE"]["AZURE_LOSSLESS"]
    shared = shared_bytes(plan, device)
    assert shared is not None
    assert row["green_min_threshold"] == str(int(shared * 0.005))
    assert row["green_max_threshold"] == str(int(shared * 0.01))


def test_a_plan_that_was_not_checked_is_not_emitted_without_marking(
    make_plan: Callable[..., Plan],
) -> None:
    plan = make_plan()
    bare = replace(
        plan,
        platforms={
            name: one.model_copy(update={"wred": None}) for name, one in plan.platforms.items()
        },
    )
    with pytest.raises(ValueError, match="spine1 has no marking thresholds for rdma"):
        intended(bare, bare.device["spine1"])


def test_thresholds_fit_what_orchagent_can_read(configs: dict[str, ConfigDb]) -> None:
    for config in configs.values():
        for row in config["WRED_PROFILE"].values():
            sizes = [int(str(value)) for field, value in row.items() if "threshold" in field]
            assert sizes
            assert max(sizes) <= MAX_INT32

"""Maps, queues, schedulers and ECN."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from railwright.emitters.sonic_config import intended
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


def test_thresholds_fit_what_orchagent_can_read(configs: dict[str, ConfigDb]) -> None:
    for config in configs.values():
        for row in config["WRED_PROFILE"].values():
            sizes = [int(str(value)) for field, value in row.items() if "threshold" in field]
            assert sizes
            assert max(sizes) <= MAX_INT32

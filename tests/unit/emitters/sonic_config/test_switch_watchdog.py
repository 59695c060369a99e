"""PFC_WD: rows of every port that can be paused, with the planned times."""

from railwright.emitters.sonic_config import intended
from railwright.plan.model import Plan
from railwright.plan.watchdog import times
from railwright.sonic.configdb import ConfigDb
from tests.unit.plan.made import planned


def test_every_paused_port_is_watched_with_the_times_of_its_port_count(
    plan: Plan, configs: dict[str, ConfigDb]
) -> None:
    for name, config in configs.items():
        rows = config["PFC_WD"]
        expected = times(plan.intent.roce.watchdog, len(config["PORT"]))
        assert set(rows) - {"GLOBAL"} == set(plan.links_of[name])
        assert rows["GLOBAL"] == {"POLL_INTERVAL": str(expected.poll_ms)}
        for port in plan.links_of[name]:
            assert rows[port] == {
                "action": "drop",
                "detection_time": str(expected.detection_ms),
                "restoration_time": str(expected.restoration_ms),
            }


def test_both_lossless_classes_of_a_port_are_watched() -> None:
    plan = planned(
        {"roce": {"second": {"dscp": 34, "priority": 4}, "watchdog": {"action": "alert"}}}
    )
    config = intended(plan, plan.device["spine1"])
    ports = set(plan.links_of["spine1"])
    assert {config["PORT_QOS_MAP"][port]["pfcwd_sw_enable"] for port in ports} == {"3,4"}
    assert {config["PFC_WD"][port]["action"] for port in ports} == {"alert"}

"""PFC_WD: the stock rule, and what the intent changes of it."""

import pytest

from railwright.emitters.sonic_config.watchdog import WatchdogTimes, times
from railwright.intent.roce import Watchdog
from railwright.plan.model import Plan
from railwright.sonic.configdb import ConfigDb


@pytest.mark.parametrize(
    ("ports", "detection_ms", "poll_ms"),
    [
        (1, 200, 200),
        (32, 200, 200),
        (33, 400, 400),
        (64, 400, 400),
        (65, 600, 600),
        (96, 600, 600),
        (97, 800, 800),
        (98, 800, 800),
        (160, 1000, 1000),
        (161, 1200, 1000),
    ],
)
def test_stock_times_grow_with_the_ports(ports: int, detection_ms: int, poll_ms: int) -> None:
    assert times(Watchdog(), ports) == WatchdogTimes(detection_ms, detection_ms, poll_ms)


@pytest.mark.parametrize(
    ("watchdog", "expected"),
    [
        (Watchdog(detection_ms=200), WatchdogTimes(200, 600, 200)),
        (Watchdog(restoration_ms=300), WatchdogTimes(600, 300, 300)),
        (Watchdog(poll_ms=1000), WatchdogTimes(1000, 1000, 1000)),
        (Watchdog(poll_ms=100), WatchdogTimes(600, 600, 100)),
        (Watchdog(detection_ms=400, restoration_ms=500, poll_ms=100), WatchdogTimes(400, 500, 100)),
    ],
)
def test_what_the_intent_says_wins_and_the_poll_never_exceeds_the_times(
    watchdog: Watchdog, expected: WatchdogTimes
) -> None:
    assert times(watchdog, 96) == expected


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

"""PFC watchdog times: the stock rule, and what the intent changes of it."""

import pytest

from railwright.intent.roce import Watchdog
from railwright.plan.watchdog import WatchdogTimes, times, times_of
from tests.unit.plan.made import ALL_NETWORKS, planned


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


def test_times_of_a_switch_are_those_of_its_network_and_ports() -> None:
    roce = {"watchdog": {"detection_ms": 300}}
    plan = planned(ALL_NETWORKS, {"roce": roce})
    for device in plan.switches:
        if device.network == "compute":
            expected = times(Watchdog(detection_ms=300), len(plan.ports[device.name]))
        elif device.network == "storage":
            expected = times(Watchdog(), len(plan.ports[device.name]))
        else:
            assert times_of(plan, device) is None
            continue
        assert times_of(plan, device) == expected

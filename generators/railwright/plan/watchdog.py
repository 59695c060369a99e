"""PFC watchdog times: the intent's, else SONiC's stock rule by the number of ports."""

from dataclasses import dataclass

from railwright.intent.roce import Watchdog
from railwright.plan.model import Device, Plan
from railwright.plan.qos import roce_of

STOCK_STEP_MS = 200
STOCK_PORTS_PER_STEP = 32
MAX_POLL_MS = 1000
"""The stock rule: times grow by a step for every 32 rows of PORT, and the poll is capped
(source: sonic-utilities pfcwd/main.py, start_default)."""


@dataclass(frozen=True, slots=True)
class WatchdogTimes:
    """How long a queue may be paused before and after it counts as stuck, and how often it is read.

    Detection and restoration are never below the poll, which YANG demands.
    """

    detection_ms: int
    restoration_ms: int
    poll_ms: int


def times(watchdog: Watchdog, port_rows: int) -> WatchdogTimes:
    """Return the times of a switch with this many PORT rows: the intent's, else the stock rule's.

    A default gives way to what the intent says, so that one given time never breaks the order.
    """
    stock = STOCK_STEP_MS * max(1, -(-port_rows // STOCK_PORTS_PER_STEP))
    slowest = max(stock, watchdog.poll_ms or 0)
    detection = watchdog.detection_ms or slowest
    restoration = watchdog.restoration_ms or slowest
    poll = watchdog.poll_ms or min(stock, detection, restoration, MAX_POLL_MS)
    return WatchdogTimes(detection, restoration, poll)


def times_of(plan: Plan, device: Device) -> WatchdogTimes | None:
    """Return the times of a switch of the plan, None where no port can be paused."""
    roce = device.network and roce_of(plan.intent, device.network)
    return times(roce.watchdog, len(plan.ports[device.name])) if roce else None

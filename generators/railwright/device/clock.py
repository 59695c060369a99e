"""Time as the device code sees it: waiting that the user can interrupt."""

import threading
import time
from collections.abc import Callable
from typing import Protocol

from railwright.device.errors import InterruptError


class Clock(Protocol):
    """Monotonic time in seconds, waiting, and the question whether to go on."""

    def now(self) -> float:
        """Return seconds since an arbitrary start."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait. Raises: InterruptError when the run is stopped meanwhile."""
        ...

    def check(self) -> None:
        """Return if the run goes on. Raises: InterruptError when it was stopped."""
        ...


class RealClock:
    """The machine's clock; `stop` ends all waiting at once, from any thread."""

    def __init__(self) -> None:
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Let every wait and check of this clock raise InterruptError from now on."""
        self._stopped.set()

    def now(self) -> float:
        """Return the monotonic time in seconds."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait. Raises: InterruptError when the run is stopped meanwhile."""
        self._stopped.wait(seconds)
        self.check()

    def check(self) -> None:
        """Return if the run goes on. Raises: InterruptError when it was stopped."""
        if self._stopped.is_set():
            raise InterruptError("stopped by the user; run the command again to go on")


def wait_until(clock: Clock, done: Callable[[], bool], limit_s: float, step_s: float = 1.0) -> bool:
    """Return whether `done` became true within `limit_s` seconds; it is asked at least once."""
    deadline = clock.now() + limit_s
    while not done():
        if clock.now() >= deadline:
            return False
        clock.sleep(min(step_s, max(deadline - clock.now(), 0.0)))
    return True

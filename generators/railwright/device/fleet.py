"""One piece of work on many devices at once: logins, threads, and errors as values."""

from collections.abc import Callable, Iterable
from typing import TypeAlias, TypeVar

from nornir.core.task import Result as NornirResult
from nornir.core.task import Task

from railwright.device.clock import RealClock
from railwright.device.inventory import WORKERS, login_user, nornir
from railwright.device.runner import InterruptibleRunner
from railwright.device.session import Connector, Session, Target
from railwright.errors import RailwrightError
from railwright.plan.model import Device, Plan

_T = TypeVar("_T")
Outcome: TypeAlias = _T | RailwrightError
"""What the work returned for a device, or the error that ended it."""


class Fleet:
    """The live devices of one plan, reached through one connector."""

    def __init__(
        self, plan: Plan, connector: Connector, clock: RealClock, workers: int = WORKERS
    ) -> None:
        self.plan = plan
        self.clock = clock
        self._connector = connector
        self._workers = workers
        self._sessions: dict[str, Session] = {}

    def session(self, device: Device) -> Session:
        """Return the device's session; it is opened once and kept."""
        if device.name not in self._sessions:
            target = Target(device.name, device.management.address, login_user(self.plan, device))
            self._sessions[device.name] = self._connector.session(target)
        return self._sessions[device.name]

    def run(
        self,
        devices: Iterable[Device],
        work: Callable[[Session, Device], _T],
        done: Callable[[str], None] | None = None,
    ) -> dict[str, Outcome[_T]]:
        """Return what `work` returned on every device, or its error, in the order given.

        `done` is called with a device's name when it is finished, from that device's thread.
        Raises: whatever else `work` raises; KeyboardInterrupt after all devices have stopped.
        """
        wanted = tuple(devices)
        if not wanted:
            return {}  # Nornir would complain on the terminal
        for device in wanted:
            self.session(device)

        def task(task: Task) -> NornirResult:
            device: Device = task.host["device"]
            try:
                outcome: Outcome[_T] = work(self._sessions[device.name], device)
            except RailwrightError as err:
                outcome = err
            if done is not None:
                done(device.name)
            return NornirResult(host=task.host, result=outcome)

        runner = InterruptibleRunner(self._workers, self.clock)
        results = nornir(self.plan, wanted, runner).run(task)
        return {device.name: _unwrapped(results[device.name][0]) for device in wanted}


def _unwrapped(result: NornirResult) -> Outcome[_T]:
    if result.exception is not None:
        raise result.exception
    outcome: Outcome[_T] = result.result
    return outcome

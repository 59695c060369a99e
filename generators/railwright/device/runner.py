"""Running one task on many hosts at once, in threads, so that Ctrl-C ends it cleanly."""

from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from nornir.core.inventory import Host
from nornir.core.task import AggregatedResult, MultiResult, Task

from railwright.device.clock import RealClock


class InterruptibleRunner:
    """A Nornir runner with a limited number of threads.

    On Ctrl-C it stops `clock`, at which every running task ends at its next step and gives back
    what it holds; tasks not yet started are dropped.
    """

    def __init__(self, workers: int, clock: RealClock | None = None) -> None:
        self._workers = workers
        self._clock = clock

    def run(self, task: Task, hosts: list[Host]) -> AggregatedResult:
        """Run a copy of `task` for every host; a task's exception is in its result."""
        result = AggregatedResult(task.name)
        with ThreadPoolExecutor(max_workers=self._workers) as pool:
            running: dict[Future[MultiResult], str] = {
                pool.submit(task.copy().start, host): host.name for host in hosts
            }
            try:
                pending = set(running)
                while pending:
                    # A bounded wait, so that the main thread sees Ctrl-C.
                    done, pending = wait(pending, timeout=0.5, return_when=FIRST_COMPLETED)
                    for future in done:
                        result[running[future]] = future.result()
            except KeyboardInterrupt:
                if self._clock is not None:
                    self._clock.stop()
                pool.shutdown(wait=True, cancel_futures=True)
                raise
        return result

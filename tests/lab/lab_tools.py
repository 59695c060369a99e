"""Using a real lab from tests: commands in it, log-ins to its devices, waiting."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from railwright.lab.lifecycle import LabOptions
from railwright.lab.status import LabStatus, status
from tests.lab.lab_remains import Remains

CLUSTER = f"rw-test{os.environ.get('PYTEST_XDIST_WORKER', '')}"
"""A name of this worker alone: labs of one name cannot run beside each other."""
CONTROLLER = f"rw-{CLUSTER}-ctl"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "generators")}

EXECUTE = f"""
import os, sys
from pathlib import Path
from railwright.lab import execute
execute.run({CLUSTER!r}, sys.argv[3:], Path(sys.argv[2]), os.environ, Path(sys.argv[1]))
"""

UP = """
import sys
from pathlib import Path
from railwright import api
from railwright.lab import lifecycle
plan = api.load_plan(Path(sys.argv[1])).plan
options = lifecycle.LabOptions(cache=Path(sys.argv[2]), nodes=1, base=Path(sys.argv[3]))
lifecycle.up(plan, options, lambda line: print(line, flush=True))
"""


@dataclass(frozen=True)
class Lab:
    """A lab that runs, and what the host was like before it."""

    options: LabOptions
    intent: Path
    before: Remains

    def execute(self, *argv: str, timeout_s: float = 60.0) -> subprocess.CompletedProcess[str]:
        """Run a command in the lab, from a process of its own as the command line does."""
        return subprocess.run(
            [sys.executable, "-c", EXECUTE, str(self.options.base), str(self.intent), *argv],
            check=False,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            env=ENVIRONMENT,
        )

    def ssh(self, user_at_host: str, command: str) -> str:
        """Log in with the lab's key, host key checked, and return what the command printed."""
        script = (
            "exec ssh -F none -i $RAILWRIGHT_SSH_KEY -o UserKnownHostsFile=$RAILWRIGHT_KNOWN_HOSTS"
            ' -o StrictHostKeyChecking=yes -o BatchMode=yes "$0" "$1"'
        )
        done = self.execute("sh", "-c", script, user_at_host, command)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def status(self) -> LabStatus:
        return status(CLUSTER, self.options.base)


def wait_until(condition: Callable[[], bool], limit_s: float = 20.0, poll_s: float = 0.05) -> None:
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(poll_s)

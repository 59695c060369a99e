"""A small cluster of its own name, driven through the command line exactly as a user does."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from railwright import api
from railwright.plan.model import Plan

SECRET = "only-in-memory-7391"  # noqa: S105 (a value made up for this test)
PLAYBOOK = str(Path(sys.executable).with_name("ansible-playbook"))
RECAP = re.compile(r"^(\S+)\s+: ok=\d+ +changed=(\d+) +unreachable=(\d+) +failed=(\d+)", re.M)


@dataclass(frozen=True)
class Done:
    """A finished command."""

    code: int
    out: str

    @property
    def recap(self) -> dict[str, tuple[int, int, int]]:
        """Return changed, unreachable and failed by host of a playbook run."""
        return {name: (int(c), int(u), int(f)) for name, c, u, f in RECAP.findall(self.out)}

    @property
    def changed(self) -> set[str]:
        """Return the hosts a playbook run changed."""
        return {name for name, (changed, _, _) in self.recap.items() if changed}


@dataclass(frozen=True)
class Site:
    """A lab that is up, its intent and the checkout."""

    intent: Path
    root: Path

    @property
    def plan(self) -> Plan:
        return api.load_plan(self.intent).plan

    @property
    def cluster(self) -> str:
        return self.plan.intent.cluster

    def railwright(self, *words: str, timeout_s: float = 300) -> Done:
        """Run a verb on this host."""
        return self.run([sys.executable, "-m", "railwright", *words], timeout_s)

    def inside(self, *argv: str, timeout_s: float = 400) -> Done:
        """Run a command inside the lab."""
        return self.railwright("lab", "exec", str(self.intent), "--", *argv, timeout_s=timeout_s)

    def live(self, *words: str) -> Done:
        """Run a live verb inside the lab."""
        return self.inside(sys.executable, "-m", "railwright", *words)

    def json(self, *words: str) -> tuple[int, Any]:
        """Run a live verb inside the lab with JSON output."""
        done = self.live(*words, "--format", "json")
        return done.code, json.loads(done.out)

    def play(self, *options: str, timeout_s: float = 400) -> Done:
        """Run site.yml inside the lab."""
        return self.inside(PLAYBOOK, "site.yml", *options, timeout_s=timeout_s)

    def on(self, device: str, *argv: str) -> Done:
        """Run a command in a device's network namespace, on this host's file system."""
        return self.run(["ip", "netns", "exec", f"rw-{self.cluster}-{device}", *argv], 60)

    def config_db(self, switch: str, *command: str) -> Done:
        """Run a redis command on a switch's CONFIG_DB, as its root would by hand."""
        target = (
            f"{self.plan.intent.access.switch_user}@{self.plan.device[switch].management.address}"
        )
        script = (
            'exec ssh -F none -i "$RAILWRIGHT_SSH_KEY" -o StrictHostKeyChecking=yes '
            '-o UserKnownHostsFile="$RAILWRIGHT_KNOWN_HOSTS" -o BatchMode=yes "$@"'
        )
        quoted = " ".join(f"'{word}'" for word in command)
        return self.inside(
            "sh", "-c", script, "sh", target, f"sudo sonic-db-cli CONFIG_DB {quoted}"
        )

    def run(self, argv: list[str], timeout_s: float = 60) -> Done:
        """Run a command on this host, with the cluster's secret in the environment."""
        done = subprocess.run(
            argv,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout_s,
            cwd=self.root,
            env={
                **os.environ,
                "RAILWRIGHT_SECRET_SNMP_RO": SECRET,
                "NO_COLOR": "1",
                "ANSIBLE_NOCOLOR": "1",
            },
        )
        return Done(done.returncode, done.stdout)


def copied(source: Path, target: Path, edit: Callable[[str], str]) -> Path:
    """Write an edited copy of an intent; return where."""
    target.write_text(edit(source.read_text()))
    return target

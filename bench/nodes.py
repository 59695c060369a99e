"""What a pass over converged nodes costs, against `ansible ping` of the same hosts.

    .venv/bin/railwright lab up intent/cluster.yml --nodes 8
    .venv/bin/python -m bench.nodes intent/cluster.yml

Needs a running lab whose nodes are converged. Prints module executions per node (limit: 12), CPU
seconds per node on the controller and on the nodes, wall seconds, and the ratio of CPU to that of
a ping. The pass is `site.yml --tags nodes`: every role of every node.
"""

import argparse
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from bench.measure import BenchError, machine, measured

from railwright.lab import state
from railwright.lab.state import LabFolder

LIMIT = 12
EXECUTION = re.compile(r"^<\S+> SSH: EXEC ssh .*/usr/bin/python3", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds on the controller and on all nodes together, wall seconds."""

    controller_s: float
    nodes_s: float
    wall_s: float


def nodes_of(intent: Path) -> tuple[str, list[Path]]:
    """Return the cluster and the control groups of its running nodes."""
    from railwright import api  # noqa: PLC0415 (heavy)

    cluster = api.load_plan(intent).plan.intent.cluster
    known = state.load(LabFolder(state.RUN_FOLDER, cluster))
    if known is None:
        raise BenchError(f"no lab of {cluster} runs; start it: railwright lab up {intent}")
    found = [Path(known.cgroup) / one.name for one in known.members if one.kind == "node"]
    if not found:
        raise BenchError("no node runs; take the lab down and start it with --nodes 8")
    return cluster, found


def node_cpu_s(groups: list[Path]) -> float:
    """Return the CPU seconds that nodes have used since they started."""
    total = 0
    for group in groups:
        rows = (group / "cpu.stat").read_text().split()
        total += int(rows[rows.index("usage_usec") + 1])
    return total / 1e6


def inside(intent: Path, *argv: str) -> list[str]:
    """Return a command that runs in the lab."""
    railwright = [sys.executable, "-m", "railwright", "lab", "exec", str(intent), "--"]
    return [*railwright, str(Path(sys.executable).with_name(argv[0])), *argv[1:]]


def cost(argv: list[str], groups: list[Path]) -> Cost:
    """Run a command and return what it cost here and on the nodes."""
    before = node_cpu_s(groups)
    done = measured(argv)
    return Cost(done.cpu_s, node_cpu_s(groups) - before, done.wall_s)


def executions(argv: list[str], hosts: int) -> float:
    """Return how many Python programs a run starts per node over SSH."""
    done = subprocess.run(
        [*argv, "-vvv"], check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        raise BenchError(f"the pass ended with {done.returncode}:\n{done.stdout[-2000:]}")
    if changed := re.findall(r"^(\S+) +: ok=\d+ +changed=[1-9]", done.stdout, re.MULTILINE):
        raise BenchError(f"not converged: {', '.join(changed)} changed; run site.yml first")
    return len(EXECUTION.findall(done.stdout)) / hosts


def run(intent: Path) -> None:
    """Measure and print. Raises: BenchError where something does not run."""
    print(machine())
    _, groups = nodes_of(intent)
    count = len(groups)
    playbook = inside(intent, "ansible-playbook", "site.yml", "--tags", "nodes")
    ping = inside(intent, "ansible", "host", "-m", "ping")
    per_node = executions(playbook, count)
    measured(ping)  # connections are open then, for both
    time.sleep(1)
    rows = {"ping": cost(ping, groups), "pass": cost(playbook, groups)}
    least = rows["ping"].controller_s + rows["ping"].nodes_s
    print(f"{intent}: {count} nodes")
    print(f"module executions per node: {per_node:.1f} (limit {LIMIT})")
    print(f"{'':<6}{'controller s':>14}{'node s':>9}{'wall s':>9}{'x ping':>9}  per node, CPU")
    for label, one in rows.items():
        ratio = (one.controller_s + one.nodes_s) / least
        print(
            f"{label:<6}{one.controller_s / count:>14.2f}{one.nodes_s / count:>9.2f}"
            f"{one.wall_s:>9.1f}{ratio:>9.2f}"
        )


def main() -> int:
    """Run as a program."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("intent", type=Path, nargs="?", default=Path("intent/cluster.yml"))
    try:
        run(parser.parse_args().intent)
    except BenchError as err:
        print(err, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""How long the proof of deadlock freedom takes, and how much of it is simulated.

    .venv/bin/python -m bench.deadlock [INTENT...]

For every network with a lossless class of each intent (the reference and the 102,400-GPU fabric
unless some are given), medians of `--rounds` runs in one process:

    hops, turns     buffers of links between switches, and how many pairs of them may wait
    graph s         reading the sessions out of the plan
    any failure s   the proof itself: every turn that BGP may ever allow, and that no cycle is left
    quick s         what `railwright validate` does: graph, proof, lost routes
    prove s         what the report does: the same, victims, and the simulation of failures
    singles doubles failures the simulation covers, `all` or how many
    plain states/s  failures simulated one by one without regard to symmetry, per second

`--plain N` checks N double failures of each network one by one, without symmetry, and fails when
one has a cycle although the network is proven. Nothing is asserted about time.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from bench.measure import machine

from railwright.errors import RailwrightError
from railwright.intent.loader import load
from railwright.plan.build import build
from railwright.plan.deadlock.anyfailure import turns, waiting
from railwright.plan.deadlock.dependency import cycle_of, dependencies
from railwright.plan.deadlock.failures import doubles, doubles_count, sampled_doubles
from railwright.plan.deadlock.graph import SessionGraph, of_plan
from railwright.plan.deadlock.model import DeadlockProof
from railwright.plan.deadlock.proof import prove, quick
from railwright.plan.model import Plan
from railwright.plan.shape import Network

INTENTS = (Path("intent/cluster.yml"), Path("intent/examples/three-tier-102400.yml"))
LARGEST_PLAIN = 2_000_000  # sessions times prefixes of a state; beyond, one takes too long

HEADER = (
    f"{'cluster':<20}{'network':<9}{'hops':>8}{'turns':>9}{'graph s':>9}{'any failure s':>15}"
    f"{'quick s':>9}{'prove s':>9}{'singles':>9}{'doubles':>10}{'plain states/s':>16}"
)

T = TypeVar("T")


def timed(rounds: int, act: Callable[[], T]) -> tuple[float, T]:
    """Return the median time of `act` and what it returned last."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        result = act()
        times.append(time.perf_counter() - start)
    return statistics.median(times), result


def plain(graph: SessionGraph, count: int) -> tuple[str, bool]:
    """Return the rate of plain simulation, and whether some double failure has a cycle."""
    prefixes = sum(map(len, graph.origins.values()))
    if not count or not graph.pairs or 2 * len(graph.pairs) * prefixes > LARGEST_PLAIN:
        return "-", False
    every = doubles_count(graph) <= count
    tried = list(doubles(graph) if every else sampled_doubles(graph, count))
    seconds, cyclic = timed(1, lambda: any(cycle_of(dependencies(graph, one)) for one in tried))
    return f"{len(tried) / seconds:.0f} ({'all' if every else len(tried)})", cyclic


def covered(count: int, complete: bool) -> str:
    return "all" if complete else str(count)


def row(plan: Plan, network: Network, rounds: int, count: int) -> bool:
    """Print the row of one network; return whether plain simulation agrees with the proof."""
    graph_s, graph = timed(rounds, lambda: of_plan(plan, network))
    any_s, _ = timed(rounds, lambda: waiting(turns(graph)))
    quick_s, _ = timed(rounds, lambda: quick(plan, network))
    prove_s, proof = timed(rounds, lambda: prove(plan, network))
    rate, cyclic = plain(graph, count)
    print(
        f"{plan.intent.cluster:<20}{network:<9}{proof.hops:>8}{proof.dependencies:>9}"
        f"{graph_s:>9.3f}{any_s:>15.3f}{quick_s:>9.3f}{prove_s:>9.3f}"
        f"{covered(proof.singles, proof.complete_singles):>9}"
        f"{covered(proof.doubles, proof.complete_doubles):>10}{rate:>16}",
        flush=True,
    )
    return agrees(proof, cyclic)


def agrees(proof: DeadlockProof, cyclic: bool) -> bool:
    if proof.verdict == "proven" and not cyclic:
        return True
    cycle = proof.cycle.describe() if proof.cycle else "a cycle that the proof excludes"
    print(f"bench.deadlock: {proof.network}: {cycle}", file=sys.stderr)
    return False


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.deadlock",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("intents", nargs="*", type=Path, metavar="INTENT")
    parser.add_argument("--rounds", type=int, default=3, choices=range(1, 100), metavar="N")
    parser.add_argument(
        "--plain", type=int, default=500, metavar="N", help="default: %(default)s; 0 for none"
    )
    arguments = parser.parse_args(argv)
    print(machine())
    print(HEADER)
    sound = True
    try:
        for path in arguments.intents or INTENTS:
            plan = build(load(path).intent)
            for network in plan.qos:
                sound = row(plan, network, arguments.rounds, arguments.plain) and sound
    except (RailwrightError, OSError) as err:
        print(f"bench.deadlock: {err}", file=sys.stderr)
        return 1
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())

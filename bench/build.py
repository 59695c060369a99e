"""How long an intent takes to files, against the floor of writing the same bytes.

    .venv/bin/python -m bench.build [INTENT]

Prints medians of several fresh processes: wall and CPU seconds, peak MiB (summed PSS of the
process tree), and the ratio of wall time to the floor. `build` writes into an empty folder,
`unchanged` builds again what is there, `floor` encodes the same JSON with orjson and writes the
same bytes, nothing else.
"""

import argparse
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from bench.floor import in_own_process
from bench.measure import MIB, BenchError, machine, measured, median


def run(intent: Path, rounds: int, base: Path) -> None:
    """Measure and print. Raises: BenchError when a build fails."""
    print(machine())
    out = base / "build"
    build = [sys.executable, "-m", "railwright", "build", str(intent), "--out", str(out)]
    cold, floors = [], []
    for attempt in range(rounds):
        shutil.rmtree(out, ignore_errors=True)
        cold.append(measured(build))
        floors.append(in_own_process(next(out.iterdir()), base / f"floor{attempt}"))
    again = [measured(build) for _ in range(rounds)]
    least_s = statistics.median(one.wall_s for one in floors)
    least_cpu_s = statistics.median(one.cpu_s for one in floors)
    print(f"{intent}: {floors[0].files} files, {floors[0].size_bytes / MIB:.1f} MiB")
    print(f"{'':<10}{'wall s':>8}{'CPU s':>8}{'MiB':>8}{'x floor':>9}")
    for label, rows in (("build", cold), ("unchanged", again)):
        cost = median(rows)
        print(
            f"{label:<10}{cost.wall_s:>8.2f}{cost.cpu_s:>8.2f}{cost.tree_mib:>8.0f}"
            f"{cost.wall_s / least_s:>9.1f}"
        )
    print(f"{'floor':<10}{least_s:>8.2f}{least_cpu_s:>8.2f}{'':>8}{1:>9.1f}")


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.build",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "intent", nargs="?", type=Path, default=Path("intent/cluster.yml"), metavar="INTENT"
    )
    parser.add_argument(
        "--rounds",
        type=int,
        default=5,
        choices=range(1, 100),
        metavar="N",
        help="default: %(default)s",
    )
    arguments = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory(prefix="railwright-bench-") as name:
            run(arguments.intent, arguments.rounds, Path(name))
    except BenchError as err:
        print(f"bench.build: {err}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""How long the cabling folder takes by itself: from a plan in memory to files on disk, no PDF.

    .venv/bin/python -m bench.cabling_folder INTENT TARGET

Loads and plans INTENT, makes its cables, and only then starts the clock: pulls, sheets and their
files, one after another in this one process. Prints one JSON object: `wall_s` and `cpu_s` of all
of it, `of` with the same of every kind of sheet, `cables`.
"""

import argparse
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson
from bench.measure import BenchError

from railwright import api
from railwright.emitters import cabling

Spent = tuple[float, float]
"""Wall and CPU seconds."""


@dataclass(frozen=True, slots=True)
class Folder:
    """What writing a cabling folder took, in all and by kind of sheet, and how many cables."""

    wall_s: float
    cpu_s: float
    of: dict[str, Spent]
    cables: int


def spent_on(intent: Path, target: Path) -> Folder:
    """Write the cabling folder of an intent below a folder; return what it took."""
    plan = api.load_plan(intent).plan
    cables = sum(cable.deployed for cable in plan.cabled.cables)
    of: dict[str, Spent] = {}
    start = last = _now()
    for part in cabling.parts(plan, frozenset()):
        for file in part():
            path = target / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.content)
        now = _now()
        name = getattr(part, "func", part).__module__.removeprefix(f"{cabling.__name__}.")
        of[name] = _sum(of.get(name, (0.0, 0.0)), _difference(now, last))
        last = now
    wall_s, cpu_s = _difference(last, start)
    return Folder(wall_s, cpu_s, of, cables)


def in_own_process(intent: Path, target: Path) -> Folder:
    """Return `spent_on`, measured in a fresh process. Raises: BenchError."""
    argv = [sys.executable, "-m", "bench.cabling_folder", str(intent.resolve()), str(target)]
    root = Path(__file__).parents[1]
    done = subprocess.run(argv, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchError(f"{' '.join(argv)}: exit status {done.returncode}\n{done.stderr}")
    return Folder(**orjson.loads(done.stdout))


def _now() -> Spent:
    return time.perf_counter(), time.process_time()


def _difference(one: Spent, other: Spent) -> Spent:
    return one[0] - other[0], one[1] - other[1]


def _sum(one: Spent, other: Spent) -> Spent:
    return one[0] + other[0], one[1] + other[1]


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench.cabling_folder",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("intent", type=Path, metavar="INTENT", help="an intent file")
    parser.add_argument("target", type=Path, metavar="TARGET", help="an empty folder")
    arguments = parser.parse_args()
    print(orjson.dumps(asdict(spent_on(arguments.intent, arguments.target))).decode())


if __name__ == "__main__":
    main()

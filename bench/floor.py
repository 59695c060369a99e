"""What no program that writes the same files can undercut: encode JSON, write bytes, no more.

    .venv/bin/python -m bench.floor BUILD TARGET

Reads every file of BUILD, with JSON parsed, and writes it below TARGET. Only encoding (orjson,
which indents by two where SONiC's own layout has four) and writing the original bytes are timed;
reading and parsing are not. Prints one JSON object: `wall_s`, `cpu_s`, `files`, `size_bytes`.
"""

import argparse
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson
from bench.measure import BenchError, files_below


@dataclass(frozen=True, slots=True)
class Floor:
    """What encoding and writing a build took, and how much that was."""

    wall_s: float
    cpu_s: float
    files: int
    size_bytes: int


def floor(source: Path, target: Path) -> Floor:
    """Copy a build as the fastest encoder would write it."""
    wall = cpu = 0.0
    paths = files_below(source)
    size = 0
    for path in paths:
        content = path.read_bytes()
        value = orjson.loads(content) if path.suffix == ".json" else None
        copy = target / path.relative_to(source)
        start, start_cpu = time.perf_counter(), time.process_time()
        if value is not None:
            orjson.dumps(value, option=orjson.OPT_INDENT_2)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(content)
        wall += time.perf_counter() - start
        cpu += time.process_time() - start_cpu
        size += len(content)
    return Floor(wall, cpu, len(paths), size)


def in_own_process(source: Path, target: Path) -> Floor:
    """Return the floor of a build, measured in a fresh process. Raises: BenchError."""
    argv = [sys.executable, "-m", "bench.floor", str(source), str(target)]
    root = Path(__file__).parents[1]
    done = subprocess.run(argv, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchError(f"{' '.join(argv)}: exit status {done.returncode}\n{done.stderr}")
    return Floor(**orjson.loads(done.stdout))


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench.floor",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("build", type=Path, metavar="BUILD", help="a build folder")
    parser.add_argument("target", type=Path, metavar="TARGET", help="an empty folder")
    arguments = parser.parse_args()
    print(orjson.dumps(asdict(floor(arguments.build, arguments.target))).decode())


if __name__ == "__main__":
    main()

"""How long the reference takes from intent to files, against the floor of writing the same bytes.

    .venv/bin/python bench/build.py [INTENT]

Every figure is the median of several fresh processes; `floor` writes the same files with nothing
else done.
"""

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 5


def measured(argv: list[str]) -> tuple[float, float, float]:
    """Run a command; return wall seconds, CPU seconds and peak memory in MiB."""
    start = time.perf_counter()
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(argv)} failed with {process.returncode}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def median(rows: list[tuple[float, float, float]]) -> tuple[float, ...]:
    return tuple(statistics.median(column) for column in zip(*rows, strict=True))


def main() -> None:
    intent = sys.argv[1] if len(sys.argv) > 1 else "intent/cluster.yml"
    railwright = [sys.executable, "-m", "railwright"]
    with tempfile.TemporaryDirectory() as name:
        out = Path(name) / "build"
        build = [*railwright, "build", intent, "--out", str(out)]
        cold = []
        for _ in range(ROUNDS):
            shutil.rmtree(out, ignore_errors=True)
            cold.append(measured(build))
        again = [measured(build) for _ in range(ROUNDS)]
        cluster = next(out.iterdir())
        files = json.loads((cluster / "manifest.json").read_bytes())["files"]
        contents = {path: (cluster / path).read_bytes() for path in files}
        floor = []
        for attempt in range(ROUNDS):
            base = Path(name) / f"floor{attempt}"
            start, cpu = time.perf_counter(), time.process_time()
            for path, content in contents.items():
                target = base / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
            floor.append((time.perf_counter() - start, time.process_time() - cpu, 0.0))
    size = sum(map(len, contents.values())) / 2**20
    print(f"{intent}: {len(contents)} files, {size:.1f} MiB")
    print(f"{'':<10}{'wall s':>8}{'CPU s':>8}{'MiB':>8}{'x floor':>9}")
    base_wall = median(floor)[0]
    for label, rows in (("build", cold), ("unchanged", again), ("floor", floor)):
        wall, cpu, memory = median(rows)
        print(f"{label:<10}{wall:>8.2f}{cpu:>8.2f}{memory:>8.0f}{wall / base_wall:>9.1f}")
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"(this program itself: {own:.0f} MiB)")


if __name__ == "__main__":
    main()

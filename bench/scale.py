"""How the time from intent to files grows with the cluster, against the floor of writing it.

    .venv/bin/python -m bench.scale [GPUS...]

Makes an intent of every size, 1024 to 102400 GPUs unless sizes are given, and builds it with
`python -m railwright build` in a fresh process and an empty folder, `--rounds` times; the largest
once more with a floor, where every cable is as long as its way. A row holds the medians of these
runs:

    rows            of racks on the floor, - without one
    wall s, CPU s   of the whole process, start and children included
    PSS MiB         peak of the summed PSS of the process tree, sampled from /proc
    RSS MiB         largest resident set of any one process, from the kernel
    devices         switches and nodes that got configuration
    ms/dev, x first wall time per device, and its ratio to the first row
    files, MiB      what was written
    floor s         wall time to encode the same JSON with orjson and to write the same bytes,
                    nothing else, in a process of its own; `x floor` is the build's ratio to it

Sheets for technicians are part of it as long as `build` writes them unasked; of more than 20,000
cables it writes the table of cables alone, and the size is smaller per device from there on.

Nothing is asserted about time. What is written (1.5 GB at the top, twice for a moment) goes to a
temporary folder below --folder and is removed after each build.
"""

import argparse
import math
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.floor import in_own_process
from bench.measure import MIB, BenchError, Measured, machine, measured, median

SIZES = (1024, 4096, 16384, 65536, 102400)
GPUS_PER_NODE = 8
TWO_TIERS_GPUS = 4096  # what leaves and spines of 64 x 800G join without blocking

INTENT = """\
cluster: gpus-{gpus}
nodes:
  gpu:
    model: dgx-h100
    count: {nodes}
networks:
  compute:
    design: {design}
    leaf: cx864e-n
    spine: cx864e-n
    oversubscription: 1.0
pools:
  compute_hosts: 10.16.0.0/12
  compute_links: 10.240.0.0/12
  loopbacks: 10.224.0.0/14
  inband: 10.48.0.0/12
  oob: 10.64.0.0/12
roce:
  data_dscp: 26
  priority: 3
  cnp_dscp: 48
  cnp_priority: 6
services:
  dns_servers: [10.50.1.10, 10.50.1.11]
  ntp_servers: [10.50.1.10, 10.50.1.11]
  syslog_servers: [10.50.1.10, 10.50.1.11]
lengths:
  host_m: 5
  fabric_m: 40
"""
GPUS_PER_ROW = 1024
FLOOR = "floor: {{ rows: {rows} }}\n"


@dataclass(frozen=True, slots=True)
class Row:
    """One size: medians of the builds, and what one of them left on disk."""

    gpus: int
    rows: int
    build: Measured
    floor_s: float
    devices: int
    files: int
    size_bytes: int

    @property
    def ms_per_device(self) -> float:
        """Return the wall time of one device."""
        return self.build.wall_s * 1000 / self.devices


def intent_text(gpus: int, rows: int) -> str:
    """Return an intent for so many GPUs: rail-optimized as far as two tiers reach, then pods.

    They stand in so many rows of racks, nowhere if there are none.
    """
    design = "rail-optimized" if gpus <= TWO_TIERS_GPUS else "three-tier"
    text = INTENT.format(gpus=gpus, nodes=gpus // GPUS_PER_NODE, design=design)
    return text + (FLOOR.format(rows=rows) if rows else "")


def run(gpus: int, rows: int, rounds: int, folder: Path) -> Row:
    """Build one size `rounds` times and measure the floor of what it wrote.

    Raises: BenchError when a build fails.
    """
    builds, floors = [], []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(prefix=f"railwright-scale-{gpus}-", dir=folder) as name:
            base = Path(name)
            intent = base / "intent.yml"
            intent.write_text(intent_text(gpus, rows))
            out = base / "build"
            argv = [sys.executable, "-m", "railwright", "build", str(intent), "--out", str(out)]
            builds.append(measured(argv))
            cluster = next(out.iterdir())
            devices = sum(len(list(cluster.glob(part))) for part in ("switches/*", "nodes/*"))
            least = in_own_process(cluster, base / "floor")
            floors.append(least.wall_s)
    floor_s = statistics.median(floors)
    return Row(gpus, rows, median(builds), floor_s, devices, least.files, least.size_bytes)


def sizes(gpus: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield every size with its rows of racks: all without a floor, the largest with one too."""
    yield from ((one, 0) for one in gpus)
    yield max(gpus), math.ceil(max(gpus) / GPUS_PER_ROW)


HEADER = (
    f"{'GPUs':>7}{'rows':>5}{'wall s':>9}{'CPU s':>9}{'PSS MiB':>9}{'RSS MiB':>9}{'devices':>9}"
    f"{'ms/dev':>8}{'x first':>9}{'files':>9}{'MiB':>8}{'floor s':>9}{'x floor':>9}"
)


def line(row: Row, first: Row) -> str:
    """Return a row of the table."""
    build = row.build
    return (
        f"{row.gpus:>7}{row.rows or '-':>5}{build.wall_s:>9.2f}{build.cpu_s:>9.2f}"
        f"{build.tree_mib:>9.0f}{build.process_mib:>9.0f}{row.devices:>9}{row.ms_per_device:>8.2f}"
        f"{row.ms_per_device / first.ms_per_device:>9.2f}{row.files:>9}"
        f"{row.size_bytes / MIB:>8.1f}{row.floor_s:>9.2f}{build.wall_s / row.floor_s:>9.1f}"
    )


def _gpus(text: str) -> int:
    gpus = int(text) if text.isdecimal() else 0
    if gpus < GPUS_PER_NODE or gpus % GPUS_PER_NODE:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a number of GPUs; give a multiple of {GPUS_PER_NODE}"
        )
    return gpus


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.scale",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("gpus", nargs="*", type=_gpus, metavar="GPUS", help=f"default: {SIZES}")
    parser.add_argument(
        "--rounds",
        type=int,
        default=3,
        choices=range(1, 100),
        metavar="N",
        help="default: %(default)s",
    )
    parser.add_argument("--folder", type=Path, help="where to build (default: the system's)")
    arguments = parser.parse_args(argv)
    print(machine())
    print(HEADER)
    first: Row | None = None
    try:
        for gpus, rows in sizes(arguments.gpus or SIZES):
            row = run(gpus, rows, arguments.rounds, arguments.folder)
            first = first or row
            print(line(row, first), flush=True)
    except BenchError as err:
        print(f"bench.scale: {gpus} GPUs: {err}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

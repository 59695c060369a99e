"""How long the sheets for technicians take, and how much of it is the spreadsheet library's.

    .venv/bin/python -m bench.cabling [INTENT] [--no-pdf]

Prints medians of several fresh processes, wall and CPU seconds, and the ratio of each wall time to
that of the cabling folder:

    folder      from a plan in memory to the files below cabling/, one process, no PDF; below it
                the kinds of sheets it is made of
    xlsx        XlsxWriter alone for the same cells and formats, read back from those workbooks
    build       the whole `railwright build` into an empty folder, every process of it
    build --pdf the same with the PDF files
"""

import argparse
import shutil
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench import cabling_folder, xlsx_floor
from bench.measure import BenchError, machine, measured

Spent = tuple[float, float]
"""Wall and CPU seconds."""


def run(intent: Path, rounds: int, base: Path, *, pdf: bool) -> None:
    """Measure and print. Raises: BenchError when a build fails."""
    print(machine())
    folders, floors = [], []
    for attempt in range(rounds):
        target = base / f"folder{attempt}"
        folders.append(cabling_folder.in_own_process(intent, target))
        if workbooks := sorted(target.rglob("*.xlsx")):
            floors.append(xlsx_floor.in_own_process(workbooks))
    files = [path for path in target.rglob("*") if path.is_file()]
    cells = f", {floors[0].cells} cells in workbooks" if floors else ", no workbook"
    size_mib = sum(path.stat().st_size for path in files) / 2**20
    print(f"{intent}: {folders[0].cables} cables, {len(files)} files, {size_mib:.1f} MiB{cells}")
    print(f"{'':<14}{'wall s':>8}{'CPU s':>8}{'x folder':>10}")
    whole = _median([(one.wall_s, one.cpu_s) for one in folders])
    _line("folder", whole, whole)
    for name in folders[0].of:
        _line(f"  {name}", _median([one.of[name] for one in folders]), whole)
    if floors:
        _line("xlsx", _median([(one.wall_s, one.cpu_s) for one in floors]), whole)
    for flags in ([], ["--pdf"]) if pdf else ([],):
        _line(" ".join(["build", *flags]), _build(intent, flags, rounds, base / "build"), whole)


def _build(intent: Path, flags: Sequence[str], rounds: int, out: Path) -> Spent:
    argv = [sys.executable, "-m", "railwright", "build", str(intent), "--out", str(out), *flags]
    runs = []
    for _ in range(rounds):
        shutil.rmtree(out, ignore_errors=True)
        runs.append(measured(argv))
    return _median([(one.wall_s, one.cpu_s) for one in runs])


def _median(runs: Sequence[Spent]) -> Spent:
    wall_s, cpu_s = zip(*runs, strict=True)
    return statistics.median(wall_s), statistics.median(cpu_s)


def _line(label: str, spent: Spent, whole: Spent) -> None:
    print(f"{label:<14}{spent[0]:>8.2f}{spent[1]:>8.2f}{spent[0] / whole[0]:>10.2f}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.cabling",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "intent", nargs="?", type=Path, default=Path("intent/cluster.yml"), metavar="INTENT"
    )
    parser.add_argument("--no-pdf", action="store_true", help="leave out the build with PDF files")
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
            run(arguments.intent, arguments.rounds, Path(name), pdf=not arguments.no_pdf)
    except BenchError as err:
        print(f"bench.cabling: {err}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

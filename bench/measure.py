"""Running a command in a process of its own and measuring what it and its children take."""

import os
import platform
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass
from pathlib import Path

MIB = 2**20
SAMPLE_S = 0.02
SAMPLE_SHARE = 0.05  # of the time, at most, goes into looking at memory
LAST_LINES = 12


class BenchError(Exception):
    """A measurement is impossible; the text says which and why."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One run, or the medians of several.

    Attributes:
        wall_s: From before the process is made until it is reaped.
        cpu_s: User and system time, children included.
        tree_mib: Peak of the summed PSS of the process and its descendants, sampled. A process
            that lives for less than a sample has none.
        process_mib: Largest resident set of any one of these processes, as the kernel kept it.
    """

    wall_s: float
    cpu_s: float
    tree_mib: float
    process_mib: float


def machine() -> str:
    """Return what figures depend on; a load above zero means that others are being served too."""
    cores = len(os.sched_getaffinity(0))
    load = os.getloadavg()[0]
    return f"{cores} cores, Python {platform.python_version()}, load {load:.2f} before the start"


def measured(argv: Sequence[str], cwd: Path | None = None, **environment: str) -> Measured:
    """Run a command to its end. Raises: BenchError with its last words when it fails."""
    with tempfile.TemporaryFile() as words:
        start = time.perf_counter()
        process = subprocess.Popen(
            argv,
            cwd=cwd,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=subprocess.STDOUT,
        )
        with _Sampler(process.pid) as sampler:
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            words.seek(0)
            lines = words.read().decode(errors="replace").splitlines()[-LAST_LINES:]
            said = "".join(f"\n    {line}" for line in lines)
            raise BenchError(f"{' '.join(argv)}: exit status {process.returncode}{said}")
    cpu = usage.ru_utime + usage.ru_stime
    return Measured(wall, cpu, sampler.peak_bytes / MIB, usage.ru_maxrss / 1024)


def median(runs: Sequence[Measured]) -> Measured:
    """Return the median of each figure over several runs."""
    return Measured(
        *(statistics.median(column) for column in zip(*map(astuple, runs), strict=True))
    )


def files_below(folder: Path) -> list[Path]:
    """Return every regular file below a folder, sorted."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


class _Sampler(threading.Thread):
    """Keeps the largest PSS of a process tree while the block runs."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.peak_bytes = 0
        self._pid = pid
        self._ended = threading.Event()

    def __enter__(self) -> "_Sampler":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self.join()

    def run(self) -> None:
        pause = SAMPLE_S
        while not self._ended.wait(pause):
            start = time.thread_time()
            self.peak_bytes = max(self.peak_bytes, sum(map(_pss_bytes, _tree(self._pid))))
            pause = max(SAMPLE_S, (time.thread_time() - start) / SAMPLE_SHARE)


def _tree(pid: int) -> Iterator[int]:
    yield pid
    with suppress(OSError):  # it may end while it is looked at
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in children.read_text().split():
                yield from _tree(int(child))


def _pss_bytes(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0

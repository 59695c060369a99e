"""Runs libyang's `yanglint` over instance documents and reads its complaints.

libyang stops at the first thing wrong in a document, and yanglint at the first wrong document, so
one process serves all documents while everything is right, and one more per wrong document.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from railwright.errors import RailwrightError

_TIMEOUT_S = 600
_DOCUMENTS_PER_PROCESS = 32  # bounds the memory of one process: it keeps every tree until its end
_REPORT = re.compile(r"^libyang(?: err |\[0\]): ", re.MULTILINE)
_OTHER = re.compile(
    r"^(?:libyang (?:warn|verb|dbg)|libyang\[[1-3]\]|YANGLINT\[\w\]).*", re.MULTILINE
)
_FAILED = re.compile(r'^YANGLINT\[E\]: Failed to parse input data file "(.+)"', re.MULTILINE)
# `reason. (Data location "/a:b/c", line number 6.)`; libyang 3 writes `reason. (/a:b/c) (line 6)`.
_PLACED = re.compile(
    r"""(?P<reason>.*)\((?:path:\ )?(?:(?:Data|Schema)\ location\ )?"?(?P<path>/.+?)"?
        (?:(?:,\ |\)\ \()line\ (?:number\ )?(?P<line>\d+))?\.?\)$""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Complaint:
    """The first thing libyang finds wrong in a document.

    `path` is a data path with key predicates, or, when no instance can be named, a schema path
    without them; `""` if libyang gives none. `line` is 1-based, 0 if libyang gives none.
    """

    reason: str
    path: str = ""
    line: int = 0


def first_complaints(models: Sequence[Path], documents: Sequence[str]) -> list[Complaint | None]:
    """Return for every XML document its first complaint, None where it is valid.

    All of `models` are implemented, so that conditions across modules are evaluated.

    Raises: RailwrightError if yanglint is missing, cannot load the models, or fails otherwise.
    """
    program = shutil.which("yanglint")
    if program is None:
        raise RailwrightError(
            "checking against YANG models needs the program yanglint, which is not on PATH; "
            "install it with: apt install libyang-tools"
        )
    processors = len(os.sched_getaffinity(0))
    size = max(1, min(_DOCUMENTS_PER_PROCESS, -(-len(documents) // processors)))
    command = [program, "-t", "config", *(str(model) for model in models)]
    with tempfile.TemporaryDirectory(prefix="railwright-yang-") as folder:
        files = []
        for number, document in enumerate(documents):
            files.append(Path(folder) / f"{number}.xml")
            files[-1].write_text(document, encoding="utf-8")
        batches = [files[start : start + size] for start in range(0, len(files), size)]
        with ThreadPoolExecutor(processors) as pool:
            results = pool.map(lambda batch: _check(command, batch), batches)
            return [complaint for batch in results for complaint in batch]


def _check(command: list[str], files: Sequence[Path]) -> list[Complaint | None]:
    complaints: list[Complaint | None] = []
    while len(complaints) < len(files):
        rest = files[len(complaints) :]
        text = _run([*command, *(str(file) for file in rest)])
        if text is None:
            return [*complaints, *(None for _ in rest)]
        failed = _FAILED.search(text)
        if failed is None or Path(failed[1]) not in rest:
            raise RailwrightError(f"yanglint cannot use these YANG models:\n{_errors(text)}")
        complaints += [None] * rest.index(Path(failed[1]))
        complaints.append(read_complaint(text[: failed.start()]))
    return complaints


def _run(command: list[str]) -> str | None:
    """Run yanglint; return None if everything is valid, else what it wrote to standard error."""
    try:
        # The program comes from PATH and all its arguments are file names; no shell reads them.
        done = subprocess.run(  # noqa: S603
            command,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise RailwrightError(f"yanglint did not finish within {_TIMEOUT_S} s") from error
    except OSError as error:
        raise RailwrightError(f"cannot run {command[0]}: {error.strerror}") from error
    if done.returncode < 0:
        raise RailwrightError(f"yanglint was ended by signal {-done.returncode}")
    return done.stderr if done.returncode else None


def _errors(text: str) -> str:
    kept = [line for line in text.splitlines() if "warn" not in line.partition(":")[0]]
    return "\n".join(kept[-5:]) or "it gave no reason"


def read_complaint(text: str) -> Complaint:
    """Return the first complaint in yanglint's standard error; warnings are passed over."""
    reports = _REPORT.split(_OTHER.sub("", text))
    if len(reports) < 2:
        return Complaint("refused without a reason")
    report = " ".join(reports[1].split())
    placed = _PLACED.match(report)
    if placed is None:
        return Complaint(report)
    return Complaint(placed["reason"].rstrip(" .:"), placed["path"], int(placed["line"] or 0))

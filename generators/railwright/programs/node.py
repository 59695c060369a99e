"""What every program on a node shares: its tools, its files, what it found and how it says so."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

IN_SYNC, FAILED, DIFFERENT = 0, 1, 2
"""Exit codes: as wanted; something went wrong, which stderr says; something is different."""
PATHS = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""Where tools are looked for besides the caller's PATH, which may lack those of root."""
TOOL_SECONDS = 120


class TroubleError(Exception):
    """What went wrong and what to do about it, each in a few words."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}; {remedy}")
        self.what = what
        self.remedy = remedy


@dataclass(frozen=True)
class Done:
    """How a tool ended: its exit code and both of its outputs."""

    code: int
    out: str
    err: str

    @property
    def words(self) -> str:
        """Return the last line that says something, of stderr before stdout."""
        lines = (self.err.strip() or self.out.strip()).splitlines()
        return lines[-1].strip() if lines else f"exit code {self.code}"


@dataclass(frozen=True)
class Difference:
    """One thing that is not as wanted, all in words for people."""

    name: str
    running: str
    wanted: str


@dataclass(frozen=True)
class Pending:
    """One thing that is set and waits: `remedy` is reset (of the device), reboot or cold."""

    name: str
    running: str
    next: str
    remedy: str


@dataclass
class Report:
    """What a program found; `troubles` are what it could not look at."""

    differences: list[Difference] = field(default_factory=list)
    pending: list[Pending] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def add(self, other: Report) -> None:
        """Take over what another report says."""
        self.differences += other.differences
        self.pending += other.pending
        self.warnings += other.warnings
        self.troubles += other.troubles

    @property
    def code(self) -> int:
        """Return the exit code that goes with this report."""
        if self.troubles:
            return FAILED
        return DIFFERENT if self.differences else IN_SYNC

    def lines(self) -> Iterable[str]:
        """Yield the report as lines for people."""
        for one in self.differences:
            yield f"{one.name}: {one.running} -> {one.wanted}"
        for other in self.pending:
            yield f"{other.name}: {other.running} -> {other.next} after {other.remedy}"
        for text in self.warnings:
            yield f"warning: {text}"

    def tell(self, *, as_json: bool) -> int:
        """Write the report to stdout, what went wrong to stderr, and return the exit code."""
        if as_json:
            found = asdict(self)
            found.pop("troubles")
            sys.stdout.write(json.dumps(found, indent=2) + "\n")
        else:
            sys.stdout.writelines(f"{line}\n" for line in self.lines())
        sys.stderr.writelines(f"{one}\n" for one in self.troubles)
        return self.code


@dataclass(frozen=True)
class Machine:
    """The node itself: its files below `root` and its tools."""

    root: Path = Path("/")

    def path(self, text: str) -> Path:
        """Return where an absolute path of the node is."""
        return self.root / text.lstrip("/")

    def read(self, text: str) -> str | None:
        """Return a file's text without the blanks around it, None where there is none to read."""
        try:
            return self.path(text).read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            return None

    def write(self, text: str, value: str) -> None:
        """Write a value into a file of the kernel. Raises: TroubleError."""
        try:
            self.path(text).write_text(f"{value}\n", encoding="ascii")
        except OSError as error:
            what = f"{text} does not take {value} ({error.strerror})"
            raise TroubleError(what, "run as root, and look at `dmesg` for the driver") from None

    def names(self, text: str) -> list[str]:
        """Return the names in a folder in order, none where there is no folder."""
        try:
            return sorted(one.name for one in self.path(text).iterdir())
        except OSError:
            return []

    def tool(self, name: str, remedy: str) -> str:
        """Return the path of a tool. Raises: TroubleError with the remedy where it is missing."""
        found = shutil.which(name, path=_search())
        if found is None:
            raise TroubleError(f"{name} is not installed", remedy)
        return found

    def run(self, argv: Sequence[str], remedy: str) -> Done:
        """Run a tool to its end, without input. Raises: TroubleError if it is missing or hangs."""
        command = [self.tool(argv[0], remedy), *argv[1:]]
        try:
            done = subprocess.run(  # noqa: S603 (fixed tools, arguments are no shell text)
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=TOOL_SECONDS,
                env={**os.environ, "PATH": _search(), "LC_ALL": "C"},
                check=False,
            )
        except subprocess.TimeoutExpired:
            what = f"`{' '.join(argv)}` has not ended after {TOOL_SECONDS} s"
            raise TroubleError(
                what, "look at `dmesg` for the device, and power the node off"
            ) from None
        except OSError as error:
            raise TroubleError(f"{argv[0]} does not start ({error.strerror})", remedy) from None
        return Done(done.returncode, done.stdout, done.stderr)

    def succeed(self, argv: Sequence[str], remedy: str) -> str:
        """Run a tool and return what it says. Raises: TroubleError if it fails, too."""
        done = self.run(argv, remedy)
        if done.code:
            raise TroubleError(f"`{' '.join(argv)}`: {done.words}", remedy)
        return done.out


def _search() -> str:
    return f"{os.environ.get('PATH', '')}:{PATHS}".lstrip(":")


def settings_of(text: str) -> dict[str, str]:
    """Return the `KEY=value` lines of a text; of a key given twice the last counts."""
    found = {}
    for line in map(str.strip, text.splitlines()):
        key, separator, value = line.partition("=")
        if separator and not line.startswith(("#", ";")):
            found[key.strip()] = value.strip().strip("\"'")
    return found


def replace_file(path: Path, text: str) -> None:
    """Write a file so that no reader ever sees half of it. Raises: TroubleError."""
    draft = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Never a name that others can guess: the folder may be a service's, and a link it lays
        # there would lead the write and the mode to a file of root's.
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        draft = Path(name)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            os.fchmod(handle, 0o644)
        draft.replace(path)
    except OSError as error:
        if draft is not None:
            draft.unlink(missing_ok=True)
        raise TroubleError(
            f"{path} cannot be written ({error.strerror})", "make room there"
        ) from None

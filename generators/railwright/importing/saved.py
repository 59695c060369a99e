"""Saved output of a command: read within limits, freed of colours, with a place for problems."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from railwright.errors import Problem, RailwrightError

MAX_BYTES = 1024 * 1024
MAX_LINES = 20_000
MAX_LINE_CHARACTERS = 4_096
MAX_PROBLEMS = 50
MAX_SHOWN_CHARACTERS = 60

_ESCAPE = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|[()][A-Za-z0-9]|[=>])")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_PROMPT = re.compile(
    r"(?:^|[#$>%]\s?)(?:sudo\s+)?(?:nvidia-smi|lspci|ibdev2netdev)(?:\s+(?:-|topo).*)?\s*$"
)


class SavedOutputError(RailwrightError):
    """Saved output no profile can be made from; `problems` holds all that is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        ordered = sorted(set(problems), key=lambda one: (one.file, one.line, one.what))
        self.problems = tuple(ordered)
        lines = [str(one) for one in ordered[:MAX_PROBLEMS]]
        if more := len(ordered) - len(lines):
            lines.append(f"and {more} more")
        super().__init__("\n".join(lines))


@dataclass(frozen=True, slots=True)
class Saved:
    """Output of a command: `path` as the user named it, its lines with their numbers from 1.

    Lines that are empty or only repeat the command are not left out: they are empty.
    """

    path: str
    sha256: str
    lines: tuple[str, ...]

    @property
    def name(self) -> str:
        """Return the file's own name."""
        return Path(self.path).name

    def numbered(self) -> Iterable[tuple[int, str]]:
        """Return the lines with their numbers."""
        return enumerate(self.lines, start=1)

    def problem(self, line: int, what: str) -> Problem:
        """Return what is wrong in a line; 0 is the whole file."""
        return Problem("", what, file=self.path, line=line)

    @property
    def end(self) -> int:
        """Return the number of the last line, 1 for an empty file."""
        return max(len(self.lines), 1)


def read(path: Path) -> Saved:
    """Return saved output. Raises: SavedOutputError for a file that is none."""
    try:
        if not path.is_file():
            raise _refused(path, "is no file" if path.exists() else "does not exist")
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as err:
        raise _refused(path, f"cannot be read: {err.strerror or err}") from None
    if len(content) > MAX_BYTES:
        raise _refused(path, f"is larger than {MAX_BYTES // 1024} KiB, which no such output is")
    return saved(str(path), content)


def saved(path: str, content: bytes) -> Saved:
    """Return output that was saved under a name. Raises: SavedOutputError if it is no text."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _refused(path, "is no UTF-8 text; save the output on the server itself") from None
    raw = text.splitlines()
    if len(raw) > MAX_LINES:
        raise _refused(path, f"has more than {MAX_LINES} lines, which no such output has")
    lines = tuple(_ESCAPE.sub("", line) for line in raw)
    found = Saved(path, hashlib.sha256(content).hexdigest(), tuple(map(_without_prompt, lines)))
    problems = [
        found.problem(number, "has control characters; save the output anew as plain text")
        for number, line in found.numbered()
        if _CONTROL.search(line)
    ]
    problems += [
        found.problem(number, f"is longer than {MAX_LINE_CHARACTERS} characters")
        for number, line in found.numbered()
        if len(line) > MAX_LINE_CHARACTERS
    ]
    if problems:
        raise SavedOutputError(problems)
    return found


def shown(text: str) -> str:
    """Return given text for a message: quoted, without surprises, not too long."""
    cut = text if len(text) <= MAX_SHOWN_CHARACTERS else f"{text[:MAX_SHOWN_CHARACTERS]}..."
    return repr(cut)


def _without_prompt(line: str) -> str:
    return "" if _PROMPT.search(line) else line


def _refused(path: Path | str, what: str) -> SavedOutputError:
    return SavedOutputError([Problem("", what, file=str(path))])

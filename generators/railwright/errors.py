"""What can go wrong, as values: problems with a place, and the exceptions that carry them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

Severity = Literal["error", "warning"]


class RailwrightError(Exception):
    """Base of every error a user can cause or mend; its text is complete and needs no traceback."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding about the intent: where it is, what is wrong and what to do about it.

    `path` is the dotted key path in the intent (`networks.compute.leaf`, `""` for the whole file);
    `line` is 1-based, 0 while unknown; `file` is as the user named it.
    """

    path: str
    what: str
    severity: Severity = "error"
    file: str = ""
    line: int = 0

    def at(self, file: str, line: int) -> "Problem":
        """Return the same problem with its place filled in."""
        return replace(self, file=file, line=line)

    def __str__(self) -> str:
        """Return `file:line: path: what`, leaving out the parts that are unknown."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        text = ": ".join(part for part in (place, self.path, self.what) if part)
        return f"warning: {text}" if self.severity == "warning" else text


class IntentError(RailwrightError):
    """The intent cannot be built; `problems` holds all of them at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def refuse(path: str, what: str) -> IntentError:
    """Return the error of one problem at an intent path."""
    return IntentError([Problem(path, what)])

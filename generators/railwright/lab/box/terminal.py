"""How the stand-in commands talk: options as the real command line takes them, text, questions."""

import getopt
import json
import os
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from .errors import BoxError

USAGE_STATUS = 2
_DIGITS = re.compile(r"(\d+)")


class UsageError(BoxError):
    """The command line is wrong, or a command failed in the way that ends with its usage."""

    def __init__(self, command: str, text: str) -> None:
        usage = f'Usage: {command} [OPTIONS]\nTry "{command} -h" for help.'
        super().__init__(f"{usage}\n\nError: {text}", USAGE_STATUS)


def options(
    command: str, args: Sequence[str], short: str, long: Sequence[str], most: int
) -> tuple[dict[str, list[str]], list[str]]:
    """Parse options, which may stand anywhere, and at most `most` arguments.

    `short` and `long` are getopt's; a long name stands for the short one at the same place.
    Returns the values by short name, and the arguments.
    """
    letters = short.replace(":", "")
    names = {f"--{name.rstrip('=')}": letter for name, letter in zip(long, letters, strict=True)}
    try:
        pairs, rest = getopt.gnu_getopt(list(args), short, list(long))
    except getopt.GetoptError as error:
        raise UsageError(command, error.msg) from error
    if len(rest) > most:
        raise UsageError(command, f"Got unexpected extra argument ({rest[most]})")
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(names.get(name, name.lstrip("-")), []).append(value)
    return values, rest


def required(command: str, arguments: Sequence[str], name: str) -> str:
    """Return the only argument; raises UsageError when it is missing."""
    if not arguments:
        raise UsageError(command, f"Missing argument '{name}'.")
    return arguments[0]


def say(text: str = "") -> None:
    """Print one line to standard output."""
    sys.stdout.write(f"{text}\n")


def complain(text: str) -> None:
    """Print one line to standard error."""
    sys.stdout.flush()
    sys.stderr.write(f"{text}\n")


def confirm(question: str) -> None:
    """Ask for y or n; raises BoxError for anything but yes."""
    sys.stdout.write(f"{question} [y/N]: ")
    sys.stdout.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise BoxError("Aborted!")


def read_json(path: Path) -> Any:
    """Read a JSON file (`/dev/stdin` too). Raises BoxError when it cannot be read."""
    try:
        return json.loads(path.read_text())
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise BoxError(str(error)) from error


def write_atomically(path: Path, text: str) -> None:
    """Write a file so that it has the old or the new text, whenever the power fails."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def natural_key(text: str) -> list[tuple[int, int, str]]:
    """Return a sort key under which Ethernet4 comes before Ethernet16."""
    return [
        (0, int(part), "") if part.isdigit() else (1, 0, part)
        for part in _DIGITS.split(text)
        if part
    ]


def right_aligned(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Lay out a table: a header, a line of dashes, rows; every column right-aligned."""
    body = [list(header), *map(list, rows)]
    widths = [max(len(row[index]) for row in body) for index in range(len(header))]
    lines = [
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        for row in body
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)

"""What every verb shares: exit codes, default intent, tables and warnings on the terminal."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from railwright.errors import Problem

if TYPE_CHECKING:
    from railwright.plan.tables import Row

DONE, ERROR, DIFFERENCE = 0, 1, 2
DEFAULT_INTENT = Path("intent/cluster.yml")


def split_intent(words: Sequence[str]) -> tuple[Path, Sequence[str]]:
    """Return the intent (a first word that names a YAML file, else the default) and the rest."""
    if words and Path(words[0]).suffix in {".yml", ".yaml"}:
        return Path(words[0]), words[1:]
    return DEFAULT_INTENT, words


def warn(problems: Iterable[Problem]) -> None:
    """Print problems where they do not mix with a verb's output."""
    for problem in problems:
        print(problem, file=sys.stderr)


def print_table(rows: "Sequence[Row]") -> None:
    """Print rows as aligned columns under their names; a missing value is `-`."""
    if not rows:
        return
    cells = [list(rows[0])] + [["-" if v is None else str(v) for v in row.values()] for row in rows]
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    for line in cells:
        padded = (text.ljust(width) for text, width in zip(line, widths, strict=True))
        print("  ".join(padded).rstrip())

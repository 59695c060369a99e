"""QR codes as black runs, to be drawn at any size."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import segno

QUIET = 4
"""Modules that stay blank on each side. Source: ISO/IEC 18004, 9.1."""


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code of `modules` by `modules`, its quiet zone included.

    `runs` are black modules side by side: column and row of the first, and how many.
    """

    modules: int
    runs: tuple[tuple[int, int, int], ...]


def code_of(said: str) -> Code:
    """Return the QR code of a text.

    A tenth and a half of it may be illegible (level M), more where that needs no larger code.
    """
    matrix = segno.make(said, error="m", micro=False).matrix
    return Code(len(matrix) + 2 * QUIET, tuple(_runs(matrix)))


def _runs(matrix: tuple[bytearray, ...]) -> Iterator[tuple[int, int, int]]:
    for row, line in enumerate(matrix):
        column = QUIET
        for dark, modules in groupby(line):
            length = len(list(modules))
            if dark:
                yield column, row + QUIET, length
            column += length

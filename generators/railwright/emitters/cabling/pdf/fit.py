"""Making text fit: smaller first, then in several lines, at last with an ellipsis one can see."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

Measure = Callable[[str], float]
"""Returns how wide a text is at a size of one point."""

CUT = "…"
LEAST = 5.0
"""The smallest size, in points, that is read on paper at arm's length."""
_STEP = 0.25
_ONE_LINE = 0.68
"""Text stays in one line as long as that makes it no smaller than this part of its size."""
_BREAKS = " -:/+"
_WIDE = "\u2e80"  # from here on there are no words: a line may break anywhere


class Fitted(NamedTuple):
    """Lines of text that fit, and the size at which they do."""

    lines: tuple[str, ...]
    size: float


def in_line(measure: Measure, said: str, width: float, size: float, least: float = LEAST) -> Fitted:
    """Return one line no wider than `width`; what is too long loses its middle."""
    natural = measure(said)
    if natural * least <= width:
        return Fitted((said,), min(size, width / natural) if natural else size)
    return Fitted((_cut(measure, said, width / least),), least)


def in_lines(measure: Measure, said: str, width: float, size: float, most: int) -> Fitted:
    """Return at most so many lines, as large as they can be; one if that is not much smaller."""
    one = in_line(measure, said, width, size, max(size * _ONE_LINE, LEAST))
    if one.lines == (said,):
        return one
    now = size
    while now > LEAST:
        lines = tuple(_broken(measure, said, width / now))
        if len(lines) <= most and all(measure(line) * now <= width for line in lines):
            return Fitted(lines, now)
        now -= _STEP
    lines = tuple(_broken(measure, said, width / LEAST))
    if len(lines) > most:
        rest = "".join(lines[most - 1 :])
        lines = (*lines[: most - 1], _cut(measure, rest, width / LEAST))
    return Fitted(lines, LEAST)


def _cut(measure: Measure, said: str, width: float) -> str:
    """Return a text without so much of its middle that it is no wider than `width`."""
    for kept in range(len(said) - 1, 0, -1):
        tail = kept // 2
        short = f"{said[: kept - tail]}{CUT}{said[len(said) - tail :]}"
        if measure(short) <= width:
            return short
    return CUT


def _broken(measure: Measure, said: str, width: float) -> Iterator[str]:
    line = ""
    for piece in _pieces(said):
        if not line or measure((line + piece).rstrip()) <= width:
            line += piece
        else:
            yield line.rstrip()
            line = piece
        while len(line) > 1 and measure(line.rstrip()) > width:
            fits = len(line) - 1
            while fits > 1 and measure(line[:fits]) > width:
                fits -= 1
            yield line[:fits]
            line = line[fits:]
    yield line.rstrip()


def _pieces(said: str) -> Iterator[str]:
    """Yield what must stay together: up to a mark that a line may end after."""
    piece = ""
    for character in said:
        piece += character
        if character in _BREAKS or character >= _WIDE:
            yield piece
            piece = ""
    if piece:
        yield piece

"""Figures in words: bytes, ratios, verdicts, lists of ports."""

import re
from collections.abc import Iterable, Sequence
from math import isinf

from railwright.naming import natural_key
from railwright.plan.lossless.model import Verdict
from railwright.proof.report.blocks import Cell, Tone

KIB = 1024
MIB = KIB * KIB
_WORDS: dict[Verdict, str] = {
    "proven": "proven",
    "accepted": "accepted",
    "unproven": "not proven",
    "failed": "failed",
}
_TONES: dict[Verdict, Tone] = {
    "proven": "good",
    "accepted": "note",
    "unproven": "note",
    "failed": "bad",
}
_NUMBERED = re.compile(r"(.*?)([0-9]{1,9})")


def word(verdict: Verdict) -> str:
    """Return a verdict as readers see it."""
    return _WORDS[verdict]


def verdict_cell(verdict: Verdict) -> Cell:
    """Return a verdict as a cell."""
    return Cell(word(verdict), _TONES[verdict])


def exact(number: int | None) -> str:
    """Return a whole number with its thousands apart, a dash for none."""
    return "-" if number is None else f"{number:,}"


def size(number: int | None) -> str:
    """Return bytes in the unit that suits them: `812 B`, `126.9 KiB`, `75.60 MiB`."""
    if number is None:
        return "unknown"
    if abs(number) >= MIB:
        return f"{number / MIB:.2f} MiB"
    return f"{number / KIB:.1f} KiB" if abs(number) >= KIB else f"{number} B"


def times(ratio: float | None) -> str:
    """Return a ratio as a factor: `1.75x`."""
    if ratio is None:
        return "-"
    if isinf(ratio):
        return "no room at all"
    return f"{ratio:.2f}x" if ratio < 100 else f"{ratio:,.0f}x"


def metres(length_m: float) -> str:
    """Return a length: `5 m`, `2.5 m`."""
    return f"{length_m:g} m"


def span(shortest_m: float, longest_m: float) -> str:
    """Return the lengths between two: `7 to 15 m`, or one where they are the same."""
    return metres(longest_m) if shortest_m == longest_m else f"{shortest_m:g} to {longest_m:g} m"


def count(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: `1 switch`, `16 switches`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(words: Iterable[str]) -> str:
    """Return words as a list in a sentence: `a, b and c`."""
    *most, last = tuple(words) or ("none",)
    return f"{', '.join(most)} and {last}" if most else last


def ports(names: Iterable[str]) -> str:
    """Return port names as a short list, even strides joined: `Ethernet0-Ethernet252 by 4`."""
    runs: list[list[str]] = []
    for name in sorted(names, key=natural_key):
        if runs and _continues(runs[-1], name):
            runs[-1].append(name)
        else:
            runs.append([name])
    return ", ".join(map(_run, runs))


def _continues(run: Sequence[str], name: str) -> bool:
    step = _step(run[-1], name)
    return step is not None and (len(run) < 2 or step == _step(run[0], run[1]))


def _step(one: str, other: str) -> int | None:
    before, after = _NUMBERED.fullmatch(one), _NUMBERED.fullmatch(other)
    if before is None or after is None or before[1] != after[1]:
        return None
    return int(after[2]) - int(before[2])


def _run(run: Sequence[str]) -> str:
    if len(run) < 3:
        return ", ".join(run)
    step = _step(run[0], run[1])
    return f"{run[0]}-{run[-1]}" + (f" by {step}" if step != 1 else "")

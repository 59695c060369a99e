"""Switches that a reader sees as one: of a network, role, platform and HWSKU.

With a floor nearly every switch has its own mix of cable lengths, so such a group may be of many
kinds. Of each figure the report shows the tightest, names a switch that has it, and says between
which limits the others lie; all of them are in the document.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from railwright.plan.lossless.model import Kind, KindProof, Verdict
from railwright.proof.report.document import worst
from railwright.proof.report.text import count, word

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Figure(Generic[T]):
    """One kind's part of a proof, its verdict, and the figure that decides between equal verdicts.

    `strain` is larger where it is tighter: a ratio, or a margin below 0.
    """

    proof: KindProof
    verdict: Verdict
    strain: float
    part: T


@dataclass(frozen=True, slots=True)
class Group:
    """Switches of one network, role, platform and HWSKU; `tells_hwsku`: others differ by that."""

    proofs: tuple[KindProof, ...]
    tells_hwsku: bool

    @property
    def name(self) -> str:
        """Return what they are: `compute leaf, cx864e-n`."""
        kind = self.proofs[0].kind
        return name_of(kind, tells_hwsku=self.tells_hwsku)

    @property
    def title(self) -> str:
        """Return what they are and how many: `compute leaf, cx864e-n, 32 switches`."""
        switches = sum(len(one.kind.devices) for one in self.proofs)
        return f"{self.name}, {count(switches, 'switch', 'switches')}"


def name_of(kind: Kind, *, tells_hwsku: bool) -> str:
    """Return what a kind of switch is: `compute leaf, cx864e-n`."""
    what = f"{kind.tier}, {kind.platform}"
    return f"{what}, {kind.hwsku}" if tells_hwsku else what


def groups(proofs: Iterable[KindProof]) -> tuple[Group, ...]:
    """Return the groups of kinds, in their order."""
    found: dict[tuple[str, ...], list[KindProof]] = {}
    for one in proofs:
        kind = one.kind
        key = kind.network, kind.role, kind.platform, kind.hwsku
        found.setdefault(key, []).append(one)
    models = [key[:3] for key in found]
    return tuple(
        Group(tuple(alike), tells_hwsku=models.count(key[:3]) > 1) for key, alike in found.items()
    )


def tightest(figures: Sequence[Figure[T]]) -> Figure[T]:
    """Return the figure that decides: the worst verdict, then the largest strain, then the first.

    Raises: ValueError without figures.
    """
    verdict = worst(one.verdict for one in figures)
    return max((one for one in figures if one.verdict == verdict), key=_strain)


def _strain(one: Figure[T]) -> float:
    return one.strain


def whose(
    figures: Sequence[Figure[T]], said: Callable[[Figure[T]], Hashable], figure: Callable[[T], str]
) -> str:
    """Return which switches the tightest figure is of, and where the others lie.

    `said` is what is shown of a figure: those of whom the same is shown are alike. `figure` is the
    one that decides, in words: `all`, or `leaf3 and 3 alike; all: 12.40x to 12.42x`.
    """
    chosen = tightest(figures)
    shown = said(chosen)
    alike = sum(len(one.proof.kind.devices) for one in figures if said(one) == shown)
    if alike == sum(len(one.proof.kind.devices) for one in figures):
        return "all"
    first = chosen.proof.kind.devices[0]
    like = f" and {alike - 1:,} alike" if alike > 1 else ""
    return f"{first}{like}; all: {reach(figures, figure)}"


def reach(figures: Sequence[Figure[T]], figure: Callable[[T], str]) -> str:
    """Return the limits of a figure over all switches, and their verdicts where these differ."""
    low, high = min(figures, key=_size), max(figures, key=_size)
    ends = dict.fromkeys((figure(low.part), figure(high.part)))
    verdicts = dict.fromkeys(one.verdict for one in figures)
    mixed = [f"{_number(figures, one):,} {word(one)}" for one in verdicts] * (len(verdicts) > 1)
    return ", ".join((" to ".join(ends), *mixed))


def _size(one: Figure[T]) -> float:
    return abs(one.strain)


def _number(figures: Sequence[Figure[T]], verdict: Verdict) -> int:
    return sum(len(one.proof.kind.devices) for one in figures if one.verdict == verdict)

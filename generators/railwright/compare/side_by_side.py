"""Plans in, comparison and claims out: what the verb asks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from railwright.compare.claims import claims
from railwright.compare.claims.model import Claim
from railwright.compare.claims.money import Book
from railwright.compare.measure import measure
from railwright.compare.model import Comparison
from railwright.compare.rows import compare
from railwright.plan.model import Plan


@dataclass(frozen=True, slots=True)
class Compared:
    """What `railwright compare` found: designs, if there were some, and claims, if asked."""

    comparison: Comparison | None
    claims: tuple[Claim, ...] = ()


def compared(paths: Sequence[Path], plans: Sequence[Plan], *, with_claims: bool) -> Compared:
    """Return designs side by side, called as their files; none of them where there are no plans.

    Claims about money take the prices of the first plan and the model of its GPU nodes.
    """
    found = _comparison(paths, plans) if plans else None
    return Compared(found, claims(Book.of(plans[0] if plans else None)) if with_claims else ())


def _comparison(paths: Sequence[Path], plans: Sequence[Plan]) -> Comparison:
    names = names_of(paths)
    return compare([measure(name, plan) for name, plan in zip(names, plans, strict=True)])


def names_of(paths: Sequence[Path]) -> list[str]:
    """Return a name for every design: its file without the suffix, or the path where two meet."""
    stems = [path.stem for path in paths]
    return [
        str(path) if stems.count(stem) > 1 else stem
        for path, stem in zip(paths, stems, strict=True)
    ]

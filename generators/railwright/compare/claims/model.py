"""A claim, the arithmetic for and against it, and the verdict that follows from that."""

from dataclasses import dataclass
from typing import Literal

from railwright.catalog.claims_model import PublicRange

Verdict = Literal["holds", "holds in part", "does not hold", "undecided"]
Basis = Literal["computed", "cited", "assumed"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One calculation, or a figure of others beside it.

    `what` is computed, `against` the baseline it is compared with, `formula` how, in numbers.
    `value` is None where an input, such as a price, is not known. `basis` is `cited` for a figure
    that somebody else publishes and `assumed` for one that follows from an assumption: neither
    decides anything. `holds` says whether the claim is true by it, None where it decides nothing.
    `source` names where inputs are from that are not computed from a plan or the catalog.

    Raises: ValueError where what is not computed decides.
    """

    what: str
    formula: str
    value: float | None
    unit: str = ""
    against: str = ""
    holds: bool | None = None
    source: str = ""
    basis: Basis = "computed"

    def __post_init__(self) -> None:
        if self.holds is not None and self.basis != "computed":
            raise ValueError(f"{self.name} is {self.basis}: it cannot decide")

    @property
    def name(self) -> str:
        """Return what is computed with its baseline."""
        return f"{self.what} against {self.against}" if self.against else self.what


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim about designs; `source` says who makes it."""

    id: str
    text: str
    source: str
    evidence: tuple[Evidence, ...]
    notes: tuple[str, ...] = ()

    @property
    def only(self) -> tuple[str, ...]:
        """Return by which calculations it holds, where others contradict it."""
        decided = [one for one in self.evidence if one.holds is not None]
        if all(one.holds for one in decided):
            return ()
        return tuple(one.name for one in decided if one.holds)

    @property
    def verdict(self) -> Verdict:
        """Return what all evidence together says; undecided where none of it decides."""
        decided = [one.holds for one in self.evidence if one.holds is not None]
        if not decided:
            return "undecided"
        if all(decided):
            return "holds"
        return "holds in part" if any(decided) else "does not hold"

    @property
    def verdict_text(self) -> str:
        """Return the verdict in words, with what it holds for or why it is open."""
        if self.verdict == "undecided":
            return f"undecided: {self._why_open}"
        if self.verdict == "holds in part":
            return f"holds only for {'; '.join(self.only)}"
        return self.verdict

    @property
    def _why_open(self) -> str:
        if any(one.value is None for one in self.evidence):
            return "prices are missing"
        bases = {one.basis for one in self.evidence}
        if "cited" in bases:
            return "it is cited, and no plan can confirm it"
        return "it rests on an assumption" if "assumed" in bases else "nothing here decides it"


def saved_percent(old: float, new: float) -> float:
    """Return how much less `new` is than `old`, in percent of it; negative when it is more."""
    return 100 * (old - new) / old


def saving(
    what: str, against: str, old: float, new: float, *, least_percent: float | None = None
) -> Evidence:
    """Return the evidence of a saving, which decides where a claim says how much at least."""
    saved = saved_percent(old, new)
    return Evidence(
        what=what,
        against=against,
        formula=f"({old:,g} - {new:,g}) / {old:,g}",
        value=saved,
        unit="% saved",
        holds=None if least_percent is None else saved >= least_percent,
    )


def cited(what: str, found: PublicRange) -> str:
    """Return a note with a range that somebody else publishes."""
    return f"cited: {what} {found.least_percent:g} to {found.most_percent:g} %: {found.source}"

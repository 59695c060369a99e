"""What a wave sheet already says of a cable: the cells people fill in, from the marks there are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from railwright.emitters.cabling.job import Pull
from railwright.intent.as_built import STEPS, Mark, Step

Status = Literal["planned"] | Step
STATUSES: tuple[Status, ...] = ("planned", *STEPS)


@dataclass(frozen=True, slots=True)
class Entry:
    """The cells of one cable by the keys of `columns.FILLED`, empty text or None where empty.

    Times are `YYYY-MM-DD HH:MM`.
    """

    status: Status = "planned"
    by: str = ""
    at: str = ""
    tested_by: str = ""
    tested_at: str = ""
    result: str = ""
    as_built_port: str = ""
    as_built_length_m: float | None = None
    reason: str = ""
    remark: str = ""


UNTOUCHED = Entry()
_WORDS = ("port", "length_m", "remark")


def entry(pull: Pull) -> Entry:
    """Return what is known of a cable.

    A later step includes those before it. Whoever connected the cable stands beside the status,
    else whoever pulled it, else whoever said anything about it.
    """
    marks = pull.marks
    if not marks:
        return UNTOUCHED
    done = [step for step in STEPS if _done(marks, step)]
    status: Status = done[-1] if done else "planned"
    spoken = [*(one for one in ("connected", "pulled") if one in done), *_WORDS]
    author = next((marks[one] for one in spoken if one in marks), None)
    tested = marks["tested"] if status == "tested" else None
    port, length, remark = marks.get("port"), marks.get("length_m"), marks.get("remark")
    length_m = length.value if length else None
    reasons = [one.note for one in (port, length) if one and one.value is not None and one.note]
    return Entry(
        status=status,
        by=author.by if author else "",
        at=_minute(author),
        tested_by=tested.by if tested else "",
        tested_at=_minute(tested),
        result=tested.note if tested else "",
        as_built_port=_text(port),
        as_built_length_m=length_m if isinstance(length_m, float) else None,
        reason=reasons[0] if reasons else "",
        remark=_text(remark),
    )


def older(pull: Pull, words: Mapping[str, str]) -> str:
    """Return how far a cable was, by whom and when, when it was planned otherwise.

    It is not in the status, since it may end elsewhere now.
    """
    last = next((one for one in reversed(STEPS) if _done(pull.older, one)), None)
    if last is None:
        return ""
    mark = pull.older[last]
    return f"{words[last]}\n{mark.by}, {_minute(mark)}"


def counts(statuses: list[Status]) -> Mapping[Step, int]:
    """Return how many cables are at each step or beyond it."""
    places = [STATUSES.index(one) for one in statuses]
    return {
        step: sum(place >= number for place in places) for number, step in enumerate(STEPS, start=1)
    }


def _done(marks: Mapping[str, Mark], step: Step) -> bool:
    return step in marks and marks[step].value is True


def _text(mark: Mark | None) -> str:
    return mark.value if mark and isinstance(mark.value, str) else ""


def _minute(mark: Mark | None) -> str:
    """Return when a mark was made: `2026-03-01T09:30:00Z` as `2026-03-01 09:30`."""
    return mark.at[:16].replace("T", " ") if mark else ""

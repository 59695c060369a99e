"""ECN before PFC, and the strict queue that congestion notifications share."""

from collections.abc import Iterator
from typing import NamedTuple

from railwright.plan.lossless.model import Control, Marking
from railwright.proof.report.blocks import Block, Cell, Details, Items, Prose, Section, table
from railwright.proof.report.document import Document, worst
from railwright.proof.report.groups import Figure, Group, groups, tightest, whose
from railwright.proof.report.text import count, exact, listed, size, times, verdict_cell

_LEAD = (
    "A lossless queue must be marked before its senders are paused. The margin is the pause "
    "threshold of a group over what that group holds when the queue reaches Kmin, with n senders "
    "into one queue: above 1 marking comes first. The strictest case is one sender that fills "
    "several queues at once, as its group holds what is in all of them. The margin to Kmax is the "
    "same for the depth from which every packet is marked: below 1 a sender is paused before that."
)
_UNHEARD = "DCQCN is off: switches mark, but no NIC of these networks slows down on marks: "


class _Class(NamedTuple):
    """A lossless class at one speed on alike switches."""

    group: Group
    name: str
    speed_gbps: int
    found: list[Figure[Marking]]


def section(document: Document) -> Section:
    """Return thresholds and margins of every class and speed, of the tightest of alike switches."""
    classes = [one for group in groups(document.switches) for one in _classes(group)]
    rows: list[tuple[str | Cell, ...]] = [_row(one) for one in classes]
    blocks: list[Block] = []
    if rows:
        blocks = [
            Prose(_LEAD),
            table(
                "Switch|The tightest|Class|Speed|Verdict|Kmin #|Kmax #|Pmax #|Shared buffer #"
                "|alpha #|Smallest margin|Margin to Kmax #|Queues one sender may fill #",
                rows,
            ),
        ]
        unheard = dict.fromkeys(
            proof.kind.network
            for proof in document.switches
            if not all(one.reacts for one in proof.marking)
        )
        if unheard:
            blocks.append(Prose(f"{_UNHEARD}{listed(unheard)}.", "note"))
        blocks += map(_points, classes)
    return Section(
        "marking",
        "ECN before PFC",
        tuple(blocks),
        worst(one.verdict for shown in classes for one in shown.found) if rows else None,
    )


def _classes(group: Group) -> Iterator[_Class]:
    """Yield the classes and speeds of a group, with what is proven of each kind in it."""
    found: dict[tuple[str, int], list[Figure[Marking]]] = {}
    for proof in group.proofs:
        for one in proof.marking:
            figure = Figure(proof, one.verdict, -(one.worst.margin if one.worst else 0), one)
            found.setdefault((one.class_name, one.speed_gbps), []).append(figure)
    yield from (_Class(group, *key, figures) for key, figures in found.items())


def _row(shown: _Class) -> tuple[str | Cell, ...]:
    one = tightest(shown.found).part
    return (
        shown.group.title,
        whose(shown.found, lambda figure: figure.part, _margin),
        one.class_name,
        f"{one.speed_gbps}G",
        verdict_cell(one.verdict),
        size(one.kmin_bytes),
        size(one.kmax_bytes),
        f"{one.max_probability_percent} %",
        size(one.shared_bytes),
        f"{2.0**one.threshold:g}",
        _smallest(one),
        Cell(times(one.full_margin), "note" if one.marks_all_too_late else "plain"),
        exact(one.queues_before_pause),
    )


def _margin(one: Marking) -> str:
    return times(one.worst.margin) if one.worst else "-"


def _smallest(one: Marking) -> str:
    return f"{_margin(one)} at {count(one.worst.senders, 'sender')}" if one.worst else "-"


def _points(shown: _Class) -> Details:
    chosen = tightest(shown.found)
    rows: list[tuple[str | Cell, ...]] = [
        (
            exact(point.senders),
            size(point.pause_bytes),
            size(point.held_bytes),
            Cell(times(point.margin), "bad" if point.margin <= 1 else "plain"),
        )
        for point in chosen.part.incast
    ]
    return Details(
        f"{chosen.proof.kind.speaker}, {shown.name}, {shown.speed_gbps}G: margins by number of "
        "senders",
        (
            table("Senders into one queue #|A group pauses at #|holds at Kmin #|Margin #", rows),
            Items((chosen.part.why, f"thresholds: {chosen.part.source}")),
        ),
    )


def control(document: Document) -> Section:
    """Return the worst load of the strict queue."""
    rows = [row for group in groups(document.switches) for row in _loads(group)]
    lead = Prose(
        "CNPs ride the strict queue, which is served before all others; this is the most that "
        "they can ask of a port."
    )
    titles = "Switch|The busiest|Speed|Worst load #|Shares the queue with|How it is counted"
    sources = dict.fromkeys(one.source for proof in document.switches for one in proof.control)
    blocks = (lead, table(titles, rows), Items(tuple(f"source: {one}" for one in sources)))
    return Section("control", "Strict queue for CNPs", blocks if rows else ())


def _loads(group: Group) -> Iterator[tuple[str | Cell, ...]]:
    """Yield the strict queue of a group of switches at each speed."""
    found: dict[int, list[Figure[Control]]] = {}
    for proof in group.proofs:
        for one in proof.control:
            figure = Figure(proof, "proven", one.load_percent, one)
            found.setdefault(one.speed_gbps, []).append(figure)
    for speed_gbps, figures in found.items():
        chosen = tightest(figures).part
        yield (
            group.title,
            whose(figures, lambda figure: figure.part, _load),
            f"{speed_gbps}G",
            _load(chosen),
            ", ".join(chosen.others) or "nothing",
            chosen.why,
        )


def _load(one: Control) -> str:
    return f"{one.load_percent:.2f} %"

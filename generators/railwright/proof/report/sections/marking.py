"""ECN before PFC, and the strict queue that congestion notifications share."""

from railwright.plan.lossless.model import Kind, KindProof, Marking
from railwright.proof.report.blocks import Block, Cell, Details, Items, Prose, Section, table
from railwright.proof.report.document import Document, worst
from railwright.proof.report.sections.buffers import named
from railwright.proof.report.text import count, exact, listed, size, times, verdict_cell

_LEAD = (
    "A lossless queue must be marked before its senders are paused. The margin is the pause "
    "threshold of a group over what that group holds when the queue reaches Kmin, with n senders "
    "into one queue: above 1 marking comes first. The strictest case is one sender that fills "
    "several queues at once, as its group holds what is in all of them. The margin to Kmax is the "
    "same for the depth from which every packet is marked: below 1 a sender is paused before that."
)
_UNHEARD = "DCQCN is off: switches mark, but no NIC of these networks slows down on marks: "


def section(document: Document) -> Section:
    """Return thresholds and margins of every class, speed and kind of switch."""
    found = [(proof, one) for proof in document.switches for one in proof.marking]
    rows: list[tuple[str | Cell, ...]] = [_row(proof, one) for proof, one in found]
    blocks: list[Block] = []
    if rows:
        blocks = [
            Prose(_LEAD),
            table(
                "Switch|Class|Speed|Verdict|Kmin #|Kmax #|Pmax #|Shared buffer #|alpha #"
                "|Smallest margin|Margin to Kmax #|Queues one sender may fill #",
                rows,
            ),
        ]
        unheard = dict.fromkeys(proof.kind.network for proof, one in found if not one.reacts)
        if unheard:
            blocks.append(Prose(f"{_UNHEARD}{listed(unheard)}.", "note"))
        blocks += [_points(proof.kind, one) for proof, one in found]
    return Section(
        "marking",
        "ECN before PFC",
        tuple(blocks),
        worst(one.verdict for _, one in found) if found else None,
    )


def _row(proof: KindProof, one: Marking) -> tuple[str | Cell, ...]:
    return (
        named(proof.kind),
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


def _smallest(one: Marking) -> str:
    point = one.worst
    return f"{times(point.margin)} at {count(point.senders, 'sender')}" if point else "-"


def _points(kind: Kind, one: Marking) -> Details:
    rows: list[tuple[str | Cell, ...]] = [
        (
            exact(point.senders),
            size(point.pause_bytes),
            size(point.held_bytes),
            Cell(times(point.margin), "bad" if point.margin <= 1 else "plain"),
        )
        for point in one.incast
    ]
    return Details(
        f"{kind.name}, {one.class_name}, {one.speed_gbps}G: margins by number of senders",
        (
            table("Senders into one queue #|A group pauses at #|holds at Kmin #|Margin #", rows),
            Items((one.why, f"thresholds: {one.source}")),
        ),
    )


def control(document: Document) -> Section:
    """Return the worst load of the strict queue."""
    rows: list[tuple[str | Cell, ...]] = [
        (
            named(proof.kind),
            f"{one.speed_gbps}G",
            f"{one.load_percent:.2f} %",
            ", ".join(one.others) or "nothing",
            one.why,
        )
        for proof in document.switches
        for one in proof.control
    ]
    lead = Prose(
        "CNPs ride the strict queue, which is served before all others; this is the most that "
        "they can ask of a port."
    )
    titles = "Switch|Speed|Worst load #|Shares the queue with|How it is counted"
    sources = dict.fromkeys(one.source for proof in document.switches for one in proof.control)
    blocks = (lead, table(titles, rows), Items(tuple(f"source: {one}" for one in sources)))
    return Section("control", "Strict queue for CNPs", blocks if rows else ())

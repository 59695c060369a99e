"""Buffers: how headroom fits into the chip, and that egress takes whatever ingress admits."""

from collections.abc import Iterator
from math import inf, isfinite

from railwright.plan.lossless.model import Egress, Fit
from railwright.proof.report.blocks import (
    Bar,
    Bars,
    Block,
    Cell,
    Details,
    Fill,
    Items,
    Prose,
    Section,
    Segment,
    table,
    terms,
)
from railwright.proof.report.document import Document, worst
from railwright.proof.report.groups import Figure, Group, groups, reach, tightest, whose
from railwright.proof.report.text import count, exact, metres, size, times, verdict_cell

_LEAD = (
    "Headroom of all ports and lossless classes of a switch against the pool it is taken from. "
    "At a ratio of up to 1.00x every port may pause at the same time."
)


def fit(document: Document) -> Section:
    """Return bars and figures of the fullest of alike switches, and where the others lie."""
    found = [(group, _fits(group)) for group in groups(document.switches)]
    bars = tuple(bar for group, fits in found if (bar := _bar(group, fits)))
    rows: list[tuple[str | Cell, ...]] = [_fit(group, fits) for group, fits in found]
    blocks: list[Block] = [Prose(_LEAD)]
    if bars:
        blocks.append(Bars(bars))
    blocks += [
        table(
            "Switch|The fullest|Verdict|Headroom needed #|Pool #|Ratio #|Ratio by the bound #"
            "|May pause at once #|Shared buffer left #|Would still fit",
            rows,
        ),
        *(_details(group, tightest(fits)) for group, fits in found),
    ]
    verdict = worst(one.fit.verdict for one in document.switches)
    return Section("buffers", "Buffer fit", tuple(blocks), verdict)


def _fits(group: Group) -> list[Figure[Fit]]:
    return [Figure(one, one.fit.verdict, one.fit.ratio or 0, one.fit) for one in group.proofs]


def _fit(group: Group, fits: list[Figure[Fit]]) -> tuple[str | Cell, ...]:
    chosen = tightest(fits)
    fit, kind = chosen.part, chosen.proof.kind
    return (
        group.title,
        whose(fits, _said, _ratio),
        verdict_cell(fit.verdict),
        size(fit.need_bytes),
        size(fit.limit_bytes),
        times(fit.ratio),
        times(fit.bound_ratio),
        f"{exact(fit.pausing_ports)} of {exact(kind.ports)}",
        size(fit.shared_bytes),
        _more(fit),
    )


def _said(one: Figure[Fit]) -> tuple[object, ...]:
    fit = one.part
    return fit.verdict, fit.need_bytes, fit.limit_bytes, fit.shared_bytes, one.proof.kind.ports


def _ratio(fit: Fit) -> str:
    return times(fit.ratio)


def _more(fit: Fit) -> str:
    """Return what else a switch has room for, each by itself."""
    ports, classes, longest_m = fit.more_ports, fit.more_classes, fit.longest_m
    parts = [
        "any number of ports" if ports is None else ports and count(ports, "more port"),
        "any number of lossless classes"
        if classes is None
        else classes and count(classes, "more lossless class", "more lossless classes"),
        "cables of any length between switches"
        if longest_m is None
        else longest_m and f"cables up to {metres(longest_m)} between switches",
    ]
    return ", or ".join(str(part) for part in parts if part) or "nothing"


def _details(group: Group, chosen: Figure[Fit]) -> Details:
    """Return how the fullest was computed and what else the buffer has to hold."""
    fit = chosen.part
    blocks: list[Block] = [Items((fit.why, f"source: {fit.source}"))]
    if fit.terms:
        blocks.append(terms(fit.terms, "other users of the buffer, bytes:"))
    return Details(f"{_named(group, chosen)}: how it is counted", tuple(blocks))


def _named(group: Group, chosen: Figure[Fit]) -> str:
    """Return which switches a bar is of: the whole group, or the fullest of it."""
    if len(group.proofs) == 1:
        return group.title
    return f"{group.title}, the fullest: {chosen.proof.kind.devices[0]}"


def _bar(group: Group, fits: list[Figure[Fit]]) -> Bar | None:
    """Return the buffer of the fullest switch, divided; the bar grows with what does not fit."""
    chosen = tightest(fits)
    fit = chosen.part
    parts = list(_parts(fit))
    whole = sum(amount for _, _, amount in parts)
    if not whole:
        return None
    total = fit.buffer_bytes
    of = total or whole
    shares = f" (all: {reach(fits, _percent)} of the pool)" if len(fits) > 1 else ""
    label = f"{_named(group, chosen)}{shares}"
    return Bar(
        f"{label}: {size(total)} buffer" if total else label,
        tuple(
            Segment(fill, name, 100 * amount / whole, f"{size(amount)}, {amount / of:.1%}")
            for fill, name, amount in parts
            if amount
        ),
    )


def _percent(fit: Fit) -> str:
    return f"{fit.ratio:.0%}" if fit.ratio is not None and isfinite(fit.ratio) else "unknown"


def _parts(fit: Fit) -> Iterator[tuple[Fill, str, int]]:
    """Yield the users of a buffer in bytes; where the pools are all the rest, none is unused."""
    limit = fit.need_bytes if fit.limit_bytes is None else max(0, fit.limit_bytes)
    shared = fit.shared_bytes or 0
    whole = fit.buffer_bytes or 0
    used = min(fit.need_bytes, limit)
    beyond = fit.need_bytes - used
    unused = limit - used if limit + shared <= whole else 0
    yield "headroom", "headroom", used
    yield "beyond", "headroom wanted beyond the pool", beyond
    yield "free", "headroom pool, unused", unused
    yield "shared", "shared lossless buffer", shared
    yield "other", "reserved, lossy and other", max(0, whole - used - beyond - unused - shared)


def egress(document: Document) -> Section:
    """Return what ingress may admit against what the tightest egress limit takes."""
    rows = [_egress(group) for group in groups(document.switches)]
    return Section(
        "egress",
        "Egress never drops",
        (
            Prose(
                "The worst case is all ports of a switch sending into one queue: ingress must "
                "have paused every sender before that queue or its pool is full."
            ),
            table("Switch|The tightest|Verdict|Ingress admits at most #|Queue takes #|Why", rows),
        ),
        worst(one.egress.verdict for one in document.switches),
    )


def _egress(group: Group) -> tuple[str | Cell, ...]:
    found = [
        Figure(one, one.egress.verdict, -_room(one.egress), one.egress) for one in group.proofs
    ]
    part = tightest(found).part
    return (
        group.title,
        whose(found, lambda one: one.part, lambda one: times(one.room)),
        verdict_cell(part.verdict),
        size(part.admitted_bytes),
        size(part.queue_bytes),
        part.why,
    )


def _room(one: Egress) -> float:
    return inf if one.room is None else one.room

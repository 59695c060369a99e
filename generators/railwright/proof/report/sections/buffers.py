"""Buffers: how headroom fits into the chip, and that egress takes whatever ingress admits."""

from collections.abc import Iterator

from railwright.plan.lossless.model import Fit, Kind, KindProof
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
from railwright.proof.report.text import count, exact, metres, size, times, verdict_cell

_LEAD = (
    "Headroom of all ports and lossless classes of a switch against the pool it is taken from. "
    "At a ratio of up to 1.00x every port may pause at the same time."
)


def fit(document: Document) -> Section:
    """Return bars and figures of every kind of switch."""
    bars = tuple(bar for one in document.switches if (bar := _bar(one)))
    rows: list[tuple[str | Cell, ...]] = [_fit(one) for one in document.switches]
    blocks: list[Block] = [Prose(_LEAD)]
    if bars:
        blocks.append(Bars(bars))
    blocks += [
        table(
            "Switch|Verdict|Headroom needed #|Pool #|Ratio #|Ratio by the bound #"
            "|May pause at once #|Shared buffer left #|Would still fit",
            rows,
        ),
        *map(_details, document.switches),
    ]
    verdict = worst(one.fit.verdict for one in document.switches)
    return Section("buffers", "Buffer fit", tuple(blocks), verdict)


def named(kind: Kind) -> str:
    """Return how the report calls a kind of switch."""
    return f"{kind.name}, {kind.platform}, {count(len(kind.devices), 'switch', 'switches')}"


def _fit(one: KindProof) -> tuple[str | Cell, ...]:
    fit = one.fit
    return (
        named(one.kind),
        verdict_cell(fit.verdict),
        size(fit.need_bytes),
        size(fit.limit_bytes),
        times(fit.ratio),
        times(fit.bound_ratio),
        f"{exact(fit.pausing_ports)} of {exact(one.kind.ports)}",
        size(fit.shared_bytes),
        _more(fit),
    )


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


def _details(one: KindProof) -> Details:
    """Return how a fit was computed and what else the buffer has to hold."""
    texts = (one.fit.why, f"source: {one.fit.source}")
    blocks: list[Block] = [Items(texts)]
    if one.fit.terms:
        blocks.append(terms(one.fit.terms, "other users of the buffer, bytes:"))
    return Details(f"{named(one.kind)}: how it is counted", tuple(blocks))


def _bar(one: KindProof) -> Bar | None:
    """Return the buffer of a switch, divided; the bar grows with what does not fit."""
    parts = list(_parts(one.fit))
    whole = sum(amount for _, _, amount in parts)
    if not whole:
        return None
    total = one.fit.buffer_bytes
    of = total or whole
    label = f"{named(one.kind)}: {size(total)} buffer" if total else named(one.kind)
    return Bar(
        label,
        tuple(
            Segment(fill, name, 100 * amount / whole, f"{size(amount)}, {amount / of:.1%}")
            for fill, name, amount in parts
            if amount
        ),
    )


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
    rows: list[tuple[str | Cell, ...]] = [
        (
            named(one.kind),
            verdict_cell(one.egress.verdict),
            size(one.egress.admitted_bytes),
            size(one.egress.queue_bytes),
            one.egress.why,
        )
        for one in document.switches
    ]
    return Section(
        "egress",
        "Egress never drops",
        (
            Prose(
                "The worst case is all ports of a switch sending into one queue: ingress must "
                "have paused every sender before that queue or its pool is full."
            ),
            table("Switch|Verdict|Ingress admits at most #|Queue takes #|Why", rows),
        ),
        worst(one.egress.verdict for one in document.switches),
    )

"""Headroom: every kind of lossless port, how its figures were found and what they add up from."""

from collections.abc import Iterator

from railwright.proof.report.blocks import (
    Block,
    Cell,
    Details,
    Items,
    Prose,
    Section,
    table,
    terms,
)
from railwright.proof.report.document import Document, PortRow, worst
from railwright.proof.report.text import count, exact, metres, ports, span, times

_LEAD = (
    "What a port must still take in after it has asked for a pause, per lossless class. xoff is "
    "that room, xon (or xon offset) how far a group drains before the sender goes on, size what "
    "is reserved for one group. Bytes. The bound is first principles for the longest of the cables "
    "and full frames: the peer takes all the time the standard allows and has just begun a frame. "
    "xoff at or above it is usual and proven to cover; xoff below it is not, and worth a question "
    "to the vendor."
)
SHOWN = 2
"""Sources of lengths that are shown; the rest is counted."""


def section(document: Document) -> Section:
    """Return the table of kinds of ports, with the derivation of each below."""
    rows = [_row(one) for one in document.ports]
    blocks: list[Block] = [
        Prose(_LEAD),
        table(
            "Switch|Use|Ports #|Switches #|Speed, lanes|Cables|Found by|xon / offset #|xoff #"
            "|size #|bound #|xoff / bound #",
            rows,
        ),
    ]
    blocks += [Details(_title(one), tuple(_derivation(one))) for one in document.ports]
    verdict = worst(one.cover.verdict for one in document.switches)
    return Section("headroom", "Headroom per kind of port", tuple(blocks), verdict)


def _reach(one: PortRow) -> str:
    return span(one.lengths_m[0], one.lengths_m[-1])


def _row(one: PortRow) -> tuple[str | Cell, ...]:
    found: str = one.method
    if one.method == "table":
        found = f"table row {metres(one.cable_m)}"
    length = _reach(one) + (" assumed" if one.length_assumed else "")
    ratio = one.xoff_bytes / one.bound_bytes if one.bound_bytes else None
    return (
        f"{one.kind}, {one.platform}",
        one.use,
        exact(one.ports),
        exact(one.switches),
        f"{one.speed_gbps}G, {one.lanes}",
        Cell(length, "note" if one.length_assumed else "plain"),
        Cell(f"{found}, assumed" if one.assumed else found, "note" if one.assumed else "plain"),
        f"{exact(one.xon_bytes)} / {exact(one.xon_offset_bytes)}",
        exact(one.xoff_bytes),
        exact(one.size_bytes),
        exact(one.bound_bytes),
        Cell(times(ratio), "note" if one.below_bound else "plain"),
    )


def _title(one: PortRow) -> str:
    return (
        f"{one.kind}, {one.platform}, {one.use} ports, {one.speed_gbps}G {_reach(one)}: "
        f"xoff {exact(one.xoff_bytes)} bytes, derived"
    )


def _derivation(one: PortRow) -> Iterator[Block]:
    lengths = ", ".join(f"{length_m:g}" for length_m in one.lengths_m)
    yield Items(
        (
            f"ports: e.g. {one.example} {ports(one.names)}; {_spread(one)}",
            f"cables: {lengths} m, the longest from {_sources(one)}"
            + ("; an assumption" if one.length_assumed else ""),
            f"MTU {exact(one.mtu_bytes)} bytes, {one.lanes} lanes, HWSKU {one.hwsku}, threshold "
            f"{one.threshold} (alpha {2.0**one.threshold:g})",
            f"source: {one.source}"
            + ("; ASSUMED" if one.assumed and "ASSUMED" not in one.source else ""),
        )
    )
    if one.terms:
        yield terms(one.terms, f"xoff at {metres(one.lengths_m[-1])}, bytes:")
    if one.bound_terms:
        yield terms(one.bound_terms, f"bound at {metres(one.lengths_m[-1])}, bytes:")


def _spread(one: PortRow) -> str:
    """Return how many ports there are, and how many a switch has."""
    total = f"{count(one.ports, 'port')} of {count(one.switches, 'switch', 'switches')}"
    if one.fewest_each != one.most_each:
        return f"{total}, {one.fewest_each} to {one.most_each} each"
    return f"{total}, {one.most_each} each" if one.switches > 1 else total


def _sources(one: PortRow) -> str:
    shown = "; ".join(one.length_from[:SHOWN])
    more = len(one.length_from) - SHOWN
    return f"{shown}; and {more} more" if more > 0 else shown

"""How flows spread over equal-cost links, and how full the fullest link is expected to be."""

from railwright.plan.lossless.ecmp import Spread
from railwright.proof.report.blocks import Cell, Items, Prose, Section, table
from railwright.proof.report.document import Document
from railwright.proof.report.text import exact, times

_LEAD = (
    "Switches pick a link per flow by a hash, not by load, and RoCE has few and large flows. This "
    "is no proof but what to expect when every NIC sends at full rate to one peer behind another "
    "leaf: above 1.00x a link is asked for more than it has, so its flows are slowed down by ECN "
    "and DCQCN, in the worst case by PFC."
)


def section(document: Document) -> Section:
    """Return the expectation of every tier that has a choice."""
    if not document.ecmp:
        return Section("ecmp", "ECMP expectation", ())
    rows: list[tuple[str | Cell, ...]] = [_row(one) for one in document.ecmp]
    titles = (
        "From|To|Links to choose from #|Flows #|Rate of a flow #|Mean load #"
        "|Fullest link of a switch #|Fullest of all #"
    )
    hashes = dict.fromkeys(
        f"{one.network} {one.role}: hash of {one.hash_fields}, seed {one.seed}"
        for one in document.ecmp
    )
    return Section(
        "ecmp", "ECMP expectation", (Prose(_LEAD), table(titles, rows), Items(tuple(hashes)))
    )


def _row(one: Spread) -> tuple[str | Cell, ...]:
    return (
        f"{one.network} {one.role}",
        one.towards,
        exact(one.paths),
        exact(one.flows),
        f"{one.flow_gbps:g} Gb/s",
        times(one.mean_load),
        times(one.worst_load),
        times(one.fabric_worst_load),
    )

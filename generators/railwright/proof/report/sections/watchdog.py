"""The PFC watchdog: what frees a queue that stays paused."""

from railwright.proof.report.blocks import Cell, Prose, Section, table
from railwright.proof.report.document import Document, WatchdogRow
from railwright.proof.report.text import exact


def section(document: Document) -> Section:
    """Return the watchdog of every kind of switch."""
    rows: list[tuple[str | Cell, ...]] = [_row(one) for one in document.watchdogs]
    lead = Prose(
        "The watchdog of the port in front of a stuck receiver acts on the lossless queue alone; "
        "times grow with the number of ports where the intent gives none."
    )
    titles = "Switch|Switches #|Action|Detection #|Restoration #|Poll #|From"
    return Section("watchdog", "PFC watchdog", (lead, table(titles, rows)) if rows else ())


def _row(one: WatchdogRow) -> tuple[str | Cell, ...]:
    return (
        f"{one.kind}, {one.platform}",
        exact(one.switches),
        one.action,
        f"{exact(one.detection_ms)} ms",
        f"{exact(one.restoration_ms)} ms",
        f"{exact(one.poll_ms)} ms",
        f"intent: {', '.join(one.given)}" if one.given else "stock rule by number of ports",
    )

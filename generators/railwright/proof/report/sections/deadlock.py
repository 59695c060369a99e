"""Deadlock freedom: the verdict, the cycle if there is one, and what a stuck host would stop."""

from collections.abc import Iterator, Sequence

from railwright.plan.deadlock.model import Cycle, DeadlockProof, Victims
from railwright.proof.report.blocks import Block, Cell, Items, Lines, Prose, Section, table
from railwright.proof.report.document import Document, worst
from railwright.proof.report.text import exact, listed, verdict_cell

_LEAD = (
    "A hop is the buffer at the receiving end of the links between two devices. It waits for "
    "another where packets go from the one to the other on a route that BGP may install. Without "
    "a cycle some buffer can always drain, so no pause lasts for ever. Failures are covered by the "
    "states simulated, one of each set that is the same but for the names of alike devices."
)


def section(document: Document) -> Section:
    """Return the proof of every network."""
    rows: list[tuple[str | Cell, ...]] = [_row(one) for one in document.deadlock]
    blocks: list[Block] = []
    if rows:
        titles = (
            "Network|Verdict|Method|Hops #|Dependencies #|Single failures covered #"
            "|Double failures covered #|States simulated #"
        )
        blocks = [Prose(_LEAD), table(titles, rows)]
        blocks += [block for one in document.deadlock for block in _against(one)]
        blocks.append(_notes(document.deadlock))
        blocks += _stuck([each for one in document.deadlock for each in one.victims])
    return Section(
        "deadlock",
        "Deadlock freedom",
        tuple(blocks),
        worst(one.verdict for one in document.deadlock) if rows else None,
    )


def _row(one: DeadlockProof) -> tuple[str | Cell, ...]:
    return (
        one.network,
        verdict_cell(one.verdict),
        one.method,
        exact(one.hops),
        exact(one.dependencies),
        _covered(one.singles, complete=one.complete_singles),
        _covered(one.doubles, complete=one.complete_doubles),
        exact(one.states),
    )


def _covered(failures: int, *, complete: bool) -> str:
    return f"{exact(failures)} ({'all' if complete else 'a sample'})" if failures else "none"


def _against(one: DeadlockProof) -> Iterator[Block]:
    if one.cycle:
        yield Prose(f"{one.network}: the shortest cycle{_when(one.cycle)}", "bad")
        yield Lines(tuple(_hops(one.cycle)))
    if one.unreachable:
        yield Prose(f"{one.network}: no route to {listed(one.unreachable)}.", "bad")


def _notes(proofs: Sequence[DeadlockProof]) -> Items:
    """Return the notes; what is said of several networks is said once."""
    said: dict[str, list[str]] = {}
    for one in proofs:
        for note in one.notes:
            said.setdefault(note, []).append(one.network)
    return Items(tuple(f"{listed(networks)}: {note}" for note, networks in said.items()))


def _when(cycle: Cycle) -> str:
    if cycle.failure is None:
        return ", which BGP does not exclude; no failure that was tried closes it"
    return f", with {cycle.failure.describe()}"


def _hops(cycle: Cycle) -> Iterator[str]:
    for hop in cycle.hops:
        yield f"{hop.describe()}: {hop.why}"


def _stuck(victims: list[Victims]) -> Iterator[Block]:
    if not victims:
        return
    yield Prose(
        "A host that pauses its port for ever is no cycle, yet it stops whoever sends to it. Of "
        "every kind of host port, one:"
    )
    rows: list[tuple[str | Cell, ...]] = [
        (
            f"{one.host} {one.port}",
            f"{one.switch} {one.switch_port}",
            ", ".join(f"{number:,} {kind}" for kind, number in one.links) or "none",
            f"{exact(one.hosts)} of {exact(one.hosts_of - 1)}",
            one.freed_by,
            Cell("never", "bad") if one.freed_after_ms is None else f"{one.freed_after_ms:,} ms",
        )
        for one in victims
    ]
    yield table("Host port|At|Paused links|Other host ports stopped #|Freed by|Freed after #", rows)

"""What is claimed, network by network, with the figure that decides; and the verdict over all."""

from collections.abc import Iterator, Sequence
from math import inf

from railwright.plan.deadlock.model import DeadlockProof
from railwright.plan.lossless.model import KindProof, Marking
from railwright.plan.shape import Network
from railwright.proof.model import Agreement
from railwright.proof.report.document import Claim, PortRow, worst
from railwright.proof.report.groups import Figure, tightest
from railwright.proof.report.text import count, listed, size, span, times

_METHODS = {
    "formula": "the switch's own formula",
    "table": "the platform's table",
    "bound": "first principles",
}


def claims(
    ports: Sequence[PortRow],
    switches: Sequence[KindProof],
    deadlock: Sequence[DeadlockProof],
    agreement: Agreement,
) -> Iterator[Claim]:
    """Yield every claim: those of each network together, agreement at the end."""
    networks: dict[Network, None] = dict.fromkeys(one.kind.network for one in switches)
    for network in networks:
        kinds = [one for one in switches if one.kind.network == network]
        yield _headroom(network, [row for row in ports if row.network == network], kinds)
        yield _fit(network, kinds)
        yield _egress(network, kinds)
        yield _marking(network, kinds)
        yield from (_deadlock(one) for one in deadlock if one.network == network)
    yield _agreement(agreement)


def statement(
    made: Sequence[Claim], ports: Sequence[PortRow], switches: Sequence[KindProof]
) -> str:
    """Return what the claims come to, what stands against them, and what they rest on."""
    return " ".join((_outcome(made), *_rests(ports, switches)))


def _rests(ports: Sequence[PortRow], switches: Sequence[KindProof]) -> Iterator[str]:
    unheard = dict.fromkeys(
        one.kind.network for one in switches if not all(row.reacts for row in one.marking)
    )
    if unheard:
        yield f"No NIC of {listed(unheard)} slows down on ECN marks: PFC alone holds senders back."
    if guessed := sum(row.assumed for row in ports):
        yield f"The headroom of {count(guessed, 'kind')} of port is assumed until confirmed."


def _outcome(made: Sequence[Claim]) -> str:
    verdict = worst(one.verdict for one in made)
    if verdict == "proven":
        return (
            "Headroom covers what is in flight and fits the buffers, no lossless queue drops, ECN "
            "marks before PFC pauses, no pause can wait for itself, and switches and servers are "
            "configured alike."
        )
    against = [one for one in made if one.verdict == verdict]
    first = f"{_subject(against[0])}: {against[0].says}"
    more = f" ({count(len(against) - 1, 'more claim')} likewise)" if len(against) > 1 else ""
    if verdict == "accepted":
        return f"Everything is proven but for what the intent accepts: {first}{more}."
    return f"{first[0].upper()}{first[1:]}{more}."


def _subject(claim: Claim) -> str:
    return f"{claim.title}, {claim.network}" if claim.network else claim.title


def _headroom(network: Network, rows: Sequence[PortRow], kinds: Sequence[KindProof]) -> Claim:
    methods = listed(dict.fromkeys(_METHODS[row.method] for row in rows))
    guessed = sum(row.assumed for row in rows)
    assumed = f"; {guessed} of them assumed" if guessed else ""
    shortest = min((row.lengths_m[0] for row in rows), default=0.0)
    longest = max((row.lengths_m[-1] for row in rows), default=0.0)
    cables = span(shortest, longest)
    says = f"{count(len(rows), 'kind')} of port with cables of {cables}, from {methods}{assumed}"
    verdict = worst(one.cover.verdict for one in kinds)
    if verdict != "proven":
        covers = [Figure(one, one.cover.verdict, one.cover.short_bytes, one.cover) for one in kinds]
        low = tightest(covers).proof
        says = f"{low.kind.speaker}: {low.cover.why}"
    return Claim(network, "headroom covers what is in flight", verdict, says, "headroom")


def _fit(network: Network, kinds: Sequence[KindProof]) -> Claim:
    verdict = worst(one.fit.verdict for one in kinds)
    fits = [Figure(one, one.fit.verdict, one.fit.ratio or 0, one.fit) for one in kinds]
    fullest = tightest(fits).proof
    kind, ratio = fullest.kind, fullest.fit.ratio
    says = f"{kind.speaker}: {fullest.fit.why}"
    if verdict == "proven":
        percent = f"{ratio:.0%} of its pool" if ratio is not None else "no limit"
        says = f"{kind.tier}, fullest {kind.devices[0]}: {percent}"
        if kind.alone:
            says = f"the fullest is {kind.tier} with {percent}"
    return Claim(network, "headroom fits the buffer", verdict, says, "buffers")


def _egress(network: Network, kinds: Sequence[KindProof]) -> Claim:
    verdict = worst(one.egress.verdict for one in kinds)
    queues = [Figure(one, one.egress.verdict, -_room(one), one.egress) for one in kinds]
    first = tightest(queues).proof
    says = f"{first.kind.speaker}: {first.egress.why}"
    if verdict == "proven":
        room, admitted = size(first.egress.queue_bytes), size(first.egress.admitted_bytes)
        says = f"the tightest queue, {first.kind.speaker}, takes {room}, ingress admits {admitted}"
    return Claim(network, "no lossless queue drops", verdict, says, "egress")


def _room(proof: KindProof) -> float:
    return inf if proof.egress.room is None else proof.egress.room


def _marking(network: Network, kinds: Sequence[KindProof]) -> Claim:
    rows = [(kind, one) for kind in kinds for one in kind.marking]
    verdict = worst(one.verdict for _, one in rows)
    margins = [
        (point.margin, point.senders, kind.kind.speaker)
        for kind, one in rows
        for point in one.incast
    ]
    against = next((one.why for _, one in rows if one.verdict == verdict != "proven"), None)
    if against is None and margins:
        margin, senders, role = min(margins)
        against = f"smallest margin {times(margin)}, {role}, {count(senders, 'sender')}"
    says = "; ".join((against or "no thresholds", *_marking_remarks(rows)))
    return Claim(network, "ECN marks before PFC pauses", verdict, says, "marking")


def _marking_remarks(rows: Sequence[tuple[KindProof, Marking]]) -> Iterator[str]:
    """Yield what marking before pause leaves open: full marking, and whether anybody listens."""
    late = [
        (one.full_margin, one.worst.senders, kind.kind.speaker)
        for kind, one in rows
        if one.verdict != "failed" and one.marks_all_too_late and one.full_margin and one.worst
    ]
    if late:
        margin, senders, role = min(late)
        yield (
            f"every packet is marked only after pause: it comes at {times(margin)} what a group "
            f"holds at Kmax, {role}, {count(senders, 'sender')}"
        )
    if not all(one.reacts for _, one in rows):
        yield "no NIC slows down on marks, as DCQCN is off"


def _deadlock(proof: DeadlockProof) -> Claim:
    seen = (
        f"{count(proof.hops, 'hop')}, {count(proof.dependencies, 'dependency', 'dependencies')}, "
        "no cycle"
    )
    if proof.cycle:
        seen = f"a cycle of {count(len(proof.cycle.hops), 'hop')}"
    if proof.unreachable:
        seen = f"{seen}; no route to {listed(proof.unreachable)}"
    return Claim(
        proof.network,
        "no pause waits for itself",
        proof.verdict,
        f"{proof.method}: {seen}",
        "deadlock",
    )


def _agreement(agreement: Agreement) -> Claim:
    differ = len(agreement.findings)
    compared = count(sum(row.compared for row in agreement.rows), "value")
    if agreement.compared_devices < agreement.devices:
        of = f"{agreement.compared_devices:,} of {agreement.devices:,} devices"
        compared = f"{compared} of {of}, some of each kind with all their neighbours,"
    return Claim(
        None,
        "switches, servers and plan agree",
        "failed" if differ else "proven",
        f"{compared} compared, {count(differ, 'differs', 'differ') if differ else 'none differs'}",
        "agreement",
    )

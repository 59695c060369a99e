"""What is claimed, network by network, with the figure that decides; and the verdict over all."""

from collections.abc import Iterable, Iterator, Sequence

from railwright.plan.deadlock.model import DeadlockProof
from railwright.plan.lossless.model import KindProof, Marking, Verdict
from railwright.plan.shape import Network
from railwright.proof.model import Agreement
from railwright.proof.report.document import Claim, PortRow, worst
from railwright.proof.report.text import count, listed, metres, size, times

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
    longest = max((row.length_m for row in rows), default=0)
    says = f"{count(len(rows), 'kind')} of port up to {metres(longest)}, from {methods}{assumed}"
    verdict = worst(one.cover.verdict for one in kinds)
    if verdict != "proven":
        low = _decisive((one.cover.verdict, one.cover.short_bytes, one) for one in kinds)
        says = f"{low.kind.name}: {low.cover.why}"
    return Claim(network, "headroom covers what is in flight", verdict, says, "headroom")


def _fit(network: Network, kinds: Sequence[KindProof]) -> Claim:
    verdict = worst(one.fit.verdict for one in kinds)
    tight = _decisive((one.fit.verdict, one.fit.ratio or 0, one) for one in kinds)
    percent = f"{tight.fit.ratio:.0%} of its pool" if tight.fit.ratio is not None else "no limit"
    says = (
        f"the fullest is {tight.kind.name} with {percent}"
        if verdict == "proven"
        else f"{tight.kind.name}: {tight.fit.why}"
    )
    return Claim(network, "headroom fits the buffer", verdict, says, "buffers")


def _egress(network: Network, kinds: Sequence[KindProof]) -> Claim:
    verdict = worst(one.egress.verdict for one in kinds)
    first = _decisive((one.egress.verdict, -_room(one), one) for one in kinds)
    says = f"{first.kind.name}: {first.egress.why}"
    if verdict == "proven":
        room, admitted = size(first.egress.queue_bytes), size(first.egress.admitted_bytes)
        says = f"the tightest queue, {first.kind.name}, takes {room}, ingress admits {admitted}"
    return Claim(network, "no lossless queue drops", verdict, says, "egress")


def _room(proof: KindProof) -> float:
    """Return how much more the queue takes than ingress admits, as a factor."""
    if proof.egress.queue_bytes is None or not proof.egress.admitted_bytes:
        return float("inf")
    return proof.egress.queue_bytes / proof.egress.admitted_bytes


def _marking(network: Network, kinds: Sequence[KindProof]) -> Claim:
    rows = [(kind, one) for kind in kinds for one in kind.marking]
    verdict = worst(one.verdict for _, one in rows)
    margins = [
        (point.margin, point.senders, kind.kind.name) for kind, one in rows for point in one.incast
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
        (one.full_margin, one.worst.senders, kind.kind.name)
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


def _decisive(found: Iterable[tuple[Verdict, float, KindProof]]) -> KindProof:
    """Return the kind that the claim hangs on: the worst verdict, then the largest figure."""
    rows = list(found)
    verdict = worst(one for one, _, _ in rows)
    return max(((figure, kind) for one, figure, kind in rows if one == verdict), key=_first)[1]


def _first(pair: tuple[float, KindProof]) -> float:
    return pair[0]

"""Buffers of lossless switches: headroom that covers and fits, egress, marking before pause."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from operator import itemgetter

from railwright.errors import Problem
from railwright.intent.roce_rules import SECOND_CLASS
from railwright.plan.lossless import remedies
from railwright.plan.lossless.model import KindProof, Marking
from railwright.plan.lossless.proof import case_of, prove_kind, quick
from railwright.plan.model import Plan
from railwright.plan.qos import roce_of, roce_path
from railwright.plan.shape import Network

ADVISED_QUEUES = 2
"""Queues that one sender should be able to fill to kmin before it is paused."""


def check_headroom_fit(plan: Plan) -> Iterator[Problem]:
    """Yield what is wrong with the buffers of every kind of lossless switch.

    Where switches of one role differ in their ports, the worst one speaks for all. What only the
    lengths of cables as built are the reason for is said where those are given.
    """
    found = list(_buffers(plan))
    if plan.intent.overrides.lengths and any(one.severity == "error" for one in found):
        found = list(_blamed(plan, found))
    yield from found


def _buffers(plan: Plan) -> Iterator[Problem]:
    proofs = quick(plan)
    for network in plan.qos:
        own = [one for one in proofs if one.kind.network == network]
        shared = tuple(_shared_pool(plan, network, own))
        yield from shared
        for same in _alike(own):
            yield from _cover(plan, same, own)
            yield from _fit(plan, same, own, failing=not shared)
            yield from _egress([one for one in same if not _is_impossible(one)])
        yield from _marking(plan, [one for one in own if not _is_impossible(one)])
        if not shared:
            yield from _acceptance(plan, network, own)


def _blamed(plan: Plan, found: Iterable[Problem]) -> Iterator[Problem]:
    """Yield problems, those that are errors with cables as built alone at the longest of them."""
    from railwright.plan.build import build  # noqa: PLC0415 (its checks need the plan's tables)

    overrides = plan.intent.overrides.model_copy(update={"lengths": ()})
    planned = build(plan.intent.model_copy(update={"overrides": overrides}))
    before = {one.path for one in _buffers(planned) if one.severity == "error"}
    network_of = {link.id: link.network for link in plan.links}
    lengths = [
        (one.length_m, -number, network_of[one.link])
        for number, one in enumerate(plan.intent.overrides.lengths)
    ]
    for problem in found:
        network = next(one for one in plan.qos if _is_about(problem, one))
        own = [one for one in lengths if one[2] == network]
        if problem.severity != "error" or problem.path in before or not own:
            yield problem
            continue
        _, number, _ = max(own)
        what = f"with this length, {problem.path}: {problem.what}"
        yield replace(problem, path=f"overrides.lengths[{-number}].length_m", what=what)


def _is_about(problem: Problem, network: Network) -> bool:
    return problem.path.startswith((f"networks.{network}.", f"{roce_path(network)}."))


def _alike(proofs: Iterable[KindProof]) -> Iterable[Sequence[KindProof]]:
    groups: dict[tuple[str, str], list[KindProof]] = {}
    for one in proofs:
        groups.setdefault((one.kind.role, one.kind.platform), []).append(one)
    return groups.values()


def _path(one: KindProof) -> str:
    return f"networks.{one.kind.network}.{one.kind.role}"


def _who(one: KindProof) -> str:
    return f"a {one.kind.name} ({one.kind.platform}, {one.kind.hwsku})"


def _is_impossible(one: KindProof) -> bool:
    """Return whether headroom fails whatever is accepted; all else of the switch follows."""
    return one.fit.verdict == "failed" and one.fit.accept_ratio is None


def _severity(one: KindProof) -> tuple[bool, bool, float]:
    """Return how bad a fit is: those that nobody can accept first, then by ratio."""
    return _is_impossible(one), one.fit.verdict == "failed", one.fit.ratio or 0.0


def _is_refused(plan: Plan, one: KindProof) -> bool:
    """Return whether a fit fails and no acceptance, however small, is meant for it."""
    roce = roce_of(plan.intent, one.kind.network)
    accepts = roce is not None and roce.headroom.accept is not None
    return one.fit.verdict == "failed" and not (accepts and one.fit.accept_ratio)


def _cover(plan: Plan, same: Sequence[KindProof], own: Sequence[KindProof]) -> Iterator[Problem]:
    """Yield ports whose headroom is below what may arrive at worst."""
    worst = max(same, key=lambda one: one.cover.short_bytes)
    if worst.cover.verdict == "proven":
        return
    what = f"headroom of {_who(worst)} is not proven to cover what is in flight"
    ways = _either(list(_covering(plan, worst.kind.network, own)))
    yield Problem(_path(worst), f"{what}: {worst.cover.why}; {ways}", "warning")


def _covering(plan: Plan, network: Network, own: Sequence[KindProof]) -> Iterator[str]:
    """Yield what would bring a network's headroom up to the bound, or show that less is enough."""
    cases = [case_of(plan, one.kind) for one in own]
    at = f"{roce_path(network)}.headroom"
    percent = remedies.covering_percent(cases)
    if percent is not None:
        yield f"raise {at}.small_packet_percent to {percent}"
    if cases[0].roce.headroom.model and remedies.default_model_covers(cases):
        yield f"remove {at}.model (the switch's own formula covers it)"
    yield "ask the vendor whether less is known to be enough"


def _shared_pool(plan: Plan, network: Network, own: Sequence[KindProof]) -> Iterator[Problem]:
    """Yield once a `shared_pool_ratio` that is the reason why headroom does not fit."""
    roce = roce_of(plan.intent, network)
    refused = [one for one in own if _is_refused(plan, one)]
    if roce is None or not roce.headroom.shared_pool_ratio or not refused:
        return
    ratio = roce.headroom.shared_pool_ratio
    cases = [case_of(plan, one.kind) for one in own]
    lower = remedies.lower_ratio(cases, ratio)
    if lower is None and not remedies.works_unshared(cases):
        return
    mend = "remove shared_pool_ratio" if lower is None else f"lower shared_pool_ratio to {lower}"
    worst = max(refused, key=_severity)
    ways = [mend, *_shorter(plan, refused), *_acceptable(plan, worst, own)]
    yield Problem(
        f"{roce_path(network)}.headroom.shared_pool_ratio",
        f"is {ratio}, too much for {_who(worst)}: {worst.fit.why}; {_either(ways)}",
    )


def _fit(
    plan: Plan, same: Sequence[KindProof], own: Sequence[KindProof], *, failing: bool
) -> Iterator[Problem]:
    """Yield headroom that does not fit; without `failing` only what is accepted or unknown."""
    worst = max(same, key=_severity)
    what = f"headroom of {_who(worst)}: {worst.fit.why}"
    if worst.fit.verdict in {"accepted", "unproven"}:
        yield Problem(_path(worst), what, "warning")
    elif failing and _is_refused(plan, worst):
        yield Problem(_path(worst), f"{what}; {_advice(plan, worst, own)}")


def _advice(plan: Plan, one: KindProof, own: Sequence[KindProof]) -> str:
    """Return what to do about a fit; `own` are all kinds of switches of its network."""
    return _either(list(_remedies(plan, one, own)))


def _either(ways: Sequence[str]) -> str:
    """Return ways out, the last one after an `or`."""
    *first, last = ways
    return f"{', '.join(first)} or {last}" if first else last


def _remedies(plan: Plan, one: KindProof, own: Sequence[KindProof]) -> Iterator[str]:
    """Yield what would make a kind of switch fit."""
    case = case_of(plan, one.kind)
    yield from _shorter(plan, [one])
    if one.kind.lossless_classes > 1 and remedies.works_with_one_class(case):
        yield f"remove {roce_path(one.kind.network)}.second"
    yield "choose another platform"
    yield from _acceptable(plan, one, own)


def _shorter(plan: Plan, proofs: Iterable[KindProof]) -> Iterator[str]:
    """Yield how long cables between switches may be, where any length fits all of them."""
    longest = [prove_kind(plan, one.kind).fit.longest_m for one in proofs]
    fitting = [length_m for length_m in longest if length_m]
    if len(fitting) == len(longest):
        yield f"shorten the cables between switches to {min(fitting):g} m"


def _acceptable(plan: Plan, one: KindProof, own: Sequence[KindProof]) -> Iterator[str]:
    """Yield what somebody may accept: the worst ratio of the network, enough for all of it."""
    if one.fit.accept_ratio:
        worst = max(each.fit.accept_ratio or 0.0 for each in own)
        at = f"{roce_path(one.kind.network)}.headroom.accept"
        yield f"accept ratio {_rounded(worst):g} with a reason in {at}"


def _rounded(ratio: float) -> float:
    """Return a ratio with two decimals, not below it."""
    return math.ceil(ratio * 100) / 100


def _acceptance(plan: Plan, network: Network, own: Sequence[KindProof]) -> Iterator[Problem]:
    """Yield an acceptance that is too small for what there is, or that nothing needs."""
    roce = roce_of(plan.intent, network)
    accept = roce.headroom.accept if roce else None
    if accept is None:
        return
    at = f"{roce_path(network)}.headroom.accept"
    over = [one for one in own if one.fit.accept_ratio]
    worst = max(over, key=_severity, default=None)
    if worst is None:
        if not any(map(_is_impossible, own)):
            yield Problem(at, "is not needed: all headroom fits; remove it", "warning")
    elif worst.fit.verdict == "failed":
        yield Problem(
            f"{at}.ratio",
            f"is {accept.ratio:g}, below the real one: headroom of {_who(worst)}: "
            f"{worst.fit.why}; {_advice(plan, worst, own)}",
        )


def _egress(same: Sequence[KindProof]) -> Iterator[Problem]:
    """Yield why a lossless queue may discard; the first mix that does speaks for all."""
    for verdict in ("failed", "unproven"):
        one = next((one for one in same if one.egress.verdict == verdict), None)
        if one is None:
            continue
        what = f"lossless queues of {_who(one)}: {one.egress.why}"
        if verdict == "failed":
            yield Problem(_path(one), f"{what}; choose another platform")
        elif one.kind.floods:
            where = f"networks.{one.kind.network}.attachment"
            yield Problem(where, f"{what}; choose routed", "warning")
        else:
            yield Problem(_path(one), what, "warning")
        return


def _marking(plan: Plan, proofs: Iterable[KindProof]) -> Iterator[Problem]:
    """Yield the classes that are paused before they are marked, or nearly so.

    A class is told once where its thresholds come from, of the switch with the smallest margin.
    Thresholds that are not known are an error of the traffic classes, told with those.
    """
    known = [
        (one.worst.margin, proof, one) for proof in proofs for one in proof.marking if one.worst
    ]
    found: dict[tuple[str, str], Problem] = {}
    for _, proof, one in sorted(known, key=itemgetter(0)):
        path = _marking_path(plan, proof, one.class_name)
        problem = _marked_late(path, _who(proof), one)
        if problem is not None:
            found.setdefault((path, one.class_name), problem)
    yield from found.values()


def _marked_late(path: str, who: str, one: Marking) -> Problem | None:
    """Return what is wrong with the marking of a class on one kind of switch."""
    what = f"class {one.class_name} on {who}: {one.why}"
    if one.verdict == "failed":
        return Problem(path, f"{what}; lower kmin and kmax")
    late = tuple(_late(one))
    if not late:
        return None
    faults = "; ".join(fault for fault, _ in late)
    lower = " and ".join(threshold for _, threshold in late)
    return Problem(path, f"{what}; {faults}; lower {lower}", "warning")


def _late(one: Marking) -> Iterator[tuple[str, str]]:
    """Yield what marks late without failing, each with the threshold that does it."""
    queues = one.queues_before_pause
    # A sender cannot fill more queues than there are other ports.
    if queues is not None and queues < min(ADVISED_QUEUES, one.ports - 1):
        yield (
            f"a sender into {ADVISED_QUEUES} queues is paused before either is marked at "
            f"{one.kmin_bytes} bytes",
            "kmin",
        )
    if one.marks_all_too_late and one.worst is not None:
        senders = f"{one.worst.senders} sender{'s' * (one.worst.senders != 1)}"
        yield (
            f"with {senders} into one queue a group pauses at {one.worst.pause_bytes} bytes, "
            f"before every packet is marked at {one.kmax_bytes // one.worst.senders}",
            "kmax",
        )


def _marking_path(plan: Plan, proof: KindProof, class_name: str) -> str:
    """Return the thresholds in the intent where it gives some, else the platform that does."""
    network = proof.kind.network
    given = next(one.ecn for one in plan.qos[network] if one.name == class_name)
    if given is None or (given.kmin_bytes is None and given.kmin_percent is None):
        return _path(proof)
    second = ".second" if class_name == SECOND_CLASS else ""
    return f"{roce_path(network)}{second}.ecn"

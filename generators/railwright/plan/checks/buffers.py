"""Buffers of lossless switches: headroom that fits, egress that never discards, marks first."""

import math
from collections.abc import Iterable, Iterator, Sequence

from railwright.errors import Problem
from railwright.intent.roce_rules import SECOND_CLASS
from railwright.plan.lossless.model import KindProof
from railwright.plan.lossless.proof import prove_kind, quick
from railwright.plan.model import Plan
from railwright.plan.qos import roce_of, roce_path
from railwright.plan.shape import Network

ADVISED_QUEUES = 2
"""Queues that one sender should be able to fill to kmin before it is paused."""


def check_headroom_fit(plan: Plan) -> Iterator[Problem]:
    """Yield what is wrong with the buffers of every kind of lossless switch.

    Where switches of one role differ in their ports, the worst one speaks for all.
    """
    proofs = quick(plan)
    for same in _alike(proofs):
        yield from _fit(plan, same)
        yield from _egress(same)
        yield from _marking(plan, same)
    for network in plan.qos:
        own = [one for one in proofs if one.kind.network == network]
        yield from _acceptance(plan, network, own)


def _alike(proofs: Iterable[KindProof]) -> Iterable[Sequence[KindProof]]:
    groups: dict[tuple[str, str, str], list[KindProof]] = {}
    for one in proofs:
        key = one.kind.network, one.kind.role, one.kind.platform
        groups.setdefault(key, []).append(one)
    return groups.values()


def _path(one: KindProof) -> str:
    return f"networks.{one.kind.network}.{one.kind.role}"


def _who(one: KindProof) -> str:
    return f"a {one.kind.name} ({one.kind.platform}, {one.kind.hwsku})"


def _severity(one: KindProof) -> tuple[bool, float]:
    """Return how bad a fit is: those that fail first, then by ratio."""
    return one.fit.verdict == "failed", one.fit.ratio or 0.0


def _fit(plan: Plan, same: Sequence[KindProof]) -> Iterator[Problem]:
    worst = max(same, key=_severity)
    fit = worst.fit
    roce = roce_of(plan.intent, worst.kind.network)
    accepts = roce is not None and roce.headroom.accept is not None
    what = f"headroom of {_who(worst)}: {fit.why}"
    if fit.verdict in {"accepted", "unproven"}:
        yield Problem(_path(worst), what, "warning")
    elif fit.verdict == "failed" and not (accepts and fit.accept_ratio):
        yield Problem(_path(worst), f"{what}; {_advice(plan, worst)}")


def _advice(plan: Plan, one: KindProof) -> str:
    """Return what to do about a fit, the last way after an `or`."""
    *first, last = _remedies(prove_kind(plan, one.kind))
    return f"{', '.join(first)} or {last}" if first else last


def _remedies(one: KindProof) -> Iterator[str]:
    """Yield what would make a kind of switch fit."""
    fit, kind = one.fit, one.kind
    at = roce_path(kind.network)
    if fit.longest_m:
        yield f"shorten the cables between switches to {fit.longest_m:g} m"
    if kind.lossless_classes > 1:
        yield f"remove {at}.second"
    yield "choose another platform"
    if fit.accept_ratio:
        yield f"accept ratio {_rounded(fit.accept_ratio):g} with a reason in {at}.headroom.accept"


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
    if worst is None or worst.fit.accept_ratio is None:
        yield Problem(at, "is not needed: all headroom fits; remove it", "warning")
    elif worst.fit.verdict == "failed":
        yield Problem(
            f"{at}.ratio",
            f"is {accept.ratio:g}, below the real one: headroom of {_who(worst)}: "
            f"{worst.fit.why}; {_advice(plan, worst)}",
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
        else:
            yield Problem(_path(one), what, "warning")
        return


def _marking(plan: Plan, same: Sequence[KindProof]) -> Iterator[Problem]:
    """Yield the classes that are paused before they are marked, or nearly so.

    Thresholds that are not known are an error of the traffic classes, told with those.
    """
    told: set[str] = set()
    for proof in same:
        for one in proof.marking:
            if one.verdict == "unproven" or one.class_name in told:
                continue
            what = f"class {one.class_name} on {_who(proof)}: {one.why}"
            path = _marking_path(plan, proof, one.class_name)
            if one.verdict == "failed":
                told.add(one.class_name)
                yield Problem(path, f"{what}; lower kmin and kmax")
            elif one.queues_before_pause is not None and one.queues_before_pause < ADVISED_QUEUES:
                told.add(one.class_name)
                yield Problem(
                    path,
                    f"{what}; a sender into {ADVISED_QUEUES} queues is paused before either is "
                    f"marked at {one.kmin_bytes} bytes; lower kmin",
                    "warning",
                )


def _marking_path(plan: Plan, proof: KindProof, class_name: str) -> str:
    """Return the thresholds in the intent where it gives some, else the platform that does."""
    network = proof.kind.network
    given = next(one.ecn for one in plan.qos[network] if one.name == class_name)
    if given is None or (given.kmin_bytes is None and given.kmin_percent is None):
        return _path(proof)
    second = ".second" if class_name == SECOND_CLASS else ""
    return f"{roce_path(network)}{second}.ecn"

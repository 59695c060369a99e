"""Whether ECN marks before PFC pauses.

Marking looks at the queue (egress), pausing at the priority group (ingress); both count the same
packets. A queue is marked from `kmin` on: SONiC sets the averaging weight to 0, so the length of
the moment counts (swss orchagent/qosorch.cpp, SAI_WRED_ATTR_WEIGHT). A group pauses at
alpha x (what is free of the shared buffer), alpha = 2^dynamic_th.

(a) Incast: n senders into one queue. When it reaches kmin, each group holds kmin / n. All n pause
together at alpha x S / (1 + n x alpha). The margin is one over the other; it grows with n, so one
sender (a faster link into a slower one) is the worst.

Between kmin and kmax only some packets are marked, every one from kmax on. A margin to kmax below
1 is no failure, as marking has begun, but a sender is then paused before ECN has its full effect.
Whether marks slow anybody down is up to the NICs (DCQCN).

(b) The strictest case, the bound of Zhu et al., "Congestion Control for Large-Scale RDMA
Deployments" (SIGCOMM 2015, section 4): one sender fills q queues, all just below kmin, so its
group holds q x kmin before anything is marked. It is not paused while
q x kmin < alpha x (S - q x kmin). With q as large as the number of other ports, no traffic
whatever pauses before it is marked; that is a figure here, not a condition, as DCQCN works with
less.

S is what lossless groups share, less their own minimum where that comes out of it; within one
slice, where the chip's buffer has several: a port's groups and its part of every queue are in one.
What lossy traffic takes of the same pool makes S smaller; how much it may take is said.
"""

from dataclasses import replace

from railwright.plan.lossless.egress import alpha
from railwright.plan.lossless.fit import Case
from railwright.plan.lossless.model import Marking, MarkingPoint
from railwright.plan.lossless.pools import Budget
from railwright.plan.qos import Marking as Slope

SHOWN = (1, 2, 8)
"""Numbers of senders whose points are shown, beside all other ports of the switch."""
_NOTHING = Slope(0, 0, 0, "")


def marking_of(
    case: Case, class_name: str, speed_gbps: int, slope: Slope | None, budget: Budget
) -> Marking:
    """Return whether a class is marked before it is paused at one speed of a kind of switch.

    `budget` is that of `case`.
    """
    kind = case.kind
    threshold = min(one.threshold for one in kind.mix if one.key.speed_gbps == speed_gbps)
    others = max(1, kind.ports - 1)
    given = slope or _NOTHING
    found = Marking(
        verdict="unproven",
        class_name=class_name,
        speed_gbps=speed_gbps,
        kmin_bytes=given.kmin_bytes,
        kmax_bytes=given.kmax_bytes,
        max_probability_percent=given.max_probability_percent,
        shared_bytes=budget.free_bytes,
        threshold=threshold,
        incast=(),
        queues_before_pause=None,
        full_margin=None,
        reacts=case.roce.dcqcn,
        ports=kind.ports,
        why="no marking thresholds are known" if slope is None else "the shared buffer is unknown",
        source=given.source,
    )
    if slope is None or budget.free_bytes is None:
        return found
    return _judged(found, budget.free_bytes, others)


def _judged(found: Marking, shared_bytes: int, others: int) -> Marking:
    """Return the same with its points and what they say; `others` is the most senders."""
    # A small share of a small buffer may be less than a byte.
    kmin, kmax = max(1, found.kmin_bytes), max(1, found.kmax_bytes)
    share = alpha(found.threshold)
    points = tuple(
        point_of(senders, kmin, shared_bytes, share)
        for senders in sorted({min(number, others) for number in (*SHOWN, others)})
    )
    worst = min(points, key=lambda point: point.margin)
    full_margin = worst.margin * kmin / kmax
    return replace(
        found,
        verdict="failed" if worst.margin <= 1 else "proven",
        kmin_bytes=kmin,
        kmax_bytes=kmax,
        incast=points,
        queues_before_pause=min(queues_before_pause(kmin, shared_bytes, share), others),
        full_margin=full_margin,
        why=_why(worst, full_margin, int(shared_bytes - kmin * (1 + share) / share)),
    )


def point_of(senders: int, kmin_bytes: int, shared_bytes: int, share: float) -> MarkingPoint:
    """Return pause threshold and margin when `senders` groups fill one queue to kmin."""
    pause = max(0.0, share * shared_bytes / (1 + senders * share))
    held = kmin_bytes / senders
    return MarkingPoint(senders, int(pause), int(held), pause / held)


def queues_before_pause(kmin_bytes: int, shared_bytes: int, share: float) -> int:
    """Return the largest q with q x kmin < alpha x (S - q x kmin), not below 0."""
    most = share * max(0, shared_bytes) / ((1 + share) * kmin_bytes)
    return int(most) - 1 if most == int(most) and most else int(most)


def _why(worst: MarkingPoint, full_margin: float, spare_bytes: int) -> str:
    """Return the worst point in words; `spare_bytes` is what others may take before it fails."""
    senders = f"{worst.senders} sender{'s' * (worst.senders != 1)}"
    if worst.margin <= 1:
        return (
            f"with {senders} into one queue a group pauses at {worst.pause_bytes} bytes, before "
            f"marking begins at {worst.held_bytes}"
        )
    full = f"{full_margin:.1f}" if full_margin >= 1 else f"{full_margin:.2g}"
    return (
        f"worst with {senders} into one queue: pause comes at {worst.margin:.1f} times what a "
        f"group holds when marking begins, {full} times what it holds when every packet is marked; "
        f"holds until others, lossy traffic in the same pool included, take {spare_bytes} bytes of "
        "the shared buffer"
    )

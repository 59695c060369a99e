"""Whether ECN marks before PFC pauses.

Marking looks at the queue (egress), pausing at the priority group (ingress); both count the same
packets. A queue is marked from `kmin` on: SONiC sets the averaging weight to 0, so the length of
the moment counts (swss orchagent/qosorch.cpp, SAI_WRED_ATTR_WEIGHT). A group pauses at
alpha x (what is free of the shared buffer), alpha = 2^dynamic_th.

(a) Incast: n senders into one queue. When it reaches kmin, each group holds kmin / n. All n pause
together at alpha x S / (1 + n x alpha). The margin is one over the other; it grows with n, so one
sender (a faster link into a slower one) is the worst.

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

from railwright.plan.lossless.egress import alpha
from railwright.plan.lossless.model import Kind, Marking, MarkingPoint
from railwright.plan.lossless.pools import Budget
from railwright.plan.qos import Marking as Slope

SHOWN = (1, 2, 8)
"""Numbers of senders whose points are shown, beside all other ports of the switch."""


def marking_of(
    kind: Kind, class_name: str, speed_gbps: int, slope: Slope | None, budget: Budget
) -> Marking:
    """Return whether a class is marked before it is paused at one speed of a kind of switch."""
    threshold = min(one.threshold for one in kind.mix if one.key.speed_gbps == speed_gbps)
    others = max(1, kind.ports - 1)
    shared = budget.free_bytes
    if slope is None or shared is None:
        why = "no marking thresholds are known" if slope is None else "the shared buffer is unknown"
        kmin, kmax, percent, source = _numbers(slope)
        return Marking(
            "unproven",
            class_name,
            speed_gbps,
            kmin,
            kmax,
            percent,
            shared,
            threshold,
            (),
            None,
            kind.ports,
            why,
            source,
        )
    kmin = max(1, slope.kmin_bytes)  # a small share of a small buffer may be less than a byte
    points = tuple(
        point_of(senders, kmin, shared, alpha(threshold))
        for senders in sorted({min(number, others) for number in (*SHOWN, others)})
    )
    queues = queues_before_pause(kmin, shared, alpha(threshold))
    fails = [point for point in points if point.margin <= 1]
    return Marking(
        verdict="failed" if fails else "proven",
        class_name=class_name,
        speed_gbps=speed_gbps,
        kmin_bytes=kmin,
        kmax_bytes=slope.kmax_bytes,
        max_probability_percent=slope.max_probability_percent,
        shared_bytes=shared,
        threshold=threshold,
        incast=points,
        queues_before_pause=min(queues, others),
        ports=kind.ports,
        why=_why(points, slope, shared, alpha(threshold)),
        source=slope.source,
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


def _numbers(slope: Slope | None) -> tuple[int, int, int, str]:
    if slope is None:
        return 0, 0, 0, ""
    return slope.kmin_bytes, slope.kmax_bytes, slope.max_probability_percent, slope.source


def _why(points: tuple[MarkingPoint, ...], slope: Slope, shared_bytes: int, share: float) -> str:
    worst = min(points, key=lambda point: point.margin)
    senders = f"{worst.senders} sender{'s' * (worst.senders != 1)}"
    if worst.margin <= 1:
        return (
            f"with {senders} into one queue a group pauses at {worst.pause_bytes} bytes, before "
            f"marking begins at {worst.held_bytes}"
        )
    taken = int(shared_bytes - max(1, slope.kmin_bytes) * (1 + share) / share)
    every = worst.margin * slope.kmin_bytes / slope.kmax_bytes
    return (
        f"worst with {senders} into one queue: pause comes at {worst.margin:.1f} times what a "
        f"group holds when marking begins, {every:.1f} times what it holds when every packet is "
        f"marked; holds until others, lossy traffic in the same pool included, take {taken} bytes "
        "of the shared buffer"
    )

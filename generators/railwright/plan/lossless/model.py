"""What the lossless proof says of every kind of switch: fit, egress, marking, control traffic.

A kind is all switches of one network that have the same role, platform, HWSKU and as many ports
with the same headroom; one of them speaks for all.
"""

from dataclasses import dataclass
from typing import Literal

from railwright.plan.model import HeadroomKey, PortUse, Role, Term
from railwright.plan.shape import Network

Verdict = Literal["proven", "accepted", "unproven", "failed"]
"""`accepted`: beyond the limit, as the intent accepts with a reason; `unproven`: a figure is
missing, or the argument does not hold for everything that can happen; nothing here says that a
figure is an assumption, the source does."""


@dataclass(frozen=True, slots=True)
class Mix:
    """Some ports of a switch with equal headroom: what they are for, and how many.

    Sizes are those of one priority group; `threshold` is its dynamic threshold, the exponent of two
    that SONiC calls `dynamic_th`. `lengths_m` are all lengths of their cables, the shortest first.
    `key` is of the longest, and `bound_bytes` the largest of their first-principles bounds on xoff.
    """

    use: PortUse
    key: HeadroomKey
    ports: int
    xon_bytes: int
    xoff_bytes: int
    size_bytes: int
    threshold: int
    bound_bytes: int
    lengths_m: tuple[float, ...]

    @property
    def keys(self) -> tuple[HeadroomKey, ...]:
        """Return every kind of port among these, that with the shortest cable first."""
        return tuple(self.key._replace(length_m=length_m) for length_m in self.lengths_m)

    @property
    def short_bytes(self) -> int:
        """Return how far xoff is below its first-principles bound, 0 where it is not."""
        return max(0, self.bound_bytes - self.xoff_bytes)


@dataclass(frozen=True, slots=True)
class Kind:
    """Switches that are alike: `devices` lists them, `mix` their lossless ports.

    `cabled_ports` counts every port that has buffers, those towards routers outside too, and
    `wide_ports` those of them with eight lanes. `alone` says that all switches of this role and
    platform are of this kind, `floods` that its host ports share a VLAN: frames to a NIC that is
    lost go to every one of them.
    """

    network: Network
    role: Role
    platform: str
    hwsku: str
    model: Literal["dynamic", "traditional"]
    devices: tuple[str, ...]
    mix: tuple[Mix, ...]
    lossless_classes: int
    cabled_ports: int
    wide_ports: int
    alone: bool = True
    floods: bool = False

    @property
    def tier(self) -> str:
        """Return what it has in common with others of its role: `compute leaf`."""
        return f"{self.network} {self.role}"

    @property
    def name(self) -> str:
        """Return how messages call it: `compute leaf`, with the first device where mixes differ."""
        return self.tier if self.alone else f"{self.tier} like {self.devices[0]}"

    @property
    def speaker(self) -> str:
        """Return how a claim calls it: `compute leaf`, or one device of it where mixes differ."""
        return self.tier if self.alone else f"{self.tier} {self.devices[0]}"

    @property
    def ports(self) -> int:
        """Return the ports that can be paused."""
        return sum(one.ports for one in self.mix)


@dataclass(frozen=True, slots=True)
class Cover:
    """Whether the headroom of every port holds what may still arrive after a pause.

    `short_bytes` is how far the worst port's xoff is below its first-principles bound.
    """

    verdict: Verdict
    short_bytes: int
    why: str


@dataclass(frozen=True, slots=True)
class Fit:
    """Headroom of all ports and lossless classes against what the switch has for it.

    `need_bytes` is their sum, `limit_bytes` what it comes from (None: unknown), `ratio` one
    over the other; `bound_ratio` is the same by the first-principles bound, for comparison.
    `shared_bytes` is what remains for the shared lossless buffer, `buffer_bytes` the whole,
    `terms` what else the whole has to hold.
    `accept_ratio` is what an intent would have to accept, None where nothing is to be accepted or
    accepting would not help. `pausing_ports` is how many ports may pause at once, the largest
    headroom first; `more_ports` (of the largest headroom), `more_classes` and `longest_m` (all
    cables between switches as long as that; 0 where no length fits) are what would still fit;
    None where nothing limits it.
    """

    verdict: Verdict
    need_bytes: int
    limit_bytes: int | None
    buffer_bytes: int | None
    shared_bytes: int | None
    ratio: float | None
    bound_ratio: float | None
    accept_ratio: float | None
    pausing_ports: int
    more_ports: int | None
    more_classes: int | None
    longest_m: float | None
    terms: tuple[Term, ...]
    why: str
    source: str


@dataclass(frozen=True, slots=True)
class Egress:
    """Whether a lossless queue can be full before the ingress side pauses.

    `admitted_bytes` is the most that ingress admits before every sender has stopped;
    `queue_bytes` what the tightest limit of an egress queue or pool lets in at that point.
    """

    verdict: Verdict
    admitted_bytes: int | None
    queue_bytes: int | None
    why: str

    @property
    def room(self) -> float | None:
        """Return how much more a queue takes than ingress admits, as a factor; None: unknown."""
        if self.queue_bytes is None or not self.admitted_bytes:
            return None
        return self.queue_bytes / self.admitted_bytes


@dataclass(frozen=True, slots=True)
class MarkingPoint:
    """Ports congested at once, with the pause threshold of each and the margin to marking.

    `pause_bytes` is one priority group's dynamic threshold at that point; `margin` is
    pause_bytes / what a group holds when the queue reaches kmin: above 1 marking comes first.
    """

    senders: int
    pause_bytes: int
    held_bytes: int
    margin: float


@dataclass(frozen=True, slots=True)
class Marking:
    """Whether a lossless class is marked before it is paused, at one speed of one kind of switch.

    `shared_bytes` is the empty shared buffer that thresholds are a share of, one slice's where the
    chip has several.
    `incast` are points of n senders into one queue; `queues_before_pause` is how many queues one
    sender may fill to kmin at the same time before its pause (the strictest case).
    `full_margin` is the smallest margin to kmax, from which every packet is marked: below 1 pause
    comes before that. `reacts` says whether NICs slow down on marks (DCQCN).
    """

    verdict: Verdict
    class_name: str
    speed_gbps: int
    kmin_bytes: int
    kmax_bytes: int
    max_probability_percent: int
    shared_bytes: int | None
    threshold: int
    incast: tuple[MarkingPoint, ...]
    queues_before_pause: int | None
    full_margin: float | None
    reacts: bool
    ports: int
    why: str
    source: str

    @property
    def worst(self) -> MarkingPoint | None:
        """Return the point with the smallest margin, None where nothing is known."""
        return min(self.incast, key=lambda point: point.margin, default=None)

    @property
    def marks_all_too_late(self) -> bool:
        """Return whether a sender is paused before every packet of its queue is marked."""
        return self.full_margin is not None and self.full_margin < 1


@dataclass(frozen=True, slots=True)
class Control:
    """The strict queue that CNPs share, at its worst: what all senders of a port can put into it.

    `load_percent` is its share of the port; `others` names what rides it beside CNPs.
    """

    speed_gbps: int
    load_percent: float
    others: tuple[str, ...]
    why: str
    source: str


@dataclass(frozen=True, slots=True)
class KindProof:
    """Everything proven about one kind of switch."""

    kind: Kind
    cover: Cover
    fit: Fit
    egress: Egress
    marking: tuple[Marking, ...]
    control: tuple[Control, ...]

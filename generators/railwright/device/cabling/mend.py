"""Moves that mend a chain of wrong cables, in the order they are done."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from railwright.device.cabling import sight, swaps
from railwright.device.cabling.chains import Chain, Parallel, order
from railwright.device.cabling.judge import View, link_at
from railwright.device.cabling.model import Action, End, Move
from railwright.device.cabling.places import Places
from railwright.plan.model import Plan

_AT_A_NODE, _AT_A_SWITCH, _AT_TWO_DEVICES = 0, 1, 20
_SPLITTER, _FOREIGN = 50, 200  # plugs that cannot be moved alone, or that are not ours to move
_KEEP = 5000  # plugs that may be right


@dataclass(frozen=True, slots=True)
class Step:
    """A move before it has a name: what is done, at which ends, and where the cables lead to.

    `unseen` is an end of which nobody knows whether a plug is in it, `unread` that its device was
    not read.
    """

    action: Action
    ends: tuple[End, End]
    far: tuple[End | None, ...] = ()
    sockets: bool = False
    unseen: End | None = None
    unread: bool = False


@dataclass(slots=True)
class _Plugs:
    """What is plugged where while the steps are done: the far end by port.

    `hidden` are ports that may hold a plug whose far end nobody knows, `unseen` those of them that
    people have to look at first, `refilled` the ports where such a plug may have gone.
    """

    view: View
    far: dict[End, End]
    hidden: set[End]
    unseen: set[End]
    refilled: set[End] = field(default_factory=set)
    touched: set[End] = field(default_factory=set)
    steps: list[Step] = field(default_factory=list)

    @classmethod
    def of(cls, view: View, slots: Collection[End]) -> "_Plugs":
        """Return the plugs of a chain as they are."""
        partner = view.edges.partner
        return cls(
            view,
            far={end: partner[end] for end in slots if end in partner},
            hidden={
                end for end in slots if end not in partner and sight.may_hold_a_plug(view, end)
            },
            unseen={end for end in slots if sight.is_unseen(view, end)},
        )

    def exchange(self, one: End, other: End) -> None:
        """Exchange the plugs in two ports, of which one may be empty."""
        if one not in self.far:
            one, other = other, one
        far = self.far.pop(one)
        other_far = self.far.pop(other, None)
        self.touched.update((one, other))
        if other_far is None and other not in self.hidden:
            self.steps.append(Step("move", (one, other), (far,)))
        else:
            (first, at_first), (second, at_second) = sorted(
                ((one, far), (other, other_far)), key=lambda plug: order(plug[0])
            )
            self.steps.append(
                Step(
                    "swap",
                    (first, second),
                    (at_first, at_second),
                    unseen=other if other in self.unseen else None,
                    unread=self._unread(other),
                )
            )
        if other in self.hidden:
            self.hidden.remove(other)
            self.hidden.add(one)
            self.refilled.add(one)
            if other in self.unseen:
                self.unseen.remove(other)
                self.unseen.add(one)
        self._join(other, far)
        if other_far is not None:
            self._join(one, other_far)

    def connect(self, one: End, other: End) -> None:
        """Join two ports if a cable between them is known to be missing.

        Either both are known to be empty, or one was read and is dark from the beginning.
        """
        ends = one, other
        view = self.view
        here = all(end.device in view.present for end in ends)
        if not here or any(sight.is_secret(view, end) or end in self.refilled for end in ends):
            return
        hidden = [end for end in ends if end in self.hidden]
        if not hidden:
            self.steps.append(Step("connect", ends))
        elif len(hidden) == 1 and not self.touched.intersection(ends):
            unread = self._unread(hidden[0])
            self.steps.append(Step("connect", ends, unseen=hidden[0], unread=unread))

    def _unread(self, end: End) -> bool:
        return end not in self.refilled and end.device not in self.view.evidence.read

    def _join(self, one: End, far: End) -> None:
        self.far[one], self.far[far] = far, one


def steps(
    view: View, chain: Chain, pair: Mapping[End, End], classes: Iterable[Parallel]
) -> tuple[Step, ...]:
    """Return what mends a chain, fewest steps first at one device.

    None where all ways lead over a plug that nobody sees and that may be right already.
    """
    slots = [end for end in chain.slots if end is not None]
    unseen = sight.unseen_in(view, chain)
    keep = sight.maybe_right(view, classes).intersection(unseen) if unseen else frozenset()

    def price(one: End, other: End) -> int:
        return _price(view.plan, one, other) + (0 if keep.isdisjoint((one, other)) else _KEEP)

    found, results = swaps.exchanges(chain, price)
    if not all(keep.isdisjoint(swap) for swap in found):
        return ()
    plugs = _Plugs.of(view, slots)
    for swap in found:
        plugs.exchange(*swap)
    for one, other in results:
        if one is None or other is None:
            continue
        there = plugs.far.get(one) == other
        ends = min((one, other), (other, one), key=lambda both: order(both[0]))
        if pair.get(one) != other and there:
            plugs.steps.append(Step("remove", ends))
        elif pair.get(one) == other and not there:
            plugs.connect(*ends)
    return tuple(plugs.steps)


def _price(plan: Plan, one: End, other: End) -> int:
    """Return what an exchange costs: least at one server, most at a stranger."""
    cost = _AT_TWO_DEVICES
    if one.device == other.device:
        device = plan.device.get(one.device)
        cost = _AT_A_SWITCH if device is not None and device.is_switch else _AT_A_NODE
    cost += _SPLITTER * (_is_split(plan, one) + _is_split(plan, other))
    return cost + _FOREIGN * (bool(one.at) + bool(other.at))


def _is_split(plan: Plan, end: End) -> bool:
    """Return whether one plug here serves several ports, so that no port's plug moves alone."""
    link = link_at(plan, end)
    fitting = plan.fitted.get(link.id) if link is not None and plan.fitted else None
    return (
        fitting is not None
        and bool(fitting.shared)
        and link is not None
        and (link.z.device == end.device)
    )


def moves(places: Places, fault: str, wanted: Collection[Step]) -> Iterator[Move]:
    """Yield the steps of a fault as moves."""
    for number, step in enumerate(wanted, 1):
        one, other = step.ends
        yield Move(
            id=f"{fault}/{number}",
            fault=fault,
            action=step.action,
            device=one.device if one.device == other.device else None,
            ends=(places.place(one), places.place(other)),
            far=tuple(places.place(end) if end else None for end in step.far),
            text=_text(places, step),
            sockets=step.sockets,
        )


def _text(places: Places, step: Step) -> str:
    one, other = step.ends
    same = one.device == other.device
    where = f"at {places.device_text(one.device)} " if same else ""
    first, second = (places.port_text(end) if same else places.full_text(end) for end in step.ends)
    labels = _labels(places, step)
    if step.action == "move":
        far = places.full_text(step.far[0]) if step.far[0] else "nowhere"
        if not same:
            return f"move the far end of the cable in {far} from {first} to {second}{labels}"
        return f"{where}move the plug in {first} to {second}; its far end is {far}{labels}"
    if step.action == "connect":
        return (
            f"connect {first} and {second}: plug the cable in, or find out why it is dark"
            f"{_doubt(places, step)}{labels}"
        )
    if step.action == "remove":
        return f"remove the cable between {first} and {second}: it is not planned"
    what = "the second jumpers" if step.sockets else "the plugs"
    return f"{where}swap {what} in {first} and {second}{_doubt(places, step)}{labels}"


def _doubt(places: Places, step: Step) -> str:
    """Return what to look at before a move to a port that nobody sees."""
    end = step.unseen
    if end is None:
        return ""
    port = places.port_text(end)
    why = f"{end.device} was not read" if step.unread else f"nobody sees what is in {port}"
    if step.action == "connect":
        return f"; {why}: if a plug is in {places.text(end)}, see where it leads to first"
    one, other = step.ends
    where = port if one.device == other.device else places.text(end)
    return f"; {why}: if {where} is empty, move the other plug there"


def _labels(places: Places, step: Step) -> str:
    """Return the labels of the cables that belong where the move puts a plug."""
    targets = step.ends[1:] if step.action == "move" else step.ends
    one_device = step.ends[0].device == step.ends[1].device
    words = [
        f"{end.port if one_device else f'{end.device} {end.port}'} = {' and '.join(labels)}"
        for end in targets
        if (labels := places.place(end).labels[-1 if step.sockets else 0 :])
    ]
    return f"; labels: {', '.join(words)}" if words else ""

"""From the plan to boxes and bundles: every switch in one box, every link in one bundle."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from railwright.catalog import loader as catalog
from railwright.emitters.drawing import levels
from railwright.emitters.drawing.seats import Place, Seat, Seating
from railwright.emitters.drawing.style import colour_class
from railwright.emitters.drawing.view import (
    MANY,
    TIERS,
    Box,
    Bundle,
    FabricView,
    Hosts,
    Tier,
    VlanMembers,
)
from railwright.plan import identity
from railwright.plan.identity import LeafId
from railwright.plan.model import Device, Link, Plan
from railwright.plan.shape import Network

Ends = tuple[str, str]
"""The ids of a bundle's lower and upper box."""


def view_of(plan: Plan, network: Network) -> FabricView:
    """Return a network as it is drawn."""
    return _Gatherer(plan, network).view()


@dataclass(slots=True)
class _Filling:
    """A box while it is filled; `kept` counts reserved hosts that have no name yet."""

    seat: Seat
    tier: Tier
    switches: list[Device] = field(default_factory=list)
    later: list[str] = field(default_factory=list)
    hosts: dict[str, None] = field(default_factory=dict)
    reserved: dict[str, None] = field(default_factory=dict)
    kept: int = 0
    vlans: dict[int, Counter[tuple[str, str]]] = field(default_factory=dict)
    vlans_later: Counter[int] = field(default_factory=Counter)


class _Gatherer:
    """Puts the switches of one network into boxes, then counts the links between them."""

    def __init__(self, plan: Plan, network: Network) -> None:
        self._plan = plan
        self._fabric = plan.built[network]
        self._shape = self._fabric.shape
        self._network = network
        self._seating = Seating(self._shape, levels.level_of(self._shape))
        self._boxes: dict[str, _Filling] = {}
        self._box_of: dict[str, str] = {}
        self._hosts_of: dict[str, str] = {}
        self._speeds: dict[Ends, Counter[int]] = {}
        self._later: Counter[Ends] = Counter()
        self._absent: list[LeafId] = []

    def view(self) -> FabricView:
        """Return the network as it is drawn."""
        self._seat_switches()
        for link in self._plan.links:
            if link.network == self._network:
                self._count(link)
        self._reserve()
        tiers = {tier: tuple(self._of_tier(tier)) for tier in TIERS}
        return FabricView(
            cluster=self._plan.intent.cluster,
            fabric=self._fabric,
            level=self._seating.level,
            tiers={tier: boxes for tier, boxes in tiers.items() if boxes},
            bundles=tuple(self._bundles()),
        )

    def _seat_switches(self) -> None:
        shape, seating = self._shape, self._seating
        for leaf in identity.leaves(shape):
            name = identity.name_of_leaf(shape, leaf)
            self._add(name, "leaf", seating.leaf(leaf, name))
            hosts = seating.hosts(leaf)
            self._hosts_of[name] = hosts.id
            self._boxes.setdefault(hosts.id, _Filling(hosts, "host"))
            if not self._fabric.has_leaf(leaf):
                self._absent.append(leaf)
        for spine in identity.spines(shape):
            name = identity.name_of_spine(shape, spine)
            self._add(name, "spine", seating.spine(spine, name))
        for core in identity.superspines(shape):
            name = identity.name_of_superspine(shape, core)
            self._add(name, "superspine", seating.superspine(core, name))

    def _add(self, name: str, tier: Tier, seat: Seat) -> None:
        box = self._boxes.setdefault(seat.id, _Filling(seat, tier))
        self._box_of[name] = seat.id
        if device := self._plan.device.get(name):
            box.switches.append(device)
        else:
            box.later.append(name)

    def _count(self, link: Link) -> None:
        """Count a link, and the host at its lower end."""
        if link.kind in {"host", "access"}:
            lower, upper = self._hosts_of[link.z.device], self._box_of[link.z.device]
            self._count_host(self._boxes[lower], link)
        else:
            lower = self._box_of[link.a.device]
            upper = self._box_of.get(link.z.device) or self._router(link.z.device)
        ends = lower, upper
        if not link.deployed:
            self._later[ends] += 1
        elif (speeds := self._speeds.get(ends)) is not None:
            speeds[link.speed_gbps] += 1
        else:
            self._speeds[ends] = Counter((link.speed_gbps,))

    def _count_host(self, box: _Filling, link: Link) -> None:
        name = link.a.device
        (box.hosts if link.deployed else box.reserved)[name] = None
        if link.vlan is None:
            return
        kinds = box.vlans.setdefault(link.vlan, Counter())
        if link.deployed:
            kinds[self._plan.device[name].role, link.a.port] += 1
        else:
            box.vlans_later[link.vlan] += 1

    def _router(self, name: str) -> str:
        self._boxes.setdefault(name, _Filling(Seat(name, (0, 0, 0), Place()), "router"))
        return name

    # What the capacity keeps room for beyond the links a plan has: those of switches to come.

    def _reserve(self) -> None:
        shape = self._shape
        uplinks: Counter[Ends] = Counter()
        upper = self._spine_boxes()
        for leaf in self._absent:
            name = identity.name_of_leaf(shape, leaf)
            for spine in upper.get((leaf.pod, shape.group_of(leaf.leaf)), ()):
                uplinks[self._box_of[name], spine] += shape.links_per_pair
            self._reserve_hosts(leaf, name)
        for spine_id in identity.spines(shape):
            if shape.core and not self._fabric.has_spine(spine_id):
                name = identity.name_of_spine(shape, spine_id)
                number = spine_id.group * shape.spines + spine_id.index - 1
                for core in self._core_boxes(number):
                    uplinks[self._box_of[name], core] += shape.core.links_per_pair
        self._later += uplinks

    def _spine_boxes(self) -> dict[tuple[int, int], list[str]]:
        """Return the box of every spine of a pod and group."""
        found: dict[tuple[int, int], list[str]] = {}
        for spine in identity.spines(self._shape):
            box = self._box_of[identity.name_of_spine(self._shape, spine)]
            found.setdefault((spine.pod, spine.group), []).append(box)
        return found

    def _core_boxes(self, number: int) -> list[str]:
        """Return the box of every super-spine of a set."""
        shape = self._shape
        count = shape.core.superspines if shape.core else 0
        names = (
            identity.name_of_superspine(shape, identity.CoreId(number, index))
            for index in range(1, count + 1)
        )
        return [self._box_of[name] for name in names]

    def _reserve_hosts(self, leaf: LeafId, name: str) -> None:
        """Keep room for the hosts of a leaf that is not there yet, once for all leaves of its SU.

        Access switches are not filled in order: who would be behind one is not kept room for here.
        """
        shape = self._shape
        if shape.design == "access":
            return
        first = ((leaf.pod - 1) * shape.sus + leaf.su - 1) * shape.nodes_per_su
        hosts = max(0, min(shape.nodes_per_su, self._capacity() - first))
        ports = shape.rails if shape.shared_leaf else 1
        self._later[self._hosts_of[name], self._box_of[name]] += hosts * ports
        if leaf.leaf == 0:
            self._boxes[self._hosts_of[name]].kept += hosts

    def _capacity(self) -> int:
        nodes = self._plan.intent.nodes
        if self._network == "compute":
            return nodes.gpu.reserved
        return sum(one.reserved for one in (nodes.storage, nodes.management, nodes.gpu) if one)

    # From what was counted to values.

    def _of_tier(self, tier: Tier) -> Iterator[Box]:
        found = [one for one in self._boxes.values() if one.tier == tier]
        for one in sorted(found, key=lambda one: (one.seat.column, one.seat.id)):
            hosts = self._hosts(one) if tier == "host" else None
            if hosts and not hosts.names and not hosts.later:
                continue  # behind an access switch that the capacity only numbers
            yield Box(one.seat, tier, tuple(one.switches), tuple(one.later), hosts)

    def _hosts(self, box: _Filling) -> Hosts:
        device = self._plan.device
        kinds: Counter[str] = Counter(device[name].role for name in box.hosts)
        later = box.kept + len(box.reserved.keys() - box.hosts.keys())
        vlans = (
            VlanMembers(vlan, kinds, box.vlans_later[vlan])
            for vlan, kinds in sorted(box.vlans.items())
        )
        return Hosts(kinds, tuple(box.hosts), later, tuple(vlans))

    def _bundles(self) -> Iterator[Bundle]:
        for lower, upper in _in_order((*self._speeds, *self._later), tuple(self._boxes)):
            speeds = self._speeds.get((lower, upper), Counter[int]())
            later = self._later[lower, upper]
            if speeds or later:
                yield Bundle(lower, upper, speeds, later, self._colour(lower, upper))

    def _colour(self, lower: str, upper: str) -> str:
        """Return the class of the cables' colour: towards hosts a rail's, else the network's."""
        if self._network != "compute" or self._boxes[lower].tier != "host":
            return colour_class(self._network)
        rails = self._boxes[upper].seat.place.rails
        return colour_class(rails[0], catalog.palette()) if len(rails) == 1 else MANY


def _in_order(ends: Iterable[Ends], boxes: Sequence[str]) -> list[Ends]:
    place = {box: at for at, box in enumerate(boxes)}
    return sorted(dict.fromkeys(ends), key=lambda one: (place[one[0]], place[one[1]]))

"""What is written in the boxes: coloured strips, a title and lines."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from railwright.emitters.drawing.phrases import Phrases, grouped
from railwright.emitters.drawing.seats import Place, Run
from railwright.emitters.drawing.style import colour_class
from railwright.emitters.drawing.view import Box, Bundle, FabricView, Hosts, Tier, VlanMembers
from railwright.naming import spans, storage_interface
from railwright.plan.model import Plan, Role

_MOST_VLANS = 6  # in one box


@dataclass(frozen=True, slots=True)
class Chip:
    """A strip of a colour, by class, and what is written on it."""

    cls: str
    said: str


@dataclass(frozen=True, slots=True)
class Label:
    """What is written in a box."""

    chips: tuple[Chip, ...]
    title: str
    lines: tuple[str, ...]


class Labels:
    """Writes the labels of one network's boxes."""

    def __init__(self, plan: Plan, view: FabricView, say: Phrases) -> None:
        self._plan = plan
        self._view = view
        self._say = say
        self._shape = view.shape
        self._up = {lower: total(bundles) for lower, bundles in view.upwards.items()}

    def of(self, box: Box) -> Label:
        """Return what is written in a box."""
        if box.tier == "router":
            return Label((), box.name, (self._say("outside"), *self._down(box)))
        if box.hosts is not None:
            title = self.where(box.seat.place) or self._devices(box.hosts)
            return Label((), title, tuple(self._hosts(box, box.hosts)))
        chips = tuple(self._chips(box))
        if box.name:
            return Label(chips, box.name, tuple(self._switch(box)))
        return Label(chips, self.title(box), tuple(self._switches(box)))

    def title(self, box: Box) -> str:
        """Return what a box of several switches is called."""
        where = self.where(box.seat.place)
        if box.tier == "leaf" and self._shape.design == "access":
            names = [*(one.name for one in box.switches), *box.later]
            if len(names) > 1:
                return self._say("leaves_to", first=names[0], last=names[-1])
            return names[0]
        if box.tier == "leaf" and self._shape.isolated_rails:
            return self._say.joined((where, *self._rails(box.seat.place.rails)))
        if box.tier == "spine":
            where = self._say.joined((where, *self._rails(box.seat.place.rails)))
        return where or self.count(box)

    def where(self, place: Place) -> str:
        """Return where a box is in the network: pod, SU or pair, plane, set."""
        pair = self._shape.network == "storage"
        parts = (
            self._run(place.pods, "pod"),
            self._run(place.sus, "pair" if pair else "su") if self._has_sus else "",
            "" if place.plane is None else self._say("plane", n=place.plane),
            "" if place.set is None else self._say("set", n=place.set + 1),
        )
        return self._say.joined(parts)

    @property
    def _has_sus(self) -> bool:
        return self._shape.design != "access"

    def _run(self, run: Run | None, key: str) -> str:
        if run is None:
            return ""
        first, last = run
        if first == last:
            return self._say(key, n=first)
        return self._say(f"{key}s", first=first, last=last)

    def _rails(self, rails: Sequence[int]) -> Iterator[str]:
        if len(rails) == 1:
            yield self._say("rail", n=rails[0])
        elif rails:
            yield self._say("rails", first=rails[0], last=rails[-1])

    def count(self, box: Box) -> str:
        """Return how many switches a box stands for, and how many are reserved."""
        return self.some(len(box.switches), len(box.later), self.noun(box.tier))

    def noun(self, tier: Tier) -> str:
        """Return the phrase that counts the switches of a tier."""
        access = tier == "leaf" and self._shape.design == "access"
        return "n_access" if access else f"n_{tier}"

    def some(self, deployed: int, later: int, key: str) -> str:
        """Return how many there are of something, and how many more are reserved."""
        if not deployed and later:
            return self._say("only_more", what=self._say.counted(later, key))
        what = self._say.counted(deployed, key)
        return self._say("more", what=what, n=grouped(later)) if later else what

    # Switches.

    def _chips(self, box: Box) -> Iterator[Chip]:
        place, network = box.seat.place, self._view.network
        if network == "compute" and box.tier != "superspine" and place.rails:
            for rail in place.rails:
                said = f"R{rail}" if len(place.rails) == 1 else str(rail)
                yield Chip(colour_class(rail), said)
            return
        yield Chip(colour_class(network), self._strip(box))

    def _strip(self, box: Box) -> str:
        """Return what is written on the strip of a box that is no rail's."""
        place = box.seat.place
        if place.side is not None:
            return storage_interface(place.side)
        if box.tier == "leaf" and box.name:
            vlans = sorted(one.vlan for one in self._plan.svis_of.get(box.name, ()))
            if vlans:
                return self._run((vlans[0], vlans[-1]), "vlan")
        if box.tier == "superspine" and place.set is not None:
            return self._say("set", n=place.set + 1)
        if box.tier == "spine" and place.plane is not None:
            return self._say("plane", n=place.plane)
        return self._say(f"tier_{box.tier}")

    def _switch(self, box: Box) -> Iterator[str]:
        """Yield the lines of one switch: platform, ASN, loopback, rack unit, uplinks."""
        yield self.platform(box)
        if box.seat.place.plane is not None and box.tier == "leaf":
            yield self._say("plane", n=box.seat.place.plane)
        for device in box.switches:
            if device.asn is not None:
                yield self._say("asn", n=device.asn)
            if device.loopback is not None:
                yield device.loopback
        floor = self._plan.floor
        if floor and (place := floor.places.get(box.name)):
            yield self._say("rack_unit", rack=place.rack, unit=place.top_u)
        if not box.switches:
            yield self._say("reserved")
        yield from self._uplinks(box)

    def _switches(self, box: Box) -> Iterator[str]:
        if (count := self.count(box)) != self.title(box):
            yield count
        yield self.platform(box)
        yield from _one_run(one.name for one in box.switches)
        core = self._shape.core
        if box.tier == "superspine" and core and box.seat.place.set is None:
            sets = core.sets if box.seat.place.plane is None else core.sets // self._shape.planes
            yield self._say("in_sets", sets=sets, each=core.superspines)
            yield self._say("set_joins")
        numbers = {one.asn for one in box.switches}
        if len(numbers) == 1 and None not in numbers:
            yield self._say("asn", n=numbers.pop())
        yield from self._uplinks(box)

    def platform(self, box: Box) -> str:
        """Return the model of the switches of a box's tier."""
        return self._view.fabric.platforms[_ROLES[box.tier]].model

    def model(self, box: Box) -> str:
        """Return maker and model of the switches of a box's tier."""
        platform = self._view.fabric.platforms[_ROLES[box.tier]]
        return f"{platform.vendor} {platform.model}"

    def _uplinks(self, box: Box) -> Iterator[str]:
        if speeds := self._up.get(box.id):
            yield self._say("up", what=self._say.links(speeds))

    def _down(self, box: Box) -> Iterator[str]:
        if speeds := total(one for one in self._view.bundles if one.upper == box.id):
            yield self._say("down", what=self._say.links(speeds))

    # Hosts.

    def _hosts(self, box: Box, hosts: Hosts) -> Iterator[str]:
        if hosts.vlans and not box.seat.card:
            yield from self._vlans(hosts.vlans)
            return
        shape = self._shape
        if not self._is_compute or hosts.later:
            yield from self.populations(hosts)
        if self._is_compute and hosts.names:
            planes = self._say.counted(shape.planes, "n_plane") if shape.planes > 1 else ""
            nodes = self._say.counted(len(hosts.names), "n_node")
            rails = self._say.counted(shape.rails, "n_rail")
            yield " x ".join(part for part in (nodes, rails, planes) if part)
        yield from _one_run(hosts.names)

    def all_hosts(self) -> Hosts:
        """Return the hosts of the whole network as one box; a host in several boxes counts once."""
        found = [box.hosts for box in self._view.tiers.get("host", ()) if box.hosts]
        names = tuple(dict.fromkeys(name for one in found for name in one.names))
        kinds: Counter[str] = Counter(self._plan.device[name].role for name in names)
        return Hosts(kinds, names, sum(one.later for one in found))

    def populations(self, hosts: Hosts) -> Iterator[str]:
        """Yield how many hosts of each kind there are, and how many are reserved."""
        if not hosts.kinds:
            yield self.some(0, hosts.later, "n_gpu_node" if self._is_compute else "n_host")
            return
        nouns: Counter[str] = Counter()
        for kind, count in hosts.kinds.items():
            nouns[self._noun(kind)] += count
        for noun in _ORDER:
            if noun in nouns:
                yield self._say.counted(nouns[noun], f"n_{noun}")
        if hosts.later:
            yield self._say("n_reserved", n=grouped(hosts.later))

    def _devices(self, hosts: Hosts) -> str:
        return self.some(sum(hosts.kinds.values()), hosts.later, "n_device")

    def census(self) -> Iterator[str]:
        """Yield how many hosts the network has, then of which kinds where there are several."""
        whole = self.all_hosts()
        if len({self._noun(kind) for kind in whole.kinds}) > 1:
            yield self._say.counted(sum(whole.kinds.values()), "n_device")
        yield from self.populations(whole)

    @property
    def _is_compute(self) -> bool:
        return self._view.network == "compute"

    def _noun(self, kind: str) -> str:
        return "switch" if kind in _SWITCHES else kind

    def _vlans(self, vlans: Sequence[VlanMembers]) -> Iterator[str]:
        shown = vlans if len(vlans) <= _MOST_VLANS else vlans[: _MOST_VLANS - 1]
        for one in shown:
            kinds: Counter[str] = Counter()
            for (role, port), count in one.kinds.items():
                kinds[_plugged(role, port)] += count
            what = self._say.joined(self._say.counted(count, key) for key, count in kinds.items())
            if one.later:
                key = "more" if what else "only_more"
                what = self._say(key, what=what or grouped(one.later), n=grouped(one.later))
            yield self._say("vlan_row", n=one.vlan, what=what)
        if rest := len(vlans) - len(shown):
            yield self._say("vlan_more", n=rest)


_ROLES: Mapping[Tier, Role] = {"leaf": "leaf", "spine": "spine", "superspine": "superspine"}
_SWITCHES = frozenset(_ROLES)
_ORDER = ("gpu_node", "storage_node", "management_node", "switch", "pdu")
_LEGS = {"bmc": "k_bmc", "oob0": "k_leg"}


def _plugged(role: str, port: str) -> str:
    """Return the phrase of a device behind a VLAN by its role and port."""
    if role in _SWITCHES:
        return "k_mgmt_switch"
    return f"{_LEGS[port]}_{role}" if port in _LEGS else f"n_{role}"


def _one_run(names: Iterable[str]) -> Iterator[str]:
    """Yield the first and the last of names that are consecutive, else nothing."""
    said = spans(names)
    if said and "," not in said:
        yield said


def total(bundles: Iterable[Bundle]) -> Counter[int]:
    """Return the deployed links of several bundles by speed."""
    speeds: Counter[int] = Counter()
    for bundle in bundles:
        speeds.update(bundle.speeds)
    return speeds

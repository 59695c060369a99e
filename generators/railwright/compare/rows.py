"""Measures as rows: what a person reads from top to bottom, the compute fabric first."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar, get_args

from railwright.compare.model import Comparison, Cost, Figures, Measures, Parts, Row, Value
from railwright.plan.model import LinkKind, Role
from railwright.plan.shape import Network
from railwright.units import Medium

NETWORKS: tuple[Network, ...] = ("compute", "storage", "inband", "oob")
ROLES: tuple[tuple[Role, str], ...] = (
    ("leaf", "leaves"),
    ("spine", "spines"),
    ("superspine", "super-spines"),
)
LINK_KINDS: tuple[LinkKind, ...] = ("host", "access", "fabric", "border")
MEDIA: tuple[Medium, ...] = get_args(Medium)
PLACES = {"node": "in nodes", "switch": "in switches"}
EVERYTHING = "everything"
_Key = TypeVar("_Key")


def compare(designs: Sequence[Measures]) -> Comparison:
    """Return designs side by side; the first is what the others are measured against."""
    return Comparison(tuple(designs), tuple(_rows(designs)), tuple(_notes(designs)))


@dataclass(frozen=True, slots=True)
class _Section:
    """Makes the rows of one section."""

    name: str
    designs: Sequence[Measures]

    @property
    def same_size(self) -> bool:
        """Return whether all designs have as many GPUs."""
        return len({one.gpus for one in self.designs}) == 1

    @property
    def same_networks(self) -> bool:
        """Return whether all designs plan the same networks."""
        return len({frozenset(one.parts) for one in self.designs}) == 1

    @property
    def same_floors(self) -> bool:
        """Return whether all designs have a floor, or none has."""
        return len({one.has_floor for one in self.designs}) == 1

    def row(
        self, name: str, unit: str, of: Callable[[Measures], Value], *, comparable: bool = True
    ) -> Row:
        return Row(self.name, name, unit, tuple(of(one) for one in self.designs), comparable)


def _rows(designs: Sequence[Measures]) -> Iterator[Row]:
    yield from _cluster(_Section("cluster", designs))
    yield from _figures(_Section("compute", designs))
    for network in NETWORKS:
        if any(network in one.parts for one in designs):
            yield from _parts(_Section(network, designs), network)
    yield from _everything(_Section(EVERYTHING, designs))
    sizes = _Section("per GPU", designs)
    if not sizes.same_size:
        yield from _per_gpu(sizes)


def _cluster(section: _Section) -> Iterator[Row]:
    def rank(name: str, of: Callable[[Measures], Value]) -> Row:
        return section.row(name, "", of, comparable=False)

    yield rank("GPUs", lambda one: one.gpus)
    yield rank("nodes", lambda one: one.nodes)
    yield rank("nodes reserved for growth", lambda one: one.nodes_reserved - one.nodes)
    yield section.row("NIC bandwidth per node", "Gb/s", lambda one: one.figures.nic_gbps)


def _figures(section: _Section) -> Iterator[Row]:
    def rank(name: str, unit: str, of: Callable[[Figures], Value]) -> Row:
        return section.row(name, unit, lambda one: of(one.figures), comparable=False)

    def total(name: str, unit: str, of: Callable[[Figures], Value]) -> Row:
        return section.row(name, unit, lambda one: of(one.figures), comparable=section.same_size)

    yield rank("design", "", lambda one: one.design)
    yield rank("tiers", "", lambda one: one.tiers)
    yield rank("nodes per SU", "", lambda one: one.nodes_per_su)
    yield rank("oversubscription of leaves", ":1", lambda one: one.oversubscription)
    if any(one.figures.core_oversubscription for one in section.designs):
        yield rank("oversubscription of spines", ":1", lambda one: one.core_oversubscription)
    yield total("bisection", "Tb/s", lambda one: one.bisection_gbps / 1000)
    yield total("bisection between rails", "Tb/s", lambda one: one.between_rails_gbps / 1000)
    yield rank("hops, same rail, same SU", "", lambda one: one.ways.same_rail_near)
    yield rank("hops, same rail, farthest", "", lambda one: one.ways.same_rail_far)
    yield rank("hops, other rail, same SU", "", lambda one: one.ways.other_rail_near)
    yield rank("hops, other rail, farthest", "", lambda one: one.ways.other_rail_far)
    yield rank("spare cages per leaf", "", lambda one: one.spare_cages_leaf)
    yield rank("spare cages per spine", "", lambda one: one.spare_cages_spine)


def _parts(section: _Section, network: Network) -> Iterator[Row]:
    """Yield what a network consists of.

    What cables are made of, and so what is plugged in, follows from the ways over a floor: such
    rows are not compared where a design has none.
    """
    found = [one.parts[network] for one in section.designs if network in one.parts]
    boxes = section.same_size
    plugs = section.same_size and section.same_floors

    def row(name: str, of: Callable[[Parts], Value], unit: str = "", *, alike: bool) -> Row:
        return section.row(
            name,
            unit,
            lambda one: of(one.parts[network]) if network in one.parts else None,
            comparable=alike,
        )

    yield row("switches", lambda one: one.all_switches, alike=boxes)
    for role, name in ROLES:
        if any(one.switches.get(role) for one in found):
            yield row(f"switches: {name}", _count(role, lambda one: one.switches), alike=boxes)
    for kind, speed in sorted({key for one in found for key in one.links}, key=_link_order):
        of = _count((kind, speed), lambda one: one.links)
        yield row(f"links: {speed}G {kind}", of, alike=boxes)
    yield row("cables", lambda one: sum(one.cables.values()), alike=plugs)
    for medium in (*MEDIA, None):
        if any(one.cables.get(medium) for one in found):
            name = f"cables: {medium or 'nothing fits'}"
            yield row(name, _count(medium, lambda one: one.cables), alike=plugs)
    yield row("modules", lambda one: sum(one.modules.values()), alike=plugs)
    for place, speed in sorted(
        {key for one in found for key in one.modules}, key=lambda key: (key[0], -key[1])
    ):
        name = f"modules: {speed}G {PLACES[place]}"
        yield row(name, _count((place, speed), lambda one: one.modules), alike=plugs)
    if any(one.adapters for one in found):
        yield row("adapters", lambda one: one.adapters, alike=plugs)
    yield row("power: switches", lambda one: _kw(one.switches_w), "kW", alike=boxes)
    yield row("power: modules", lambda one: _kw(one.plugged_w), "kW", alike=plugs)


def _count(key: _Key, of: Callable[[Parts], Mapping[_Key, int]]) -> Callable[[Parts], int]:
    """Return a function that reads one count of a network's parts."""
    return lambda one: of(one).get(key, 0)


def _link_order(key: tuple[LinkKind, int]) -> tuple[int, int]:
    return LINK_KINDS.index(key[0]), -key[1]


def _everything(section: _Section) -> Iterator[Row]:
    """Yield totals; what depends on a floor is not compared where a design has none."""
    boxes = section.same_size and section.same_networks
    alike = boxes and section.same_floors

    def row(
        name: str, unit: str, of: Callable[[Measures], Value], *, comparable: bool = alike
    ) -> Row:
        return section.row(name, unit, of, comparable=comparable)

    def together(of: Callable[[Parts], int]) -> Callable[[Measures], int]:
        return lambda one: sum(of(parts) for parts in one.parts.values())

    yield row("switches", "", together(lambda one: one.all_switches), comparable=boxes)
    yield row("links", "", together(lambda one: sum(one.links.values())), comparable=boxes)
    yield row("cables", "", together(lambda one: sum(one.cables.values())))
    yield row("modules", "", together(lambda one: sum(one.modules.values())))
    if any(one.has_floor for one in section.designs):
        yield row("racks", "", lambda one: one.racks)
    yield row("power", "kW", lambda one: _kw(one.power.total_w))
    yield row("power: GPU nodes", "kW", lambda one: _kw(one.power.gpu_nodes_w))
    if any(one.power.servers_w for one in section.designs):
        yield row(
            "power: other servers", "kW", lambda one: _kw(one.power.servers_w), comparable=boxes
        )
    yield row("power: switches", "kW", lambda one: _kw(one.power.switches_w), comparable=boxes)
    per_gpu = section.same_networks and section.same_floors
    yield row("power per GPU", "W", _per_gpu_w, comparable=per_gpu)
    if any(one.cost for one in section.designs):
        yield from _cost(section, alike=alike)


def _per_gpu(section: _Section) -> Iterator[Row]:
    """Yield what designs of different sizes are compared by."""

    def row(name: str, unit: str, of: Callable[[Measures], float], *, alike: bool = True) -> Row:
        return section.row(name, unit, lambda one: of(one) / one.gpus, comparable=alike)

    plugs = section.same_floors
    yield row("bisection", "Gb/s", lambda one: one.figures.bisection_gbps)
    yield row("compute switches per 1000", "", lambda one: 1000 * one.compute.all_switches)
    yield row("compute cables", "", lambda one: sum(one.compute.cables.values()), alike=plugs)
    yield row("compute modules", "", lambda one: sum(one.compute.modules.values()), alike=plugs)


def _kw(power_w: float | None) -> float | None:
    return None if power_w is None else power_w / 1000


def _per_gpu_w(one: Measures) -> float | None:
    return None if one.power.total_w is None else one.power.total_w / one.gpus


def _cost(section: _Section, *, alike: bool) -> Iterator[Row]:
    """Yield what designs cost; sums in different currencies are never set against each other."""
    for currency in sorted({one.cost.currency for one in section.designs if one.cost}):
        costs = [
            one.cost if one.cost and one.cost.currency == currency else None
            for one in section.designs
        ]
        for name, of, left_out in _COSTS:
            whole = not any(left_out(cost) for cost in costs if cost)
            yield Row(
                section.name,
                name if whole else f"{name}, as far as priced",
                currency,
                tuple(float(of(cost)) if cost else None for cost in costs),
                comparable=whole and alike,
            )


_COSTS: tuple[tuple[str, Callable[[Cost], Decimal], Callable[[Cost], tuple[str, ...]]], ...] = (
    ("cost of the network", lambda one: one.network, lambda one: one.network_missing),
    ("cost", lambda one: one.total, lambda one: one.missing),
)


def _notes(designs: Sequence[Measures]) -> Iterator[str]:
    """Yield what makes the designs unlike, then what is not known of each."""
    first = designs[0]
    for one in designs[1:]:
        if one.gpus != first.gpus:
            yield (
                f"{one.name} has {one.gpus:,} GPUs, {first.name} {first.gpus:,}: "
                "compare figures per GPU, not totals"
            )
        apart = sorted(set(one.parts) ^ set(first.parts))
        if apart:
            yield (
                f"{one.name} and {first.name} do not plan the same networks ({', '.join(apart)} "
                f"in one only): compare compute, not {EVERYTHING}"
            )
        if one.has_floor != first.has_floor:
            with_floor, without = (one, first) if one.has_floor else (first, one)
            yield (
                f"{with_floor.name} has a floor and {without.name} has none: cables, modules, "
                "racks, planned power and cost are not comparable, switches and links are"
            )
    for one in designs:
        for gap in one.gaps:
            yield f"{one.name}: {gap}"
        if one.figures.ways.other_rail_far is None:
            yield f"{one.name}: other rails are reached over NVLink in a node, never over switches"

"""How every link is cabled: its way over the floor, its medium, its modules, what is ordered."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from railwright.catalog import loader as catalog
from railwright.catalog.model import NodeModel
from railwright.intent.model import Intent
from railwright.plan.cables.cages import Cages, PortCage
from railwright.plan.cables.causes import Cause, cause_of
from railwright.plan.cables.media import Choice, LinkKind, Shelf, Way
from railwright.plan.cables.model import Fitting, Unfit
from railwright.plan.cables.route import Spot, Ways, spots_of
from railwright.plan.fabric import Fabric
from railwright.plan.model import Length, Link
from railwright.plan.placement.model import FloorPlan
from railwright.plan.shape import Network


@dataclass(frozen=True, slots=True)
class Asked:
    """A link with its cages and the least length of its cable; `z` is None outside the plan."""

    link: Link
    kind: LinkKind
    a: PortCage
    z: PortCage | None
    needed_m: float


@dataclass(frozen=True, slots=True)
class Refused:
    """Links that share cages and that nothing joins, and why."""

    links: tuple[Link, ...]
    cause: Cause


def fit(
    intent: Intent,
    links: Sequence[Link],
    models: Mapping[str, NodeModel],
    fabrics: Mapping[Network, Fabric],
    floor: FloorPlan | None,
) -> tuple[dict[str, Fitting], tuple[Unfit, ...]]:
    """Return how every link is cabled, by id, and the links that nothing fits.

    Without a floor, or where an end stands nowhere, a link is as long as it is assumed.
    """
    shelf = Shelf(catalog.optics(), intent.cabling)
    maker = _Maker()
    found: dict[str, Fitting] = {}
    unfit: list[Unfit] = []
    for group in groups(asked(intent, links, models, fabrics, floor)):
        longest_m = _longest(group)
        way = shelf.first(longest_m)
        if way is None:
            what = cause_of(intent, shelf, longest_m).text
            unfit += [Unfit(one.link.id, what) for one in group]
        else:
            found.update(maker.fittings(way, group))
    return found, tuple(unfit)


def refused(
    intent: Intent,
    links: Sequence[Link],
    models: Mapping[str, NodeModel],
    fabrics: Mapping[Network, Fabric],
    floor: FloorPlan | None,
) -> Iterator[Refused]:
    """Yield the links that `fit` finds nothing for, and why: what checks tell the user."""
    shelf = Shelf(catalog.optics(), intent.cabling)
    for group in groups(asked(intent, links, models, fabrics, floor)):
        longest_m = _longest(group)
        if shelf.first(longest_m) is None:
            yield Refused(tuple(one.link for one in group), cause_of(intent, shelf, longest_m))


def asked(
    intent: Intent,
    links: Iterable[Link],
    models: Mapping[str, NodeModel],
    fabrics: Mapping[Network, Fabric],
    floor: FloorPlan | None,
) -> Iterator[Asked]:
    """Yield every link with its cages and the least length of its cable."""
    cages = Cages(intent, models, fabrics)
    spots = spots_of(floor) if floor else {}
    ways = Ways(floor) if floor else None
    for link in links:
        a = cages.of(link.a.device, link.a.port)
        z = None if link.kind == "border" else cages.of(link.z.device, link.z.port)
        assert a is not None  # noqa: S101 (the lower end of a link is in the plan)
        needed_m = link.length.length_m
        if ways:
            first, last = ends(link, spots)
            if first and last:
                needed_m = ways.cable_m(first, last)
        kind = LinkKind(link.network, link.speed_gbps, a.kind, z.kind if z else None)
        yield Asked(link, kind, a, z, needed_m)


def ends(link: Link, spots: Mapping[str, Spot]) -> tuple[Spot | None, Spot | None]:
    """Return where both ends of a link are, None each where its length is not measured.

    That is so for links to routers outside the plan and for those whose length the intent gives.
    """
    if link.kind == "border" or not link.length.assumed:
        return None, None
    return spots.get(link.a.device), spots.get(link.z.device)


def groups(links: Iterable[Asked]) -> Iterator[list[Asked]]:
    """Yield the links whose cages are shared, directly or through one another, together."""
    everything = list(links)
    parents = list(range(len(everything)))

    def root(number: int) -> int:
        while parents[number] != number:
            parents[number] = number = parents[parents[number]]
        return number

    first: dict[tuple[str, str], int] = {}
    for number, one in enumerate(everything):
        for cage in _shared(one):
            if (other := first.setdefault(cage, number)) != number:
                low, high = sorted((root(other), root(number)))
                parents[high] = low
    found: dict[int, list[Asked]] = {}
    for number, one in enumerate(everything):
        found.setdefault(root(number), []).append(one)
    yield from found.values()


def _shared(one: Asked) -> Iterator[tuple[str, str]]:
    """Yield the cages of a link that other links can share."""
    if one.a.kind.ports > 1:
        yield one.link.a.device, one.a.parent
    if one.z and one.z.kind.ports > 1:
        yield one.link.z.device, one.z.parent


def _longest(group: Sequence[Asked]) -> dict[LinkKind, float]:
    """Return the longest cable that each kind of link in a group needs."""
    found: dict[LinkKind, float] = {}
    for one in group:
        if one.needed_m > found.get(one.kind, 0.0):
            found[one.kind] = one.needed_m
    return found


class _Maker:
    """Makes fittings; links that are cabled alike over the same length share one."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, LinkKind, float, float, str], Fitting] = {}

    def fittings(self, way: Way, group: Sequence[Asked]) -> Iterator[tuple[str, Fitting]]:
        """Yield the fitting of every link of a group, by id."""
        longest_m: dict[tuple[str, str], float] = {}
        if way.splits:
            # NVIDIA asks for splitters of about one length in the sockets of one module.
            for one in group:
                key = one.link.z.device, one.z.parent if one.z else ""
                longest_m[key] = max(longest_m.get(key, 0.0), one.needed_m)
        for one in group:
            shared = splitter(way.cables[one.kind], one) if way.splits else ""
            needed_m = one.needed_m
            if shared and one.z:
                needed_m = longest_m[one.link.z.device, one.z.parent]
            yield one.link.id, self._fitting(way, one, shared, needed_m)

    def _fitting(self, way: Way, one: Asked, shared: str, needed_m: float) -> Fitting:
        key = id(way), one.kind, one.needed_m, needed_m, shared
        if (found := self._known.get(key)) is None:
            found = self._known[key] = _fitting(way, one, shared, needed_m)
        return found


def _fitting(way: Way, one: Asked, shared: str, needed_m: float) -> Fitting:
    """Return how a link is cabled; a splitter is as long as the longest of its links needs."""
    choice = way.cables[one.kind]
    place = choice.place_of(needed_m)
    assert place is not None  # noqa: S101 (the way was chosen for its length)
    a = way.plugs[one.kind.a]
    z = way.plugs[one.kind.z] if one.kind.z else None
    return Fitting(
        medium=way.medium,
        computed_m=one.needed_m,
        length_m=choice.lengths_m[place],
        part=choice.parts[place],
        strands=choice.strands,
        a_module=a.module,
        z_module=z.module if z else None,
        a_adapter=a.adapter,
        z_adapter=z.adapter if z else None,
        shared=shared,
    )


def splitter(choice: Choice, one: Asked) -> str:
    """Return the cage that a link's splitter is in, with its socket; empty where there is none."""
    if choice.tails == 1 or one.z is None:
        return ""
    if choice.whole:
        return one.z.parent
    return f"{one.z.parent}.{(one.z.place - 1) // choice.tails + 1}"


def measured(links: Sequence[Link], fitted: Mapping[str, Fitting], floor: FloorPlan) -> list[Link]:
    """Return the links with the lengths of the cables that are ordered for them."""
    spots = spots_of(floor)
    known: dict[tuple[str, str, float, str], Length] = {}
    found: list[Link] = []
    for link in links:
        fitting = fitted.get(link.id)
        a, z = ends(link, spots)
        if fitting is None or a is None or z is None:
            found.append(link)
            continue
        key = link.a.device, link.z.device, fitting.length_m, fitting.part
        if (length := known.get(key)) is None:
            length = known[key] = Length(
                fitting.length_m,
                f"{a} to {z}: {fitting.computed_m:.1f} m of way and slack, "
                f"{fitting.length_m:g} m ordered ({fitting.part})",
                assumed=False,
            )
        found.append(_with(link, length))
    return found


def _with(link: Link, length: Length) -> Link:
    """Return a link with another length; written out, because `replace` is slow for many."""
    return Link(
        id=link.id,
        kind=link.kind,
        network=link.network,
        a=link.a,
        z=link.z,
        speed_gbps=link.speed_gbps,
        prefix=link.prefix,
        length=length,
        pod=link.pod,
        su=link.su,
        rail=link.rail,
        deployed=link.deployed,
        plane=link.plane,
        vlan=link.vlan,
    )

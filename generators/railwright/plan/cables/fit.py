"""How every link is cabled: its way over the floor, its medium, its modules, what is ordered.

What was built may be longer or shorter than what was planned. Medium and modules stay those of the
plan then, for they serve whole cages; only the cable itself is another one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from railwright.catalog import loader as catalog
from railwright.catalog.model import NodeModel
from railwright.errors import Problem
from railwright.intent.model import Intent
from railwright.plan.cables.cages import Cages, PortCage
from railwright.plan.cables.causes import Cause, cause_of
from railwright.plan.cables.media import Choice, LinkKind, Shelf, Way, ends_of
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
class BuiltLength:
    """How long a link's cable is as built, and which of the intent's overrides says so."""

    number: int
    link: str
    length_m: float

    @property
    def path(self) -> str:
        """Return the key of the intent that gives the length."""
        return f"overrides.lengths[{self.number}].length_m"


@dataclass(frozen=True, slots=True)
class Laid:
    """How links are cabled, by id, and those that nothing fits.

    `built` has the lengths as built of all links that a cable of such a length serves, `problems`
    those that cannot be.
    """

    fitted: Mapping[str, Fitting]
    unfit: tuple[Unfit, ...]
    built: Mapping[str, BuiltLength]
    problems: tuple[Problem, ...]


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
    laid = lay(intent, links, models, fabrics, floor, {})
    return dict(laid.fitted), laid.unfit


def lay(
    intent: Intent,
    links: Sequence[Link],
    models: Mapping[str, NodeModel],
    fabrics: Mapping[Network, Fabric],
    floor: FloorPlan | None,
    built: Mapping[str, BuiltLength],
) -> Laid:
    """Return how every link is cabled, those in `built` with cables as long as it says.

    The links have the lengths they are planned with: by those the parts of a group are chosen.
    """
    shelf = Shelf(catalog.optics(), intent.cabling)
    maker = _Maker(built)
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
    return Laid(found, tuple(unfit), maker.built, tuple(maker.problems))


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
    """Makes fittings; links that are cabled alike over the same length share one.

    `built` are lengths as built by link; those of splitters are added for all of their links.
    """

    def __init__(self, built: Mapping[str, BuiltLength]) -> None:
        self.built = dict(built)
        self.problems: list[Problem] = []
        self._known: dict[tuple[int, LinkKind, float, float, str], Fitting] = {}

    def fittings(self, way: Way, group: Sequence[Asked]) -> Iterator[tuple[str, Fitting]]:
        """Yield the fitting of every link of a group, by id."""
        longest_m: dict[tuple[str, str], float] = {}
        if way.splits:
            # NVIDIA asks for splitters of about one length in the sockets of one module.
            for one in group:
                key = one.link.z.device, one.z.parent if one.z else ""
                longest_m[key] = max(longest_m.get(key, 0.0), one.needed_m)
            if self.built:
                self._share(way, group)
        for one in group:
            shared = splitter(way.cables[one.kind], one) if way.splits else ""
            computed_m = needed_m = one.needed_m
            if shared and one.z:
                needed_m = longest_m[one.link.z.device, one.z.parent]
            if self.built and (length_m := self._built_m(way, one)) is not None:
                computed_m = needed_m = length_m
            yield one.link.id, self._fitting(way, one.kind, computed_m, needed_m, shared)

    def _fitting(
        self, way: Way, kind: LinkKind, computed_m: float, needed_m: float, shared: str
    ) -> Fitting:
        key = id(way), kind, computed_m, needed_m, shared
        if (found := self._known.get(key)) is None:
            found = self._known[key] = _fitting(way, kind, computed_m, needed_m, shared)
        return found

    def _built_m(self, way: Way, one: Asked) -> float | None:
        """Return how long a link's cable is as built, None as planned or where it cannot be."""
        built = self.built.get(one.link.id)
        if built is None or way.cables[one.kind].place_of(built.length_m) is not None:
            return built.length_m if built else None
        if built.link == one.link.id:
            self.problems.append(Problem(built.path, _beyond(way, one, built)))
        return None

    def _share(self, way: Way, group: Sequence[Asked]) -> None:
        """Give all links of a splitter the length that one of them has as built."""
        served: dict[tuple[str, str], list[str]] = {}
        for one in group:
            if name := splitter(way.cables[one.kind], one):
                served.setdefault((one.link.z.device, name), []).append(one.link.id)
        for links in served.values():
            given = sorted((self.built[link] for link in links if link in self.built), key=_number)
            for other in given[1:]:
                if other.length_m != given[0].length_m:
                    self.problems.append(Problem(other.path, _contradiction(other, given[0])))
            if given:
                self.built |= dict.fromkeys(links, given[0])


def _number(built: BuiltLength) -> int:
    return built.number


def _contradiction(one: BuiltLength, first: BuiltLength) -> str:
    return (
        f"{one.link} is on one splitter cable with {first.link}, which overrides.lengths"
        f"[{first.number}] says is {first.length_m:g} m long; a cable has one length: name one of "
        "its links only"
    )


def _beyond(way: Way, one: Asked, built: BuiltLength) -> str:
    """Return why a link cannot be as long as it was built with what its cages are planned with."""
    ends = (way.plugs[end].module for end in ends_of(one.kind))
    modules = " and ".join(dict.fromkeys(module for module in ends if module))
    return (
        f"{one.link.id} is planned with {way.medium}{f' ({modules})' if modules else ''}, which "
        f"may be {way.longest_m(one.kind):g} m long, got {built.length_m:g} m; measure it again, "
        "or plan another medium (section cabling)"
    )


def _fitting(way: Way, kind: LinkKind, computed_m: float, needed_m: float, shared: str) -> Fitting:
    """Return how a link is cabled; a splitter is as long as the longest of its links needs."""
    choice = way.cables[kind]
    place = choice.place_of(needed_m)
    assert place is not None  # noqa: S101 (the way was chosen for its length)
    a = way.plugs[kind.a]
    z = way.plugs[kind.z] if kind.z else None
    return Fitting(
        medium=way.medium,
        computed_m=computed_m,
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


def measured(
    links: Sequence[Link],
    fitted: Mapping[str, Fitting],
    floor: FloorPlan | None,
    built: Mapping[str, BuiltLength],
) -> list[Link]:
    """Return the links with the lengths of their cables: as built, else as they are ordered."""
    spots = spots_of(floor) if floor else {}
    known: dict[tuple[str, str, float, str], Length] = {}
    found: list[Link] = []
    for link in links:
        if given := built.get(link.id):
            said = Length(given.length_m, f"as built (intent {given.path})", assumed=False)
            found.append(_with(link, said))
            continue
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

"""Every cable and module of a plan."""

from collections.abc import Iterator, Mapping, Sequence

from railwright.catalog import loader as catalog
from railwright.plan.cables import sockets
from railwright.plan.cables.bundles import Bundles
from railwright.plan.cables.cages import Cages
from railwright.plan.cables.ends import Ends
from railwright.plan.cables.fit import fit
from railwright.plan.cables.model import Cable, Cabled, CableEnd, Fitting, Unfit
from railwright.plan.cables.modules import modules
from railwright.plan.cables.route import Ways
from railwright.plan.cables.waves import wave
from railwright.plan.model import Link, Plan


def cabled(plan: Plan) -> Cabled:
    """Return the cables and modules of a plan, reserved ones included.

    A cable comes where the first of its links does; one that nothing fits has no part.
    """
    fitted: Mapping[str, Fitting] = plan.fitted or {}
    left = [link for link in plan.links if link.id not in fitted]
    unfit: tuple[Unfit, ...] = ()
    if left:
        more, unfit = fit(plan.intent, left, plan.node_models, plan.built, plan.floor)
        fitted = {**fitted, **more}
    cages = Cages(plan.intent, plan.node_models, plan.built)
    cables = tuple(_Maker(plan, fitted, cages).cables())
    return Cabled(cables, modules(plan.links, fitted, cages), unfit)


class _Maker:
    """Makes cables of links; remembers what many of them have in common."""

    def __init__(self, plan: Plan, fitted: Mapping[str, Fitting], cages: Cages) -> None:
        self._links = plan.links
        self._fitted = fitted
        self._cages = cages
        self._ends = Ends(plan.intent.cabling.labels, cages, plan.floor)
        extra = frozenset(one.id for one in plan.intent.overrides.links)
        self._bundles = Bundles(plan.intent.cabling, self._ends.racks, extra)
        self._ways = Ways(plan.floor) if plan.floor else None
        self._trays: dict[tuple[str, str], tuple[str, ...]] = {}
        self._palette = catalog.palette()
        self._sockets = {one.sku: one.ports for one in catalog.optics().transceivers}

    def cables(self) -> Iterator[Cable]:
        """Yield every cable."""
        shared: dict[str, list[Link]] = {}
        for link in self._links:
            if name := self._splitter_of(link):
                shared.setdefault(name, []).append(link)
        for link in self._links:
            name = self._splitter_of(link)
            if not name:
                yield from self._own(link, self._fitted.get(link.id))
            elif shared[name][0] is link:
                yield self._splitter(name, shared[name])

    def _splitter_of(self, link: Link) -> str:
        """Return the id of the splitter that serves a link, empty where it has its own cables."""
        fitting = self._fitted.get(link.id)
        return f"{link.z.device}:{fitting.shared}" if fitting and fitting.shared else ""

    def _count(self, fitting: Fitting) -> int:
        """Return how many sockets the split cage has: those of its module, one without any."""
        return self._sockets.get(fitting.z_module or "", 1)

    def _own(self, link: Link, fitting: Fitting | None) -> Iterator[Cable]:
        """Yield the cables that serve one link alone: one, or several side by side."""
        strands = fitting.strands if fitting else 1
        for strand in range(1, strands + 1) if strands > 1 else (0,):
            a, z = self._ends.own(link.a, strand), self._ends.own(link.z, strand)
            ends = self._ends.end(a, (z.name,)), self._ends.end(z, (a.name,))
            name = f"{link.id}.{strand}" if strand else link.id
            yield self._cable(name, (link,), fitting, ends)

    def _splitter(self, name: str, links: Sequence[Link]) -> Cable:
        """Return the one cable of several links, its single end last."""
        fitting = self._fitted[links[0].id]
        count = self._count(fitting)
        ends, near = [], []
        for link in links:
            plug = self._ends.own(link.a)
            cage = self._cages.ports_of(link.z.device)[link.z.port]
            far = self._ends.plug(link.z, cage, sockets.tail(cage, count))
            ends.append(self._ends.end(plug, (far.name,)))
            near.append(plug.name)
        at = links[0].z
        cage = self._cages.ports_of(at.device)[at.port]
        single = self._ends.plug(at, cage, sockets.split(cage, count))
        ends.append(self._ends.end(single, near, tuple(link.z.port for link in links)))
        return self._cable(name, links, fitting, tuple(ends))

    def _cable(
        self,
        name: str,
        links: Sequence[Link],
        fitting: Fitting | None,
        ends: tuple[CableEnd, ...],
    ) -> Cable:
        first = links[0]
        alike = len(links) == 1 or len({link.rail for link in links}) == 1
        medium = fitting.medium if fitting else None
        return Cable(
            id=name,
            links=tuple([link.id for link in links]),
            network=first.network,
            medium=medium,
            part=fitting.part if fitting else None,
            computed_m=self._computed_m(links),
            length_m=fitting.length_m if fitting else first.length.length_m,
            ends=ends,
            rail=first.rail if alike else None,
            plane=first.plane,
            colour=self._colour(first),
            bundle=self._bundles.of(first, medium),
            trays=self._trays_of(ends),
            wave=wave(first),
            deployed=any([link.deployed for link in links]),
        )

    def _computed_m(self, links: Sequence[Link]) -> float | None:
        """Return the longest way of a cable's links, None where one of them is assumed."""
        longest_m = 0.0
        for link in links:
            fitting = self._fitted.get(link.id)
            if fitting is None or link.length.assumed:
                return None
            longest_m = max(longest_m, fitting.computed_m)
        return longest_m

    def _colour(self, link: Link) -> str:
        """Return the name of the colour: a rail's towards hosts, else the network's."""
        networks, rails = self._palette.networks, self._palette.rails
        if link.network != "compute":
            return networks[link.network].name
        if link.kind == "host" and link.rail is not None:
            return rails[link.rail % len(rails)].name
        return networks["fabric"].name

    def _trays_of(self, ends: Sequence[CableEnd]) -> tuple[str, ...]:
        """Return the trays between the first end's rack and the last one's."""
        a, z = ends[0].rack, ends[-1].rack
        if self._ways is None or a is None or z is None:
            return ()
        if (found := self._trays.get((a, z))) is None:
            found = self._trays[a, z] = self._ways.along(a, z).trays
        return found

"""All networks on one page: a bar each, with its switches, and what is attached to it below."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape

from railwright.emitters.drawing import boxes, facts, style
from railwright.emitters.drawing.boxes import Spot, fitted
from railwright.emitters.drawing.labels import Chip, Label
from railwright.emitters.drawing.phrases import Phrases
from railwright.emitters.drawing.style import colour_class
from railwright.plan.model import Link, Plan, Role
from railwright.plan.shape import FabricShape, Network
from railwright.svg import Drawing, tag

_MOST_PX = 460.0  # the width of a network's box
_POPULATION_PX = 236.0
_COLUMN_PX = 262.0
_FIRST_PX = 30.0  # from the left edge of a population's box to its first drop
_DROP_PX = 42.0
_GAP_PX = 30.0
_ROUTER_PX = 150.0
_LETTERS_PX = 10.5
_DOT_PX = 5.0
_POPULATIONS = ("gpu_node", "storage_node", "management_node", "switch", "pdu")
_TIERS: tuple[Role, ...] = ("superspine", "spine", "leaf")


@dataclass(slots=True)
class _Counts:
    """The deployed links of one network by speed: to each population, between tiers, outward."""

    hosts: dict[str, Counter[int]]
    fabric: Counter[int]
    border: dict[str, Counter[int]]


def draw(plan: Plan, say: Phrases) -> Drawing:
    """Return the drawing of all networks."""
    return _Overview(plan, say).draw()


class _Overview:
    def __init__(self, plan: Plan, say: Phrases) -> None:
        self._plan = plan
        self._say = say
        self._counts = _count(plan)
        self._sizes = _sizes(plan)
        self._kinds = [one for one in _POPULATIONS if self._sizes.get(one)]
        self._labels = {name: self._network(shape) for name, shape in plan.fabrics.items()}
        self._wide = min(_MOST_PX, max(boxes.width_of(one) for one in self._labels.values()))

    def draw(self) -> Drawing:
        """Return bars from above in the order of the plan, and the populations below them."""
        right = self._wide + _GAP_PX + len(self._kinds) * _COLUMN_PX
        routed = any(one.border for one in self._counts.values())
        width = right + (_GAP_PX + _ROUTER_PX if routed else 0)
        bars: dict[Network, float] = {}
        parts: list[str] = []
        y = 0.0
        for name, label in self._labels.items():
            spot = Spot(0, y, self._wide, boxes.height_of(label))
            bars[name] = y + spot.height / 2
            parts += self._bar(name, spot, label, right)
            y = spot.bottom + _GAP_PX
        foot = y + _GAP_PX
        drops = list(self._drops(bars, foot))
        found = list(self._populations(foot))
        height = max(spot.bottom for spot, _ in found) if found else y
        return Drawing("\n".join([*parts, *drops, *(one for _, one in found)]), width, height)

    # A network: its box, its bar, its way out.

    def _network(self, shape: FabricShape) -> Label:
        counts, say = self._counts[shape.network], self._say
        lines = [facts.design(shape, say), *self._tiers(shape)]
        if counts.fabric:
            lines.append(say("f_links_fabric", what=say.links(counts.fabric)))
        if shape.spines:
            lines.append(facts.ratio(shape, say))
        colour = colour_class(shape.network)
        return Label((Chip(colour, say(shape.network)),), "", tuple(lines))

    def _tiers(self, shape: FabricShape) -> Iterator[str]:
        fabric = self._plan.built[shape.network]
        some = Counter(one.role for one in self._plan.switches if one.network == shape.network)
        for tier in _TIERS:
            if some[tier]:
                noun = "access" if tier == "leaf" and shape.design == "access" else tier
                platform = fabric.platforms[tier]
                count = self._say.counted(some[tier], f"n_{noun}")
                yield f"{count}: {platform.vendor} {platform.model}"

    def _bar(self, name: Network, spot: Spot, label: Label, right: float) -> Iterator[str]:
        counts, y, colour = self._counts[name], spot.y + spot.height / 2, colour_class(name)
        switches = sum(one.network == name for one in self._plan.switches)
        yield _line(f"M{spot.right:.1f} {y:.1f}H{right:.1f}", colour, "bar")
        yield boxes.draw(spot, label, "box", name, switches)
        yield tag(
            "g",
            tag("title", escape(self._say.links(counts.fabric), quote=False)),
            data_links=sum(counts.fabric.values()),
        )
        for at, (router, speeds) in enumerate(counts.border.items()):
            high = boxes.height_of(Label((), router, (self._say("outside"),) * 2))
            here = Spot(right + _GAP_PX, y - high / 2 + at * (high + 6), _ROUTER_PX, high)
            said = (self._say("outside"), self._say.links(speeds))
            middle = here.y + high / 2
            way = f"M{right:.1f} {y:.1f}L{here.x:.1f} {middle:.1f}"
            yield _line(way, colour, "bar", sum(speeds.values()))
            key = f"{name}-{router}"
            yield boxes.draw(here, Label((), router, said), "router", key, 0)

    # What is attached.

    def _drops(self, bars: Mapping[Network, float], foot: float) -> Iterator[str]:
        for at, kind in enumerate(self._kinds):
            left = self._left(at)
            for place, (name, y) in enumerate(bars.items()):
                speeds = self._counts[name].hosts.get(kind)
                if not speeds:
                    continue
                x = left + _FIRST_PX + place * _DROP_PX
                colour = colour_class(name)
                yield _line(f"M{x:.1f} {y:.1f}V{foot:.1f}", colour, "drop", speeds.total())
                yield tag("circle", cx=x, cy=y, r=_DOT_PX, cls=f"dot {colour}")
                room = left + _COLUMN_PX - x - 14
                yield fitted(x + 9, y + 18, self._say.links(speeds), "b", room / 1.07, _LETTERS_PX)
                each, rest = divmod(speeds.total(), self._sizes[kind])
                if not rest:
                    said = self._say("per_device", n=each)
                    yield fitted(x + 9, y + 32, said, "q", room, _LETTERS_PX)

    def _left(self, at: int) -> float:
        return self._wide + _GAP_PX + at * _COLUMN_PX

    def _populations(self, foot: float) -> Iterator[tuple[Spot, str]]:
        labels = [self._population(kind) for kind in self._kinds]
        high = max((boxes.height_of(label) for label in labels), default=0.0)
        for at, label in enumerate(labels):
            spot = Spot(self._left(at), foot, _POPULATION_PX, high)
            yield spot, boxes.draw(spot, label, "hosts", f"all-{self._kinds[at]}", 0)

    def _population(self, kind: str) -> Label:
        some, later = self._sizes[kind], self._later(kind)
        title = self._say.counted(some, f"n_{kind}")
        if later:
            title = self._say("more", what=title, n=later)
        models = Counter(one.platform for one in self._plan.nodes if one.role == kind)
        known = self._plan.node_models
        lines = [f"{known[name].vendor} {known[name].model}" for name in models]
        return Label((), title, tuple(lines))

    def _later(self, kind: str) -> int:
        nodes = self._plan.intent.nodes
        population = {
            "gpu_node": nodes.gpu,
            "storage_node": nodes.storage,
            "management_node": nodes.management,
            "pdu": nodes.pdus,
        }.get(kind)
        return population.reserved - population.count if population else 0


def _count(plan: Plan) -> dict[Network, _Counts]:
    found = {name: _Counts({}, Counter(), {}) for name in plan.fabrics}
    kind_of = {one.name: "switch" if one.is_switch else one.role for one in plan.devices}
    for link in plan.links:
        if link.deployed:
            _add(found[link.network], link, kind_of)
    return found


def _add(counts: _Counts, link: Link, kind_of: Mapping[str, str]) -> None:
    if link.kind == "fabric":
        counts.fabric[link.speed_gbps] += 1
        return
    if link.kind == "border":
        table, key = counts.border, link.z.device
    else:
        table, key = counts.hosts, kind_of[link.a.device]
    if (speeds := table.get(key)) is None:
        speeds = table[key] = Counter()
    speeds[link.speed_gbps] += 1


def _sizes(plan: Plan) -> Counter[str]:
    sizes = Counter("switch" if one.is_switch else one.role for one in plan.devices)
    if "oob" not in plan.fabrics:
        del sizes["switch"], sizes["pdu"]  # they hang on no network of the plan
    return sizes


def _line(way: str, colour: str, width: str, links: int | None = None) -> str:
    cased = style.casing(colour)
    under = tag("path", d=way, cls=f"l case {cased} {width}") if cased else ""
    counted = "" if links is None else links
    return under + tag("path", d=way, cls=f"l s-{colour} {width}", data_links=counted)

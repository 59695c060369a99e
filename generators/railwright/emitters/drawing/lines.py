"""The lines of bundles: where they begin and end, what they look like, what they say."""

from collections import Counter
from collections.abc import Iterator, Mapping
from html import escape

from railwright.emitters.drawing.boxes import LINE_PX, Spot
from railwright.emitters.drawing.phrases import Phrases
from railwright.emitters.drawing.style import casing, width_class
from railwright.emitters.drawing.view import Bundle, FabricView, Tier
from railwright.svg import fitting, tag, text

_USED = 0.84  # of an edge, by the lines that end there
_ARC_PX = 46.0
_LOOP_PX = 9.0
Point = tuple[float, float]


def odd_ones(view: FabricView) -> frozenset[tuple[str, str]]:
    """Return the ends of bundles between two switches that differ from most between their tiers."""
    kinds: dict[tuple[str, str], Counter[tuple[tuple[int, int], ...]]] = {}
    found = []
    for bundle in view.bundles:
        lower, upper = view.box[bundle.lower], view.box[bundle.upper]
        if lower.tier == "host" or not (lower.name and upper.name and bundle.links):
            continue
        if upper.tier != "router" and view.is_regular(bundle):
            sort = (lower.tier, upper.tier)
            said = tuple(sorted(bundle.speeds.items()))
            kinds.setdefault(sort, Counter())[said] += 1
            found.append((bundle, sort, said))
    return frozenset(
        (bundle.lower, bundle.upper)
        for bundle, sort, said in found
        if said != kinds[sort].most_common(1)[0][0]
    )


def said_of(view: FabricView, bundle: Bundle, say: Phrases) -> str:
    """Return what a bundle is, in words."""
    what = say.links(bundle.speeds)
    if bundle.later:
        more = say.counted(bundle.later, "n_link")
        what = say("more", what=what, n=bundle.later) if what else say("only_more", what=more)
    return say("between", lower=bundle.lower, upper=bundle.upper, what=what)


def each_line(view: FabricView, upper: Tier, lower: Tier, say: Phrases) -> Iterator[str]:
    """Yield what every line between two tiers stands for, nothing where they differ."""
    found = [one for one in view.between(upper, lower) if one.links]
    odd = odd_ones(view)
    kinds = {
        tuple(sorted(one.speeds.items())) for one in found if (one.lower, one.upper) not in odd
    }
    if len(found) > 1 and len(kinds) == 1:
        yield say("each_line", what=say.links(dict(kinds.pop())))


def beside(view: FabricView, say: Phrases) -> Iterator[tuple[Bundle, str]]:
    """Yield the bundles that run straight down to the hosts of one SU, and what they are."""
    for bundle in view.between("leaf", "host"):
        if view.box[bundle.upper].seat.column[1]:
            yield bundle, say.links(bundle.speeds)


def drawn_line(
    view: FabricView, bundle: Bundle, way: str, say: Phrases, *, odd: bool = False
) -> str:
    """Return the line of a bundle along a way."""
    look = f"s-{bundle.colour} {width_class(bundle.links)}" if bundle.links else "reserved"
    return tag(
        "path",
        tag("title", escape(said_of(view, bundle, say), quote=False)),
        d=way,
        cls=f"l {look} odd" if odd else f"l {look}",
        data_links=bundle.links,
    )


class Lines:
    """Draws the bundles of a network whose boxes have their places."""

    def __init__(self, view: FabricView, spots: Mapping[str, Spot], say: Phrases) -> None:
        self._view = view
        self._spots = spots
        self._say = say
        self._odd = odd_ones(view)
        self._at = dict(self._attached())

    def drawn(self) -> Iterator[str]:
        """Yield all lines: casings first, what is reserved below what is there."""
        bundles = sorted(self._view.bundles, key=lambda one: one.links > 0)
        yield from self._casings()
        for bundle in bundles:
            odd = (bundle.lower, bundle.upper) in self._odd
            yield drawn_line(self._view, bundle, self._way(bundle), self._say, odd=odd)

    def host_labels(self) -> Iterator[str]:
        """Yield the number of links beside lines that run straight down to their hosts."""
        found = list(beside(self._view, self._say))
        half = min((self._spots[one.upper].width for one, _ in found), default=0) / 2
        size = min((fitting(said, half - 6, LINE_PX) for _, said in found), default=LINE_PX)
        for bundle, said in found:
            (x, y1), (_, y2) = self._at[bundle.lower, bundle.upper]
            yield text(x + 6, (y1 + y2) / 2 + 3, said, "", size)

    def _casings(self) -> Iterator[str]:
        """Yield what sets lines of pale and of dark colours apart from the paper, by width."""
        ways: dict[str, list[str]] = {}
        for bundle in self._view.bundles:
            if bundle.links and (cased := casing(bundle.colour)):
                look = f"{cased} {width_class(bundle.links)}"
                ways.setdefault(look, []).append(self._way(bundle))
        for look, found in sorted(ways.items()):
            yield tag("path", d="".join(found), cls=f"l case {look}")

    def _way(self, bundle: Bundle) -> str:
        if bundle.lower == bundle.upper:
            spot = self._spots[bundle.lower]
            x, y = spot.right - 2 * _LOOP_PX, spot.y
            return f"M{x:.1f} {y:.1f}a{_LOOP_PX} {_LOOP_PX} 0 1 1 {_LOOP_PX} 0"
        if (ends := self._at.get((bundle.lower, bundle.upper))) is not None:
            (x1, y1), (x2, y2) = ends
            return f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}"
        a, z = self._spots[bundle.lower], self._spots[bundle.upper]
        if a.y == z.y:
            middle, high = (a.middle + z.middle) / 2, a.y - _ARC_PX
            return f"M{a.middle:.1f} {a.y:.1f}Q{middle:.1f} {high:.1f} {z.middle:.1f} {z.y:.1f}"
        return f"M{a.middle:.1f} {a.y:.1f}L{z.middle:.1f} {z.bottom:.1f}"

    def _attached(self) -> Iterator[tuple[tuple[str, str], tuple[Point, Point]]]:
        """Yield where the line of every regular bundle begins and ends."""
        regular = [one for one in self._view.bundles if self._view.is_regular(one)]
        straight = {one.upper for one, _ in beside(self._view, self._say)}
        spots = self._spots
        ups, downs = self._along(regular, lower=True), self._along(regular, lower=False)
        for one in regular:
            a, z = spots[one.lower], spots[one.upper]
            below, above = ups[one.lower, one.upper], downs[one.lower, one.upper]
            if one.upper in straight:
                below = above = z.middle
            yield (one.lower, one.upper), ((below, a.y), (above, z.bottom))

    def _along(self, bundles: list[Bundle], *, lower: bool) -> dict[tuple[str, str], float]:
        """Return the x where each line leaves its lower (or upper) box: in the order of peers."""
        of_box: dict[str, list[Bundle]] = {}
        for one in bundles:
            of_box.setdefault(one.lower if lower else one.upper, []).append(one)
        found = {}
        for box, own in of_box.items():
            spot = self._spots[box]
            own.sort(key=lambda one: self._spots[one.upper if lower else one.lower].middle)
            step = spot.width * _USED / len(own)
            first = spot.middle - step * (len(own) - 1) / 2
            for at, one in enumerate(own):
                found[one.lower, one.upper] = first + at * step
        return found

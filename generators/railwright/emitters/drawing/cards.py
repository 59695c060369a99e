"""A network with very many switches: the upper tier in one box, below it a card per pod or SU."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from math import ceil

from railwright.emitters.drawing import boxes
from railwright.emitters.drawing.boxes import Spot, fitted
from railwright.emitters.drawing.labels import Labels
from railwright.emitters.drawing.lines import drawn_line
from railwright.emitters.drawing.phrases import Phrases
from railwright.emitters.drawing.style import casing, colour_class, width_class
from railwright.emitters.drawing.tiered import look
from railwright.emitters.drawing.view import Box, Bundle, FabricView, Tier
from railwright.svg import Drawing, fitting, group, rect, tag, text, unlike_page, wide

_CARD_PX = 150.0
_COLUMN_PX = 40.0  # left of a column of cards, for its trunk
_ROW_PX = 20.0
_TITLE_PX = 13.0
_LETTERS_PX = 10.5
_PITCH_PX = 18.0
_PAD_PX = 7.0
_UPPER_PX = 62.0  # between upper boxes
_BELOW_PX = 56.0  # between the upper boxes and the cards
_TRUNK_PX = 14.0  # left of its cards
_UPPER: tuple[Tier, ...] = ("router", "superspine", "spine")
_MOST_UPPER_PX = 420.0
_EMPTY = 3.0  # how much worse a drawing is for a row that is not full


def draw(view: FabricView, labels: Labels, say: Phrases) -> Drawing:
    """Return the drawing of a network as cards, in as many columns as make it most like a page."""
    return _Cards(view, labels, say).draw()


class _Cards:
    """Cards in rows; what goes up from a column of cards goes through one trunk."""

    def __init__(self, view: FabricView, labels: Labels, say: Phrases) -> None:
        self._view = view
        self._labels = labels
        self._say = say
        carded = [box for found in view.tiers.values() for box in found if box.seat.card]
        carded.sort(key=lambda box: box.seat.card)
        self._cards = [tuple(own) for _, own in groupby(carded, lambda box: box.seat.card)]
        self._upper = [
            [box for box in view.tiers.get(tier, ()) if not box.seat.card] for tier in _UPPER
        ]
        self._bundle = {(one.lower, one.upper): one for one in view.bundles}
        self._wide = max(_CARD_PX, *(self._need(own) for own in self._cards))
        rows = max(2 * len(own) for own in self._cards)
        self._high = _TITLE_PX + rows * _PITCH_PX + 2 * _PAD_PX
        self._spots: dict[str, Spot] = {}

    def draw(self) -> Drawing:
        columns = min(range(1, len(self._cards) + 1), key=self._unlike)
        width, _ = self._size(columns)
        top = self._place_upper(width)
        height = self._place_cards(columns, top + _BELOW_PX)
        cards = [part for own in self._cards for part in self._card(own)]
        parts = (*self._trunks(top), *self._links(), *cards, *self._uppers())
        return Drawing("\n".join(parts), width, height)

    def _need(self, own: Sequence[Box]) -> float:
        title = wide(self._labels.title(own[0]), _TITLE_PX) * 1.1
        return max(title, *(wide(self._said(box), _LETTERS_PX) for box in own)) + 2 * _PAD_PX

    def _said(self, box: Box) -> str:
        if box.hosts is None:
            return self._labels.count(box)
        return self._say.joined(self._labels.populations(box.hosts))

    # Where things are.

    def _size(self, columns: int) -> tuple[float, float]:
        rows = ceil(len(self._cards) / columns)
        return columns * (self._wide + _COLUMN_PX), rows * (self._high + _ROW_PX) - _ROW_PX

    def _unlike(self, columns: int) -> float:
        """Return how far so many columns are from filling a page, with every row filled."""
        width, height = self._size(columns)
        empty = -len(self._cards) % columns
        return unlike_page(width, height + 6 * _BELOW_PX) + _EMPTY * empty / len(self._cards)

    def _place_upper(self, width: float) -> float:
        """Place the boxes above the cards; return where the lowest of them ends."""
        y, bottom = 0.0, 0.0
        for found in self._upper:
            if not found:
                continue
            high = max(boxes.height_of(self._labels.of(box)) for box in found)
            each = min(_MOST_UPPER_PX, (width - _COLUMN_PX) / len(found) - _PAD_PX)
            x = (width - len(found) * (each + _PAD_PX)) / 2
            for box in found:
                self._spots[box.id] = Spot(x, y, each, high)
                x += each + _PAD_PX
            bottom = y + high
            y = bottom + _UPPER_PX
        return bottom

    def _place_cards(self, columns: int, top: float) -> float:
        """Place the cards row by row; return where the lowest of them ends."""
        bottom = top
        for number, own in enumerate(self._cards):
            row, column = divmod(number, columns)
            x = column * (self._wide + _COLUMN_PX) + _COLUMN_PX
            spot = Spot(x, top + row * (self._high + _ROW_PX), self._wide, self._high)
            self._spots |= {box.id: spot for box in own}
            bottom = spot.bottom
        return bottom

    # What is drawn.

    def _uppers(self) -> Iterator[str]:
        for found in self._upper:
            for box in found:
                label = self._labels.of(box)
                yield boxes.draw(self._spots[box.id], label, look(box), box.id, len(box.switches))

    def _trunks(self, top: float) -> Iterator[str]:
        """Yield what joins the cards of every column with the upper tier."""
        upper = next((found for found in reversed(self._upper) if found), None)
        if upper is None:
            return
        ends: tuple[dict[float, float], dict[float, float]] = {}, {}
        for own in self._cards:
            if up := self._upward(own):
                spot = self._spots[own[0].id]
                ends[up.links > 0][spot.x - _COLUMN_PX + _TRUNK_PX] = self._stub_y(spot)
        colour, middle = colour_class(self._view.network), self._spots[upper[0].id].middle
        later, live = (_tree(found, middle, top) for found in ends)
        yield tag("path", d=later, cls="l reserved")
        if cased := casing(colour):
            yield tag("path", d=live, cls=f"l case {cased} w3")
        yield tag("path", d=live, cls=f"l s-{colour} w3")

    def _stub_y(self, spot: Spot) -> float:
        return spot.y + _PAD_PX + _TITLE_PX + _PITCH_PX * 0.75

    def _upward(self, own: Sequence[Box]) -> Bundle | None:
        """Return the bundle from a card to the upper tier."""
        found = (one for one in self._view.upwards.get(own[0].id, ()))
        return next((one for one in found if one.upper not in {box.id for box in own}), None)

    def _card(self, own: Sequence[Box]) -> Iterator[str]:
        spot = self._spots[own[0].id]
        there = any(box.deployed for box in own)
        room = spot.width - 2 * _PAD_PX
        yield rect(spot.x, spot.y, spot.width, spot.height, "pod" if there else "later")
        y = spot.y + _PAD_PX + _TITLE_PX
        title = self._labels.title(own[0])
        yield fitted(spot.middle, y - 2, title, "m b", room / 1.07, _TITLE_PX)
        if (up := self._upward(own)) and up.links:
            said = self._say("up", what=self._say.links(up.speeds))
            yield fitted(spot.x + _PAD_PX, self._stub_y(spot) + 3.5, said, "", room, _LETTERS_PX)
        for at, box in enumerate(own):
            y += _PITCH_PX
            if at:
                yield from self._inside(own[at - 1], box, spot, y)
            y += _PITCH_PX if at else 0
            size = _LETTERS_PX
            line = fitted(spot.x + _PAD_PX, y + _PITCH_PX - 4, self._said(box), "b", room, size)
            yield group((line,), id=box.id, data_switches=len(box.switches))

    def _inside(self, upper: Box, lower: Box, spot: Spot, y: float) -> Iterator[str]:
        """Yield the bundle between two tiers of a card, and how many links it has."""
        bundle = self._bundle.get((lower.id, upper.id))
        if bundle is None:
            return
        x = spot.x + 3 * _PAD_PX
        way = f"M{x:.1f} {y + 1:.1f}V{y + _PITCH_PX - 1:.1f}"
        yield self._line(bundle, way)
        if bundle.links:
            said = self._say.links(bundle.speeds)
            size = fitting(said, spot.width - 5 * _PAD_PX, _LETTERS_PX)
            yield text(x + 10, y + _PITCH_PX - 5, said, "", size)

    def _links(self) -> Iterator[str]:
        """Yield the bundles that begin or end outside one card."""
        inside = {(lower.id, upper.id) for own in self._cards for upper in own for lower in own} - {
            (box.id, box.id) for own in self._cards for box in own
        }
        ups = {id(one) for own in self._cards if (one := self._upward(own))}
        for bundle in self._view.bundles:
            lower = self._spots[bundle.lower]
            if id(bundle) in ups:
                y = self._stub_y(lower)
                way = f"M{lower.x - _COLUMN_PX + _TRUNK_PX:.1f} {y:.1f}H{lower.x:.1f}"
                yield self._line(bundle, way)
            elif (bundle.lower, bundle.upper) not in inside:
                yield self._line(bundle, self._across(bundle))

    def _across(self, bundle: Bundle) -> str:
        a, z = self._spots[bundle.lower], self._spots[bundle.upper]
        if a == z:
            return f"M{a.right - 18:.1f} {a.y:.1f}a9 9 0 1 1 9 0"
        if self._view.is_regular(bundle):
            return f"M{a.middle:.1f} {a.y:.1f}L{z.middle:.1f} {z.bottom:.1f}"
        x, y = max(a.right, z.right) + _ROW_PX, (a.y + z.y) / 2
        return f"M{a.right:.1f} {a.y + 20:.1f}Q{x:.1f} {y:.1f} {z.right:.1f} {z.y + 20:.1f}"

    def _line(self, bundle: Bundle, way: str) -> str:
        under = ""
        if bundle.links and (cased := casing(bundle.colour)):
            under = tag("path", d=way, cls=f"l case {cased} {width_class(bundle.links)}")
        return under + drawn_line(self._view, bundle, way, self._say)


def _tree(ends: Mapping[float, float], middle: float, top: float) -> str:
    """Return the way from an upper box down to the lowest card of every column, by their x."""
    if not ends:
        return ""
    bus = top + _BELOW_PX / 2
    way = f"M{middle:.1f} {top:.1f}V{bus:.1f}"
    way += f"M{min((*ends, middle)):.1f} {bus:.1f}H{max((*ends, middle)):.1f}"
    return way + "".join(f"M{x:.1f} {bus:.1f}V{y:.1f}" for x, y in sorted(ends.items()))

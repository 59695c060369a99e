"""Where boxes are drawn: a row per tier, hosts below their leaves, a block per pod."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from railwright.emitters.drawing import boxes
from railwright.emitters.drawing.boxes import Spot
from railwright.emitters.drawing.labels import Label
from railwright.emitters.drawing.view import Box, FabricView, Tier
from railwright.svg import wide

_ABOVE: tuple[Tier, ...] = ("router", "superspine")
_IN_POD: tuple[Tier, ...] = ("spine", "leaf", "host")
_GAP_PX = 8.0
_WIDER_PX = 24.0  # between SUs, planes and rails
_POD_PX = 56.0
_MOST_SPREAD_PX = 130.0
_FRAME_PX = 9.0  # around an SU
_POD_FRAME_PX = 18.0
_POD_TITLE_PX = 18.0
_LEAST_PX, _MOST_PX = 92.0, 230.0  # the width of boxes
_USUAL_ROW_PX = 2000.0  # boxes of a full tier are no wider than this together
LEAST_BESIDE_PX = 8.0  # letters beside the line to hosts
_HOSTS_PX = 54.0  # between leaves and hosts
_ROUTER_PX = 76.0
_MESH = 0.13  # of the width: the height that lines between tiers have
_LEAST_MESH_PX, _MOST_MESH_PX = 110.0, 320.0


@dataclass(frozen=True, slots=True)
class Frame:
    """What goes around boxes that belong together; `title` is written at its lower edge."""

    spot: Spot
    cls: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """Places of boxes by id, frames around them, rows by tier as top and bottom, and the size."""

    spots: Mapping[str, Spot]
    frames: tuple[Frame, ...]
    rows: Mapping[Tier, tuple[float, float]]
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Written:
    """What is written outside boxes: titles of pods, and what is beside lines to hosts."""

    pods: Mapping[int, str]
    beside: tuple[str, ...]


def lay_out(view: FabricView, labels: Mapping[str, Label], words: Written) -> Layout:
    """Return the places of a network drawn tier by tier."""
    return _Layouter(view, labels, words).layout()


class _Layouter:
    def __init__(self, view: FabricView, labels: Mapping[str, Label], words: Written) -> None:
        self._view = view
        self._labels = labels
        self._pod_titles = words.pods
        self._beside_lines = words.beside
        self._units = _units(view)
        self._widths = {tier: self._width(tier) for tier in view.tiers}
        self._x: dict[str, tuple[float, float]] = {}

    def layout(self) -> Layout:
        width = self._columns()
        rows = self._rows(width)
        spots = {
            box.id: Spot(*_placed(self._x[box.id], rows[tier]))
            for tier, found in self._view.tiers.items()
            for box in found
        }
        frames = (*self._pod_frames(spots), *self._su_frames(spots))
        bottom = max((one.spot.bottom for one in frames), default=0.0)
        height = max(bottom, *(low for _, low in rows.values()))
        return Layout(spots, frames, rows, width, height)

    # Widths.

    def _width(self, tier: Tier) -> float:
        found = self._view.tiers[tier]
        if self._view.shape.isolated_rails and tier == "leaf" and not self._units:
            found = (*found, *self._view.tiers["spine"])  # a column per rail
        need = max(boxes.width_of(self._labels[box.id]) for box in found)
        if tier == "leaf":
            need = max(need, self._beside, *(self._below(unit) for unit in self._units))
        return max(_LEAST_PX, min(need, _MOST_PX, _USUAL_ROW_PX / len(found)))

    @property
    def _beside(self) -> float:
        """Return how wide a leaf must be for what is written beside the line to its hosts."""
        return 2 * max((wide(said, LEAST_BESIDE_PX) + 8 for said in self._beside_lines), default=0)

    def _below(self, unit: "_Unit") -> float:
        """Return how wide a leaf must be for what is written in the hosts below it."""
        count = len(unit.leaves)
        need = boxes.width_of(self._labels[unit.hosts.id]) if unit.hosts else 0
        return (need - (count - 1) * _GAP_PX) / count

    # Where things are from left to right.

    def _columns(self) -> float:
        """Place everything from left to right; return the width of it all."""
        tiers = self._view.tiers
        at = self._outer
        leaves = _by_pod(tiers.get("leaf", ()))
        spines = _by_pod(tiers.get("spine", ()))
        hosts = _by_pod(tiers.get("host", ()))
        for pod, own in leaves.items():
            above = spines.get(pod, [])
            block = max(self._row_width("leaf", own), self._row_width("spine", above))
            if not self._units:
                block = max(block, self._row_width("host", hosts.get(pod, [])))
            self._spread("leaf", own, at, block)
            self._spread("spine", above, at, block)
            self._place_hosts(pod, at, block)
            at += block + _POD_PX
        width = at - _POD_PX + self._outer
        for tier in _ABOVE:
            need = self._row_width(tier, tiers.get(tier, ()))
            width = max(width, need + 2 * self._outer)
        for tier in _ABOVE:
            self._spread(tier, tiers.get(tier, ()), self._outer, width - 2 * self._outer)
        return width

    @property
    def _outer(self) -> float:
        if self._pod_titles:
            return _POD_FRAME_PX + 2
        return _FRAME_PX + 2 if self._framed else 2.0

    def _row_width(self, tier: Tier, found: Sequence[Box]) -> float:
        gaps = sum(_gap(one, other) for one, other in pairwise(found))
        return len(found) * self._widths.get(tier, 0) + gaps

    def _spread(self, tier: Tier, found: Sequence[Box], x: float, room: float) -> None:
        """Place boxes in the middle of some room, further apart where there is enough of it.

        Those that belong together stay together, unless all of them do.
        """
        if not found:
            return
        need = self._row_width(tier, found)
        whole = len({box.seat.column[:2] for box in found}) == 1
        gaps = [whole or _gap(one, other) > _GAP_PX for one, other in pairwise(found)]
        most = _MOST_SPREAD_PX if len(gaps) > 1 else 2 * _MOST_SPREAD_PX
        more = min(most, (room - need) / (sum(gaps) + 2))
        x += (room - need - more * sum(gaps)) / 2
        width = self._widths[tier]
        for box, before, wider in zip(found, (None, *found), (False, *gaps), strict=False):
            if before:
                x += width + _gap(before, box) + more * wider
            self._x[box.id] = x, width

    def _place_hosts(self, pod: int, x: float, room: float) -> None:
        own = [unit for unit in self._units if unit.pod == pod]
        for unit in own:
            if unit.hosts:
                left = self._x[unit.leaves[0].id][0]
                last, width = self._x[unit.leaves[-1].id]
                self._x[unit.hosts.id] = left, last + width - left
        rest = [box for box in self._view.tiers.get("host", ()) if box.id not in self._x]
        self._spread("host", [box for box in rest if box.seat.column[0] == pod], x, room)

    # From above.

    def _rows(self, width: float) -> dict[Tier, tuple[float, float]]:
        rows: dict[Tier, tuple[float, float]] = {}
        y = 0.0
        mesh = max(_LEAST_MESH_PX, min(width * _MESH, _MOST_MESH_PX))
        for tier, found in self._view.tiers.items():
            if rows:
                before = next(reversed(rows))
                y += self._above(tier, before, mesh)
            high = max(boxes.height_of(self._labels[box.id]) for box in found)
            rows[tier] = y, y + high
            y += high
        return rows

    def _above(self, tier: Tier, before: Tier, mesh: float) -> float:
        if before == "router":
            return _ROUTER_PX
        if tier != "host":
            return mesh + (_POD_FRAME_PX if self._pod_titles and tier == "spine" else 0)
        return _HOSTS_PX if self._units else mesh

    # Frames.

    @property
    def _framed(self) -> bool:
        return any(len(unit.leaves) > 1 for unit in self._units)

    def _su_frames(self, spots: Mapping[str, Spot]) -> Iterator[Frame]:
        if self._framed:
            for unit in self._units:
                inside = [*unit.leaves, *((unit.hosts,) if unit.hosts else ())]
                yield Frame(_around([spots[box.id] for box in inside], _FRAME_PX), "su")

    def _pod_frames(self, spots: Mapping[str, Spot]) -> Iterator[Frame]:
        for pod, title in self._pod_titles.items():
            inside = [
                spots[box.id]
                for tier in _IN_POD
                for box in self._view.tiers.get(tier, ())
                if box.seat.column[0] == pod
            ]
            spot = _around(inside, _POD_FRAME_PX)
            grown = Spot(spot.x, spot.y, spot.width, spot.height + _POD_TITLE_PX)
            yield Frame(grown, "pod", title)


@dataclass(frozen=True, slots=True)
class _Unit:
    """The leaves of one SU and the hosts below them, None where nobody is there."""

    pod: int
    leaves: tuple[Box, ...]
    hosts: Box | None


def _units(view: FabricView) -> list[_Unit]:
    """Return the SUs whose hosts are below their own leaves."""
    below = {box.seat.column[:2]: box for box in view.tiers.get("host", ()) if box.seat.column[1]}
    leaves = [box for box in view.tiers.get("leaf", ()) if box.seat.column[1]]
    return [
        _Unit(at[0], tuple(found), below.get(at))
        for at, found in groupby(leaves, lambda box: box.seat.column[:2])
    ]


def _by_pod(found: Iterable[Box]) -> dict[int, list[Box]]:
    return {pod: list(own) for pod, own in groupby(found, lambda box: box.seat.column[0])}


def _gap(one: Box, other: Box) -> float:
    """Return what is between neighbours: less within an SU than between what is apart."""
    same = one.seat.column[:2] == other.seat.column[:2]
    return _GAP_PX if same and one.seat.column[1] else _WIDER_PX


def _placed(x: tuple[float, float], row: tuple[float, float]) -> tuple[float, float, float, float]:
    return x[0], row[0], x[1], row[1] - row[0]


def _around(spots: Sequence[Spot], by: float) -> Spot:
    left, top = min(one.x for one in spots) - by, min(one.y for one in spots) - by
    right, bottom = max(one.right for one in spots) + by, max(one.bottom for one in spots) + by
    return Spot(left, top, right - left, bottom - top)

"""A network drawn tier by tier, with what every tier and every gap between tiers adds up to."""

from collections.abc import Iterator
from itertools import pairwise

from railwright.emitters.drawing import boxes, layout
from railwright.emitters.drawing.boxes import Spot
from railwright.emitters.drawing.labels import Labels, total
from railwright.emitters.drawing.layout import Layout, Written
from railwright.emitters.drawing.lines import Lines, beside, each_line
from railwright.emitters.drawing.phrases import Phrases
from railwright.emitters.drawing.view import Box, FabricView, Tier
from railwright.svg import Drawing, moved, rect, text, wide

_COUNT_PX = 12.0
_SMALL_PX = 10.0
_BESIDE_PX = 18.0


def draw(view: FabricView, labels: Labels, say: Phrases) -> Drawing:
    """Return the drawing of a network whose boxes stand in rows."""
    written = {box.id: labels.of(box) for found in view.tiers.values() for box in found}
    below = tuple(said for _, said in beside(view, say))
    laid = layout.lay_out(view, written, Written(dict(_pods(view, say)), below))
    lines = Lines(view, laid.spots, say)
    captions = list(_captions(view, labels, laid, say))
    left = max(wide(said, size) for _, said, _, size in captions) + _BESIDE_PX
    parts = (
        *(rect(*_box(one.spot), one.cls) for one in laid.frames),
        *(
            text(one.spot.middle, one.spot.bottom - 7, one.title, "m b", _COUNT_PX)
            for one in laid.frames
            if one.title
        ),
        *lines.drawn(),
        *lines.host_labels(),
        *(
            boxes.draw(laid.spots[box.id], written[box.id], look(box), box.id, len(box.switches))
            for found in view.tiers.values()
            for box in found
        ),
    )
    sums = "\n".join(text(0, y, said, cls, size) for y, said, cls, size in captions)
    body = moved(left, 0, "\n".join(parts))
    return Drawing(f"{sums}\n{body}", left + laid.width, laid.height)


def look(box: Box) -> str:
    """Return the class of a box."""
    if box.tier == "router":
        return "router"
    if not box.deployed:
        return "later"
    return "hosts" if box.hosts else "box"


def _box(spot: Spot) -> tuple[float, float, float, float]:
    return spot.x, spot.y, spot.width, spot.height


def _pods(view: FabricView, say: Phrases) -> Iterator[tuple[int, str]]:
    if view.shape.core:
        for pod in range(1, view.shape.pods + 1):
            yield pod, say("pod", n=pod)


Caption = tuple[float, str, str, float]
"""Base line, text, class and size of a line left of the drawing."""


def _captions(view: FabricView, labels: Labels, laid: Layout, say: Phrases) -> Iterator[Caption]:
    for tier, (top, bottom) in laid.rows.items():
        lines = list(tier_lines(view, labels, tier, say))
        y = (top + bottom) / 2 - (len(lines) - 1) * 7 + 4
        for at, said in enumerate(lines):
            yield y + at * 14, said, "q" if at else "b", _SMALL_PX if at else _COUNT_PX
    for (upper, (_, top)), (lower, (bottom, _)) in pairwise(laid.rows.items()):
        lines = list(_gap_lines(view, upper, lower, say))
        y = (top + bottom) / 2 - (len(lines) - 1) * 7 + 4
        for at, said in enumerate(lines):
            yield y + at * 14, said, "", _SMALL_PX


def tier_lines(view: FabricView, labels: Labels, tier: Tier, say: Phrases) -> Iterator[str]:
    """Yield how many switches or hosts a tier has, and what they are."""
    found = view.tiers[tier]
    if tier == "router":
        yield say.counted(len(found), "n_router")
    elif tier == "host":
        yield from labels.census()
    else:
        whole = labels.some(
            sum(len(box.switches) for box in found),
            sum(len(box.later) for box in found),
            labels.noun(tier),
        )
        yield whole
        yield labels.platform(found[0])


def _gap_lines(view: FabricView, upper: Tier, lower: Tier, say: Phrases) -> Iterator[str]:
    found = [one for one in view.between(upper, lower) if one.links]
    if not found:
        return
    yield say.links(total(found))
    yield from each_line(view, upper, lower, say)

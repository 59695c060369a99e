"""A whole drawing: heading and facts above, the legend below."""

from collections.abc import Callable, Iterator, Sequence

from railwright.svg import Drawing, fitting, moved, scaled, text, wide

_MARGIN_PX = 26.0
_HEADING_PX = 22.0
_FACTS_PX = 12.5
_PITCH_PX = 18.0
_USUAL_PX = 1500.0  # heading and legend have their usual size in a drawing as wide as this
_LEAST_PX = 880.0

BREAK = "; "
"""What stands between the parts of a fact."""

LegendOf = Callable[[float], Drawing]
"""Draws a legend as wide as it is told."""


def page(heading: str, facts: Sequence[str], body: Drawing, legend_of: LegendOf) -> Drawing:
    """Return a drawing with its heading, facts and legend; a narrow one is set in the middle."""
    width = max(body.width, _LEAST_PX)
    big = max(1.0, width / _USUAL_PX)
    room = width / big
    head = [text(0, _HEADING_PX, heading, "b", fitting(heading, room, _HEADING_PX))]
    lines = [line for fact in facts for line in wrapped(fact, room, _FACTS_PX)]
    for at, said in enumerate(lines):
        y = _HEADING_PX + 22 + at * _PITCH_PX
        cls = "b" if said == facts[0] else ""
        head.append(text(0, y, said, cls, fitting(said, room, _FACTS_PX)))
    top = (_HEADING_PX + 22 + len(lines) * _PITCH_PX + 14) * big
    key = legend_of(room)
    below = top + body.height + 26 * big
    parts = (
        scaled(big, "\n".join(head)),
        moved((width - body.width) / 2, top, body.markup),
        moved(0, below, scaled(big, key.markup)),
    )
    return Drawing(
        moved(_MARGIN_PX, _MARGIN_PX, "\n".join(parts)),
        width + 2 * _MARGIN_PX,
        below + key.height * big + 2 * _MARGIN_PX,
    )


def wrapped(said: str, width: float, size: float) -> Iterator[str]:
    """Yield a text in as many lines as it takes, broken where parts of it end."""
    line = ""
    for part in said.split(BREAK):
        longer = f"{line}{BREAK}{part}" if line else part
        if line and wide(longer, size) > width:
            yield line
            longer = part
        line = longer
    yield line

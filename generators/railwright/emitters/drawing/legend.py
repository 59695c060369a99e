"""What colours, widths and dashes mean, written beside samples of them: only what is drawn."""

from collections.abc import Iterable, Iterator, Sequence

from railwright.emitters.drawing import style
from railwright.emitters.drawing.lines import odd_ones
from railwright.emitters.drawing.phrases import Phrases
from railwright.emitters.drawing.style import WIDTHS_PX
from railwright.emitters.drawing.tiered import look
from railwright.emitters.drawing.view import MANY, FabricView
from railwright.plan.shape import Network
from railwright.svg import Drawing, fitting, group, moved, rect, tag, text, wide

_LINE_PX = 24.0
_WIDTH_PX = 34.0  # of a sample
_HEIGHT_PX = 14.0
_SIZE_PX = 11.0

Entry = tuple[str, str, float]
"""A sample, what it means, and how wide the sample is."""


def of_fabric(view: FabricView, say: Phrases, width: float) -> Drawing:
    """Return the legend of one network."""
    entries = (*_colours(view, say), *_boxes(view, say), *_lines(view, say))
    return flowing(entries, width)


def of_overview(networks: Iterable[Network], say: Phrases, width: float) -> Drawing:
    """Return the legend of all networks together."""
    dot = tag("circle", cx=_WIDTH_PX / 2, cy=_HEIGHT_PX / 2, r=5, cls="dot paper")
    entries = [
        (stroke(colour, f"s-{colour} w2"), say("l_one", network=say(name)), _WIDTH_PX)
        for name, colour in ((one, style.colour_class(one)) for one in networks)
    ]
    return flowing((*entries, (dot, say("l_attached"), _WIDTH_PX)), width)


def flowing(entries: Sequence[Entry], width: float) -> Drawing:
    """Return entries side by side, in as many lines as it takes."""
    drawn: list[str] = []
    x, y = 0.0, 0.0
    for sample, said, across in entries:
        size = fitting(said, width - across - 6, _SIZE_PX)
        taken = across + 6 + wide(said, size) + 18
        if x and x + taken > width:
            x, y = 0.0, y + _LINE_PX
        drawn.append(moved(x, y, sample + text(across + 6, 11, said, "", size)))
        x += taken
    return Drawing(group(drawn), width, y + _LINE_PX)


def stroke(colour: str, cls: str) -> str:
    """Return a sample of a line of a colour, by class."""
    way = f"M0 {_HEIGHT_PX / 2}H{_WIDTH_PX}"
    width = cls.split()[1] if " " in cls else "w2"
    cased = style.casing(colour)
    under = tag("path", d=way, cls=f"l case {cased} {width}") if cased else ""
    return under + tag("path", d=way, cls=f"l {cls}")


def _sample(cls: str) -> str:
    return rect(0, 0, _WIDTH_PX, _HEIGHT_PX, cls)


def _colours(view: FabricView, say: Phrases) -> Iterator[Entry]:
    own = style.colour_class(view.network)
    drawn = {one.colour for one in view.bundles if one.links}
    if view.network != "compute":
        yield _chip(own, ""), say("l_network"), _WIDTH_PX
        return
    rails = {rail for box in view.tiers.get("leaf", ()) for rail in box.seat.place.rails}
    if not view.level.card:
        yield "".join(_rails(sorted(rails))), say("l_rails"), len(rails) * _WIDTH_PX
    if MANY in drawn:
        yield stroke(MANY, f"s-{MANY} w2"), say("l_many"), _WIDTH_PX
    if own in drawn:
        yield stroke(own, f"s-{own} w2"), say("l_fabric"), _WIDTH_PX


def _rails(rails: Sequence[int]) -> Iterator[str]:
    for at, rail in enumerate(rails):
        yield moved(at * _WIDTH_PX, 0, _chip(style.colour_class(rail), f"R{rail}"))


def _chip(cls: str, said: str) -> str:
    return _sample(cls) + (text(_WIDTH_PX / 2, 11, said, f"m b on-{cls}", 10) if said else "")


def _boxes(view: FabricView, say: Phrases) -> Iterator[Entry]:
    looks = {look(box) for found in view.tiers.values() for box in found if not box.seat.card}
    for cls, key in (("hosts", "l_hosts"), ("router", "l_router")):
        if cls in looks:
            yield _sample(cls), say(key), _WIDTH_PX
    if view.level.card:
        what = say("pod_word") if view.shape.core else say(_unit(view))
        yield _sample("pod"), say("l_card", what=what), _WIDTH_PX
    elif view.shape.leaves_per_su > 1 and view.level.leaves == "switch":
        yield _sample("su"), say("l_su_pair" if view.network == "storage" else "l_su"), _WIDTH_PX
    if "later" in looks or any(not one.links for one in view.bundles):
        half = _WIDTH_PX / 2
        dashes = tag("path", d=f"M{half + 3} {_HEIGHT_PX / 2}H{_WIDTH_PX}", cls="l reserved")
        yield rect(0, 0, half, _HEIGHT_PX, "later") + dashes, say("l_later"), _WIDTH_PX


def _unit(view: FabricView) -> str:
    if view.shape.design == "access":
        return "access_word" if view.level.card == 1 else "accesses_word"
    return "pair_word" if view.network == "storage" else "su_word"


def _lines(view: FabricView, say: Phrases) -> Iterator[Entry]:
    own = style.colour_class(view.network)
    widths = sorted({style.width_class(one.links) for one in view.bundles if one.links})
    for cls in widths if len(widths) > 1 else ():
        at = int(cls[1:])
        low = WIDTHS_PX[at - 1][0] + 1 if at else 1
        if at == len(WIDTHS_PX):
            said = say("l_width_up", n=low - 1)
        elif at == 0:
            said = say("l_width_1")
        else:
            said = say("l_width", n=f"{low}-{WIDTHS_PX[at][0]}")
        yield stroke(MANY, f"s-{MANY} {cls}"), said, _WIDTH_PX
    if odd_ones(view):
        yield stroke(own, f"s-{own} w2 odd"), say("l_odd"), _WIDTH_PX
    if any(not view.is_regular(one) for one in view.bundles):
        yield tag("path", d="M2 13Q17 -6 32 13", cls=f"l s-{own} w1"), say("l_extra"), _WIDTH_PX

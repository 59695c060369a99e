"""What is said of a network above its drawing: design, switches, links, ratios, bisection."""

from collections.abc import Iterator

from railwright.emitters.drawing.labels import Labels, total
from railwright.emitters.drawing.lines import odd_ones
from railwright.emitters.drawing.page import BREAK
from railwright.emitters.drawing.phrases import Phrases
from railwright.emitters.drawing.view import Bundle, FabricView, Tier
from railwright.plan.shape import FabricShape
from railwright.plan.summary import GBPS_PER_TBPS, bisection_gbps

_MOST_ODD = 4  # bundles that are named
_SWITCHES: tuple[Tier, ...] = ("superspine", "spine", "leaf")


def lines(view: FabricView, labels: Labels, say: Phrases) -> Iterator[str]:
    """Yield the lines above a drawing."""
    yield design(view.shape, say)
    yield BREAK.join(_switches(view, labels))
    yield BREAK.join(_links(view, say))
    if ratios_ := ratios(view.shape, say):
        yield ratios_
    if odd := _odd(view, say):
        yield odd


def design(shape: FabricShape, say: Phrases) -> str:
    """Return what a network is: its design and how much of its capacity is deployed."""
    if shape.design == "access":
        return say("f_access")
    some, whole = shape.sus_deployed, shape.total_sus
    key = "n_pair" if shape.network == "storage" else "n_su"
    places = say.counted(whole, key)
    if some != whole:
        places = say("of", some=some, all=places)
    if shape.network == "storage":
        each = say("f_per_pair", n=shape.nodes_per_su)
        return say.joined((places, each, say("f_storage")))
    parts = [say.counted(shape.rails, "n_rail")]
    if shape.planes > 1:
        parts.append(say.counted(shape.planes, "n_plane"))
    if shape.core:
        parts.append(say.counted(shape.pods, "n_pod"))
    parts += [places, say("f_per_su", n=shape.nodes_per_su)]
    return say("f_places", design=shape.design, what=say.joined(parts))


def ratio(shape: FabricShape, say: Phrases) -> str:
    """Return the oversubscription of the leaves, asked and effective."""
    asked, real = f"{shape.asked_oversubscription:g}", f"{shape.effective_oversubscription:.2f}"
    key = "f_ratio" if shape.asked_oversubscription else "f_ratio_real"
    return say(key, asked=asked, real=real)


def ratios(shape: FabricShape, say: Phrases) -> str:
    """Return oversubscription asked and effective, and the bisection, as the summary has them."""
    if not shape.spines:
        return say("f_no_spines")
    parts = [ratio(shape, say)]
    if core := shape.core:
        asked, real = f"{core.asked_oversubscription:g}", f"{core.effective_oversubscription:.2f}"
        parts.append(say("f_ratio_core", asked=asked, real=real))
    parts.append(say.counted(shape.links_per_pair, "f_pair_links"))
    if shape.design != "access":
        parts.append(say("f_bisection", n=f"{bisection_gbps(shape) / GBPS_PER_TBPS:,g}"))
    return BREAK.join(parts)


def _switches(view: FabricView, labels: Labels) -> Iterator[str]:
    for tier in _SWITCHES:
        if found := view.tiers.get(tier):
            some = sum(len(box.switches) for box in found)
            later = sum(len(box.later) for box in found)
            what = labels.some(some, later, labels.noun(tier))
            yield f"{what}: {labels.model(found[0])}"


def _links(view: FabricView, say: Phrases) -> Iterator[str]:
    kinds: dict[str, list[Bundle]] = {}
    for bundle in view.bundles:
        if view.box[bundle.lower].tier == "host":
            kind = "f_links_host"
        elif view.box[bundle.upper].tier == "router":
            kind = "f_links_border"
        else:
            kind = "f_links_fabric"
        kinds.setdefault(kind, []).append(bundle)
    for kind in ("f_links_host", "f_links_fabric", "f_links_border"):
        if speeds := total(kinds.get(kind, ())):
            yield say(kind, what=say.links(speeds))


def _odd(view: FabricView, say: Phrases) -> str:
    """Return the bundles that differ from the others between their tiers, the first by name."""
    odd = odd_ones(view)
    found = [
        one for one in view.bundles if (one.lower, one.upper) in odd or not view.is_regular(one)
    ]
    if not found:
        return ""
    named = [
        say("between", lower=one.lower, upper=one.upper, what=say.links(one.speeds))
        for one in found[:_MOST_ODD]
    ]
    what = BREAK.join(named)
    if rest := len(found) - len(named):
        what = say("odd_more", what=what, n=rest)
    return say("odd", what=what)

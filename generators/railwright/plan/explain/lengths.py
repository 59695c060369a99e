"""Why a cable is as long as it is: its places, its way, what is ordered, what was built."""

from collections.abc import Iterator

from railwright.plan.cables.model import Fitting
from railwright.plan.cables.route import Ways, spots_of
from railwright.plan.explain.derivation import (
    Derivation,
    Input,
    PortPlace,
    built_length,
    extra_link,
    length_input,
)

RULE = (
    "the way along trays from place to place and its slack, in the next length there is to order; "
    "links that share a module take the first medium in order of preference that reaches them all"
)
BUILT_RULE = "medium and modules are the planned ones, the part is the next length of them in stock"


def length(where: PortPlace) -> Derivation:
    """Return how the length of a port's cable follows."""
    own = where.link.length
    fitting = (where.plan.fitted or {}).get(where.link.id)
    inputs: tuple[Input, ...] = (length_input(where),)
    how = f"{'ASSUMED, ' if own.assumed else ''}{own.provenance}"
    if built := built_length(where):
        how = f"as built: {built.override.reason}; {BUILT_RULE}"
        named = built.override.link
        if named != where.link.id:
            inputs = (*inputs, Input("on one splitter cable with", named, built.path))
        inputs = (*inputs, *_way(where, "needed as planned"), *_parts(fitting))
    elif fitting and not _is_given(where) and (way := tuple(_way(where, "needed"))):
        how, inputs = RULE, (*way, *_parts(fitting))
    return Derivation(f"{where.subject} length", f"{own.length_m:g} m", how, inputs)


def _way(where: PortPlace, what: str) -> Iterator[Input]:
    """Yield the way between the places of a link and its sum, nothing where one is unknown."""
    floor, link = where.plan.floor, where.link
    spots = spots_of(floor) if floor else {}
    a, z = spots.get(link.a.device), spots.get(link.z.device)
    if floor is None or a is None or z is None or link.kind == "border":
        return
    ways = Ways(floor)
    yield Input("from", f"{link.a.device} in {a}", "floor")
    yield Input("to", f"{link.z.device} in {z}", "floor")
    yield from (Input(one.name, f"{one.length_m:.2f} m") for one in ways.terms(a, z))
    yield Input(what, f"{ways.cable_m(a, z):.2f} m", source=floor.geometry.source)


def _parts(fitting: Fitting | None) -> Iterator[Input]:
    """Yield what a link is cabled with, nothing where that is not known."""
    if fitting is None:
        return
    strands = f"{fitting.strands} x " if fitting.strands > 1 else ""
    modules = " and ".join(one for one in (fitting.a_module, fitting.z_module) if one)
    yield Input("medium", fitting.medium, "cabling.prefer")
    yield Input("ordered", f"{strands}{fitting.part}, {fitting.length_m:g} m")
    if modules:
        yield Input("modules", modules)


def _is_given(where: PortPlace) -> bool:
    """Return whether an extra link says how long its cable is."""
    extra = extra_link(where)
    return extra is not None and extra.override.length_m is not None

"""Cables against what there is to order: cages, reach, media, modules that must be used."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from difflib import get_close_matches

from railwright.catalog import loader as catalog
from railwright.catalog.physical_model import Transceiver
from railwright.errors import Problem, Severity
from railwright.intent.cabling import ModuleChoice
from railwright.plan.cables.cages import CageKind
from railwright.plan.cables.causes import Cause, at_switch, whose
from railwright.plan.cables.fit import Refused, asked, refused
from railwright.plan.cables.media import LinkKind, Shelf, ends_of
from railwright.plan.grown import at_capacity, hindrances
from railwright.plan.model import Link, Plan
from railwright.plan.placement.model import FloorPlan

_SHOWN = 4
_MODULES = "cabling.modules"
_LATER = "at full capacity: "
_UNKNOWN = "until this is mended the bill of materials cannot say what is reserved"


def check_cables(plan: Plan) -> Iterator[Problem]:
    """Yield the links that nothing joins, each cause once, and modules that cannot be used.

    Without a floor lengths are guesses, so that nothing is wrong yet: a warning per network. On a
    floor, what is wrong with the full capacity alone is an error as well: nobody could grow to it.
    """
    wrong = list(_modules(plan))
    yield from wrong
    if plan.floor:
        paths = {one.path for one in wrong}
        yield from (one for one in _on_floor(plan, plan.floor) if one.path not in paths)
    elif not wrong:
        yield from _without_floor(plan)
    for one in hindrances(plan):
        if plan.floor:
            yield Problem(one.path, f"{_LATER}{one.what}")
        else:
            yield Problem(one.path, f"{_LATER}{one.what}; {_UNKNOWN}", "warning")


def _on_floor(plan: Plan, floor: FloorPlan) -> Iterator[Problem]:
    known: set[tuple[str, str, str]] = set()
    for cause, links in _grouped(_refused(plan), floor):
        known.add(cause.key)
        yield _problem(cause, links, "error")
    full = at_capacity(plan)
    if full is None or full is plan:
        return
    here = {link.id for link in plan.links}
    later = (
        replace(one, links=new)
        for one in _refused(full)
        if one.cause.key not in known
        and (new := tuple(link for link in one.links if link.id not in here))
    )
    for cause, links in _grouped(later, floor):
        yield _problem(cause, links, "error", _LATER)


def _refused(plan: Plan) -> Iterator[Refused]:
    """Yield what nothing joins, without looking where everything is cabled."""
    fitted = plan.fitted or {}
    if not all(link.id in fitted for link in plan.links):
        yield from refused(plan.intent, plan.links, plan.node_models, plan.built, plan.floor)


def _without_floor(plan: Plan) -> Iterator[Problem]:
    """Yield a warning for the first trouble of every network."""
    found = refused(plan.intent, _samples(plan), plan.node_models, plan.built, None)
    seen: set[str] = set()
    for one, links in _grouped(found, None):
        if links[0].network not in seen:
            seen.add(links[0].network)
            cause = one
            if cause.path == "floor":
                remedy = "shorten them, or add longer parts to the catalog"
                cause = replace(cause, path="lengths", remedy=remedy)
            severity: Severity = "error" if cause.path.startswith(_MODULES) else "warning"
            yield _problem(cause, links[:1], severity)


def _samples(plan: Plan) -> list[Link]:
    """Return the links of one device per platform and kind of link: without a floor all are alike.

    Links of one device alone may share cages with those of others, which are then left out: what
    stands against them stands against those that are here.
    """
    found: dict[tuple[str, ...], tuple[str, list[Link]]] = {}
    for link in plan.links:
        device = plan.device.get(link.a.device)
        if device is None:
            continue
        key = link.network, link.kind, device.role, device.platform
        name, links = found.setdefault(key, (device.name, []))
        if name == device.name:
            links.append(link)
    return [link for _, links in found.values() for link in links]


def _grouped(
    found: Iterable[Refused], floor: FloorPlan | None
) -> Iterator[tuple[Cause, list[Link]]]:
    """Yield every cause once, with its longest cable and all its links."""
    causes: dict[tuple[str, str, str], Cause] = {}
    links: dict[tuple[str, str, str], list[Link]] = {}
    longest: dict[tuple[str, str, str], Link] = {}
    for one in found:
        cause, key = one.cause, one.cause.key
        known = causes.get(key)
        if known is None or cause.needed_m > known.needed_m:
            longest[key] = one.links[0]
        causes[key] = known.joined(cause) if known else cause
        links.setdefault(key, []).extend(one.links)
    for key, cause in causes.items():
        yield at_switch(cause, longest[key], floor) if floor else cause, links[key]


def _problem(cause: Cause, links: list[Link], severity: Severity, when: str = "") -> Problem:
    more = f" and {len(links) - 1} more" if len(links) > 1 else ""
    return Problem(cause.path, f"{when}{links[0].id}{more}, {cause.text}", severity)


def _modules(plan: Plan) -> Iterator[Problem]:
    """Yield the modules of the intent that are unknown or go into none of the cages meant."""
    wanted = plan.intent.cabling.modules
    if not wanted:
        return
    optics = catalog.optics()
    parts = {one.sku: one for one in optics.transceivers}
    shelf = Shelf(optics, plan.intent.cabling)
    whole = at_capacity(plan) or plan  # a model or a tier may come with growth only
    links = asked(whole.intent, whole.links, whole.node_models, whole.built, whole.floor)
    kinds = dict.fromkeys(one.kind for one in links)
    for number, one in enumerate(wanted):
        path = f"{_MODULES}[{number}]"
        part = parts.get(one.part)
        if part is None:
            yield Problem(f"{path}.part", _unknown(one.part, sorted(parts)))
            continue
        cages = [
            (kind, end)
            for kind in kinds
            if kind.network == one.network
            for end in ends_of(kind)
            if end.owner == one.at
        ]
        if not cages:
            what = f"no {one.at} has links of the {one.network} network; choose another owner"
            yield Problem(f"{path}.at", what)
        elif not any(shelf.pinned(one.network, end, kind.speed_gbps) for kind, end in cages):
            cages.sort(key=lambda cage: not shelf.fits(cage[1], cage[0].speed_gbps))
            yield Problem(f"{path}.part", _unfit(shelf, one, part, *cages[0]))


def _unknown(name: str, names: list[str]) -> str:
    near = get_close_matches(name, names, n=1)
    hint = f"did you mean {near[0]}?" if near else "choose one of them or add it to the catalog"
    return f"no module {name!r} in the catalog; there are {', '.join(names)}; {hint}"


def _unfit(
    shelf: Shelf, wanted: ModuleChoice, part: Transceiver, kind: LinkKind, end: CageKind
) -> str:
    """Return why a module does not serve a kind of cage, and which ones do."""
    form_factors = shelf.optics.form_factors
    others = [one.module.sku for one in shelf.fits(end, kind.speed_gbps)]
    same = [
        one.module.sku
        for one in shelf.fits(end, kind.speed_gbps)
        if one.module.interface == part.interface
    ]
    fitting = ", ".join((same or others)[:_SHOWN]) or "none of the catalog"
    if shelf.adapter(end.form_factor, part.form_factor) is None:
        why = form_factors.refusals.get(f"{end.form_factor} {part.form_factor}")
        return (
            f"{wanted.part} is {part.form_factor}; cages of {whose(end)} take {end.form_factor}"
            f"{f': {why}' if why else ''}; what fits: {fitting}"
        )
    used, has = _split(end.ports, kind.speed_gbps), _split(part.ports, part.port_speed_gbps)
    cages = f"cages of {whose(end)} are used as {used}"
    return f"{wanted.part} is for {has}; {cages}; what fits: {fitting}"


def _split(ports: int, speed_gbps: int) -> str:
    return f"{ports} x {speed_gbps}G" if ports > 1 else f"{speed_gbps}G"

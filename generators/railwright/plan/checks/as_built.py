"""The as-built record against the plan: cables that are not there, redlines nobody took over.

The record says what people did; only the intent says what is planned. Nothing here is an error:
what was done stays done while a plan changes.
"""

from collections.abc import Iterator, Mapping, Sequence

from railwright.errors import Problem
from railwright.intent.as_built import STEPS, AsBuilt, Mark
from railwright.plan.cables.model import Cable
from railwright.plan.cables.plugs import Plugs, check_of
from railwright.plan.cables.standing import Standing, Standings
from railwright.plan.model import Link, Plan

AT = "as_built"
NO_FIRST_PLAN = (
    "there is no plan without what redlines changed, because other overrides need it; sheets that "
    "were printed before these redlines cannot be told from sheets of an older plan and are stale"
)
SHOWN = 3
_Found = list[tuple[int, str]]
"""Lines of the record, each with what it says."""


def check_as_built(plan: Plan) -> Iterator[Problem]:
    """Yield a warning for each way in which the record and the plan disagree, with examples."""
    record = plan.intent.as_built
    if record is None or not record.marks:
        return
    cables = {cable.id: cable for cable in plan.cabled.cables}
    links = {link.id: link for link in plan.links}
    known = [
        (line, mark, cables[mark.cable])
        for line, mark in zip(record.lines, record.marks, strict=True)
        if mark.cable in cables
    ]
    yield from _unknown(record, cables)
    yield from _older(plan, record, known)
    yield from _summed(
        record,
        [
            (line, f"{mark.cable} {mark.what}")
            for line, mark, cable in known
            if mark.what in STEPS and mark.value is True and not cable.deployed
        ],
        ("step is", "steps are"),
        "done on cables that the plan only reserves",
        "raise the count of what they lead to, or correct the record",
    )
    yield from _summed(
        record,
        list(_ports(known, links)),
        ("port is", "ports are"),
        "recorded other than planned",
        "add each to overrides.ports, or take it back in the record",
    )
    yield from _summed(
        record,
        list(_lengths(known, links)),
        ("length is", "lengths are"),
        "recorded other than planned, which headroom is not computed for",
        "add each to overrides.lengths, or take it back in the record",
    )


def _older(
    plan: Plan, record: AsBuilt, known: Sequence[tuple[int, Mark, Cable]]
) -> Iterator[Problem]:
    """Yield a warning for steps that were done while their cables were planned otherwise."""
    checked = [(line, mark, cable) for line, mark, cable in known if mark.check]
    if not checked:
        return
    plugs = Plugs(plan)
    standings = Standings(plan, plugs)
    if not standings.sure:
        yield Problem(AT, NO_FIRST_PLAN, "warning", record.file, checked[0][0])
    of: dict[str, Standing] = {}
    found: _Found = []
    for line, mark, cable in checked:
        if mark.what in STEPS and mark.value is True:
            if cable.id not in of:
                of[cable.id] = standings.of(cable, check_of(cable, plugs.of(cable)))
            if not of[cable.id].holds(mark):
                found.append((line, f"{mark.cable} {mark.what}"))
    yield from _summed(
        record,
        found,
        ("step is", "steps are"),
        "recorded of cables that the plan had otherwise then, so that they count no more",
        "look at each, mark it again on a new sheet",
    )


def _unknown(record: AsBuilt, cables: Mapping[str, Cable]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for line, mark in zip(record.lines, record.marks, strict=True):
        if mark.cable not in cables:
            first.setdefault(mark.cable, line)
    yield from _summed(
        record,
        [(line, cable) for cable, line in first.items()],
        ("cable is", "cables are"),
        "recorded that the plan does not have",
        "`railwright show cables` lists those it has; correct the record",
    )


def _ports(
    known: Sequence[tuple[int, Mark, Cable]], links: Mapping[str, Link]
) -> Iterator[tuple[int, str]]:
    """Yield recorded upper ports that are not where the plan has the cable."""
    for line, mark, cable in known:
        if mark.what != "port" or mark.value is None:
            continue
        planned = [links[link].z.port for link in cable.links]
        if mark.value not in planned:
            device, names = cable.ends[-1].device, " ".join(planned)
            yield line, f"{mark.cable} on {device} {mark.value} instead of {names}"


def _lengths(
    known: Sequence[tuple[int, Mark, Cable]], links: Mapping[str, Link]
) -> Iterator[tuple[int, str]]:
    """Yield recorded lengths that the plan does not reckon with.

    A link of several cables side by side is as long as the longest of them.
    """
    for line, mark, cable in known:
        if mark.what != "length_m" or not isinstance(mark.value, float):
            continue
        first = links[cable.links[0]]
        planned_m = first.length.length_m
        beside = cable.id.startswith(f"{first.id}.")
        if mark.value > planned_m or (mark.value < planned_m and not beside):
            yield line, f"{mark.cable} {mark.value:g} m instead of {planned_m:g} m"


def _summed(
    record: AsBuilt, found: _Found, what: tuple[str, str], how: str, remedy: str
) -> Iterator[Problem]:
    """Yield one warning about some lines of the record, at the first of them."""
    if not found:
        return
    found = sorted(found)
    examples = ", ".join(f"{text} (line {line})" for line, text in found[:SHOWN])
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    text = f"{len(found)} {what[len(found) > 1]} {how}: {examples}{more}; {remedy}"
    yield Problem(AT, text, "warning", record.file, found[0][0])

"""The cabling of a whole plan: what was seen goes in, faults and the moves that mend them out."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from railwright.device.cabling import dark, edges, evidence, faults, mend, sight
from railwright.device.cabling.chains import pair_up, walk
from railwright.device.cabling.judge import Judged, View, judge, peer_of, settle
from railwright.device.cabling.model import End, LinkCounts, Move, Seen, Unverified
from railwright.device.cabling.names import Names
from railwright.device.cabling.places import Places
from railwright.device.lldp import spoken
from railwright.device.verify_model import Note, VerifyFinding
from railwright.naming import natural_key
from railwright.plan.model import Link, Plan

REORDERED = "parallel-reorder"
DOMAIN = "domain"


@dataclass(frozen=True, slots=True)
class Cabling:
    """What is wrong with the cabling, and what mends it.

    Moves are in the order in which they are done; those of one fault follow each other.
    """

    findings: tuple[VerifyFinding, ...]
    moves: tuple[Move, ...]
    notes: tuple[Note, ...]
    unverified: tuple[Unverified, ...]
    links: LinkCounts


def check(plan: Plan, seen: Seen, present: Collection[str]) -> Cabling:
    """Return what is wrong with the deployed links.

    `seen` holds every device that could be read, `present` the names of those that exist here: a
    link to any other is not verified as long as its port hears nothing.
    """
    names = Names(plan)
    gathered = evidence.gather(plan, seen, names)
    joined = edges.join(gathered)
    deaf = sight.deaf_devices(plan, gathered, joined)
    view = View(plan, names, gathered, joined, present, seen.learned.keys(), deaf)
    judged = judge(view)
    places = Places(plan)
    found = sorted(_faults(view, places, judged), key=_place_of)
    return Cabling(
        findings=tuple(_finding(one) for one in found),
        moves=tuple(
            move for one in found for move in mend.moves(places, f"cabling:{one.key}", one.steps)
        ),
        notes=(*_reordered(view, judged), *_domains(plan, seen, names)),
        unverified=tuple(
            Unverified(reason, tuple(link.id for link in links))
            for reason, links in sorted(judged.unverified.items())
        ),
        links=judged.counts,
    )


def _faults(view: View, places: Places, judged: Judged) -> Iterator[faults.Fault]:
    wrong = {end: far for end, far in view.edges.partner.items() if end not in judged.right}
    pair = pair_up(wrong, judged.classes)
    settle(view, judged, pair)
    for chain in walk(wrong, pair):
        if any(chain.cables):
            yield faults.of_chain(view, places, judged, chain, pair)
    yield from faults.one_way(view, places, judged)
    yield from faults.conflicts(view, places, judged)
    yield from faults.duplicates(view, places, judged)
    yield from dark.faults(view, places, [dark.Dark(*one) for one in judged.missing])


def _finding(fault: faults.Fault) -> VerifyFinding:
    first = fault.ends[0]
    return VerifyFinding(
        check="cabling",
        device=first.device,
        place=first.port,
        text=fault.text,
        kind=fault.kind,
        links=fault.links,
        ports=tuple((end.device, end.port) for end in fault.ends),
        key=fault.key,
    )


def _place_of(fault: faults.Fault) -> tuple[str, str, str]:
    first = fault.ends[0]
    return natural_key(first.device), natural_key(first.port), fault.key


def _reordered(view: View, judged: Judged) -> Iterator[Note]:
    """Yield one note per pair of switches whose parallel links are in another order."""
    between: dict[tuple[str, str], list[Link]] = {}
    for link in judged.reordered:
        between.setdefault((link.a.device, link.z.device), []).append(link)
    for (lower, upper), links in between.items():
        ports = []
        for link in links:
            end = End(link.a.device, link.a.port)
            planned = peer_of(view.plan, end)
            assert planned is not None  # noqa: S101 (it is an end of this link)
            far = view.edges.partner[end].port
            ports.append(f"{end.port} to {far} (planned {planned.port})")
        shown = ", ".join(ports[: faults.MOST_TOLD])
        more = len(ports) - faults.MOST_TOLD
        text = (
            f"{len(links)} parallel links of {lower} and {upper} are in another order than "
            f"planned: {shown}{f' and {more} more' if more > 0 else ''}; the same switches are "
            "joined, so this is no fault, but each link has addresses of its own: where `verify "
            "bgp` finds their sessions down, plug them as planned"
        )
        yield Note("cabling", REORDERED, text, tuple(link.id for link in links))


def _domains(plan: Plan, seen: Seen, names: Names) -> Iterator[Note]:
    """Yield one note where devices announce another domain than planned; they count all the same.

    A domain is told with the first device that announces it.
    """
    found = evidence.other_domains(plan, seen, names)
    if not found:
        return
    told = [
        f"{spoken(domain)} ({devices[0]}{f' and {len(devices) - 1} more' if devices[1:] else ''})"
        for domain, devices in found.items()
    ]
    text = (
        f"devices announce the domain {faults.limited(told)}, planned is {names.domain}; they are "
        "taken for the devices of the plan"
    )
    yield Note("cabling", DOMAIN, text)

"""Faults in words: what kind each is, which links it concerns, what mends it."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from railwright.device.cabling import sight
from railwright.device.cabling.chains import Chain, order
from railwright.device.cabling.evidence import MAY_BE_SILENT
from railwright.device.cabling.judge import Judged, View, ends_of, link_at, peer_of, uplinks
from railwright.device.cabling.mend import Step, steps
from railwright.device.cabling.model import End, FaultKind
from railwright.device.cabling.places import Places
from railwright.naming import natural_key
from railwright.plan.model import Link

MOST_NAMED = 4
"""Links that the id of a fault names one by one; of more it names the first and a digest."""
MOST_TOLD = 8
"""Cables that the text of a fault tells one by one."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with the cabling.

    `links` are the planned links that are wrong because of it, `ends` the ports of the plan it
    concerns, the first being where people begin to look. `subject` names it where its links do not.
    """

    kind: FaultKind
    links: tuple[str, ...]
    ends: tuple[End, ...]
    text: str
    steps: tuple[Step, ...] = ()
    subject: str = ""

    @property
    def key(self) -> str:
        """Return the stable name of the fault, which follows from its kind and what it is about."""
        return f"{self.kind}:{self.subject or _short(self.links) or _of_ends(self.ends)}"


def _short(names: Sequence[str]) -> str:
    """Return names as one: all of them, or the first, how many more, and a digest."""
    if len(names) <= MOST_NAMED:
        return "+".join(names)
    digest = hashlib.sha256("\n".join(names).encode()).hexdigest()[:8]
    return f"{names[0]}+{len(names) - 1}-{digest}"


def _of_ends(ends: Sequence[End]) -> str:
    return _short([f"{end.device}:{end.port}" for end in ends])


def of_chain(
    view: View, places: Places, judged: Judged, chain: Chain, pair: Mapping[End, End]
) -> Fault:
    """Return the fault that a chain with at least one wrong cable is."""
    ends = [end for end in chain.slots if end is not None]
    lower = sorted((end for end in ends if end in judged.link_of), key=order)
    links = [judged.link_of[end] for end in lower]
    kind = _kind(view, places, chain, pair, links)
    text = f"{_head(kind, links)}: {'; '.join(_told(view, places, lower, ends))}"
    if kind == "wrong-spine":
        text += "".join(f"; {one}" for one in _counts(view, places, lower))
    done = steps(view, chain, pair, judged.classes)
    if unseen := sorted(sight.unseen_in(view, chain), key=order):
        when = "look again after the moves" if done else "look there before anything is moved"
        text += f"; nobody sees what is in {' and '.join(map(places.text, unseen))}: {when}"
    return Fault(
        kind=kind,
        links=_ids(links),
        ends=(*lower, *sorted((one for one in ends if _is_other(judged, one)), key=order)),
        text=text,
        steps=done,
    )


def one_way(view: View, places: Places, judged: Judged) -> Iterator[Fault]:
    """Yield the links that one end hears only; those of a device that hears nothing as one."""
    by_device: dict[str, list[tuple[Link, End]]] = {}
    for link, deaf in judged.one_way:
        if deaf.device in view.deaf:
            by_device.setdefault(deaf.device, []).append((link, deaf))
    folded = {name for name, found in by_device.items() if len(found) >= sight.FEWEST_DEAF}
    for name in sorted(folded, key=natural_key):
        yield _deaf_device(view, places, name, by_device[name])
    for link, deaf in judged.one_way:
        if deaf.device in folded:
            continue
        far = view.edges.partner[deaf]
        text = (
            f"one way only: {places.text(far)} hears {places.text(deaf)}, which hears nothing; "
            "clean both plugs and look for a broken or crossed fibre"
        )
        yield Fault("one-way", (link.id,), (far, deaf), text)


def _deaf_device(view: View, places: Places, name: str, found: Sequence[tuple[Link, End]]) -> Fault:
    ends = sorted((deaf for _, deaf in found), key=order)
    text = (
        f"{places.device_text(name)} hears nothing on any port, though {len(found)} of its links "
        "are heard at their other ends: LLDP is not received there; look at its LLDP agent, and at "
        "firmware that keeps LLDP to itself"
    )
    every = (*ends, *(view.edges.partner[end] for end in ends))
    return Fault("one-way", _ids(link for link, _ in found), every, text, subject=name)


def conflicts(view: View, places: Places, judged: Judged) -> Iterator[Fault]:
    """Yield the ports whose claims contradict each other."""
    clashing = {id(link) for link in (*judged.clashing, *judged.wrong)}
    for group in view.edges.conflicts:
        links = [link for end in group if (link := link_at(view.plan, end))]
        told = []
        for end in group:
            heard = view.evidence.torn.get(end) or (view.evidence.claims.get(end),)
            names = [places.text(one) for one in heard if one is not None]
            if names:
                told.append(f"{places.text(end)} hears {' and '.join(names)}")
        text = (
            f"contradiction: {limited(told)}; fibres of one cable lead to different ports, a port "
            "announces another's name, or an old announcement has not aged yet"
        )
        ends = tuple(sorted((end for end in group if not end.at), key=order))
        concerned = [link for link in links if id(link) in clashing]
        yield Fault("conflict", _ids(concerned), ends, text, subject=_of_ends(ends))


def duplicates(view: View, places: Places, judged: Judged) -> Iterator[Fault]:
    """Yield the names that several devices announce."""
    misnamed = {id(link) for link in judged.misnamed}
    for one in view.evidence.duplicates:
        by_chassis: dict[str, list[End]] = {}
        for end in sorted(one.heard, key=order):
            for chassis in sorted(one.heard[end]):
                by_chassis.setdefault(chassis, []).append(end)
        told = [
            f"chassis {places.plain(chassis) or 'unknown'} at {limited(map(places.text, ends))}"
            for chassis, ends in sorted(by_chassis.items(), key=lambda item: order(item[1][0]))
        ]
        links = [link for end in one.heard if (link := link_at(view.plan, end))]
        text = (
            f"{one.device} is announced by more than one device: {limited(told, '; ')}; give each "
            "its own name; nothing that this name says is judged"
        )
        yield Fault(
            "duplicate-hostname",
            _ids(link for link in links if id(link) in misnamed),
            tuple(sorted(one.heard, key=order)),
            text,
            subject=one.device,
        )


def _kind(
    view: View,
    places: Places,
    chain: Chain,
    pair: Mapping[End, End],
    links: Sequence[Link],
) -> FaultKind:
    ends = [end for end in chain.slots if end is not None]
    heard = (end for end in ends if end in view.edges.partner)
    if any(end.at and end.device not in view.plan.device for end in heard):
        return "unknown-neighbour"
    if not links:
        return "unplanned"
    whole = all(chain.cables) or sight.is_unseen_gap(view, chain)
    closed = whole and all(end in pair for end in ends)
    lower = {link.a.device for link in links}
    upper = {link.z.device for link in links}
    if all(link.kind == "fabric" for link in links):
        if closed and len(upper) == 1 and len(lower) > 1:
            return "leaf-swap"
        return "wrong-spine" if _strays(view, links) else "wrong-port"
    if closed and len(lower) == 1 and all(link.kind == "host" for link in links):
        return "rail-swap"
    return _hosts_of_one(places, links) if closed and len(upper) == 1 else "wrong-port"


def _hosts_of_one(places: Places, links: Iterable[Link]) -> FaultKind:
    """Return what an exchange of hosts at one switch is: of lanes, if they share a cage."""
    ports = (places.port(ends_of(link)[1]) for link in links)
    cages = {port.parent for port in ports if port is not None}
    return "lane-swap" if len(cages) == 1 else "node-swap"


def _strays(view: View, links: Iterable[Link]) -> bool:
    """Return whether an uplink leads to another switch than planned."""
    heard = ((link, view.edges.partner.get(End(link.a.device, link.a.port))) for link in links)
    return any(far is not None and far.device != link.z.device for link, far in heard)


def _head(kind: FaultKind, links: Sequence[Link]) -> str:
    if not links:
        return "a cable that nobody planned"
    lower, upper = links[0].a.device, links[0].z.device
    return {
        "rail-swap": f"ports of {lower} are exchanged",
        "node-swap": f"hosts are exchanged at {upper}",
        "lane-swap": f"lanes of one cage are exchanged at {upper}",
        "leaf-swap": f"lower switches are exchanged at {upper}",
        "wrong-spine": "uplinks lead to a wrong switch",
        "unknown-neighbour": "a device that is not in the plan",
    }.get(kind, "plugged into a wrong port")


def _told(view: View, places: Places, lower: Sequence[End], ends: Sequence[End]) -> Iterator[str]:
    """Yield what the ports of a chain see, every cable once, from its lower end if it has one."""
    told: list[str] = []
    done: set[End] = set()
    for end in dict.fromkeys((*lower, *(one for one in ends if not one.at))):
        far = view.edges.partner.get(end)
        if end in done or far is None:
            continue
        done.update((end, far))
        planned = peer_of(view.plan, end)
        wanted = f"planned is {places.text(planned)}" if planned else "nothing is planned there"
        told.append(f"{places.text(end)} sees {places.text(far)}, {wanted}")
    yield from told[:MOST_TOLD]
    if len(told) > MOST_TOLD:
        yield f"and {len(told) - MOST_TOLD} more"
    if deaf := [places.text(end) for end in ends if _is_deaf(view, end)]:
        yield f"{limited(deaf)} itself hears nothing"


def _is_deaf(view: View, end: End) -> bool:
    """Return whether a port hears nothing that should hear the port that hears it."""
    link = link_at(view.plan, end)
    speaks = link is None or link.kind not in MAY_BE_SILENT
    return speaks and end in view.edges.deaf


def _counts(view: View, places: Places, lower: Iterable[End]) -> Iterator[str]:
    """Yield how many uplinks each switch has to each upper one, where that is not as planned.

    Of one that was not read others hear a part: only what is too much is told, as a least number.
    """
    for device in dict.fromkeys(end.device for end in lower):
        links = view.plan.links_of[device].values()
        planned: dict[str, int] = {}
        for link in links:
            if link.deployed and link.kind == "fabric":
                far = link.peer(device).device
                planned[far] = planned.get(far, 0) + 1
        actual = uplinks(view, device)
        whole = device in view.watched
        differing = [
            f"{'' if whole else 'at least '}{actual.get(far, 0)} to {places.plain(far)} "
            f"(planned {planned.get(far, 0)})"
            for far in sorted({*planned, *actual}, key=natural_key)
            if actual.get(far, 0) > planned.get(far, 0)
            or (whole and actual.get(far, 0) < planned.get(far, 0))
        ]
        if differing:
            yield f"{device} has {limited(differing, ', ')}"


def limited(words: Iterable[str], joint: str = ", ") -> str:
    """Return words as one text: the first, and how many more."""
    every = list(words)
    more = [f"and {len(every) - MOST_TOLD} more"] if len(every) > MOST_TOLD else []
    return joint.join([*every[:MOST_TOLD], *more])


def _ids(links: Iterable[Link]) -> tuple[str, ...]:
    return tuple(sorted({link.id for link in links}, key=natural_key))


def _is_other(judged: Judged, end: End) -> bool:
    """Return whether an end is a port of the plan, but no lower end of a link."""
    return not end.at and end not in judged.link_of

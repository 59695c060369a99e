"""Every deployed link: right, wrong, or seen by nobody; and the ports whose cables are wrong."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from railwright.device.cabling.chains import Parallel, order
from railwright.device.cabling.edges import Edges
from railwright.device.cabling.evidence import MAY_BE_SILENT, Evidence
from railwright.device.cabling.model import End, LinkCounts
from railwright.device.cabling.names import Names
from railwright.plan.model import Link, Plan

UNREAD = "neither end was read"
DEAF = "an end hears nothing on any port, the other was not read"
ABSENT = "an end is not here"
TWICE = "an end has a name that is announced twice"
VAGUE = "what is heard does not say which port it is"
OUTSIDE = "the router is outside the plan"
NO_MAC = "a port that need not speak LLDP: the assets file has no MAC address of it"
NOT_READ = "a port that need not speak LLDP: its switch's MAC addresses were not read"
NOT_LEARNED = "a port that need not speak LLDP: no switch has learned its MAC address"


@dataclass(slots=True)
class Judged:
    """What became of every link.

    `right` are the ends of good cables, `one_way` links with the end that hears nothing. `classes`
    are ports whose cables may be wrong, `link_of` the links of their lower ends; `settle` turns
    them into `wrong` links and dark ones. Dark links are `missing`, or there is a reason why they
    cannot be judged: claims that contradict each other, a name announced twice, nobody to see.
    """

    links: int = 0
    right: set[End] = field(default_factory=set)
    reordered: list[Link] = field(default_factory=list)
    one_way: list[tuple[Link, End]] = field(default_factory=list)
    wrong: list[Link] = field(default_factory=list)
    missing: list[tuple[Link, End, End]] = field(default_factory=list)
    clashing: list[Link] = field(default_factory=list)
    misnamed: list[Link] = field(default_factory=list)
    unverified: dict[str, list[Link]] = field(default_factory=dict)
    classes: list[Parallel] = field(default_factory=list)
    link_of: dict[End, Link] = field(default_factory=dict)

    @property
    def counts(self) -> LinkCounts:
        """Return how many links are what."""
        unverified = sum(map(len, self.unverified.values()))
        wrong = len(self.one_way) + len(self.wrong) + len(self.missing)
        wrong += len(self.clashing) + len(self.misnamed)
        return LinkCounts(
            links=self.links,
            ok=self.links - wrong - unverified,
            wrong=wrong,
            unverified=unverified,
            reordered=len(self.reordered),
        )


@dataclass(frozen=True, slots=True)
class View:
    """Everything a link is judged by.

    `deaf` are devices that were read and hear nothing at all, though they are heard: that a port
    of theirs hears nothing says nothing.
    """

    plan: Plan
    names: Names
    evidence: Evidence
    edges: Edges
    present: Collection[str]
    learned: Collection[str]
    deaf: frozenset[str] = frozenset()

    @property
    def watched(self) -> frozenset[str]:
        """Return the devices whose ports would hear what is plugged into them."""
        return self.evidence.read - self.deaf if self.deaf else self.evidence.read


@dataclass(slots=True)
class _Bad:
    """Links that may take each other's place and the ends of them that have no right cable."""

    lower: dict[End, Link] = field(default_factory=dict)
    upper: dict[End, Link] = field(default_factory=dict)


_Key = tuple[str, ...]


def judge(view: View) -> Judged:
    """Return what became of every deployed link."""
    judged = Judged()
    bad: dict[_Key, _Bad] = {}
    partner = view.edges.partner
    for link in view.plan.links:
        if not link.deployed:
            continue
        judged.links += 1
        a, z = ends_of(link)
        if (far := partner.get(a)) == z:
            _joined(view, judged, link, a, z)
            continue
        fabric = link.kind == "fabric"
        if fabric and far is not None and _parallel(view.plan, link, a, far):
            if _joined(view, judged, link, a, far):
                judged.reordered.append(link)
        else:
            bad.setdefault(_key(link), _Bad()).lower[a] = link
        far = partner.get(z)
        if not (fabric and far is not None and _parallel(view.plan, link, z, far)):
            bad.setdefault(_key(link), _Bad()).upper[z] = link
    for one in bad.values():
        _sort_out(view, judged, one)
    return judged


def link_at(plan: Plan, end: End) -> Link | None:
    """Return the deployed link that is planned at a port of the plan."""
    link = None if end.at else plan.links_of.get(end.device, {}).get(end.port)
    return link if link is not None and link.deployed else None


def peer_of(plan: Plan, end: End) -> End | None:
    """Return what is planned at the other end of a port's cable."""
    link = link_at(plan, end)
    if link is None:
        return None
    a, z = ends_of(link)
    return z if end == a else a


def ends_of(link: Link) -> tuple[End, End]:
    """Return the lower and the upper end of a link.

    The port of a router outside the plan is not known: such an end is told apart by the link.
    """
    known = bool(link.z.port)
    z = End(link.z.device, link.z.port, "" if known else link.id)
    return End(link.a.device, link.a.port), z


def _key(link: Link) -> _Key:
    """Return what links have in common that may take each other's place: none but switches'."""
    if link.kind != "fabric":
        return (link.id,)
    return link.a.device, link.z.device, link.network, str(link.speed_gbps)


def _parallel(plan: Plan, link: Link, end: End, far: End) -> bool:
    """Return whether `far` is to a parallel link what the peer of `end` is to this one."""
    if far.device != link.peer(end.device).device:
        return False
    other = link_at(plan, far)
    return other is not None and other.kind == "fabric" and _key(other) == _key(link)


def _joined(view: View, judged: Judged, link: Link, a: End, z: End) -> bool:
    """Note a link whose cable is right; return whether both ends hear it, where both should."""
    judged.right.update((a, z))
    deaf = [end for end in (a, z) if end in view.edges.deaf]
    if link.kind in MAY_BE_SILENT or not deaf:
        return True
    judged.one_way.append((link, deaf[0]))
    return False


def _sort_out(view: View, judged: Judged, bad: _Bad) -> None:
    """Note links without a right cable: dark ones, and those that chains have to be found for."""
    pairs = _paired(view.plan, bad)
    if any(end in view.edges.partner for pair in pairs for end in pair):
        judged.classes.append(Parallel(*zip(*pairs, strict=True)))
        judged.link_of.update(bad.lower)
        return
    for a, z in pairs:
        _dark(view, judged, bad.lower[a], a, z)


def settle(view: View, judged: Judged, pair: Mapping[End, End]) -> None:
    """Note what became of the links of `classes`; `pair` says which ends belong together."""
    partner = view.edges.partner
    for one in judged.classes:
        for a in one.lower:
            if a in partner or pair[a] in partner:
                judged.wrong.append(judged.link_of[a])
            else:
                _dark(view, judged, judged.link_of[a], a, pair[a])


def _paired(plan: Plan, bad: _Bad) -> list[tuple[End, End]]:
    """Return lower and upper ends side by side, planned for each other as far as possible."""
    free = dict.fromkeys(bad.upper)
    pairs, rest = [], []
    for a in bad.lower:
        planned = peer_of(plan, a)
        if planned in free and planned is not None:
            del free[planned]
            pairs.append((a, planned))
        else:
            rest.append(a)
    return pairs + list(zip(sorted(rest, key=order), sorted(free, key=order), strict=True))


def _dark(view: View, judged: Judged, link: Link, a: End, z: End) -> None:
    """Note a link of which no end hears anything that counts."""
    evidence, edges = view.evidence, view.edges
    if not evidence.twice.isdisjoint((a.device, z.device)):
        judged.unverified.setdefault(TWICE, []).append(link)
    elif a in evidence.silenced or z in evidence.silenced:
        judged.misnamed.append(link)
    elif a in edges.locked or z in edges.locked:
        judged.clashing.append(link)
    elif reason := _unseen(view, link, a, z):
        judged.unverified.setdefault(reason, []).append(link)
    else:
        judged.missing.append((link, a, z))


def _unseen(view: View, link: Link, a: End, z: End) -> str:
    """Return why a dark link cannot be judged, empty if it can."""
    evidence = view.evidence
    if link.kind == "border":
        return OUTSIDE
    if link.kind == "access":
        return _unlearned(view, a, z)
    if a.device not in view.present or z.device not in view.present:
        return ABSENT
    if view.watched.isdisjoint((a.device, z.device)):
        return UNREAD if evidence.read.isdisjoint((a.device, z.device)) else DEAF
    if a in evidence.vague or z in evidence.vague:
        return VAGUE
    return ""


def _unlearned(view: View, a: End, z: End) -> str:
    if a not in view.names.known_by_mac and z not in view.names.known_by_mac:
        return NO_MAC
    return NOT_LEARNED if z.device in view.learned else NOT_READ


def uplinks(view: View, device: str) -> Mapping[str, int]:
    """Return how many cables lead from the fabric ports of a switch to each device."""
    found: dict[str, int] = {}
    for port, link in view.plan.links_of.get(device, {}).items():
        far = view.edges.partner.get(End(device, port))
        if link.deployed and link.kind == "fabric" and far is not None:
            found[far.device] = found.get(far.device, 0) + 1
    return found

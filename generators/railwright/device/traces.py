"""Real packets: traceroutes between hosts, compared with the planned switches."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from railwright.device.session import Session, checked
from railwright.device.verify_model import Checked, VerifyFinding
from railwright.device.verify_routes import address_owners, graph, planned_paths
from railwright.plan.model import Device, Link, Plan

_HOP = re.compile(r"^\s*(\d+)\s+(\S+)")
_TIMEOUT_S = 300.0
_HEADER = "@@railwright"
SILENT = "*"
"""What traceroute prints for a hop that did not answer in time."""

# Reads "source destination" lines; one probe a hop, one second for an answer, eight hops. Echo
# requests, since hosts limit how often they say that a UDP port is closed.
_SCRIPT = f"""
while read -r source destination; do
  echo "{_HEADER} $source $destination"
  traceroute -I -n -q 1 -N 1 -w 1 -m 8 -s "$source" "$destination" < /dev/null 2>&1
done
exit 0
"""


@dataclass(frozen=True, slots=True)
class Trace:
    """One way to try: from a host's port to another host's, and the leaves it starts and ends on.

    `port` is the starting port; `source` and `destination` are addresses.
    """

    node: str
    port: str
    source: str
    destination: str
    first_leaf: str
    last_leaf: str


def choose(plan: Plan, nodes: Iterable[Device], present: Collection[str]) -> tuple[Trace, ...]:
    """Return the ways to try from these hosts.

    From every port: to the next host on the same leaf, to the same port of a host on another leaf
    (another SU or storage pair), and to another port of another host nearby, on another leaf. Only
    targets that are `present` are chosen.
    """
    by_leaf: dict[str, list[Link]] = defaultdict(list)
    for link in plan.links:
        here = link.a.device in present and link.z.device in present
        if link.kind == "host" and link.deployed and here:
            by_leaf[link.z.device].append(link)
    return tuple(
        trace
        for node in nodes
        for link in plan.links_of.get(node.name, {}).values()
        if link.kind == "host" and link.deployed and link.z.device in present
        for trace in _from(link, by_leaf)
    )


def run(session: Session, traces: Iterable[Trace]) -> Mapping[Trace, tuple[str, ...]]:
    """Return the addresses that answered on each way, in order; run on the node they start at.

    Raises: CommandError when the node has no traceroute.
    """
    wanted = tuple(traces)
    checked(session, ("which", "traceroute"))
    lines = "".join(f"{trace.source} {trace.destination}\n" for trace in wanted)
    text = checked(session, ("sh", "-c", _SCRIPT), lines.encode(), _TIMEOUT_S)
    answers = _answers(text)
    return {trace: answers.get((trace.source, trace.destination), ()) for trace in wanted}


def check(plan: Plan, present: Collection[str], found: Mapping[Trace, tuple[str, ...]]) -> Checked:
    """Return the ways that did not cross exactly the planned switches, or did not arrive."""
    owners = address_owners(plan)
    shape = graph(plan, present)
    findings = []
    for trace, hops in found.items():
        planned = planned_paths(shape, trace.first_leaf, trace.last_leaf)
        actual = tuple(owners.get(hop, hop) for hop in hops)
        if fault := _fault(planned, actual, owners[trace.destination]):
            place = f"{trace.port}>{trace.destination}"
            text = f"from {trace.port} to {trace.destination}: {fault}"
            findings.append(VerifyFinding("paths", trace.node, place, text))
    return Checked(len(found), tuple(findings))


def _from(link: Link, by_leaf: Mapping[str, list[Link]]) -> Iterator[Trace]:
    others = {leaf: links for leaf, links in by_leaf.items() if leaf != link.z.device}
    elsewhere = [
        next((one for one in links if one.a.port == link.a.port), None)
        for links in others.values()
        if links[0].network == link.network
    ]
    across = [
        one
        for links in others.values()
        for one in links
        if (one.network, one.pod, one.su) == (link.network, link.pod, link.su)
        and one.a.port != link.a.port
    ]
    for targets in (by_leaf[link.z.device], filter(None, elsewhere), across):
        yield from _first(link, [one for one in targets if one.a.device != link.a.device])


def _first(link: Link, targets: list[Link]) -> Iterator[Trace]:
    """Yield the way to the first target that lies beyond `link`'s own node, else the first."""
    after = [target for target in targets if target.id > link.id]
    for target in (after or targets)[:1]:
        yield Trace(
            link.a.device,
            link.a.port,
            link.a.address,
            target.a.address,
            link.z.device,
            target.z.device,
        )


def _answers(text: str) -> dict[tuple[str, str], tuple[str, ...]]:
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for block in text.split(f"{_HEADER} ")[1:]:
        header, *lines = block.splitlines()
        source, _, destination = header.partition(" ")
        hops = [match[2] for line in lines if (match := _HOP.match(line))]
        found[source, destination] = tuple(hops)
    return found


def _fault(planned: Collection[tuple[str, ...]], actual: tuple[str, ...], goal: str) -> str:
    arrived = bool(actual) and actual[-1] == goal
    if not planned:
        return f"not planned to be reachable, but goes {' > '.join(actual)}" if arrived else ""
    wanted = " or ".join(" > ".join(path) for path in sorted(planned)[:2])
    more = " ..." if len(planned) > 2 else ""
    went = " > ".join(actual) or "nowhere"
    if not arrived:
        return f"did not arrive: went {went}; planned is {wanted}{more}"
    if not any(_fits(path, actual[:-1]) for path in planned):
        return f"went {went}; planned is {wanted}{more}"
    return ""


def _fits(path: tuple[str, ...], hops: tuple[str, ...]) -> bool:
    """Return whether a planned path can be the way; a switch may answer too late to be heard."""
    return len(path) == len(hops) and all(
        hop in (SILENT, switch) for switch, hop in zip(path, hops, strict=True)
    )

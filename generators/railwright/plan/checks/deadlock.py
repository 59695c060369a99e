"""Deadlocks and lost routes: what the proof of every network's BGP says against an intent."""

from collections.abc import Collection, Iterator, Sequence

from railwright.errors import Problem
from railwright.plan.deadlock.graph import SessionGraph, of_plan
from railwright.plan.deadlock.model import Cycle
from railwright.plan.deadlock.proof import prove_graph
from railwright.plan.deadlock.reach import Unreached, unreached
from railwright.plan.model import Plan

SHOWN = 3
"""Lost routes that a message names."""

ASN_RULE = (
    "one ASN per leaf, one per spine group of a pod and one for the super-spines keep routes from "
    "descending and climbing again"
)


def check_deadlock(plan: Plan) -> Iterator[Problem]:
    """Yield an error per network whose buffers may wait in a circle, and per lost routes.

    Only networks with a lossless class can deadlock; routes can get lost in any. Both only happen
    to what overrides make of a fabric, so the one that is part of it is named.
    """
    for network in plan.fabrics:
        graph = of_plan(plan, network)
        if network in plan.qos and (cycle := prove_graph(graph).cycle):
            yield _deadlock(plan, graph, cycle)
        if lost := list(unreached(graph)):
            yield _lost(plan, graph, lost)


def _deadlock(plan: Plan, graph: SessionGraph, cycle: Cycle) -> Problem:
    if cycle.failure is None:
        when = (
            "which BGP does not exclude (no failure of one or two devices or links that was tried "
            "closes it for good, but nothing keeps it open while routes change)"
        )
    elif cycle.failure.devices or cycle.failure.pairs:
        when = f"with {cycle.failure.describe()}"
    else:
        when = "with everything up"
    path = _blamed(plan, graph, cycle.devices)
    mend = {"links": "remove the link", "asns": f"remove the override: {ASN_RULE}"}
    return Problem(
        path,
        f"lossless buffers can wait for each other in a circle, {when}: {cycle.describe()}; "
        + mend.get(_kind(path), f"choose other ASNs: {ASN_RULE}"),
    )


def _lost(plan: Plan, graph: SessionGraph, lost: Sequence[Unreached]) -> Problem:
    path = _blamed(plan, graph, [name for one in lost for name in (one.listener, one.owner)])
    shown = ", ".join(one.describe() for one in lost[:SHOWN])
    more = f" (and {len(lost) - SHOWN} more)" if len(lost) > SHOWN else ""
    first = lost[0]
    asn = graph.devices[first.listener].asn
    both = asn == graph.devices[first.owner].asn
    why = f", as both have ASN {asn}" if both else ", as paths there hold an ASN twice"
    mend = {"links": "remove the link", "asns": "give an ASN that no other switch has"}
    return Problem(
        path,
        f"BGP gives no route to {shown}{more}{why}; "
        + mend.get(_kind(path), f"choose other ASNs: {ASN_RULE}"),
    )


def _kind(path: str) -> str:
    """Return the list of overrides that a path is in, or something else."""
    return path.partition(".")[2].partition("[")[0]


def _blamed(plan: Plan, graph: SessionGraph, devices: Sequence[str]) -> str:
    """Return the path of the override that touches these devices.

    An extra link is to blame when both its ends are among them; without an override that
    touches them, the first one in the network, then the network itself.
    """
    for among in (devices, graph.devices):
        for path in (*_links(plan, among), *_asns(plan, among)):
            return path
    return f"networks.{graph.network}"


def _links(plan: Plan, among: Collection[str]) -> Iterator[str]:
    for number, one in enumerate(plan.intent.overrides.links):
        if one.a.device in among and one.z.device in among:
            yield f"overrides.links[{number}]"


def _asns(plan: Plan, among: Collection[str]) -> Iterator[str]:
    for number, one in enumerate(plan.intent.overrides.asns):
        if one.device in among:
            yield f"overrides.asns[{number}].asn"

"""What stops when a host pauses forever. That is no cycle: it ends when its leaf's watchdog acts.

A pause spreads against the traffic: a buffer stops when one packet in it waits for a stopped one.
So everything stops that sends anything towards the host's leaf, also packets for other hosts.
This is the worst case, with every host sending to every other, over all turns that BGP may ever
allow; in a sound fabric those are the ones it uses all the time.
"""

from collections import Counter, deque

from railwright.plan.deadlock.anyfailure import Turns
from railwright.plan.deadlock.graph import SessionGraph
from railwright.plan.deadlock.model import Hop, Victims
from railwright.plan.model import Link, Plan
from railwright.plan.qos import roce_of
from railwright.plan.watchdog import times_of

FREEING = {"drop": "drops what is queued for it", "forward": "sends on without heeding its pauses"}
"""What each watchdog action does that lets the others go on; `alert` does nothing of the kind."""


def victims(plan: Plan, graph: SessionGraph, turned: Turns) -> tuple[Victims, ...]:
    """Return what the first deployed host port of every kind of host stops, by its role."""
    first: dict[str, Link] = {}
    for link in plan.links:
        if link.kind == "host" and link.deployed and link.network == graph.network:
            first.setdefault(plan.device[link.a.device].role, link)
    return tuple(_of(plan, graph, turned, link) for link in first.values())


def _of(plan: Plan, graph: SessionGraph, turned: Turns, link: Link) -> Victims:
    switch = plan.device[link.z.device]
    stopped = stopped_hops(turned, switch.name)
    silent = {hop.tx for hop in stopped} | {switch.name}
    total = sum(map(len, graph.hosts.values()))
    roce = roce_of(plan.intent, graph.network)
    times = times_of(plan, switch)
    action = roce.watchdog.action if roce else "alert"
    at = f"{switch.name} {link.z.port}"
    frees = action in FREEING and times is not None
    return Victims(
        host=link.a.device,
        port=link.a.port,
        switch=switch.name,
        switch_port=link.z.port,
        links=tuple(sorted(_links(graph, stopped).items())),
        hosts=sum(len(graph.hosts.get(name, ())) for name in silent) - 1,
        hosts_of=total,
        freed_by=f"PFC watchdog of {at}, which {FREEING[action]}"
        if frees
        else f"nothing: the PFC watchdog of {at} only reports",
        freed_after_ms=times.detection_ms + times.poll_ms if frees and times else None,
    )


def stopped_hops(turned: Turns, switch: str) -> frozenset[Hop]:
    """Return the hops that stop when a host port of a switch does not take packets any more."""
    stopped = {Hop(peer, switch) for peer in turned.sides.get(switch, ())}
    todo = deque(sorted(stopped))
    behind: dict[str, set[int]] = {}
    while todo:
        hop = todo.popleft()
        sides = behind.setdefault(hop.tx, set())
        side = turned.sides[hop.tx][hop.rx]
        if side in sides or len(sides) > 1:
            continue  # nothing more can stop here
        sides.add(side)
        fresh = [into for into in turned.before(hop) if into not in stopped]
        stopped.update(fresh)
        todo.extend(fresh)
    return frozenset(stopped)


def _links(graph: SessionGraph, stopped: frozenset[Hop]) -> Counter[str]:
    found: Counter[str] = Counter()
    for hop in stopped:
        pair = (hop.tx, hop.rx) if (hop.tx, hop.rx) in graph.pairs else (hop.rx, hop.tx)
        found[_kind(graph, hop)] += len(graph.pairs[pair])
    return found


def _kind(graph: SessionGraph, hop: Hop) -> str:
    return f"{graph.devices[hop.tx].role} > {graph.devices[hop.rx].role}"

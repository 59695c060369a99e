"""The proof that buffers of a network never wait for each other in a circle, or what spoils it.

Proven means proven for any failure (`anyfailure.py`); the simulation of failures is a second
opinion. A network that cannot be proven is failed, also where no simulated failure closes the
cycle: between two converged states, or with more down, nothing keeps it open.
"""

from collections.abc import Iterator

from railwright.plan.deadlock import cycles
from railwright.plan.deadlock.anyfailure import Turns, turns, waiting
from railwright.plan.deadlock.graph import DEFAULT_ROUTE, SessionGraph, of_plan
from railwright.plan.deadlock.model import Cycle, CycleHop, DeadlockProof, Hop
from railwright.plan.deadlock.pods import fewer_pods
from railwright.plan.deadlock.reach import unreached
from railwright.plan.deadlock.simulation import BUDGET_STEPS, Simulation, simulate
from railwright.plan.deadlock.twins import reduced
from railwright.plan.deadlock.victims import victims
from railwright.plan.model import Plan
from railwright.plan.shape import Network

UNTRIED = Simulation(0, 0, 0, complete_singles=False, complete_doubles=False)


def prove(plan: Plan, network: Network) -> DeadlockProof:
    """Return the whole proof of a network: any failure, simulated failures, reach, victims."""
    graph = of_plan(plan, network)
    turned = turns(graph)
    return _proof(graph, turned, always=True, plan=plan)


def quick(plan: Plan, network: Network) -> DeadlockProof:
    """Return the proof without victims; failures are simulated only where it fails."""
    return prove_graph(of_plan(plan, network))


def prove_graph(graph: SessionGraph) -> DeadlockProof:
    """Return what `quick` does, for sessions from anywhere."""
    return _proof(graph, turns(graph), always=False, plan=None)


def _proof(graph: SessionGraph, turned: Turns, *, always: bool, plan: Plan | None) -> DeadlockProof:
    possible = _possible(graph) if waiting(turned) else ()
    suspects = {name for hop in possible for name in hop}
    tried = simulate(graph, suspects) if always or possible else UNTRIED
    cycle: Cycle | None = None
    if tried.cycle:
        cycle = Cycle(tuple(_certain(graph, tried)), tried.failure)
    elif possible:
        cycle = Cycle(tuple(_allowed(graph, possible)), None)
    return DeadlockProof(
        network=graph.network,
        verdict="failed" if cycle else "proven",
        method="simulation" if tried.cycle else "any failure",
        hops=turned.hops,
        dependencies=turned.dependencies(),
        states=tried.states,
        singles=tried.singles,
        doubles=tried.doubles,
        complete_singles=tried.complete_singles,
        complete_doubles=tried.complete_doubles,
        cycle=cycle,
        unreachable=tuple(one.describe() for one in unreached(graph)),
        victims=victims(plan, graph, turned) if plan else (),
        notes=tuple(_notes(graph, turned, tried)),
    )


def _possible(graph: SessionGraph) -> tuple[Hop, ...]:
    """Return a shortest cycle of turns; a few of each set of twins have one if all have."""
    for part in (reduced(fewer_pods(graph)), graph):
        turned = turns(part)
        if stuck := waiting(turned):
            return cycles.shortest(stuck, turned.after)
    return ()


def _certain(graph: SessionGraph, tried: Simulation) -> Iterator[CycleHop]:
    """Yield the hops of a cycle that a simulated failure closes, with the packets that do."""
    owner = {prefix: name for name, own in graph.origins.items() for prefix in own}
    for hop, onward in _turned(tried.cycle):
        prefix = tried.waits[hop][onward] if tried.waits else ""
        to = "0.0.0.0/0" if prefix == DEFAULT_ROUTE else f"{prefix} of {owner[prefix]}"
        yield _hop(graph, hop, f"to {to} by {onward.rx}")


def _allowed(graph: SessionGraph, cycle: tuple[Hop, ...]) -> Iterator[CycleHop]:
    """Yield the hops of a cycle that nothing excludes, with what lets routes take each turn."""
    for hop, onward in _turned(cycle):
        asn = graph.devices[hop.tx].asn
        how = f"accepts routes of {onward.rx} there, which lack its ASN {asn}"
        if graph.devices[onward.rx].asn == asn:
            how = f"may use {hop.rx}, which may use {onward.rx} of the same ASN {asn}"
        yield _hop(graph, hop, f"{hop.tx} {how}")


def _turned(cycle: tuple[Hop, ...]) -> Iterator[tuple[Hop, Hop]]:
    return zip(cycle, cycle[1:] + cycle[:1], strict=True)


def _hop(graph: SessionGraph, hop: Hop, why: str) -> CycleHop:
    tx_port, rx_port = graph.ports(hop.tx, hop.rx)
    return CycleHop(hop, tx_port, rx_port, why)


def _notes(graph: SessionGraph, turned: Turns, tried: Simulation) -> Iterator[str]:
    """Yield what the figures do not say: the extent of the argument and of the simulation."""
    if not graph.pairs:
        yield "no switch forwards to another one: a buffer only ever waits for hosts"
    else:
        yield (
            "any failure: a turn counts wherever AS path loop checks could ever allow it, in "
            "converged states and between them, whichever routes are shortest, so more turns "
            "count than can happen; weighted ECMP and drained switches only withhold routes"
        )
    if tried.states:
        singles = "all" if tried.complete_singles else f"{tried.singles} of the"
        doubles = "all" if tried.complete_doubles else f"{tried.doubles} of the"
        yield (
            f"simulated: {tried.states} converged states, the healthy one among them, stand for "
            f"{singles} single and {doubles} double failures; swapping devices or pods of the "
            "same neighbours and kind of ASN changes nothing. Of equally long paths a switch "
            "tells on the smallest there, while FRR takes the oldest"
        )
    elif tried is not UNTRIED and graph.pairs:
        yield (
            f"not simulated: one state takes more than {BUDGET_STEPS:,} steps, so that the "
            "argument for any failure has no second opinion here"
        )
    if turned.full:
        yield f"{len(turned.full)} hops may turn back to the side of the ASN map they come from"
    if graph.svi:
        yield (
            "hosts share a VLAN: frames to an unknown address are flooded, but to host ports only, "
            "and hosts do not forward, so flooding closes no cycle; every flooded frame waits for "
            "the slowest host"
        )
    if any(not speaker.is_lossless for speaker in graph.devices.values()):
        yield "PFC is off towards routers outside the plan, so no cycle runs through them"
    yield "every lossless class keeps its priority on all hops, so one graph serves each of them"

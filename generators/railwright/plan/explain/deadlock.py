"""Whether buffers can wait for each other in a circle, and what a host stops that never resumes."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from railwright.plan.deadlock.anyfailure import turns
from railwright.plan.deadlock.graph import of_plan
from railwright.plan.deadlock.model import DeadlockProof, Victims
from railwright.plan.deadlock.proof import prove, quick
from railwright.plan.deadlock.victims import victims
from railwright.plan.explain.derivation import Derivation, ExplainError, Input
from railwright.plan.fabric import Fabric
from railwright.plan.model import Plan
from railwright.plan.qos import roce_path

HOW = {
    "any failure": "the routes that BGP may accept, with the planned ASNs, whatever is down",
    "simulation": "the routes that BGP takes, with the planned ASNs, under the named failure",
}


def _deadlock(plan: Plan, host: str, fabric: Fabric) -> Derivation:
    shape = fabric.shape
    if shape.network not in plan.qos:
        raise ExplainError(f"{host} carries no lossless class, so nothing there waits for a pause")
    if shape.core is None:
        proof = prove(plan, shape.network)
        stopped = proof.victims
    else:  # simulated failures of three tiers take seconds: the argument for any failure does
        proof = quick(plan, shape.network)
        graph = of_plan(plan, shape.network)
        stopped = victims(plan, graph, turns(graph))
    hops = len(proof.cycle.hops) if proof.cycle else 0
    return Derivation(
        f"{host} deadlock",
        f"buffers can wait for each other in a circle of {hops} hops"
        if hops
        else "no buffers can wait for each other in a circle",
        f"{proof.method}: {HOW[proof.method]}",
        (
            *_cycle(proof),
            Input("hops between switches", str(proof.hops)),
            Input("of which one may wait for another", str(proof.dependencies)),
            *_failures(proof),
            *_stopped(plan, stopped, roce_path(shape.network)),
            *(Input("note", note) for note in proof.notes),
        ),
    )


def _cycle(proof: DeadlockProof) -> Iterator[Input]:
    for number, one in enumerate(proof.cycle.hops if proof.cycle else (), start=1):
        yield Input(f"hop {number}", f"{one.describe()}: {one.why}")
    if proof.cycle and proof.cycle.failure:
        yield Input("closed by a failure, simulated", proof.cycle.failure.describe())


def _failures(proof: DeadlockProof) -> Iterator[Input]:
    """Yield what the simulation covers, or that there was none; it ends at the first cycle."""
    if proof.method == "simulation" or not proof.hops:
        return
    text = "none here, they take long; the report of `railwright build` has what is affordable"
    if proof.singles:
        singles = _counted(proof.singles, complete=proof.complete_singles)
        text = (
            f"{singles} single, {_counted(proof.doubles, complete=proof.complete_doubles)} double, "
            f"by {proof.states} states"
        )
    yield Input("failures covered by simulation", text)


def _counted(count: int, *, complete: bool) -> str:
    return f"all {count:,}" if complete else f"{count:,} of the"


def _stopped(plan: Plan, found: tuple[Victims, ...], at: str) -> Iterator[Input]:
    """Yield what one stuck port of every kind of host stops, and the watchdog that frees it."""
    for one in found:
        kind = plan.device[one.host].role.replace("_", " ").replace("gpu", "GPU")
        yield Input(f"stuck port of a {kind}", one.describe(), f"{at}.watchdog.action")


OF_A_NETWORK: Mapping[str, Callable[[Plan, str, Fabric], Derivation]] = MappingProxyType(
    {"deadlock": _deadlock}
)

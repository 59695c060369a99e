"""How flows spread over equal-cost links, and whether buffers can wait for each other."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from railwright.plan.deadlock.proof import quick
from railwright.plan.explain.derivation import Derivation, ExplainError, Input
from railwright.plan.fabric import Fabric
from railwright.plan.lossless.ecmp import Spread, spreads
from railwright.plan.model import Device, Plan
from railwright.plan.qos import roce_of, roce_path
from railwright.plan.shape import Network

RULE = (
    "a hash of each flow picks its link, whatever the load; one flow per queue pair. Expected of "
    "the fullest link, for flows thrown at random that each send at full rate"
)


def _of_device(plan: Plan, device: Device) -> Derivation:
    if device.network is None or not device.is_switch:
        raise ExplainError(f"{device.name} is a host; switches spread flows over equal-cost links")
    found = [one for one in _spreads(plan, device.network) if one.role == device.role]
    if not found:
        raise ExplainError(f"{device.name} has no equal-cost links to choose from")
    return _derived(plan, device.network, f"{device.name} ecmp", found)


def _of_network(plan: Plan, host: str, fabric: Fabric) -> Derivation:
    return _derived(
        plan, fabric.shape.network, f"{host} ecmp", _spreads(plan, fabric.shape.network)
    )


def _spreads(plan: Plan, network: Network) -> list[Spread]:
    found = list(spreads(plan, network))
    if not found:
        raise ExplainError(f"the {network} network spreads no RDMA flows over equal-cost links")
    return found


def _derived(plan: Plan, network: Network, subject: str, found: list[Spread]) -> Derivation:
    first = found[0]
    shape, roce = plan.fabrics[network], roce_of(plan.intent, network)
    at = roce_path(network)
    qps = roce.qps_per_connection if roce else 1
    return Derivation(
        subject,
        f"{first.flows} flows over {first.paths} links of a {first.role}: "
        f"{first.flows / first.paths:.1f} on average, {first.worst_flows:.1f} on the fullest, "
        f"{first.worst_load:.0%} of {first.link_gbps}G",
        RULE,
        (
            Input("queue pairs per connection", str(qps), f"{at}.qps_per_connection"),
            Input("NICs on a leaf", str(shape.hosts_per_leaf)),
            Input("rate of a flow", f"{first.flow_gbps:g}G"),
            *(row for one in found for row in _tier(one)),
        ),
    )


def _tier(one: Spread) -> Iterator[Input]:
    what = f"{one.role} towards {one.towards}"
    yield Input(
        what,
        f"{one.paths} links of {one.link_gbps}G, {one.flows} flows; even: {one.mean_load:.0%}, "
        f"fullest: {one.worst_load:.0%}, fullest of all such links: {one.fabric_worst_load:.0%}",
    )
    yield Input(f"hash of a {one.role}", f"{one.hash_fields}, seed {one.seed}")


def _deadlock(plan: Plan, host: str, fabric: Fabric) -> Derivation:
    shape = fabric.shape
    if shape.network not in plan.qos:
        raise ExplainError(f"{host} carries no lossless class, so nothing there waits for a pause")
    proof = quick(plan, shape.network)
    cycle = proof.cycle.hops if proof.cycle else ()
    hops = tuple(
        Input(
            f"hop {number}",
            f"{one.hop.tx} {one.tx_port} > {one.hop.rx} {one.rx_port}: {one.why}",
        )
        for number, one in enumerate(cycle, start=1)
    )
    return Derivation(
        f"{host} deadlock",
        "no buffers can wait for each other in a circle"
        if not proof.cycle
        else f"buffers can wait for each other in a circle of {len(hops)} hops",
        f"{proof.method}: the routes that BGP may accept, with the planned ASNs, whatever is down",
        (
            *hops,
            Input("hops between switches", str(proof.hops)),
            Input("of which one may wait for another", str(proof.dependencies)),
            *(Input("note", note) for note in proof.notes),
        ),
    )


OF_A_DEVICE: Mapping[str, Callable[[Plan, Device], Derivation]] = MappingProxyType(
    {"ecmp": _of_device}
)
OF_A_NETWORK: Mapping[str, Callable[[Plan, str, Fabric], Derivation]] = MappingProxyType(
    {"ecmp": _of_network, "deadlock": _deadlock}
)

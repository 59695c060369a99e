"""How flows spread over equal-cost links, and how full the fullest of them gets."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from railwright.plan.explain.derivation import (
    Derivation,
    ExplainError,
    Input,
    PortPlace,
    extra_link,
)
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
        raise ExplainError(
            f"{device.name} is a host; switches spread flows over equal-cost links: explain "
            f"`{device.name} PORT ecmp` for where its flows are, or `LEAF ecmp`"
        )
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


def _of_port(where: PortPlace) -> Derivation:
    """Return how the links that a switch's port is one of are chosen, or those above a NIC."""
    network = where.link.network
    found = _spreads(where.plan, network)
    if where.device.is_node:
        return _of_nic(where, found)
    if (extra := extra_link(where)) is not None:
        raise ExplainError(
            f"{where.subject} is an extra link ({extra.path}), and what is expected counts the "
            f"design's links alone: explain `{where.device.name} ecmp`"
        )
    if where.link.kind != "fabric":
        raise ExplainError(
            f"{where.subject} is no equal-cost link of the fabric: nothing chooses between it and "
            f"others by a hash; explain `{where.device.name} ecmp` or a port between switches"
        )
    upwards = not where.is_upper
    chosen = [one for one in found if (one.role, one.upwards) == (where.device.role, upwards)]
    if not chosen:
        raise ExplainError(
            f"{where.subject} is the only link to {where.link.peer(where.device.name).device}, "
            "the one way from here to what is behind it: no hash chooses"
        )
    return _derived(where.plan, network, f"{where.subject} ecmp", chosen)


def _of_nic(where: PortPlace, found: list[Spread]) -> Derivation:
    """Return what a NIC's flows meet first: the choice of its leaf."""
    own, leaf = roce_of(where.plan.intent, where.link.network), where.link.z
    chosen = [one for one in found if one.role == "leaf"]
    derived = _derived(where.plan, where.link.network, f"{where.subject} ecmp", chosen)
    flows = Input(
        f"flows of {where.name}, which enter at {leaf.device} {leaf.port}",
        f"{own.qps_per_connection if own else 1} of {chosen[0].flows}",
    )
    return replace(derived, inputs=(flows, *derived.inputs))


OF_A_DEVICE: Mapping[str, Callable[[Plan, Device], Derivation]] = MappingProxyType(
    {"ecmp": _of_device}
)
OF_A_NETWORK: Mapping[str, Callable[[Plan, str, Fabric], Derivation]] = MappingProxyType(
    {"ecmp": _of_network}
)
OF_A_PORT: Mapping[str, Callable[[PortPlace], Derivation]] = MappingProxyType({"ecmp": _of_port})

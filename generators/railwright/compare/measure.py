"""A plan in numbers: every part counted where it is deployed."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TypedDict, TypeVar

from railwright.catalog import loader as catalog
from railwright.catalog.model import Chassis
from railwright.catalog.physical_model import Assembly
from railwright.compare import cost, fabric
from railwright.compare.model import Measures, Parts, Power
from railwright.plan.model import Device, Plan
from railwright.plan.shape import Network
from railwright.units import Medium

_A = TypeVar("_A")
_B = TypeVar("_B")

SHORT = 8
"""Names that a line lists of many."""


def measure(name: str, plan: Plan) -> Measures:
    """Return the measures of a plan; `name` is what the design is called beside others."""
    gpu = plan.intent.nodes.gpu
    gaps: list[str] = []
    if unsized := _unsized(plan):
        gaps.append(f"power: the catalog does not know that of {', '.join(unsized)}")
    if unfit := plan.cabled.unfit:
        gaps.append(f"cables: nothing fits {len(unfit)} links, such as {unfit[0].link}")
    if plan.floor is None:
        gaps.append("no floor: cable lengths are assumed, and racks are not known")
    money = cost.of_plan(plan)
    if money and money.missing:
        gaps.append(f"cost: no price of {_some(money.missing)}")
    return Measures(
        name=name,
        cluster=plan.intent.cluster,
        gpus=sum(plan.node_model(node).gpus for node in plan.gpu_nodes),
        nodes=gpu.count,
        nodes_reserved=gpu.reserved,
        figures=fabric.figures(plan),
        parts=parts_of(plan),
        racks=sum(rack.deployed for rack in plan.floor.racks) if plan.floor else None,
        power=power_of(plan),
        cost=money,
        gaps=tuple(gaps),
    )


def _some(names: Sequence[str]) -> str:
    """Return names in words, the first few of many."""
    more = len(names) - SHORT
    return ", ".join([*names[:SHORT], *([f"and {more} more"] if more > 0 else [])])


def parts_of(plan: Plan) -> Mapping[Network, Parts]:
    """Return the deployed parts of every network that is planned."""
    links = Counter((one.network, one.kind, one.speed_gbps) for one in plan.links if one.deployed)
    cables = Counter(
        (one.network, one.medium, one.part) for one in plan.cabled.cables if one.deployed
    )
    modules = Counter(
        (one.network, "switch" if plan.device[one.device].is_switch else "node", one.part)
        for one in plan.cabled.modules
        if one.deployed
    )
    return {
        network: Parts(
            switches=Counter(one.role for one in plan.switches if one.network == network),
            links={key[1:]: many for key, many in links.items() if key[0] == network},
            switches_w=_together_w(plan, [one for one in plan.switches if one.network == network]),
            **_plugged(_of(network, cables), _of(network, modules)),
        )
        for network in plan.fabrics
    }


def _of(
    network: Network, counted: Mapping[tuple[Network, _A, _B], int]
) -> list[tuple[_A, _B, int]]:
    return [(key[1], key[2], many) for key, many in counted.items() if key[0] == network]


class _Plugged(TypedDict):
    """The fields of `Parts` about what is plugged in."""

    cables: Mapping[Medium | None, int]
    modules: Mapping[tuple[str, int], int]
    adapters: int
    plugged_w: float


def _plugged(
    cables: Iterable[tuple[Medium | None, str | None, int]],
    modules: Iterable[tuple[str, str, int]],
) -> _Plugged:
    """Return counts by medium and by place and speed, from rows of part numbers."""
    optics = catalog.optics()
    ends_w = {stock.sku: _ends_w(one) for one in optics.assemblies for stock in one.lengths}
    transceivers = {one.sku: one for one in optics.transceivers}
    media: Counter[Medium | None] = Counter()
    speeds: Counter[tuple[str, int]] = Counter()
    adapters, plugged_w = 0, 0.0
    for medium, part, many in cables:
        media[medium] += many
        plugged_w += many * ends_w.get(part or "", 0.0)
    for place, part, many in modules:
        if (module := transceivers.get(part)) is None:
            adapters += many
            continue
        speeds[place, module.ports * module.port_speed_gbps] += many
        plugged_w += many * module.max_power_w
    return {"cables": media, "modules": speeds, "adapters": adapters, "plugged_w": plugged_w}


def _ends_w(cable: Assembly) -> float:
    return cable.near_power_w + cable.tails * cable.far_power_w


def power_of(plan: Plan) -> Power:
    """Return the planned power of a plan's devices."""
    servers = [one for one in plan.nodes if one.role != "gpu_node"]
    return Power(
        gpu_nodes_w=_together_w(plan, plan.gpu_nodes),
        servers_w=_together_w(plan, servers),
        switches_w=_together_w(plan, plan.switches),
    )


def _together_w(plan: Plan, devices: Iterable[Device]) -> int | None:
    each = [_power_w(plan, device) for device in devices]
    known = [one for one in each if one is not None]
    return sum(known) if len(known) == len(each) else None


def _power_w(plan: Plan, device: Device) -> int | None:
    """Return what a device's place counts on, without a floor the most that it draws."""
    if plan.floor and device.name in plan.floor.places:
        return plan.floor.places[device.name].power_w
    chassis = _chassis(plan, device)
    return chassis.max_power_w if chassis else None


def _chassis(plan: Plan, device: Device) -> Chassis | None:
    if device.is_switch:
        return plan.platforms[device.platform].chassis
    return plan.node_model(device).chassis


def _unsized(plan: Plan) -> list[str]:
    """Return the models of deployed devices whose power nobody knows, sorted."""
    boxes = (*plan.switches, *plan.nodes)
    return sorted({one.platform for one in boxes if _power_w(plan, one) is None})

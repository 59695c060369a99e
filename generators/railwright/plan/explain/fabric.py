"""Why a network has so many SUs, uplinks, spines and super-spines, and what can cross it."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from railwright.plan.explain.derivation import Derivation, ExplainError, Input, capacity, rejected
from railwright.plan.fabric import Fabric
from railwright.plan.model import Plan, Role
from railwright.plan.shape import CoreShape, FabricShape
from railwright.plan.summary import GBPS_PER_TBPS, bisection_gbps

SPREAD = (
    "for every number of {links} that keeps the asked ratio and fits the {lower}: the smallest "
    "divisor of it that is at least {fewest} and at least {lowers} x {links} / {upper} ports; "
    "then the fewest {uppers}, then the fewest {links}. "
)
ACCESS = "access"


def _at(shape: FabricShape, key: str) -> str:
    return f"networks.{shape.network}.{key}"


def _spines(plan: Plan, host: str, fabric: Fabric) -> Derivation:
    shape = fabric.shape
    if not shape.spines:
        raise ExplainError(f"a {shape.design} fabric has no spines")
    if shape.design == ACCESS:
        return Derivation(
            f"{host} spines",
            str(shape.spines),
            "as many as asked for, each with one link to every access switch",
            (
                Input("spines", str(shape.spines), _at(shape, "spines")),
                Input("access switches", str(shape.total_leaves)),
            ),
        )
    return Derivation(
        f"{host} spines",
        _counted(shape),
        SPREAD.format(
            links="uplinks per leaf",
            lower="leaf",
            fewest=2,
            lowers="leaves",
            upper="spine",
            uppers="spines",
        )
        + rejected(shape.rejected),
        (
            Input("leaves", str(_leaves_per_group(shape))),
            Input("uplinks per leaf", str(shape.uplinks_per_leaf)),
            *_cages(fabric, "spine"),
            *_core_share(shape),
            *_ratios(shape),
        ),
    )


def _counted(shape: FabricShape) -> str:
    """Return the spines of a group, and of all where there are several groups."""
    if shape.total_spines == shape.spines:
        return str(shape.spines)
    kind = "rail and plane" if shape.planes > 1 else "rail"
    group = kind if shape.isolated_rails else "plane"
    per = " per " + " and ".join(
        part for part in ("pod" * bool(shape.core), group * (shape.groups > 1)) if part
    )
    return f"{shape.spines}{per}, {shape.total_spines} in all"


def _leaves_per_group(shape: FabricShape) -> int:
    return shape.sus * shape.leaves_per_su // shape.groups


def _cages(fabric: Fabric, role: Role) -> Iterator[Input]:
    platform, shape = fabric.platforms[role], fabric.shape
    yield Input(f"{role} cages", f"{len(platform.cages)} ({platform.name})", _at(shape, role))


def _core_share(shape: FabricShape) -> Iterator[Input]:
    """Yield what the spines' own uplinks take of their ports."""
    if shape.core:
        taken = f"{shape.core.uplinks_per_spine} cages for {shape.core.asked_oversubscription:g}:1"
        yield Input("uplinks of a spine", taken, _at(shape, "pod_oversubscription"))


def _ratios(shape: FabricShape) -> tuple[Input, Input]:
    return (
        Input("asked ratio", f"{shape.asked_oversubscription:g}:1", _at(shape, "oversubscription")),
        Input("effective ratio", f"{shape.effective_oversubscription:.2f}:1"),
    )


def _uplinks(plan: Plan, host: str, fabric: Fabric) -> Derivation:
    shape = fabric.shape
    if not shape.uplinks_per_leaf:
        raise ExplainError(f"a {shape.design} fabric has no spines, so its leaves have no uplinks")
    value = f"{shape.uplinks_per_leaf} per leaf, {shape.links_per_pair} to each spine"
    speed = Input("uplink speed", f"{shape.uplink_speed_gbps}G", _at(shape, "leaf"))
    if shape.design == ACCESS:
        spines = Input("spines", str(shape.spines), _at(shape, "spines"))
        how = "one to each spine, on the access switch's fastest ports"
        return Derivation(f"{host} uplinks", value, how, (spines, speed))
    return Derivation(
        f"{host} uplinks",
        value,
        "ports to hosts x their speed / (ratio x uplink speed), rounded up to what spreads evenly "
        "over the spines. " + rejected(shape.rejected),
        (
            Input("ports to hosts", str(shape.hosts_per_leaf), _per_su(shape)),
            Input("speed to hosts", f"{shape.nic_speed_gbps}G", _speed_from(shape)),
            speed,
            *_ratios(shape),
        ),
    )


def _per_su(shape: FabricShape) -> str:
    return _at(shape, "hosts_per_pair" if shape.network == "storage" else "nodes_per_su")


def _speed_from(shape: FabricShape) -> str:
    return "nodes.gpu.model" if shape.network == "compute" else _at(shape, "speed_gbps")


def _sus(plan: Plan, host: str, fabric: Fabric) -> Derivation:
    shape = fabric.shape
    if shape.design == ACCESS:
        return _switches(plan, host, fabric)
    who = "hosts" if shape.network == "storage" else "nodes"
    pods = f" in {shape.pods} pods of {shape.sus}" if shape.core else ""
    inputs = [
        *capacity(plan, shape.network),
        Input(f"{who} per SU", str(shape.nodes_per_su), _per_su(shape)),
    ]
    if shape.core:
        inputs.append(Input("SUs per pod", str(shape.sus), _at(shape, "sus_per_pod")))
    largest = ", a pod what its spines' ports hold beside their own uplinks," if shape.core else ""
    return Derivation(
        f"{host} sus",
        f"{shape.total_sus} of {shape.nodes_per_su} {who}{pods}, {shape.sus_deployed} deployed",
        f"capacity / {who} per SU, rounded up; an SU is what the ports of a leaf hold beside its "
        f"uplinks{largest} unless the intent says less",
        tuple(inputs),
    )


def _switches(plan: Plan, host: str, fabric: Fabric) -> Derivation:
    shape = fabric.shape
    live = shape.total_leaves - len(fabric.idle)
    subnets = [
        Input(f"{svi.device} Vlan{svi.vlan}", svi.prefix)
        for svi in plan.svis
        if svi.network == shape.network
    ]
    return Derivation(
        f"{host} sus",
        f"{shape.total_leaves} access switches, {live} deployed",
        "subnets, kind by kind, each go to the first switch with enough ports left; none spans two "
        "switches, and no OOB switch's own management port is on a VLAN of itself",
        (
            Input("ports per switch", str(shape.hosts_per_leaf), _at(shape, "leaf")),
            *subnets,
        ),
    )


def _superspines(plan: Plan, host: str, fabric: Fabric) -> Derivation:
    shape = fabric.shape
    core = _core(shape)
    return Derivation(
        f"{host} superspines",
        f"{shape.total_superspines} in {core.sets} sets of {core.superspines}",
        "a set joins the spines of one position in all pods; "
        + SPREAD.format(
            links="uplinks per spine",
            lower="spine",
            fewest=1,
            lowers="pods",
            upper="super-spine",
            uppers="super-spines",
        )
        + rejected(core.rejected),
        (
            Input("pods", str(shape.pods)),
            Input("sets", f"{core.sets} = {shape.groups} spine groups x {shape.spines} spines"),
            Input("uplinks per spine", str(core.uplinks_per_spine)),
            *_cages(fabric, "superspine"),
            Input("fewest by port counts alone", str(core.fewest_by_ports)),
            Input(
                "asked ratio",
                f"{core.asked_oversubscription:g}:1",
                _at(shape, "pod_oversubscription"),
            ),
            Input("effective ratio", f"{core.effective_oversubscription:.2f}:1"),
        ),
    )


def _core(shape: FabricShape) -> CoreShape:
    if shape.core is None:
        raise ExplainError(f"the {shape.network} fabric ({shape.design}) has no super-spines")
    return shape.core


def _bisection(plan: Plan, host: str, fabric: Fabric) -> Derivation:
    shape = fabric.shape
    if not shape.spines:
        raise ExplainError(f"a {shape.design} fabric has no spines: nothing crosses its leaves")
    leaves = shape.total_leaves
    inputs = [
        Input("towards hosts", _links(leaves, shape.hosts_per_leaf, shape.nic_speed_gbps)),
        Input("leaf to spine", _links(leaves, shape.uplinks_per_leaf, shape.uplink_speed_gbps)),
    ]
    if core := shape.core:
        links = _links(shape.total_spines, core.uplinks_per_spine, core.speed_gbps)
        inputs.append(Input("spine to super-spine", links))
    return Derivation(
        f"{host} bisection",
        f"{bisection_gbps(shape) / GBPS_PER_TBPS:g} Tb/s at full capacity",
        "half the bandwidth of the narrowest tier: what can cross between two halves of the hosts",
        (*inputs, *(capacity(plan, shape.network) if shape.design != ACCESS else ())),
    )


def _links(switches: int, ports: int, speed_gbps: int) -> str:
    total = switches * ports * speed_gbps / GBPS_PER_TBPS
    return f"{switches} switches x {ports} x {speed_gbps}G = {total:g} Tb/s"


SUBJECTS: Mapping[str, Callable[[Plan, str, Fabric], Derivation]] = MappingProxyType(
    {
        "spines": _spines,
        "uplinks": _uplinks,
        "sus": _sus,
        "superspines": _superspines,
        "bisection": _bisection,
    }
)

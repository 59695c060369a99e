"""The plan on a page: what a person checks before anything else."""

from collections import Counter
from collections.abc import Iterator

from railwright.plan import summary_floor
from railwright.plan.model import Headroom, Plan
from railwright.plan.shape import FabricShape
from railwright.plan.stack import mirror_of, stack_of

GBPS_PER_TBPS = 1000


def lines(plan: Plan) -> Iterator[str]:
    """Yield the summary: populations, fabrics, links, headroom, software, floor, assumptions."""
    yield from _populations(plan)
    for shape in plan.fabrics.values():
        yield from _fabric(plan, shape)
    for key, room in plan.headroom.items():
        yield (
            f"headroom     {key.network} {key.platform} ({key.hwsku}) {key.speed_gbps}G "
            f"{key.length_m:g} m: xoff {room.xoff_bytes} bytes ({_method(room)})"
        )
    yield from _software(plan)
    yield from summary_floor.lines(plan)
    for text in plan.intent.overrides.describe():
        yield f"override     {text}"
    for text in plan.assumptions:
        yield f"assumption   {text}"
    for problem in plan.warnings:
        yield f"warning      {problem.path}: {problem.what}"


def _method(room: Headroom) -> str:
    """Return where a headroom is from, in words."""
    if room.method == "table":
        return f"table row {room.cable_m} m"
    return "computed by the switch" if room.method == "formula" else "bound, an assumption"


def _software(plan: Plan) -> Iterator[str]:
    """Yield the release of the nodes' software and what it is known by."""
    stack = stack_of(plan)
    if stack is None:
        return
    server = mirror_of(plan)
    source = f"from the mirror on {server.name}" if server else "from its makers"
    assumed = len(stack.release.assumptions) + len(stack.system.assumptions)
    yield f"software     release {stack.choices.release} on {stack.choices.os}, {source}"
    yield (
        f"  versions   kernel {stack.version('kernel')}, driver {stack.version('driver')}, "
        f"{stack.version('ofed')}, NCCL {stack.version('nccl')}, HPC-X {stack.version('hpcx')}; "
        f"{assumed} assumptions"
    )


def _populations(plan: Plan) -> Iterator[str]:
    gpus = sum(plan.node_model(node).gpus for node in plan.gpu_nodes)
    models = Counter(node.platform for node in plan.gpu_nodes)
    names = ", ".join(
        (f"{count} " if len(models) > 1 else "")
        + f"{plan.node_models[model].vendor} {plan.node_models[model].model}"
        for model, count in models.items()
    )
    where = f"{gpus} GPUs in {len(plan.gpu_nodes)} nodes ({names})"
    yield f"cluster      {plan.intent.cluster}: {where}"
    others = Counter(device.role for device in plan.devices if device.network is None)
    del others["gpu_node"]
    if others:
        words = ", ".join(f"{count} {role.replace('_', ' ')}s" for role, count in others.items())
        yield f"other hosts  {words}"


def _fabric(plan: Plan, shape: FabricShape) -> Iterator[str]:
    """Yield what one network is: design, switches, links, ratios, what is spare."""
    network = shape.network
    yield f"{network:<12} {_design(shape)}"
    for (role, platform, hwsku), count in _switches(plan, shape).items():
        model = plan.platforms[platform]
        yield f"  {role:<10} {count} x {model.vendor} {model.model} ({hwsku})"
    kinds = Counter(
        (link.kind, link.speed_gbps)
        for link in plan.links
        if link.deployed and link.network == network
    )
    order = ("host", "access", "fabric", "border")
    for kind, speed_gbps in sorted(kinds, key=lambda one: (order.index(one[0]), one[1])):
        yield f"  links      {kinds[kind, speed_gbps]} x {speed_gbps}G {kind}"
    if shape.spines:
        yield f"  oversub    {ratios(shape)}"
        if shape.design != "access":
            yield f"  bisection  {bisection_gbps(shape) / GBPS_PER_TBPS:g} Tb/s at full capacity"
        sessions = sum(one.link.network == network for one in plan.sessions)
        yield f"  routing    {sessions} BGP sessions"
    if shape.core:
        yield f"  core       {core_text(shape)}"
    yield f"  spare      {_spare(shape)}"


def _design(shape: FabricShape) -> str:
    if shape.design == "access":
        return f"access switches with VLANs, at most {shape.total_leaves}, routed to the spines"
    places = f"{shape.sus_deployed} of {shape.total_sus} SUs, {shape.nodes_per_su} nodes per SU"
    if shape.network == "storage":
        return (
            f"{shape.sus_deployed} of {shape.total_sus} leaf pairs, {shape.nodes_per_su} hosts "
            "per pair, every host routed to both"
        )
    planes = f", {shape.planes} planes" if shape.planes > 1 else ""
    pods = f" in {shape.pods} pods" if shape.core else ""
    return f"{shape.design}: {shape.rails} rails{planes}, {places}{pods}"


def _switches(plan: Plan, shape: FabricShape) -> Counter[tuple[str, str, str]]:
    return Counter(
        (device.role, device.platform, device.hwsku or "")
        for device in plan.switches
        if device.network == shape.network
    )


def ratios(shape: FabricShape) -> str:
    """Return asked and effective oversubscription and how links are spread, in words."""
    asked = f"asked {shape.asked_oversubscription:g}:1, " if shape.asked_oversubscription else ""
    return (
        f"{asked}effective {shape.effective_oversubscription:.2f}:1, {shape.links_per_pair} "
        f"{'link' if shape.links_per_pair == 1 else 'links'} per leaf-spine pair"
    )


def core_text(shape: FabricShape) -> str:
    """Return how pods are joined, and what even wiring costs over bare port counts, in words."""
    core = shape.core
    if core is None:
        return "none: one pod"
    total = shape.total_superspines
    more = ""
    if total > core.fewest_by_ports:
        more = (
            f" (port counts alone would need {core.fewest_by_ports}; even wiring takes a divisor "
            f"of the {core.uplinks_per_spine} uplinks)"
        )
    return (
        f"{total} super-spines in {core.sets} sets of {core.superspines}{more}, "
        f"{core.links_per_pair} {'link' if core.links_per_pair == 1 else 'links'} per pair, "
        f"{core.effective_oversubscription:.2f}:1 at the spines"
    )


def bisection_gbps(shape: FabricShape) -> int:
    """Return what can cross between two halves of the reserved hosts: half the narrowest tier."""
    leaves = shape.total_leaves
    tiers = [
        leaves * shape.hosts_per_leaf * shape.nic_speed_gbps,
        leaves * shape.uplinks_per_leaf * shape.uplink_speed_gbps,
    ]
    if shape.core:
        tiers.append(shape.total_spines * shape.core.uplinks_per_spine * shape.core.speed_gbps)
    return min(tiers) // 2


def _spare(shape: FabricShape) -> str:
    what = "uplink ports" if shape.design == "access" else "cages"
    parts = [f"{shape.spare_cages_leaf} {what} per leaf"]
    if shape.spines:
        parts.append(f"{shape.spare_cages_spine} cages per spine")
    if shape.core:
        parts.append(f"{shape.core.spare_cages} per super-spine")
    return ", ".join(parts)

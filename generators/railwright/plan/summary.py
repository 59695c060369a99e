"""The plan in a dozen lines: what a person checks before anything else."""

from collections import Counter
from collections.abc import Iterator

from railwright.plan.model import Plan


def lines(plan: Plan) -> Iterator[str]:
    """Yield the summary: populations, fabric, links, headroom, assumptions."""
    shape, intent = plan.shape, plan.intent
    gpus = intent.nodes.gpu.count * plan.node_model.gpus
    yield (
        f"cluster      {intent.cluster}: {gpus} GPUs in {intent.nodes.gpu.count} nodes "
        f"({plan.node_model.vendor} {plan.node_model.model})"
    )
    yield (
        f"design       {shape.design}: {shape.rails} rails, {shape.sus_deployed} of "
        f"{shape.sus} SUs, {shape.nodes_per_su} nodes per SU"
    )
    for (role, platform, hwsku), count in _switches(plan).items():
        yield (
            f"{role:<12} {count} x {plan.platforms[platform].vendor} "
            f"{plan.platforms[platform].model} ({hwsku})"
        )
    kinds = Counter((link.kind, link.speed_gbps) for link in plan.links if link.deployed)
    for (kind, speed_gbps), count in sorted(kinds.items(), reverse=True):
        yield f"links        {count} x {speed_gbps}G {kind}"
    if shape.spines:
        yield (
            f"oversub      asked {shape.asked_oversubscription:g}:1, effective "
            f"{shape.effective_oversubscription:.2f}:1, {shape.links_per_pair} links per "
            f"leaf-spine pair; {len(plan.sessions)} BGP sessions"
        )
    yield f"spare cages  {shape.spare_cages_leaf} per leaf" + (
        f", {shape.spare_cages_spine} per spine" if shape.spines else ""
    )
    for (platform, hwsku, speed_gbps, length_m), room in plan.headroom.items():
        yield (
            f"headroom     {platform} ({hwsku}) {speed_gbps}G {length_m:g} m: "
            f"xoff {room.xoff_bytes} bytes (table row {room.table_length_m} m)"
        )
    for text in plan.assumptions:
        yield f"assumption   {text}"
    for problem in plan.warnings:
        yield f"warning      {problem.path}: {problem.what}"


def _switches(plan: Plan) -> Counter[tuple[str, str, str]]:
    return Counter((device.role, device.platform, device.hwsku or "") for device in plan.switches)

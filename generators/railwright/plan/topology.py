"""The shape of the compute fabric: SUs, leaves, uplinks and spines, from numbers alone.

A pure function of capacity and catalog; how much of it is deployed comes later.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from railwright.catalog.model import Breakout, NodeModel, SwitchPlatform
from railwright.errors import refuse
from railwright.intent.model import Intent
from railwright.plan.model import FabricShape

FEWEST_SPINES = 2
AT = "networks.compute"


@dataclass(frozen=True, slots=True)
class Splits:
    """How cages are used: towards NICs, and towards the other switch tier."""

    host: Breakout
    uplink: Breakout


@dataclass(frozen=True, slots=True)
class Uplinks:
    """One candidate of the spine rule."""

    per_leaf: int
    spines: int


def choose_splits(leaf: SwitchPlatform, spine: SwitchPlatform | None, nic_gbps: int) -> Splits:
    """Return the breakouts for NICs and uplinks.

    NIC ports use the mode that gives the most ports of NIC speed; uplinks the fastest unsplit
    mode both platforms offer. Raises: IntentError when a platform offers none.
    """
    host = max(
        (mode for mode in leaf.breakouts if mode.speed_gbps == nic_gbps),
        key=lambda mode: mode.ports,
        default=None,
    )
    if host is None:
        speeds = ", ".join(f"{mode.ports}x{mode.speed_gbps}G" for mode in leaf.breakouts) or "none"
        raise refuse(
            f"{AT}.leaf",
            f"{leaf.name} has no cage mode for {nic_gbps}G NICs; its cages offer {speeds}; "
            "choose another platform or node model",
        )
    speeds_of = [
        {mode.speed_gbps for mode in platform.breakouts if mode.ports == 1}
        for platform in (leaf, spine or leaf)
    ]
    common = speeds_of[0] & speeds_of[1]
    if not common:
        raise refuse(
            f"{AT}.spine",
            f"{spine.name if spine else leaf.name} and leaf {leaf.name} share no unsplit cage "
            f"speed (leaf: {sorted(speeds_of[0])}, spine: {sorted(speeds_of[1])}); "
            "choose platforms that do",
        )
    uplink = next(
        mode for mode in leaf.breakouts if mode.ports == 1 and mode.speed_gbps == max(common)
    )
    return Splits(host=host, uplink=uplink)


def most_nodes_per_leaf(cages: int, splits: Splits, ratio: float) -> int:
    """Return how many NIC ports a leaf can offer while its other cages keep the ratio."""
    best = 0
    for host_cages in range(1, cages + 1):
        ports = host_cages * splits.host.ports
        if host_cages + _uplinks_needed(ports, splits, ratio) <= cages:
            best = ports
    return best


def _uplinks_needed(nodes: int, splits: Splits, ratio: float) -> int:
    return ceil(nodes * splits.host.speed_gbps / (ratio * splits.uplink.speed_gbps) - 1e-9)


def uplink_candidates(leaves: int, fewest: int, most: int, spine_cages: int) -> Iterator[Uplinks]:
    """Yield, for every number of uplinks per leaf, the smallest even spread over spines.

    The spine count is the smallest divisor of the uplinks that is at least two and at least what
    port capacity needs, so that every leaf-spine pair has the same number of parallel links.
    """
    for per_leaf in range(fewest, most + 1):
        needed = max(FEWEST_SPINES, ceil(leaves * per_leaf / spine_cages))
        spines = next((n for n in range(needed, per_leaf + 1) if per_leaf % n == 0), None)
        if spines is not None:
            yield Uplinks(per_leaf, spines)


def shape(
    intent: Intent, leaf: SwitchPlatform, spine: SwitchPlatform | None, node: NodeModel
) -> FabricShape:
    """Return the fabric's numbers.

    Raises: IntentError naming the field when no fabric of this design can hold the capacity.
    """
    compute = intent.networks.compute
    rails = _rails(intent, node)
    splits = choose_splits(leaf, spine, node.nics[0].speed_gbps)
    cages = len(leaf.cages)
    if compute.design == "rail-only":
        return _rail_only(intent, leaf, splits, rails)
    most = most_nodes_per_leaf(cages, splits, compute.oversubscription)
    if most == 0:
        raise refuse(
            f"{AT}.oversubscription",
            f"{compute.oversubscription}:1 leaves no NIC port on {leaf.name} ({cages} cages); "
            "raise it or choose a larger leaf",
        )
    nodes = intent.nodes.gpu.reserved
    per_su = compute.nodes_per_su or min(most, nodes)
    if per_su > most:
        raise refuse(
            f"{AT}.nodes_per_su",
            f"{per_su} nodes do not fit one leaf: {leaf.name} has {cages} cages, which hold "
            f"{most} NIC ports of {splits.host.speed_gbps}G beside the uplinks that "
            f"{compute.oversubscription:g}:1 needs; give at most {most} or raise "
            "oversubscription",
        )
    sus = ceil(nodes / per_su)
    host_cages = ceil(per_su / splits.host.ports)
    fewest = max(_uplinks_needed(per_su, splits, compute.oversubscription), FEWEST_SPINES)
    candidates = tuple(
        uplink_candidates(sus * rails, fewest, cages - host_cages, len((spine or leaf).cages))
    )
    if not candidates:
        mend = "lower capacity, raise oversubscription or choose larger spines"
        if per_su < most:
            mend = f"raise {AT}.nodes_per_su (one leaf holds {most}) or {mend}"
        raise refuse(
            "nodes.gpu.capacity",
            f"{nodes} nodes need {sus * rails} leaves of {fewest} or more uplinks, more than two "
            f"tiers of {leaf.name} and {(spine or leaf).name} ({len((spine or leaf).cages)} "
            f"cages) can join; {mend}",
        )
    chosen = min(candidates, key=lambda one: (one.spines, one.per_leaf))
    return FabricShape(
        design=compute.design,
        rails=rails,
        nodes_per_su=per_su,
        sus=sus,
        sus_deployed=ceil(intent.nodes.gpu.count / per_su),
        leaves_per_su=rails,
        uplinks_per_leaf=chosen.per_leaf,
        spines=chosen.spines,
        links_per_pair=chosen.per_leaf // chosen.spines,
        asked_oversubscription=compute.oversubscription,
        effective_oversubscription=_ratio(per_su, chosen.per_leaf, splits),
        nic_speed_gbps=splits.host.speed_gbps,
        uplink_speed_gbps=splits.uplink.speed_gbps,
        spare_cages_leaf=cages - host_cages - chosen.per_leaf,
        spare_cages_spine=len((spine or leaf).cages)
        - sus * rails * chosen.per_leaf // chosen.spines,
        rejected=tuple(
            f"{one.per_leaf} uplinks per leaf -> {one.spines} spines, "
            f"{_ratio(per_su, one.per_leaf, splits):.2f}:1"
            for one in candidates
            if one != chosen
        ),
    )


def _ratio(nodes: int, uplinks: int, splits: Splits) -> float:
    return nodes * splits.host.speed_gbps / (uplinks * splits.uplink.speed_gbps)


def _rails(intent: Intent, node: NodeModel) -> int:
    rails = intent.networks.compute.rails or len(node.nics)
    if rails > len(node.nics):
        raise refuse(
            f"{AT}.rails",
            f"{rails} rails, but {node.name} has {len(node.nics)} compute NICs; give at most "
            f"{len(node.nics)}",
        )
    return rails


def _rail_only(intent: Intent, leaf: SwitchPlatform, splits: Splits, rails: int) -> FabricShape:
    nodes, compute = intent.nodes.gpu.reserved, intent.networks.compute
    most = len(leaf.cages) * splits.host.ports
    per_su = compute.nodes_per_su or nodes
    if nodes > per_su or per_su > most:
        limit = min(per_su, most)
        where = "nodes.gpu.capacity" if compute.nodes_per_su is None else f"{AT}.nodes_per_su"
        raise refuse(
            where,
            f"a rail-only fabric is one SU: {nodes} nodes reserved, {per_su} per SU, and one "
            f"leaf ({leaf.name}) holds {most}; lower nodes.gpu.capacity to {limit} or choose "
            "design rail-optimized",
        )
    return FabricShape(
        design=compute.design,
        rails=rails,
        nodes_per_su=per_su,
        sus=1,
        sus_deployed=1,
        leaves_per_su=rails,
        uplinks_per_leaf=0,
        spines=0,
        links_per_pair=0,
        asked_oversubscription=compute.oversubscription,
        effective_oversubscription=0.0,
        nic_speed_gbps=splits.host.speed_gbps,
        uplink_speed_gbps=splits.uplink.speed_gbps,
        spare_cages_leaf=len(leaf.cages) - ceil(per_su / splits.host.ports),
        spare_cages_spine=0,
    )

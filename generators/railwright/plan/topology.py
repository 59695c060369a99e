"""The shape of a routed fabric: SUs, leaves, spines, pods and super-spines, from numbers alone.

A pure function of capacity and catalog; how much of it is deployed is one more number.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil

from railwright.catalog.model import Breakout, SwitchPlatform
from railwright.errors import IntentError, refuse
from railwright.plan import clos
from railwright.plan.clos import FEWEST_SPINES, Splits, Spread, cages_for
from railwright.plan.shape import CoreShape, FabricShape, Network

FEWEST_CORE = 1  # a set of one: a spine's redundancy is its pod's other spines


@dataclass(frozen=True, slots=True)
class Demand:
    """What a routed fabric must offer; `at` and `hosts_at` are the intent's keys to blame.

    `hosts` are reserved, `deployed` exist. `ratio` and `pod_ratio` are the largest allowed at
    leaves and spines; spare cages are kept free. `superspine` is set for fabrics of pods.
    """

    network: Network
    design: str
    at: str
    hosts_at: str
    per_su_key: str
    hosts: int
    deployed: int
    rails: int
    planes: int
    nic_gbps: int
    leaf: SwitchPlatform
    spine: SwitchPlatform | None
    superspine: SwitchPlatform | None = None
    shared_leaf: bool = False
    isolated_rails: bool = False
    nodes_per_su: int | None = None
    sus_per_pod: int | None = None
    ratio: float = 1.0
    pod_ratio: float = 1.0
    spare_leaf_cages: int = 0
    spare_spine_cages: int = 0

    @property
    def leaf_cages(self) -> int:
        """Return the cages of a leaf that may be used."""
        return max(len(self.leaf.cages) - self.spare_leaf_cages, 0)

    @property
    def spine_cages(self) -> int:
        """Return the cages of a spine that may be used."""
        return max(len(self.spine.cages) - self.spare_spine_cages, 0) if self.spine else 0

    @property
    def leaves_per_su(self) -> int:
        """Return how many leaves serve one SU."""
        return self.planes * (1 if self.shared_leaf else self.rails)

    @property
    def groups(self) -> int:
        """Return how many spine groups a pod has."""
        return self.leaves_per_su if self.isolated_rails else self.planes

    @property
    def ports_per_node(self) -> int:
        """Return how many ports of one leaf a node takes."""
        return self.rails if self.shared_leaf else 1

    @property
    def noun(self) -> str:
        """Return what hosts are called in messages."""
        return "nodes" if self.network == "compute" else "hosts"


def shape_of(demand: Demand) -> FabricShape:
    """Return the fabric's numbers.

    Raises: IntentError naming the field when no fabric of this design can hold the capacity.
    """
    host = clos.host_mode(demand.leaf, demand.nic_gbps, demand.at)
    if demand.spine is None:
        return _one_tier(demand, host)
    modes = clos.uplink_modes(
        demand.leaf, demand.spine, demand.nic_gbps, f"{demand.at}.leaf", f"{demand.at}.spine"
    )
    splits = Splits(host, modes[0])
    per_su = _nodes_per_su(demand, splits)
    if demand.superspine is not None:
        return _three_tiers(demand, host, modes, per_su)
    for mode in modes:
        splits = Splits(host, mode)
        total = ceil(demand.hosts / per_su)
        found = _pod(demand, splits, per_su, total, demand.spine_cages * mode.ports)
        if found:
            return _two_tiers(demand, splits, per_su, total, found)
    raise _too_many(demand, Splits(host, modes[0]), per_su)


def splits_of(demand: Demand, shape: FabricShape) -> Splits:
    """Return the cage modes a shape was made with."""
    host = clos.host_mode(demand.leaf, demand.nic_gbps, demand.at)
    if demand.spine is None:
        return Splits(host, host)
    modes = clos.uplink_modes(
        demand.leaf, demand.spine, demand.nic_gbps, f"{demand.at}.leaf", f"{demand.at}.spine"
    )
    return Splits(host, next(one for one in modes if one.speed_gbps == shape.uplink_speed_gbps))


def core_mode(demand: Demand) -> Breakout:
    """Return the cage mode between spines and super-spines: the fastest unsplit one of both."""
    assert demand.spine is not None  # noqa: S101 (a fabric of pods has spines)
    assert demand.superspine is not None  # noqa: S101
    return clos.uplink_modes(
        demand.spine,
        demand.superspine,
        demand.nic_gbps,
        f"{demand.at}.spine",
        f"{demand.at}.superspine",
    )[0]


def _nodes_per_su(demand: Demand, splits: Splits) -> int:
    cages = _cages(demand.leaf_cages, demand.spare_leaf_cages)
    most = (
        clos.most_hosts_per_leaf(demand.leaf_cages, splits, demand.ratio) // demand.ports_per_node
    )
    if most == 0:
        key = "spare_leaf_cages" if demand.spare_leaf_cages else "oversubscription"
        mend = "lower it, raise oversubscription" if demand.spare_leaf_cages else "raise it"
        raise refuse(
            f"{demand.at}.{key}",
            f"{demand.ratio:g}:1 leaves no room for {demand.ports_per_node} x "
            f"{splits.host.speed_gbps}G, the ports of one host, on {demand.leaf.name} ({cages}); "
            f"{mend} or choose a larger leaf",
        )
    per_su = demand.nodes_per_su or min(most, demand.hosts)
    if per_su > most:
        ports = most * demand.ports_per_node
        raise refuse(
            f"{demand.at}.{demand.per_su_key}",
            f"{per_su} {demand.noun} do not fit one leaf: {demand.leaf.name} has {cages}, which "
            f"hold {ports} NIC ports of {splits.host.speed_gbps}G beside the uplinks that "
            f"{demand.ratio:g}:1 needs; give at most {most} or raise oversubscription",
        )
    return per_su


def _pod(
    demand: Demand, splits: Splits, per_su: int, sus: int, spine_ports: int
) -> tuple[Spread, ...]:
    """Return the candidates for one pod of so many SUs; `spine_ports` face the leaves."""
    hosts = per_su * demand.ports_per_node
    fewest = max(clos.uplinks_needed(hosts, splits, demand.ratio), FEWEST_SPINES)
    most = (demand.leaf_cages - cages_for(hosts, splits.host)) * splits.uplink.ports
    lowers = sus * demand.leaves_per_su // demand.groups
    return tuple(clos.spreads(lowers, fewest, most, spine_ports))


def _too_many(demand: Demand, splits: Splits, per_su: int) -> IntentError:
    assert demand.spine is not None  # noqa: S101 (only asked for fabrics with spines)
    sus = ceil(demand.hosts / per_su)
    hosts = per_su * demand.ports_per_node
    fewest = max(clos.uplinks_needed(hosts, splits, demand.ratio), FEWEST_SPINES)
    most = (
        clos.most_hosts_per_leaf(demand.leaf_cages, splits, demand.ratio) // demand.ports_per_node
    )
    mend = "lower capacity, raise oversubscription or choose larger spines"
    if demand.network == "compute":
        mend += ", or design three-tier"
    if demand.spare_spine_cages:
        mend += ", or keep fewer spine cages free"
    if per_su < most:
        mend = f"raise {demand.at}.{demand.per_su_key} (one leaf holds {most}) or {mend}"
    return refuse(
        demand.hosts_at,
        f"{demand.hosts} {demand.noun} need {sus * demand.leaves_per_su} leaves of {fewest} or "
        f"more uplinks, more than two tiers of {demand.leaf.name} and {demand.spine.name} "
        f"({_cages(demand.spine_cages, demand.spare_spine_cages)}) can join; {mend}",
    )


def _shape(demand: Demand, splits: Splits, per_su: int, pods: int, sus: int) -> FabricShape:
    """Return a shape without uplinks: what every design has in common."""
    hosts = per_su * demand.ports_per_node
    return FabricShape(
        network=demand.network,
        design=demand.design,
        rails=demand.rails,
        planes=demand.planes,
        shared_leaf=demand.shared_leaf,
        isolated_rails=demand.isolated_rails,
        pods=pods,
        sus=sus,
        sus_deployed=ceil(demand.deployed / per_su),
        nodes_per_su=per_su,
        hosts_per_leaf=hosts,
        leaves_per_su=demand.leaves_per_su,
        uplinks_per_leaf=0,
        groups=0,
        spines=0,
        links_per_pair=0,
        asked_oversubscription=demand.ratio,
        effective_oversubscription=0.0,
        nic_speed_gbps=splits.host.speed_gbps,
        uplink_speed_gbps=splits.uplink.speed_gbps,
        spare_cages_leaf=len(demand.leaf.cages) - cages_for(hosts, splits.host),
        spare_cages_spine=0,
    )


def _one_tier(demand: Demand, host: Breakout) -> FabricShape:
    most = demand.leaf_cages * host.ports // demand.ports_per_node
    per_su = demand.nodes_per_su or demand.hosts
    if demand.hosts > per_su or per_su > most:
        raise _not_one_su(demand, per_su, most)
    return _shape(demand, Splits(host, host), per_su, 1, 1)


def _not_one_su(demand: Demand, per_su: int, most: int) -> IntentError:
    """Return the error of a rail-only fabric whose nodes do not fit its one SU."""
    limit = min(per_su, most)
    at_su = f"{demand.at}.{demand.per_su_key}"
    at = demand.hosts_at if demand.nodes_per_su is None else at_su
    spare = f" with {demand.spare_leaf_cages} cages kept free" if demand.spare_leaf_cages else ""
    mend = f"lower {demand.hosts_at} to {limit}" if limit else "lower spare_leaf_cages"
    if demand.hosts > per_su and per_su < most:
        mend = f"raise {at_su} or {mend}"
    elif per_su > most >= demand.hosts:
        mend = f"lower {at_su} to {most}"
    return refuse(
        at,
        f"a rail-only fabric is one SU: {demand.hosts} nodes reserved, {per_su} per SU, and one "
        f"leaf ({demand.leaf.name}) holds {most}{spare}; {mend} or choose design rail-optimized",
    )


def _two_tiers(
    demand: Demand, splits: Splits, per_su: int, sus: int, candidates: tuple[Spread, ...]
) -> FabricShape:
    bare = _shape(demand, splits, per_su, 1, sus)
    chosen = clos.best(candidates)
    assert chosen is not None  # noqa: S101 (there are candidates)
    return _joined(demand, bare, splits, chosen, candidates)


def _joined(
    demand: Demand,
    bare: FabricShape,
    splits: Splits,
    chosen: Spread,
    candidates: tuple[Spread, ...],
) -> FabricShape:
    """Return the shape with its spines."""
    assert demand.spine is not None  # noqa: S101
    lowers = bare.sus * demand.leaves_per_su // demand.groups
    down = lowers * chosen.links_per_pair
    return replace(
        bare,
        groups=demand.groups,
        spines=chosen.uppers,
        uplinks_per_leaf=chosen.uplinks,
        links_per_pair=chosen.links_per_pair,
        effective_oversubscription=_ratio(bare, chosen.uplinks),
        spare_cages_leaf=bare.spare_cages_leaf - cages_for(chosen.uplinks, splits.uplink),
        spare_cages_spine=len(demand.spine.cages) - cages_for(down, splits.uplink),
        rejected=tuple(
            f"{one.uplinks} uplinks per leaf -> {one.uppers} spines, "
            f"{_ratio(bare, one.uplinks):.2f}:1"
            for one in candidates
            if one != chosen
        ),
    )


def _ratio(shape: FabricShape, uplinks: int) -> float:
    return shape.hosts_per_leaf * shape.nic_speed_gbps / (uplinks * shape.uplink_speed_gbps)


def _three_tiers(
    demand: Demand, host: Breakout, modes: tuple[Breakout, ...], per_su: int
) -> FabricShape:
    up = core_mode(demand)
    total = ceil(demand.hosts / per_su)
    for mode in modes:
        splits = Splits(host, mode)
        ports = clos.most_downlinks(demand.spine_cages, mode, up, demand.pod_ratio)
        sus = demand.sus_per_pod or _largest_pod(demand, splits, per_su, total, ports)
        candidates = _pod(demand, splits, per_su, sus, ports) if sus else ()
        chosen = clos.best(candidates)
        if chosen is not None:
            break
    else:
        raise _no_pod(demand, per_su, ports)
    pods = ceil(total / sus)
    if pods == 1:
        raise refuse(
            f"{demand.at}.design",
            f"three-tier joins pods, but {demand.hosts} nodes fit one pod of {sus} SUs; choose "
            f"design rail-optimized or lower {demand.at}.sus_per_pod",
        )
    bare = _shape(demand, splits, per_su, pods, sus)
    pod = _joined(demand, bare, splits, chosen, candidates)
    return _cored(demand, pod, splits, up)


def _no_pod(demand: Demand, per_su: int, ports: int) -> IntentError:
    """Return the error of pods that spines with so many `ports` for leaves cannot join."""
    assert demand.spine is not None  # noqa: S101 (a fabric of pods has spines)
    key = "sus_per_pod" if demand.sus_per_pod else "pod_oversubscription"
    many = f"{demand.sus_per_pod} SUs of" if demand.sus_per_pod else "not even one SU of"
    verb = "do not fit" if demand.sus_per_pod else "fits"
    fewer = f"lower {demand.at}.sus_per_pod, " if demand.sus_per_pod else ""
    if demand.spare_spine_cages:
        fewer += f"lower {demand.at}.spare_spine_cages, "
    return refuse(
        f"{demand.at}.{key}",
        f"{many} {per_su} nodes {verb} one pod: a spine ({demand.spine.name}, "
        f"{_cages(demand.spine_cages, demand.spare_spine_cages)}) has {ports} ports for leaves "
        "beside the uplinks that "
        f"{demand.pod_ratio:g}:1 needs; {fewer}raise {demand.at}.pod_oversubscription or choose "
        "larger spines",
    )


def _cages(usable: int, spare: int) -> str:
    """Return how many cages of a switch there are, and beside which, in words."""
    cages = "1 cage" if usable == 1 else f"{usable} cages"
    return f"{cages} beside {spare} kept free" if spare else cages


def _largest_pod(demand: Demand, splits: Splits, per_su: int, total: int, ports: int) -> int:
    """Return the most SUs that the spines of one pod can join, at most all of them."""
    found = 0
    for sus in range(1, total + 1):
        if not _pod(demand, splits, per_su, sus, ports):
            break
        found = sus
    return found


def _cored(demand: Demand, pod: FabricShape, splits: Splits, up: Breakout) -> FabricShape:
    """Return the shape of a pod joined with all others by super-spines."""
    assert demand.superspine is not None  # noqa: S101
    down = pod.sus * demand.leaves_per_su // demand.groups * pod.links_per_pair
    down_gbps = down * pod.uplink_speed_gbps
    free = demand.spine_cages - cages_for(down, splits.uplink)
    fewest = clos.links_needed(down_gbps, up.speed_gbps, demand.pod_ratio)
    radix = len(demand.superspine.cages)
    candidates = tuple(clos.spreads(pod.pods, fewest, free, radix, FEWEST_CORE))
    chosen = clos.best(candidates)
    if chosen is None:
        more = f"raise {demand.at}.sus_per_pod, " if demand.sus_per_pod else ""
        raise refuse(
            f"{demand.at}.sus_per_pod" if demand.sus_per_pod else demand.hosts_at,
            f"{demand.hosts} nodes need {pod.pods} pods of {fewest} or more uplinks per spine, "
            f"more than super-spines of {demand.superspine.name} ({radix} cages) can join; {more}"
            f"lower capacity, raise {demand.at}.pod_oversubscription or choose larger super-spines",
        )
    sets = demand.groups * pod.spines
    return replace(
        pod,
        spare_cages_spine=pod.spare_cages_spine - chosen.uplinks,
        core=CoreShape(
            sets=sets,
            superspines=chosen.uppers,
            uplinks_per_spine=chosen.uplinks,
            links_per_pair=chosen.links_per_pair,
            speed_gbps=up.speed_gbps,
            asked_oversubscription=demand.pod_ratio,
            effective_oversubscription=down_gbps / (chosen.uplinks * up.speed_gbps),
            fewest_by_ports=ceil(sets * pod.pods * chosen.uplinks / radix),
            spare_cages=radix - pod.pods * chosen.links_per_pair,
            rejected=tuple(_core_rejected(candidates, chosen, down_gbps, up)),
        ),
    )


def _core_rejected(
    candidates: tuple[Spread, ...], chosen: Spread, down_gbps: int, up: Breakout
) -> Iterator[str]:
    for one in candidates:
        if one != chosen:
            ratio = down_gbps / (one.uplinks * up.speed_gbps)
            yield (
                f"{one.uplinks} uplinks per spine -> {one.uppers} super-spines per set, "
                f"{ratio:.2f}:1"
            )

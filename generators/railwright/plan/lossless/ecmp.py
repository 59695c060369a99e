"""How flows spread over equal-cost links, and how full the fullest of them gets.

A switch picks a link per flow by a hash, not by load. RoCE has few and large flows: one per queue
pair, told apart by its UDP source port alone. What is expected of the fullest link follows from
throwing flows into links at random: E[max] = sum over k of 1 - P(no link has more than k). Links
are taken as independent Poisson counts with the mean of flows per link (Poissonisation): within
two hundredths of the exact figure.

Assumptions: every NIC sends to one peer behind another leaf at a time, at full rate, equally over
the queue pairs of that connection, and is sent to by one; above the spines, that peer is in
another pod; hashes of adjacent tiers are independent, for which their seeds differ (device types
are chosen by tier for that); no adaptive routing.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from railwright.catalog.loader import tiers
from railwright.plan.model import Plan, Role
from railwright.plan.qos import roce_of
from railwright.plan.shape import CoreShape, FabricShape, Network

FIVE_TUPLE = "addresses, protocol, UDP ports"
NEGLIGIBLE = 1e-9
UP: Mapping[Role, str] = {"leaf": "spines", "spine": "super-spines"}
DOWN: Mapping[Role, str] = {"spine": "one leaf", "superspine": "one spine"}
"""Where the equal-cost links of a role lead: to the next tier up, or back down to one switch."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Flows that one switch of a tier spreads over equal-cost links in one direction.

    `worst_flows` is what the fullest link is expected to carry; `worst_load` is that over the
    link's rate: above 1, its flows get 1 / worst_load of their rate. `fabric_worst_load` is the
    same for the fullest of all such links in the network. `hash_fields` and `seed` are what the
    choice depends on.
    """

    network: Network
    role: Role
    towards: str
    paths: int
    flows: int
    flow_gbps: float
    link_gbps: int
    worst_flows: float
    worst_load: float
    fabric_worst_load: float
    hash_fields: str
    seed: int

    @property
    def upwards(self) -> bool:
        """Return whether the links lead to the next tier up, not back down to one switch."""
        return self.towards == UP.get(self.role)

    @property
    def mean_load(self) -> float:
        """Return the load of a link if flows were spread evenly."""
        return self.flows * self.flow_gbps / self.paths / self.link_gbps


class _Tier(NamedTuple):
    """Where flows choose between links: which switches, how many links, how many flows."""

    role: Role
    towards: str
    paths: int
    flows: int
    link_gbps: int
    choices: int


def spreads(plan: Plan, network: Network) -> tuple[Spread, ...]:
    """Return how every tier of a routed network spreads its flows, leaves first.

    Empty for networks without RDMA and for fabrics without spines: nothing is chosen there.
    """
    shape = plan.fabrics.get(network)
    roce = roce_of(plan.intent, network)
    if shape is None or roce is None or not shape.spines:
        return ()
    flow_gbps = shape.nic_speed_gbps / roce.qps_per_connection
    flows = shape.hosts_per_leaf * roce.qps_per_connection
    return tuple(_spread(plan, shape, tier, flow_gbps) for tier in _choices(shape, flows))


def _choices(shape: FabricShape, flows: int) -> Iterator[_Tier]:
    """Yield the choices on the way up and down; `flows` are those of one leaf, each way."""
    gbps, uplinks, pairs = shape.uplink_speed_gbps, shape.uplinks_per_leaf, shape.links_per_pair
    yield _Tier("leaf", UP["leaf"], uplinks, flows, gbps, shape.total_leaves)
    leaves = shape.sus * shape.leaves_per_su // shape.groups  # that share one group of spines
    spines = shape.total_spines
    if core := shape.core:
        yield from _core_choices(core, -(-flows * leaves // shape.spines), spines)
    if pairs > 1:
        sent = -(-flows // shape.spines)
        yield _Tier("spine", DOWN["spine"], pairs, sent, gbps, spines * leaves)


def _core_choices(core: CoreShape, flows: int, spines: int) -> Iterator[_Tier]:
    """Yield the choices between pods; `flows` are those of one of all `spines`, each way."""
    gbps, uplinks, pairs = core.speed_gbps, core.uplinks_per_spine, core.links_per_pair
    if uplinks > 1:
        yield _Tier("spine", UP["spine"], uplinks, flows, gbps, spines)
    if pairs > 1:
        sent = -(-flows // core.superspines)
        towards, joined = DOWN["superspine"], spines * core.superspines
        yield _Tier("superspine", towards, pairs, sent, gbps, joined)


def expected_max(flows: int, paths: int) -> float:
    """Return how many of `flows` the fullest of `paths` links is expected to carry."""
    if paths <= 1:
        return float(flows)
    return max(math.ceil(flows / paths), _expected_max(flows / paths, paths))


def _expected_max(mean: float, paths: int) -> float:
    """Return the expected maximum of `paths` independent Poisson counts of the same mean."""
    expected, below, k = 0.0, 0.0, 0
    while True:
        below += math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) if mean else 1.0
        beyond = 1 - min(1.0, below) ** paths
        expected += beyond
        k += 1
        if k > mean and beyond < NEGLIGIBLE:
            return expected


def _spread(plan: Plan, shape: FabricShape, tier: _Tier, flow_gbps: float) -> Spread:
    worst = expected_max(tier.flows, tier.paths)
    of_all = _expected_max(tier.flows / tier.paths, tier.paths * tier.choices)
    platform = plan.built[shape.network].platforms[tier.role]
    hashed = "set by SWITCH_HASH" if platform.features.switch_hash else "the image's default"
    return Spread(
        network=shape.network,
        role=tier.role,
        towards=tier.towards,
        paths=tier.paths,
        flows=tier.flows,
        flow_gbps=flow_gbps,
        link_gbps=tier.link_gbps,
        worst_flows=worst,
        worst_load=worst * flow_gbps / tier.link_gbps,
        fabric_worst_load=of_all * flow_gbps / tier.link_gbps,
        hash_fields=f"{FIVE_TUPLE} ({hashed})",
        seed=tiers()[tier.role].hash_seed,
    )

"""Intents drawn at random: every design, every network, every population; valid or refused."""

from dataclasses import dataclass
from typing import Literal

from hypothesis import strategies as st
from netaddr import IPNetwork

from railwright.intent.model import Intent
from railwright.intent.networks import (
    Border,
    ComputeNetwork,
    Design,
    InbandNetwork,
    Networks,
    OobNetwork,
    StorageNetwork,
)
from railwright.intent.nodes import (
    GpuNodes,
    ManagementNodes,
    Nodes,
    OtherModel,
    Pdus,
    StorageNodes,
)
from railwright.intent.pools import Pools

POOLS = Pools(
    compute_hosts=IPNetwork("10.16.0.0/12"),
    compute_links=IPNetwork("10.240.0.0/12"),
    loopbacks=IPNetwork("10.224.0.0/16"),
    inband=IPNetwork("10.48.0.0/13"),
    oob=IPNetwork("10.64.0.0/13"),
    storage_hosts=IPNetwork("10.32.0.0/15"),
    storage_links=IPNetwork("10.226.0.0/16"),
    management_links=IPNetwork("10.227.0.0/16"),
)
# Hardly larger than what the largest clusters drawn need, so that no field has bits to spare.
TIGHT = Pools(
    compute_hosts=IPNetwork("10.1.0.0/20"),
    compute_links=IPNetwork("10.1.32.0/19"),
    loopbacks=IPNetwork("10.1.64.0/20"),
    inband=IPNetwork("10.2.0.0/16"),
    oob=IPNetwork("10.3.0.0/16"),
    storage_hosts=IPNetwork("10.1.80.0/22"),
    storage_links=IPNetwork("10.1.96.0/20"),
    management_links=IPNetwork("10.1.112.0/22"),
)
Attachment = Literal["routed", "svi"]
DESIGNS: tuple[Design, ...] = (
    "rail-optimized",
    "rail-only",
    "rail-isolated",
    "leaf-spine",
    "three-tier",
)
RATIOS = (0.5, 1.0, 1.5, 2.0, 3.0, 7.0)
LARGEST = 40  # nodes: every property shows with few, and plans stay quick


@dataclass(frozen=True, slots=True)
class Kind:
    """A node model, what may stand beside it, and the switches its NICs can go to."""

    model: str
    others: tuple[str, ...]
    pairs: tuple[tuple[str, str | None], ...]


KINDS = (
    Kind(
        "dgx-h100",
        ("hgx-h100-4nic", "hgx-h100"),
        (
            ("cx864e-n", None),
            ("sn5600", None),
            ("7060x6-64pe", None),
            ("dbmvtx9180", None),
            ("sn5400", None),
            ("sn4700", None),
            ("sn5600", "cx864e-n"),
            ("7060x6-64pe", "sn5600"),
            ("sn5400", "sn4700"),
        ),
    ),
    Kind("hgx-h100-4nic", ("dgx-h100",), (("cx864e-n", None), ("sn4700", None))),
    Kind("hgx-b300", (), (("cx864e-n", None), ("sn5600", "7060x6-64pe"))),
    Kind("hgx-h100-2x200g", (), (("cx864e-n", None), ("sn5400", None), ("sn4600", None))),
)


def make(compute: ComputeNetwork, count: int, capacity: int, pools: Pools = POOLS) -> Intent:
    """Return an intent of DGX H100 nodes on one compute network."""
    return intent_of(compute, GpuNodes(model="dgx-h100", count=count, capacity=capacity), pools)


def intent_of(compute: ComputeNetwork, gpu: GpuNodes, pools: Pools = POOLS) -> Intent:
    """Return an intent with a compute network only."""
    return Intent(
        cluster="drawn", nodes=Nodes(gpu=gpu), networks=Networks(compute=compute), pools=pools
    )


@st.composite
def intents(draw: st.DrawFn, designs: tuple[Design, ...] = DESIGNS) -> Intent:
    """Draw a whole cluster."""
    kind = draw(st.sampled_from(KINDS))
    compute = draw(compute_networks(kind, designs))
    nodes = draw(populations(kind, compute))
    return Intent(
        cluster="drawn",
        nodes=nodes,
        networks=Networks(
            compute=compute,
            storage=draw(st.none() | storage_networks()),
            inband=draw(inband_networks()),
            oob=draw(oob_networks()),
        ),
        pools=draw(st.sampled_from((POOLS, TIGHT))),
    )


@st.composite
def compute_networks(draw: st.DrawFn, kind: Kind, designs: tuple[Design, ...]) -> ComputeNetwork:
    design = draw(st.sampled_from(designs))
    leaf, spine = draw(st.sampled_from(kind.pairs))
    pods = design == "three-tier"
    per_su: st.SearchStrategy[int | None] = st.integers(1, 4 if pods else 16)
    if design == "rail-only":
        per_su = st.none()
    elif not pods:
        per_su |= st.none()
    return ComputeNetwork(
        design=design,
        leaf=leaf,
        spine=None if design == "rail-only" else spine,
        rails=draw(st.none() | st.integers(1, 4)),
        nodes_per_su=draw(per_su),
        sus_per_pod=draw(st.integers(1, 3)) if pods else None,
        oversubscription=draw(st.sampled_from(RATIOS)),
        pod_oversubscription=draw(st.sampled_from(RATIOS)),
        spare_leaf_cages=draw(st.sampled_from((0, 0, 5, 20))),
        spare_spine_cages=draw(st.sampled_from((0, 0, 8, 20))),
        attachment=draw(st.sampled_from(ATTACHMENTS)),
    )


ATTACHMENTS: tuple[Attachment, ...] = ("routed", "routed", "svi")


@st.composite
def populations(draw: st.DrawFn, kind: Kind, compute: ComputeNetwork) -> Nodes:
    pod = (compute.sus_per_pod or 0) * (compute.nodes_per_su or 0)
    capacity = draw(st.integers(pod + 1, max(LARGEST, 3 * pod)))
    first = draw(st.integers(1, capacity))
    last = draw(st.integers(first, capacity))
    other = draw(st.none() | st.sampled_from(kind.others)) if kind.others else None
    storage, management, pdus = (draw(st.none() | numbers(12)) for _ in range(3))
    return Nodes(
        gpu=GpuNodes(
            model=kind.model,
            count=draw(st.integers(1, capacity)),
            capacity=capacity,
            other_models=(OtherModel(nodes=(first, last), model=other),) if other else (),
        ),
        storage=StorageNodes(count=storage[0], capacity=storage[1]) if storage else None,
        management=ManagementNodes(count=management[0], capacity=management[1])
        if management
        else None,
        pdus=Pdus(count=pdus[0], capacity=pdus[1]) if pdus else None,
    )


@st.composite
def numbers(draw: st.DrawFn, largest: int) -> tuple[int, int]:
    """Draw a count and a capacity."""
    capacity = draw(st.integers(1, largest))
    return draw(st.integers(1, capacity)), capacity


BORDERS = st.none() | st.builds(
    Border, peer_asn=st.just(64512), uplinks_per_spine=st.integers(1, 3)
)


@st.composite
def storage_networks(draw: st.DrawFn) -> StorageNetwork:
    return StorageNetwork(
        leaf=draw(st.sampled_from(("sn4600", "sn4700", "cx864e-n"))),
        speed_gbps=draw(st.sampled_from((100, 200))),
        hosts_per_pair=draw(st.none() | st.integers(4, 24)),
        oversubscription=draw(st.sampled_from(RATIOS)),
        spare_leaf_cages=draw(st.sampled_from((0, 2))),
        spare_spine_cages=draw(st.sampled_from((0, 2))),
        border=draw(BORDERS),
    )


@st.composite
def inband_networks(draw: st.DrawFn) -> InbandNetwork:
    if draw(st.booleans()):
        return InbandNetwork()
    return InbandNetwork(
        leaf=draw(st.sampled_from(("sn3420", "as7326-56x"))),
        spine="sn3700c",
        spines=draw(st.integers(1, 3)),
        nodes_per_subnet=draw(st.integers(1, 48)),
        border=draw(BORDERS),
    )


@st.composite
def oob_networks(draw: st.DrawFn) -> OobNetwork:
    if draw(st.booleans()):
        return OobNetwork()
    return OobNetwork(
        leaf="as4630-54pe",
        spine="sn3700c",
        spines=draw(st.integers(1, 2)),
        nodes_per_subnet=draw(st.integers(2, 48)),
        switches_per_subnet=draw(st.integers(4, 48)),
        pdus_per_subnet=draw(st.integers(1, 24)),
        border=draw(BORDERS),
    )


@st.composite
def growths(draw: st.DrawFn, intent: Intent) -> Intent:
    """Draw the same cluster with at least as many deployed of every population."""
    nodes = intent.nodes
    larger = {
        name: one.model_copy(update={"count": draw(st.integers(one.count, one.reserved))})
        for name in ("gpu", "storage", "management", "pdus")
        if (one := getattr(nodes, name)) is not None
    }
    return intent.model_copy(update={"nodes": nodes.model_copy(update=larger)})

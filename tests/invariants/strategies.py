"""Intents drawn at random: valid by construction or refused with a located message."""

from typing import Literal

from hypothesis import strategies as st
from netaddr import IPNetwork

from railwright.intent.model import (
    ComputeNetwork,
    GpuNodes,
    Intent,
    Networks,
    Nodes,
    Pools,
)

Design = Literal["rail-optimized", "rail-only"]
DESIGNS: tuple[Design, ...] = ("rail-optimized", "rail-optimized", "rail-only")
PLATFORMS = ("cx864e-n", "sn5600", "7060x6-64pe", "dbmvtx9180")
POOLS = Pools(
    compute_hosts=IPNetwork("10.16.0.0/12"),
    compute_links=IPNetwork("10.240.0.0/12"),
    loopbacks=IPNetwork("10.224.0.0/16"),
    inband=IPNetwork("10.48.0.0/13"),
    oob=IPNetwork("10.64.0.0/13"),
)


def make(compute: ComputeNetwork, count: int, capacity: int, pools: Pools = POOLS) -> Intent:
    return Intent(
        cluster="drawn",
        nodes=Nodes(gpu=GpuNodes(model="dgx-h100", count=count, capacity=capacity)),
        networks=Networks(compute=compute),
        pools=pools,
    )


@st.composite
def intents(draw: st.DrawFn, largest: int = 192) -> Intent:
    capacity = draw(st.integers(1, largest))
    count = draw(st.integers(1, capacity))
    design: Design = draw(st.sampled_from(DESIGNS))
    compute = ComputeNetwork(
        design=design,
        leaf=draw(st.sampled_from(PLATFORMS)),
        rails=draw(st.one_of(st.none(), st.integers(1, 8))),
        nodes_per_su=draw(st.one_of(st.none(), st.integers(1, 64)))
        if design == "rail-optimized"
        else None,
        oversubscription=draw(st.sampled_from((1.0, 2.0, 3.0, 7.0))),
    )
    return make(compute, count, capacity)

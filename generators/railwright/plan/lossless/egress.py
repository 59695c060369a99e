"""Whether a lossless queue could be refused a packet that ingress has admitted.

A packet is counted on both sides of the chip. Losslessness rests on ingress alone: it pauses the
sender and keeps headroom for what still arrives. So no limit of the egress side may be reached
before: not the queue's, not the port's, not the pool's. The worst mix is all traffic in one
queue, and the most there can be is everything that ingress admits towards lossless queues: the
whole shared buffer and the headroom of every port. A limit that lets one queue hold that much can
never discard, whatever the mix of ports.

A dynamic limit is 2^dynamic_th of what is free of its pool, so one user can hold at most
th / (1 + th) of it. NVIDIA's SAI takes 7 for no limit at all (SAI-Implementation
mlnx_sai_buffer.c, SAI_BUFFER_ALPHA_INFINITY); 128 is used here, which is less. A static limit of
a chip whose buffer has slices holds in each of them, and each slice admits its part of the pool.

Packets are taken to leave by one port. Where host ports share a VLAN, frames to a NIC that is lost
are flooded: counted once at the ingress and once per port at the egress. What is shown here then
holds for everything else only, and is not called proven.
"""

from railwright.catalog.model import BufferProfile, Buffers, DynamicBuffers, SwitchPlatform
from railwright.plan.lossless.model import Egress, Kind
from railwright.plan.lossless.pools import Budget, facts_of


def alpha(threshold: int) -> float:
    """Return the share of a pool's free part that a dynamic threshold stands for."""
    return 2.0**threshold


def egress_of(kind: Kind, platform: SwitchPlatform, budget: Budget) -> Egress:
    """Return whether a lossless queue can hold all that ingress admits."""
    facts = facts_of(kind, platform)
    admitted = budget.admitted_bytes
    if facts is None or admitted is None:
        return Egress("unproven", admitted, None, "the sizes of the buffer pools are not known")
    profile = facts.profiles[facts.egress_lossless_profile]
    admitted += _lossy_beside(facts, profile)
    room = _room(facts, platform)
    if room is None:
        return Egress("unproven", admitted, None, f"the size of {profile.pool} is not known")
    queue, what = room
    if early := _port_before_group(kind, facts):
        return Egress("failed", admitted, queue, early)
    verdict = f"{what} lets a lossless queue hold {queue} bytes; ingress admits at most {admitted}"
    if queue < admitted:
        return Egress("failed", admitted, queue, f"{verdict}, so it discards before all pause")
    if kind.floods:
        flooded = "hosts share a VLAN, and a flooded frame counts once per port at the egress"
        why = f"{verdict}; this holds for traffic that is not flooded, but {flooded}"
        return Egress("unproven", admitted, queue, why)
    return Egress("proven", admitted, queue, verdict)


def _room(facts: Buffers | DynamicBuffers, platform: SwitchPlatform) -> tuple[int, str] | None:
    """Return the most a lossless queue may hold and which limit says so, None if unknown."""
    own = facts.profiles[facts.egress_lossless_profile]
    pool_bytes = facts.pools[own.pool].size_bytes
    if pool_bytes is None:
        return None
    found = [(pool_bytes, f"the size of {own.pool}")]
    for name in (facts.egress_lossless_profile, *facts.egress_profile_list):
        profile = facts.profiles[name]
        limit = _limit(profile, pool_bytes, platform.asic.buffer_slices)
        if limit is not None and profile.pool == own.pool:
            found.append((limit, f"the threshold of {name}"))
    return min(found)


def _limit(profile: BufferProfile, pool_bytes: int, slices: int) -> int | None:
    if profile.static_th_bytes is not None:
        return profile.static_th_bytes * slices
    if profile.dynamic_th is not None:
        share = alpha(profile.dynamic_th)
        return int(pool_bytes * share / (1 + share))
    return None


def _lossy_beside(facts: Buffers | DynamicBuffers, lossless: BufferProfile) -> int:
    """Return the lossy traffic that is in the same egress pool but in another ingress pool."""
    if facts.profiles[facts.egress_lossy_profile].pool != lossless.pool:
        return 0
    ingress = facts.profiles[facts.ingress_lossy_profile].pool
    return 0 if ingress == facts.lossless_pool else facts.pools[ingress].size_bytes or 0


def _port_before_group(kind: Kind, facts: Buffers | DynamicBuffers) -> str:
    """Return why a port's own ingress limit discards before its groups pause; empty if it cannot.

    Groups of a port together hold at most their thresholds; a port limit below is reached first.
    """
    groups = alpha(max(one.threshold for one in kind.mix)) * kind.lossless_classes
    for name in facts.ingress_profile_list:
        profile = facts.profiles[name]
        if profile.pool != facts.lossless_pool or profile.dynamic_th is None:
            continue
        if alpha(profile.dynamic_th) < groups:
            return (
                f"{name} limits a port to {alpha(profile.dynamic_th):g} of the free buffer, its "
                f"lossless groups pause at {groups:g} only"
            )
    return ""

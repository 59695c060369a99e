"""What the headroom of a switch comes from: how large that is, and what is left to share.

Three kinds of memory accounts, by platform and buffer model:

- **A shared headroom pool** (Broadcom, Teralynx): the `xoff` of the ingress pool. A group takes
  from it only while it is paused, so what counts is its `xoff`. The pool's `size` includes that
  `xoff` and the groups' own bytes: SAI derives a pool's shared size by taking everything reserved
  off its size (saibuffer.h, SAI_BUFFER_POOL_ATTR_SHARED_SIZE), and the shipped numbers leave no
  other reading (see the platform's buffer source). If a vendor's SAI kept the groups' own bytes
  outside, more would be left than is counted here.
- **Headroom of its own for every group, table sizes** (NVIDIA, traditional): each group reserves
  its whole `size` in memory that no pool has. `egress_lossless_pool` is as large as what pools and
  headroom have together, the ingress pools are what is shared; headroom has to fit between them.
  What the chip sets aside for itself is taken to be outside: on SN5600 the shipped numbers leave
  53906124 bytes, just enough for two groups on all 64 ports (52559872) and not for the 6.4 MB
  that the dynamic model sets aside beside them.
- **The same, computed by the switch** (NVIDIA, dynamic): pools get what is left after everything
  reserved; sonic-swss cfgmgr/buffer_pool_mellanox.lua, which this follows term by term. Every
  cabled port counts as up, as it is once the capacity is filled; the whole buffer is the one the
  template names, as the script has it until the chip says its own.

A chip whose buffer has slices (Tomahawk) divides every pool between them, and a port belongs to
one. Thresholds are therefore reckoned within one slice. Headroom is counted over all: which port
belongs to which slice is not published, so each slice is taken to serve an equal part of the
need; where ports are spread unevenly, one slice runs out of headroom before the sum does.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from railwright.catalog.model import Buffers, DynamicBuffers, SwitchPlatform
from railwright.intent.roce import Roce
from railwright.plan.headroom.table import buffers_of
from railwright.plan.lossless import kinds
from railwright.plan.lossless.model import Kind, Mix
from railwright.plan.model import Device, Plan, Term
from railwright.plan.qos import roce_of

KIB = 1024
PRIORITIES = 8
PRIVATE_BYTES = 10 * KIB
"""Headroom of its own that every lossless port keeps beside a shared pool; source of this and the
next: sonic-swss cfgmgr/buffer_pool_mellanox.lua."""
MIRROR_BYTES = 10 * KIB  # per port that is up, for copies of packets at the egress
MANAGEMENT_BYTES = 256 * KIB
SMALLEST_SHARED_HEADROOM = 655360
DESCRIPTORS_BYTES = 32 * KIB * KIB
"""What chips that keep descriptors of modified packets have for them, and nothing for copies."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What a switch has for headroom and what its ports want of it, in bytes.

    `shares_headroom` says whether groups share one headroom pool; `need_bytes` then adds up their
    `xoff`, else their whole `size`. `limit_bytes` is what there is for it. `shared_bytes` is what
    lossless ports share before anybody pauses, the base of shares in percent; `least_shared_bytes`
    the same less what groups keep for themselves, where that comes out of the same pool; it is
    divided between `slices`.
    `admitted_bytes` is the most that can be in the chip at once towards lossless queues.
    `buffer_bytes` is the whole; `terms` are its other users. None: unknown.
    """

    shares_headroom: bool
    need_bytes: int
    limit_bytes: int | None
    shared_bytes: int | None
    least_shared_bytes: int | None
    admitted_bytes: int | None
    buffer_bytes: int | None
    terms: tuple[Term, ...]
    source: str
    slices: int = 1

    @property
    def free_bytes(self) -> int | None:
        """Return the empty shared buffer that a group's dynamic threshold is a share of."""
        return None if self.least_shared_bytes is None else self.least_shared_bytes // self.slices

    @property
    def ratio(self) -> float | None:
        """Return need over limit; infinite where nothing is left for headroom."""
        if self.limit_bytes is None:
            return None
        return self.need_bytes / self.limit_bytes if self.limit_bytes > 0 else math.inf


def facts_of(kind: Kind, platform: SwitchPlatform) -> Buffers | DynamicBuffers | None:
    """Return the buffer facts of the model a kind of switch runs, None where it has none."""
    return platform.dynamic if kind.model == "dynamic" else buffers_of(platform, kind.hwsku)


def budget_of(kind: Kind, platform: SwitchPlatform, roce: Roce) -> Budget:
    """Return what a kind of switch has for headroom, and what its mix of ports needs."""
    facts = facts_of(kind, platform)
    if isinstance(facts, DynamicBuffers):
        return _computed(kind, facts, roce)
    if facts is not None and facts.pools[facts.lossless_pool].xoff_bytes:
        return _pooled(kind, facts, platform.asic.buffer_slices)
    if facts is not None and platform.asic.vendor == "mellanox":
        return _carved(kind, facts)
    why = facts.source if facts else f"{platform.name} ships no buffer table"
    need_bytes = own_bytes(kind)
    return Budget(False, need_bytes, None, None, None, None, None, (), why)


def shared_bytes(plan: Plan, device: Device) -> int | None:
    """Return the buffer a switch's lossless ports share, headroom excluded; None if unknown."""
    kind = kinds.of_device(plan, device)
    roce = device.network and roce_of(plan.intent, device.network)
    if kind is None or not roce:
        return None
    return budget_of(kind, plan.platforms[device.platform], roce).shared_bytes


def group_cost(one: Mix, *, shares_headroom: bool) -> int:
    """Return what one priority group of a port takes of the memory that headroom comes from."""
    return one.xoff_bytes if shares_headroom else one.size_bytes


def own_bytes(kind: Kind) -> int:
    """Return what all lossless groups reserve for themselves."""
    return sum(one.size_bytes * one.ports for one in kind.mix) * kind.lossless_classes


def beyond_bytes(mix: tuple[Mix, ...]) -> int:
    """Return what the groups of one class need beyond what they reserve, all ports together."""
    return sum(max(0, one.xon_bytes + one.xoff_bytes - one.size_bytes) * one.ports for one in mix)


def _xoff(kind: Kind) -> int:
    return sum(one.xoff_bytes * one.ports for one in kind.mix) * kind.lossless_classes


def _pooled(kind: Kind, facts: Buffers, slices: int) -> Budget:
    pool = facts.pools[facts.lossless_pool]
    size_bytes, limit_bytes = pool.size_bytes, pool.xoff_bytes or 0
    own = own_bytes(kind)
    shared = None if size_bytes is None else size_bytes - limit_bytes
    even = f"; ASSUMED to serve the {slices} slices of the buffer evenly" if slices > 1 else ""
    whole = [one.size_bytes for one in facts.pools.values() if one.size_bytes is not None]
    return Budget(
        shares_headroom=True,
        need_bytes=_xoff(kind),
        limit_bytes=limit_bytes,
        shared_bytes=shared,
        least_shared_bytes=None if shared is None else shared - own,
        admitted_bytes=size_bytes,
        buffer_bytes=max(whole, default=None),
        terms=(Term("minimum of the lossless groups, within the pool", own),),
        source=f"{facts.source}{even}",
        slices=slices,
    )


def _carved(kind: Kind, facts: Buffers) -> Budget:
    """Return the budget of a switch whose groups reserve the sizes of the platform's table."""
    whole = facts.pools[facts.profiles[facts.egress_lossless_profile].pool].size_bytes
    shared = facts.pools[facts.lossless_pool].size_bytes
    pools = [one.size_bytes for one in facts.pools.values() if one.type == "ingress"]
    ingress = None if None in pools else sum(size for size in pools if size)
    own = own_bytes(kind)
    return Budget(
        shares_headroom=False,
        need_bytes=own,
        limit_bytes=None if whole is None or ingress is None else whole - ingress,
        shared_bytes=shared,
        least_shared_bytes=shared,
        admitted_bytes=None if shared is None else shared + own,
        buffer_bytes=whole,
        terms=() if ingress is None else (Term("shared by the ingress pools", ingress),),
        source=facts.source,
    )


def _computed(kind: Kind, facts: DynamicBuffers, roce: Roce) -> Budget:
    """Return the budget of a switch that computes its pools (buffer_pool_mellanox.lua)."""
    own = own_bytes(kind)
    terms = tuple(_reserved(kind, facts))
    whole = facts.mmu_bytes
    if whole is None:
        whole = facts.pools[facts.profiles[facts.egress_lossless_profile].pool].size_bytes
    ratio = roce.headroom.shared_pool_ratio
    beyond = beyond_bytes(kind.mix) * kind.lossless_classes
    pool = private = 0
    if ratio or beyond:
        private = PRIVATE_BYTES * kind.ports
        pool = math.ceil(max(0, beyond - private) / (ratio or 1)) or SMALLEST_SHARED_HEADROOM
    if whole is None:
        return Budget(bool(pool), own, None, None, None, None, None, terms, facts.source)
    free = whole - own - _total(terms) - private - pool
    unsized = sum(one.type == "ingress" and one.size_bytes is None for one in facts.pools.values())
    largest = whole // facts.cell_bytes * facts.cell_bytes
    shared = min(math.ceil(free / 2 if unsized != 1 else free), largest)
    return Budget(
        shares_headroom=bool(pool),
        need_bytes=_xoff(kind) if pool else own,
        limit_bytes=pool + private if pool else whole - _total(terms),
        shared_bytes=shared,
        least_shared_bytes=shared,
        admitted_bytes=shared + own + private + pool,
        buffer_bytes=whole,
        terms=(
            *terms,
            *((Term("private headroom of the ports", private),) if private else ()),
            *((Term("what the groups keep beside the headroom pool", own),) if pool else ()),
        ),
        source=f"{facts.source}; sonic-swss cfgmgr/buffer_pool_mellanox.lua",
    )


def _reserved(kind: Kind, facts: DynamicBuffers) -> Iterator[Term]:
    """Yield what is set aside beside lossless groups, as buffer_pool_mellanox.lua adds it up."""
    latency_kib = facts.pipeline_latency_kib
    narrow = kind.cabled_ports - kind.wide_ports
    groups = int((narrow * latency_kib + kind.wide_ports * (2 * latency_kib - 1)) * KIB)
    yield Term("lossy group of every port", groups)
    yield Term("management group of every port", groups)
    queues = sum(
        facts.profiles[name].size_bytes * number
        for name, number in (
            *((name, 1) for name in facts.egress_profile_list),
            (facts.egress_lossless_profile, kind.lossless_classes),
            (facts.egress_lossy_profile, PRIORITIES - kind.lossless_classes),
        )
    )
    if queues:
        yield Term("minimum of egress ports and queues", queues * kind.cabled_ports)
    if facts.keeps_descriptors:
        yield Term("descriptors of modified packets", DESCRIPTORS_BYTES)
    else:
        yield Term("copies of packets at the egress", MIRROR_BYTES * kind.cabled_ports)
    yield Term("management pool", MANAGEMENT_BYTES)


def _total(terms: tuple[Term, ...]) -> int:
    return int(sum(one.bytes for one in terms))

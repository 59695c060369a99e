"""The lossless proof of every kind of switch in a plan."""

from railwright.plan.lossless import kinds
from railwright.plan.lossless.control import control_of
from railwright.plan.lossless.cover import cover_of
from railwright.plan.lossless.egress import egress_of
from railwright.plan.lossless.fit import Case, Rooms, fit_of
from railwright.plan.lossless.marking import marking_of
from railwright.plan.lossless.model import Kind, KindProof
from railwright.plan.model import Plan
from railwright.plan.qos import marking, roce_of


def prove(plan: Plan) -> tuple[KindProof, ...]:
    """Return what is proven of each kind of lossless switch, in plan order."""
    known: Rooms = dict(plan.headroom)
    return tuple(_prove(plan, case_of(plan, kind, known)) for kind in kinds.of_plan(plan))


def quick(plan: Plan) -> tuple[KindProof, ...]:
    """Return the same without what else would fit."""
    return tuple(prove_kind(plan, kind, quick=True) for kind in kinds.of_plan(plan))


def case_of(plan: Plan, kind: Kind, known: Rooms | None = None) -> Case:
    """Return a kind of switch with what its budget depends on. Raises: KeyError without RDMA.

    `known` are headrooms of the plan, which more are added to.
    """
    roce = roce_of(plan.intent, kind.network)
    if roce is None:
        raise KeyError(f"{kind.network} carries no RDMA")
    mtu_bytes = plan.built[kind.network].mtu_bytes
    platform = plan.platforms[kind.platform]
    return Case(kind, platform, roce, mtu_bytes, {} if known is None else known)


def prove_kind(plan: Plan, kind: Kind, *, quick: bool = False) -> KindProof:
    """Return what is proven of one kind of switch; `quick` leaves out what else would fit."""
    return _prove(plan, case_of(plan, kind), quick=quick)


def _prove(plan: Plan, case: Case, *, quick: bool = False) -> KindProof:
    kind, budget = case.kind, case.budget
    speeds = sorted({one.key.speed_gbps for one in kind.mix})
    lossless = [one for one in plan.qos[kind.network] if one.ecn is not None]
    return KindProof(
        kind=kind,
        cover=cover_of(kind),
        fit=fit_of(case, budget, quick=quick),
        egress=egress_of(kind, case.platform, budget),
        marking=tuple(
            marking_of(case, one.name, speed, slope, budget)
            for one in lossless
            if one.ecn is not None
            for slope in (marking(one.ecn, case.platform, budget.shared_bytes),)
            for speed in speeds
        ),
        control=control_of(plan, case),
    )

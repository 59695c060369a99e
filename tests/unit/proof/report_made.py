"""Proofs made by hand for report tests: small, with every verdict within reach."""

from dataclasses import replace
from typing import Any

from railwright.plan.deadlock.model import (
    Cycle,
    CycleHop,
    DeadlockProof,
    Failure,
    Hop,
    Victims,
)
from railwright.plan.lossless.ecmp import spreads
from railwright.plan.lossless.model import (
    Control,
    Cover,
    Egress,
    Fit,
    Kind,
    KindProof,
    Marking,
    MarkingPoint,
    Mix,
)
from railwright.plan.model import HeadroomKey, Plan, Term
from railwright.proof.model import Agreement, Finding, Row
from railwright.proof.report.collect import Proofs

MIB = 1 << 20


def kind_of(plan: Plan, role: Any = "leaf") -> Kind:
    """Return the compute switches of a role, with one mix for every headroom of their platform."""
    devices = [one for one in plan.switches if one.network == "compute" and one.role == role]
    first = devices[0]
    speeds = {link.speed_gbps for link in plan.links_of[first.name].values()}
    ports = plan.links_of[first.name]
    return Kind(
        network="compute",
        role=role,
        platform=first.platform,
        hwsku=first.hwsku or "",
        model="traditional",
        devices=tuple(one.name for one in devices),
        mix=tuple(
            _mix(plan, key, first.name)
            for key in plan.headroom
            if key.network == "compute" and key.speed_gbps in speeds
        ),
        lossless_classes=1,
        cabled_ports=len(ports),
        wide_ports=0,
    )


def _mix(plan: Plan, key: HeadroomKey, device: str) -> Mix:
    room = plan.headroom[key]
    links = [
        link
        for link in plan.links_of[device].values()
        if (link.speed_gbps, link.length.length_m) == (key.speed_gbps, key.length_m)
    ]
    return Mix(
        links[0].kind,
        key,
        len(links),
        room.xon_bytes,
        room.xoff_bytes,
        room.size_bytes,
        room.threshold,
        room.bound_bytes,
        (key.length_m,),
    )


FIT = Fit(
    verdict="proven",
    need_bytes=20 * MIB,
    limit_bytes=25 * MIB,
    buffer_bytes=100 * MIB,
    shared_bytes=60 * MIB,
    ratio=0.8,
    bound_ratio=0.5,
    accept_ratio=None,
    pausing_ports=96,
    more_ports=24,
    more_classes=0,
    longest_m=120.0,
    terms=(Term("management pool", 262144),),
    why="96 ports ask for 20 MiB of 25 MiB",
    source="pool of the platform",
)
COVER = Cover("proven", 0, "xoff of every port is at or above its first-principles bound")
EGRESS = Egress("proven", 80 * MIB, 90 * MIB, "a queue takes 90 MiB and ingress admits 80 MiB")
MARKING = Marking(
    verdict="proven",
    class_name="rdma",
    speed_gbps=400,
    kmin_bytes=1 * MIB,
    kmax_bytes=4 * MIB,
    max_probability_percent=10,
    shared_bytes=60 * MIB,
    threshold=-1,
    incast=(MarkingPoint(1, 20 * MIB, MIB, 20.0), MarkingPoint(95, MIB, MIB // 95, 95.0)),
    queues_before_pause=13,
    full_margin=5.0,
    reacts=True,
    ports=96,
    why="marking is first for 1 to 95 senders",
    source="intent",
)
CONTROL = Control(400, 0.41, ("BGP",), "95 senders, one CNP each per 4 us", "driver's default")
DEADLOCK = DeadlockProof(
    network="compute",
    verdict="proven",
    method="any failure",
    hops=64,
    dependencies=512,
    states=14,
    singles=24,
    doubles=276,
    complete_singles=True,
    complete_doubles=True,
    cycle=None,
    unreachable=(),
    victims=(
        Victims(
            "gpu0001",
            "rail0",
            "su1-rail0-leaf",
            "Ethernet0",
            (("leaf > spine", 32),),
            15,
            128,
            "PFC watchdog of su1-rail0-leaf",
            600,
        ),
    ),
    notes=("routes that a leaf rejects: those with its own ASN",),
)
CYCLE = Cycle(
    (
        CycleHop(Hop("spine1", "leaf1"), "Ethernet0", "Ethernet256", "spine1 lost leaf2"),
        CycleHop(Hop("leaf1", "spine1"), "Ethernet256", "Ethernet0", "leaf1 lost spine2"),
    ),
    Failure(pairs=(("leaf2", "spine1"), ("leaf1", "spine2"))),
)
FINDING = Finding(
    pair="switch - plan",
    subject="DSCP map",
    place="switches/su1-rail0-leaf/config_db.json DSCP_TO_TC_MAP|AZURE 26",
    found="0",
    other_place="plan: roce.data_dscp",
    expected="3",
    effect="RDMA data shares the lossy queue and is dropped under load",
)
AGREEMENT = Agreement(
    (
        Row("switch - plan", "DSCP map", 64, ()),
        Row("switch - node", "DSCP map", 128, ()),
        Row("leaf - spine", "speed", 32, ()),
    )
)


def kind_proof(plan: Plan, role: Any = "leaf", **parts: Any) -> KindProof:
    """Return the proof of the compute switches of a role, with some parts replaced."""
    made = KindProof(kind_of(plan, role), COVER, FIT, EGRESS, (MARKING,), (CONTROL,))
    return replace(made, **parts)


def proofs(plan: Plan, **parts: Any) -> Proofs:
    """Return proofs that hold, with some replaced."""
    kinds = (kind_proof(plan, "leaf"), kind_proof(plan, "spine"))
    spread = spreads(plan, "compute")
    return replace(Proofs(kinds, (DEADLOCK,), spread, AGREEMENT), **parts)

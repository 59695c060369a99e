"""Which way a packet's DSCP goes through the fabric: NIC, maps, groups, queues, hop by hop."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from railwright.intent.roce import Roce
from railwright.intent.roce_rules import SECOND_CLASS
from railwright.plan.explain.derivation import Derivation, ExplainError, Input, PortPlace
from railwright.plan.lossless import kinds
from railwright.plan.lossless.model import Kind, Mix
from railwright.plan.lossless.pools import budget_of
from railwright.plan.model import Plan, PortUse, QosClass, Role
from railwright.plan.qos import marking, roce_of, roce_path
from railwright.plan.shape import FabricShape


def _dscp(where: PortPlace) -> Derivation:
    plan, network = where.plan, where.link.network
    roce = roce_of(plan.intent, network)
    classes = plan.qos.get(network, ())
    if roce is None or where.link.kind == "access":
        raise ExplainError(f"{where.subject}: the {network} network has one class for all traffic")
    lossy = next(one.priority for one in classes if not one.lossless and not one.strict)
    lossless = [one for one in classes if one.lossless]
    if where.link.kind == "border":
        return Derivation(
            f"{where.subject} dscp",
            f"every lossless DSCP becomes traffic class {lossy}",
            "the port leads outside, so nothing that enters here is lossless, whatever it says",
            tuple(_other_classes(classes, roce, lossy)),
        )
    own = where.device.is_node
    return Derivation(
        f"{where.subject} dscp",
        "; ".join(
            f"{one.dscps[0]} -> traffic class {one.priority}, priority group {one.priority}, "
            f"queue {one.priority}, paused by priority {one.priority}"
            for one in lossless
        ),
        "the DSCP is never rewritten, and every switch of the network has the same maps; hops "
        "are those of the longest way from a NIC to a NIC" + (", which begins here" * own),
        (
            *(_nic(one, roce, roce_path(network)) for one in lossless),
            *_hops(plan, plan.fabrics[network], roce, lossless),
            *_other_classes(classes, roce, lossy),
        ),
    )


def _nic(one: QosClass, roce: Roce, at: str) -> Input:
    dscp = one.dscps[0]
    key = f"{at}.second.dscp" if one.name == SECOND_CLASS else f"{at}.data_dscp"
    byte = dscp << 2 | roce.ecn_codepoint
    return Input(
        f"NIC, class {one.name}",
        f"ToS byte {byte}: DSCP {dscp}, ECN {roce.ecn_codepoint}; priority {one.priority}",
        key,
    )


def _way(shape: FabricShape) -> tuple[Role, ...]:
    """Return the switches of the longest way between two hosts."""
    if not shape.spines:
        return ("leaf",)
    up: tuple[Role, ...] = ("leaf", "spine")
    return (*up, "superspine", *up[::-1]) if shape.core else (*up, "leaf")


def _hops(plan: Plan, shape: FabricShape, roce: Roce, lossless: list[QosClass]) -> Iterator[Input]:
    """Yield what each switch on the way does with every lossless class."""
    found: dict[Role, list[Kind]] = {}
    for kind in kinds.of_plan(plan):
        if kind.network == shape.network:
            found.setdefault(kind.role, []).append(kind)
    for hop, role in enumerate(_way(shape), start=1):
        alike = found.get(role, [])
        use: PortUse = "host" if hop == 1 else "fabric"
        mixes = [one for kind in alike for one in kind.mix]
        entered = [one for one in mixes if one.use == use] or mixes
        for one in lossless if entered else ():
            what = f"hop {hop}, {role}, class {one.name}"
            yield Input(what, _hop(plan, alike[0], entered, roce, one))


def _hop(plan: Plan, kind: Kind, mixes: list[Mix], roce: Roce, one: QosClass) -> str:
    """Return what a tier does with a class that enters by any of these ports."""
    platform = plan.platforms[kind.platform]
    shared = budget_of(kind, platform, roce).shared_bytes
    slope = marking(one.ecn, platform, shared) if one.ecn else None
    marked = f", marked from {slope.kmin_bytes} to {slope.kmax_bytes} bytes" if slope else ""
    speeds = "/".join(f"{speed}G" for speed in sorted({mix.key.speed_gbps for mix in mixes}))
    least, most = min(mix.xoff_bytes for mix in mixes), max(mix.xoff_bytes for mix in mixes)
    xoff = f"{least}" if least == most else f"{least} to {most}, by cable"
    return (
        f"in: {speeds}, group {one.priority} with xoff {xoff}, threshold "
        f"{mixes[0].threshold}; out: queue {one.priority}, weight {one.weight}{marked}"
    )


def _other_classes(classes: tuple[QosClass, ...], roce: Roce, lossy: int) -> Iterator[Input]:
    for one in classes:
        if one.lossless:
            continue
        served = "strict" if one.strict else f"weight {one.weight}"
        dscps = ", ".join(map(str, one.dscps)) if len(one.dscps) < 8 else "all other DSCPs"
        yield Input(
            f"class {one.name}",
            f"{dscps} -> traffic class {one.priority}, priority group {lossy}, queue "
            f"{one.priority}, {served}; never paused",
        )


SUBJECTS: Mapping[str, Callable[[PortPlace], Derivation]] = MappingProxyType({"dscp": _dscp})

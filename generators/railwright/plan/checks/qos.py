"""Traffic classes against the switches that have to carry them."""

from collections.abc import Iterable, Iterator

from railwright.catalog import loader as catalog
from railwright.errors import Problem
from railwright.intent.roce import Roce
from railwright.intent.roce_rules import DATA_CLASS, DEFAULT_CLASS, ONLY_DYNAMIC, ROUTING_DSCPS
from railwright.plan.headroom.engine import buffer_model
from railwright.plan.lossless.pools import shared_bytes
from railwright.plan.marking import marking_of
from railwright.plan.model import Device, Plan, QosClass
from railwright.plan.qos import roce_of, roce_path
from railwright.plan.shape import Network

UNMARKED = 0  # the DSCP of everything that nobody marks (RFC 2474, section 4.1)


def check_marking(plan: Plan) -> Iterator[Problem]:
    """Yield what switches cannot do of their traffic classes, and DSCPs that mix with others."""
    for network, classes in plan.qos.items():
        roce = roce_of(plan.intent, network)
        if roce is None:
            continue
        at = roce_path(network)
        switches = _kinds(plan, network)
        yield from _mixed_dscps(at, roce, classes)
        yield from _watchdog(at, roce)
        yield from _trimming(plan, at, roce, switches)
        yield from _pattern(plan, at, roce, network, switches)
        for one in classes:
            if one.lossless:
                yield from _thresholds(plan, _ecn_path(at, one), one, switches)


def _kinds(plan: Plan, network: Network) -> tuple[Device, ...]:
    """Return one switch of a network per role, platform and HWSKU."""
    kinds: dict[tuple[str, str, str | None], Device] = {}
    for device in plan.switches:
        if device.network == network:
            kinds.setdefault((device.role, device.platform, device.hwsku), device)
    return tuple(kinds.values())


def _names(switches: Iterable[Device]) -> str:
    """Return platforms with the roles they have: `sn4600 (leaf, spine)`."""
    roles: dict[str, list[str]] = {}
    for one in switches:
        roles.setdefault(one.platform, []).append(one.role)
    return " and ".join(f"{name} ({', '.join(each)})" for name, each in roles.items())


def _mixed_dscps(at: str, roce: Roce, classes: Iterable[QosClass]) -> Iterator[Problem]:
    """Yield warnings about DSCPs that traffic of another kind has too.

    Without DCQCN nobody sends CNPs, and routing has the strict priority for itself.
    """
    for one in classes:
        if one.lossless and UNMARKED in one.dscps:
            key = "data_dscp" if one.name == DATA_CLASS else "second.dscp"
            yield Problem(
                f"{at}.{key}",
                f"DSCP {UNMARKED} is that of all unmarked traffic, which would ride the lossless "
                f"priority {one.priority} and be paused with RDMA; give RDMA a DSCP of its own",
                "warning",
            )
        if one.name == DEFAULT_CLASS:
            yield from _best_effort(at, one)
    if roce.cnp_dscp in ROUTING_DSCPS and roce.dcqcn:
        yield Problem(
            f"{at}.cnp_dscp",
            f"CNPs share DSCP {roce.cnp_dscp} with routing protocols, so both ride strict "
            f"priority {roce.cnp_priority}",
            "warning",
        )


def _best_effort(at: str, default: QosClass) -> Iterator[Problem]:
    """Yield a warning where routing protocols wait and are dropped with everything else."""
    for dscp in ROUTING_DSCPS:
        if dscp in default.dscps:
            yield Problem(
                f"{at}.cnp_dscp",
                f"routing protocols (DSCP {dscp}) ride the default class, priority "
                f"{default.priority}, where congestion may end their sessions; leave cnp_dscp at "
                f"{dscp}, whose queue is strict, or give DSCP {dscp} a class of its own in "
                f"{at}.lossy",
                "warning",
            )


def _watchdog(at: str, roce: Roce) -> Iterator[Problem]:
    if roce.watchdog.action == "alert":
        yield Problem(
            f"{at}.watchdog.action",
            "alert only reports a queue that is paused for too long: nothing frees it, so one "
            "NIC that pauses for ever stops its senders for ever; drop or forward frees it",
            "warning",
        )


def _trimming(plan: Plan, at: str, roce: Roce, switches: Iterable[Device]) -> Iterator[Problem]:
    unable = [one for one in switches if not plan.platforms[one.platform].features.packet_trimming]
    if roce.trimming is None or not unable:
        return
    able = (name for name in catalog.switch_names() if _trims(name))
    yield Problem(
        f"{at}.trimming",
        f"{_names(unable)} cannot trim packets; remove trimming or choose platforms that can: "
        f"{', '.join(able)}",
    )


def _trims(name: str) -> bool:
    return catalog.switch(name).features.packet_trimming


def _pattern(
    plan: Plan, at: str, roce: Roce, network: Network, switches: tuple[Device, ...]
) -> Iterator[Problem]:
    """Yield settings of computed headroom that mean nothing, or that no packet can have."""
    given = [key for key in ONLY_DYNAMIC if key in roce.headroom.model_fields_set]
    computes = any(
        buffer_model(plan.platforms[one.platform], roce) == "dynamic" for one in switches
    )
    for key in given:
        if not computes:
            yield Problem(
                f"{at}.headroom.{key}",
                f"is for switches that compute headroom, which {_names(switches)} do not: they "
                f"take it from a table; remove {key}",
            )
    mtu_bytes = plan.built[network].mtu_bytes
    if computes and roce.headroom.pattern_mtu_bytes > mtu_bytes:
        yield Problem(
            f"{at}.headroom.pattern_mtu_bytes",
            f"lossless packets of {roce.headroom.pattern_mtu_bytes} bytes are above the MTU of "
            f"the ports (networks.{network}.mtu_bytes, {mtu_bytes}); lower it",
        )


def _ecn_path(at: str, one: QosClass) -> str:
    return f"{at}.ecn" if one.name == DATA_CLASS else f"{at}.second.ecn"


def _thresholds(
    plan: Plan, at: str, one: QosClass, switches: Iterable[Device]
) -> Iterator[Problem]:
    """Yield why some switches would not mark a lossless class, and what has to be given."""
    unable = [device for device in switches if marking_of(plan, device, one) is None]
    if one.ecn is None or not unable:
        return
    names = _names(unable)
    if one.ecn.kmin_percent is not None and any(
        shared_bytes(plan, each) is None for each in unable
    ):
        yield Problem(
            f"{at}.kmin_percent",
            f"is a share of the shared lossless buffer, whose size on {names} is unknown; give "
            "kmin_bytes and kmax_bytes",
        )
    elif one.ecn.kmin_bytes is None and one.ecn.kmin_percent is None:
        yield Problem(
            at,
            f"{names}: no marking thresholds are known; give kmin_bytes, kmax_bytes and "
            "max_probability_percent",
        )
    else:
        yield Problem(at, f"{names}: no marking probability is known; give max_probability_percent")

"""Traffic classes: lossless ones, the strict CNP class, lossy ones and everything else."""

from collections.abc import Iterator
from dataclasses import dataclass

from railwright.catalog.model import SwitchPlatform
from railwright.intent.model import Intent
from railwright.intent.roce import Ecn, Roce
from railwright.intent.roce_rules import (
    CNP_CLASS,
    DATA_CLASS,
    DEFAULT_CLASS,
    PRIORITIES,
    SECOND_CLASS,
)
from railwright.plan.model import QosClass
from railwright.plan.shape import Network

DSCPS = 64


def roce_path(network: Network) -> str:
    """Return where the intent says a network's traffic classes."""
    return "roce" if network == "compute" else f"networks.{network}.roce"


def roce_of(intent: Intent, network: Network) -> Roce | None:
    """Return the traffic classes' settings of a network, None for one that carries no RDMA."""
    if network == "compute":
        return intent.roce
    storage = intent.networks.storage
    return storage.roce if network == "storage" and storage else None


def of_networks(intent: Intent) -> dict[Network, tuple[QosClass, ...]]:
    """Return the classes of every network that carries RDMA."""
    networks: tuple[Network, ...] = ("compute", "storage")
    settings = {network: roce_of(intent, network) for network in networks}
    return {network: classes(roce) for network, roce in settings.items() if roce}


def classes(roce: Roce) -> tuple[QosClass, ...]:
    """Return the classes in priority order; together they take every DSCP exactly once."""
    named = (*_lossless(roce), _cnp(roce), *_lossy(roce))
    taken = {dscp for one in named for dscp in one.dscps}
    used = {one.priority for one in named}
    rest = QosClass(
        DEFAULT_CLASS,
        next(priority for priority in PRIORITIES if priority not in used),
        tuple(dscp for dscp in range(DSCPS) if dscp not in taken),
        lossless=False,
        strict=False,
        weight=roce.lossy_weight,
    )
    return tuple(sorted((rest, *named), key=lambda one: one.priority))


def _lossless(roce: Roce) -> Iterator[QosClass]:
    settings = [(DATA_CLASS, roce.priority, roce.data_dscp, roce.lossless_weight, roce.ecn)]
    if (second := roce.second) is not None:
        settings.append((SECOND_CLASS, second.priority, second.dscp, second.weight, second.ecn))
    for name, priority, dscp, weight, ecn in settings:
        yield QosClass(name, priority, (dscp,), lossless=True, strict=False, weight=weight, ecn=ecn)


def _cnp(roce: Roce) -> QosClass:
    return QosClass(
        CNP_CLASS, roce.cnp_priority, (roce.cnp_dscp,), lossless=False, strict=True, weight=None
    )


def _lossy(roce: Roce) -> Iterator[QosClass]:
    """Yield the intent's lossy classes; one takes trimmed packets, so that all switches agree."""
    for one in roce.lossy:
        dscps = set(one.dscps)
        if roce.trimming and roce.trimming.priority == one.priority:
            dscps.add(roce.trimming.dscp)
        yield QosClass(
            one.name,
            one.priority,
            tuple(sorted(dscps)),
            lossless=False,
            strict=False,
            weight=one.weight,
        )


@dataclass(frozen=True, slots=True)
class Marking:
    """The marking slope of a queue in bytes, and where it comes from."""

    kmin_bytes: int
    kmax_bytes: int
    max_probability_percent: int
    source: str


def marking(ecn: Ecn, platform: SwitchPlatform, shared_bytes: int | None) -> Marking | None:
    """Return a class's marking slope on a platform: the intent's, else the platform's own.

    `shared_bytes` is the shared lossless buffer that percentages are of. None: the intent gives no
    thresholds and the platform ships none, or percentages of a buffer of unknown size.
    """
    wred = platform.wred
    percent = ecn.max_probability_percent or (wred.max_probability_percent if wred else None)
    if percent is None:
        return None
    if ecn.kmin_bytes is not None and ecn.kmax_bytes is not None:
        return Marking(ecn.kmin_bytes, ecn.kmax_bytes, percent, "intent")
    if ecn.kmin_percent is not None and ecn.kmax_percent is not None:
        if shared_bytes is None:
            return None
        kmin, kmax = (
            int(shared_bytes * share / 100) for share in (ecn.kmin_percent, ecn.kmax_percent)
        )
        source = f"intent: {ecn.kmin_percent:g} % and {ecn.kmax_percent:g} % of {shared_bytes}"
        return Marking(kmin, kmax, percent, source)
    if wred is None:
        return None
    return Marking(wred.kmin_bytes, wred.kmax_bytes, percent, wred.source)


def tos(roce: Roce, dscp: int | None = None) -> int:
    """Return the ToS byte of a lossless class's packets: the DSCP, then the ECN codepoint.

    Without a DSCP that of RDMA data.
    """
    return (roce.data_dscp if dscp is None else dscp) << 2 | roce.ecn_codepoint

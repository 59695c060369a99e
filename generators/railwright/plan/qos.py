"""Traffic classes: the lossless data class, the strict CNP class and everything else."""

from railwright.intent.model import Intent
from railwright.intent.roce import Roce
from railwright.plan.model import QosClass
from railwright.plan.shape import Network

DSCPS = 64
DEFAULT_PRIORITY = 0


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
    taken = {roce.data_dscp, roce.cnp_dscp}
    rest = tuple(dscp for dscp in range(DSCPS) if dscp not in taken)
    found = (
        QosClass(
            "default", _lossy(roce), rest, lossless=False, strict=False, weight=roce.lossy_weight
        ),
        QosClass(
            "rdma",
            roce.priority,
            (roce.data_dscp,),
            lossless=True,
            strict=False,
            weight=roce.lossless_weight,
        ),
        QosClass(
            "cnp", roce.cnp_priority, (roce.cnp_dscp,), lossless=False, strict=True, weight=None
        ),
    )
    return tuple(sorted(found, key=lambda one: one.priority))


def _lossy(roce: Roce) -> int:
    """Return the lowest priority neither RDMA nor CNP uses: 0 unless one of them took it."""
    return next(
        priority
        for priority in range(DEFAULT_PRIORITY, 8)
        if priority not in (roce.priority, roce.cnp_priority)
    )


def tos(roce: Roce) -> int:
    """Return the ToS byte nodes send RDMA data with: the DSCP, then the ECN codepoint."""
    return roce.data_dscp << 2 | roce.ecn_codepoint

"""Traffic classes: the lossless data class, the strict CNP class and everything else."""

from railwright.intent.model import Roce
from railwright.plan.model import QosClass

DSCPS = 64
DEFAULT_PRIORITY = 0


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

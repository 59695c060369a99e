"""Traffic classes that traffic nobody marked would fall into."""

from collections.abc import Iterator

from railwright.errors import Problem
from railwright.plan.model import Plan
from railwright.plan.qos import roce_of

UNMARKED = 0  # the DSCP of everything that nobody marks (RFC 2474, section 4.1)


def check_marking(plan: Plan) -> Iterator[Problem]:
    """Yield a warning per network whose lossless class takes unmarked traffic."""
    for network in plan.qos:
        roce = roce_of(plan.intent, network)
        if roce and roce.data_dscp == UNMARKED:
            at = "roce" if network == "compute" else f"networks.{network}.roce"
            yield Problem(
                f"{at}.data_dscp",
                f"DSCP {UNMARKED} is that of all unmarked traffic, which would ride the lossless "
                f"priority {roce.priority} and be paused with RDMA; give RDMA a DSCP of its own",
                "warning",
            )

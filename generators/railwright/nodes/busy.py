"""Who uses a node's GPUs and RDMA devices, where a run would take them away."""

from collections.abc import Collection, Iterator

from railwright.nodes import restart, steps
from railwright.nodes.model import Observed, Trouble, Wanted

DISRUPTIVE = (
    "ofed",
    "nic_firmware",
    "nvidia_driver",
    "fabricmanager",
    "gpudirect",
    "nic_names",
    "host_network",
    "container_toolkit",
)
"""Roles that restart, rename or replace what a job has in use; the others leave it alone. Docker's
containers outlive its restart only from the second one on (`live-restore`)."""
RESTART = "restart"
"""Tag of the restart, beside the roles'."""
FEW = 3
"""How many processes are named; a job has one for every GPU."""


def troubles(
    wanted: Wanted, observed: Observed, parts: Collection[str] = (*DISRUPTIVE, RESTART)
) -> tuple[Trouble, ...]:
    """Return that somebody works on the node, if the run would disturb that; nothing otherwise.

    `observed` is of the whole node, `parts` are the roles that run, and `restart`.
    """
    jobs = observed["busy"]
    disturbs = [*_disturbances(wanted, observed, parts)] if jobs else []
    if not disturbs:
        return ()
    named = [
        f"{one['name']} (process {one['pid']} of {one['user']}, {one['device']})"
        for one in jobs[:FEW]
    ]
    if len(jobs) > FEW:
        named.append(f"{len(jobs) - FEW} more")
    return (
        Trouble(
            f"GPUs or RDMA devices are in use by {', '.join(named)}, and this run would "
            f"{' and '.join(disturbs)}",
            "drain the node in its scheduler and wait for them to end, or disturb them with "
            "-e railwright_disturb_jobs=true",
        ),
    )


def _disturbances(wanted: Wanted, observed: Observed, parts: Collection[str]) -> Iterator[str]:
    """Yield what a run does that a job does not survive."""
    run = [role for role in DISRUPTIVE if role in parts]
    if roles := [role for role in run if steps.work(wanted, role, observed)]:
        yield f"change {', '.join(roles)}"
    forbidden = wanted.stack is not None and wanted.stack.choices.reboot == "never"
    if RESTART not in parts or forbidden:
        return
    if reasons := restart.predicted(wanted, observed):
        yield f"restart it ({'; '.join(map(str, reasons))})"

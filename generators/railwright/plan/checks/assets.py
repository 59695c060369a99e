"""The assets file against the plan: rows of devices and ports that do not exist."""

from collections.abc import Iterator

from railwright.errors import Problem
from railwright.naming import OOB_LEG
from railwright.plan.checks.clashes import reserved_hosts
from railwright.plan.model import Plan


def check_assets(plan: Plan) -> Iterator[Problem]:
    """Yield a problem for every row about something unknown, placed in the file.

    A host may be reserved only: boxes are scanned when they arrive.
    """
    assets = plan.intent.assets
    if assets is None:
        return
    reserved = frozenset(reserved_hosts(plan.intent.nodes))
    for row in assets.rows:
        device = plan.device.get(row.device)
        if device is None and row.device not in reserved:
            what = f"{row.device!r} is no device of the plan; `railwright show devices` lists them"
            yield Problem("device", what, file=assets.file, line=row.line)
        if device is None:
            continue
        ports = {"eth0": True, "bmc": device.bmc is not None, OOB_LEG: device.oob is not None}
        for port in row.macs:
            if not ports[port]:
                has = ", ".join(name for name, there in ports.items() if there)
                what = f"{device.name} has no port {port}, only {has}; leave the cell empty"
                yield Problem(f"{port}_mac", what, file=assets.file, line=row.line)

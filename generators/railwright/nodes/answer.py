"""What a run answers about a node: what changed, what failed and what to do about it, in words."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from railwright.nodes import attempt
from railwright.nodes.model import Difference, Observed, RestartReason

Values = dict[str, Any]

FACT = "railwright_observed"
STALE: Values = {FACT: {}}
"""The fact after anything was changed: what was seen before holds no more."""
IN_VAIN = (
    "and it is as before; mend it (journalctl -b, the console), or remove "
    f"{attempt.FOLDER} on the node to have it restarted again"
)
RESET = (
    "parameters that only a reset loads: end what uses these NICs (mounts, modules), then run "
    "/usr/local/lib/railwright/nic_firmware.py reset on the node"
)
COLD = "cut its power and put it back (BMC: chassis power cycle), then run this again"


def converged(
    found: Collection[Difference], paths: Collection[str] = (), *, changed: bool = False
) -> Values:
    """Return what a role changed, for its handlers."""
    return {
        "changed": changed,
        "differences": [str(one) for one in found],
        "paths": sorted(paths),
        "packages": sorted({one.name for one in found if one.kind == "package"}),
        "units": sorted({one.name for one in found if one.kind == "unit"}),
    }


def failed(head: str, found: Iterable[object], *, changed: bool = False) -> Values:
    """Return a failure: what failed, and a line for each reason."""
    lines = "\n".join([head, *(f"- {one}" for one in found)])
    return {"failed": True, "changed": changed, "msg": lines, "ansible_facts": STALE}


def prediction(found: Collection[RestartReason], observed: Observed) -> str:
    """Return in one line whether the node will restart, and why."""
    if not found:
        return "no restart is needed"
    reasons = "; ".join(str(one) for one in found)
    if attempt.in_vain(found, observed):
        return f"restarted for this already, {IN_VAIN}: {reasons}"
    return f"{'will' if any(one.sure for one in found) else 'may'} restart: {reasons}"


def advice(left: Iterable[RestartReason], reset: str) -> Iterator[str]:
    """Yield what to do about firmware that has not loaded its parameters."""
    yield from (f"the reset before it failed: {line}" for line in reset.splitlines() if line)
    if any(one.about == "firmware" for one in left):
        yield f"for firmware that a restart does not load, {COLD}"


def warnings(observed: Observed) -> Iterator[str]:
    """Yield what check programs have to say besides their differences."""
    for one in observed["checks"].values():
        yield from (one["out"] or {}).get("warnings", ())

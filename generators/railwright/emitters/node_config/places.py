"""Where nodes get software from: the makers, or the mirror of the first management server."""

from railwright.catalog.stack_model import Artefact
from railwright.plan.model import Plan
from railwright.plan.stack import mirror_of, stack_of


def mirror_url(plan: Plan) -> str | None:
    """Return the mirror's root without a slash at its end, None where there is no mirror."""
    server, stack = mirror_of(plan), stack_of(plan)
    if server is None or stack is None:
        return None
    return f"http://{server.management.address}:{stack.choices.mirror_port}"


def artefact_url(plan: Plan, wanted: Artefact) -> str:
    """Return where a node gets an artefact from."""
    root = mirror_url(plan)
    name = wanted.url.rpartition("/")[2]
    return wanted.url if root is None else f"{root}/artefacts/{name}"

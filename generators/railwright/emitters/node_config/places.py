"""Where nodes get software from: the makers, or the mirror of the first management server."""

from railwright.catalog.stack_model import Artefact
from railwright.plan.model import Plan
from railwright.plan.stack import NodeStack, mirror_of, stack_of


def mirror_url(plan: Plan) -> str | None:
    """Return the mirror's root without a slash at its end, None where there is no mirror."""
    server, stack = mirror_of(plan), stack_of(plan)
    if server is None or stack is None:
        return None
    return f"http://{server.management.address}:{stack.choices.mirror_port}"


def index_name(stack: NodeStack) -> str:
    """Return the folder of the mirror that has the packages of a release.

    It names the release, so that nodes of two releases can be served side by side.
    """
    return f"{stack.choices.os}-{stack.release.name}"


def index_url(plan: Plan) -> str | None:
    """Return where the mirror has the packages of nodes, None where there is no mirror."""
    root, stack = mirror_url(plan), stack_of(plan)
    return None if root is None or stack is None else f"{root}/{index_name(stack)}/"


def artefact_name(wanted: Artefact) -> str:
    """Return the file name of an artefact, on its maker's server and on the mirror."""
    return wanted.url.rpartition("/")[2]


def artefact_url(plan: Plan, wanted: Artefact) -> str:
    """Return where a node gets an artefact from."""
    root = mirror_url(plan)
    return wanted.url if root is None else f"{root}/artefacts/{artefact_name(wanted)}"

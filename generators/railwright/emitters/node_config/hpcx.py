"""HPC-X: an archive below /opt, a link to the version in use, and its modulefiles."""

from railwright.emitters.node_config.networkd import file
from railwright.emitters.node_config.places import artefact_url
from railwright.emitters.node_config.software import on_gpu_node, packages
from railwright.emitters.node_config.state import Archive, Link, RoleState
from railwright.plan.model import Device, Plan

NAME = "hpcx"
OPT = "/opt"
CURRENT = f"{OPT}/hpcx"

# Behind the folders of the modules system itself, whose own file sorts before this one.
PROFILE = f"""\
MODULEPATH="${{MODULEPATH:+$MODULEPATH:}}{CURRENT}/modulefiles"
export MODULEPATH
"""


def state(plan: Plan, device: Device) -> RoleState | None:
    """Return HPC-X of a GPU node, None where the release has none."""
    stack = on_gpu_node(plan, device)
    if stack is None or NAME not in stack.system.artefacts:
        return None
    wanted = stack.system.artefacts[NAME]
    url = artefact_url(plan, wanted)
    folder = f"{OPT}/{wanted.folder}"
    return RoleState(
        files=(file("etc/profile.d/railwright-hpcx.sh", PROFILE),),
        packages=packages(stack, "hpcx"),
        archives=(Archive(url.rpartition("/")[2], url, wanted.sha256, folder),),
        links=(Link(CURRENT, folder),),
    )

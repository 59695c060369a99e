"""What to look at on a node, for all of its roles or for some."""

from collections.abc import Collection
from typing import Any

from railwright.emitters.node_config.state import RoleState
from railwright.nodes.compare import marker
from railwright.nodes.model import Wanted


def request(wanted: Wanted, roles: Collection[str] | None = None) -> dict[str, Any]:
    """Return the request of `railwright_observe`; all of the node without `roles`."""
    states = {role: state for role, state in wanted.roles.items() if roles is None or role in roles}
    every = list(states.values())
    stack = wanted.stack
    files = {f"/{file.path}" for state in every for file in state.files}
    archives = [one for state in every for one in state.archives]
    modules = set(wanted.modules)  # of all roles: what one of them does may wait for another's
    for state in wanted.roles.values():
        modules |= {name for unit in state.units for name in unit.needs}
    return {
        "files": sorted(files | {f"/{marker(one).path}" for one in archives}),
        "packages": sorted(
            {name for state in every for name in (*_names(state), *state.absent)}.union(
                stack.system.kernel.packages if stack else ()
            )
        ),
        "units": sorted({unit.name for state in every for unit in state.units}),
        "links": sorted({link.path for state in every for link in state.links}),
        "folders": sorted({one.folder for one in archives}),
        "modules": sorted(modules),
        "owners": sorted(states),
        "checks": [
            {"name": check.name, "argv": list(check.argv)}
            for state in every
            for check in state.checks
        ],
        "kernel": stack.system.kernel.release if stack else "",
        "pci": stack is not None,
        "dkms": stack is not None and bool(stack.system.dkms),
    }


def _names(state: RoleState) -> tuple[str, ...]:
    return tuple(one.name for one in state.packages)

"""What to look at on a node, for all of its roles or for some."""

from collections.abc import Collection
from typing import Any

from railwright.emitters.node_config import ROLES
from railwright.emitters.node_config.state import RoleState
from railwright.nodes.compare import marker
from railwright.nodes.model import Wanted


def request(wanted: Wanted, roles: Collection[str] | None = None) -> dict[str, Any]:
    """Return the request of `railwright_observe`; all of the node without `roles`.

    Whose files are remembered is asked of every role: one that has nothing to do here any more
    may have left some. Accounts and who uses the devices is only asked of the whole node.
    """
    states = {role: state for role, state in wanted.roles.items() if roles is None or role in roles}
    every = list(states.values())
    stack = wanted.stack
    files = {f"/{file.path}" for state in every for file in state.files}
    archives = [one for state in every for one in state.archives]
    modules = set(wanted.modules)  # of all roles: what one of them does may wait for another's
    for state in wanted.roles.values():
        modules |= {name for unit in state.units for name in unit.needs}
    people = stack.choices.users if stack and roles is None else ()
    return {
        "files": sorted(files | {f"/{marker(one).path}" for one in archives}),
        "packages": _packages(wanted, every),
        "units": sorted({unit.name for state in every for unit in state.units}),
        "links": sorted({link.path for state in every for link in state.links}),
        "folders": sorted({one.folder for one in archives}),
        "modules": sorted(modules),
        "owners": sorted(role for role in ROLES if roles is None or role in roles),
        "users": {one.name: one.uid for one in people},
        "checks": [
            {"name": check.name, "argv": list(check.argv)}
            for state in every
            for check in state.checks
        ],
        "kernel": stack.system.kernel.release if stack else "",
        "pci": stack is not None,
        "dkms": stack is not None and bool(stack.system.dkms),
        "busy": roles is None,
    }


def _packages(wanted: Wanted, states: Collection[RoleState]) -> dict[str, str | None]:
    """Return the versions of packages by name, None for any; with those of the kernel always."""
    kernel = wanted.stack.system.kernel.packages if wanted.stack else {}
    found: dict[str, str | None] = {name: None for state in states for name in state.absent}
    found |= kernel
    for state in states:
        for package in state.packages:
            found[package.name] = package.version or found.get(package.name)
    return dict(sorted(found.items()))

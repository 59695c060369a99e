"""The plan's devices as a Nornir inventory in memory, and which of them a run is about."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from nornir.core import Nornir
from nornir.core.configuration import Config
from nornir.core.inventory import Defaults, Group, Groups, Host, Hosts, Inventory, ParentGroups

from railwright.device.runner import InterruptibleRunner
from railwright.errors import RailwrightError
from railwright.plan.groups import groups
from railwright.plan.model import Device, Plan

WORKERS = 32
"""Threads of a run; they only wait for devices (32 logins at once cost two cores about 1.5 s)."""

_SHOWN_GROUPS = 20


class SelectionError(RailwrightError):
    """A limit that names nothing in the plan, or leaves nothing."""


def reachable(plan: Plan) -> tuple[Device, ...]:
    """Return the devices that are logged in to, in plan order: switches and servers, no PDUs."""
    return tuple(device for device in plan.devices if device.is_switch or device.is_node)


def select(
    plan: Plan, limit: str | None = None, only: Iterable[str] | None = None
) -> tuple[tuple[Device, ...], tuple[str, ...]]:
    """Return the devices a run is about, in plan order, and the names skipped.

    `limit` is a comma list of names, groups (`leaf`, `su1`, `rail0`, `host` ...) and globs; a part
    that starts with `!` excludes. `only` holds the hosts that exist here; what the limit asks for
    beyond it is skipped. Raises: SelectionError for a part that matches no device of the plan.
    """
    wanted = _limited(plan, limit)
    if only is None:
        return wanted, ()
    present = frozenset(only)
    kept = tuple(device for device in wanted if device.name in present)
    return kept, tuple(device.name for device in wanted if device.name not in present)


def nornir(
    plan: Plan, devices: Iterable[Device], runner: InterruptibleRunner | None = None
) -> Nornir:
    """Return a Nornir over these devices; a host's `device` data is the planned device."""
    hosts = Hosts()
    all_groups = Groups()
    for device in devices:
        names = groups(device)
        for name in names:
            all_groups.setdefault(name, Group(name=name))
        hosts[device.name] = Host(
            name=device.name,
            hostname=device.management.address,
            username=login_user(plan, device),
            port=22,
            groups=ParentGroups([all_groups[name] for name in names]),
            data={"device": device},
        )
    inventory = Inventory(hosts=hosts, groups=all_groups, defaults=Defaults())
    return Nornir(
        inventory=inventory, runner=runner or InterruptibleRunner(WORKERS), config=Config()
    )


def login_user(plan: Plan, device: Device) -> str:
    """Return the user to log in as on this device."""
    access = plan.intent.access
    return access.switch_user if device.is_switch else access.node_user


def _limited(plan: Plan, limit: str | None) -> tuple[Device, ...]:
    parts = [part.strip() for part in (limit or "").split(",") if part.strip()]
    asked = [part for part in parts if not part.startswith("!")]
    excluded = [part[1:] for part in parts if part.startswith("!")]
    wanted = set(_matches(plan, asked)) if asked else {one.name for one in reachable(plan)}
    wanted -= set(_matches(plan, excluded))
    if not wanted:
        raise SelectionError(f"--limit {limit!r} leaves no device; widen it")
    return tuple(device for device in reachable(plan) if device.name in wanted)


def _matches(plan: Plan, parts: Iterable[str]) -> Iterator[str]:
    for part in parts:
        found = [
            device.name
            for device in reachable(plan)
            if fnmatchcase(device.name, part) or part in groups(device)
        ]
        if not found:
            names = sorted({name for device in reachable(plan) for name in groups(device)})
            shown = ", ".join(names[:_SHOWN_GROUPS]) + (", ..." if names[_SHOWN_GROUPS:] else "")
            raise SelectionError(
                f"--limit: no device or group is called {part!r}; give device names, globs such "
                f"as 'su1-*', or groups: {shown}"
            )
        yield from found

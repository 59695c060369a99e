"""A site's own wishes for its nodes: mounts, accounts and arguments of the kernel."""

from collections.abc import Iterator, Sequence
from itertools import chain

from railwright.errors import Problem
from railwright.intent.stack import NfsMount, NvmeNamespace, Stack
from railwright.plan.model import Plan

SYSTEM_FOLDERS = frozenset(
    {"bin", "boot", "dev", "etc", "lib", "lib32", "lib64", "proc", "root", "run", "sbin", "sys"}
    | {"tmp", "usr", "var"}
)
"""A mount on one of these, or below, hides what the system needs (Filesystem Hierarchy Standard);
a folder of its own below /var/lib or /var/tmp is in nobody's way."""
OWN_FOLDERS = ("/var/lib/", "/var/tmp/", "/run/media/")  # noqa: S108 (names, nothing is written)
SYSTEM_USERS = frozenset({"root", "nobody"})
OURS = {
    "amd_iommu": "stack.host decides about the IOMMU",
    "intel_iommu": "stack.host decides about the IOMMU",
    "iommu": "stack.host decides about the IOMMU",
    "numa_balancing": "it is off on GPU nodes",
    "default_hugepagesz": "set stack.tuning.hugepages_1gib",
    "hugepages": "set stack.tuning.hugepages_1gib",
    "hugepagesz": "set stack.tuning.hugepages_1gib",
    "processor.max_cstate": "set stack.tuning.max_cstate",
    "intel_idle.max_cstate": "set stack.tuning.max_cstate",
}
"""Arguments of the kernel that follow from other keys, and from which."""


def check_site(plan: Plan, choices: Stack) -> Iterator[Problem]:
    """Yield what is asked for twice, does not exist or is decided elsewhere."""
    yield from _mounts(plan, choices)
    yield from _users(plan, choices)
    yield from _arguments(choices)
    yield from _twice("stack.containers", choices.containers, "this container engine")


def _mounts(plan: Plan, choices: Stack) -> Iterator[Problem]:
    nfs = [(f"stack.nfs[{number}]", one) for number, one in enumerate(choices.nfs)]
    nvme = [(f"stack.nvme[{number}]", one) for number, one in enumerate(choices.nvme)]
    first: dict[str, str] = {}
    for place, mount in chain[tuple[str, NfsMount | NvmeNamespace]](nfs, nvme):
        if mount.path in first:
            what = f"{mount.path} is mounted twice, first by {first[mount.path]}; choose another"
            yield Problem(f"{place}.path", what)
        first.setdefault(mount.path, place)
        yield from _hidden(place, mount.path)
        yield from _server(plan, place, mount)
    seen: dict[tuple[str, str], str] = {}
    for place, one in nvme:
        key = (one.server, one.nqn)
        if key in seen:
            what = f"{seen[key]} mounts this subsystem of {one.server} already; leave one of them"
            yield Problem(f"{place}.nqn", what)
        seen.setdefault(key, place)


def _hidden(place: str, path: str) -> Iterator[Problem]:
    folder = path.split("/")[1]
    if folder in SYSTEM_FOLDERS and not path.startswith(OWN_FOLDERS):
        yield Problem(
            f"{place}.path",
            f"{path} is in /{folder}, which the operating system needs for itself; mount it at a "
            "folder of its own, such as /data",
        )


def _server(plan: Plan, place: str, mount: NfsMount | NvmeNamespace) -> Iterator[Problem]:
    """Yield why a mount's server cannot serve it over the storage network."""
    server = plan.device.get(mount.server)
    servers = [one.name for one in plan.nodes if one.role == "storage_node"]
    if server is None or server.role != "storage_node":
        has = f"{servers[0]} to {servers[-1]}" if servers else "none: add nodes.storage"
        why = "no device of the plan" if server is None else f"a {server.role.replace('_', ' ')}"
        yield Problem(
            f"{place}.server",
            f"{mount.server} is {why}, mounts come from storage servers; the plan has {has}",
        )
        return
    if plan.intent.networks.storage is None:
        yield Problem(
            f"{place}.server",
            f"{mount.server} and the GPU nodes have no storage network in common; plan "
            "networks.storage",
        )
        return
    over_rdma = isinstance(mount, NvmeNamespace) or mount.rdma
    if over_rdma and "storage" not in plan.qos:
        instead = "set rdma to false" if isinstance(mount, NfsMount) else "use NFS over TCP"
        yield Problem(
            f"{place}.rdma" if isinstance(mount, NfsMount) else f"{place}.server",
            "RDMA on a storage network without lossless classes loses packets under load and goes "
            f"slowly; add networks.storage.roce, or {instead}",
            "warning",
        )


def _users(plan: Plan, choices: Stack) -> Iterator[Problem]:
    taken = {plan.intent.access.node_user, *SYSTEM_USERS}
    names: dict[str, int] = {}
    uids: dict[int, str] = {}
    for number, one in enumerate(choices.users):
        place = f"stack.users[{number}]"
        if one.name in taken:
            what = f"{one.name} is the system's or the controller's own account; choose another"
            yield Problem(f"{place}.name", what)
        if one.name in names:
            what = f"{one.name} is already stack.users[{names[one.name]}]; leave one of them"
            yield Problem(f"{place}.name", what)
        if one.uid in uids:
            what = f"{one.uid} is the number of {uids[one.uid]}; choose another"
            yield Problem(f"{place}.uid", what)
        names.setdefault(one.name, number)
        uids.setdefault(one.uid, one.name)


def _arguments(choices: Stack) -> Iterator[Problem]:
    arguments = choices.tuning.kernel_arguments
    for number, one in enumerate(arguments):
        name = one.partition("=")[0]
        if name in OURS:
            yield Problem(
                f"stack.tuning.kernel_arguments[{number}]",
                f"{name} is not for the intent to set here: {OURS[name]}; leave it out",
            )
    yield from _twice("stack.tuning.kernel_arguments", arguments, "this argument")


def _twice(path: str, given: Sequence[str], what: str) -> Iterator[Problem]:
    for number, one in enumerate(given):
        if one in given[:number]:
            yield Problem(f"{path}[{number}]", f"{one}: {what} is named twice; leave one out")

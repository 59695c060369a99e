"""A site's own wishes for its nodes: mounts, accounts and arguments of the kernel."""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
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
TAKEN_FOLDERS = {
    "/opt": frozenset({"hpcx*", "mellanox", "nvidia"}),
    "/var/lib": frozenset({"apt", "dkms", "dpkg", "rpm", "systemd"})
    | frozenset({"containerd", "docker", "containers", "railwright*"}),
}
"""Folders of packages and of what manages them, below others where mounts are in nobody's way:
HPC-X, DOCA and MLNX_OFED (`/opt/mellanox`), CUDA's tools (`/opt/nvidia`), container engines."""
SYSTEM_USERS = frozenset(
    {"root", "daemon", "bin", "sys", "sync", "games", "man", "lp", "mail", "news", "uucp", "proxy"}
    | {"www-data", "backup", "list", "irc", "nobody", "adm", "shutdown", "halt", "operator", "ftp"}
    | {"dbus", "messagebus", "polkitd", "sshd", "chrony", "tss", "rpc", "rpcuser", "statd"}
    | {"nginx", "prometheus", "tuned", "dcgm", "nvidia-dcgm", "nvidia-persistenced"}
)
"""Accounts of the systems and of what the releases install (Debian base-passwd, Red Hat setup,
the packages' own scripts); all of systemd's begin with its name, others of Debian with `_`."""
SYSTEM_PREFIXES = ("systemd-", "_")
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
    why = ""
    if folder in SYSTEM_FOLDERS and not path.startswith(OWN_FOLDERS):
        why = f"is in /{folder}, which the operating system needs for itself"
    elif taken := _taken(path):
        why = f"hides software of the nodes in {taken}"
    if why:
        instead = "mount it at a folder of its own, such as /data"
        yield Problem(f"{place}.path", f"{path} {why}; {instead}")


def _taken(path: str) -> str:
    """Return the folder of the nodes' software that a path is or is in, empty if none."""
    for above, names in TAKEN_FOLDERS.items():
        if path == above:
            return above
        name = path.removeprefix(f"{above}/").split("/")[0]
        if path.startswith(f"{above}/") and any(fnmatchcase(name, one) for one in names):
            return f"{above}/{name}"
    return ""


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
        if one.name in taken or one.name.startswith(SYSTEM_PREFIXES):
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

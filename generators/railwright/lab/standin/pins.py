"""Which package comes from which repository, over all releases of the catalog."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from railwright.catalog import loader
from railwright.catalog.stack_model import Group, Repository, StackRelease, System, SystemStack
from railwright.plan.stack import of_choice

_MAKERS: dict[str, str] = {
    "ofed.doca": "linux.mellanox.com",
    "ofed.mlnx": "linux.mellanox.com",
    "nic_firmware.ofed": "linux.mellanox.com",
    "nic_firmware.mlnx": "linux.mellanox.com",
    "nvidia_driver": "developer.download.nvidia.com",
    "fabricmanager": "developer.download.nvidia.com",
    "gpudirect": "developer.download.nvidia.com",
    "nccl": "developer.download.nvidia.com",
    "dcgm": "developer.download.nvidia.com",
    "exporters": "developer.download.nvidia.com",
    "container_toolkit": "nvidia.github.io",
}
"""Who publishes the pinned packages of a group, where no repository claims them by name."""


@dataclass(frozen=True, slots=True)
class Pin:
    """A package of a release; `version` is None where the repository's own is taken."""

    repository: str
    package: str
    version: str | None
    group: Group | None
    system: SystemStack


def releases(system: System) -> list[StackRelease]:
    """Return the releases that are for an operating system, by name."""
    found = (loader.stack(name) for name in sorted(loader.stack_names()))
    return [one for one in found if system in one.systems]


def place(repository: Repository) -> tuple[str, str, tuple[str, ...]]:
    """Return what makes two repositories the same: URL, suite, components."""
    return repository.url, repository.suite, repository.components


def pins(system: SystemStack) -> Iterator[Pin]:
    """Yield every package of a release with the name of the repository that has it."""
    own = own_repository(system)
    for package, pinned in sorted(system.kernel.packages.items()):
        yield Pin(claimed(system.repositories, package) or own, package, pinned, None, system)
    for group, packages in sorted(system.packages.items()):
        chosen = _chosen(system, group)
        for package, version in sorted(packages.items()):
            asked = chosen.repositories
            maker = own if version is None else by_maker(asked, _MAKERS.get(group, ""))
            source = claimed(asked, package) or maker or own
            yield Pin(source, package, version, group, chosen)


def _chosen(system: SystemStack, group: Group) -> SystemStack:
    """Return a system as it is for the NIC driver of a group: its repositories and modules."""
    last = group.rpartition(".")[2]
    ofed = {"ofed": "doca"}.get(last, last)
    if ofed not in {"doca", "mlnx", "inbox"}:
        return system
    return of_choice(system, ofed).model_copy(update={"packages": system.packages})


def own_repository(system: SystemStack) -> str:
    """Return the repository of the operating system itself."""
    trusted = (name for name, one in system.repositories.items() if one.key_url is None)
    return next(trusted, next(iter(system.repositories)))


def claimed(repositories: Mapping[str, Repository], package: str) -> str:
    """Return the repository that a package comes from and from nowhere else, empty if none."""
    for name, one in repositories.items():
        if any(fnmatchcase(package, pattern) for pattern in one.only):
            return name
    return ""


def by_maker(repositories: Mapping[str, Repository], host: str) -> str:
    """Return the repository on a maker's server, empty if none."""
    for name, one in repositories.items():
        if host and urlsplit(one.url).hostname == host:
            return name
    return ""

"""Where apt gets packages from and which: the release's repositories, at the release's versions.

Nothing else is asked, so that two nodes never differ by what their repositories had that day; a
node with a mirror asks the mirror alone. What a site adds goes into the same folder of sources.
"""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from railwright.catalog.stack_model import Repository
from railwright.emitters.node_config.networkd import file
from railwright.emitters.node_config.places import mirror_url
from railwright.emitters.node_config.software import chosen_groups
from railwright.files import OutputFile
from railwright.plan.model import Plan
from railwright.plan.stack import NodeStack

KEYRINGS = "/etc/apt/keyrings"
MIRROR = "mirror"
SOURCES = "etc/railwright/apt.sources.d"
MASKED = ("apt-daily-upgrade.timer", "apt-daily.timer")
ABSENT = ("unattended-upgrades",)
KERNELS = ("linux-headers-*", "linux-image-*", "linux-modules-*")
"""Packages of kernels on Debian and Ubuntu, the ones that follow the newest among them."""

DRIVER = "nvidia-open"
"""What everything of the GPU driver comes with."""

WANTED, USUAL, NEVER = 1001, 990, -1
"""Priorities (apt_preferences(5)): even if that goes back, before others, not at all."""

CONFIG = f"""\
APT::Periodic::Enable "0";
APT::Periodic::Unattended-Upgrade "0";
APT::Periodic::Update-Package-Lists "0";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "/{SOURCES}";
"""


def files(plan: Plan, stack: NodeStack) -> Iterator[OutputFile]:
    """Yield apt's settings, sources and preferences."""
    root = mirror_url(plan)
    config = CONFIG if root is None else f'{CONFIG}Acquire::http::Proxy::{_host(root)} "DIRECT";\n'
    yield file("etc/apt/apt.conf.d/95railwright", config)
    yield file(f"{SOURCES}/railwright.sources", _sources(plan, stack))
    yield file("etc/apt/preferences.d/railwright.pref", "\n".join(_preferences(plan, stack)))


def keys(plan: Plan, stack: NodeStack) -> Mapping[str, Repository | None]:
    """Return the public keys that sources are signed with, by path; None for the mirror's."""
    if mirror_url(plan) is not None:
        return {_key(MIRROR): None}
    return {
        _key(name): one
        for name, one in stack.system.repositories.items()
        if one.key_url is not None
    }


def _key(name: str) -> str:
    return f"{KEYRINGS}/railwright-{name}.asc"


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _sources(plan: Plan, stack: NodeStack) -> str:
    root = mirror_url(plan)
    if root is not None:
        return _source(f"{root}/{stack.choices.os}/", "./", (), _key(MIRROR))
    return "\n".join(
        _source(one.url, one.suite, one.components, _key(name) if one.key_url else None)
        for name, one in sorted(stack.system.repositories.items())
    )


def _source(url: str, suite: str, components: tuple[str, ...], key: str | None) -> str:
    """Return a source (sources.list(5), deb822); without a key one that the system trusts."""
    lines = ["Types: deb", f"URIs: {url}", f"Suites: {suite}"]
    if components:
        lines.append(f"Components: {' '.join(components)}")
    lines.append("Architectures: amd64")
    if key is not None:
        lines.append(f"Signed-By: {key}")
    return "\n".join(lines) + "\n"


def _preferences(plan: Plan, stack: NodeStack) -> Iterator[str]:
    """Yield the records; of those that fit a version the first counts."""
    repositories = stack.system.repositories if mirror_url(plan) is None else {}
    for name, version in sorted(_pins(stack).items()):
        yield _record(name, f"version {version}", WANTED)
    driver = f"version {stack.release.versions.driver}-*"
    for _, one in sorted(repositories.items()):
        if any(fnmatchcase(DRIVER, pattern) for pattern in one.only):
            # Its libraries want each other in exactly one version, and apt takes the newest else.
            yield _record(" ".join(one.only), driver, WANTED)
    for _, one in sorted(repositories.items()):
        if one.never:
            yield _record(" ".join(one.never), _from(one), NEVER)
    for _, one in sorted(repositories.items()):
        if one.only:
            yield _record(" ".join(one.only), _from(one), USUAL)
            yield _record(" ".join(one.only), "release *", NEVER)
    yield _record(" ".join(KERNELS), "release *", NEVER)


def _record(package: str, pin: str, priority: int) -> str:
    return f"Package: {package}\nPin: {pin}\nPin-Priority: {priority}\n"


def _from(one: Repository) -> str:
    """Return how a repository is meant: by what it calls itself, else by its server."""
    return f'origin "{_host(one.url)}"' if one.origin is None else f"release o={one.origin}"


def _pins(stack: NodeStack) -> dict[str, str]:
    found = dict(stack.system.kernel.packages)
    for group in chosen_groups(stack.choices):
        for name, version in stack.packages(group).items():
            if version is not None:
                found[name] = version
    return found

"""Where apt gets packages from and which: the release's repositories, at the release's versions.

Nothing else is asked, so that two nodes never differ by what their repositories had that day; a
node with a mirror asks the mirror alone. What a site adds goes into the same folder of sources.
"""

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from railwright.catalog.stack_model import Repository
from railwright.emitters.node_config.networkd import file
from railwright.emitters.node_config.places import index_url, mirror_url
from railwright.emitters.node_config.software import chosen_groups
from railwright.files import OutputFile
from railwright.plan.model import Plan
from railwright.plan.stack import NodeStack

KEYRINGS = "/etc/apt/keyrings"
MIRROR = "mirror"
ORIGIN = "railwright"
"""What the mirror's Release file calls itself, as its origin and as its label."""
SOURCES = "etc/railwright/apt.sources.d"
PREFERENCES = "etc/apt/preferences.d/railwright.pref"
MASKED = ("apt-daily-upgrade.timer", "apt-daily.timer")
ABSENT = ("unattended-upgrades",)
KERNELS = ("linux-headers-*", "linux-image-*", "linux-modules-*")
"""Packages of kernels on Debian and Ubuntu, the ones that follow the newest among them."""

WANTED, EITHER_WAY, USUAL, NEVER = 1001, 1000, 990, -1
"""Priorities (apt_preferences(5)): before all others, even if that goes back, before what is there,
not at all."""

CONFIG = f"""\
APT::Periodic::Enable "0";
APT::Periodic::Unattended-Upgrade "0";
APT::Periodic::Update-Package-Lists "0";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "/{SOURCES}";
"""

FUTURE_S = 315_360_000
"""How far ahead of a node's clock the mirror may be: ten years."""

OF_MIRROR = f"""\
Acquire::http::Proxy::{{host}} "DIRECT";
// A node's clock is only set once chrony is there, which comes from the mirror: a new node may be
// as far behind as its image is old, and apt refuses what is dated ten seconds ahead of it.
Acquire::Max-FutureTime::{ORIGIN} "{FUTURE_S}";
"""


def files(plan: Plan, stack: NodeStack) -> Iterator[OutputFile]:
    """Yield apt's settings, sources and preferences."""
    root = mirror_url(plan)
    config = CONFIG if root is None else CONFIG + OF_MIRROR.format(host=_host(root))
    yield file("etc/apt/apt.conf.d/95railwright", config)
    yield file(f"{SOURCES}/railwright.sources", _sources(plan, stack))
    yield file(PREFERENCES, preferences(stack) if root is None else _of_mirror(stack))


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
    url = index_url(plan)
    if url is not None:
        return _source(url, "./", (), _key(MIRROR))
    return "\n".join(
        _source(one.url, one.suite, one.components, _key(name) if one.key_url else None)
        + ("" if one.check_valid_until else "Check-Valid-Until: no\n")
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


def preferences(stack: NodeStack, *, moved: bool = False) -> str:
    """Return apt's preferences of a machine that asks the release's repositories.

    `moved` says that a substitute has them all on one host. Those without a name of their own are
    told by their maker's host alone, so nothing can be said of them then but versions.
    """
    found = sorted(stack.system.repositories.items())
    told = [one for _, one in found if not moved or one.origin is not None]
    return "\n".join((*_versions(stack), *_repositories(told), _kernels()))


def _of_mirror(stack: NodeStack) -> str:
    """Return apt's preferences of a node that asks the mirror.

    What the mirror has counts, whatever is installed: a node that goes back to an older release
    has newer libraries, which the release may not name.
    """
    mirror = _record("*", f"release o={ORIGIN}", EITHER_WAY)
    return "\n".join((*_versions(stack), _kernels(), mirror))


def _versions(stack: NodeStack) -> Iterator[str]:
    """Yield records of versions; of all records that fit a version the first counts."""
    for name, version in sorted(_pins(stack).items()):
        yield _record(name, f"version {version}", WANTED)
    # Its libraries want each other in exactly one version, and apt takes the newest else.
    if stack.system.driver_packages:
        driver = f"version {stack.release.versions.driver}-*"
        yield _record(" ".join(stack.system.driver_packages), driver, WANTED)


def _repositories(repositories: Sequence[Repository]) -> Iterator[str]:
    """Yield records of what comes from one repository alone, or never from one."""
    for one in repositories:
        if one.never:
            yield _record(" ".join(one.never), _from(one), NEVER)
    for one in repositories:
        if one.only:
            yield _record(" ".join(one.only), _from(one), USUAL)
            yield _record(" ".join(one.only), "release *", NEVER)


def _kernels() -> str:
    """Return the record that keeps all kernels away that have no version above it."""
    return _record(" ".join(KERNELS), "release *", NEVER)


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

"""Where dnf gets packages from and which: the release's repositories, at the release's versions.

Nothing else is asked, as with apt: the release has the system's own repositories too, of one minor
version, and a node with a mirror asks the mirror alone. What a site adds goes into the same folder.
"""

from collections.abc import Iterator, Mapping

from railwright.catalog.stack_model import Repository
from railwright.emitters.node_config.networkd import file
from railwright.emitters.node_config.places import index_url, mirror_url
from railwright.emitters.node_config.software import chosen_groups
from railwright.files import OutputFile
from railwright.plan.model import Plan
from railwright.plan.stack import NodeStack

KEYRINGS = "/etc/pki/rpm-gpg"
MIRROR = "mirror"
MASKED = ("dnf-makecache.timer",)
ABSENT = ("dnf-automatic",)
SOURCES = "etc/railwright/yum.repos.d"

# As the system has it, with repositories of this folder instead of the usual one.
CONFIG = f"""\
[main]
best=True
clean_requirements_on_remove=True
gpgcheck=1
installonly_limit=3
reposdir=/{SOURCES}
skip_if_unavailable=False
"""


def files(plan: Plan, stack: NodeStack) -> Iterator[OutputFile]:
    """Yield dnf's repositories and the versions that are locked."""
    url = index_url(plan)
    yield file("etc/dnf/dnf.conf", CONFIG)
    text = repositories(stack.system.repositories, KEYRINGS) if url is None else _mirror(url)
    yield file(f"{SOURCES}/railwright.repo", text)
    locked = "".join(f"{line}\n" for line in sorted(_locked(stack)))
    yield file("etc/dnf/plugins/versionlock.list", locked)


def keys(plan: Plan, stack: NodeStack) -> Mapping[str, Repository | None]:
    """Return the public keys that are checked, by path; None for the mirror's."""
    if mirror_url(plan) is not None:
        return {_key(MIRROR): None}
    return {_key(name): one for name, one in stack.system.repositories.items()}


def _key(name: str, keyrings: str = KEYRINGS) -> str:
    return f"{keyrings}/RPM-GPG-KEY-railwright-{name}"


def repositories(given: Mapping[str, Repository], keyrings: str | None = None) -> str:
    """Return dnf's repositories (dnf.conf(5)), `given` by name, as text of one .repo file.

    What a repository alone may have is excluded from all others, and no module stream hides it.
    Keys lie in the folder `keyrings`; without one the reader checks signatures by itself.
    """
    return "\n".join(_repository(name, given, keyrings) for name in sorted(given))


def _repository(name: str, given: Mapping[str, Repository], keyrings: str | None) -> str:
    one = given[name]
    elsewhere = {what for other, their in given.items() if other != name for what in their.only}
    lines = [f"name=railwright {name}", f"baseurl={one.url}", "enabled=1", "gpgcheck=1"]
    if keyrings is not None:
        lines.append(f"gpgkey=file://{_key(name, keyrings)}")
    if one.only:
        lines.append("module_hotfixes=1")
    if excluded := sorted(elsewhere.union(one.never)):
        lines.append(f"excludepkgs={','.join(excluded)}")
    return "\n".join((f"[railwright-{name}]", *lines)) + "\n"


def _mirror(url: str) -> str:
    """Return the mirror: its index is signed, which has the checksum of every package."""
    lines = ["[railwright-mirror]", "name=railwright mirror", f"baseurl={url}", "enabled=1"]
    lines += ["gpgcheck=0", "repo_gpgcheck=1", f"gpgkey=file://{_key(MIRROR)}", "module_hotfixes=1"]
    return "\n".join(lines) + "\n"


def _locked(stack: NodeStack) -> Iterator[str]:
    """Yield what the plugin versionlock keeps (dnf-versionlock(8)): names with versions."""
    pins: dict[str, str | None] = dict(stack.system.kernel.packages)
    for group in chosen_groups(stack.choices):
        pins.update(stack.packages(group))
    yield from (f"{name}-{version}.*" for name, version in pins.items() if version is not None)

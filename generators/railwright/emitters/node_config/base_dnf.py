"""Where dnf gets packages from and which: the release's repositories, at the release's versions.

Nothing else is asked, as with apt: the release has the system's own repositories too, of one minor
version, and a node with a mirror asks the mirror alone. What a site adds goes into the same folder.
"""

from collections.abc import Iterator, Mapping

from railwright.catalog.stack_model import Repository
from railwright.emitters.node_config.networkd import file
from railwright.emitters.node_config.places import mirror_url
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
    root = mirror_url(plan)
    yield file("etc/dnf/dnf.conf", CONFIG)
    if root is None:
        text = "\n".join(_repositories(stack))
    else:
        text = _mirror(f"{root}/{stack.choices.os}/")
    yield file(f"{SOURCES}/railwright.repo", text)
    locked = "".join(f"{line}\n" for line in sorted(_locked(stack)))
    yield file("etc/dnf/plugins/versionlock.list", locked)


def keys(plan: Plan, stack: NodeStack) -> Mapping[str, Repository | None]:
    """Return the public keys that are checked, by path; None for the mirror's."""
    if mirror_url(plan) is not None:
        return {_key(MIRROR): None}
    return {_key(name): one for name, one in stack.system.repositories.items()}


def _key(name: str) -> str:
    return f"{KEYRINGS}/RPM-GPG-KEY-railwright-{name}"


def _repositories(stack: NodeStack) -> Iterator[str]:
    found = sorted(stack.system.repositories.items())
    for name, one in found:
        elsewhere = {what for other, their in found if other != name for what in their.only}
        lines = [f"name=railwright {name}", f"baseurl={one.url}", "enabled=1", "gpgcheck=1"]
        lines.append(f"gpgkey=file://{_key(name)}")
        if one.only:
            lines.append("module_hotfixes=1")
        if excluded := sorted(elsewhere.union(one.never)):
            lines.append(f"excludepkgs={','.join(excluded)}")
        yield "\n".join((f"[railwright-{name}]", *lines)) + "\n"


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

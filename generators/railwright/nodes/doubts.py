"""What is not right on a node although it has all that a role lays down and installs."""

from collections.abc import Iterable, Iterator

from railwright.nodes.compare import PRESENT
from railwright.nodes.model import Observed, Trouble, Wanted
from railwright.plan.stack import NodeStack

FABRIC_MANAGER = "nvidia-fabricmanager"
DRIVER = "nvidia"
WHOLE = "run the whole play first, without --tags"


def doubts(wanted: Wanted, role: str, observed: Observed) -> tuple[Trouble, ...]:
    """Return why a role that has no difference left has still not done its work."""
    if wanted.stack is None or role not in wanted.roles:
        return ()
    return (*_modules(wanted, role, observed), *_fabric_manager(wanted, role, observed))


def missing(wanted: Wanted, observed: Observed) -> tuple[Trouble, ...]:
    """Return what a restart would have to start and does not find: kernel and kernel modules.

    A run of some roles alone may have installed the kernel of a release without its drivers.
    """
    if wanted.stack is None:
        return ()
    packages = _kernel(wanted.stack, observed)
    modules = _not_there(wanted.stack, wanted.modules.items(), observed)
    return tuple(Trouble(what, WHOLE) for what in (*packages, *modules))


def _kernel(stack: NodeStack, observed: Observed) -> Iterator[str]:
    """Yield what is wrong with the packages of the release's kernel."""
    for name, version in sorted(stack.system.kernel.packages.items()):
        found = observed["packages"].get(name, {})
        if found.get("status") not in PRESENT:
            yield f"{name} {version} is not installed"
        elif found["version"] != version:
            yield f"{name} is installed as {found['version']}, not {version}"


def _not_there(
    stack: NodeStack, modules: Iterable[tuple[str, str | None]], observed: Observed
) -> Iterator[str]:
    """Yield which modules with a version are not on disk for the release's kernel."""
    kernel = stack.system.kernel.release
    for name, version in modules:
        disk = observed["modules"].get(name, {}).get("disk")
        if version is None or disk == version:
            continue
        if disk is None:
            yield f"kernel module {name} {version} is not there for kernel {kernel}"
        else:
            yield f"kernel module {name} is {disk} for kernel {kernel}, not {version}"


def _modules(wanted: Wanted, role: str, observed: Observed) -> Iterator[Trouble]:
    assert wanted.stack is not None  # noqa: S101 (the caller looks)
    for what in _not_there(wanted.stack, wanted.roles[role].modules, observed):
        yield Trouble(what, _mend(wanted, observed))


def _mend(wanted: Wanted, observed: Observed) -> str:
    """Return what to do about a module that is missing or of another version."""
    assert wanted.stack is not None  # noqa: S101 (the caller looks)
    kernel = wanted.stack.system.kernel
    headers = [name for name in kernel.packages if "headers" in name or "devel" in name]
    known = observed["packages"]
    for name in headers:
        if known.get(name, {}).get("status") not in PRESENT:
            return f"install {name}, which DKMS needs to build it (role base), then run this again"
    rows = [one for one in observed["dkms"] if one["kernel"] in {kernel.release, ""}]
    built = {(one["name"], one["version"]) for one in rows if one["state"] == "installed"}
    for row in rows:
        name, version = row["name"], row["version"]
        if (name, version) not in built:
            log = f"/var/lib/dkms/{name}/{version}/build/make.log"
            return (
                f"DKMS has {name} {version} only as {row['state']}: see {log}, then dkms install "
                f"{name}/{version} -k {kernel.release}"
            )
    return f"build it on the node: dkms autoinstall -k {kernel.release}, and see what it says"


def _fabric_manager(wanted: Wanted, role: str, observed: Observed) -> Iterator[Trouble]:
    """Yield what is wrong where the fabric manager is not of the driver's version."""
    state = wanted.roles[role]
    if not any(one.name == FABRIC_MANAGER for one in state.packages):
        return
    installed = observed["packages"].get(FABRIC_MANAGER, {}).get("version", "")
    version = installed.rpartition(":")[2].partition("-")[0]
    driver = observed["modules"].get(DRIVER, {}).get("disk")
    if driver and version and driver != version:
        yield Trouble(
            f"the fabric manager is {version}, the driver {driver}; CUDA would end with error 802",
            "remove the driver that the release has not installed, then run again",
        )

"""How a node differs from what a role wants of it: nothing, or one difference for each thing."""

import hashlib
from collections.abc import Iterator, Mapping

from railwright.emitters.node_config.state import Archive, RoleState, Unit
from railwright.files import OutputFile
from railwright.nodes.model import Difference, Observed

Modules = Mapping[str, str | None]
"""Kernel modules that have to be loaded, with their version or None for any."""

ENABLED = frozenset({"enabled", "enabled-runtime", "static", "alias", "generated", "indirect"})
"""What `systemctl is-enabled` says of units that need no enabling (systemctl(1))."""
DISABLED = frozenset({"disabled", "static", "indirect", "generated", "alias", "masked", ""})
RUNNING = frozenset({"active", "reloading"})
ABSENT = "absent"
VITAL = (
    "/etc/chrony.conf",
    "/etc/chrony/chrony.conf",
    "/etc/dnf/dnf.conf",
    "/etc/hosts",
    "/etc/timezone",
)
"""Files that a system needs: one that the plan gives up stays, unless an original was kept."""
PRESENT = frozenset({"installed", "held"})


def compare(
    role: str, state: RoleState, modules: Modules, observed: Observed
) -> tuple[Difference, ...]:
    """Return every difference of one role, in the order in which they are settled."""
    return (
        *_files(role, state, observed),
        *_packages(state, observed),
        *_archives(state.archives, observed),
        *_links(state, observed),
        *(one for unit in state.units for one in _unit(unit, modules, observed)),
        *_checks(state, observed),
    )


def pending(role: str, observed: Observed) -> tuple[str, ...]:
    """Return what an earlier run changed without putting it into effect: paths, and marks.

    A mark is a word without a slash at its beginning, such as `packages`.
    """
    return tuple(observed["memory"].get(role, {}).get("pending", ()))


def marker(archive: Archive) -> OutputFile:
    """Return the file that says that an archive was unpacked to its end."""
    return OutputFile(f"{archive.folder.lstrip('/')}/.railwright", f"{archive.name}\n".encode())


def loaded(name: str, modules: Modules, observed: Observed) -> bool:
    """Return whether a kernel module is loaded, in its version where it has one."""
    running = observed["modules"].get(name, {}).get("loaded")
    version = modules.get(name)
    return running is not None and version in {None, running}


def _files(role: str, state: RoleState, observed: Observed) -> Iterator[Difference]:
    wanted = {f"/{file.path}" for file in state.files}
    for file in state.files:
        path = f"/{file.path}"
        found, owner = observed["files"].get(path), observed["user"]
        mode = f"{file.mode:04o}"
        if found is None:
            yield Difference("file", path, ABSENT, f"mode {mode}")
        elif "other" in found:
            yield Difference("file", path, f"a {found['other']}", "a file")
        elif found["sha256"] != hashlib.sha256(file.content).hexdigest():
            yield Difference("file", path, "other content", "as planned")
        elif found["mode"] != mode:
            yield Difference("file", path, f"mode {found['mode']}", f"mode {mode}")
        elif found["owner"] != owner:
            yield Difference("file", path, f"owner {_ids(found['owner'])}", f"owner {_ids(owner)}")
    for path in observed["memory"].get(role, {}).get("paths", ()):
        # What is there instead of our file by now, a link or a folder, is not ours to remove.
        if path not in wanted and "sha256" in (observed["files"].get(path) or ()):
            aim = "no more ours" if path in VITAL else ABSENT
            yield Difference("file", path, "of an earlier plan", aim)


def _ids(owner: list[int]) -> str:
    return ":".join(map(str, owner))


def _packages(state: RoleState, observed: Observed) -> Iterator[Difference]:
    known = observed["packages"]
    for name in state.absent:
        if known.get(name, {}).get("status", "config") != "config":
            yield Difference("package", name, known[name]["version"], ABSENT)
    for package in state.packages:
        found = known.get(package.name, {"version": "", "status": ABSENT})
        wanted = package.version or "installed"
        if found["status"] not in PRESENT:
            running = found["status"] if found["status"] == "broken" else ABSENT
            yield Difference("package", package.name, running, wanted)
        elif package.version is not None and found["version"] != package.version:
            yield Difference("package", package.name, found["version"], wanted)


def _archives(archives: tuple[Archive, ...], observed: Observed) -> Iterator[Difference]:
    for archive in archives:
        done = marker(archive)
        found = observed["files"].get(f"/{done.path}") or {}
        if found.get("sha256") != hashlib.sha256(done.content).hexdigest():
            running = "not unpacked" if observed["folders"].get(archive.folder) else ABSENT
            yield Difference("archive", archive.folder, running, archive.name)


def _links(state: RoleState, observed: Observed) -> Iterator[Difference]:
    for link in state.links:
        target = observed["links"].get(link.path)
        if target != link.target:
            yield Difference("link", link.path, target or ABSENT, link.target)


def _unit(unit: Unit, modules: Modules, observed: Observed) -> Iterator[Difference]:
    found = observed["units"].get(unit.name, {})
    enabled, active = found.get("enabled", ""), found.get("active", "inactive")
    if unit.masked:
        if enabled != "masked":
            yield Difference("unit", unit.name, enabled or "not masked", "masked")
        if runs(found):
            yield Difference("unit", unit.name, active, "inactive")
        return
    if enabled not in (ENABLED if unit.enabled else DISABLED):
        wanted = "enabled" if unit.enabled else "disabled"
        yield Difference("unit", unit.name, enabled or ABSENT, wanted)
    if unit.running is None or runs(found) == unit.running:
        return
    lacking = [one for one in unit.needs if not loaded(one, modules, observed)]
    wanted = "active" if unit.running else "inactive"
    running = active if active != "failed" else f"failed ({found.get('result', '')})"
    waits = unit.running and bool(lacking)
    note = f" (with {', '.join(lacking)})" if waits else ""
    yield Difference("unit", unit.name, running, f"{wanted}{note}", waits)


def runs(found: Mapping[str, str]) -> bool:
    """Return whether a unit runs or is about to; one that starts again and again does not."""
    active = found.get("active", "inactive")
    return active in RUNNING or (active == "activating" and found.get("sub") != "auto-restart")


def _checks(state: RoleState, observed: Observed) -> Iterator[Difference]:
    for one in state.checks:
        answer = observed["checks"].get(one.name)
        if answer is None or answer["rc"] is None:
            yield Difference("check", one.name, "not looked at", "in sync")
            continue
        report = answer["out"] or {}
        for found in report.get("differences", ()):
            yield Difference("check", found["name"], found["running"], found["wanted"])
        if answer["rc"] not in {0, 2} or answer["out"] is None:
            yield Difference("check", one.name, answer["error"] or "no answer", "in sync")

"""What to run on a node, in order, to settle the differences of one role."""

import base64
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any

from railwright.emitters.node_config.state import Archive, Package, RoleState
from railwright.files import OutputFile
from railwright.nodes.compare import compare, marker, pending
from railwright.nodes.model import Difference, Observed, RoleWork, Step, Wanted

LOCK_TIMEOUT_S = 120
"""How long to wait for another package manager to finish, as on a node's first boot."""
UPDATE_RETRIES = 2
DOWNLOADS = "/var/cache/railwright"
DOWNLOAD_S = 120
UNIT_FOLDER = "/systemd/system/"
SET = {
    "acs": ("off",),
    "nic_firmware": ("apply",),
    "roce_port": ("apply", "--all"),
}
"""Our programs that settle what their check finds, with the words that make them."""


def work(wanted: Wanted, role: str, observed: Observed) -> RoleWork:
    """Return how a node differs from what a role wants, and what settles it."""
    state = wanted.roles.get(role)
    if state is None:
        return RoleWork((), (), (), ())
    modules = wanted.modules
    found = compare(role, state, modules, observed)
    now = tuple(one for one in found if not one.waits)
    steps = tuple(_steps(role, state, observed, now, is_apt=wanted.is_apt))
    waiting = tuple(one for one in found if one.waits)
    return RoleWork(now, waiting, steps, pending(role, observed))


def _steps(
    role: str,
    state: RoleState,
    observed: Observed,
    found: Sequence[Difference],
    *,
    is_apt: bool,
) -> Iterator[Step]:
    of = {kind: [one for one in found if one.kind == kind] for kind in {x.kind for x in found}}
    if "file" in of:
        yield lay_down(role, state.files)
    if "package" in of:
        yield from _package_steps(state, of["package"], is_apt=is_apt)
    for archive in state.archives:
        if any(one.name == archive.folder for one in of.get("archive", ())):
            yield from _unpack(archive)
    for one in of.get("link", ()):
        yield Step(
            "ansible.builtin.file",
            {"path": one.name, "src": one.wanted, "state": "link", "force": True},
            remedy=f"move away what is at {one.name}",
        )
    reload = any(UNIT_FOLDER in one.name for one in of.get("file", ()))
    if "unit" in of or reload:
        yield Step("railwright_units", _verbs(state, observed, of.get("unit", ())))
    yield from _settings(state, observed)


def lay_down(owner: str, files: Sequence[OutputFile]) -> Step:
    """Return the step that brings an owner's files into place."""
    values = [
        {
            "path": f"/{file.path}",
            "content": base64.b64encode(file.content).decode(),
            "mode": f"{file.mode:04o}",
        }
        for file in files
    ]
    return Step("railwright_files", {"owner": owner, "files": values}, previews=True)


def _package_steps(
    state: RoleState, found: Sequence[Difference], *, is_apt: bool
) -> Iterator[Step]:
    module = "ansible.builtin.apt" if is_apt else "ansible.builtin.dnf"
    waiting = {"lock_timeout": LOCK_TIMEOUT_S}
    names = {one.name for one in found}
    if absent := [name for name in state.absent if name in names]:
        yield Step(module, {"name": absent, "state": "absent", **waiting})
    if any(one.name in names for one in state.packages):
        # All of a role at once, not only those that differ: they depend on each other's versions.
        packages = [_spelled(one, is_apt=is_apt) for one in state.packages]
        options: dict[str, Any] = {"update_cache": True, "allow_downgrade": True}
        if is_apt:
            # Mends dependencies as well: what another role has to install is missing until then.
            options |= {"state": "fixed", "install_recommends": False}
            options["update_cache_retries"] = UPDATE_RETRIES
        else:
            options |= {"state": "present", "install_weak_deps": False}
        yield Step(module, {"name": packages, **options, **waiting})


def _spelled(package: Package, *, is_apt: bool) -> str:
    if package.version is None:
        return package.name
    return f"{package.name}{'=' if is_apt else '-'}{package.version}"


def _unpack(archive: Archive) -> Iterator[Step]:
    """Yield the download into a folder of root's alone, the unpacking, and a mark for its end."""
    target = f"{DOWNLOADS}/{archive.name}"
    yield Step("ansible.builtin.file", {"path": DOWNLOADS, "state": "directory", "mode": "0700"})
    yield Step(
        "ansible.builtin.get_url",
        {
            "url": archive.url,
            "dest": target,
            "checksum": f"sha256:{archive.sha256}",
            "mode": "0600",
            "timeout": DOWNLOAD_S,
        },
        remedy=f"see that {archive.url} answers and is what the release names",
    )
    folder = str(PurePosixPath(archive.folder).parent)
    yield Step("ansible.builtin.file", {"path": folder, "state": "directory", "mode": "0755"})
    yield Step(
        "ansible.builtin.unarchive",
        {"src": target, "dest": folder, "remote_src": True, "owner": "root", "group": "root"},
        remedy=f"make room below {folder}",
    )
    yield lay_down(_owner(archive), (marker(archive),))
    yield Step("ansible.builtin.file", {"path": target, "state": "absent"})


def _owner(archive: Archive) -> str:
    """Return a name that `railwright_files` takes."""
    kept = (letter if letter.isalnum() else "-" for letter in archive.name.lower())
    return f"archive-{''.join(kept)}"


def _verbs(
    state: RoleState, observed: Observed, found: Sequence[Difference]
) -> dict[str, list[str]]:
    """Return the arguments of `railwright_units` that settle the differences of units."""
    wanted = {(one.name, one.wanted.partition(" ")[0]) for one in found}
    names = [unit.name for unit in state.units]
    pairs = {
        "mask": "masked",
        "enable": "enabled",
        "disable": "disabled",
        "start": "active",
        "stop": "inactive",
    }
    verbs = {verb: [name for name in names if (name, aim) in wanted] for verb, aim in pairs.items()}
    masked = {name for name, one in observed["units"].items() if one.get("enabled") == "masked"}
    verbs["unmask"] = [name for name in verbs["enable"] + verbs["start"] if name in masked]
    return {verb: units for verb, units in verbs.items() if units}


def _settings(state: RoleState, observed: Observed) -> Iterator[Step]:
    """Yield the programs that set what their check found different."""
    for one in state.checks:
        words = SET.get(PurePosixPath(one.argv[0]).stem)
        if words and (observed["checks"].get(one.name) or {}).get("rc") == 2:
            yield Step("ansible.builtin.command", {"argv": [one.argv[0], *words]})


def lines(found: Sequence[Difference], *, besides: str = "") -> list[dict[str, str]]:
    """Return differences, those of one kind left out, in the form that --diff shows."""
    shown = [one for one in found if one.kind != besides]
    if not shown:
        return []
    sides = {"before_header": "running", "after_header": "wanted"}
    sides["before"] = "".join(f"{one.kind} {one.name}: {one.running}\n" for one in shown)
    sides["after"] = "".join(f"{one.kind} {one.name}: {one.wanted}\n" for one in shown)
    return [sides]

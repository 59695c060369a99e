"""What to run on a node, in order, to settle the differences of one role."""

import base64
import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from railwright.emitters.node_config.state import Archive, RoleState
from railwright.files import OutputFile
from railwright.nodes.compare import ABSENT, VITAL, compare, marker, pending
from railwright.nodes.model import Difference, Observed, RoleWork, Step, Wanted
from railwright.nodes.packages import package_steps

DOWNLOADS = "/var/cache/railwright"
DOWNLOAD_S = 120
UNIT_FOLDER = "/systemd/system/"
OWN_UNIT = re.compile(r"/etc/systemd/system/([^/]+\.(?:service|timer|mount|automount))")
UNDONE = RoleState()
"""What a role wants of a node for which the plan no longer has it."""
SET = {
    "acs": ("off",),
    "nic_firmware": ("apply",),
    "roce_port": ("apply", "--all"),
}
"""Our programs that settle what their check finds, with the words that make them."""


def work(wanted: Wanted, role: str, observed: Observed) -> RoleWork:
    """Return how a node differs from what a role wants, and what settles it.

    Of a role that the plan does not have, the files that it laid down earlier go, and with them
    the units that they are; packages and archives stay.
    """
    state = wanted.roles.get(role, UNDONE)
    found = compare(role, state, wanted.modules, observed)
    now = tuple(one for one in found if not one.waits)
    steps = tuple(_steps(wanted, role, observed, now))
    waiting = tuple(one for one in found if one.waits)
    return RoleWork(now, waiting, steps, pending(role, observed))


def _steps(
    wanted: Wanted, role: str, observed: Observed, found: Sequence[Difference]
) -> Iterator[Step]:
    state = wanted.roles.get(role, UNDONE)
    of = {kind: [one for one in found if one.kind == kind] for kind in {x.kind for x in found}}
    yield from _end_units(wanted, of.get("file", ()))
    if "file" in of:
        yield lay_down(role, state.files)
    packages = of.get("package", ())
    yield from package_steps(role, state, observed, packages, is_apt=wanted.is_apt)
    for archive in state.archives:
        if any(one.name == archive.folder for one in of.get("archive", ())):
            yield from _unpack(archive, use_proxy=not wanted.has_mirror)
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


def _end_units(wanted: Wanted, found: Sequence[Difference]) -> Iterator[Step]:
    """Yield what ends the units whose files are about to go; systemd could not do it after that."""
    kept = {unit.name for state in wanted.roles.values() for unit in state.units}
    own = (OWN_UNIT.fullmatch(one.name) for one in found if one.wanted == ABSENT)
    if names := sorted({one[1] for one in own if one} - kept):
        # Instances of a template are found by a pattern, itself it cannot run.
        stop = [name.replace("@.", "@*.") for name in names]
        yield Step(
            "railwright_units",
            {"disable": names, "stop": stop},
            remedy="end what uses it on the node (lsof, fuser -m for a mount), then run this again",
        )


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
    return Step(
        "railwright_files", {"owner": owner, "files": values, "leave": list(VITAL)}, previews=True
    )


def _unpack(archive: Archive, *, use_proxy: bool) -> Iterator[Step]:
    """Yield the download into a folder of root's alone, the unpacking, and a mark for its end.

    A node's proxy leads to the makers; the mirror is on its own network.
    """
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
            "use_proxy": use_proxy,
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

"""Why a node has to restart: predicted before anything is changed, and found afterwards."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from railwright.emitters.node_config import nic_names, roce
from railwright.files import OutputFile
from railwright.nodes.model import Observed, RestartReason, Subject, Wanted

FIRMWARE_CHECK = "nic_firmware"
"""The check whose every difference only counts after a restart, once it is set."""
NAMES_CHECK = "nic_names"
"""The check whose pending names follow from the plan and the PCI bus alone."""
LINK_TYPE = "LINK_TYPE"
"""The parameter without which a port is InfiniBand: no interface has the name it is to have."""
DEFERRING: frozenset[Subject] = frozenset({"kernel", "module", "name"})
"""What has to run before check programs can find hardware as it is to be."""
UNSURE = RestartReason("NIC firmware", "", "parameters may change", "firmware", sure=False)


def reasons(wanted: Wanted, observed: Observed) -> tuple[RestartReason, ...]:
    """Return why a node that was converged has to restart, nothing for one that has not to."""
    if wanted.stack is None:
        return ()
    return (*_now(wanted, observed), *_pending(observed["checks"]))


def predicted(wanted: Wanted, observed: Observed) -> tuple[RestartReason, ...]:
    """Return why a node will have to restart once it is converged.

    These are the reasons that will be found then, but for what nobody can know before: packages
    that ask for a restart when they are installed. Firmware that cannot be compared with the plan
    yet is a reason that is not sure.
    """
    if wanted.stack is None:
        return ()
    others = {name: one for name, one in observed["checks"].items() if name != NAMES_CHECK}
    now = (*_now(wanted, observed), *_pending(others), *_names(wanted, observed))
    known = {one.what for one in now}
    return (*now, *(one for one in _firmware(wanted, observed) if one.what not in known))


def defers(wanted: Wanted, observed: Observed) -> bool:
    """Return whether what check programs find can only be settled after a restart."""
    return any(one.about in DEFERRING for one in reasons(wanted, observed))


def resets(observed: Observed) -> tuple[str, ...]:
    """Return the parameters that firmware takes by a reset, which a boot need not be."""
    return tuple(
        one["name"]
        for answer in observed["checks"].values()
        for one in (answer["out"] or {}).get("pending", ())
        if one["remedy"] == "reset"
    )


def _now(wanted: Wanted, observed: Observed) -> Iterator[RestartReason]:
    yield from _kernel(wanted, observed)
    yield from _modules(wanted, observed)
    yield from _packages(observed)


def _kernel(wanted: Wanted, observed: Observed) -> Iterator[RestartReason]:
    assert wanted.stack is not None  # noqa: S101 (callers look)
    release = wanted.stack.system.kernel.release
    if observed["kernel"] != release:
        yield RestartReason("kernel", observed["kernel"] or "unknown", release, "kernel")
    running = (observed["cmdline"] or "").split()
    for argument in wanted.arguments:
        if argument not in running:
            key = argument.partition("=")[0]
            now = " ".join(one for one in running if one.partition("=")[0] == key)
            yield RestartReason(f"kernel argument {key}", now or "none", argument, "kernel")


def _modules(wanted: Wanted, observed: Observed) -> Iterator[RestartReason]:
    versions: dict[str, str | None] = dict.fromkeys(_needed(wanted))
    for name, version in (versions | wanted.modules).items():
        found = observed["modules"].get(name, {})
        loaded = found.get("loaded")
        sources = (found.get("loaded_srcversion"), found.get("disk_srcversion"))
        if loaded is None:
            yield _module(name, "none", version or "any")
        elif version is not None and loaded != version:
            yield _module(name, loaded or "another", version)
        elif all(sources) and len(set(sources)) > 1 and found.get("disk") in {None, "", loaded}:
            yield _module(name, f"build {sources[0]}", str(sources[1]))


def _module(name: str, running: str, installed: str) -> RestartReason:
    return RestartReason(f"kernel module {name}", running, installed, "module")


def _needed(wanted: Wanted) -> Iterator[str]:
    for state in wanted.roles.values():
        for unit in state.units:
            yield from unit.needs


def _packages(observed: Observed) -> Iterator[RestartReason]:
    if observed["reboot_required"]:
        asked = "what asks for a restart"
        yield RestartReason("packages", "what was installed before", asked, "packages")


def _pending(checks: Mapping[str, Any]) -> Iterator[RestartReason]:
    for check, answer in checks.items():
        for one in (answer["out"] or {}).get("pending", ()):
            names = check == NAMES_CHECK or LINK_TYPE in one["name"]
            about: Subject = "name" if names else "firmware"
            cold = one["remedy"] == "cold"
            yield RestartReason(one["name"], one["running"], one["next"], about, cold)


def _names(wanted: Wanted, observed: Observed) -> Iterator[RestartReason]:
    """Yield the names that the next start gives, in the words of `nic_names.py`.

    A device without any name has no driver yet: it gets the right one when it gets the first.
    """
    places = _file(wanted, NAMES_CHECK, nic_names.PLACES)
    at = {one["address"]: one for one in observed["pci"]}
    for port in json.loads(places.content)["ports"] if places else ():
        device = at.get(port["pci"], {})
        for kind, words, name in (
            ("net", "interface", port["interface"]),
            ("infiniband", "RDMA device", port["rdma"]),
        ):
            running = device.get(kind) or ()
            if running and name and name not in running:
                what = f"{words} at {port['pci']}"
                yield RestartReason(what, ", ".join(running), name, "name")


def _firmware(wanted: Wanted, observed: Observed) -> Iterator[RestartReason]:
    """Yield the parameters that will be set.

    The check on the node compares with the file that an earlier run laid down there: with another
    file, or without one, it says nothing of this plan.
    """
    file = _file(wanted, FIRMWARE_CHECK, roce.FIRMWARE)
    if file is None:
        return
    laid_down = observed["files"].get(f"/{file.path}") or {}
    report = (observed["checks"].get(FIRMWARE_CHECK) or {}).get("out")
    if report is None or laid_down.get("sha256") != hashlib.sha256(file.content).hexdigest():
        yield UNSURE
        return
    for one in report.get("differences", ()):
        yield RestartReason(one["name"], one["running"], one["wanted"], "firmware")


def _file(wanted: Wanted, role: str, path: str) -> OutputFile | None:
    """Return a file of a role by its path, None where the role does not want it."""
    state = wanted.roles.get(role)
    return next((one for one in state.files if one.path == path), None) if state else None

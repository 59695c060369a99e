"""Why a node has to restart: predicted before anything is changed, and found afterwards."""

from collections.abc import Iterator

from railwright.nodes.model import Observed, RestartReason, Wanted

FIRMWARE_CHECK = "nic_firmware"
"""The check whose every difference only counts after a restart, once it is set."""


def reasons(wanted: Wanted, observed: Observed) -> tuple[RestartReason, ...]:
    """Return why a node that was converged has to restart, nothing for one that has not to."""
    if wanted.stack is None:
        return ()
    return (
        *_kernel(wanted, observed),
        *_modules(wanted, observed),
        *_packages(observed),
        *_pending(observed),
    )


def predicted(wanted: Wanted, observed: Observed) -> tuple[RestartReason, ...]:
    """Return why a node will have to restart once it is converged.

    These are the reasons that will be found then, but for what nobody can know before: firmware
    that cannot be read yet, and packages that ask for a restart when they are installed.
    """
    now = reasons(wanted, observed)
    known = {one.what for one in now}
    report = (observed["checks"].get(FIRMWARE_CHECK) or {}).get("out") or {}
    to_be_set = (
        RestartReason(one["name"], one["running"], one["wanted"])
        for one in report.get("differences", ())
    )
    if wanted.stack is None:
        return now
    return (*now, *(one for one in to_be_set if one.what not in known))


def resets(observed: Observed) -> tuple[str, ...]:
    """Return the parameters that firmware takes by a reset, which a boot need not be."""
    return tuple(
        one["name"]
        for answer in observed["checks"].values()
        for one in (answer["out"] or {}).get("pending", ())
        if one["remedy"] == "reset"
    )


def _kernel(wanted: Wanted, observed: Observed) -> Iterator[RestartReason]:
    assert wanted.stack is not None  # noqa: S101 (callers look)
    release = wanted.stack.system.kernel.release
    if observed["kernel"] != release:
        yield RestartReason("kernel", observed["kernel"] or "unknown", release)
    running = (observed["cmdline"] or "").split()
    for argument in wanted.arguments:
        if argument not in running:
            key = argument.partition("=")[0]
            now = [one for one in running if one.partition("=")[0] == key]
            yield RestartReason(f"kernel argument {key}", " ".join(now) or "none", argument)


def _modules(wanted: Wanted, observed: Observed) -> Iterator[RestartReason]:
    versions: dict[str, str | None] = dict.fromkeys(_needed(wanted))
    for name, version in (versions | wanted.modules).items():
        found = observed["modules"].get(name, {})
        loaded = found.get("loaded")
        sources = (found.get("loaded_srcversion"), found.get("disk_srcversion"))
        if loaded is None:
            yield RestartReason(f"kernel module {name}", "none", version or "any")
        elif version is not None and loaded != version:
            yield RestartReason(f"kernel module {name}", loaded or "another", version)
        elif all(sources) and len(set(sources)) > 1 and found.get("disk") in {None, "", loaded}:
            yield RestartReason(f"kernel module {name}", f"build {sources[0]}", str(sources[1]))


def _needed(wanted: Wanted) -> Iterator[str]:
    for state in wanted.roles.values():
        for unit in state.units:
            yield from unit.needs


def _packages(observed: Observed) -> Iterator[RestartReason]:
    if observed["reboot_required"]:
        yield RestartReason("packages", "what was installed before", "what asks for a restart")


def _pending(observed: Observed) -> Iterator[RestartReason]:
    for answer in observed["checks"].values():
        for one in (answer["out"] or {}).get("pending", ()):
            cold = one["remedy"] == "cold"
            yield RestartReason(one["name"], one["running"], one["next"], cold)

"""The rules between the versions of a stack release, checked before any host is touched."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from railwright.catalog.stack_model import (
    Constraint,
    Repository,
    StackRelease,
    System,
    SystemStack,
)
from railwright.plan.stack import is_apt, of_choice

_GROUP, _MODULE = "group:", "module:"
_NUMBER = re.compile(r"\d+")
_UPSTREAM = re.compile(r"^(?:\d+:)?([^-+]+)")
_PROPRIETARY = re.compile(
    r"nvidia-kernel-dkms|nvidia-dkms-\d+(-server)?|kmod-nvidia-(latest-)?dkms|nvidia-driver-\d+"
)
"""Packages whose kernel modules are not the open ones; R620 is the first branch without them
(NVIDIA driver 580 installation guide)."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A release on one system with one NIC driver, as a rule sees it."""

    release: StackRelease
    system: System
    stack: SystemStack
    ofed: str


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that does not hold, and what it found."""

    rule: Constraint
    found: str


def broken(release: StackRelease, system: System, ofed: str) -> Iterator[Broken]:
    """Yield the rules of a release that do not hold on a system with a NIC driver."""
    given = Chosen(release, system, of_choice(release.systems[system], ofed), ofed)
    for rule in release.constraints:
        if _holds(rule, system, ofed):
            yield from (Broken(rule, found) for found in _RULES[rule.rule](given, rule))


def bounds_kernel(release: StackRelease, system: System, ofed: str) -> bool:
    """Return whether a release says up to which kernel the modules of a NIC driver build."""
    return any(
        rule.rule == "below" and "kernel" in rule.about and _holds(rule, system, ofed)
        for rule in release.constraints
    )


def _holds(rule: Constraint, system: System, ofed: str) -> bool:
    return (not rule.systems or system in rule.systems) and rule.ofed in {None, ofed}


def numbers(version: str) -> tuple[int, ...]:
    """Return the numbers of a version, which order as versions do: `5.14.0-611` is (5, 14, 0, 611).

    Only for kernels and versions of digits; package versions with letters have no such order.
    """
    return tuple(int(one) for one in _NUMBER.findall(version))


def upstream(version: str) -> str:
    """Return what a package's version says of the software: without epoch and revision."""
    match = _UPSTREAM.match(version)
    return match[1] if match else version


def _equal(given: Chosen, rule: Constraint) -> Iterator[str]:
    found = {name: one for about in rule.about for name, one in _versions(given, about)}
    if len(set(found.values())) > 1:
        yield _listed(found)


def _least(given: Chosen, rule: Constraint) -> Iterator[str]:
    bound = numbers(rule.bound or "")
    found = {name: one for about in rule.about for name, one in _versions(given, about)}
    low = {name: one for name, one in found.items() if numbers(one) < bound}
    if low:
        yield f"{_listed(low)}, at least {rule.bound} is needed"


def _below(given: Chosen, rule: Constraint) -> Iterator[str]:
    bound = numbers(rule.bound or "")
    found = {name: one for about in rule.about for name, one in _versions(given, about)}
    high = {name: one for name, one in found.items() if numbers(one)[: len(bound)] >= bound}
    if high:
        yield f"{_listed(high)}, it must be below {rule.bound}"


def _open_modules_only(given: Chosen, _rule: Constraint) -> Iterator[str]:
    names = given.stack.packages.get("nvidia_driver", {})
    wrong = sorted(one for one in names if _PROPRIETARY.fullmatch(one))
    if wrong:
        yield f"group nvidia_driver has {', '.join(wrong)}"


def _headers(given: Chosen, _rule: Constraint) -> Iterator[str]:
    kernel = given.stack.kernel
    headers = [one for one in kernel.packages if "headers" in one or one == "kernel-devel"]
    if not headers:
        yield f"kernel {kernel.release} has no headers among its packages"
    if len(set(kernel.packages.values())) > 1:
        yield _listed(kernel.packages)
    if is_apt(given.system):
        if not any(one.endswith(kernel.release) for one in headers):
            yield f"no package of headers is for kernel {kernel.release}: {', '.join(headers)}"
    else:
        version = kernel.release.rpartition(".")[0]
        other = {name: one for name, one in kernel.packages.items() if one != version}
        if other:
            yield f"kernel {kernel.release}, but {_listed(other)}"


def _one_owner(given: Chosen, _rule: Constraint) -> Iterator[str]:
    repositories = given.stack.repositories
    for name, version in sorted(_installed(given)):
        owners = [key for key, one in repositories.items() if _owns(one, name)]
        if len(owners) > 1 or (version is not None and not owners):
            claim = f"{' and '.join(owners)} claim" if owners else "none claims"
            yield f"{name} must come from one repository, {claim} it"


def _owns(repository: Repository, package: str) -> bool:
    """Return whether a repository is the one that a package comes from."""
    return any(fnmatchcase(package, one) for one in repository.only) and not any(
        fnmatchcase(package, one) for one in repository.never
    )


def _installed(given: Chosen) -> set[tuple[str, str | None]]:
    """Return the packages that some node installs with the chosen NIC driver, with versions."""
    others = {"doca", "mlnx", "inbox"} - {given.ofed}
    firmware = "nic_firmware.ofed" if given.ofed == "inbox" else "nic_firmware.inbox"
    out = {firmware, "nic_firmware.mlnx", *(f"ofed.{one}" for one in others)}
    return {
        package
        for group, packages in given.stack.packages.items()
        if group not in out and not (group.count(".") > 1)
        for package in packages.items()
    }


def _versions(given: Chosen, about: str) -> Iterator[tuple[str, str]]:
    """Yield what a rule compares, by name; nothing for what the release does not have."""
    if about == "kernel":
        yield about, given.stack.kernel.release
    elif about.startswith(_GROUP):
        packages = {
            name: version
            for group, one in given.stack.packages.items()
            if group == about.removeprefix(_GROUP)
            for name, version in one.items()
        }
        yield from ((name, upstream(one)) for name, one in packages.items() if one is not None)
    elif about.startswith(_MODULE):
        name = about.removeprefix(_MODULE)
        if name in given.stack.modules:
            yield f"module {name}", given.stack.modules[name]
    else:
        version = getattr(given.release.versions, about)
        if version is not None:
            yield about.replace("_", " "), version


def _listed(found: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in found.items())


_RULES: Mapping[str, Callable[[Chosen, Constraint], Iterator[str]]] = {
    "equal": _equal,
    "least": _least,
    "below": _below,
    "open_modules_only": _open_modules_only,
    "headers": _headers,
    "one_owner": _one_owner,
}

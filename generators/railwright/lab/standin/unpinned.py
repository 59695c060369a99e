"""Packages that no release names: what the named ones need, and newer ones beside them.

A package manager that is left alone takes the newest of what a repository has; these are there so
that it shows whether versions and repositories are settled for all of a product.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from railwright.catalog.stack_model import Group, StackRelease, System, SystemStack
from railwright.lab.standin.pins import Pin, pins

COMPANIONS: Mapping[str, tuple[str, ...]] = {
    "nvidia-driver-580-open": ("libnvidia-decode-580", "libnvidia-gl-580"),
    "nvidia-driver-libs": ("libegl-nvidia0", "libnvidia-eglcore", "nvidia-egl-icd"),
    "rdma-core": ("libibumad3", "libibverbs1", "librdmacm1"),
}
"""Packages of the same source, by the named one that they have version and repository of
(NVIDIA's CUDA repositories for Ubuntu and Debian 12; rdma-core of the systems and DOCA)."""

NEWER_DRIVER = "610.57.04"
"""A driver of a later branch, which the CUDA repository has beside that of every release."""
_OF_DRIVER: tuple[Group, ...] = ("nvidia_driver", "fabricmanager")


def unpinned(release: StackRelease, of: System) -> Iterator[Pin]:
    """Yield the packages that a release needs or meets without naming them, as if it did."""
    system = release.systems[of]
    for pin in pins(system):
        yield from _companions(pin)
    for pin in pins(_with_driver(system, release.versions.driver, NEWER_DRIVER)):
        if pin.group in _OF_DRIVER:
            yield pin
            yield from _companions(pin)


def product(pin: Pin) -> dict[str, str | None]:
    """Return the versions of what a package comes with: of its group, and not named there."""
    named = pin.system.packages.get(pin.group, {}) if pin.group else {}
    return {
        **{other: named[one] for one in named for other in COMPANIONS.get(one, ())},
        **named,
    }


def _companions(pin: Pin) -> Iterator[Pin]:
    for package in COMPANIONS.get(pin.package, ()):
        yield replace(pin, package=package)


def _with_driver(system: SystemStack, old: str, new: str) -> SystemStack:
    """Return a system with another driver: packages, modules and what DKMS calls them."""

    def other(versions: Mapping[str, str]) -> dict[str, str]:
        return {name: new if version == old else version for name, version in versions.items()}

    packages = {
        group: {name: one and one.replace(old, new) for name, one in named.items()}
        if group in _OF_DRIVER
        else named
        for group, named in system.packages.items()
    }
    return system.model_copy(
        update={"packages": packages, "modules": other(system.modules), "dkms": other(system.dkms)}
    )

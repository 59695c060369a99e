"""Operating systems that devices of a lab run: where their packages and keys come from."""

from collections.abc import Mapping
from dataclasses import dataclass

from railwright.catalog.stack_model import System
from railwright.plan.model import Plan

_EVERYWHERE = (
    "apt-utils",
    "ca-certificates",
    "dbus",
    "ethtool",
    "gpg",
    "gpg-agent",
    "gpgv",
    "iproute2",
    "iputils-ping",
    "kmod",
    "lldpd",
    "nginx-light",
    "openssh-server",
    "procps",
    "python3",
    "python3-apt",
    "sudo",
    "systemd",
    "systemd-sysv",
    "traceroute",
    "udev",
)
_OF_SWITCHES = ("frr", "frr-pythontools", "redis-server", "tini")
_OF_UBUNTU = ("apparmor", "needrestart", "netplan.io", "unattended-upgrades")
"""What a server installation of Ubuntu has that meets the configuration of a node."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys of an archive in a package of that archive, of which one is trusted.

    `fingerprint` is that of the trusted key, so the package may come from anywhere.
    """

    url: str
    path: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Distribution:
    """A release of Debian or Ubuntu; `sources` are its own apt lines.

    `keyring` is None where the host's Debian has the keys.
    """

    system: System
    suite: str
    origin: str
    packages: tuple[str, ...]
    sources: tuple[str, ...]
    keyring: Keyring | None = None


def _ubuntu(system: System, suite: str) -> Distribution:
    archive = "http://archive.ubuntu.com/ubuntu"
    places = (
        (archive, suite),
        (archive, f"{suite}-updates"),
        ("http://security.ubuntu.com/ubuntu", f"{suite}-security"),
    )
    return Distribution(
        system=system,
        suite=suite,
        origin="Ubuntu",
        packages=tuple(sorted((*_EVERYWHERE, *_OF_UBUNTU))),
        sources=tuple(f"deb {url} {part} main universe" for url, part in places),
        keyring=_UBUNTU_KEYS,
    )


# The Ubuntu Archive Automatic Signing Key (2018) signs 22.04 and 24.04; source of its fingerprint:
# the package ubuntu-keyring since 2018.09.18, Launchpad bug 1881278.
_UBUNTU_KEYS = Keyring(
    url=(
        "http://archive.ubuntu.com/ubuntu/pool/main/u/ubuntu-keyring/"
        "ubuntu-keyring_2021.03.26_all.deb"
    ),
    path="usr/share/keyrings/ubuntu-archive-keyring.gpg",
    fingerprint="F6ECB3762474EDA9D21B7022871920D1991BC93C",
)
DEBIAN = Distribution(
    system="debian-12",
    suite="bookworm",
    origin="Debian",
    packages=tuple(sorted((*_EVERYWHERE, *_OF_SWITCHES))),
    sources=(
        "deb http://deb.debian.org/debian bookworm main",
        "deb http://deb.debian.org/debian bookworm-updates main",
        "deb http://deb.debian.org/debian-security bookworm-security main",
    ),
)
"""What switches run, as SONiC does, and nodes of which the intent names no system."""

DISTRIBUTIONS: Mapping[System, Distribution] = {
    one.system: one
    for one in (DEBIAN, _ubuntu("ubuntu-22.04", "jammy"), _ubuntu("ubuntu-24.04", "noble"))
}


def of_nodes(plan: Plan) -> Distribution:
    """Return what nodes of a lab run: the intent's system, Debian in place of one without apt."""
    stack = plan.intent.stack
    return DISTRIBUTIONS.get(stack.os, DEBIAN) if stack is not None else DEBIAN

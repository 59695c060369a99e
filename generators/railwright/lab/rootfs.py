"""The root file system below every booted device: Debian, built once, cached by its recipe.

All devices share one read-only tree; what they write goes to a tmpfs of their own. The tree is
built beside its place in the cache and renamed, so the cache never holds half of one.
"""

import fcntl
import hashlib
import os
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from railwright.lab import requirements
from railwright.lab.errors import LabError
from railwright.lab.shell import ENVIRONMENT, last_lines, run

SUITE = "bookworm"
PACKAGES = (
    "apt-utils",
    "ca-certificates",
    "dbus",
    "ethtool",
    "frr",
    "frr-pythontools",
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
    "redis-server",
    "sudo",
    "systemd",
    "systemd-sysv",
    "tini",
    "traceroute",
    "udev",
)
RECIPE = 2
"""Raised with every change to how the tree is built, so that old caches are not used."""

DEFAULT_SOURCES = (
    f"deb http://deb.debian.org/debian {SUITE} main",
    f"deb http://deb.debian.org/debian {SUITE}-updates main",
    f"deb http://deb.debian.org/debian-security {SUITE}-security main",
)
_UNNEEDED = ("/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*", "/usr/share/info/*")
_INDEX_FORMAT = "$(REPO_URI) $(CODENAME) $(COMPONENT) $(ORIGIN)"
_INDEX_FIELDS = 4

# Everything that differs per device or that must not start by itself goes out of the shared tree.
_STRIP = (
    "rm -f etc/machine-id var/lib/dbus/machine-id etc/hostname etc/resolv.conf",
    "rm -f etc/ssh/ssh_host_*",
    "touch etc/machine-id etc/hostname etc/resolv.conf",
    "rm -f etc/systemd/system/multi-user.target.wants/frr.service",
    "rm -f etc/systemd/system/multi-user.target.wants/nginx.service",
    "rm -f etc/systemd/system/multi-user.target.wants/redis-server.service",
    # a bare host knows no package source, and none of the settings this host downloads with
    "rm -f etc/apt/sources.list etc/apt/apt.conf.d/99mmdebstrap",
    "rm -f etc/dpkg/dpkg.cfg.d/99mmdebstrap",
)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a tree is made from; `sources` are apt source lines."""

    packages: tuple[str, ...]
    sources: tuple[str, ...]
    apt_options: tuple[str, ...]

    @property
    def digest(self) -> str:
        """Return the name of the tree in the cache.

        The mirror is no part of it: the same packages from another mirror are the same tree.
        """
        parts = (str(RECIPE), SUITE, *self.packages, *_STRIP, *_UNNEEDED)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]

    def command(self, target: Path) -> list[str]:
        """Return the command that builds the tree in `target`; it dies with its parent."""
        argv = ["setpriv", "--pdeathsig", "KILL"]
        argv += ["unshare", "--pid", "--mount", "--fork", "--kill-child", "--mount-proc"]
        argv += ["mmdebstrap", "--variant=minbase", "--mode=root", "--format=directory"]
        argv += [f"--include={','.join(self.packages)}"]
        argv += [f"--aptopt={option}" for option in self.apt_options]
        argv += [f"--dpkgopt=path-exclude={pattern}" for pattern in _UNNEEDED]
        strip = " && ".join(_STRIP)
        argv += [f'--customize-hook=cd "$1" && {strip}']
        return [*argv, SUITE, str(target), *self.sources]


def recipe() -> Recipe:
    """Return this host's recipe: its own apt settings and, where it has them, its own mirrors."""
    listed = run(["apt-get", "indextargets", "--format", _INDEX_FORMAT, "Created-By: Packages"])
    options = apt_options(run(["apt-config", "dump"]))
    return Recipe(PACKAGES, sources_from(listed) or DEFAULT_SOURCES, options)


def sources_from(listed: str) -> tuple[str, ...]:
    """Return the apt source lines of Debian's own archives in `apt-get indextargets` output."""
    found = []
    for line in listed.splitlines():
        fields = line.split()
        if len(fields) != _INDEX_FIELDS:
            continue
        uri, codename, component, origin = fields
        if origin == "Debian" and codename.split("-")[0] == SUITE:
            found.append(f"deb {uri} {codename} {component}")
    return tuple(dict.fromkeys(found))


def apt_options(dump: str) -> tuple[str, ...]:
    """Return the host's download settings (proxies, validity checks) from `apt-config dump`."""
    wanted = ("Acquire::http", "Acquire::https", "Acquire::Check-", "Acquire::Retries")
    lines = (line.rstrip(";") for line in dump.splitlines() if line.startswith(wanted))
    options = (line for line in lines if not line.endswith('""'))
    return (*options, 'Acquire::Languages "none"')


def cached(cache: Path) -> Path | None:
    """Return the root file system in the cache, None when there is none for this recipe."""
    tree = _tree(cache)
    return tree if tree.is_dir() else None


def ensure(cache: Path, proxies: Mapping[str, str], say: Callable[[str], None]) -> Path:
    """Return the root file system, built first when the cache has none.

    `proxies` are environment variables such as http_proxy, for the download.
    Raises: LabUnavailableError when build tools are missing, LabError when the build fails.
    """
    if (tree := cached(cache)) is not None:
        return tree
    requirements.check_build()
    tree = _tree(cache)
    tree.parent.mkdir(parents=True, exist_ok=True)
    with exclusive(tree.parent):
        if tree.is_dir():  # somebody else built it while we waited
            return tree
        for leftover in tree.parent.glob(".building-*"):
            shutil.rmtree(leftover)
        partial = tree.parent / f".building-{tree.name}"
        say(f"building the root file system ({len(PACKAGES)} packages and what they need)")
        _build(recipe().command(partial), proxies, partial)
        partial.rename(tree)
    return tree


def _tree(cache: Path) -> Path:
    tree = cache / "rootfs" / Recipe(PACKAGES, (), ()).digest
    if any(letter in str(tree) for letter in ':,\\"'):
        raise LabError(f"{tree}: an overlay cannot be mounted on a path with : , \\ or quotes")
    return tree


def _build(command: Sequence[str], proxies: Mapping[str, str], partial: Path) -> None:
    done = subprocess.run(  # noqa: S603 (a list of words, no shell)
        command, check=False, env={**ENVIRONMENT, **proxies}, capture_output=True, text=True
    )
    if done.returncode:
        shutil.rmtree(partial, ignore_errors=True)
        raise LabError(
            f"the root file system could not be built: {shlex.join(command)}\n"
            f"{last_lines(done.stderr)}"
        )


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Hold a folder of the cache for one builder; the kernel drops it if this process is killed."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)

"""The root file systems below booted devices, one per distribution, cached by their recipes.

Devices share read-only trees; what they write goes to a tmpfs of their own. A tree is built beside
its place in the cache and renamed, so the cache never holds half of one.
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

from railwright.lab import archive_key, requirements
from railwright.lab.distribution import DEBIAN, Distribution
from railwright.lab.errors import LabError
from railwright.lab.shell import ENVIRONMENT, last_lines, run

RECIPE = 2
"""Raised with every change to how the tree is built, so that old caches are not used."""

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
    """What a tree is made from; `sources` are apt source lines, `keyring` None is the host's."""

    suite: str
    packages: tuple[str, ...]
    sources: tuple[str, ...] = ()
    apt_options: tuple[str, ...] = ()
    keyring: Path | None = None

    @property
    def digest(self) -> str:
        """Return the name of the tree in the cache.

        The mirror is no part of it: the same packages from another mirror are the same tree.
        """
        parts = (str(RECIPE), self.suite, *self.packages, *_STRIP, *_UNNEEDED)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]

    def command(self, target: Path) -> list[str]:
        """Return the command that builds the tree in `target`; it dies with its parent."""
        argv = ["setpriv", "--pdeathsig", "KILL"]
        argv += ["unshare", "--pid", "--mount", "--fork", "--kill-child", "--mount-proc"]
        argv += ["mmdebstrap", "--variant=minbase", "--mode=root", "--format=directory"]
        argv += [f"--include={','.join(self.packages)}"]
        argv += [f"--keyring={self.keyring}"] if self.keyring else []
        argv += [f"--aptopt={option}" for option in self.apt_options]
        argv += [f"--dpkgopt=path-exclude={pattern}" for pattern in _UNNEEDED]
        strip = " && ".join(_STRIP)
        argv += [f'--customize-hook=cd "$1" && {strip}']
        return [*argv, self.suite, str(target), *self.sources]


def recipe(of: Distribution, keyring: Path | None) -> Recipe:
    """Return this host's recipe: its own apt settings and, where it has them, its own mirrors."""
    listed = run(["apt-get", "indextargets", "--format", _INDEX_FORMAT, "Created-By: Packages"])
    options = apt_options(run(["apt-config", "dump"]))
    sources = sources_from(listed, of) or of.sources
    return Recipe(of.suite, of.packages, sources, options, keyring)


def sources_from(listed: str, of: Distribution) -> tuple[str, ...]:
    """Return a distribution's own archives in `apt-get indextargets` output as source lines."""
    found = []
    for line in listed.splitlines():
        fields = line.split()
        if len(fields) != _INDEX_FIELDS:
            continue
        uri, codename, component, origin = fields
        if origin == of.origin and codename.split("-")[0] == of.suite:
            found.append(f"deb {uri} {codename} {component}")
    return tuple(dict.fromkeys(found))


def apt_options(dump: str) -> tuple[str, ...]:
    """Return the host's download settings (proxies, validity checks) from `apt-config dump`."""
    wanted = ("Acquire::http", "Acquire::https", "Acquire::Check-", "Acquire::Retries")
    lines = (line.rstrip(";") for line in dump.splitlines() if line.startswith(wanted))
    options = (line for line in lines if not line.endswith('""'))
    return (*options, 'Acquire::Languages "none"')


def cached(cache: Path, of: Distribution = DEBIAN) -> Path | None:
    """Return the root file system in the cache, None when there is none for this recipe."""
    tree = _tree(cache, of)
    return tree if tree.is_dir() else None


def ensure(
    cache: Path,
    proxies: Mapping[str, str],
    say: Callable[[str], None],
    of: Distribution = DEBIAN,
) -> Path:
    """Return the root file system of a distribution, built first when the cache has none.

    `proxies` are environment variables such as http_proxy, for the download.
    Raises: LabUnavailableError when build tools are missing, LabError when the build fails.
    """
    if (tree := cached(cache, of)) is not None:
        return tree
    requirements.check_build()
    tree = _tree(cache, of)
    tree.parent.mkdir(parents=True, exist_ok=True)
    with exclusive(tree.parent):
        if tree.is_dir():  # somebody else built it while we waited
            return tree
        for leftover in tree.parent.glob(".building-*"):
            shutil.rmtree(leftover)
        partial = tree.parent / f".building-{tree.name}"
        say(f"building the root file system of {of.system} ({len(of.packages)} packages and needs)")
        _build(recipe(of, _keyring(tree.parent, of, proxies)).command(partial), proxies, partial)
        partial.rename(tree)
    return tree


def _keyring(folder: Path, of: Distribution, proxies: Mapping[str, str]) -> Path | None:
    """Return the file with the key of a distribution's archive, None where the host has it."""
    if of.keyring is None:
        return None
    path = folder / f"{of.keyring.fingerprint}.gpg"
    archive_key.write(of.keyring, path, proxies)
    return path


def _tree(cache: Path, of: Distribution) -> Path:
    tree = cache / "rootfs" / Recipe(of.suite, of.packages).digest
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
